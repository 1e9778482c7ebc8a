-- Who was quoted in relevant items last week, and with what?
WITH asked AS (
    -- The last whole week. For another one: SELECT '2025-W26' AS week
    SELECT strftime(timezone(zone, published_at) - INTERVAL 7 DAY, '%G-W%V') AS week FROM v_snapshot
)
SELECT coalesce(q.name, q.speaker) AS speaker, q.published_at, q.words, q.verb, q.title
FROM v_quotes AS q
JOIN asked AS a ON a.week = q.week
ORDER BY speaker, q.published_at, q.item_id, q.place, q.start_char;
