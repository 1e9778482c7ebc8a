-- What people decide about labels and rules, and what a text is beside what it is about.
-- rules: the rules that were accepted, as JSON text from which they can be made again; the newest are in force.
-- overrides: one row for each decision; of those on the same item and topic the newest counts.

ALTER TABLE items ADD COLUMN tags VARCHAR[] DEFAULT [];
UPDATE items SET tags = e.tags FROM entries AS e WHERE e.source_id = items.source_id AND e.entry_key = items.entry_key;
ALTER TABLE evidence ADD COLUMN learned BOOLEAN DEFAULT false;
ALTER TABLE judgements ADD COLUMN kind VARCHAR DEFAULT 'news';
ALTER TABLE judgements ADD COLUMN problems VARCHAR[] DEFAULT [];
ALTER TABLE labels ADD COLUMN origin VARCHAR DEFAULT 'machine';

ALTER TABLE edition_items ADD COLUMN relevance VARCHAR;
ALTER TABLE edition_items ADD COLUMN topics VARCHAR[];
ALTER TABLE edition_items ADD COLUMN rules_version VARCHAR;

CREATE TABLE rules (
    rules_version VARCHAR PRIMARY KEY,
    accepted_at TIMESTAMPTZ NOT NULL,
    content VARCHAR NOT NULL
);

CREATE TABLE overrides (
    item_id VARCHAR NOT NULL,
    topic VARCHAR NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,
    action VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    PRIMARY KEY (item_id, topic, made_at)
);
