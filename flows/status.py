"""Where things stand: runs, sources in trouble, editions, deliveries, what waits for a person. Changes nothing."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from parsers.judging.states import STATES, failure_named
from storage.database import GLANCE, open_live, refuse_no_database
from storage.deliveries import balance, list_deliveries
from storage.documents import cited_documents
from storage.editions import list_editions
from storage.runs import last_runs
from storage.sources import FeedState, asked_sources, feed_states, recent_events

Table = tuple[str, tuple[str, ...], list[tuple[str, ...]]]
RUNS, EDITIONS, EVENTS = 8, 4, 20
LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Status:
    """Tables as (title, head, rows), sentences, and the same as plain values for programs."""

    tables: tuple[Table, ...]
    lines: tuple[str, ...]
    values: Mapping[str, Any]

    def as_json(self) -> Mapping[str, Any]:
        return self.values


@dataclass(frozen=True, slots=True)
class Trouble:
    """A source that is not as it should be.

    Attributes:
        state: its name, see `parsers.judging.states`.
        trouble: weights of its failed visits since it answered last, added up; 0 for one that answers.
        since: when it began; None where that was not recorded.
        detail: what was the matter at the last visit.
        remedy: what to do, one line.
    """

    source: str
    state: str
    trouble: float
    since: datetime | None
    last_success: datetime | None
    detail: str
    remedy: str


def troubles(states: Mapping[str, FeedState]) -> list[Trouble]:
    """All sources that are not as they should be, those with the most trouble first."""
    found = []
    for state in states.values():
        health = state.health
        if health is None:  # visited last by a program that judged no health
            name = "ok" if state.last_outcome != "failed" else failure_named(state.last_kind, None)
            trouble, since, detail = float(state.consecutive_failures), None, state.last_detail
        else:
            name, trouble, since, detail = health.state, health.trouble, health.since, health.detail
        if name != "ok":
            remedy = STATES[name].remedy
            found.append(Trouble(state.source_id, name, trouble, since, state.last_success_at, detail or "", remedy))
    return sorted(found, key=lambda one: (-one.trouble, one.source))


def status(home: Path, now: datetime) -> Status:
    """Look at the live file for a moment.

    Raises:
        Misconfigured: there is no database yet.
        Busy: another process holds it for longer than a few seconds.
    """
    refuse_no_database(home)
    with open_live(home, wait=GLANCE) as con:
        runs = last_runs(con, RUNS)
        asked = asked_sources(con)
        states = {source: state for source, state in feed_states(con).items() if source in asked}
        editions = [(row, balance(con, row.id, row.revision)) for row in list_editions(con)[:EDITIONS]]
        ledgers = [list_deliveries(con, row.id, row.revision) for row, _ in editions]
        events = recent_events(con, now - LATELY)
        unread = len(cited_documents(con, since=now - LATELY))
    latest = list({(one.source_id, one.event.kind): one for one in reversed(events)}.values())[::-1]
    trouble = troubles(states)
    unverified = [source for source, is_verified in asked.items() if not is_verified]
    lines = [
        f"{row.id} r{row.revision}: {b.uncertain} of unknown fate; seabridge send --resolve"
        for row, b in editions
        if b.uncertain
    ]
    lines += [
        f"{row.id} r{row.revision}: {b.deferred} deferred; seabridge send again" for row, b in editions if b.deferred
    ]
    lines += [
        f"{row.id} r{row.revision}: {row.state}, and {b.planned + b.transmitting or 'nobody'} waiting: seabridge send"
        for row, b in editions[:1]
        if row.state != "issued" or b.planned or b.transmitting
    ]
    lines += [
        f"{row.id} r{row.revision}: rejected for {one.masked}: {one.detail}; mend or drop it in recipients.toml"
        for (row, _), ledger in zip(editions, ledgers, strict=True)
        for one in ledger
        if one.state == "rejected"
    ]
    lines += [
        f"{run.id} is running, or was killed; the same command within an hour goes on with it"
        for run in runs
        if run.state == "running"
    ]
    lines += [
        f"{s.source_id} has moved to {s.moved_to}; change its url in sources.toml"
        for s in states.values()
        if s.moved_to
    ]
    if unread:
        what = "document is" if unread == 1 else "documents are"
        lines.append(
            f"{unread} primary {what} cited lately and read by nobody: seabridge documents --days {LATELY.days}"
        )
    lines += [f"{source}: its certificate is not checked (verify_tls = false)" for source in unverified]
    tables: tuple[Table, ...] = (
        (
            "Last runs",
            ("run", "state", "started"),
            [(run.id, run.state, f"{run.started_at:%Y-%m-%d %H:%M}") for run in runs],
        ),
        (
            f"Sources in trouble ({len(trouble)} of {len(states)} visited)",
            ("source", "state", "trouble", "since", "last success", "what to do"),
            [
                (one.source, one.state, f"{one.trouble:g}", _day(one.since, "?"), _day(one.last_success), one.remedy)
                for one in trouble
            ],
        ),
        (
            f"Lately, in {LATELY.days} days"
            + (f" (the last {EVENTS} of {len(latest)})" if len(latest) > EVENTS else ""),
            ("when", "source", "what", ""),
            [(_day(one.at), one.source_id, one.event.kind, one.event.detail) for one in latest[:EVENTS]],
        ),
        (
            "Editions",
            ("edition", "state", "have it", "waiting", "rejected", "unknown"),
            [
                (
                    f"{row.id} r{row.revision}",
                    row.state,
                    f"{b.accepted}/{b.candidates}",
                    str(b.planned + b.deferred),
                    str(b.rejected),
                    str(b.uncertain),
                )
                for row, b in editions
            ],
        ),
    )
    values = {
        "home": str(home),
        "runs": [{"id": r.id, "flow": r.flow, "state": r.state, "started": r.started_at.isoformat()} for r in runs],
        "sources_visited": len(states),
        "sources_in_trouble": [_plain(asdict(one)) for one in trouble],
        "sources_unverified": unverified,
        "events": [
            {"at": one.at.isoformat(), "source": one.source_id, "kind": one.event.kind, "detail": one.event.detail}
            for one in events
        ],
        "editions": [
            {"id": row.id, "revision": row.revision, "state": row.state, "accepted": b.accepted,
             "candidates": b.candidates, "deferred": b.deferred, "rejected": b.rejected, "uncertain": b.uncertain}
            for row, b in editions
        ],
        "to_do": lines,
    }  # fmt: skip
    return Status(tables, tuple(lines) or ("Nothing waits for you.",), values)


def _day(moment: datetime | None, unknown: str = "never") -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" if moment else unknown


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}
