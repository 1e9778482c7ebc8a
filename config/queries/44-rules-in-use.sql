-- Which version of the rules judged how many items, and since when?

-- More than one in force means that `seabridge reclassify` has not been run over the archive.
SELECT
    rules_version,
    count(*) FILTER (is_current) AS items_now,
    count(*) AS judgements,
    date_trunc('minute', min(valid_from)) AS first_used_at,
    date_trunc('minute', max(valid_from)) AS last_used_at
FROM v_judgements
GROUP BY rules_version
ORDER BY last_used_at DESC, rules_version;
