"""Begins, resumes and ends the runs of flows, one living run for each flow name. Does not know what a run does."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import duckdb

from parsers.errors import Busy
from storage.database import database_path, transaction
from storage.holders import Holder, is_dead, this_process
from storage.writing import insert_rows, is_full

RunState = Literal["completed", "partial", "failed"]
LEASE = timedelta(hours=1)
"""How long a run may be silent before another process takes it over; `renew` starts the time anew."""
RESUME_WITHIN = timedelta(hours=1)
"""An older unfinished run is closed as failed: its sources have news again, so what it did is no longer done."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run that this process may write for.

    Attributes:
        done_sources: those that a resumed run has already stored.
        after_failure: it was killed once, or the run of this flow before it did not end well: what was stored then may
            not have been worked up.
    """

    id: str
    flow: str
    started_at: datetime
    resumed: bool
    done_sources: frozenset[str]
    after_failure: bool


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as recorded. `state`: running, completed, partial or failed; `resumed`: how many times."""

    id: str
    flow: str
    started_at: datetime
    finished_at: datetime | None
    state: str
    resumed: int
    config_hash: str
    summary: Mapping[str, int | str]


def begin_run(
    con: duckdb.DuckDBPyConnection,
    flow: str,
    now: datetime,
    config_hash: str,
    *,
    request: str = "",
    lease: timedelta = LEASE,
) -> Run:
    """Take the lease of the flow and begin a run, or go on with the one that a dead process left unfinished.

    Args:
        request: what the run is asked for, in words that are equal for equal requests. An unfinished run is resumed by
            an equal request within RESUME_WITHIN; otherwise it is closed as failed and a new one begins.

    Raises:
        Busy: a living process holds the lease; names its PID.
    """
    me = this_process()
    try:
        with transaction(con):
            _refuse_living_holder(con, flow, now)
            run = _resume(con, flow, now, request) or _new_run(con, flow, now, config_hash, request)
            holding = (flow, run.id, me.host, me.pid, me.started, now + lease)
            insert_rows(con, "leases", "flow run_id host pid process_started expires_at", [holding], key="flow")
    except (duckdb.TransactionException, duckdb.ConstraintException) as problem:  # another thread was quicker
        if is_full(problem):
            raise
        raise Busy(database_path(con), me.pid, f"{flow} has just been started by PID {me.pid}") from problem
    return run


def renew(con: duckdb.DuckDBPyConnection, run_id: str, now: datetime, *, lease: timedelta = LEASE) -> None:
    """Tell the others that the run is alive. Raises Busy when it was taken over."""
    with transaction(con):
        check_lease(con, run_id)
        con.execute("UPDATE leases SET expires_at = ? WHERE run_id = ?", [now + lease, run_id])


def finish_run(
    con: duckdb.DuckDBPyConnection, run_id: str, now: datetime, state: RunState, summary: Mapping[str, int | str]
) -> None:
    """Close the run and give the lease back. Raises Busy when another process has taken the run over."""
    with transaction(con):
        check_lease(con, run_id)
        con.execute(
            "UPDATE runs SET finished_at = ?, state = ?, summary = ? WHERE run_id = ?",
            [now, state, json.dumps(dict(summary), ensure_ascii=False), run_id],
        )
        con.execute("DELETE FROM leases WHERE run_id = ?", [run_id])


def check_lease(con: duckdb.DuckDBPyConnection, run_id: str) -> None:
    """Raise Busy unless this process holds the run: a run that was thought dead must not write late."""
    held = con.execute("SELECT host, pid, process_started FROM leases WHERE run_id = ?", [run_id]).fetchall()
    if not held:
        raise Busy(database_path(con), None, f"run {run_id} is closed: nothing more can be written for it")
    holder = Holder(*held[0])
    if holder != this_process():
        raise Busy(database_path(con), holder.pid, f"run {run_id} was taken over by {holder}")


def collected_between(con: duckdb.DuckDBPyConnection, start: datetime, end: datetime) -> bool:
    """Whether a collection that began from `start` up to and including `end` came to an end with something read."""
    found = con.execute(
        "SELECT count(*) FROM runs WHERE (flow = 'collect' OR starts_with(flow, 'collect-'))"
        " AND state IN ('completed', 'partial')"
        " AND started_at >= ? AND started_at <= ?",
        [start, end],
    ).fetchall()
    return bool(found[0][0])


def last_runs(con: duckdb.DuckDBPyConnection, n: int) -> list[RunRow]:
    """The `n` newest runs of all flows, newest first."""
    rows = con.execute(
        "SELECT run_id, flow, started_at, finished_at, state, resumed, config_hash, summary FROM runs"
        " ORDER BY started_at DESC, run_id DESC LIMIT ?",
        [n],
    ).fetchall()
    return [RunRow(*[*row[:7], json.loads(row[7])]) for row in rows]


def _refuse_living_holder(con: duckdb.DuckDBPyConnection, flow: str, now: datetime) -> None:
    held = con.execute(
        "SELECT run_id, expires_at, host, pid, process_started FROM leases WHERE flow = ?", [flow]
    ).fetchall()
    if not held:
        return
    run_id, expires_at, *who = held[0]
    holder = Holder(*who)
    if expires_at > now and not is_dead(holder):
        raise Busy(database_path(con), holder.pid, f"{flow} is running as {run_id} in {holder}")


def _resume(con: duckdb.DuckDBPyConnection, flow: str, now: datetime, request: str) -> Run | None:
    con.execute(
        "UPDATE runs SET state = 'failed', finished_at = $now, summary = $summary"
        " WHERE flow = $flow AND state = 'running' AND (started_at <= $oldest OR request <> $request)",
        {
            "now": now,
            "summary": json.dumps({"reason": "left unfinished, and not asked for again in time"}),
            "flow": flow,
            "oldest": now - RESUME_WITHIN,
            "request": request,
        },
    )
    left = con.execute(
        "SELECT run_id, started_at FROM runs WHERE flow = ? AND state = 'running' ORDER BY started_at DESC", [flow]
    ).fetchall()
    if not left:
        return None
    run_id, started_at = left[0]
    con.execute("UPDATE runs SET resumed = resumed + 1 WHERE run_id = ?", [run_id])
    done = con.execute("SELECT source_id FROM fetches WHERE run_id = ?", [run_id]).fetchall()
    return Run(run_id, flow, started_at, True, frozenset(source_id for (source_id,) in done), True)


def _new_run(con: duckdb.DuckDBPyConnection, flow: str, now: datetime, config_hash: str, request: str) -> Run:
    base = f"{flow}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    before = con.execute(
        "SELECT run_id, state FROM runs WHERE flow = ? ORDER BY started_at DESC, run_id DESC", [flow]
    ).fetchall()
    taken = {run_id for run_id, _ in before}
    run_id, number = base, 1
    while run_id in taken:
        number += 1
        run_id = f"{base}-{number}"
    con.execute(
        "INSERT INTO runs (run_id, flow, started_at, state, config_hash, request) VALUES (?, ?, ?, 'running', ?, ?)",
        [run_id, flow, now, config_hash, request],
    )
    after_failure = bool(before) and before[0][1] == "failed"
    return Run(run_id, flow, now, False, frozenset(), after_failure)
