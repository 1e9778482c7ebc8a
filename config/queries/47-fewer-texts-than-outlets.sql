-- Which stories look better confirmed than they are: several outlets, fewer independent texts?
SELECT week, strongest_title AS story, outlets, independent_texts, origin_name, origin_kind, origin_at
FROM v_stories
WHERE independent_texts < outlets
ORDER BY outlets - independent_texts DESC, outlets DESC, week DESC, story_id;
