-- Whose texts are reprinted, and by whom?
SELECT
    o.source_name AS original_of,
    c.source_name AS copied_by,
    count(*) AS copies,
    min(c.published_at) AS first_at,
    max(c.published_at) AS last_at,
    min(c.title) AS for_example
FROM v_items AS c
JOIN v_items AS o ON o.item_id = c.copy_of
GROUP BY o.source_name, c.source_name
ORDER BY copies DESC, o.source_name, c.source_name;
