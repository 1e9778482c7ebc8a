-- Which items were judged off topic, but only just?
SELECT round(relevance_score, 3) AS relevance_score, source_name, language, published_at, title, url
FROM v_items
WHERE relevance = 'off' AND copy_of IS NULL
ORDER BY v_items.relevance_score DESC, item_id
LIMIT 10;
