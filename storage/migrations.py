"""Brings a database to the newest schema, one numbered file after the other. Never goes back to an older one."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb

from parsers.errors import Misconfigured, Problem
from storage.writing import transaction

SQL_FOLDER = Path(__file__).parent / "sql"
_TABLE = """
CREATE TABLE IF NOT EXISTS migrations (
    version INTEGER PRIMARY KEY, name VARCHAR NOT NULL, checksum VARCHAR NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL DEFAULT now()
)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file `sql/NNNN_name.sql`. `checksum`: SHA-256 over its text."""

    version: int
    name: str
    sql: str
    checksum: str


@cache
def load_migrations(folder: Path = SQL_FOLDER) -> tuple[Migration, ...]:
    """All numbered files in order; the numbers must be 1, 2, 3 ... without a gap."""
    found = []
    for path in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql")):
        sql = path.read_text(encoding="utf-8")
        found.append(Migration(int(path.name[:4]), path.name, sql, _sha256(sql)))
    if [one.version for one in found] != list(range(1, len(found) + 1)):
        raise Misconfigured([Problem(str(folder), "", "the migrations are not numbered 0001, 0002 ... without a gap")])
    return tuple(found)


def latest_version(folder: Path = SQL_FOLDER) -> int:
    """The version that the code knows."""
    return len(load_migrations(folder))


def migrate(con: duckdb.DuckDBPyConnection, path: Path, folder: Path = SQL_FOLDER) -> int:
    """Apply what is missing, each file in one transaction; returns how many were applied.

    Before an existing database is changed a copy of it is kept beside it (`live.before-0002.duckdb`).

    Raises:
        Misconfigured: the database is newer than the code, or an applied file was edited later.
    """
    known = load_migrations(folder)
    applied = _applied(con)
    _refuse_strangers(applied, known, path)
    missing = known[len(applied) :]
    if missing and applied:
        _keep_copy(con, path.with_suffix(f".before-{missing[0].version:04}{path.suffix}"))
    for one in missing:
        _apply(con, one)
    _refresh_views(con, folder)
    if missing:
        con.execute("CHECKPOINT")
    return len(missing)


def views_sql(folder: Path = SQL_FOLDER) -> str:
    """The definitions of all views; they hold in the live database and in the snapshot."""
    return (folder / "views.sql").read_text(encoding="utf-8")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _applied(con: duckdb.DuckDBPyConnection) -> list[tuple[int, str, str]]:
    exists = con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE table_name = 'migrations' AND database_name = current_database()"
    ).fetchall()
    if not exists:
        return []
    return con.execute("SELECT version, name, checksum FROM migrations ORDER BY version").fetchall()


def _refuse_strangers(applied: list[tuple[int, str, str]], known: tuple[Migration, ...], path: Path) -> None:
    if len(applied) > len(known):
        reason = (
            f"the database has schema version {applied[-1][0]}, this program knows version {len(known)} at most:"
            " install the newer program, or restore the copy that was kept before the upgrade"
        )
        raise Misconfigured([Problem(str(path), "", reason)])
    edited = [one.name for row, one in zip(applied, known, strict=False) if row[2] != one.checksum]
    if edited:
        raise Misconfigured([Problem(name, "", f"was edited after it had been applied to {path}") for name in edited])


def _keep_copy(con: duckdb.DuckDBPyConnection, copy: Path) -> None:
    copy.unlink(missing_ok=True)  # left by an upgrade that did not finish
    (name,) = con.execute("SELECT current_database()").fetchall()[0]
    con.execute(f"ATTACH {_quoted(str(copy))} AS kept")
    try:
        con.execute(f'COPY FROM DATABASE "{name}" TO kept')
    finally:
        con.execute("DETACH kept")


def _apply(con: duckdb.DuckDBPyConnection, one: Migration) -> None:
    with transaction(con):
        con.execute(_TABLE)
        con.execute(one.sql)
        con.execute(
            "INSERT INTO migrations (version, name, checksum) VALUES (?, ?, ?)", [one.version, one.name, one.checksum]
        )


def _refresh_views(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    sql = views_sql(folder)
    if con.execute("SELECT views_sha256 FROM snapshot_info").fetchall() == [(_sha256(sql),)]:
        return
    with transaction(con):
        con.execute(sql)
        con.execute("UPDATE snapshot_info SET views_sha256 = ?", [_sha256(sql)])


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
