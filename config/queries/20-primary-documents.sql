-- What did institutions publish themselves last week?
WITH asked AS (
    -- The last whole week. For another one: SELECT '2025-W26' AS week
    SELECT strftime(timezone(zone, published_at) - INTERVAL 7 DAY, '%G-W%V') AS week FROM v_snapshot
)
SELECT i.published_at, i.source_name, i.kind, array_to_string(i.topics, ', ') AS topics, i.title, i.url
FROM v_items AS i
JOIN asked AS a ON a.week = i.week
WHERE i.relevance <> 'off' AND i.copy_of IS NULL AND (i.source_weight = 5 OR i.kind IN ('primary', 'press-release'))
ORDER BY i.published_at, i.item_id;
