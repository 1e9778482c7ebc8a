-- Who held which office on a day?
WITH asked AS (
    -- Another day: SELECT DATE '2021-12-03' AS day
    SELECT CAST(published_at AS DATE) AS day FROM v_snapshot
)
SELECT h.office, holder_of(h.office_id, a.day) AS holder
FROM (SELECT DISTINCT office_id, office FROM v_office_holders) AS h
CROSS JOIN asked AS a
WHERE holder IS NOT NULL
ORDER BY h.office, h.office_id;
