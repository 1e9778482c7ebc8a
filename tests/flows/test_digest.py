"""What an edition says of its sources."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from digests.edition import Coverage, week
from flows.digest import digest
from flows.making import coverage_of
from flows.sample_server import sample_sources
from flows.settings import load
from parsers.judging.findings import Finding, Memory
from parsers.judging.health import Health
from parsers.judging.states import STATES
from storage.sources import FeedState

WEEK = week("2025-W26", "Europe/Brussels")
DAY = timedelta(days=1)
SOURCE = sample_sources()[0]


def state(**changes: Any) -> FeedState:
    known: dict[str, Any] = {
        "source_id": SOURCE.id,
        "url": SOURCE.url,
        "etag": None,
        "last_modified": None,
        "body_sha256": None,
        "moved_to": None,
        "consecutive_failures": 0,
        "last_outcome": "read",
        "last_kind": None,
        "last_detail": None,
        "last_attempt_at": WEEK.end,
        "last_success_at": WEEK.end,
    }
    return FeedState(**(known | changes))


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (state(), None),
        (state(last_success_at=WEEK.end - timedelta(days=2)), None),
        (state(consecutive_failures=2, last_detail="timeout"), None),
        (state(last_success_at=WEEK.end - timedelta(days=2, seconds=1)), "no answer at the end of the week"),
        (state(last_success_at=WEEK.start, consecutive_failures=1, last_detail="answered 404"), "answered 404"),
        (state(consecutive_failures=3, last_detail="timeout"), "timeout"),
        (state(last_success_at=None, consecutive_failures=1, last_detail="dns"), "dns"),
        (None, "never read"),
    ],
)
def test_read_means_read_at_the_end_of_the_week(found: FeedState | None, reason: str | None) -> None:
    """One answer on Monday does not cover a week, and a source that keeps failing is not called read."""
    covered = coverage_of([SOURCE], {SOURCE.id: found} if found else {}, WEEK)
    assert covered == (Coverage((SOURCE.name,)) if reason is None else Coverage((), ((SOURCE.name, reason),)))


def health(**changes: Any) -> Health:
    known: dict[str, Any] = {"state": "ok", "state_since": WEEK.start, "trouble": 0.0, "next_visit_at": WEEK.end}
    return Health(**(known | changes))


def silent(last_news: timedelta) -> Health:
    """Told to be silent a day after the week; `last_news`: before its end."""
    found = Finding("silent", WEEK.end + DAY, "nothing new")
    return health(state="silent", memory=Memory(findings=(found,), news_at=WEEK.end - last_news))


BLOCKED = {"state": "blocked", "trouble": 1.0, "state_since": WEEK.end - DAY, "failing_since": WEEK.end - DAY}


@pytest.mark.parametrize(
    ("found", "coverage"),
    [
        pytest.param(state(health=health()), "read", id="well"),
        pytest.param(
            state(health=health(**BLOCKED), last_success_at=WEEK.end - DAY), "failed", id="in trouble at the end"
        ),
        pytest.param(
            state(health=health(**BLOCKED), last_success_at=WEEK.end + DAY), "read", id="in trouble after the week"
        ),
        pytest.param(
            state(health=health(**BLOCKED | {"trouble": 0.75}), last_success_at=WEEK.end - DAY), "read", id="hiccup"
        ),
        pytest.param(
            state(health=health(**BLOCKED | {"state": "gone"}), last_success_at=WEEK.start), "failed", id="gone"
        ),
        pytest.param(state(health=health(), last_success_at=WEEK.end + DAY), "read", id="recovered"),
        pytest.param(state(health=silent(5 * DAY)), "doubtful", id="silent in the week"),
        pytest.param(state(health=silent(-DAY)), "read", id="silent since"),
        pytest.param(
            state(health=health(memory=Memory(findings=(Finding("stale", WEEK.start, ""),)))), "doubtful", id="stale"
        ),
        pytest.param(
            state(health=health(memory=Memory(findings=(Finding("undated", WEEK.end + DAY, ""),)))),
            "read",
            id="undated since",
        ),
        pytest.param(
            state(health=health(memory=Memory(findings=(Finding("burst", WEEK.start, ""),)))), "read", id="burst"
        ),
    ],
)
def test_coverage_follows_the_health_of_that_week(found: FeedState, coverage: str) -> None:
    """Named are sources that were in trouble, gone or without news when the week ended; not before, not recovered."""
    assert found.health is not None
    covered = coverage_of([SOURCE], {SOURCE.id: found}, WEEK)
    name = found.health.memory.findings[0].name if found.health.memory.findings else found.health.state
    pair = (SOURCE.name, STATES[name].words)
    assert (
        covered
        == {
            "read": Coverage((SOURCE.name,)),
            "failed": Coverage((), (pair,)),
            "doubtful": Coverage((SOURCE.name,), doubtful=(pair,)),
        }[coverage]
    )


def test_nothing_is_composed_of_nothing(tmp_path: Path) -> None:
    """Before the first collection there is no edition that blames sources which nobody has asked."""
    report = digest(load(home=tmp_path), WEEK.end)

    assert report.state == "nothing"
    assert "seabridge collect" in report.lines[0]
    assert not (tmp_path / "site").exists()
