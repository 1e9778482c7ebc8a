-- Who and what was named most last week, and by how many publishers?
WITH asked AS (
    -- The last whole week. For another one: SELECT '2025-W26' AS week
    SELECT strftime(timezone(zone, published_at) - INTERVAL 7 DAY, '%G-W%V') AS week FROM v_snapshot
)
SELECT m.kind, m.name, count(DISTINCT m.item_id) AS items, count(DISTINCT i.family) AS publishers
FROM v_entity_mentions AS m
JOIN asked AS a ON a.week = m.week
JOIN v_items AS i ON i.item_id = m.item_id
WHERE i.copy_of IS NULL AND i.relevance <> 'off'
GROUP BY m.entity_id, m.kind, m.name
ORDER BY publishers DESC, items DESC, m.name
LIMIT 20;
