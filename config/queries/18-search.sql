-- Which items hold all of these words, the best first?

-- All forms of a word are found where v_snapshot.search is fts.
SELECT f.score, f.published_at, i.source_name, i.language, i.relevance, f.title, i.url
FROM search_items('defence industry programme') AS f  -- change the words
JOIN v_items AS i ON i.item_id = f.item_id
ORDER BY f.score DESC, f.published_at DESC NULLS LAST, f.item_id
LIMIT 20;
