-- Which items carry no date at all, and so belong to no week?
SELECT source_name, first_seen_at, relevance, array_to_string(topics, ', ') AS topics, title, url
FROM v_items
WHERE published_at IS NULL
ORDER BY first_seen_at DESC, source_name, item_id;
