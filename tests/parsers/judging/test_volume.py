"""Silence and bursts: found within days, and hardly ever where chance alone is at work."""

import math
import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from parsers.judging.volume import ALPHA, BURST, ENOUGH, Habit, habit_of, is_burst, silence

MONDAY = date(2026, 11, 16)
DAY = timedelta(days=1)
WEEKDAYS = (3, 1, 2, 4, 2, 0, 0) * 4
"""Four weeks that end on a Sunday."""
YEAR, SOURCES = 365, 40
Rate = Callable[[random.Random, date], float]


def test_habit_counts_days_with_news_apart_for_weekends() -> None:
    """Twenty weekdays with news, eight days of weekends without; the days after `until` do not count."""
    assert habit_of(WEEKDAYS, MONDAY, MONDAY) == Habit((20, 8), (20, 0))
    assert habit_of(WEEKDAYS, MONDAY, MONDAY - 4 * DAY) == Habit((19, 6), (19, 0))
    assert habit_of(WEEKDAYS[-ENOUGH + 1 :], MONDAY, MONDAY) is None


def test_weekend_is_no_silence() -> None:
    """Who never publishes at weekends says nothing by not doing so; three silent weekdays say much."""
    habit = Habit((20, 8), (20, 0))
    friday = MONDAY - 3 * DAY
    assert silence(habit, friday, MONDAY) > 0.5
    assert silence(habit, friday, MONDAY + 1 * DAY) > ALPHA
    assert silence(habit, friday, MONDAY + 3 * DAY) <= ALPHA
    assert silence(habit, MONDAY, MONDAY) == silence(habit, MONDAY, MONDAY + DAY) == 1


def test_silence_is_the_chance_that_the_formula_gives() -> None:
    """12 of 20 weekdays with news, then two without: (8.5 / 21) (9.5 / 22)."""
    assert math.isclose(silence(Habit((20, 8), (12, 0)), MONDAY, MONDAY + 3 * DAY), 8.5 / 21 * 9.5 / 22)


def test_nothing_is_silent_that_never_spoke() -> None:
    """No news on 28 days: a month more of it is no surprise."""
    assert silence(Habit((20, 8), (0, 0)), MONDAY, MONDAY + 28 * DAY) > 0.2


@pytest.mark.parametrize(
    ("count", "arrivals", "told"),
    [
        (40, WEEKDAYS, True),
        (BURST - 1, (0,) * 28, False),
        (BURST, (0,) * 28, True),
        (12, WEEKDAYS, False),
        (60, (40, 45, 38, 50, 41, 5, 5) * 4, False),
        (400, (40, 45, 38, 50, 41, 5, 5) * 4, True),
        (40, (1, 30, 2, 1, 25, 0, 0) * 4, False),
        (40, WEEKDAYS[: ENOUGH - 1], False),
        (5_000, (1_000,) * 28, True),
    ],
)
def test_burst(count: int, arrivals: tuple[int, ...], told: bool) -> None:
    """Many more than on days of the same class, measured by their own spread; never fewer than ten."""
    assert is_burst(count, arrivals, MONDAY) is told


def _steady(weekday: float, weekend: float) -> Rate:
    return lambda _, day: weekend if day.weekday() >= 5 else weekday


def _clustered(weekday: float, weekend: float) -> Rate:
    """Each day has a rate of its own, exponentially distributed: many with nothing, some with much."""
    return lambda rng, day: _steady(weekday, weekend)(rng, day) * rng.expovariate(1)


@pytest.mark.parametrize(
    ("rate", "silences", "bursts", "within"),
    [
        pytest.param(_steady(10, 2), 0.1, 0.1, 5, id="ten a weekday"),
        pytest.param(_steady(3, 0.2), 0.1, 0.1, 9, id="three a weekday"),
        pytest.param(_steady(1, 0.1), 0.25, 0.1, 30, id="one a weekday"),
        pytest.param(_clustered(3, 0.2), 0.3, 0.3, 18, id="clusters"),
    ],
)
def test_a_year_of_false_alarms(rate: Rate, silences: float, bursts: float, within: int) -> None:
    """Forty sources for a year: at most so many false alarms a source; one that stops is told within so many days."""
    rng, false_silences, false_bursts, found_after = random.Random(7), 0, 0, []
    for _ in range(SOURCES):
        start = date(2026, 1, 1)
        days = [start + number * DAY for number in range(YEAR + 35)]
        news = [_poisson(rng, rate(rng, day)) for day in days[:YEAR]] + [0] * 35
        habit, last, told = None, start, False
        for number, day in enumerate(days[1:], start=1):
            arrivals = news[max(1, number - 28) : number]
            false_bursts += is_burst(news[number], arrivals, day)
            if news[number]:
                habit, last, told = habit_of(arrivals, day, day), day, False
            elif habit and not told and silence(habit, last, day) <= ALPHA:
                told = True
                if number < YEAR:
                    false_silences += 1
                else:
                    found_after.append((day - days[YEAR]).days)
    assert false_silences / SOURCES <= silences
    assert false_bursts / SOURCES <= bursts
    assert len(found_after) == SOURCES
    assert max(found_after) <= within


def _poisson(rng: random.Random, mean: float) -> int:
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count
