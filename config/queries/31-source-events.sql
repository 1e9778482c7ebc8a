-- What happened to our sources: trouble, recovery, silence, new addresses?
SELECT told_at, source_name, kind, detail
FROM v_source_events
ORDER BY told_at DESC, source_id, kind, detail
LIMIT 100;
