"""Tells an analyst what can be asked: relations, their columns, and what they mean. Shows no data."""

import difflib
from pathlib import Path

from parsers.errors import Misconfigured, Problem
from storage.analyst import QueryResult, run_query
from storage.quoting import identifier, literal

MOST_COUNTED = 100_000
"""Rows of the largest table up to which views are counted too; with 1,000,000 items it would take half a minute."""
_RELATIONS = """
SELECT relation, kind, rows, meaning, name, parameters
FROM (
    SELECT
        view_name AS relation, 'view' AS kind, NULL AS rows, comment AS meaning, view_name AS name, 0 AS parameters
    FROM duckdb_views()
    WHERE NOT internal AND database_name = current_database() AND schema_name = 'main'
    UNION ALL
    SELECT
        function_name || '(' || array_to_string(parameters, ', ') || ')', 'macro', NULL, comment, function_name,
        len(parameters)
    FROM duckdb_functions()
    WHERE NOT internal AND database_name = current_database() AND schema_name = 'main'
        AND function_type = 'table_macro'
    UNION ALL
    SELECT table_name, 'table', estimated_size, comment, table_name, 0
    FROM duckdb_tables()
    WHERE NOT internal AND database_name = current_database() AND schema_name = 'main'
)
ORDER BY list_position(['view', 'macro', 'table'], kind), relation
"""
_COLUMNS = """
SELECT table_name, column_name, data_type, comment
FROM duckdb_columns()
WHERE NOT internal AND database_name = current_database() AND schema_name = 'main'
ORDER BY table_name, column_index
"""


def list_relations(database: Path, *, timeout: float = 30.0) -> QueryResult:
    """Views, macros and tables, in this order, with columns relation, kind, rows and meaning.

    A macro has no rows of its own, a view has none where counting would take long (see MOST_COUNTED).
    """
    found = run_query(database, _RELATIONS, timeout=timeout).rows
    counted: dict[str, int] = {}
    views = [name for _, kind, _, _, name, _ in found if kind == "view"]
    if views and max((rows for _, kind, rows, *_ in found if kind == "table"), default=0) <= MOST_COUNTED:
        counts = [f"SELECT {literal(name)}, count(*) FROM {identifier(name)}" for name in views]  # noqa: S608
        counted = dict(run_query(database, " UNION ALL ".join(counts), timeout=timeout).rows)
    shown = tuple(
        (relation, kind, counted.get(name, rows), meaning) for relation, kind, rows, meaning, name, _ in found
    )
    return QueryResult(
        ("relation", "kind", "rows", "meaning"), ("VARCHAR", "VARCHAR", "BIGINT", "VARCHAR"), shown, False
    )


def describe_relation(database: Path, wanted: str, *, timeout: float = 30.0) -> tuple[str, QueryResult]:
    """What a view, macro or table is, in a sentence, and its columns with type and meaning.

    A macro has no comments on columns: they mean what they mean in the smallest relation that has all of them.

    Raises:
        Misconfigured: there is no such relation; with the nearest names.
    """
    found = run_query(database, _RELATIONS, timeout=timeout).rows
    name = wanted.partition("(")[0].strip().lower()
    chosen = next((row for row in found if row[4].lower() == name), None)
    if chosen is None:
        raise _unknown(wanted, [row[4] for row in found])
    relation, kind, _, meaning, name, parameters = chosen
    known: dict[str, dict[str, tuple[str, str | None]]] = {}
    for of_relation, column, type_, comment in run_query(database, _COLUMNS, timeout=timeout).rows:
        known.setdefault(of_relation, {})[column] = type_, comment
    if kind == "macro":
        given = ", ".join(["NULL"] * parameters)
        columns = {row[0]: row[1] for row in run_query(database, f"DESCRIBE FROM {identifier(name)}({given})").rows}
        kin = min((one for one in known.values() if one.keys() >= columns.keys()), key=len, default={})
        shown = tuple((column, type_, kin.get(column, ("", None))[1]) for column, type_ in columns.items())
    else:
        shown = tuple((column, *words) for column, words in known[name].items())
    result = QueryResult(("column", "type", "meaning"), ("VARCHAR", "VARCHAR", "VARCHAR"), shown, False)
    return f"{relation} ({kind}): {meaning or 'nothing is said about it'}", result


def _unknown(wanted: str, names: list[str]) -> Misconfigured:
    word = wanted.lower()
    near = [name for name in names if word in name][:3] or difflib.get_close_matches(word, names, n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    reason = f"there is no such relation{hint}; `seabridge sql --tables` lists them"
    return Misconfigured([Problem("command line", repr(wanted), reason)])
