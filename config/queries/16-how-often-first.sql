-- Which sources are often first, and which mostly follow?
WITH reported AS (
    SELECT
        source_name,
        story_id,
        rank() OVER (PARTITION BY story_id ORDER BY min(published_at)) AS place,
        count(*) OVER (PARTITION BY story_id) AS sources
    FROM v_items
    -- Midnight UTC stands for a source that gives the day alone: it cannot be said who was first.
    WHERE story_id IS NOT NULL AND copy_of IS NULL AND strftime(timezone('UTC', published_at), '%H:%M:%S') <> '00:00:00'
    GROUP BY source_name, story_id
)
SELECT
    source_name,
    count(*) AS stories,
    count(*) FILTER (sources = 1) AS alone,
    count(*) FILTER (sources > 1) AS shared,
    count(*) FILTER (sources > 1 AND place = 1) AS first_of_shared
FROM reported
GROUP BY source_name
ORDER BY first_of_shared DESC, shared DESC, source_name;
