"""Whose turn it is: what servers asked for counts, what a clock that was ahead wrote down does not."""

from datetime import datetime, timedelta

import pytest

from flows.turn import Turn, turn_of
from parsers.configured import Source
from parsers.judging.health import Health
from storage.sources import FeedState

SOURCE = Source("one", "One", "https://one.example/", "feed", "en", "BE", "press", "one", 3, "sample")


def turn(now: datetime, *, due: bool = False, named: bool = False, **health: object) -> Turn:
    known = Health(**{"state": "ok", "state_since": now, "trouble": 0.0, "next_visit_at": now, **health})
    state = FeedState("one", SOURCE.url, None, None, None, None, 0, "read", None, None, now, now, known)
    return turn_of([SOURCE], {"one": state}, now, named=named, due=due)


@pytest.mark.parametrize(("ahead", "not_due"), [(-1, 0), (1, 1), (24 * 8, 1), (24 * 365, 0)])
def test_a_visit_that_is_not_due(now: datetime, ahead: int, not_due: int) -> None:
    """Hours ahead; a year ahead is a mistake of the clock, not a wish of the server."""
    found = turn(now, due=True, next_visit_at=now + timedelta(hours=ahead))
    assert (found.not_due, len(found.visited)) == (not_due, 1 - not_due)
    assert turn(now, next_visit_at=now + timedelta(hours=ahead)).visited == [SOURCE]


@pytest.mark.parametrize(("ahead", "alone"), [(-1, False), (1, True), (24 * 365, False)])
def test_n_31_a_server_that_asks_for_quiet_is_left_alone(now: datetime, ahead: int, alone: bool) -> None:
    """Also by a collection of all; not by one that names it."""
    until = now + timedelta(hours=ahead)
    assert bool(turn(now, quiet_until=until).left_alone) is alone
    assert turn(now, quiet_until=until, named=True).visited == [SOURCE]


def test_n_29_what_is_gone_is_only_asked_by_name(now: datetime) -> None:
    """No more polling until an operator acts; the line says how."""
    found = turn(now, state="gone")
    assert (found.visited, "collect --source one" in found.left_alone[0]) == ([], True)
    assert turn(now, state="gone", named=True).visited == [SOURCE]
