-- Search in the published snapshot, from tables that plain SQL made: whoever opens the file needs no extension for it.

-- Polish, Danish and a few others have letters of their own that are no accented ones.
CREATE OR REPLACE MACRO search.fold(words) AS
replace(replace(replace(
    translate(lower(strip_accents(nfc_normalize(words))), 'łøđðħı', 'loddhi'),
    'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe');

CREATE OR REPLACE MACRO search_items(words) AS TABLE
WITH asked AS (
    SELECT unnest(list_distinct(regexp_extract_all(search.fold(words), '[\p{L}\p{N}]+\*?'))[:20]) AS asked
),
meant AS (
    SELECT a.asked, w.language, w.word
    FROM asked AS a
    JOIN search.words AS f ON f.folded = a.asked
    JOIN search.words AS w ON w.language = f.language AND w.stem = f.stem
    UNION
    SELECT a.asked, w.language, w.word
    FROM (SELECT asked, rtrim(asked, '*') AS beginning FROM asked WHERE suffix(asked, '*')) AS a
    JOIN search.words AS w ON starts_with(w.folded, a.beginning)
),
hit AS (
    SELECT m.asked, unnest(h.in_title) AS item, 2 AS weight
    FROM search.hits AS h JOIN meant AS m ON m.word = h.word AND m.language = h.language
    UNION ALL
    SELECT m.asked, unnest(h.in_text), 1
    FROM search.hits AS h JOIN meant AS m ON m.word = h.word AND m.language = h.language
),
found AS (
    SELECT asked, item, max(weight) AS weight FROM hit GROUP BY asked, item
),
rare AS (
    SELECT asked, ln(1 + (SELECT any_value(items) FROM search.facts) / count(*)) AS rarity FROM found GROUP BY asked
),
scored AS (
    SELECT item, round(sum(weight * rarity), 3) AS score
    FROM found JOIN rare USING (asked)
    GROUP BY item
    HAVING count(*) = (SELECT count(*) FROM asked)
)
SELECT i.item_id, s.score, i.title, i.published_at, i.source_id
FROM scored AS s JOIN items AS i ON i.rowid = s.item
ORDER BY s.score DESC, i.published_at DESC NULLS LAST, i.item_id;
