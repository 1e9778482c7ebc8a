-- The outlet behind an entry, where the source is an aggregator that names it.

ALTER TABLE entries ADD COLUMN publisher VARCHAR;
