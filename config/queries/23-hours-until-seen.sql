-- How long after publication do we see the items of each source?
WITH begun AS (
    -- Only what appeared since the source is read counts: its first visit brings old items in.
    SELECT source_id, min(fetched_at) AS first_visit FROM v_dispositions GROUP BY source_id
)
SELECT
    i.source_name,
    count(*) AS items,
    round(median(date_diff('minute', i.published_at, i.first_seen_at)) / 60.0, 1) AS median_hours,
    round(max(date_diff('minute', i.published_at, i.first_seen_at)) / 60.0, 1) AS longest_hours
FROM v_items AS i
JOIN begun AS b ON b.source_id = i.source_id AND i.published_at >= b.first_visit
-- A date in the future was no publication, and midnight UTC stands for a source that gives the day alone.
WHERE i.published_at <= i.first_seen_at AND strftime(timezone('UTC', i.published_at), '%H:%M:%S') <> '00:00:00'
GROUP BY i.source_name
ORDER BY median_hours DESC, i.source_name;
