-- Which primary documents are cited and have been read by nobody here?
SELECT name, kind, stories, items, last_cited_at, url
FROM v_documents
WHERE NOT is_held
ORDER BY stories DESC, items DESC, last_cited_at DESC, document_id;
