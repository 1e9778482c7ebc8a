-- How much do institutions, press and think tanks bring each week, and how much of it is relevant?
SELECT
    week,
    publisher_type,
    count(*) AS items,
    count(*) FILTER (relevance = 'core') AS core,
    count(*) FILTER (relevance = 'related') AS related,
    round(100.0 * count(*) FILTER (relevance <> 'off') / count(*), 1) AS percent_relevant
FROM v_items
-- What was dated ahead is not counted, as in v_week; what has no date is in no week.
WHERE published_at <= first_seen_at + INTERVAL 1 HOUR AND copy_of IS NULL
GROUP BY week, publisher_type
ORDER BY week DESC, items DESC, publisher_type;
