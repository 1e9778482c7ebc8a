-- Whose texts are reprinted, by whom, and how do we know the direction?
SELECT
    coalesce(o.source_name, r.agency) AS original_of,
    s.source_name AS taken_over_by,
    r.because,
    count(*) AS items,
    round(avg(r.share), 2) AS mean_share,
    min(r.published_at) AS first_at,
    min(r.title) AS for_example
FROM v_text_reuse AS r
JOIN v_source_health AS s ON s.source_id = r.source_id
LEFT JOIN v_source_health AS o ON o.source_id = r.origin_source_id
GROUP BY original_of, taken_over_by, r.because
ORDER BY items DESC, original_of, taken_over_by, r.because;
