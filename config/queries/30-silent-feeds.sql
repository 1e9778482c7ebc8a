-- Which sources answer, but have brought nothing for days?
WITH asked AS (
    SELECT 4 AS days  -- change the days
)
SELECT
    h.source_name,
    h.state,
    max(i.first_seen_at) AS newest_seen_at,
    date_diff('day', max(i.first_seen_at), any_value(n.published_at)) AS days_without_news
FROM v_source_health AS h
CROSS JOIN asked AS a
CROSS JOIN v_snapshot AS n
LEFT JOIN v_items AS i ON i.source_id = h.source_id
WHERE h.enabled AND h.gone_at IS NULL AND h.last_outcome <> 'failed'
GROUP BY h.source_id, h.source_name, h.state, a.days
HAVING max(i.first_seen_at) IS NULL OR days_without_news >= a.days
ORDER BY days_without_news DESC NULLS FIRST, h.source_name;
