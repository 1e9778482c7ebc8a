"""Opens the live database, alone and for seconds. Knows no table and no meaning."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import duckdb

from parsers.errors import Busy, Misconfigured, Problem
from storage.migrations import latest_version, migrate
from storage.writing import disk_watched, insert_rows, transaction

__all__ = ["Connection", "database_path", "insert_rows", "one_line", "open_live", "schema_version", "transaction"]

Connection: TypeAlias = duckdb.DuckDBPyConnection
"""For those who hand a connection on and do not know DuckDB."""

LIVE_NAME = "live.duckdb"
PATIENCE = 300.0
"""Seconds that a step waits for the file: another step may copy a large snapshot or store a large source meanwhile, and
a step that gave up would lose what it has fetched and judged."""
GLANCE = 5.0
"""Seconds to wait where a person sits before the screen, or where the file matters less than the end."""
OLDEST_DUCKDB = (1, 5, 5)
"""1.4.5 lost all committed rows when the disk filled during a checkpoint; this one lost none."""

_LOCKED = "Could not set lock on file"
_HOLDER = re.compile(r"held in (?P<program>\S+) \(PID (?P<pid>\d+)\)")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0


def schema_version() -> int:
    """The newest schema version this code knows."""
    return latest_version()


@contextmanager
def open_live(home: Path, *, wait: float | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open `home`/live.duckdb for reading and writing, migrated, with UTC as time zone; closed on the way out.

    The file belongs to one process at a time, so hold the connection for seconds, never across network work.

    Args:
        home: folder of the data, created when missing.
        wait: seconds to wait for another process to let go; PATIENCE if not given.

    Raises:
        Busy: another process still holds the file after `wait` seconds; names it.
        Misconfigured: DuckDB is too old, the file is damaged, not writable or of a newer schema, the disk is full.
    """
    _refuse_old_duckdb()
    path = home / LIVE_NAME
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise Misconfigured([Problem(str(home), "", f"the folder cannot be made: {problem.strerror}")]) from problem
    con = _connect(path, PATIENCE if wait is None else wait)
    try:
        with disk_watched(path):
            con.execute("SET TimeZone='UTC'")
            con.execute("SET enable_progress_bar=false")  # it would be written to stdout, even into a pipe
            migrate(con, path)
            yield con
    except duckdb.FatalException as problem:
        reason = f"the database had to stop ({one_line(problem)}); is the disk full? What was committed is safe"
        raise Misconfigured([Problem(str(path), "", reason)]) from problem
    finally:
        con.close()


def one_line(problem: BaseException) -> str:
    """The first line of an error text."""
    return str(problem).strip().partition("\n")[0]


def database_path(con: duckdb.DuckDBPyConnection) -> str:
    """The file behind the connection, for messages."""
    found = con.execute("SELECT path FROM duckdb_databases() WHERE database_name = current_database()").fetchall()
    return str(found[0][0])


def _refuse_old_duckdb() -> None:
    found = tuple(int(part) for part in re.findall(r"\d+", duckdb.__version__)[:3])
    if found < OLDEST_DUCKDB:
        oldest = ".".join(map(str, OLDEST_DUCKDB))
        reason = f"version {duckdb.__version__} loses committed rows when the disk fills; at least {oldest} is needed"
        raise Misconfigured([Problem("duckdb", "", reason)])


def _connect(path: Path, wait: float) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + wait
    pause = _FIRST_PAUSE
    while True:
        try:
            with disk_watched(path):
                return duckdb.connect(str(path))
        except duckdb.Error as problem:  # a failed checksum is a plain duckdb.Error, not an IOException
            if _LOCKED not in str(problem):
                raise Misconfigured([Problem(str(path), "", f"cannot be opened: {one_line(problem)}")]) from problem
            if time.monotonic() + pause > deadline:
                raise _busy(path, str(problem)) from problem
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def _busy(path: Path, text: str) -> Busy:
    holder = _HOLDER.search(text)
    pid = int(holder["pid"]) if holder else None
    who = f"{holder['program']} (PID {pid})" if holder else "another process"
    return Busy(str(path), pid, f"{path} is held by {who}; wait for it, or read the published snapshot instead")
