-- How often do titles hold a word, in each language?
WITH asked AS (
    -- Change the words: how they begin, in each language; accents and capitals make no difference.
    SELECT unnest(['summit', 'sommet', 'gipfel', 'cumbre', 'vertice', 'szczyt']) AS beginning
)
SELECT i.language, a.beginning AS word, count(*) AS titles, min(i.title) AS for_example
FROM v_items AS i
JOIN asked AS a ON regexp_matches(strip_accents(lower(i.title)), '\b' || strip_accents(lower(a.beginning)))
WHERE i.copy_of IS NULL
GROUP BY i.language, a.beginning
ORDER BY titles DESC, i.language, word;
