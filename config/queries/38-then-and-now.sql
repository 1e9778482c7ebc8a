-- What did we know at a moment, and what do we know of the same items now?
WITH asked AS (
    -- Just before the newest collection. For another moment: SELECT TIMESTAMPTZ '2025-06-27 08:00:00+02' AS moment
    SELECT max(first_seen_at) - INTERVAL 1 SECOND AS moment FROM v_items
)
SELECT
    i.item_id IS NOT NULL AS known_then,
    n.relevance AS relevance_now,
    i.relevance AS relevance_then,
    count(*) AS items,
    count(*) FILTER (i.topics <> n.topics) AS other_topics,
    count(*) FILTER (i.version < n.version) AS text_changed_since
FROM v_items AS n
LEFT JOIN items_as_of((SELECT moment FROM asked)) AS i ON i.item_id = n.item_id
GROUP BY ALL
ORDER BY known_then, relevance_now, relevance_then;
