-- Whether an answer is a document of the source itself (feed, list, an older page of it) or what is behind an entry.

ALTER TABLE archive ADD COLUMN kind VARCHAR DEFAULT 'page';
UPDATE archive SET kind = 'feed'
WHERE EXISTS (FROM fetches AS f WHERE f.source_id = archive.source_id AND f.url = archive.url);
