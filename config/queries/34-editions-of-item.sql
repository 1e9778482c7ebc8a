-- In which editions did an item appear, and how?
WITH asked AS (
    SELECT '%Article 5%' AS title  -- change the title; % stands for any words
)
SELECT d.edition_id, d.revision, e.state, CAST(e.issued_at AS DATE) AS issued_on, d.outcome, d.reason, d.title
FROM v_edition_dispositions AS d
JOIN asked AS a ON d.title ILIKE a.title
JOIN v_editions AS e ON e.edition_id = d.edition_id AND e.revision = d.revision
ORDER BY d.edition_id, d.revision, d.item_id;
