-- What did the newest edition leave out, and why?
WITH asked AS (
    -- For another one: SELECT '2025-W26/weekly/en' AS edition_id, 1 AS revision
    SELECT edition_id, revision FROM v_editions ORDER BY period_end DESC, edition_id, revision DESC LIMIT 1
)
SELECT d.outcome, d.reason, d.source_id, i.relevance, round(i.relevance_score, 2) AS relevance_score, d.title
FROM v_edition_dispositions AS d
JOIN asked AS a ON a.edition_id = d.edition_id AND a.revision = d.revision
JOIN v_items AS i ON i.item_id = d.item_id
WHERE d.outcome NOT IN ('lead', 'shown', 'source', 'same-text', 'late-shown')
ORDER BY i.relevance = 'off', i.relevance_score DESC, d.item_id;
