"""When a source is asked next: by its own news, its own wishes, and never all of them in the same second."""

from datetime import UTC, datetime, timedelta

import pytest

from parsers.judging.pace import (
    JITTER,
    LONGEST,
    MOST,
    SHORTEST,
    SLACK,
    WHILE_NEW,
    allowed,
    asked_to_wait,
    back_off,
    interval,
    next_visit,
)
from parsers.model import Rhythm

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("arrivals", "wanted"),
    [
        ((), WHILE_NEW),
        ((0,) * 6, WHILE_NEW),
        ((40,) * 3, SHORTEST),
        ((0,) * 7, LONGEST),
        ((4,) * 28, 3 * HOUR),
        ((6, 6, 6, 6, 6, 0, 0) * 4, timedelta(days=7) / 60),
        ((1,) + (0,) * 27, LONGEST),
        ((500,) * 28, SHORTEST),
    ],
)
def test_interval_follows_the_news(arrivals: tuple[int, ...], wanted: timedelta) -> None:
    """Two visits for each piece of news, between half an hour and twelve hours; one hour at most while new."""
    assert interval(arrivals) == wanted


def test_an_hourly_run_never_passes_a_source_over(now: datetime) -> None:
    """A run that begins four minutes earlier than the last one still finds an hourly source due."""
    assert next_visit(now, HOUR, None, None) <= now + HOUR - timedelta(minutes=4)


@pytest.mark.parametrize(
    ("rhythm", "max_age", "wait"),
    [
        (None, None, HOUR - SLACK),
        (None, 60.0, HOUR - SLACK),
        (None, 7200.0, 2 * HOUR),
        (None, 31_536_000.0, DAY),
        (None, -5.0, HOUR - SLACK),
        (Rhythm(timedelta(minutes=5)), None, HOUR - SLACK),
        (Rhythm(3 * HOUR), 7200.0, 3 * HOUR),
        (Rhythm(timedelta(days=400)), None, DAY),
    ],
)
def test_freshness_is_respected(now: datetime, rhythm: Rhythm | None, max_age: float | None, wait: timedelta) -> None:
    """Not before `ttl` and max-age have passed, neither of which keeps us away for more than a day."""
    assert next_visit(now, HOUR, rhythm, max_age) == now + wait


def test_hours_that_a_feed_excludes() -> None:
    """The first allowed hour follows the night, also across a weekend that is excluded (times in UTC)."""
    night = Rhythm(not_hours=(22, 23, 0, 1, 2, 3, 4, 5))
    late = datetime(2026, 11, 13, 22, 30, tzinfo=UTC)
    assert allowed(late, night) == datetime(2026, 11, 14, 6, tzinfo=UTC)
    assert allowed(late, Rhythm(not_hours=night.not_hours, not_days=(5, 6))) == datetime(2026, 11, 16, 6, tzinfo=UTC)
    assert allowed(late - HOUR, night) == late - HOUR
    assert next_visit(late - 2 * HOUR, 3 * HOUR, night, None) == datetime(2026, 11, 14, 6, tzinfo=UTC)


@pytest.mark.parametrize("rhythm", [Rhythm(not_hours=tuple(range(24))), Rhythm(not_days=tuple(range(7)))])
def test_feed_that_excludes_all_hours(now: datetime, rhythm: Rhythm) -> None:
    """Nobody publishes a feed that must never be read: such a wish is a mistake."""
    assert allowed(now, rhythm) == now


def test_back_off_doubles_with_trouble_up_to_a_day() -> None:
    """One, two, three hard failures: twice, four, eight times as long, a fifth more or less; a day at most."""
    for trouble in range(1, 5):
        wait = back_off(HOUR, trouble, "alpha", trouble)
        assert (1 - JITTER) * 2**trouble * HOUR <= wait <= (1 + JITTER) * 2**trouble * HOUR
    assert back_off(HOUR, 400.0, "alpha", 400) == MOST
    assert back_off(HOUR, 0.25, "alpha", 1) < back_off(HOUR, 1, "alpha", 1)


def test_back_off_scatters_and_repeats() -> None:
    """A hundred sources that one fault stopped come back at different times, each at the same in a repeated run."""
    waits = [back_off(HOUR, 1, f"source-{number}", 1) for number in range(100)]
    assert waits == [back_off(HOUR, 1, f"source-{number}", 1) for number in range(100)]
    assert len(set(waits)) == 100
    assert max(waits) - min(waits) > timedelta(minutes=30)


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [
        pytest.param(5.0, timedelta(seconds=5), id="N-31"),
        pytest.param(99_999_999_999.0, DAY, id="N-31-huge"),
        pytest.param(-5.0, timedelta(), id="N-31-negative"),
        pytest.param(None, None, id="N-31-garbage-or-none"),
    ],
)
def test_retry_after(now: datetime, retry_after: float | None, wait: timedelta | None) -> None:
    """N-31: the server's wish is kept, for 24 hours at most."""
    assert asked_to_wait(now, retry_after) == (None if wait is None else now + wait)
