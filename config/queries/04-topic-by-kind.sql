-- Is what there is on a topic news, opinion or press releases?
WITH asked AS (
    SELECT 'defence-industry' AS topic, '2000-W01' AS first_week, '2099-W52' AS last_week  -- change topic and weeks
)
SELECT
    i.kind,
    count(*) AS items,
    round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS percent,
    max(i.published_at) AS newest
FROM v_items AS i
JOIN asked AS a ON list_contains(i.topics, a.topic) AND i.week BETWEEN a.first_week AND a.last_week
WHERE i.copy_of IS NULL
GROUP BY i.kind
ORDER BY items DESC, i.kind;
