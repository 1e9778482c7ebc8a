-- Whose items get into the editions, beside what they brought?
WITH counted AS (
    -- The newest revision of each edition, so that a correction does not count twice.
    SELECT
        d.source_id,
        d.item_id,
        d.outcome,
        d.outcome IN ('lead', 'shown', 'source', 'same-text', 'late-shown') AS is_shown
    FROM v_edition_dispositions AS d
    JOIN v_editions AS e ON e.edition_id = d.edition_id AND e.revision = d.revision
    QUALIFY d.revision = max(d.revision) OVER (PARTITION BY d.edition_id)
)
SELECT
    h.source_name,
    count(DISTINCT c.item_id) AS could_be_shown,
    count(*) FILTER (c.is_shown) AS shown,
    count(*) FILTER (c.outcome IN ('lead', 'shown', 'late-shown')) AS as_headline,
    round(100.0 * count(*) FILTER (c.is_shown) / count(DISTINCT c.item_id), 1) AS percent_shown
FROM counted AS c
JOIN v_source_health AS h ON h.source_id = c.source_id
GROUP BY h.source_id, h.source_name
ORDER BY shown DESC, h.source_name;
