-- Which countries' publishers write about a topic, and is that more than their share of all we read?
WITH asked AS (
    SELECT 'burden-sharing' AS topic  -- change the topic
),
counted AS (
    SELECT i.country, count(*) AS items, count(*) FILTER (list_contains(i.topics, a.topic)) AS on_topic
    FROM v_items AS i
    CROSS JOIN asked AS a
    WHERE i.copy_of IS NULL
    GROUP BY i.country
)
SELECT
    country,
    on_topic,
    items AS items_in_all,
    round(100.0 * on_topic / sum(on_topic) OVER (), 1) AS percent_of_topic,
    round(100.0 * items / sum(items) OVER (), 1) AS percent_of_all
FROM counted
ORDER BY on_topic DESC, country;
