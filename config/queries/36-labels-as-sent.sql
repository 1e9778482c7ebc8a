-- Which labels that readers saw are different today?
SELECT
    edition_id,
    revision,
    title,
    relevance AS relevance_sent,
    relevance_now,
    array_to_string(topics, ', ') AS topics_sent,
    array_to_string(topics_now, ', ') AS topics_now
FROM v_labels_as_sent
WHERE NOT is_still_so
ORDER BY edition_id, revision, position, item_id;
