-- Which articles did a source change after we had read them, and what did their titles say before?
SELECT
    i.source_name,
    h.version,
    date_trunc('minute', h.valid_from) AS read_from,
    date_trunc('minute', h.valid_to) AS read_until,
    length(h.text) AS characters,
    h.title
FROM v_item_history AS h
JOIN v_items AS i ON i.item_id = h.item_id
WHERE i.version > 1
ORDER BY i.source_name, h.item_id, h.version;
