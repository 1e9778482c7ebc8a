-- How fresh is this snapshot, and what does it hold?
WITH asked AS (
    SELECT count(*) AS sources, count(*) FILTER (last_outcome <> 'failed') AS answering
    FROM v_source_health
    WHERE enabled AND gone_at IS NULL
)
SELECT
    n.published_at,
    n.newest_item_at,
    round(date_diff('minute', n.newest_item_at, n.published_at) / 60.0, 1) AS hours_since_newest_item,
    a.sources,
    a.answering,
    (SELECT count(*) FROM v_items) AS items,
    (SELECT max(edition_id) FROM v_editions WHERE state = 'issued') AS newest_edition,
    n.zone
FROM v_snapshot AS n
CROSS JOIN asked AS a
ORDER BY n.published_at;
