"""What is not as it should be with what a source answers: a feed that shrank, fell silent, changed its owner.

Measures an answer by what was remembered of the ones before. Knows no failures, and decides on no visit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from parsers.judging.states import ANSWERS
from parsers.judging.volume import ALPHA, Habit, habit_of, is_burst, silence
from parsers.model import Rhythm

STALE = timedelta(days=60)
"""A feed whose newest item is older is dead or the wrong one: some of 2016 still answer."""
KNOWN_BY = 10
"""Entries that a feed must hold for a share of them to say anything."""
SHRUNK = 0.1
"""Share of the usual number of entries that counts as a fall of nine tenths (F-25)."""
NEW_AGAIN, IN_A_ROW = 0.8, 3
"""Share of entries never seen before, and reads in a row, that make identifiers doubtful (F-18)."""
UNKNOWN = 0.9
"""Share of entries never seen before that, with another language, looks like another owner (F-26)."""
USUAL_AFTER = timedelta(days=14)
"""A feed that stays shrunk or altered for so long is measured by what it is now."""
CATCHING_UP = timedelta(hours=36)
"""After a longer pause between two answers a visit brings the news of several days, which is no burst."""
SAME = (("stale", "silent"), ("burst", "restless"), ("burst", "altered"))
"""The first is not told beside the second, for it is the same thing told with less knowledge."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What one visit to a source gave.

    Attributes:
        kind, status, detail: of a failure, as in the errors.
        retry_after, max_age: seconds, as the server wishes.
        rhythm: None when nothing was read.
        entries, fresh, dated: numbers: in the feed; of these never seen before; of these with a date.
        newest: date of the newest entry. `language`: of the feed.
        moved_to: where a permanent redirect points.
    """

    at: datetime
    outcome: Literal["read", "unchanged", "failed"]
    kind: str | None = None
    status: int | None = None
    detail: str | None = None
    retry_after: float | None = None
    max_age: float | None = None
    rhythm: Rhythm | None = None
    entries: int = 0
    fresh: int = 0
    dated: int = 0
    newest: datetime | None = None
    language: str | None = None
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be with what a source answers. `name`: a state; `since`: when it began."""

    name: str
    since: datetime
    detail: str


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of a source's answers.

    Attributes:
        findings: of the last answer, gravest first.
        answered_at, news_at: the last answer, and the last with an entry never seen before.
        news_today: such entries on the UTC day of `answered_at`.
        habit: on what share of days there is news, as it was when there was news last.
        entries, newest, language, rhythm: of the last feed that was read; a fall or a change is measured by them.
        restless: reads in a row whose entries were nearly all new.
        moved_to: where a permanent redirect pointed.
    """

    findings: tuple[Finding, ...] = ()
    answered_at: datetime | None = None
    news_at: datetime | None = None
    news_today: int = 0
    habit: Habit | None = None
    entries: int = 0
    newest: datetime | None = None
    language: str | None = None
    rhythm: Rhythm | None = None
    restless: int = 0
    moved_to: str | None = None


def remembered(visit: Visit, before: Memory, arrivals: Sequence[int]) -> Memory:
    """`before` with what an answer tells. Measures of what is unusual now stay as they were before it.

    Args:
        arrivals: as in `health.after`.
    """
    today = visit.at.astimezone(UTC).date()
    same_day = before.answered_at is not None and before.answered_at.astimezone(UTC).date() == today
    catching_up = before.answered_at is None or visit.at - before.answered_at > CATCHING_UP
    news_at = visit.at if visit.fresh else before.news_at
    habit = before.habit
    if visit.fresh:
        habit = habit_of(arrivals, today, until=today) or habit
    elif habit is None and news_at is not None:
        habit = habit_of(arrivals, today, until=news_at.astimezone(UTC).date())
    memory = replace(
        before,
        answered_at=visit.at,
        news_at=news_at,
        news_today=(before.news_today if same_day else 0) + (0 if catching_up else visit.fresh),
        habit=habit,
        moved_to=visit.moved_to,
    )
    if visit.outcome == "read":
        memory = _with_feed(memory, visit, before)
    found = _held(visit, before) if visit.outcome == "unchanged" else _read(visit, before, memory)
    found |= _volume(memory, arrivals, today)
    for name, cause in SAME:
        if cause in found:
            found.pop(name, None)
    since = {finding.name: finding.since for finding in before.findings}
    findings = tuple(Finding(name, since.get(name, visit.at), found[name]) for name in ANSWERS if name in found)
    return replace(memory, findings=findings)


def at_sight(visit: Visit) -> dict[str, str]:
    """Name -> detail of what a feed shows that was read, without a past."""
    if not visit.entries:
        return {"no-entries": "0 entries"}
    if not visit.dated:
        return {"undated": f"none of {visit.entries} has a date"}
    return _too_old(visit.at, visit.newest)


def is_usual_now(finding: Finding, at: datetime) -> bool:
    """Whether something began so long ago that a feed is measured by what it is now."""
    return finding.name in ("shrunk", "altered") and at - finding.since >= USUAL_AFTER


def _with_feed(memory: Memory, visit: Visit, before: Memory) -> Memory:
    restless = before.answered_at is not None and visit.entries >= KNOWN_BY and visit.fresh > NEW_AGAIN * visit.entries
    return replace(
        memory,
        entries=before.entries if _has_shrunk(visit, before) else visit.entries,
        newest=visit.newest,
        language=before.language if _is_altered(visit, before) else visit.language or before.language,
        rhythm=visit.rhythm or before.rhythm,
        restless=before.restless + 1 if restless else 0,
    )


def _read(visit: Visit, before: Memory, memory: Memory) -> dict[str, str]:
    found = at_sight(visit)
    if _has_shrunk(visit, before):
        found["shrunk"] = f"{visit.entries} of {before.entries} entries are left"
    if _is_altered(visit, before):
        found["altered"] = f"{before.language} before, {visit.language} now; {visit.fresh} of {visit.entries} new"
    if memory.restless >= IN_A_ROW:
        found["restless"] = f"{visit.fresh} of {visit.entries}, {memory.restless} times in a row"
    return found


def _held(visit: Visit, before: Memory) -> dict[str, str]:
    """What was found in a feed is still there when it is unchanged; only its age grows."""
    timeless = {one.name: one.detail for one in before.findings if one.name not in ("stale", "silent", "burst")}
    return timeless | _too_old(visit.at, before.newest)


def _volume(memory: Memory, arrivals: Sequence[int], today: date) -> dict[str, str]:
    found = {}
    if is_burst(memory.news_today, arrivals, today):
        found["burst"] = f"{memory.news_today} today, {max(arrivals)} at most on a day of the last {len(arrivals)}"
    if memory.habit and memory.news_at:
        last_news = memory.news_at.astimezone(UTC).date()
        if silence(memory.habit, last_news, today) <= ALPHA:
            days, watched = sum(memory.habit.with_news), sum(memory.habit.watched)
            found["silent"] = f"nothing new since {last_news}; before that, news on {days} of {watched} days"
    return found


def _too_old(at: datetime, newest: datetime | None) -> dict[str, str]:
    return {"stale": f"the newest is of {newest:%Y-%m-%d}"} if newest and at - newest > STALE else {}


def _has_shrunk(visit: Visit, before: Memory) -> bool:
    fell = before.entries >= KNOWN_BY and visit.entries <= SHRUNK * before.entries
    return fell and not any(one.name == "shrunk" and is_usual_now(one, visit.at) for one in before.findings)


def _is_altered(visit: Visit, before: Memory) -> bool:
    """Begins when language and entries change together; goes on for as long as the language is the other one."""
    if not visit.language or not before.language or _main(visit.language) == _main(before.language):
        return False
    for finding in before.findings:
        if finding.name == "altered":
            return not is_usual_now(finding, visit.at)
    return visit.entries > 0 and visit.fresh >= UNKNOWN * visit.entries


def _main(language: str) -> str:
    return language.replace("_", "-").partition("-")[0].lower()
