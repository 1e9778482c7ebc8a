"""What an edition says of its sources."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from digests.edition import Coverage, week
from flows.digest import coverage_of, digest
from flows.sample_server import sample_sources
from flows.settings import load
from storage.sources import FeedState

WEEK = week("2025-W26", "Europe/Brussels")
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


def test_nothing_is_composed_of_nothing(tmp_path: Path) -> None:
    """Before the first collection there is no edition that blames sources which nobody has asked."""
    report = digest(load(home=tmp_path), WEEK.end)

    assert report.state == "nothing"
    assert "seabridge collect" in report.lines[0]
    assert not (tmp_path / "site").exists()
