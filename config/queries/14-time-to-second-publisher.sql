-- How long did stories wait until a second, independent publisher confirmed them?
WITH reported AS (
    -- The first report of each publisher. A copy confirms nothing.
    SELECT story_id, family, min(published_at) AS first_at
    FROM v_items
    -- Midnight UTC stands for a source that gives the day alone: it cannot be said who was first.
    WHERE story_id IS NOT NULL AND copy_of IS NULL AND strftime(timezone('UTC', published_at), '%H:%M:%S') <> '00:00:00'
    GROUP BY story_id, family
),
ordered AS (
    SELECT *, row_number() OVER (PARTITION BY story_id ORDER BY first_at, family) AS place FROM reported
)
SELECT
    s.strongest_title AS story,
    one.family AS first_publisher,
    two.family AS second_publisher,
    one.first_at,
    round(date_diff('minute', one.first_at, two.first_at) / 60.0, 1) AS hours
FROM ordered AS one
JOIN ordered AS two ON two.story_id = one.story_id AND two.place = 2
JOIN v_stories AS s ON s.story_id = one.story_id
WHERE one.place = 1
ORDER BY hours, one.first_at, one.story_id;
