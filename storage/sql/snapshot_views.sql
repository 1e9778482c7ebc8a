-- What only the published snapshot has; made after views.sql, in the place of the view of the same name.

CREATE OR REPLACE VIEW v_snapshot AS
SELECT
    i.published_at,
    (SELECT max(first_seen_at) FROM items) AS newest_item_at,
    (SELECT max(finished_at) FROM runs) AS newest_run_at,
    i.schema_version,
    i.duckdb_version,
    i.zone,
    f.kind AS search,
    f.built_at AS fts_built_at,
    f.items AS search_items,
    f.characters AS search_characters,
    i.views_sha256
FROM snapshot_info AS i
CROSS JOIN search.facts AS f;
