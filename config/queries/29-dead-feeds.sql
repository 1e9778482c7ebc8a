-- Which sources do not answer, since when, and what do we miss with them?
SELECT
    source_name,
    state,
    state_since,
    consecutive_failures,
    last_detail,
    last_success_at,
    items AS items_so_far,
    url
FROM v_source_health
WHERE enabled AND gone_at IS NULL AND (last_outcome = 'failed' OR last_outcome IS NULL)
ORDER BY consecutive_failures DESC, source_id;
