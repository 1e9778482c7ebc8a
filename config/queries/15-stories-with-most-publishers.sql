-- Which stories did the most independent publishers report?
SELECT
    s.week,
    s.strongest_title AS story,
    s.families AS publishers,
    count(DISTINCT i.country) FILTER (i.copy_of IS NULL) AS countries,
    count(*) FILTER (i.copy_of IS NULL) AS originals,
    count(*) FILTER (i.copy_of IS NOT NULL) AS copies,
    array_to_string(s.topics, ', ') AS topics
FROM v_stories AS s
JOIN v_items AS i ON i.story_id = s.story_id
GROUP BY s.story_id, s.week, s.strongest_title, s.families, s.topics
ORDER BY publishers DESC, originals DESC, s.week DESC, s.story_id
LIMIT 15;
