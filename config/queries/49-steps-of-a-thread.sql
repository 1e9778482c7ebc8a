-- What are the steps of each matter, why are they linked, and which editions carried them?
SELECT
    t.first_title AS thread,
    s.first_published_at,
    s.first_title AS step,
    s.items,
    array_to_string(s.because, ', ') AS linked_by,
    array_to_string(s.edition_ids, ', ') AS editions
FROM v_threads AS t
JOIN v_thread_stories AS s ON s.thread_id = t.thread_id
WHERE t.stories > 1
ORDER BY t.thread_id, s.first_published_at, s.story_id;
