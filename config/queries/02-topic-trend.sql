-- Which topics rose or fell last week, against the mean of the four weeks before?
WITH asked AS (
    -- The last whole week. For another one: SELECT '2025-W26' AS week
    SELECT strftime(timezone(zone, published_at) - INTERVAL 7 DAY, '%G-W%V') AS week FROM v_snapshot
),
archive AS (
    -- A mean over fewer than four weeks is worth little.
    SELECT least(4, count(DISTINCT t.week)) AS weeks_before
    FROM v_topic_trend AS t
    JOIN asked AS a ON t.week < a.week
)
SELECT
    t.topic,
    t.items,
    round(t.mean_before, 2) AS mean_before,
    round(t.change, 2) AS change,
    b.weeks_before
FROM v_topic_trend AS t
JOIN asked AS a ON a.week = t.week
CROSS JOIN archive AS b
ORDER BY t.change DESC, t.topic;
