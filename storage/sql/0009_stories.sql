-- Who took over whose text, what stories continue, and what items say beside what they are about: quotes, primary
-- documents, dates ahead.

-- Text that one item has from another one, or from an agency that it names; like memberships of stories it holds from
-- valid_from up to valid_to (NULL: still), for editions count independent texts by it.
CREATE TABLE text_reuse (
    item_id VARCHAR NOT NULL,
    origin_id VARCHAR,
    agency VARCHAR,
    share DOUBLE,
    because VARCHAR NOT NULL,
    valid_from TIMESTAMPTZ NOT NULL,
    valid_to TIMESTAMPTZ
);
CREATE TABLE story_standings (
    story_id VARCHAR NOT NULL,
    outlets INTEGER NOT NULL,
    texts INTEGER NOT NULL,
    origin_name VARCHAR,
    origin_kind VARCHAR,
    origin_item_id VARCHAR,
    origin_at TIMESTAMPTZ,
    origin_outlets INTEGER
);
-- Each story continues one earlier story at most; thread_id is the story at the end of that chain.
CREATE TABLE continuations (
    story_id VARCHAR NOT NULL,
    earlier_id VARCHAR NOT NULL,
    thread_id VARCHAR NOT NULL,
    strength DOUBLE NOT NULL,
    because VARCHAR[] NOT NULL
);
-- Threads of two stories or more, or with a seed paragraph behind them, as of the last collection that brought news.
CREATE TABLE threads (
    thread_id VARCHAR NOT NULL,
    stories INTEGER NOT NULL,
    first_at TIMESTAMPTZ NOT NULL,
    last_at TIMESTAMPTZ NOT NULL,
    state VARCHAR NOT NULL,
    seed_file VARCHAR,
    seed_paragraph INTEGER
);

-- The publisher family behind an item, where that is not the one of its source: a search brings what many publish.
CREATE TABLE item_families (
    item_id VARCHAR NOT NULL,
    family VARCHAR NOT NULL
);
CREATE TABLE quotes (
    item_id VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    words VARCHAR NOT NULL,
    speaker VARCHAR NOT NULL,
    entity_id VARCHAR,
    verb VARCHAR NOT NULL,
    place VARCHAR NOT NULL,
    start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL
);
CREATE TABLE citations (
    item_id VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    document_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    url VARCHAR,
    matched VARCHAR NOT NULL,
    place VARCHAR NOT NULL,
    start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL
);
-- Which primary documents an item is itself.
CREATE TABLE item_documents (
    item_id VARCHAR NOT NULL,
    document_id VARCHAR NOT NULL
);
CREATE TABLE calendar_dates (
    item_id VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    precision VARCHAR NOT NULL,
    what VARCHAR NOT NULL,
    event_key VARCHAR,
    words VARCHAR NOT NULL,
    sentence VARCHAR NOT NULL,
    place VARCHAR NOT NULL,
    start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL,
    is_moved BOOLEAN NOT NULL
);
-- The same dates merged across items, as of the last collection.
CREATE TABLE calendar_events (
    event_id VARCHAR NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    precision VARCHAR NOT NULL,
    what VARCHAR NOT NULL,
    sentence VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    item_ids VARCHAR[] NOT NULL,
    event_key VARCHAR,
    moved_from_starts_on DATE,
    moved_from_ends_on DATE
);

-- The paragraph of the seeds that tells of an entity, where one does.
ALTER TABLE entities ADD COLUMN seed_file VARCHAR;
ALTER TABLE entities ADD COLUMN seed_paragraph INTEGER;
CREATE TABLE office_holders (
    office_id VARCHAR NOT NULL,
    entity_id VARCHAR NOT NULL,
    since DATE,
    until DATE
);

-- Which text of an item was looked through with which words, for all that is found in it; in the place of named_items,
-- which knew of entities only. Everything is looked through anew after this.
CREATE TABLE extracted_items (
    item_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    words_version VARCHAR NOT NULL
);
DROP TABLE named_items;
