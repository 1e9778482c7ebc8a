-- What did we see only after its week was over?
SELECT
    week,
    first_seen_week,
    source_name,
    published_at,
    date_diff('day', published_at, first_seen_at) AS days_until_seen,
    relevance,
    title
FROM v_items
WHERE first_seen_week > week AND relevance <> 'off'
ORDER BY first_seen_at DESC, published_at DESC, item_id
LIMIT 100;
