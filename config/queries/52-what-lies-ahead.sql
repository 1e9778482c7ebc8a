-- What lies ahead, and who announces it?
SELECT c.starts_on, c.ends_on, c.precision, c.what, c.items, min(i.source_name) AS announced_by, c.sentence
FROM v_calendar AS c
JOIN v_items AS i ON list_contains(c.item_ids, i.item_id)
WHERE c.state = 'ahead'
GROUP BY ALL
ORDER BY c.starts_on, c.ends_on, c.what, c.sentence;
