"""Puts its meaning on every table, view, column and macro as its COMMENT. Invents none: dictionary.toml has them."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from parsers.errors import Misconfigured, Problem
from storage.quoting import literal

_PATH = Path(__file__).parent / "sql" / "dictionary.toml"
RELATIONS = """
SELECT schema_name, table_name AS name, 'TABLE' AS kind, comment FROM duckdb_tables()
WHERE database_name = current_database() AND NOT internal
UNION ALL
SELECT schema_name, view_name, 'VIEW', comment FROM duckdb_views()
WHERE database_name = current_database() AND NOT internal
ORDER BY name
"""
COLUMNS = """
SELECT schema_name, table_name, column_name, data_type, comment FROM duckdb_columns()
WHERE database_name = current_database() AND NOT internal
ORDER BY table_name, column_index
"""
MACROS = """
SELECT DISTINCT schema_name, function_name, function_type = 'table_macro' AS gives_rows, parameters, comment
FROM duckdb_functions()
WHERE database_name = current_database() AND NOT internal AND function_type IN ('macro', 'table_macro')
ORDER BY function_name
"""


class _Thing(NamedTuple):
    """What can have a comment. `keys`: where dictionary.toml may have it; `sql`: as in COMMENT ON."""

    name: str
    keys: tuple[tuple[str, str], ...]
    sql: str
    comment: str | None


def dictionary_text() -> str:
    """dictionary.toml as it is: who keeps a fingerprint of it knows when `describe` has something to do."""
    return _PATH.read_text(encoding="utf-8")


def describe(con: duckdb.DuckDBPyConnection) -> int:
    """Write the comments that are not there yet or not the same; gives their number.

    Raises:
        Misconfigured: dictionary.toml has no meaning for something; names all of it.
    """
    meanings = {one: _meaning(one) for one in _things(con)}
    missing = [one.name for one, meaning in meanings.items() if meaning is None]
    if missing:
        reason = "has no meaning, but the database has it"
        raise Misconfigured([Problem(str(_PATH), name, reason) for name in missing])
    changed = {one.sql: meaning for one, meaning in meanings.items() if meaning is not None and meaning != one.comment}
    if changed:
        con.execute(";".join(f"COMMENT ON {sql} IS {literal(meaning)}" for sql, meaning in changed.items()))
    return len(changed)


def unused(*databases: duckdb.DuckDBPyConnection) -> set[str]:
    """Names in dictionary.toml that describe nothing in any of these databases."""
    words = _words()
    things = [one for con in databases for one in _things(con)]
    used = {next((key for key in one.keys if key[1] in words[key[0]]), None) for one in things}
    return {f"{part}.{name}" for part, names in words.items() for name in names if (part, name) not in used}


def full_name(schema: str, name: str) -> str:
    """As one writes it in a query: without the schema where that is `main`."""
    return name if schema == "main" else f"{schema}.{name}"


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    words: dict[str, Any] = tomllib.loads(dictionary_text())
    return words


def _meaning(one: _Thing) -> str | None:
    return next((found for part, key in one.keys if (found := _words()[part].get(key))), None)


def _things(con: duckdb.DuckDBPyConnection) -> Iterator[_Thing]:
    for schema, relation, kind, comment in con.execute(RELATIONS).fetchall():
        name = full_name(schema, relation)
        yield _Thing(name, (("relations", name),), f'{kind} {schema}."{relation}"', comment)
    for schema, relation, column, _, comment in con.execute(COLUMNS).fetchall():
        name = f"{full_name(schema, relation)}.{column}"
        keys = (("exceptions", name), ("columns", column))
        yield _Thing(name, keys, f'COLUMN {schema}."{relation}"."{column}"', comment)
    for schema, macro, gives_rows, _, comment in con.execute(MACROS).fetchall():
        name = full_name(schema, macro)
        kind = "MACRO TABLE" if gives_rows else "MACRO"
        yield _Thing(name, (("macros", name),), f'{kind} {schema}."{macro}"', comment)
