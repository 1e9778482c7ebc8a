-- Why does an item have a topic: which words spoke for it, and which seed paragraph is behind them?
WITH asked AS (
    SELECT 'pesco' AS topic, 'PESCO and its third states%' AS title  -- change topic and title
)
SELECT
    e.place,
    e.matched,
    round(e.weight, 2) AS weight,
    e.learned,
    e.seed_file,
    e.seed_paragraph,
    s.title AS seed,
    e.seed_text
FROM v_evidence AS e
JOIN v_items AS i ON i.item_id = e.item_id
JOIN asked AS a ON a.topic = e.topic AND i.title ILIKE a.title
LEFT JOIN v_seeds AS s ON s.file = e.seed_file
WHERE e.is_current
ORDER BY e.weight DESC, e.start_char, e.place, e.matched;
