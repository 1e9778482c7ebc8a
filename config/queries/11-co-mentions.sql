-- Which two are named together most often in relevant items?
WITH named AS (
    SELECT DISTINCT m.item_id, m.entity_id, m.name
    FROM v_entity_mentions AS m
    JOIN v_items AS i ON i.item_id = m.item_id
    WHERE i.copy_of IS NULL AND i.relevance <> 'off'
),
alone AS (
    SELECT entity_id, count(*) AS items FROM named GROUP BY entity_id
)
SELECT
    one.name AS one,
    other.name AS other,
    count(*) AS together,
    -- Of the items that name either, how many name both.
    round(100.0 * count(*) / (any_value(a.items) + any_value(b.items) - count(*)), 1) AS percent_of_either
FROM named AS one
JOIN named AS other ON other.item_id = one.item_id AND one.entity_id < other.entity_id
JOIN alone AS a ON a.entity_id = one.entity_id
JOIN alone AS b ON b.entity_id = other.entity_id
GROUP BY one.entity_id, one.name, other.entity_id, other.name
ORDER BY together DESC, percent_of_either DESC, one.name, other.name
LIMIT 20;
