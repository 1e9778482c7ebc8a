-- How complete was our reading, by week and country?
SELECT
    week,
    country,
    count(*) AS sources,
    count(*) FILTER (answered) AS answered,
    round(100.0 * count(*) FILTER (answered) / count(*), 1) AS percent,
    string_agg(source_name, ', ' ORDER BY source_name) FILTER (NOT answered) AS without_answer
FROM v_coverage
GROUP BY week, country
ORDER BY week DESC, percent, country;
