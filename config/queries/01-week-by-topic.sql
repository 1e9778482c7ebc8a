-- How much was there on each topic last week?
WITH asked AS (
    -- The last whole week. For another one: SELECT '2025-W26' AS week
    SELECT strftime(timezone(zone, published_at) - INTERVAL 7 DAY, '%G-W%V') AS week FROM v_snapshot
)
SELECT
    l.topic,
    count(*) AS items,
    count(*) FILTER (i.relevance = 'core') AS core,
    count(DISTINCT i.story_id) AS stories,
    count(DISTINCT i.family) AS publishers
FROM v_items AS i
JOIN v_labels AS l ON l.item_id = i.item_id AND l.is_current
JOIN asked AS a ON a.week = i.week
WHERE i.relevance <> 'off' AND i.copy_of IS NULL
    -- What was dated ahead is not counted, as in v_week and in the digest.
    AND i.published_at <= i.first_seen_at + INTERVAL 1 HOUR
GROUP BY l.topic
ORDER BY items DESC, l.topic;
