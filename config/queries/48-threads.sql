-- Which matters go on over weeks, since when, and how do they stand?
SELECT t.first_title AS began_with, t.state, t.stories, t.first_at, t.last_at, t.seed_year, t.seed_title, t.seed_paragraph
FROM v_threads AS t
ORDER BY t.last_at DESC, t.thread_id;
