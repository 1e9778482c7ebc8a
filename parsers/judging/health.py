"""How a source is doing: one visit and what was remembered before it give what to remember, and what to tell once.

Pure; fetches and stores nothing. The states are in `states`, what may be wrong with an answer in `findings`, the times
of visits in `pace`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from parsers.judging.findings import Memory, Visit, at_sight, is_usual_now, remembered
from parsers.judging.pace import allowed, asked_to_wait, back_off, interval, next_visit
from parsers.judging.states import ANSWERS, STATES, TROUBLE, Standing, failure_named

__all__ = ["Event", "Health", "Memory", "Visit", "after", "state_of"]

_NOT_TOLD = frozenset({"no-entries"})
"""Query feeds have a week without a hit; a feed that loses its entries has shrunk."""
_NOT_MENDED = frozenset({"no-entries", "burst"})


@dataclass(frozen=True, slots=True)
class Health:
    """What is remembered of a source between two visits, for one address.

    Attributes:
        state, state_since: the failure of the last visit, else the gravest finding, else ok.
        trouble: sum of the weights of all failed visits since the last answer.
        next_visit_at: not asked before by a schedule.
        quiet_until: the server wants no visit before, whoever starts it, unless the source is named.
        detail: of the state, in words.
        failures, failing_since: failed visits in a row, and when the first of them was.
        memory: of its answers.
    """

    state: str
    state_since: datetime
    trouble: float
    next_visit_at: datetime
    quiet_until: datetime | None = None
    detail: str = ""
    failures: int = 0
    failing_since: datetime | None = None
    memory: Memory = field(default_factory=Memory)

    @property
    def since(self) -> datetime:
        """Since when it has not been well: the first failure in a row, else the begin of its state."""
        return self.failing_since or self.state_since


@dataclass(frozen=True, slots=True)
class Event:
    """Something to tell once, when it happens. `kind`: trouble, recovered, gone, moved, fixed, or a finding."""

    kind: str
    detail: str


def state_of(visit: Visit) -> str:
    """The state that one visit shows by itself, without a past: how it failed, no-entries, undated, stale or ok."""
    if visit.outcome == "failed":
        return failure_named(visit.kind, visit.status)
    found = at_sight(visit) if visit.outcome == "read" else {}
    return next((name for name in ANSWERS if name in found), "ok")


def after(
    source_id: str, visit: Visit, before: Health | None, arrivals: Sequence[int]
) -> tuple[Health, tuple[Event, ...]]:
    """What to remember after a visit, and what to tell.

    Args:
        before: None for a source, or an address, that was never visited.
        arrivals: entries first seen on each of the last 28 whole UTC days before the visit, oldest first, without the
            day on which the source was read first; fewer while it is new.
    """
    start = before or Health("ok", visit.at, 0.0, visit.at)
    if visit.outcome == "failed":
        return _failed(source_id, visit, start, arrivals)
    return _answered(visit, start, arrivals)


# ---------------------------------------------------------------- no answer that can be read


def _failed(source_id: str, visit: Visit, start: Health, arrivals: Sequence[int]) -> tuple[Health, tuple[Event, ...]]:
    state = state_of(visit)
    failures, trouble = start.failures + 1, start.trouble + STATES[state].weight
    wait = back_off(interval(arrivals), trouble, source_id, failures)
    quiet_until = asked_to_wait(visit.at, visit.retry_after)
    health = Health(
        state=state,
        state_since=start.state_since if state == start.state else visit.at,
        trouble=trouble,
        next_visit_at=allowed(max(visit.at + wait, quiet_until or visit.at), start.memory.rhythm),
        quiet_until=quiet_until,
        detail=visit.detail or STATES[state].words,
        failures=failures,
        failing_since=start.failing_since or visit.at,
        memory=start.memory,
    )
    if state == "gone":
        kind = "gone" if start.state != "gone" else None
    else:
        kind = "trouble" if _doublings(trouble) > _doublings(start.trouble) else None
    return health, (Event(kind, _sentence(health, visit.at)),) if kind else ()


def _sentence(health: Health, at: datetime) -> str:
    """What is the matter, for how long, and what to do."""
    state = STATES[health.state]
    past = f", {health.failures} failed visits in {_length(at - health.since)}" if health.failures > 1 else ""
    detail = f" ({health.detail})" if health.detail != state.words else ""
    return f"{state.words}{detail}{past}; {state.remedy}"


def _doublings(trouble: float) -> int:
    """-1 below trouble, then one more each time that trouble has doubled: told at 1, 2, 4, 8, 16 ..."""
    return math.floor(math.log2(trouble / TROUBLE)) if trouble >= TROUBLE else -1


# ---------------------------------------------------------------- an answer


def _answered(visit: Visit, start: Health, arrivals: Sequence[int]) -> tuple[Health, tuple[Event, ...]]:
    memory = remembered(visit, start.memory, arrivals)
    state, since, detail = "ok", start.state_since if start.state == "ok" else visit.at, ""
    if memory.findings:
        first = memory.findings[0]
        state, since, detail = first.name, first.since, first.detail
    wanted = next_visit(visit.at, interval(arrivals), memory.rhythm, visit.max_age)
    health = Health(state, since, 0.0, wanted, detail=detail, memory=memory)
    return health, tuple(_told(visit, start, memory))


def _told(visit: Visit, start: Health, memory: Memory) -> list[Event]:
    told = []
    if start.trouble >= TROUBLE:
        length = _length(visit.at - start.since)
        visits = "1 failed visit" if start.failures == 1 else f"{start.failures} failed visits"
        words = _standing(start.state).words
        told.append(Event("recovered", f"answers again after {length} and {visits} ({words})"))
    if visit.moved_to and visit.moved_to != start.memory.moved_to:
        told.append(Event("moved", f"has moved for good: set url = {visit.moved_to}"))
    before = {finding.name: finding for finding in start.memory.findings}
    now = {finding.name: finding for finding in memory.findings}
    for name, finding in now.items():
        if name not in before and name not in _NOT_TOLD:
            told.append(Event(name, f"{_standing(name).words} ({finding.detail}); {_standing(name).remedy}"))
    for name, finding in before.items():
        if name not in now and name not in _NOT_MENDED and not is_usual_now(finding, visit.at):
            told.append(Event("fixed", f"is no longer {name}, after {_length(visit.at - finding.since)}"))
    return told


def _standing(state: str) -> Standing:
    """Of a state that may have been remembered by another version, with names of its own."""
    return STATES.get(state, STATES["failed"])


def _length(time: timedelta) -> str:
    hours = round(time.total_seconds() / 3600)
    if hours < 1:
        return "less than an hour"
    if hours < 48:
        return "1 hour" if hours == 1 else f"{hours} hours"
    return f"{round(hours / 24)} days"
