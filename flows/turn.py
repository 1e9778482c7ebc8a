"""Chooses the sources that a collection visits. Visits none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from parsers.configured import Source
from storage.sources import FeedState

LONGEST_QUIET, LONGEST_WAIT = timedelta(days=1), timedelta(days=9)
"""What a server may ask for at most, and that with `skipDays` on top: a later time was stored by a clock that was
ahead, and must not silence a source."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is. `left_alone`: in words, those that even a request for all does not disturb."""

    visited: Sequence[Source]
    not_due: int = 0
    left_alone: Sequence[str] = ()


def turn_of(
    sources: Sequence[Source], states: Mapping[str, FeedState], now: datetime, *, named: bool, due: bool
) -> Turn:
    if named:
        return Turn(sources)
    visited, not_due, left_alone = [], 0, []
    for source in sources:
        state = states.get(source.id)
        health = state.health if state else None
        if health and health.state == "gone":
            left_alone.append(f"gone: {source.id} is not asked any more; remove it, or: collect --source {source.id}")
        elif health and health.quiet_until and now < health.quiet_until <= now + LONGEST_QUIET:
            left_alone.append(f"quiet: {source.id} asks to be left alone until {health.quiet_until:%Y-%m-%d %H:%M} UTC")
        elif due and health and now < health.next_visit_at <= now + LONGEST_WAIT:
            not_due += 1
        else:
            visited.append(source)
    return Turn(visited, not_due, left_alone)
