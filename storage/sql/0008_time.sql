-- What was known when. An item, a judgement and the membership of a story hold from valid_from up to valid_to (NULL:
-- still), in the time of this database: each transaction that writes them has a later moment than all before it.
-- What replaced one of these rows begins where it ends, so `AS OF` a moment finds exactly one of each.
--
-- The large tables have no primary key: measured, keys made writing 3.4 times slower and 1,000,000 items needed more
-- than 700 MB of memory for them, and a shared lake has none. MERGE keeps the rows apart, `seabridge doctor` counts.

CREATE TABLE items_8 (
    item_id VARCHAR NOT NULL,
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
    tags VARCHAR[] NOT NULL,
    publisher VARCHAR,
    copy_of VARCHAR,
    version INTEGER NOT NULL,
    valid_from TIMESTAMPTZ NOT NULL
);

-- What earlier programs did not keep of a replaced version is taken from the item as it is now.
CREATE TABLE item_versions_8 AS
SELECT
    v.item_id, i.entry_key, i.source_id, v.url, v.title, v.summary, v.text, v.text_origin, i.language,
    v.published_at, v.updated_at, i.first_seen_at, i.authors, v.content_sha256, i.problems, coalesce(i.tags, []) AS tags,
    CAST(NULL AS VARCHAR) AS publisher, i.copy_of, v.version, v.stored_at AS valid_from, v.replaced_at AS valid_to
FROM item_versions AS v JOIN items AS i USING (item_id);

INSERT INTO items_8 BY NAME
SELECT i.* EXCLUDE (rules_version, stored_at, tags), coalesce(i.tags, []) AS tags, e.publisher, stored_at AS valid_from
FROM items AS i LEFT JOIN entries AS e USING (source_id, entry_key) ORDER BY i.first_seen_at;

CREATE TABLE judgements_8 (
    item_id VARCHAR NOT NULL,
    rules_version VARCHAR NOT NULL,
    relevance VARCHAR NOT NULL,
    relevance_score DOUBLE NOT NULL,
    kind VARCHAR NOT NULL,
    topics VARCHAR[] NOT NULL,
    problems VARCHAR[] NOT NULL,
    valid_from TIMESTAMPTZ NOT NULL,
    valid_to TIMESTAMPTZ
);
-- Of earlier programs the judgement under the rules that the item names was in force, and comes last. Two that were made
-- at one moment get a microsecond between them.
INSERT INTO judgements_8 BY NAME
WITH acts AS (
    SELECT
        j.item_id, j.rules_version, j.relevance, j.relevance_score, coalesce(j.kind, 'news') AS kind,
        coalesce(j.problems, []) AS problems,
        row_number() OVER one_after_the_other AS number,
        max(j.judged_at) OVER one_after_the_other + to_microseconds(number - 1) AS valid_from
    FROM judgements AS j JOIN items AS i USING (item_id)
    WINDOW one_after_the_other AS (
        PARTITION BY j.item_id ORDER BY i.rules_version = j.rules_version, j.judged_at, j.rules_version
        ROWS UNBOUNDED PRECEDING
    )
),
named AS (
    SELECT item_id, rules_version, list(topic ORDER BY position) AS topics FROM labels GROUP BY item_id, rules_version
)
SELECT
    a.* EXCLUDE (number), coalesce(n.topics, []) AS topics,
    lead(a.valid_from) OVER (PARTITION BY item_id ORDER BY a.number) AS valid_to
FROM acts AS a LEFT JOIN named AS n USING (item_id, rules_version)
ORDER BY a.valid_from;

CREATE TABLE labels_8 (
    item_id VARCHAR NOT NULL,
    judged_at TIMESTAMPTZ NOT NULL,
    rules_version VARCHAR NOT NULL,
    topic VARCHAR NOT NULL,
    score DOUBLE NOT NULL,
    position INTEGER NOT NULL,
    origin VARCHAR NOT NULL
);
INSERT INTO labels_8 BY NAME
SELECT l.* REPLACE (coalesce(origin, 'machine') AS origin), j.valid_from AS judged_at
FROM labels AS l JOIN judgements_8 AS j USING (item_id, rules_version)
ORDER BY j.valid_from;

CREATE TABLE evidence_8 (
    item_id VARCHAR NOT NULL,
    judged_at TIMESTAMPTZ NOT NULL,
    rules_version VARCHAR NOT NULL,
    topic VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    matched VARCHAR NOT NULL,
    start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL,
    place VARCHAR NOT NULL,
    weight DOUBLE NOT NULL,
    learned BOOLEAN NOT NULL,
    seed_file VARCHAR,
    seed_paragraph INTEGER
);
INSERT INTO evidence_8 BY NAME
SELECT e.* REPLACE (coalesce(learned, false) AS learned), j.valid_from AS judged_at
FROM evidence AS e JOIN judgements_8 AS j USING (item_id, rules_version)
ORDER BY j.valid_from;

CREATE TABLE story_items_8 (
    item_id VARCHAR NOT NULL,
    story_id VARCHAR NOT NULL,
    valid_from TIMESTAMPTZ NOT NULL,
    valid_to TIMESTAMPTZ
);
INSERT INTO story_items_8 BY NAME
SELECT s.item_id, s.story_id, coalesce(i.stored_at, now()) AS valid_from
FROM story_items AS s LEFT JOIN items AS i USING (item_id);

CREATE TABLE entries_8 AS SELECT * FROM entries;
CREATE TABLE dispositions_8 AS SELECT * FROM dispositions;

DROP TABLE items;
DROP TABLE item_versions;
DROP TABLE judgements;
DROP TABLE labels;
DROP TABLE evidence;
DROP TABLE story_items;
DROP TABLE entries;
DROP TABLE dispositions;
ALTER TABLE items_8 RENAME TO items;
ALTER TABLE item_versions_8 RENAME TO item_versions;
ALTER TABLE judgements_8 RENAME TO judgements;
ALTER TABLE labels_8 RENAME TO labels;
ALTER TABLE evidence_8 RENAME TO evidence;
ALTER TABLE story_items_8 RENAME TO story_items;
ALTER TABLE entries_8 RENAME TO entries;
ALTER TABLE dispositions_8 RENAME TO dispositions;

-- An edition is a function of what the tables above knew at known_at and of its circumstances: JSON text with all that
-- is not in them (settings, sources, coverage), so that it can be composed again, byte for byte.
ALTER TABLE editions ADD COLUMN known_at TIMESTAMPTZ;
ALTER TABLE editions ADD COLUMN issued_at TIMESTAMPTZ;
ALTER TABLE editions ADD COLUMN circumstances VARCHAR;
ALTER TABLE editions ADD COLUMN eligible INTEGER;
UPDATE editions SET known_at = created_at, issued_at = CASE WHEN state = 'issued' THEN created_at END;

-- How every item that an edition could have shown ended in it: exactly one row for each.
CREATE TABLE edition_dispositions (
    edition_id VARCHAR NOT NULL,
    revision INTEGER NOT NULL,
    item_id VARCHAR NOT NULL,
    outcome VARCHAR NOT NULL,
    reason VARCHAR NOT NULL
);

CREATE TABLE entities (
    entity_id VARCHAR PRIMARY KEY,
    kind VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    aliases VARCHAR[] NOT NULL
);
-- Which text of an item was looked through for which entities; another version of either is looked through anew.
CREATE TABLE named_items (
    item_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    entities_version VARCHAR NOT NULL
);
CREATE TABLE mentions (
    item_id VARCHAR NOT NULL,
    entity_id VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    matched VARCHAR NOT NULL,
    place VARCHAR NOT NULL,
    start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL
);

-- How many transactions this database has seen. The same number stands in a file beside it: less here, and a part of the
-- write-ahead log was lost, which DuckDB alone would not tell.
CREATE TABLE high_water (
    id INTEGER PRIMARY KEY,
    commits BIGINT NOT NULL
);
INSERT INTO high_water VALUES (1, 0);
