"""Where things stand: runs, sources in trouble, editions, deliveries, what waits for a person. Changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parsers.errors import Misconfigured, Problem
from storage.database import GLANCE, LIVE_NAME, open_live
from storage.deliveries import balance, list_deliveries
from storage.editions import list_editions
from storage.runs import last_runs
from storage.sources import feed_states

Table = tuple[str, tuple[str, ...], list[tuple[str, ...]]]
RUNS, EDITIONS = 8, 4


@dataclass(frozen=True, slots=True)
class Status:
    """Tables as (title, head, rows), sentences, and the same as plain values for programs."""

    tables: tuple[Table, ...]
    lines: tuple[str, ...]
    values: Mapping[str, Any]

    def as_json(self) -> Mapping[str, Any]:
        return self.values


def status(home: Path) -> Status:
    """Look at the live file for a moment.

    Raises:
        Misconfigured: there is no database yet.
        Busy: another process holds it for longer than a few seconds.
    """
    if not (home / LIVE_NAME).is_file():
        raise Misconfigured([Problem(str(home), "", "no database here yet; try: seabridge demo, or seabridge collect")])
    with open_live(home, wait=GLANCE) as con:
        runs = last_runs(con, RUNS)
        states = feed_states(con)
        editions = [(row, balance(con, row.id, row.revision)) for row in list_editions(con)[:EDITIONS]]
        ledgers = [list_deliveries(con, row.id, row.revision) for row, _ in editions]
    trouble = sorted((s for s in states.values() if s.consecutive_failures), key=lambda s: -s.consecutive_failures)
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
    tables: tuple[Table, ...] = (
        (
            "Last runs",
            ("run", "state", "started"),
            [(run.id, run.state, f"{run.started_at:%Y-%m-%d %H:%M}") for run in runs],
        ),
        (
            f"Sources in trouble ({len(trouble)} of {len(states)} visited)",
            ("source", "failures in a row", "last fault", "last success"),
            [(s.source_id, str(s.consecutive_failures), s.last_detail or "", _day(s.last_success_at)) for s in trouble],
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
        "sources_in_trouble": [
            {"id": s.source_id, "failures": s.consecutive_failures, "kind": s.last_kind, "detail": s.last_detail}
            for s in trouble
        ],
        "editions": [
            {"id": row.id, "revision": row.revision, "state": row.state, "accepted": b.accepted,
             "candidates": b.candidates, "deferred": b.deferred, "rejected": b.rejected, "uncertain": b.uncertain}
            for row, b in editions
        ],
        "to_do": lines,
    }  # fmt: skip
    return Status(tables, tuple(lines) or ("Nothing waits for you.",), values)


def _day(moment: Any) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "never"
