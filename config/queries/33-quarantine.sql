-- Which answers could not be read at all?
SELECT source_name, kind, reason, bytes, first_seen_at, last_seen_at
FROM v_quarantine
ORDER BY last_seen_at DESC, source_id, sha256;
