"""Knows the views of a snapshot as they are exported: cut by weeks or whole, in which order, with which words.

Writes nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb

_OF_ITEM = "LEFT JOIN (SELECT item_id, week FROM v_items) AS i USING (item_id)"
_FETCHED = "strftime(timezone(z.zone, v.fetched_at), '%G-W%V')"
BY_WEEK: Mapping[str, tuple[str, str]] = {
    "v_items": ("SELECT * FROM v_items", "item_id"),
    "v_item_history": (
        f"SELECT v.*, i.week FROM v_item_history AS v {_OF_ITEM} WHERE v.valid_to IS NOT NULL",  # noqa: S608
        "item_id, version",
    ),
    "v_judgements": (f"SELECT v.*, i.week FROM v_judgements AS v {_OF_ITEM}", "item_id, valid_from"),  # noqa: S608
    "v_labels": (f"SELECT v.*, i.week FROM v_labels AS v {_OF_ITEM} WHERE v.is_current", "item_id, topic"),  # noqa: S608
    "v_evidence": (
        f"SELECT v.*, i.week FROM v_evidence AS v {_OF_ITEM} WHERE v.is_current",  # noqa: S608
        "item_id, topic, place, start_char, end_char, matched, learned, weight, seed_file, seed_paragraph, seed_id",
    ),
    "v_entity_mentions": ("SELECT * FROM v_entity_mentions", "item_id, entity_id, place, start_char, end_char"),
    "v_quotes": ("SELECT * FROM v_quotes", "item_id, place, start_char, end_char"),
    "v_citations": ("SELECT * FROM v_citations", "item_id, place, start_char, end_char"),
    "v_stories": ("SELECT * FROM v_stories", "story_id"),
    "v_dispositions": (
        f"SELECT v.*, {_FETCHED} AS week FROM v_dispositions AS v CROSS JOIN v_snapshot AS z",  # noqa: S608
        "run_id, source_id, position",
    ),
}
"""View -> query with a column `week`, and the columns that tell its rows apart. All other views are small and whole.

Labels and evidence are the current ones, and the history has earlier versions only: its texts would be there twice.
"""
_NOT_EXPORTED = ("v_dictionary", "v_snapshot")  # they are dictionary.csv and counts.json
_ADDED: Mapping[str, str] = {
    "week": "ISO week of the item, like 2026-W53; NULL for undated items.",
    "v_dispositions.week": "ISO week of the fetch, like 2026-W53.",
    "year": "ISO year that `week` belongs to (2027-01-01 lies in 2026-W53). Parquet only: the name of a folder.",
}


@dataclass(frozen=True, slots=True)
class Relation:
    """One view as it is exported; `weeks`: parameters of `sql`; `columns`: name -> DuckDB type, in order."""

    name: str
    view: str
    sql: str
    weeks: Sequence[str | None]
    columns: Mapping[str, str]


def exported_relations(con: duckdb.DuckDBPyConnection, weeks: tuple[str | None, str | None]) -> Iterator[Relation]:
    """Every view, by name; of those cut by weeks the rows from the first to the last, both included, None: open."""
    views = con.execute(
        "SELECT view_name FROM duckdb_views() WHERE NOT internal AND schema_name = 'main' ORDER BY view_name"
    ).fetchall()
    for (view,) in views:
        if view in _NOT_EXPORTED:
            continue
        sql, keys = BY_WEEK.get(view, (f'SELECT * FROM "{view}"', "ALL"))  # noqa: S608
        columns = {name: kind for name, kind, *_ in con.execute(f"DESCRIBE {sql}").fetchall()}
        wide = [name for name, kind in columns.items() if kind == "HUGEINT"]  # what sum() gives: Parquet has no such
        if wide:
            columns |= dict.fromkeys(wide, "BIGINT")
            casts = ", ".join(f'CAST("{name}" AS BIGINT) AS "{name}"' for name in wide)
            sql = f"SELECT * REPLACE ({casts}) FROM ({sql})"  # noqa: S608
        if view in BY_WEEK:
            keys = f"week NULLS FIRST, {keys}"
        chosen = weeks if view in BY_WEEK and any(weeks) else ()
        if chosen:
            sql = f"SELECT * FROM ({sql}) WHERE week >= coalesce(?, week) AND week <= coalesce(?, week)"  # noqa: S608
        yield Relation(view.removeprefix("v_"), view, f"{sql} ORDER BY {keys}", chosen, columns)


def dictionary(
    con: duckdb.DuckDBPyConnection, relations: Sequence[Relation]
) -> Iterator[tuple[str, str, str, str, str]]:
    """Relation, column, type, meaning, and what a row of the relation stands for."""
    rows = con.execute("SELECT relation, column_name, meaning, relation_meaning FROM v_dictionary").fetchall()
    meanings = {(view, column): meaning for view, column, meaning, _ in rows}
    whole = {view: meaning for view, _, _, meaning in rows}
    for one in relations:
        columns = dict(one.columns) | ({"year": "BIGINT"} if one.view in BY_WEEK else {})
        for column, kind in columns.items():
            meaning = meanings.get((one.view, column)) or _ADDED.get(f"{one.view}.{column}") or _ADDED[column]
            yield one.name, column, kind, meaning, whole[one.view]
