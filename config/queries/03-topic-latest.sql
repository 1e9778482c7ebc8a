-- What is the latest on one topic, and which story does each item belong to?
WITH asked AS (
    SELECT 'pesco' AS topic, 20 AS most  -- change the topic
)
SELECT
    i.published_at,
    i.source_name,
    i.language,
    i.kind,
    i.relevance,
    round(l.score, 2) AS score,
    i.title,
    i.url,
    s.strongest_title AS story
FROM v_items AS i
JOIN v_labels AS l ON l.item_id = i.item_id AND l.is_current
JOIN asked AS a ON a.topic = l.topic
LEFT JOIN v_stories AS s ON s.story_id = i.story_id
WHERE i.copy_of IS NULL
ORDER BY i.published_at DESC NULLS LAST, i.item_id
LIMIT (SELECT most FROM asked);
