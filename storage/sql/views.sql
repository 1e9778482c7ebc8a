-- What analysts may rely on. The same definitions hold in the live database and in the published snapshot.
-- The names and columns are explained in dictionary.toml. Weeks are ISO weeks in the zone of snapshot_info.

-- As known at a moment; 'infinity' is now. Each gives one row for what there was.

CREATE OR REPLACE MACRO item_rows(moment) AS TABLE
SELECT * FROM items WHERE valid_from <= moment
UNION ALL BY NAME
SELECT * EXCLUDE (valid_to) FROM item_versions WHERE valid_from <= moment AND valid_to > moment;

CREATE OR REPLACE MACRO judgement_rows(moment) AS TABLE
SELECT * FROM judgements WHERE valid_from <= moment AND (valid_to IS NULL OR valid_to > moment);

CREATE OR REPLACE MACRO story_rows(moment) AS TABLE
SELECT item_id, story_id FROM story_items WHERE valid_from <= moment AND (valid_to IS NULL OR valid_to > moment);

CREATE OR REPLACE MACRO items_as_of(moment) AS TABLE
SELECT
    i.item_id,
    i.source_id,
    s.name AS source_name,
    coalesce(f.family, s.family) AS family,
    s.publisher_type,
    s.country,
    s.weight AS source_weight,
    i.url,
    i.title,
    i.summary,
    i.text,
    i.text_origin,
    i.language,
    i.authors,
    i.publisher,
    i.published_at,
    i.updated_at,
    i.first_seen_at,
    strftime(timezone(z.zone, i.published_at), '%G-W%V') AS week,
    strftime(timezone(z.zone, i.first_seen_at), '%G-W%V') AS first_seen_week,
    j.relevance,
    j.relevance_score,
    coalesce(j.topics, CAST([] AS VARCHAR[])) AS topics,
    j.kind,
    i.tags,
    i.copy_of,
    t.story_id,
    i.version,
    j.rules_version,
    i.valid_from
FROM item_rows(moment) AS i
CROSS JOIN snapshot_info AS z
LEFT JOIN sources AS s ON s.source_id = i.source_id
LEFT JOIN item_families AS f ON f.item_id = i.item_id
LEFT JOIN judgement_rows(moment) AS j ON j.item_id = i.item_id
LEFT JOIN story_rows(moment) AS t ON t.item_id = i.item_id;

CREATE OR REPLACE MACRO labels_as_of(moment) AS TABLE
SELECT l.item_id, l.topic, l.score, l.position, l.origin, l.rules_version, l.judged_at
FROM labels AS l
JOIN judgement_rows(moment) AS j ON j.item_id = l.item_id AND j.valid_from = l.judged_at;

CREATE OR REPLACE MACRO stories_as_of(moment) AS TABLE
WITH told AS (
    SELECT * FROM items_as_of(moment) WHERE story_id IS NOT NULL
),
about AS (
    SELECT story_id, list_sort(list_distinct(flatten(list(topics)))) AS topics FROM told GROUP BY story_id
)
SELECT
    v.story_id,
    -- Of equals one and the same, whatever the order of the rows. A copy is neither first nor one more publisher.
    arg_min(v.title, (v.copy_of IS NOT NULL, coalesce(v.published_at, v.first_seen_at), v.item_id)) AS first_title,
    arg_max(v.title, (v.copy_of IS NULL, v.source_weight, v.relevance_score, v.item_id)) AS strongest_title,
    count(*) AS items,
    count(DISTINCT v.source_id) AS sources,
    -- At least 1: a story can be all copies, of items that are in no story.
    greatest(1, count(DISTINCT v.family) FILTER (v.copy_of IS NULL)) AS families,
    min(v.published_at) AS first_published_at,
    max(v.published_at) AS last_published_at,
    min(v.week) AS week,
    t.topics
FROM told AS v
JOIN about AS t ON t.story_id = v.story_id
GROUP BY v.story_id, t.topics;

CREATE OR REPLACE VIEW v_items AS
FROM items_as_of(CAST('infinity' AS TIMESTAMPTZ));

CREATE OR REPLACE VIEW v_item_history AS
SELECT item_id, version, title, summary, text, url, published_at, copy_of, valid_from, CAST(NULL AS TIMESTAMPTZ) AS valid_to
FROM items
UNION ALL
SELECT item_id, version, title, summary, text, url, published_at, copy_of, valid_from, valid_to
FROM item_versions;

CREATE OR REPLACE VIEW v_judgements AS
SELECT
    j.item_id,
    j.rules_version,
    j.relevance,
    j.relevance_score,
    j.kind,
    j.topics,
    j.problems,
    j.valid_from,
    j.valid_to,
    j.valid_to IS NULL AS is_current
FROM judgements AS j;

CREATE OR REPLACE VIEW v_labels AS
SELECT l.item_id, l.topic, l.score, l.origin, l.rules_version, l.judged_at, j.valid_to IS NULL AS is_current
FROM labels AS l
JOIN judgements AS j ON j.item_id = l.item_id AND j.valid_from = l.judged_at;

CREATE OR REPLACE VIEW v_evidence AS
SELECT
    e.item_id,
    e.topic,
    e.matched,
    e.place,
    e.start_char,
    e.end_char,
    e.weight,
    e.learned,
    e.seed_file,
    e.seed_paragraph,
    d.seed_id,
    p.text AS seed_text,
    e.rules_version,
    e.judged_at,
    j.valid_to IS NULL AS is_current
FROM evidence AS e
JOIN judgements AS j ON j.item_id = e.item_id AND j.valid_from = e.judged_at
LEFT JOIN seeds AS d ON d.file = e.seed_file
LEFT JOIN seed_paragraphs AS p ON p.seed_id = d.seed_id AND p.paragraph = e.seed_paragraph;

CREATE OR REPLACE VIEW v_overrides AS
SELECT
    o.item_id,
    i.title,
    o.topic,
    o.action,
    o.reason,
    o.made_at,
    o.action <> 'withdraw' AND o.made_at = max(o.made_at) OVER (PARTITION BY o.item_id, o.topic) AS is_in_force
FROM overrides AS o
LEFT JOIN items AS i ON i.item_id = o.item_id;

CREATE OR REPLACE VIEW v_stories AS
SELECT
    s.*,
    t.outlets,
    t.texts AS independent_texts,
    t.origin_name,
    t.origin_kind,
    t.origin_item_id,
    t.origin_at,
    coalesce(c.thread_id, h.thread_id) AS thread_id
FROM stories_as_of(CAST('infinity' AS TIMESTAMPTZ)) AS s
LEFT JOIN story_standings AS t ON t.story_id = s.story_id
LEFT JOIN continuations AS c ON c.story_id = s.story_id
LEFT JOIN threads AS h ON h.thread_id = s.story_id;

CREATE OR REPLACE VIEW v_story_sources AS
SELECT
    story_id,
    source_id,
    any_value(source_name) AS source_name,
    any_value(family) AS family,
    count(*) AS items,
    min(published_at) AS first_published_at
FROM v_items
WHERE story_id IS NOT NULL
GROUP BY story_id, source_id;

CREATE OR REPLACE VIEW v_week AS
SELECT
    week,
    count(*) AS items,
    count(*) FILTER (copy_of IS NOT NULL) AS copies,
    count(*) FILTER (copy_of IS NULL AND relevance = 'core') AS core,
    count(*) FILTER (copy_of IS NULL AND relevance = 'related') AS related,
    count(*) FILTER (copy_of IS NULL AND relevance = 'off') AS off_topic,
    count(*) FILTER (first_seen_week > week) AS late,
    count(DISTINCT story_id) AS stories,
    count(DISTINCT source_id) AS sources
FROM v_items
-- As in the digest, what was dated ahead when it was first seen (a mistake or an embargo) is not counted.
WHERE published_at <= first_seen_at + INTERVAL 1 HOUR
GROUP BY week;

CREATE OR REPLACE VIEW v_topic_trend AS
WITH counted AS (
    SELECT week, unnest(topics) AS topic, item_id
    FROM v_items
    WHERE week IS NOT NULL AND copy_of IS NULL AND relevance <> 'off'
        -- As in the digest, what was dated ahead is not counted. One entry dated 9998 made 8,736,798 rows of empty weeks.
        AND published_at <= first_seen_at + INTERVAL 1 HOUR
),
weeks AS (
    -- Every week between the first and the last, also one without any news: a mean over four weeks means four weeks.
    SELECT strftime(monday, '%G-W%V') AS week
    FROM (
        SELECT unnest(generate_series(
            date_trunc('week', min(timezone(z.zone, i.published_at))),
            date_trunc('week', max(timezone(z.zone, i.published_at))),
            INTERVAL 7 DAY
        )) AS monday
        FROM items AS i CROSS JOIN snapshot_info AS z
        JOIN counted AS c ON c.item_id = i.item_id
    )
),
topics AS (
    SELECT DISTINCT topic FROM counted
),
filled AS (
    SELECT w.week, t.topic, count(c.item_id) AS items
    FROM weeks AS w
    CROSS JOIN topics AS t
    LEFT JOIN counted AS c ON c.week = w.week AND c.topic = t.topic
    GROUP BY w.week, t.topic
)
SELECT
    week,
    topic,
    items,
    avg(items) OVER before AS mean_before,
    items - avg(items) OVER before AS change
FROM filled
WINDOW before AS (PARTITION BY topic ORDER BY week ROWS BETWEEN 4 PRECEDING AND 1 PRECEDING);

CREATE OR REPLACE VIEW v_source_health AS
SELECT
    s.source_id,
    s.name AS source_name,
    s.url,
    s.enabled,
    s.gone_at,
    f.last_outcome,
    f.last_kind,
    f.last_detail,
    f.last_attempt_at,
    f.last_success_at,
    coalesce(f.consecutive_failures, 0) AS consecutive_failures,
    f.state,
    f.state_since,
    coalesce(f.trouble, 0) AS trouble,
    f.next_visit_at,
    f.quiet_until,
    f.moved_to,
    coalesce(h.fetches, 0) AS fetches,
    coalesce(h.failures, 0) AS failures,
    coalesce(h.entries, 0) AS entries,
    coalesce(k.items, 0) AS items,
    k.newest_item_at
FROM sources AS s
LEFT JOIN feed_states AS f ON f.source_id = s.source_id AND f.url = s.url
LEFT JOIN (
    SELECT source_id, count(*) AS fetches, count(*) FILTER (outcome = 'failed') AS failures, sum(entries) AS entries
    FROM fetches
    GROUP BY source_id
) AS h ON h.source_id = s.source_id
LEFT JOIN (
    SELECT source_id, count(*) AS items, max(published_at) AS newest_item_at
    FROM items
    GROUP BY source_id
) AS k ON k.source_id = s.source_id;

CREATE OR REPLACE VIEW v_source_events AS
SELECT e.told_at, e.source_id, s.name AS source_name, e.kind, e.detail, e.run_id
FROM source_events AS e
LEFT JOIN sources AS s ON s.source_id = e.source_id;

CREATE OR REPLACE VIEW v_dispositions AS
SELECT
    d.run_id,
    d.source_id,
    f.started_at AS fetched_at,
    d.position,
    d.title,
    d.url,
    d.outcome,
    d.reason,
    d.item_id,
    d.copy_of
FROM dispositions AS d
LEFT JOIN fetches AS f ON f.run_id = d.run_id AND f.source_id = d.source_id;

CREATE OR REPLACE VIEW v_quarantine AS
SELECT q.source_id, s.name AS source_name, q.url, q.kind, q.reason, q.bytes, q.sha256, q.first_seen_at, q.last_seen_at
FROM quarantine AS q
LEFT JOIN sources AS s ON s.source_id = q.source_id;

CREATE OR REPLACE VIEW v_disposition_balance AS
SELECT
    run_id,
    source_id,
    coalesce(f.entries, 0) AS entries_in,
    coalesce(d.dispositions, 0) AS entries_out,
    coalesce(f.entries, 0) - coalesce(d.dispositions, 0) AS difference
FROM fetches AS f
FULL JOIN (
    SELECT run_id, source_id, count(*) AS dispositions
    FROM dispositions
    GROUP BY run_id, source_id
) AS d USING (run_id, source_id);

CREATE OR REPLACE VIEW v_balance AS
SELECT
    'fetch' AS kind,
    run_id || ' ' || source_id AS name,
    entries_in AS came_in,
    entries_out AS ended,
    difference
FROM v_disposition_balance
UNION ALL
SELECT
    'edition',
    edition_id || ' revision ' || revision,
    coalesce(e.eligible, 0),
    coalesce(d.ended, 0),
    coalesce(e.eligible, 0) - coalesce(d.ended, 0)
FROM (SELECT edition_id, revision, eligible FROM editions WHERE eligible IS NOT NULL) AS e
FULL JOIN (
    SELECT edition_id, revision, count(*) AS ended FROM edition_dispositions GROUP BY edition_id, revision
) AS d USING (edition_id, revision);

CREATE OR REPLACE VIEW v_seeds AS
SELECT
    s.seed_id,
    s.file,
    s.title,
    s.publisher,
    s.published,
    s.language,
    s.kind,
    s.url,
    s.abstract,
    s.text_origin,
    length(s.text) AS characters,
    (SELECT count(*) FROM seed_paragraphs AS p WHERE p.seed_id = s.seed_id AND p.is_text) AS paragraphs,
    s.relevance,
    s.relevance_score,
    (
        SELECT coalesce(list(l.topic ORDER BY l.score DESC, l.topic), CAST([] AS VARCHAR[]))
        FROM seed_labels AS l
        WHERE l.seed_id = s.seed_id AND l.rules_version = s.rules_version
    ) AS topics,
    s.rules_version
FROM seeds AS s;

CREATE OR REPLACE VIEW v_editions AS
SELECT
    e.edition_id,
    e.revision,
    e.period_start,
    e.period_end,
    e.zone,
    e.subject,
    e.state,
    e.sha256,
    e.created_at,
    e.known_at,
    e.issued_at,
    (
        SELECT count(*) FROM edition_items AS i WHERE i.edition_id = e.edition_id AND i.revision = e.revision
    ) AS items
FROM editions AS e;

CREATE OR REPLACE VIEW v_edition_dispositions AS
SELECT d.edition_id, d.revision, d.item_id, coalesce(h.title, i.title) AS title, i.source_id, d.outcome, d.reason
FROM edition_dispositions AS d
LEFT JOIN editions AS e ON e.edition_id = d.edition_id AND e.revision = d.revision
LEFT JOIN items AS i ON i.item_id = d.item_id
-- The title that readers saw; the source may have changed it since.
LEFT JOIN v_item_history AS h
    ON h.item_id = d.item_id AND h.valid_from <= e.known_at AND (h.valid_to IS NULL OR h.valid_to > e.known_at);

CREATE OR REPLACE VIEW v_labels_as_sent AS
SELECT
    s.edition_id, s.revision, s.item_id, coalesce(h.title, i.title) AS title, s.position, s.story_id, s.relevance,
    s.topics, s.rules_version,
    j.relevance AS relevance_now,
    j.topics AS topics_now,
    s.relevance = j.relevance AND s.topics = j.topics AS is_still_so
FROM edition_items AS s
LEFT JOIN editions AS e ON e.edition_id = s.edition_id AND e.revision = s.revision
LEFT JOIN items AS i ON i.item_id = s.item_id
LEFT JOIN v_item_history AS h
    ON h.item_id = s.item_id AND h.valid_from <= e.known_at AND (h.valid_to IS NULL OR h.valid_to > e.known_at)
LEFT JOIN judgements AS j ON j.item_id = s.item_id AND j.valid_to IS NULL;

CREATE OR REPLACE VIEW v_coverage AS
SELECT
    w.week,
    s.source_id,
    s.name AS source_name,
    s.language,
    s.country,
    count(f.run_id) AS fetches,
    count(f.run_id) FILTER (f.outcome = 'failed') AS failures,
    coalesce(sum(f.entries) FILTER (f.outcome = 'read'), 0) AS entries,
    max(f.started_at) FILTER (f.outcome <> 'failed') AS last_answer_at,
    fetches > failures AS answered
FROM (
    SELECT DISTINCT strftime(timezone(z.zone, f.started_at), '%G-W%V') AS week FROM fetches AS f CROSS JOIN snapshot_info AS z
) AS w
CROSS JOIN snapshot_info AS z
-- Those that were configured in the week: one that is new today was not silent last year, nor was one that went away.
JOIN sources AS s
    ON s.enabled
    AND strftime(timezone(z.zone, s.listed_at), '%G-W%V') <= w.week
    AND (s.gone_at IS NULL OR strftime(timezone(z.zone, s.gone_at), '%G-W%V') >= w.week)
LEFT JOIN fetches AS f
    ON f.source_id = s.source_id AND strftime(timezone(z.zone, f.started_at), '%G-W%V') = w.week
GROUP BY ALL;

CREATE OR REPLACE VIEW v_entity_mentions AS
SELECT
    m.item_id,
    m.entity_id,
    n.name,
    n.kind,
    m.matched,
    m.place,
    m.start_char,
    m.end_char,
    i.title,
    i.source_id,
    i.published_at,
    strftime(timezone(z.zone, i.published_at), '%G-W%V') AS week
FROM mentions AS m
JOIN items AS i ON i.item_id = m.item_id
JOIN judgements AS r ON r.item_id = m.item_id AND r.valid_to IS NULL AND r.relevance <> 'off'
CROSS JOIN snapshot_info AS z
LEFT JOIN entities AS n ON n.entity_id = m.entity_id;

CREATE OR REPLACE VIEW v_office_holders AS
SELECT h.office_id, o.name AS office, h.entity_id, p.name, h.since, h.until
FROM office_holders AS h
LEFT JOIN entities AS o ON o.entity_id = h.office_id
LEFT JOIN entities AS p ON p.entity_id = h.entity_id;

CREATE OR REPLACE MACRO holder_of(wanted_office, on_day) AS (
    SELECT CASE WHEN count(DISTINCT name) = 1 THEN any_value(name) END
    FROM v_office_holders
    WHERE office_id = wanted_office AND since <= on_day AND coalesce(until, CAST('infinity' AS DATE)) >= on_day
);

CREATE OR REPLACE VIEW v_quotes AS
SELECT
    q.item_id, q.words, q.speaker, q.entity_id, n.name, q.verb, q.place, q.start_char, q.end_char,
    i.title, i.source_id, i.published_at, strftime(timezone(z.zone, i.published_at), '%G-W%V') AS week
FROM quotes AS q
JOIN items AS i ON i.item_id = q.item_id
JOIN judgements AS r ON r.item_id = q.item_id AND r.valid_to IS NULL AND r.relevance <> 'off'
CROSS JOIN snapshot_info AS z
LEFT JOIN entities AS n ON n.entity_id = q.entity_id;

CREATE OR REPLACE VIEW v_citations AS
SELECT
    c.item_id, c.document_id, c.kind, c.name, c.url, c.matched, c.place, c.start_char, c.end_char,
    i.title, i.source_id, i.published_at, strftime(timezone(z.zone, i.published_at), '%G-W%V') AS week,
    s.story_id
FROM citations AS c
JOIN items AS i ON i.item_id = c.item_id
JOIN judgements AS r ON r.item_id = c.item_id AND r.valid_to IS NULL AND r.relevance <> 'off'
CROSS JOIN snapshot_info AS z
LEFT JOIN story_items AS s ON s.item_id = c.item_id AND s.valid_to IS NULL;

CREATE OR REPLACE VIEW v_documents AS
SELECT
    c.document_id,
    min(c.kind) AS kind,
    min(c.name) AS name,
    min(c.url) AS url,
    count(DISTINCT c.item_id) AS items,
    count(DISTINCT c.story_id) AS stories,
    min(c.published_at) AS first_cited_at,
    max(c.published_at) AS last_cited_at,
    min(h.item_id) AS held_item_id,
    held_item_id IS NOT NULL AS is_held
FROM v_citations AS c
LEFT JOIN item_documents AS h ON h.document_id = c.document_id
GROUP BY c.document_id;

CREATE OR REPLACE VIEW v_text_reuse AS
SELECT
    r.item_id, i.title, i.source_id, i.published_at, r.origin_id, o.title AS origin_title,
    o.source_id AS origin_source_id, o.published_at AS origin_published_at, r.agency, r.share, r.because, s.story_id
FROM text_reuse AS r
JOIN items AS i ON i.item_id = r.item_id
JOIN judgements AS j ON j.item_id = r.item_id AND j.valid_to IS NULL AND j.relevance <> 'off'
LEFT JOIN items AS o ON o.item_id = r.origin_id
LEFT JOIN story_items AS s ON s.item_id = r.item_id AND s.valid_to IS NULL
WHERE r.valid_to IS NULL;

CREATE OR REPLACE VIEW v_threads AS
SELECT
    t.thread_id, v.first_title, t.stories, t.first_at, t.last_at, t.state, t.seed_file, t.seed_paragraph, d.seed_id,
    d.title AS seed_title, TRY_CAST(d.published[:4] AS INTEGER) AS seed_year, coalesce(v.topics, CAST([] AS VARCHAR[])) AS topics
FROM threads AS t
LEFT JOIN v_stories AS v ON v.story_id = t.thread_id
LEFT JOIN seeds AS d ON d.file = t.seed_file;

CREATE OR REPLACE VIEW v_thread_stories AS
SELECT
    v.thread_id, v.story_id, c.earlier_id, c.strength, coalesce(c.because, CAST([] AS VARCHAR[])) AS because,
    v.first_title, v.items, v.first_published_at, v.last_published_at, v.week,
    (
        SELECT coalesce(list(DISTINCT e.edition_id ORDER BY e.edition_id), CAST([] AS VARCHAR[]))
        FROM edition_items AS e
        JOIN editions AS d ON d.edition_id = e.edition_id AND d.revision = e.revision AND d.issued_at IS NOT NULL
        JOIN story_items AS s ON s.item_id = e.item_id AND s.valid_to IS NULL
        WHERE s.story_id = v.story_id
    ) AS edition_ids
FROM v_stories AS v
LEFT JOIN continuations AS c ON c.story_id = v.story_id
WHERE v.thread_id IS NOT NULL;

CREATE OR REPLACE VIEW v_calendar AS
SELECT
    event_id, starts_on, ends_on, precision, what, event_key, sentence, state, moved_from_starts_on, moved_from_ends_on,
    item_ids, len(item_ids) AS items
FROM calendar_events;

CREATE OR REPLACE VIEW v_snapshot AS
SELECT published_at, schema_version, duckdb_version, zone, views_sha256
FROM snapshot_info;

CREATE OR REPLACE VIEW v_dictionary AS
SELECT
    c.table_name AS relation,
    r.kind AS relation_kind,
    r.comment AS relation_meaning,
    c.column_index AS column_number,
    c.column_name,
    c.data_type,
    c.comment AS meaning
FROM duckdb_columns() AS c
JOIN (
    SELECT database_oid, schema_name, table_name AS name, 'table' AS kind, comment FROM duckdb_tables()
    UNION ALL
    SELECT database_oid, schema_name, view_name, 'view', comment FROM duckdb_views()
) AS r ON r.database_oid = c.database_oid AND r.schema_name = c.schema_name AND r.name = c.table_name
WHERE c.database_name = current_database() AND c.schema_name = 'main' AND NOT c.internal
ORDER BY relation, column_number;
