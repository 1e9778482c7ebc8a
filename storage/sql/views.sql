-- What analysts may rely on. The same definitions hold in the live database and in the published snapshot.
-- The names and columns are explained in dictionary.toml. Weeks are ISO weeks in the zone of snapshot_info.

CREATE OR REPLACE VIEW v_items AS
SELECT
    i.item_id,
    i.source_id,
    s.name AS source_name,
    s.family,
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
    e.publisher,
    i.published_at,
    i.updated_at,
    i.first_seen_at,
    strftime(timezone(z.zone, i.published_at), '%G-W%V') AS week,
    strftime(timezone(z.zone, i.first_seen_at), '%G-W%V') AS first_seen_week,
    j.relevance,
    j.relevance_score,
    coalesce(l.topics, CAST([] AS VARCHAR[])) AS topics,
    j.kind,
    i.tags,
    i.copy_of,
    t.story_id,
    i.version,
    i.rules_version
FROM items AS i
CROSS JOIN snapshot_info AS z
LEFT JOIN sources AS s ON s.source_id = i.source_id
LEFT JOIN entries AS e ON e.source_id = i.source_id AND e.entry_key = i.entry_key
LEFT JOIN judgements AS j ON j.item_id = i.item_id AND j.rules_version = i.rules_version
LEFT JOIN story_items AS t ON t.item_id = i.item_id
LEFT JOIN (
    SELECT item_id, rules_version, list(topic ORDER BY position) AS topics
    FROM labels
    GROUP BY item_id, rules_version
) AS l ON l.item_id = i.item_id AND l.rules_version = i.rules_version;

CREATE OR REPLACE VIEW v_labels AS
SELECT l.item_id, l.topic, l.score, l.origin, l.rules_version, l.rules_version = i.rules_version AS is_current
FROM labels AS l
JOIN items AS i ON i.item_id = l.item_id;

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
    e.rules_version = i.rules_version AS is_current
FROM evidence AS e
JOIN items AS i ON i.item_id = e.item_id
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
    v.story_id,
    arg_min(v.title, coalesce(v.published_at, v.first_seen_at)) AS first_title,
    arg_max(v.title, v.source_weight) AS strongest_title,
    count(*) AS items,
    count(DISTINCT v.source_id) AS sources,
    count(DISTINCT v.family) AS families,
    min(v.published_at) AS first_published_at,
    max(v.published_at) AS last_published_at,
    min(v.week) AS week,
    coalesce(t.topics, CAST([] AS VARCHAR[])) AS topics
FROM v_items AS v
LEFT JOIN (
    SELECT story_id, list_sort(list_distinct(flatten(list(topics)))) AS topics
    FROM v_items
    WHERE story_id IS NOT NULL
    GROUP BY story_id
) AS t ON t.story_id = v.story_id
WHERE v.story_id IS NOT NULL
GROUP BY v.story_id, t.topics;

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
WHERE week IS NOT NULL
GROUP BY week;

CREATE OR REPLACE VIEW v_topic_trend AS
WITH counted AS (
    SELECT week, unnest(topics) AS topic, item_id
    FROM v_items
    WHERE week IS NOT NULL AND copy_of IS NULL AND relevance <> 'off'
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
    (
        SELECT count(*) FROM edition_items AS i WHERE i.edition_id = e.edition_id AND i.revision = e.revision
    ) AS items
FROM editions AS e;

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
