-- When was a programme, body or person first named, by whom, and how often since?
WITH asked AS (
    -- Change the kind: person, organisation, office, programme, policy, treaty, operation ...
    SELECT 'programme' AS kind
)
SELECT
    m.name,
    -- An undated item counts from when we saw it; midnight UTC stands for a source that gives the day alone.
    min(coalesce(i.published_at, i.first_seen_at)) AS first_at,
    arg_min(i.source_name, (coalesce(i.published_at, i.first_seen_at), i.item_id)) AS first_source,
    arg_min(i.title, (coalesce(i.published_at, i.first_seen_at), i.item_id)) AS first_title,
    count(DISTINCT m.item_id) AS items,
    count(DISTINCT i.family) AS publishers
FROM v_entity_mentions AS m
JOIN asked AS a ON a.kind = m.kind
JOIN v_items AS i ON i.item_id = m.item_id
WHERE i.copy_of IS NULL
GROUP BY m.entity_id, m.name
ORDER BY first_at, m.name;
