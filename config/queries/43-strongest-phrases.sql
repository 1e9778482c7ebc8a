-- Which phrases of the rules decide most often about a topic?
WITH asked AS (
    SELECT 'burden-sharing' AS topic  -- change the topic
)
SELECT lower(e.matched) AS words, count(DISTINCT e.item_id) AS items, round(avg(e.weight), 2) AS mean_weight
FROM v_evidence AS e
JOIN asked AS a ON a.topic = e.topic
-- Phrases that people wrote into the rules; a learned word has weights of another kind.
WHERE e.is_current AND NOT e.learned
GROUP BY lower(e.matched)
ORDER BY items DESC, mean_weight DESC, words
LIMIT 20;
