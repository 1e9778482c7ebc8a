-- How did everything end that the sources sent us?
SELECT
    s.source_name,
    count(d.outcome) AS entries,
    count(*) FILTER (d.outcome IN ('stored', 'changed')) AS kept,
    count(*) FILTER (d.outcome = 'same') AS known_already,
    count(*) FILTER (d.outcome = 'copy-of') AS copies,
    count(*) FILTER (d.outcome = 'off-topic') AS off_topic,
    count(*) FILTER (d.outcome IN ('undated', 'future-dated')) AS without_usable_date,
    count(*) FILTER (d.outcome IN ('too-old', 'blocked', 'quarantined')) AS turned_away
FROM v_source_health AS s
LEFT JOIN v_dispositions AS d ON d.source_id = s.source_id
GROUP BY s.source_id, s.source_name
ORDER BY entries DESC, s.source_name;
