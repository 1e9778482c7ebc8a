"""Whether a source brings unusually little or unusually much, measured by its own last four weeks. Knows no source.

Days are counted, not entries, where little is asked for: news comes in clusters, and five entries of one afternoon say
no more about tomorrow than one does. Weekdays and weekends are counted apart. All days are days in UTC.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

ENOUGH = 14
"""Days of history without which nothing is said."""
ALPHA = 0.001
"""Silence is told when so much of it was as improbable as this."""
ALPHA_BURST = 1e-6
"""Stricter than for silence, since the variance is estimated from some twenty days and the question comes daily."""
BURST = 10
"""Fewer entries on a day are no burst, however quiet the source is."""


@dataclass(frozen=True, slots=True)
class Habit:
    """Days that were watched, and days of these that brought news: on weekdays first, then at weekends."""

    watched: tuple[int, int]
    with_news: tuple[int, int]


def habit_of(arrivals: Sequence[int], today: date, until: date) -> Habit | None:
    """The habit in `arrivals`, of which the last is yesterday's, up to and including `until`; None: too short."""
    if len(arrivals) < ENOUGH:
        return None
    watched, with_news = [0, 0], [0, 0]
    for back, count in enumerate(reversed(arrivals), start=1):
        day = today - timedelta(days=back)
        if day <= until:
            watched[_class(day)] += 1
            with_news[_class(day)] += count > 0
    return Habit((watched[0], watched[1]), (with_news[0], with_news[1]))


def silence(habit: Habit, last_news: date, today: date) -> float:
    """How probable it is that all whole days between the two dates bring nothing, where nothing has changed.

    Each day brings news by chance, with a probability that the habit gives only roughly. Weighing all probabilities by
    Jeffreys' prior gives the beta-geometric chance of m days without news after k of n days had some:
    the product of (n - k + 1/2 + i) / (n + 1 + i) for i from 0 to m - 1; for weekdays and weekends apart.
    """
    probability, passed = 1.0, [0, 0]
    for ahead in range(1, (today - last_news).days):
        kind = _class(last_news + timedelta(days=ahead))
        n, k, i = habit.watched[kind], habit.with_news[kind], passed[kind]
        probability *= (n - k + 0.5 + i) / (n + 1 + i)
        passed[kind] += 1
    return probability


def is_burst(count: int, arrivals: Sequence[int], today: date) -> bool:
    """Whether `count` entries on one day are more than chance gives on a day of the same class.

    The negative binomial distribution with the mean of those days and their variance, or the variance of a Poisson
    process where that is greater: P(X >= count) < ALPHA_BURST.
    """
    if count < BURST or len(arrivals) < ENOUGH:
        return False
    same = [
        number
        for back, number in enumerate(reversed(arrivals), start=1)
        if _class(today - timedelta(days=back)) == _class(today)
    ]
    mean = (sum(same) + 0.5) / len(same)
    variance = sum((number - mean) ** 2 for number in same) / (len(same) - 1)
    return _tail(count, mean, max(variance, 1.05 * mean)) < ALPHA_BURST


def _tail(count: int, mean: float, variance: float) -> float:
    """P(X >= count) of a negative binomial variable; `variance` is greater than `mean`."""
    size, chance = mean * mean / (variance - mean), mean / variance
    term = math.exp(
        math.lgamma(count + size)
        - math.lgamma(size)
        - math.lgamma(count + 1)
        + size * math.log(chance)
        + count * math.log1p(-chance)
    )
    tail = 0.0
    while term > tail * 1e-9 and tail < ALPHA_BURST:
        tail += term
        term *= (count + size) / (count + 1) * (1 - chance)
        count += 1
    return tail


def _class(day: date) -> int:
    return int(day.weekday() >= 5)
