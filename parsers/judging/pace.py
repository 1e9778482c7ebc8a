"""When a source is to be asked next: by how often it brings news, and by what it wants itself. Remembers nothing."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from parsers.model import Rhythm

SHORTEST, LONGEST = timedelta(minutes=30), timedelta(hours=12)
"""Between two visits of a source that answers. Twice a day at least: a page may be taken away again."""
WHILE_NEW = timedelta(hours=1)
"""Longest interval of a source that is known for less than a week, for it may have begun with a quiet weekend."""
WEEK = 7
SLACK = timedelta(minutes=5)
"""Off an interval of ours: an hourly run that begins some seconds early must not pass a source over for an hour."""
VISITS_FOR_NEWS = 2
"""Aimed at for each piece of news: it is then found half an interval after it came out, on average."""
MOST = timedelta(hours=24)
"""Nobody may keep us away for longer, whether with Retry-After: 99999999999, max-age or ttl (limit of our own)."""
JITTER = 0.2
_DOUBLINGS = 10
"""Enough for any interval to reach MOST."""


def interval(arrivals: Sequence[int]) -> timedelta:
    """Time between two visits of a source that brought `arrivals` entries on its last days."""
    pieces = sum(arrivals)
    wanted = timedelta(days=1) * len(arrivals) / (VISITS_FOR_NEWS * pieces) if pieces else LONGEST
    longest = LONGEST if len(arrivals) >= WEEK else WHILE_NEW
    return min(max(wanted, SHORTEST), longest)


def next_visit(at: datetime, wanted: timedelta, rhythm: Rhythm | None, max_age: float | None) -> datetime:
    """The moment for the visit after the one at `at`, `wanted` later or when the source allows it.

    Args:
        max_age: seconds for which the answer is fresh (RFC 9111, 5.2.2.1): until then a new one would be the same.
        rhythm: `ttl` is the time for which a channel may be cached (RSS 2.0); `skipHours`, `skipDays`: see `allowed`.
    """
    wait = max(wanted - SLACK, _clamped(max_age or 0.0))
    if rhythm is not None and rhythm.every is not None:
        wait = max(wait, min(rhythm.every, MOST))
    return allowed(at + wait, rhythm)


def allowed(moment: datetime, rhythm: Rhythm | None) -> datetime:
    """`moment`, or the first hour after it in which the feed may be read (RSS 2.0 `skipHours`, `skipDays`).

    A feed that excludes every hour of the week cannot mean it.
    """
    if rhythm is None or not (rhythm.not_hours or rhythm.not_days):
        return moment
    tried = moment
    for _ in range(WEEK * 24 + 1):
        there = tried.astimezone(UTC)
        if there.hour not in rhythm.not_hours and there.weekday() not in rhythm.not_days:
            return tried
        tried = tried.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return moment


def back_off(usual: timedelta, trouble: float, source_id: str, failures: int) -> timedelta:
    """How long to leave a source alone after a failure: the usual interval, doubled with each point of its trouble.

    Up to a fifth more or less, lest a hundred sources that one fault stopped come back in the same second. The same
    source gets the same at the same failure, so that a run can be repeated.
    """
    digest = hashlib.sha256(f"{source_id} {failures}".encode()).digest()
    lot = int.from_bytes(digest[:8], "big") / (1 << 64)
    return min(usual * 2 ** min(trouble, _DOUBLINGS) * (1 + JITTER * (2 * lot - 1)), MOST)


def asked_to_wait(at: datetime, retry_after: float | None) -> datetime | None:
    """Until when the server wants to be left alone (RFC 9110, 10.2.3; seconds); None where it does not say."""
    if retry_after is None:
        return None
    return at + _clamped(retry_after)


def _clamped(seconds: float) -> timedelta:
    return timedelta(seconds=min(max(seconds, 0.0), MOST.total_seconds()))
