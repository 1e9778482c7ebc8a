"""A week is seven local days, whatever the clocks do, and has one name."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.edition import before, period_of, slug_of, week
from digests.settings import DigestSettings


def test_week_that_was_over(settings: DigestSettings, now: datetime) -> None:
    """On Monday morning the week that ended at midnight is taken."""
    period = period_of(now, settings)
    assert (period.iso, period.words) == ("2026-W46", "9–15 November 2026")
    assert period.start.isoformat() == "2026-11-09T00:00:00+01:00"
    assert period.end.isoformat() == "2026-11-16T00:00:00+01:00"


def test_the_zone_decides_which_week(settings: DigestSettings) -> None:
    """Sunday 23:30 in Brussels is still this week there, and Monday in Tokyo."""
    moment = datetime(2026, 11, 15, 22, 30, tzinfo=UTC)
    assert period_of(moment, settings).iso == "2026-W45"
    assert period_of(moment, replace(settings, zone="Asia/Tokyo")).iso == "2026-W46"


@pytest.mark.parametrize(("iso", "hours"), [("2026-W43", 169), ("2027-W12", 167), ("2026-W46", 168)])
def test_weeks_in_which_clocks_change(iso: str, hours: int) -> None:
    """The week of the change is an hour longer or shorter and still begins and ends at midnight."""
    period = week(iso, "Europe/Brussels")
    assert period.end.astimezone(UTC) - period.start.astimezone(UTC) == timedelta(hours=hours)
    assert period.start.hour == period.end.hour == 0


@given(st.integers(0, 90 * 365 * 24 * 60))
def test_period_is_over_and_the_latest(minutes: int) -> None:
    """For any moment: the period has ended, the next one has not, and its name leads back to it."""
    moment = datetime(2001, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    settings = DigestSettings("w", "n", "America/New_York", "monday", 7, "s", "s@a.eu", "s@a.eu", "s@a.eu", "a.b", ())
    period = period_of(moment, settings)
    assert period.end <= moment < period.end + timedelta(days=7, hours=2)
    assert week(period.iso, period.zone) == period
    assert before(period).end == period.start


@pytest.mark.parametrize(
    ("iso", "words"),
    [
        ("2026-W40", "28 September – 4 October 2026"),
        ("2026-W53", "28 December 2026 – 3 January 2027"),
        ("2026-W01", "29 December 2025 – 4 January 2026"),
    ],
)
def test_words_across_months_and_years(iso: str, words: str) -> None:
    """Month and year are said where they differ."""
    assert week(iso, "Europe/Brussels").words == words


@pytest.mark.parametrize("iso", ["2026-W54", "2025-W53", "2026-46", "last", "2026-W00"])
def test_no_such_week(iso: str) -> None:
    """A name that is no week is refused."""
    with pytest.raises(ValueError, match=r"week|Invalid"):
        week(iso, "Europe/Brussels")


def test_same_zone_object_either_way(settings: DigestSettings) -> None:
    """Times carry the named zone, not an offset."""
    assert week("2026-W46", settings.zone).start.tzinfo == ZoneInfo(settings.zone)


def test_file_names_tell_revisions_apart() -> None:
    """A correction gets a name of its own; the first keeps the plain one."""
    assert slug_of("2026-W46/weekly/en") == "2026-W46-weekly-en"
    assert slug_of("2026-W46/weekly/en", 2) == "2026-W46-weekly-en-r2"
