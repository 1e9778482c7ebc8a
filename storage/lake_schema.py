"""Gives a lake the tables and views of the newest schema, without what a lake does not know. Moves no data.

A lake has no keys, no checks and no defaults that are lists. It is not migrated step by step but made like a database
that was: tables and columns that it lacks are added. What a migration does to rows that are there it does not repeat.
"""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from parsers.errors import Misconfigured, Problem
from storage.migrations import latest_version, migrate, views_fingerprint, views_sql
from storage.writing import transaction

LAKE = "lake"
"""The name under which the lake is attached."""
_MODEL = "model"
_COLUMNS = """
-- PostgreSQL keeps the log of a lake, so nobody counts its commits.
SELECT table_name, column_name, data_type, is_nullable, column_default
FROM duckdb_columns() WHERE database_name = ? AND schema_name = 'main' AND NOT internal
    AND table_name IN (SELECT table_name FROM duckdb_tables() WHERE database_name = ?) AND table_name <> 'high_water'
ORDER BY table_name, column_index
"""

Columns = Mapping[str, tuple[str, bool, str | None]]
"""Column -> (type, whether it may be empty, default as SQL)."""


def tables_of(con: duckdb.DuckDBPyConnection, database: str) -> dict[str, dict[str, tuple[str, bool, str | None]]]:
    """Table -> its columns, in order, of an attached database."""
    tables: dict[str, dict[str, tuple[str, bool, str | None]]] = {}
    for table, column, kind, nullable, default in con.execute(_COLUMNS, [database, database]).fetchall():
        tables.setdefault(table, {})[column] = (kind, nullable, default)
    return tables


def is_newest(con: duckdb.DuckDBPyConnection, lake: str) -> bool:
    """Whether the lake has the schema of this program.

    Raises:
        Misconfigured: its schema is newer.
    """
    try:
        applied = con.execute(f"SELECT version FROM {LAKE}.migrations").fetchall()  # noqa: S608 - a constant
    except duckdb.CatalogException:  # asking duckdb_tables() first took 100 ms, five times as long as all the rest
        return False
    if len(applied) > latest_version():
        reason = (
            f"the lake has schema version {len(applied)}, this program knows version {latest_version()} at most:"
            " install the newer program on this host too"
        )
        raise Misconfigured([Problem(lake, "", reason)])
    views = con.execute(f"SELECT views_sha256 FROM {LAKE}.snapshot_info").fetchall()  # noqa: S608
    return len(applied) == latest_version() and views == [(views_fingerprint(),)]


def renew_schema(con: duckdb.DuckDBPyConnection, lake: str) -> None:
    """Add what the lake lacks, all or nothing. The caller is alone in it, and it is no newer than the program.

    Raises:
        Misconfigured: a table of the lake has columns that the newest schema has no more, or has with another type.
    """
    con.execute(f"ATTACH ':memory:' AS {_MODEL}")
    try:
        con.execute(f"USE {_MODEL}")
        migrate(con, Path(":memory:"))
        con.execute(f"USE {LAKE}")
        wanted, there = tables_of(con, _MODEL), tables_of(con, LAKE)
        _refuse_other_columns(wanted, there, lake)
        with transaction(con):
            _add_columns(con, wanted, there)
            _add_tables(con, wanted, there)
            if there:
                con.execute(f"DELETE FROM {LAKE}.migrations")  # noqa: S608
                con.execute(f"INSERT INTO {LAKE}.migrations BY NAME FROM {_MODEL}.migrations")
                con.execute(f"UPDATE {LAKE}.snapshot_info SET views_sha256 = ?", [views_fingerprint()])  # noqa: S608
            _renew_views(con)
    finally:
        con.execute(f"USE {LAKE}")
        con.execute(f"DETACH {_MODEL}")


def _refuse_other_columns(wanted: Mapping[str, Columns], there: Mapping[str, Columns], lake: str) -> None:
    other = [
        f"{table}.{column}"
        for table, columns in there.items()
        for column, (kind, *_) in columns.items()
        if table in wanted and (column not in wanted[table] or wanted[table][column][0] != kind)
    ]
    if other:
        reason = (
            f"this program stores {', '.join(other)} in another way: with the program of before bring the data back to"
            " a file (seabridge migrate-back), then move it anew with this one, into an empty lake"
        )
        raise Misconfigured([Problem(lake, "", reason)])


def _add_columns(con: duckdb.DuckDBPyConnection, wanted: Mapping[str, Columns], there: Mapping[str, Columns]) -> None:
    for table, columns in there.items():
        for column, (kind, _, default) in wanted.get(table, {}).items():
            if column not in columns:
                con.execute(f'ALTER TABLE {LAKE}."{table}" ADD COLUMN "{column}" {kind}{_default(kind, default)}')


def _add_tables(con: duckdb.DuckDBPyConnection, wanted: Mapping[str, Columns], there: Mapping[str, Columns]) -> None:
    """With the rows that a new database has: its migrations and the one of snapshot_info."""
    for table in wanted:
        if table not in there:
            columns = ", ".join(
                f'"{column}" {kind}{"" if nullable else " NOT NULL"}{_default(kind, default)}'
                for column, (kind, nullable, default) in wanted[table].items()
            )
            con.execute(f'CREATE TABLE {LAKE}."{table}" ({columns})')
            con.execute(f'INSERT INTO {LAKE}."{table}" BY NAME FROM {_MODEL}."{table}"')


def _default(kind: str, default: str | None) -> str:
    return "" if default is None or kind.endswith("[]") else f" DEFAULT {default}"


def _renew_views(con: duckdb.DuckDBPyConnection) -> None:
    """Those of views.sql, and those that a migration has made."""
    con.execute(views_sql())
    made = dict(_views(con, _MODEL))
    there = dict(_views(con, LAKE))
    for name, sql in made.items():
        if name not in there:
            con.execute(sql)
    for name in there:
        if name not in made:
            con.execute(f'DROP VIEW {LAKE}."{name}"')


def _views(con: duckdb.DuckDBPyConnection, database: str) -> list[tuple[str, str]]:
    return con.execute(
        "SELECT view_name, sql FROM duckdb_views() WHERE database_name = ? AND NOT internal", [database]
    ).fetchall()
