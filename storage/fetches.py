"""Writes how the fetch of a source went, how the source is doing after it, and what is told of it. Judges nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import duckdb

from parsers.judging.health import Event, Health
from storage.healths import health_text
from storage.writing import as_json_list, insert_rows

FetchOutcome = Literal["read", "unchanged", "failed"]


@dataclass(frozen=True, slots=True)
class FetchRow:
    """How the fetch of one source went.

    Attributes:
        url: the address that was asked for (not the one that answered): validators hold for it alone.
        seconds: wall-clock time.
        status: of the last answer; None where there was none.
        bytes: of the body, decoded.
        kind, detail: of a failure, as in the error.
        format: of the feed; None where nothing was read.
        moved_to: where a permanent redirect points.
        entries: how many the feed held.
    """

    source_id: str
    url: str
    started_at: datetime
    seconds: float
    outcome: FetchOutcome
    status: int | None = None
    bytes: int = 0
    kind: str | None = None
    detail: str | None = None
    format: str | None = None
    problems: tuple[str, ...] = ()
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    moved_to: str | None = None
    entries: int = 0


Visited = Sequence[tuple[FetchRow, Health | None]]
"""Fetches of several sources, each with the source's health as it was judged after it."""


def write_fetches(con: duckdb.DuckDBPyConnection, run_id: str, visited: Visited, now: datetime) -> None:
    """One row for each fetch."""
    insert_rows(
        con,
        "fetches",
        "run_id source_id url started_at seconds outcome status bytes kind detail format problems entries stored_at"
        " state",
        [
            (
                run_id,
                fetch.source_id,
                fetch.url,
                fetch.started_at,
                fetch.seconds,
                fetch.outcome,
                fetch.status,
                fetch.bytes,
                fetch.kind,
                fetch.detail,
                fetch.format,
                fetch.problems,
                fetch.entries,
                now,
                health.state if health else None,
            )
            for fetch, health in visited
        ],
    )


def write_feed_states(con: duckdb.DuckDBPyConnection, visited: Visited, now: datetime) -> None:
    """A failure never clears what was known (a feed that forgot its past once sent everything anew)."""
    known = con.execute(
        "SELECT source_id, url, etag, last_modified, body_sha256, moved_to, consecutive_failures, last_success_at"
        " FROM feed_states WHERE source_id IN (SELECT unnest(CAST(CAST(? AS JSON) AS VARCHAR[])))",
        [as_json_list([fetch.source_id for fetch, _ in visited])],
    ).fetchall()
    before = {(source_id, url): _Before(*rest) for source_id, url, *rest in known}
    insert_rows(
        con,
        "feed_states",
        "source_id url etag last_modified body_sha256 moved_to consecutive_failures last_outcome last_kind"
        " last_detail last_attempt_at last_success_at state state_since trouble next_visit_at quiet_until health",
        [
            _state_row(fetch, health, before.get((fetch.source_id, fetch.url), _Before()), now)
            for fetch, health in visited
        ],
        key="source_id",
    )


def write_events(
    con: duckdb.DuckDBPyConnection, run_id: str, told: Iterable[tuple[str, Sequence[Event]]], now: datetime
) -> None:
    """One row for each event of the visits; `told` has them by source id."""
    insert_rows(
        con,
        "source_events",
        "run_id source_id position told_at kind detail",
        [
            (run_id, source_id, position, now, one.kind, one.detail)
            for source_id, events in told
            for position, one in enumerate(events)
        ],
    )


@dataclass(frozen=True, slots=True)
class _Before:
    """What was known of a feed at its address; nothing yet."""

    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    moved_to: str | None = None
    failures: int = 0
    success: datetime | None = None


def _state_row(fetch: FetchRow, health: Health | None, before: _Before, now: datetime) -> tuple[object, ...]:
    validators = (before.etag, before.last_modified, before.body_sha256)
    if fetch.outcome == "read":
        validators = (fetch.etag, fetch.last_modified, fetch.body_sha256)
    elif fetch.outcome == "unchanged":
        validators = (fetch.etag or before.etag, fetch.last_modified or before.last_modified, before.body_sha256)
    failed = fetch.outcome == "failed"
    failures = before.failures + 1 if failed else 0
    return (
        fetch.source_id,
        fetch.url,
        *validators,
        before.moved_to if failed else fetch.moved_to,
        failures,
        fetch.outcome,
        fetch.kind,
        fetch.detail,
        now,
        before.success if failed else now,
        *_told_apart(health, failures),
    )


def _told_apart(health: Health | None, failures: int) -> tuple[object, ...]:
    """The columns that SQL can ask for, and the whole as JSON. `failures` stand in where nobody judged."""
    if health is None:
        return (None, None, failures, None, None, None)
    whole = health_text(health)
    return (health.state, health.state_since, health.trouble, health.next_visit_at, health.quiet_until, whole)
