-- In which languages do our rules find little, so that they may miss something?
SELECT
    language,
    count(*) AS items,
    count(*) FILTER (relevance = 'off') AS off_topic,
    round(100.0 * count(*) FILTER (relevance = 'off') / count(*), 1) AS percent_off,
    round(avg(len(topics)) FILTER (relevance <> 'off'), 2) AS topics_per_item,
    count(DISTINCT source_id) AS sources
FROM v_items
WHERE copy_of IS NULL
GROUP BY language
ORDER BY percent_off DESC, language;
