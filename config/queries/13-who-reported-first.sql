-- Who reported each story of last week first, and who followed?
WITH asked AS (
    -- The last whole week. For another one: SELECT '2025-W26' AS week
    SELECT strftime(timezone(zone, published_at) - INTERVAL 7 DAY, '%G-W%V') AS week FROM v_snapshot
),
reported AS (
    SELECT story_id, source_name, any_value(family) AS family, min(published_at) AS first_at
    FROM v_items
    -- Midnight UTC stands for a source that gives the day alone: it cannot be said who was first.
    WHERE story_id IS NOT NULL AND copy_of IS NULL AND strftime(timezone('UTC', published_at), '%H:%M:%S') <> '00:00:00'
    GROUP BY story_id, source_name
),
ordered AS (
    SELECT *, row_number() OVER (PARTITION BY story_id ORDER BY first_at, source_name) AS place FROM reported
)
SELECT
    s.strongest_title AS story,
    min(o.first_at) AS first_at,
    min(o.source_name) FILTER (o.place = 1) AS first_source,
    string_agg(o.source_name, ', ' ORDER BY o.place) FILTER (o.place > 1) AS followed_by,
    round(date_diff('minute', min(o.first_at), max(o.first_at)) / 60.0, 1) AS hours_until_last
FROM ordered AS o
JOIN v_stories AS s ON s.story_id = o.story_id
JOIN asked AS a ON a.week = s.week
GROUP BY s.story_id, s.strongest_title
HAVING count(DISTINCT o.family) > 1
ORDER BY min(o.first_at), s.story_id;
