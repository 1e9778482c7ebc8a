-- Which seed document stands behind which topics, and how often did they match?
SELECT s.title AS seed, s.published, e.topic, count(DISTINCT e.item_id) AS items, count(*) AS matches
FROM v_evidence AS e
JOIN v_seeds AS s ON s.file = e.seed_file
WHERE e.is_current
GROUP BY s.seed_id, s.title, s.published, e.topic
ORDER BY items DESC, matches DESC, s.title, e.topic;
