"""Opens the live database, alone and for seconds. Knows no table and no meaning."""

import fcntl
import os
import re
import shutil
import stat
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeAlias

import duckdb

from parsers.errors import Busy, Misconfigured, Problem
from storage.highwater import log_path, refuse_loss, refuse_missing, restrict, watch
from storage.lake import open_lake
from storage.lake_address import lake_url
from storage.lake_lock import lake_behind
from storage.migrations import latest_version, migrate
from storage.writing import disk_watched, insert_rows, transaction

__all__ = [
    "Connection",
    "closed_live",
    "database_path",
    "insert_rows",
    "is_there",
    "one_line",
    "open_live",
    "refuse_full_disk",
    "schema_version",
    "transaction",
]

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
EXPECTED_LOG = 32 << 20
"""Bytes of the write-ahead log: DuckDB empties it at 16 MB, and one transaction of ours may come on top."""

_LOCKED = "Could not set lock on file"
_HOLDER = re.compile(r"held in (?P<program>\S+) \(PID (?P<pid>\d+)\)")
_NEWER = re.compile(r"version number (?P<found>\d+), but we can only read versions? (?P<known>[^.\n]+)")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0
_WROTE = slice(52, 84)
"""Where a database file names the DuckDB that made it."""

_TURNS: "defaultdict[Path, threading.RLock]" = defaultdict(threading.RLock)
"""Threads of one process take turns as processes do: DuckDB would let both in, and the second one that changes a row
would fail."""


def schema_version() -> int:
    """The newest schema version this code knows."""
    return latest_version()


def is_there(home: Path) -> bool:
    """Whether the home has a database yet: a live file, or a lake that it points to.

    Raises:
        Misconfigured: it had a live file, and that is gone.
    """
    if lake_url(home) is None:
        refuse_missing(home / LIVE_NAME)
    return (home / LIVE_NAME).is_file() or lake_url(home) is not None


def refuse_no_database(home: Path) -> None:
    """Misconfigured where nothing was collected yet: who only looks must not make a database in a mistyped folder."""
    if not is_there(home):
        raise Misconfigured([Problem(str(home), "", "no database here yet; try: seabridge demo, or seabridge collect")])


@contextmanager
def open_live(
    home: Path, *, wait: float | None = None, accept_loss: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open `home`/live.duckdb for reading and writing, migrated, with UTC as time zone; closed on the way out.

    Where `home`/lake.url names a lake, that is opened in its place, and no file is held.

    The file belongs to one thread of one process at a time, so hold the connection for seconds, never across network
    work. The same thread may open it again meanwhile.

    Args:
        home: folder of the data, created when missing.
        wait: seconds to wait for another process or thread to let go; PATIENCE if not given.
        accept_loss: open it also if it has less than was committed.

    Raises:
        Busy: another process or thread still holds the file after `wait` seconds; names it.
        Misconfigured: DuckDB is too old or older than the file, the file is damaged, has lost something, is not
            writable or of a newer schema, the disk is full. Names the remedy.
    """
    _refuse_old_duckdb()
    url = lake_url(home)
    if url is not None:
        with open_lake(url, wait=PATIENCE if wait is None else wait, still=lambda: lake_url(home) == url) as lake:
            yield lake
        return
    path = home / LIVE_NAME
    with _turn(path, PATIENCE if wait is None else wait) as left:
        if not accept_loss:
            refuse_missing(path)
        try:
            home.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise Misconfigured([Problem(str(home), "", f"the folder cannot be made: {problem.strerror}")]) from problem
        _refuse_unusable(home, path)
        if not accept_loss:
            _look_for_loss(path)
        con = _connect(path, left)
        try:
            with disk_watched(path):
                con.execute("SET TimeZone='UTC'")
                con.execute("SET enable_progress_bar=false")  # it would be written to stdout, even into a pipe
                if not accept_loss:
                    refuse_loss(con, path)
                migrate(con, path)
                watch(con, path)
                _keep_private(path)
                yield con
        except duckdb.FatalException as problem:
            reason = f"the database had to stop ({one_line(problem)}); is the disk full? What was committed is safe"
            raise Misconfigured([Problem(str(path), "", reason)]) from problem
        except duckdb.Error as problem:
            if "Corrupt database file" in str(problem):
                raise _damaged(path, problem) from problem
            raise
        finally:
            _drop_unused_log(path)
            con.close()


@contextmanager
def closed_live(home: Path, *, wait: float = GLANCE) -> Iterator[Path]:
    """The path of the live database, which nobody can open inside the block: to move files, not to read them.

    Raises:
        Busy: another process or thread holds it after `wait` seconds.
    """
    path = home / LIVE_NAME
    with _turn(path, wait):
        try:
            descriptor = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            yield path
            return
        try:
            try:
                fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the lock that DuckDB takes
            except OSError as problem:
                raise _busy(path, "") from problem
            yield path
        finally:
            os.close(descriptor)


def refuse_full_disk(home: Path) -> None:
    """Raise Misconfigured where a run would fill the disk: to be asked before anything is fetched.

    What a run needs: three times the write-ahead log (itself, its place in the file, the spill of a large query) and a
    snapshot, whose texts are longer than in the database and have an index.
    """
    path = home / LIVE_NAME
    folder = next(one for one in (home, *home.absolute().parents) if one.exists())
    needed = needed_free(home)
    free = shutil.disk_usage(folder).free
    if free < needed:
        reason = f"a run needs {needed >> 20} MB, this disk has {free >> 20} MB left: make room, nothing was fetched"
        raise Misconfigured([Problem(str(path), "", reason)])


def needed_free(home: Path) -> int:
    """Bytes that must be free before a run, see `refuse_full_disk`."""
    path = home / LIVE_NAME
    return 3 * EXPECTED_LOG + 2 * (path.stat().st_size if path.exists() else 0)


def one_line(problem: BaseException) -> str:
    """The first line of an error text."""
    return str(problem).strip().partition("\n")[0]


def database_path(con: duckdb.DuckDBPyConnection) -> str:
    """The file or lake behind the connection, for messages."""
    if (lake := lake_behind(con)) is not None:
        return lake
    found = con.execute("SELECT path FROM duckdb_databases() WHERE database_name = current_database()").fetchall()
    return str(found[0][0])


def _refuse_old_duckdb() -> None:
    found = tuple(int(part) for part in re.findall(r"\d+", duckdb.__version__)[:3])
    if found < OLDEST_DUCKDB:
        oldest = ".".join(map(str, OLDEST_DUCKDB))
        reason = f"version {duckdb.__version__} loses committed rows when the disk fills; at least {oldest} is needed"
        raise Misconfigured([Problem("duckdb", "", reason)])


@contextmanager
def _turn(path: Path, wait: float) -> Iterator[float]:
    """Wait for the other threads of this process; gives the seconds that are left for other processes."""
    turn = _TURNS[path.absolute()]
    deadline = time.monotonic() + wait
    if not turn.acquire(timeout=wait):
        raise Busy(str(path), os.getpid(), f"{path} is held by another thread of this process (PID {os.getpid()})")
    try:
        yield max(0.0, deadline - time.monotonic())
    finally:
        turn.release()


def _refuse_unusable(home: Path, path: Path) -> None:
    """Before anything is fetched: what is fetched could not be stored."""
    for place, needed in ((home, os.W_OK | os.X_OK), (path, os.R_OK | os.W_OK)):
        if place.exists() and not os.access(place, needed):
            facts = place.stat()
            reason = (
                f"cannot be written by user {os.geteuid()}: it belongs to user {facts.st_uid}, mode"
                f" {stat.S_IMODE(facts.st_mode):04o}. Run as its owner, or give it to you (chown, chmod u+rw), or mount"
                " the disk for writing"
            )
            raise Misconfigured([Problem(str(place), "", reason)])


def _connect(path: Path, wait: float) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + wait
    pause = _FIRST_PAUSE
    while True:
        before = _inode(path)
        _refuse_moved(path)
        try:
            with disk_watched(path):
                con = duckdb.connect(str(path))
        except duckdb.Error as problem:  # a failed checksum is a plain duckdb.Error, not an IOException
            if _LOCKED not in str(problem):
                raise _damaged(path, problem) from problem
            if time.monotonic() + pause > deadline:
                raise _busy(path, str(problem)) from problem
        else:
            if before in (None, _inode(path)) and lake_url(path.parent) is None:
                return con
            con.close()  # moved, compacted or restored meanwhile: what was opened is not what has the name now
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def _refuse_moved(path: Path) -> None:
    """Who waited for the file while it moved into a lake must not write to what is left of it."""
    if lake_url(path.parent) is not None:
        raise Busy(str(path), None, f"{path} has just moved into a lake; try again")


def _look_for_loss(path: Path) -> None:
    """Before the file is opened for writing: closing that would bring a damaged log into the file and remove it."""
    log = log_path(path)
    if path.exists() and log.exists() and log.stat().st_size:
        with suppress(duckdb.Error), duckdb.connect(str(path), read_only=True) as con:
            refuse_loss(con, path)


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None


def _keep_private(path: Path) -> None:
    """Mode 0600 for the file and for its log, before anything is in it: DuckDB would take what the umask leaves."""
    restrict(path)
    with suppress(FileExistsError):
        os.close(os.open(log_path(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    restrict(log_path(path))


def _drop_unused_log(path: Path) -> None:
    """While the file is still ours: an empty log that stays behind looks like the work of a kill."""
    with suppress(FileNotFoundError):
        if not log_path(path).stat().st_size:
            log_path(path).unlink()


def _damaged(path: Path, problem: duckdb.Error) -> Misconfigured:
    """What is the matter with the file, and the remedy."""
    newer = _NEWER.search(str(problem))
    if newer:
        reason = (
            f"was written by {_writer(path)}, in storage version {newer['found']}; this is DuckDB {duckdb.__version__},"
            f" which reads {newer['known']}. Install the newer one, or `seabridge restore` a copy from before"
        )
    elif "replaying WAL" in str(problem):
        reason = (
            f"its write-ahead log is damaged ({one_line(problem)}). `seabridge recover` moves the log aside, keeps what"
            " is whole of it, and says what is lost and how to collect it again"
        )
    else:
        reason = (
            f"cannot be opened: {one_line(problem)}. `seabridge restore` puts the newest copy in its place and keeps"
            " this file under another name"
        )
    return Misconfigured([Problem(str(path), "", reason)])


def _writer(path: Path) -> str:
    with path.open("rb") as file:
        name = file.read(_WROTE.stop)[_WROTE].strip(b"\0").decode("ascii", "replace")
    return f"DuckDB {name.removeprefix('v')}" if name else "a newer DuckDB"


def _busy(path: Path, text: str) -> Busy:
    holder = _HOLDER.search(text)
    pid = int(holder["pid"]) if holder else None
    who = f"{holder['program']} (PID {pid})" if holder else "another process"
    return Busy(str(path), pid, f"{path} is held by {who}; wait for it, or read the published snapshot instead")
