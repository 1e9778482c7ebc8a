"""Brings a database to the newest schema, one numbered file after the other. Never goes back to an older one."""

import hashlib
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb

from parsers.errors import Misconfigured, Problem
from storage.comments import describe, dictionary_text
from storage.quoting import literal
from storage.writing import transaction

SQL_FOLDER = Path(__file__).parent / "sql"
_ROOM = 3
"""Times its size: the copy that is kept, the log of what is rewritten, and its place in the file."""
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
    """Apply what is missing, all of it or nothing; returns how many files that were.

    Before an existing database is changed a copy of it is kept beside it (`live.before-0002.duckdb`).

    Raises:
        Misconfigured: the database is newer than the code, an applied file was edited later, or the disk has no room
            for the copy and the change.
    """
    known = load_migrations(folder)
    applied = _applied(con)
    _refuse_strangers(applied, known, path)
    missing = known[len(applied) :]
    if missing and applied:
        _refuse_full_disk(path)
        _keep_copy(con, path.with_suffix(f".before-{missing[0].version:04}{path.suffix}"))
    if missing:
        # Straight into the file: DuckDB 1.5.5 cannot replay a column that was added with DEFAULT [] from its log.
        con.execute("SET wal_autocheckpoint = '0KB'")
        with transaction(con):
            for one in missing:
                _apply(con, one)
        con.execute("RESET wal_autocheckpoint")
    _refresh_views(con, folder, renewed=bool(missing))
    if missing:
        con.execute("CHECKPOINT")
    return len(missing)


def apply_first(con: duckdb.DuckDBPyConnection, version: int) -> None:
    """Give an empty database the tables of an earlier schema version; the caller has the transaction."""
    for one in load_migrations()[:version]:
        _apply(con, one)


def views_sql(folder: Path = SQL_FOLDER) -> str:
    """The definitions of all views; they hold in the live database and in the snapshot."""
    return (folder / "views.sql").read_text(encoding="utf-8")


def views_fingerprint(folder: Path = SQL_FOLDER) -> str:
    """Of the views and the words for them; where it is another one, both are put in anew."""
    return _sha256(views_sql(folder) + dictionary_text())


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
    """Made again by an upgrade that comes after one that did not finish."""
    unfinished = copy.with_suffix(".new")
    for rest in (unfinished, unfinished.with_suffix(".new.wal")):
        rest.unlink(missing_ok=True)
    (name,) = con.execute("SELECT current_database()").fetchall()[0]
    con.execute(f"ATTACH {literal(str(unfinished))} AS kept")
    unfinished.chmod(0o600)
    try:
        con.execute(f'COPY FROM DATABASE "{name}" TO kept')
    finally:
        con.execute("DETACH kept")
    unfinished.replace(copy)


def _refuse_full_disk(path: Path) -> None:
    """A copy, and what is rewritten: a disk that fills up in the middle costs nothing but time, so ask before."""
    needed = _ROOM * path.stat().st_size
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        reason = (
            f"the upgrade needs {needed >> 20} MB beside it, this disk has {free >> 20} MB left; nothing was changed:"
            " make room and run again"
        )
        raise Misconfigured([Problem(str(path), "", reason)])


def _apply(con: duckdb.DuckDBPyConnection, one: Migration) -> None:
    con.execute(_TABLE)
    con.execute(one.sql)
    con.execute(
        "INSERT INTO migrations (version, name, checksum) VALUES (?, ?, ?)", [one.version, one.name, one.checksum]
    )


def _refresh_views(con: duckdb.DuckDBPyConnection, folder: Path, *, renewed: bool) -> None:
    sql = views_sql(folder)
    fingerprint = views_fingerprint(folder)
    if not renewed and con.execute("SELECT views_sha256 FROM snapshot_info").fetchall() == [(fingerprint,)]:
        return
    with transaction(con):
        con.execute(sql)
        if folder == SQL_FOLDER:  # the words are those of our own tables
            describe(con)
        con.execute("UPDATE snapshot_info SET views_sha256 = ?", [fingerprint])
