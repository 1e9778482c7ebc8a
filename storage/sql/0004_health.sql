-- How each source is doing between two visits, and what was told of it. `health` is JSON text: what only Python reads.

ALTER TABLE feed_states ADD COLUMN state VARCHAR;
ALTER TABLE feed_states ADD COLUMN state_since TIMESTAMPTZ;
ALTER TABLE feed_states ADD COLUMN trouble DOUBLE DEFAULT 0;
ALTER TABLE feed_states ADD COLUMN next_visit_at TIMESTAMPTZ;
ALTER TABLE feed_states ADD COLUMN quiet_until TIMESTAMPTZ;
ALTER TABLE feed_states ADD COLUMN health VARCHAR;
UPDATE feed_states SET trouble = consecutive_failures;

ALTER TABLE fetches ADD COLUMN state VARCHAR;
ALTER TABLE sources ADD COLUMN verify_tls BOOLEAN DEFAULT true;

CREATE TABLE source_events (
    run_id VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    told_at TIMESTAMPTZ NOT NULL,
    kind VARCHAR NOT NULL,
    detail VARCHAR NOT NULL,
    PRIMARY KEY (run_id, source_id, position)
);
