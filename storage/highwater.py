"""Knows how much must be there at the next opening, and refuses a database that has less. Repairs nothing.

DuckDB opens a write-ahead log that was cut short without a word, with the transactions before the cut, and one with a
damaged length in it as well (measured: 105 of 260 damaged logs). So every commit is counted, in the database and then
in a small file beside it:

1. COMMIT: the rows are on the disk.
2. `commits` is raised in a transaction of its own, so it comes behind the rows in the log.
3. The file beside the database takes the number.

A kill in between leaves a file that claims too little, which is no alarm. It never claims what was not committed, and
whoever was told that something is stored was told so after step 3.
"""

import os
import zlib
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from weakref import WeakKeyDictionary

import duckdb

from parsers.errors import Misconfigured, Problem

_MARK = ".mark"
_APART = 4096
_RAISE = "UPDATE high_water SET commits = commits + 1 RETURNING commits"
_LATEST = """
SELECT max(moment) FROM (
    SELECT max(started_at) AS moment FROM runs
    UNION ALL SELECT max(finished_at) FROM runs
    UNION ALL SELECT max(stored_at) FROM fetches
)
"""
_WATCHED: "WeakKeyDictionary[duckdb.DuckDBPyConnection, Path]" = WeakKeyDictionary()


def mark_path(database: Path) -> Path:
    """The file beside the database with the number of commits; the time of the last one is the time of the file."""
    return database.with_name(database.name + _MARK)


def log_path(database: Path) -> Path:
    """DuckDB's write-ahead log. It is there while the database is open, and behind a process that was killed."""
    return database.with_name(database.name + ".wal")


def marked(database: Path) -> int | None:
    """How many commits the database must have; None if nobody noted it, or not readably."""
    try:
        content = mark_path(database).read_bytes()
    except OSError:
        return None
    records = (content[start:].partition(b"\n")[0].split() for start in (0, _APART))
    return max((int(one[0]) for one in records if len(one) == 2 and _is_whole(*one)), default=None)


def commits_in(con: duckdb.DuckDBPyConnection) -> int | None:
    """How many commits the database has; None for one of before schema 9."""
    try:
        found = con.execute("SELECT commits FROM high_water").fetchall()
    except duckdb.CatalogException:
        return None
    return int(found[0][0])


def latest_moment(con: duckdb.DuckDBPyConnection) -> datetime | None:
    """When the last run that the database knows began, stored or ended."""
    found: datetime | None = con.execute(_LATEST).fetchall()[0][0]
    return found


def refuse_missing(database: Path) -> None:
    """Raise Misconfigured if the database was there once and is not: a new, empty one would hide that."""
    wanted = marked(database)
    if wanted is not None and not database.exists():
        reason = (
            f"is gone; {wanted} commits had been noted until {_noted_at(database)}. If it was moved or a disk is not"
            " mounted, bring it back; else `seabridge restore` puts back the newest copy. To begin anew, remove"
            f" {mark_path(database).name} too"
        )
        raise Misconfigured([Problem(str(database), "", reason)])


def refuse_loss(con: duckdb.DuckDBPyConnection, database: Path) -> None:
    """Raise Misconfigured if the database has less than was committed; names what is lost and the remedy."""
    wanted, found = marked(database), commits_in(con)
    if wanted is None or (found or 0) >= wanted:
        return
    latest = latest_moment(con)
    since = f"after {latest:%Y-%m-%d %H:%M:%S} UTC" if latest else "ever"
    reason = (
        f"has {found or 0} of {wanted} commits: what was stored {since} and until {_noted_at(database)} is lost. Its"
        " write-ahead log was cut short or removed, or an older copy lies in its place. Either `seabridge recover` goes"
        " on with what is there and says how to collect the rest again, or `seabridge restore` puts a copy back"
    )
    raise Misconfigured([Problem(str(database), "", reason)])


def watch(con: duckdb.DuckDBPyConnection, database: Path) -> None:
    """From now on `note_commit` counts for this connection."""
    _WATCHED[con] = database


def note_commit(con: duckdb.DuckDBPyConnection) -> None:
    """After a COMMIT: count it, in the database and beside it; nothing to do for a copy or a lake."""
    database = _WATCHED.get(con)
    if database is not None:
        write_mark(database, int(con.execute(_RAISE).fetchall()[0][0]))
        restrict(log_path(database))


def write_mark(database: Path, commits: int) -> None:
    """Note that the database has so many commits, and wait until that is on the disk.

    Two places take turns, so that one of them is whole whenever the machine stops: a new file and a rename would take
    twice as long, and this comes with every commit.
    """
    line = str(commits)
    record = f"{line} {zlib.crc32(line.encode()):08x}\n".encode()
    descriptor = os.open(mark_path(database), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.pwrite(descriptor, record, commits % 2 * _APART)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def set_mark(database: Path, commits: int) -> None:
    """The same for a database that was put in the place of another, or that lost something: it may have less."""
    mark_path(database).unlink(missing_ok=True)
    write_mark(database, commits)


def _is_whole(line: bytes, checksum: bytes) -> bool:
    return line.isdigit() and f"{zlib.crc32(line):08x}".encode() == checksum


def restrict(path: Path) -> None:
    """For the owner's eyes only, if it is there: database and log hold addresses."""
    with suppress(FileNotFoundError):
        path.chmod(0o600)


def _noted_at(database: Path) -> str:
    return f"{datetime.fromtimestamp(mark_path(database).stat().st_mtime, UTC):%Y-%m-%d %H:%M:%S} UTC"
