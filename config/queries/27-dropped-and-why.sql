-- What was turned away or set aside in the last seven days, and why?
SELECT
    d.outcome,
    CASE d.outcome
        WHEN 'copy-of' THEN 'repeats ' || o.source_name || ': ' || o.title
        WHEN 'off-topic' THEN 'relevance ' || CAST(round(i.relevance_score, 3) AS VARCHAR)
        ELSE d.reason
    END AS why,
    h.source_name,
    count(*) AS times,
    d.title
FROM v_dispositions AS d
CROSS JOIN v_snapshot AS n
JOIN v_source_health AS h ON h.source_id = d.source_id
LEFT JOIN v_items AS i ON i.item_id = d.item_id
LEFT JOIN v_items AS o ON o.item_id = d.copy_of
WHERE d.outcome NOT IN ('stored', 'changed', 'same') AND d.fetched_at >= n.published_at - INTERVAL 7 DAY
GROUP BY d.outcome, why, h.source_name, d.title, d.url
ORDER BY d.outcome, h.source_name, d.title, d.url;
