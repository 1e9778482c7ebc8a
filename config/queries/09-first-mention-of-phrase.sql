-- When did each source first write of a programme, under any of its names?
WITH asked AS (
    -- Change the names; small and capital letters make no difference.
    SELECT unnest(['European Defence Industry Programme', 'EDIP', 'Security Action for Europe']) AS phrase
),
mentioned AS (
    -- An undated item counts from when we saw it; midnight UTC stands for a source that gives the day alone.
    SELECT DISTINCT i.item_id, i.source_name, i.title, coalesce(i.published_at, i.first_seen_at) AS mentioned_at
    FROM v_items AS i
    -- \b is the edge of a word: EDIP is found, EDIPO is not.
    JOIN asked AS a ON regexp_matches(i.title || ' ' || i.summary || ' ' || i.text, '\b' || a.phrase || '\b', 'i')
)
SELECT
    min(mentioned_at) AS first_at,
    source_name,
    arg_min(title, (mentioned_at, item_id)) AS first_title,
    count(*) AS items
FROM mentioned
GROUP BY source_name
ORDER BY first_at, source_name;
