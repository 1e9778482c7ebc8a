-- Is everything accounted for that came in?
SELECT
    kind,
    count(*) AS sheets,
    sum(came_in) AS came_in,
    sum(ended) AS ended,
    count(*) FILTER (difference <> 0) AS wrong
FROM v_balance
GROUP BY kind
ORDER BY kind;
