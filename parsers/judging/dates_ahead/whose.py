"""Says whose a date is: the old or new day of what was moved, or that of a noun which is no event. Finds no dates.

`The 20 June meeting was postponed to 4 July` names one day ahead, `the agreement of 14 November will be applied` none.
"""

import re
from collections.abc import Sequence
from datetime import date

from parsers.judging.dates_ahead.calendar_file import EventKind
from parsers.judging.dates_ahead.calendar_words import CompiledLanguage
from parsers.judging.dates_ahead.clauses import Found, Mark
from parsers.judging.dates_ahead.spans import Precision

NEAR = 45
"""Characters around a date in which the word of its event is looked for first."""
OWNER = ("'s", "’s")
"""Behind a weekday, Tuesday's strike, which was or will be; before a date: Trump's 27 July deal."""
_OF_A_NOUN = frozenset(("day", "weekday"))
"""Meanings that may be of something done, `the agreement of 14 November`."""
_FIRST = re.compile(r"\d.*", re.DOTALL)
_RANGES = frozenset(("days", "weekdays"))
_LAST_WORD = re.compile(r"([^\W\d_]+)['’]?[ \u00a0\u202f]{0,2}$")
"""A word right before a date."""
_OWNED = re.compile(r"[ \u00a0\u202f][^\W\d_]")
"""Behind a date: a word that is not cut off from it."""
_WORD = re.compile(r"[^\W\d_]+")


def kind_of(spoken: CompiledLanguage, text: str, start: int, end: int) -> EventKind | None:
    """The most telling kind of event that is named between two places."""
    return next((kind for kind, expression in spoken.kinds if expression.search(text, start, end)), None)


def new_date(
    spoken: CompiledLanguage, text: str, dates: Sequence[Found], start: int, end: int, put_off: re.Match[str]
) -> Found | None:
    """The date to which the event of a clause was moved, `to 4 July`: the first behind the verb, or one right before
    it, as in `auf den 4. Juli verschoben`.
    """
    new = [
        one
        for one in dates
        if start <= one.start
        and one.end <= end
        and (
            _is_behind(spoken.target, text, one)
            or one.start < put_off.end() < one.end
            or (one.meaning in _RANGES and _is_behind(spoken.origin, text, one))
        )
    ]
    return next(
        (one for one in new if one.end > put_off.start() or not _WORD.search(text, one.end, put_off.start())),
        None,
    )


def is_old_day(spoken: CompiledLanguage, text: str, one: Found, new: Found | None, put_off: re.Match[str]) -> bool:
    """`The talks of 5 June were moved`, `moved from 5 June`, `moved to 12 June the talks planned for 5 June`."""
    if one.end <= put_off.start() or _is_behind(spoken.origin, text, one):
        return True
    return new is not None and one.start > new.end and "," not in text[new.end : one.start]


def is_of_a_noun(spoken: CompiledLanguage, text: str, one: Found, marks: Sequence[Mark]) -> bool:
    """Whether a date belongs to a noun that is no event ahead: `the agreement of 14 November`, `the July 27 deal`, `the
    attack on 7 October`.
    """
    near = max((mark.end for mark in marks if mark.end <= one.start), default=0)
    near = max(near, one.start - NEAR)
    if spoken.acts and (
        spoken.acts.match(text, one.end + 1)
        or any(not text[match.end() : one.start].strip() for match in spoken.acts.finditer(text, near, one.start))
    ):
        return True
    if one.meaning not in _OF_A_NOUN:
        return False
    if _is_behind(spoken.of, text, one):
        before = _LAST_WORD.search(text, near, one.start)
        if before and before[1].lower() in spoken.of:
            before = _LAST_WORD.search(text, near, before.start())
        if before and before[1].lower() not in spoken.dated:
            return kind_of(spoken, text, near, one.start) is None
    is_owned = _is_behind(spoken.articles, text, one) or text.endswith(OWNER, 0, max(0, one.start - 1))
    if is_owned and one.meaning == "day" and _OWNED.match(text, one.end):
        until = min((mark.start for mark in marks if mark.start >= one.end), default=len(text))
        return until > one.end + 1 and kind_of(spoken, text, one.end, min(until, one.end + NEAR)) is None
    return False


def _is_behind(words: frozenset[str], text: str, one: Found) -> bool:
    """Whether a date stands behind one of these words, or begins with it: `by the 3 June` behind `the`."""
    ahead = _WORD.findall(text[max(0, one.start - 20) : one.start])[-1:] + _WORD.findall(
        _FIRST.sub("", text[one.start : one.end])
    )
    return any(word.lower() in words for word in ahead)


def new_day(
    spoken: CompiledLanguage, text: str, one: Found, days: tuple[date, date, Precision]
) -> tuple[date, date, Precision]:
    """`Moved from 5 to 12 June` names no range but the old day and the new one."""
    if days[2] == "days" and _is_behind(spoken.origin, text, one):
        return days[1], days[1], "day"
    return days
