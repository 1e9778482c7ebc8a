-- Behind which stories stand the most independent texts?
SELECT
    s.week,
    s.strongest_title AS story,
    s.independent_texts,
    s.outlets,
    s.origin_name AS origin_of_most,
    count(DISTINCT i.country) FILTER (i.copy_of IS NULL) AS countries,
    array_to_string(s.topics, ', ') AS topics
FROM v_stories AS s
JOIN v_items AS i ON i.story_id = s.story_id
GROUP BY ALL
ORDER BY s.independent_texts DESC, s.outlets DESC, s.week DESC, story, topics
LIMIT 15;
