"""Copies a whole database into a new file and proves that the copy is the same. Chooses neither name nor place.

A file in use must not be copied by the system: 2 of 12 such copies could not be read, and without the log rows or whole
tables are missing (measured). DuckDB copies all tables as of one moment, while other steps wait.
"""

import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import duckdb

from parsers.errors import Misconfigured, Problem
from storage.quoting import literal
from storage.writing import disk_watched, sync

MARGIN = 20 << 20
Facts = Mapping[str, tuple[int, int]]
"""Table -> (rows, a sum of hashes over them that no order changes)."""

_TABLES = """
SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ? AND NOT internal ORDER BY ALL
"""
_NAMED = """
SELECT count(*), coalesce(sum(CAST(hash(kind, schema_name, name, coalesce(comment, '')) AS HUGEINT)), 0) FROM (
    SELECT 'table' AS kind, schema_name, table_name AS name, comment FROM duckdb_tables() WHERE database_name = $1
    UNION ALL SELECT 'view', schema_name, view_name, comment FROM duckdb_views()
        WHERE database_name = $1 AND NOT internal
    UNION ALL SELECT 'column', schema_name, table_name || '.' || column_name, comment FROM duckdb_columns()
        WHERE database_name = $1 AND NOT internal
    UNION ALL SELECT 'macro', schema_name, function_name, NULL FROM duckdb_functions()
        WHERE database_name = $1 AND NOT internal
)
"""


def facts_of(con: duckdb.DuckDBPyConnection, database: str) -> Facts:
    """What is in an attached database: reads every row once. '' stands for the names of all that is in it."""
    facts: dict[str, tuple[int, int]] = {"": con.execute(_NAMED, [database]).fetchall()[0]}
    for schema, table in con.execute(_TABLES, [database]).fetchall():
        name = table if schema == "main" else f"{schema}.{table}"
        facts[name] = con.execute(
            f'SELECT count(*), coalesce(sum(CAST(hash(t) AS HUGEINT)), 0) FROM "{database}"."{schema}"."{table}" AS t'  # noqa: S608
        ).fetchall()[0]
    return facts


def copy_whole(con: duckdb.DuckDBPyConnection, source: str, target: Path) -> dict[str, int]:
    """Make the new file `target` (mode 0600) from the attached database `source`; gives the rows of each table.

    Raises:
        Misconfigured: the disk has no room, or the copy reads differently: then it is removed again.
    """
    wal = target.with_name(f"{target.name}.wal")
    for rest in (target, wal):
        rest.unlink(missing_ok=True)
    try:
        with disk_watched(target):
            con.execute(f"ATTACH {literal(str(target))} AS whole_copy")
            try:
                target.chmod(0o600)
                wanted = _copied(con, source)
            finally:
                con.execute("DETACH whole_copy")
        found = _facts_of_file(con, target)
        if found != wanted:
            differing = sorted(name or "names" for name in wanted if found.get(name) != wanted[name])
            reason = f"the copy differs from {source} in {', '.join(differing)}; it was removed: try again"
            raise Misconfigured([Problem(str(target), "", reason)])
    except BaseException:
        target.unlink(missing_ok=True)
        wal.unlink(missing_ok=True)
        raise
    sync(target)
    return {name: rows for name, (rows, _) in wanted.items() if name}


def refuse_full_disk(folder: Path, needed: int, what: str) -> None:
    """Raise Misconfigured if `folder` has not so many bytes and a margin free."""
    free = shutil.disk_usage(folder).free
    if free < needed + MARGIN:
        reason = f"{what} needs {(needed + MARGIN) >> 20} MB, the disk has {free >> 20} MB left: make room"
        raise Misconfigured([Problem(str(folder), "", reason)])


def _copied(con: duckdb.DuckDBPyConnection, source: str) -> Facts:
    """Rows and facts of one moment. Nothing is changed in the source, so there is no commit to count."""
    con.execute("BEGIN TRANSACTION")
    try:
        con.execute(f'COPY FROM DATABASE "{source}" TO whole_copy')
        wanted = facts_of(con, source)
        con.execute("COMMIT")
    except BaseException:
        with suppress(duckdb.Error):
            con.execute("ROLLBACK")
        raise
    return wanted


def _facts_of_file(con: duckdb.DuckDBPyConnection, path: Path) -> Facts:
    con.execute(f"ATTACH {literal(str(path))} AS copy_again (READ_ONLY)")
    try:
        return facts_of(con, "copy_again")
    finally:
        con.execute("DETACH copy_again")
