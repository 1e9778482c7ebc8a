"""Lets one transaction at a time write to a lake, whatever host it comes from. A live file needs none of it.

Measured with DuckLake 1.0: two transactions that insert the same key both commit, and one that updates a row fails when
another has written anything to the same table. So nobody is optimistic here: the writer holds a lock of the catalogue's
PostgreSQL, and the server frees it when the writer's connection ends, even by SIGKILL. Readers are never held up.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import duckdb

from parsers.errors import Busy, Temporary

CATALOGUE = "lake_catalogue"
"""The name under which the lake's PostgreSQL is attached, beside the lake itself."""
_KEY = 724_268_001
"""Of the advisory lock; PostgreSQL keeps these numbers apart for each database."""
_SLICE = 2.0
"""Seconds for which the server is asked to wait: nothing else, no Ctrl-C either, is heard meanwhile."""
_LIMIT = f"FROM postgres_query('{CATALOGUE}', 'SELECT set_config(''lock_timeout'', ''{{}}'', true)')"
_LOCK = f"FROM postgres_query('{CATALOGUE}', 'SELECT pg_advisory_xact_lock({_KEY})::text')"
_HOLDER = f"""
FROM postgres_query('{CATALOGUE}', 'SELECT a.application_name FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
WHERE l.locktype = ''advisory'' AND l.granted AND l.objid = {_KEY}
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())')
"""  # noqa: S608
_HELD = f"""
FROM postgres_query('{CATALOGUE}', 'SELECT count(*)::int FROM pg_locks
WHERE locktype = ''advisory'' AND granted AND objid = {_KEY} AND pid = pg_backend_pid()')
"""  # noqa: S608


@dataclass(slots=True)
class _Keeper:
    """What holds the lock for one connection: a second one, in a transaction of its own. `depth`: blocks inside."""

    con: duckdb.DuckDBPyConnection
    lake: str
    wait: float
    still: Callable[[], bool]
    depth: int = 0


_KEEPERS: "WeakKeyDictionary[duckdb.DuckDBPyConnection, _Keeper]" = WeakKeyDictionary()


@contextmanager
def kept_apart(
    con: duckdb.DuckDBPyConnection, lake: str, wait: float, still: Callable[[], bool] = lambda: True
) -> Iterator[None]:
    """Inside the block `alone` locks for this connection, which has the CATALOGUE attached.

    Args:
        lake: its name for messages.
        wait: seconds to wait for the writers of other processes.
        still: whether the home lives in this lake; asked each time when the lock is there, for it may have moved.
    """
    keeper = _KEEPERS[con] = _Keeper(con.cursor(), lake, wait, still)
    try:
        yield
    finally:
        del _KEEPERS[con]
        keeper.con.close()


def lake_behind(con: duckdb.DuckDBPyConnection) -> str | None:
    """The lake that the connection has open, as a URL without password; None for a file."""
    keeper = _KEEPERS.get(con)
    return keeper.lake if keeper else None


@contextmanager
def alone(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Nobody else writes to the lake inside the block; nothing to do for a file, which belongs to one process anyway.

    Blocks may be nested. What a transaction builds on must be read inside: others may have written just before.

    Raises:
        Busy: other processes have held the lock all the time; names the one that has it now.
    """
    keeper = _KEEPERS.get(con)
    if keeper is None:
        yield
        return
    if not keeper.depth:
        _take(keeper)
    keeper.depth += 1
    try:
        yield
    finally:
        keeper.depth -= 1
        if not keeper.depth:
            with suppress(duckdb.Error):  # with the connection the lock has gone too
                keeper.con.execute("ROLLBACK")


def check_alone(con: duckdb.DuckDBPyConnection) -> None:
    """Just before a commit inside `alone`: the lock is still ours.

    DuckDB connects anew when a connection was cut off, without a word, and the server has freed the lock by then.

    Raises:
        Temporary: it is not; roll back and try again.
    """
    keeper = _KEEPERS.get(con)
    if keeper is None:
        return
    try:
        held = keeper.con.execute(_HELD).fetchall() == [(1,)]
    except duckdb.Error:
        held = False
    if not held:
        raise Temporary(f"the connection to {keeper.lake} was cut off; nothing of this was stored, try again")


def _take(keeper: _Keeper) -> None:
    """By the server's queue, so that whoever waits longest is next."""
    deadline = time.monotonic() + keeper.wait
    while True:
        left = max(0.01, min(_SLICE, deadline - time.monotonic()))
        keeper.con.execute("BEGIN TRANSACTION")
        try:
            keeper.con.execute(_LIMIT.format(round(left * 1000))).fetchall()
            keeper.con.execute(_LOCK).fetchall()
        except duckdb.Error:
            keeper.con.execute("ROLLBACK")
            # Why it failed is told in the server's language. A server that answers now had no time for us: that is all.
            holders = [name for (name,) in keeper.con.execute(_HOLDER).fetchall()]
            if time.monotonic() >= deadline:
                who = f"is held by {holders[0]}" if holders else "is in great demand"
                raise Busy(keeper.lake, None, f"{keeper.lake} {who}; wait for it and try again") from None
        except BaseException:
            keeper.con.execute("ROLLBACK")
            raise
        else:
            if keeper.still():
                return
            keeper.con.execute("ROLLBACK")
            raise Temporary(f"{keeper.lake} is not this home's lake any more; nothing of this was stored, try again")
