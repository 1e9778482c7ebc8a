-- Where do people disagree with the rules, and how sure were the rules?
WITH by_rules AS (
    -- What the rules alone had given the item last: labels of a person carry another origin.
    SELECT item_id, topic, max(score) AS score FROM v_labels WHERE origin = 'machine' GROUP BY item_id, topic
)
SELECT
    o.made_at,
    o.action,
    o.topic,
    round(r.score, 2) AS score_of_rules,
    o.reason,
    i.source_name,
    o.title
FROM v_overrides AS o
JOIN v_items AS i ON i.item_id = o.item_id
LEFT JOIN by_rules AS r ON r.item_id = o.item_id AND r.topic = o.topic
WHERE o.is_in_force
ORDER BY o.made_at DESC, o.topic, o.item_id;
