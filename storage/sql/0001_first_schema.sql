-- Primary keys only: in DuckDB a secondary index or a foreign key blocks later changes of the table.
-- Times are TIMESTAMPTZ in UTC. Lists that only Python reads as a whole are VARCHAR[]; anything nested is JSON text.

CREATE TABLE snapshot_info (
    id INTEGER PRIMARY KEY,
    zone VARCHAR NOT NULL,
    published_at TIMESTAMPTZ,
    schema_version INTEGER,
    duckdb_version VARCHAR,
    views_sha256 VARCHAR
);
INSERT INTO snapshot_info (id, zone) VALUES (1, 'Europe/Brussels');

CREATE TABLE runs (
    run_id VARCHAR PRIMARY KEY,
    flow VARCHAR NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    state VARCHAR NOT NULL,
    resumed INTEGER NOT NULL DEFAULT 0,
    config_hash VARCHAR NOT NULL,
    summary VARCHAR NOT NULL DEFAULT '{}'
);

CREATE TABLE leases (
    flow VARCHAR PRIMARY KEY,
    run_id VARCHAR NOT NULL,
    host VARCHAR NOT NULL,
    pid INTEGER NOT NULL,
    process_started VARCHAR NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE sources (
    source_id VARCHAR PRIMARY KEY,
    name VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    form VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    country VARCHAR NOT NULL,
    publisher_type VARCHAR NOT NULL,
    family VARCHAR NOT NULL,
    weight INTEGER NOT NULL,
    status VARCHAR NOT NULL,
    homepage VARCHAR,
    enabled BOOLEAN NOT NULL,
    reason VARCHAR,
    note VARCHAR,
    pages BOOLEAN NOT NULL,
    listed_at TIMESTAMPTZ NOT NULL,
    gone_at TIMESTAMPTZ
);

CREATE TABLE feed_states (
    source_id VARCHAR PRIMARY KEY,
    url VARCHAR NOT NULL,
    etag VARCHAR,
    last_modified VARCHAR,
    body_sha256 VARCHAR,
    moved_to VARCHAR,
    consecutive_failures INTEGER NOT NULL,
    last_outcome VARCHAR NOT NULL,
    last_kind VARCHAR,
    last_detail VARCHAR,
    last_attempt_at TIMESTAMPTZ NOT NULL,
    last_success_at TIMESTAMPTZ
);

CREATE TABLE fetches (
    run_id VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    seconds DOUBLE NOT NULL,
    outcome VARCHAR NOT NULL,
    status INTEGER,
    bytes BIGINT NOT NULL,
    kind VARCHAR,
    detail VARCHAR,
    format VARCHAR,
    problems VARCHAR[] NOT NULL,
    entries INTEGER NOT NULL,
    stored_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (run_id, source_id)
);

CREATE TABLE entries (
    source_id VARCHAR NOT NULL,
    entry_key VARCHAR NOT NULL,
    entry_sha256 VARCHAR NOT NULL,
    item_id VARCHAR,
    guid VARCHAR,
    url VARCHAR,
    title VARCHAR NOT NULL,
    summary VARCHAR NOT NULL,
    content VARCHAR NOT NULL,
    published_at TIMESTAMPTZ,
    updated_at TIMESTAMPTZ,
    published_raw VARCHAR,
    authors VARCHAR[] NOT NULL,
    tags VARCHAR[] NOT NULL,
    language VARCHAR,
    attachments VARCHAR[] NOT NULL,
    problems VARCHAR[] NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (source_id, entry_key)
);

CREATE TABLE items (
    item_id VARCHAR PRIMARY KEY,
    entry_key VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    url VARCHAR,
    title VARCHAR NOT NULL,
    summary VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    text_origin VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    published_at TIMESTAMPTZ,
    updated_at TIMESTAMPTZ,
    first_seen_at TIMESTAMPTZ NOT NULL,
    authors VARCHAR[] NOT NULL,
    content_sha256 VARCHAR NOT NULL,
    problems VARCHAR[] NOT NULL,
    copy_of VARCHAR,
    rules_version VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    stored_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE item_versions (
    item_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    url VARCHAR,
    title VARCHAR NOT NULL,
    summary VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    text_origin VARCHAR NOT NULL,
    published_at TIMESTAMPTZ,
    updated_at TIMESTAMPTZ,
    content_sha256 VARCHAR NOT NULL,
    rules_version VARCHAR NOT NULL,
    stored_at TIMESTAMPTZ NOT NULL,
    replaced_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (item_id, version)
);

CREATE TABLE judgements (
    item_id VARCHAR NOT NULL,
    rules_version VARCHAR NOT NULL,
    relevance VARCHAR NOT NULL,
    relevance_score DOUBLE NOT NULL,
    judged_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (item_id, rules_version)
);

CREATE TABLE labels (
    item_id VARCHAR NOT NULL,
    rules_version VARCHAR NOT NULL,
    topic VARCHAR NOT NULL,
    score DOUBLE NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (item_id, rules_version, topic)
);

CREATE TABLE evidence (
    item_id VARCHAR NOT NULL,
    rules_version VARCHAR NOT NULL,
    topic VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    matched VARCHAR NOT NULL,
    start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL,
    place VARCHAR NOT NULL,
    weight DOUBLE NOT NULL,
    seed_file VARCHAR,
    seed_paragraph INTEGER,
    PRIMARY KEY (item_id, rules_version, topic, position)
);

CREATE TABLE dispositions (
    run_id VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    title VARCHAR NOT NULL,
    url VARCHAR,
    outcome VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    item_id VARCHAR,
    copy_of VARCHAR,
    PRIMARY KEY (run_id, source_id, position)
);

CREATE TABLE quarantine (
    source_id VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    bytes BIGINT NOT NULL,
    content BLOB NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (source_id, sha256)
);

CREATE TABLE story_items (
    item_id VARCHAR PRIMARY KEY,
    story_id VARCHAR NOT NULL
);

CREATE TABLE seeds (
    seed_id VARCHAR PRIMARY KEY,
    file VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    publisher VARCHAR NOT NULL,
    published VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    url VARCHAR,
    abstract VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    text_origin VARCHAR NOT NULL,
    text_sha256 VARCHAR NOT NULL,
    authors VARCHAR[] NOT NULL,
    identifiers VARCHAR[] NOT NULL,
    series VARCHAR,
    translated_from VARCHAR,
    note VARCHAR,
    problems VARCHAR[] NOT NULL,
    relevance VARCHAR,
    relevance_score DOUBLE,
    rules_version VARCHAR,
    stored_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE seed_paragraphs (
    seed_id VARCHAR NOT NULL,
    paragraph INTEGER NOT NULL,
    text VARCHAR NOT NULL,
    start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL,
    is_text BOOLEAN NOT NULL,
    topics VARCHAR[] NOT NULL,
    PRIMARY KEY (seed_id, paragraph)
);

CREATE TABLE seed_labels (
    seed_id VARCHAR NOT NULL,
    rules_version VARCHAR NOT NULL,
    topic VARCHAR NOT NULL,
    score DOUBLE NOT NULL,
    matches INTEGER NOT NULL,
    PRIMARY KEY (seed_id, rules_version, topic)
);

CREATE TABLE editions (
    edition_id VARCHAR NOT NULL,
    revision INTEGER NOT NULL,
    period_start TIMESTAMPTZ NOT NULL,
    period_end TIMESTAMPTZ NOT NULL,
    zone VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    model_json VARCHAR NOT NULL,
    html VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (edition_id, revision)
);

CREATE TABLE edition_items (
    edition_id VARCHAR NOT NULL,
    revision INTEGER NOT NULL,
    item_id VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    story_id VARCHAR,
    PRIMARY KEY (edition_id, revision, item_id)
);

CREATE TABLE delivery_plans (
    edition_id VARCHAR NOT NULL,
    revision INTEGER NOT NULL,
    candidates INTEGER NOT NULL,
    planned_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (edition_id, revision)
);

CREATE TABLE deliveries (
    edition_id VARCHAR NOT NULL,
    revision INTEGER NOT NULL,
    recipient_id VARCHAR NOT NULL,
    masked VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    detail VARCHAR NOT NULL,
    attempts INTEGER NOT NULL,
    message_id VARCHAR,
    host VARCHAR,
    pid INTEGER,
    process_started VARCHAR,
    planned_at TIMESTAMPTZ NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    next_attempt_at TIMESTAMPTZ,
    PRIMARY KEY (edition_id, revision, recipient_id)
);

CREATE TABLE messages (
    edition_id VARCHAR NOT NULL,
    revision INTEGER NOT NULL,
    recipient_id VARCHAR NOT NULL,
    message_id VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    content BLOB NOT NULL,
    frozen_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (edition_id, revision, recipient_id)
);

-- Everybody who was to get the edition must have ended somewhere: the difference is 0.
CREATE VIEW v_send_balance AS
SELECT
    p.edition_id,
    p.revision,
    p.candidates,
    count(d.recipient_id) FILTER (d.state = 'planned') AS planned,
    count(d.recipient_id) FILTER (d.state = 'transmitting') AS transmitting,
    count(d.recipient_id) FILTER (d.state = 'accepted') AS accepted,
    count(d.recipient_id) FILTER (d.state = 'deferred') AS deferred,
    count(d.recipient_id) FILTER (d.state = 'rejected') AS rejected,
    count(d.recipient_id) FILTER (d.state = 'uncertain') AS uncertain,
    count(d.recipient_id) FILTER (d.state = 'excluded') AS excluded,
    count(d.recipient_id) FILTER (d.state = 'cancelled') AS cancelled,
    p.candidates - count(d.recipient_id) AS difference
FROM delivery_plans AS p
LEFT JOIN deliveries AS d USING (edition_id, revision)
GROUP BY p.edition_id, p.revision, p.candidates;
