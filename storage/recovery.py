"""Puts a copy in the place of a damaged or lost database, or goes on with what is left. Throws no damaged file away."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from parsers.errors import Misconfigured, Problem
from storage.copies import copy_whole, refuse_full_disk
from storage.database import LIVE_NAME, closed_live, one_line, open_live
from storage.highwater import (
    commits_in,
    latest_moment,
    log_path,
    mark_path,
    marked,
    restrict,
    set_mark,
)
from storage.migrations import apply_first, latest_version
from storage.quoting import literal
from storage.retention import strangers
from storage.writing import sync

_STAMP = "%Y%m%dT%H%M%SZ"
_BAD_ENTRY = re.compile(r"entry at byte position (\d+)")
_FILLED = {"quarantine.content": "''::BLOB"}
"""What stands for a column that must have a value and is not in the snapshot; a table with another such stays empty."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What lies in the place of the database now.

    Attributes:
        rows: table -> rows. latest: when the last run in it began, stored or ended; what came later is not in it.
        aside: files that lay there before, under their new names.
        absent: what the snapshot did not have: names of tables, of `table.column`, or of rows in words.
    """

    rows: Mapping[str, int]
    latest: datetime | None
    aside: tuple[Path, ...]
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a database that had lost something has, and lacks.

    Attributes:
        commits, wanted: that it has, and that it should have; equal where nothing is lost.
        latest, until: what was stored after the one and up to the other is lost; None where it is not known.
        log: where the damaged log went, and `kept`: bytes of it that could be used.
        runs: those of which only the archive knows: their answers are in raw/ and in no table.
    """

    commits: int
    wanted: int
    latest: datetime | None
    until: datetime | None
    log: Path | None
    kept: int
    runs: tuple[str, ...]


def restore(home: Path, copy: Path, now: datetime) -> Restored:
    """Put a backup or a published snapshot in the place of the live database, verified before anything is moved.

    Raises:
        Misconfigured: `copy` cannot be read, is no database of Seabridge, or one of a newer program; no room.
        Busy: a process has the live database open.
    """
    home.mkdir(parents=True, exist_ok=True)
    refuse_full_disk(home, copy.stat().st_size if copy.is_file() else 0, "a restored database")
    unfinished = home / f"{LIVE_NAME}.restored"
    for rest in (unfinished, log_path(unfinished)):
        rest.unlink(missing_ok=True)
    con = duckdb.connect()
    try:
        con.execute("SET TimeZone='UTC'")
        con.execute("SET enable_progress_bar=false")
        version = _attach(con, copy)
        if version is None:
            rows = copy_whole(con, "source", unfinished)
            absent: tuple[str, ...] = ()
        else:
            rows, absent = _from_snapshot(con, unfinished, version)
        con.execute("DETACH source")
    except duckdb.Error as problem:
        unfinished.unlink(missing_ok=True)
        raise Misconfigured([Problem(str(copy), "", f"cannot be read: {one_line(problem)}; name another")]) from problem
    finally:
        con.close()
    with duckdb.connect(str(unfinished)) as restored:
        restored.execute("SET TimeZone='UTC'")
        latest, commits = latest_moment(restored), commits_in(restored) or 0
    with closed_live(home) as path:
        aside = put_in_place(path, unfinished, commits, f"before-restore-{now.astimezone(UTC):{_STAMP}}")
    return Restored(rows, latest, aside, absent)


def put_in_place(path: Path, new: Path, commits: int, aside: str) -> tuple[Path, ...]:
    """Give `new` the name of the database; what has it now gets `aside` into its name. Gives the new names.

    The log first: killed after that, the database has less than its mark says and is refused. An old log beside a new
    database would be played into it without a word (measured).
    """
    moved = []
    number, resting = 1, path.with_suffix(f".{aside}{path.suffix}")
    while resting.exists() or log_path(resting).exists():
        number += 1
        resting = path.with_suffix(f".{aside}-{number}{path.suffix}")
    for old, its in ((log_path(path), log_path(resting)), (path, resting)):
        if old.exists() and (old == path or old.stat().st_size):
            old.rename(its)
            moved.append(its)
    log_path(path).unlink(missing_ok=True)
    restrict(new)
    new.rename(path)
    sync(path.parent)
    set_mark(path, commits)
    return tuple(moved)


def recover(home: Path, now: datetime) -> Recovered:
    """Open what is left of a database whose log is damaged or was cut short, and take that for all there is.

    A damaged log is moved to `live.duckdb.wal.corrupt.<time>`; its whole transactions before the damage are used.

    Raises:
        Misconfigured: the database itself is damaged or gone; then only a copy helps.
        Busy: a process has it open.
    """
    path = home / LIVE_NAME
    if not path.is_file():
        reason = "is not there, so nothing can be recovered: `seabridge restore` puts back the newest copy"
        raise Misconfigured([Problem(str(path), "", reason)])
    wanted = marked(path)
    until = datetime.fromtimestamp(mark_path(path).stat().st_mtime, UTC) if wanted is not None else None
    log, kept = _mend_log(home, now)
    with open_live(home, accept_loss=True) as con:
        commits, latest = commits_in(con) or 0, latest_moment(con)
        runs = {name.partition(".")[0] for name in strangers(home / "raw", con)}
    set_mark(path, commits)
    return Recovered(commits, max(wanted or 0, commits), latest, until, log, kept, tuple(sorted(runs)))


def _attach(con: duckdb.DuckDBPyConnection, copy: Path) -> int | None:
    """Attach a copy as `source`; gives the schema version of a snapshot, None for a backup."""
    if not copy.is_file():
        raise Misconfigured([Problem(str(copy), "", "there is no such file; name a backup or a published snapshot")])
    con.execute(f"ATTACH {literal(str(copy))} AS source (READ_ONLY)")
    tables = {
        name
        for (name,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'source'").fetchall()
    }
    if "snapshot_info" not in tables:
        raise Misconfigured([Problem(str(copy), "", "is no database of Seabridge; name a backup or a snapshot")])
    is_backup = "migrations" in tables
    kind = "max(version) FROM source.migrations" if is_backup else "schema_version FROM source.snapshot_info"
    version = int(con.execute(f"SELECT {kind}").fetchall()[0][0])
    if version > latest_version():
        reason = (
            f"has schema version {version}, this program knows version {latest_version()} at most: install the newer"
            " program, or name an older copy"
        )
        raise Misconfigured([Problem(str(copy), "", reason)])
    return None if is_backup else version


def _from_snapshot(
    con: duckdb.DuckDBPyConnection, target: Path, version: int
) -> tuple[dict[str, int], tuple[str, ...]]:
    """A database of the snapshot's schema with its rows; gives the rows of each table and what is not in it."""
    con.execute(f"ATTACH {literal(str(target))} AS made")
    target.chmod(0o600)
    con.execute("USE made")
    try:
        con.execute("BEGIN TRANSACTION")
        apply_first(con, version)
        published, wanted = _columns(con, "source"), _columns(con, "made")
        rows: dict[str, int] = {}
        absent: list[str] = []
        for table in sorted(wanted.keys() & published.keys()):
            there = published[table]
            missing = {f"{table}.{name}": needed for name, needed in wanted[table].items() if name not in there}
            if any(needed and name not in _FILLED for name, needed in missing.items()):
                del published[table]
                continue
            absent += missing
            filled = "".join(f", {_FILLED[name]} AS {name.partition('.')[2]}" for name in missing if name in _FILLED)
            names = ", ".join(f'"{name}"' for name in wanted[table] if name in there)
            con.execute(f"DELETE FROM made.{table}")  # noqa: S608 - here and below: names from our own schema
            con.execute(f"INSERT INTO made.{table} BY NAME SELECT {names}{filled} FROM source.{table}")  # noqa: S608
            rows[table] = con.execute(f"SELECT count(*) FROM made.{table}").fetchall()[0][0]  # noqa: S608
        con.execute("DELETE FROM made.snapshot_info")
        con.execute("INSERT INTO made.snapshot_info (id, zone) SELECT id, zone FROM source.snapshot_info")
        con.execute("COMMIT")
    finally:
        con.execute("USE memory")
        con.execute("DETACH made")
    own = {"migrations", "high_water", "snapshot_info"}
    tables = [f"all of {table}" for table in sorted(wanted.keys() - published.keys() - own)]
    return rows, (*tables, *absent, "editions that were not approved")


def _columns(con: duckdb.DuckDBPyConnection, database: str) -> dict[str, dict[str, bool]]:
    """Table -> column -> whether it must have a value."""
    tables: dict[str, dict[str, bool]] = {}
    for table, column, nullable in con.execute(
        "SELECT c.table_name, c.column_name, c.is_nullable FROM duckdb_columns() AS c JOIN duckdb_tables()"
        " AS t USING (database_oid, schema_oid, table_oid) WHERE c.database_name = ? AND c.schema_name = 'main'",
        [database],
    ).fetchall():
        tables.setdefault(table, {})[column] = not nullable
    return tables


def _aside(log: Path, now: datetime) -> Path:
    """A name for a damaged log that nothing has yet."""
    corrupt = log.with_name(f"{log.name}.corrupt.{now.astimezone(UTC):{_STAMP}}")
    while corrupt.exists():
        corrupt = corrupt.with_name(f"{corrupt.name}-again")
    return corrupt


def _mend_log(home: Path, now: datetime) -> tuple[Path | None, int]:
    """Move a log that cannot be played aside and leave what is whole of it; gives where it went and the bytes kept."""
    with closed_live(home) as path:
        log = log_path(path)
        content = log.read_bytes() if log.exists() else b""
        if not content:
            return None, 0
        corrupt, kept = None, len(content)
        while True:
            try:
                with duckdb.connect(str(path), read_only=True) as con:
                    if corrupt is None and (commits_in(con) or 0) < (marked(path) or 0):
                        os.link(log, _aside(log, now))  # DuckDB reads it without a word, and it lacks something
                    return corrupt, kept if corrupt else 0
            except duckdb.Error as problem:
                if "replaying WAL" not in str(problem) or not kept:
                    return corrupt, kept  # opening it for good tells what is the matter
                if corrupt is None:
                    corrupt = _aside(log, now)
                    os.link(log, corrupt)  # a second name, so that a kill from here on loses nothing
                place = _BAD_ENTRY.search(str(problem))
                kept = min(int(place[1]), kept - 1) if place else 0
                shorter = log.with_name(f"{log.name}.new")
                shorter.write_bytes(content[:kept])
                restrict(shorter)
                shorter.replace(log)
