"""Says whether the words around a date tell of the future, and where its clause begins and ends. Finds no dates.

The nearest word that tells of a time decides: before the date in its part of the clause, else behind it, else farther
before it: `ministers, who met on Monday, will meet again on Friday`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from parsers.judging.dates_ahead.calendar_words import CompiledLanguage, CueKind
from parsers.judging.dates_ahead.sentences import Sentence
from parsers.judging.dates_ahead.spans import Precision

_PAUSE = re.compile(r"(?P<comma>,['\"”’»]?\s)|[;:()–—•|]|\s-\s")
_BRACKETS = re.compile(r"\([^()]{0,80}\)")
_LINE = 200
_SHORTEST = 30
"""Characters of a clause that says what the event is."""
_NEAR_ASIDE = 40
_PROMISED_NEAR = 45
"""Characters between a promise and a weekday: `pledged to cut taxes at his swearing-in on Saturday` was said on it."""
_AHEAD_ITSELF = frozenset(
    (
        "later_in_month",
        "coming_weekday",
        "next_week_weekday",
        "tomorrow",
        "after_tomorrow",
        "next_week",
        "next_month",
    )
)
"""Meanings that are ahead whatever the verb, beside the word of an event."""


@dataclass(frozen=True, slots=True)
class Found:
    """Words of a date in a sentence, with the days they mean; without days: they tell of the past or of nothing.

    Attributes:
        meaning: name of a field of `calendar_file.Forms`. dated: with its year.
    """

    start: int
    end: int
    meaning: str
    span: tuple[date, date, Precision] | None
    dated: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A word or sign that tells of a time or ends a clause."""

    start: int
    end: int
    kind: CueKind | Literal["comma"]


def marks_of(spoken: CompiledLanguage, sentence: Sentence, dates: Sequence[Found]) -> list[Mark]:
    """The marks of a sentence, in order; of those that overlap the longest, none that begins in a date, and none in
    brackets without one.
    """
    dateless = [
        match.span()
        for match in _BRACKETS.finditer(sentence.text)
        if not any(match.start() < one.end and one.start < match.end() for one in dates)
    ]
    every = [
        Mark(match.start(), match.end(), kind)
        for kind, expression in spoken.cues
        if kind != "headline" or sentence.place == "title"
        for match in expression.finditer(sentence.text)
        if not any(one.start <= match.start() < one.end for one in dates)
    ]
    kept: list[Mark] = []
    for mark in sorted(every, key=lambda mark: mark.start - mark.end):
        if mark.kind == "aside" or all(
            mark.end <= other.start or mark.start >= other.end for other in kept if other.kind != "aside"
        ):
            kept.append(mark)
    kept += [
        Mark(match.start(), match.end(), "comma" if match["comma"] else "break")
        for match in _PAUSE.finditer(sentence.text)
        if not any(_belongs(match, one) for one in dates)
    ]
    return sorted(
        (
            mark
            for mark in kept
            if mark.kind != "neutral" and not any(start <= mark.start < end for start, end in dateless)
        ),
        key=lambda mark: mark.start,
    )


def _belongs(pause: re.Match[str], one: Found) -> bool:
    """Whether a sign is part of a date, or its brackets: `on Wednesday (11 March)`."""
    if pause[0] in "()":
        return one.start - 1 <= pause.start() <= one.end
    return one.start <= pause.start() < one.end


def tells_ahead(marks: Sequence[Mark], one: Found, names_event: bool) -> bool:
    """Whether the clause tells of the future.

    Args:
        names_event: there is the word of an event in it; `next week` then needs no verb.
    """
    near = one.start if one.meaning == "weekday" else None
    before = [mark for mark in marks if mark.start < one.start]
    behind = [mark for mark in marks if mark.start >= one.end]
    told, stop = _nearest(reversed(before), before, ("break", "comma"), near)
    if told is None:
        after = behind[1:] if behind and behind[0].kind == "comma" and behind[0].start - one.end <= 1 else behind
        told, _ = _nearest(iter(after), before, ("break",), near, behind=True)
    if told is None and stop == "comma":
        told, _ = _nearest(reversed(before), before, ("break",), near)
    return one.meaning in _AHEAD_ITSELF and names_event if told is None else told


def _nearest(
    marks: Iterator[Mark], before: Sequence[Mark], stops: tuple[str, ...], near: int | None, *, behind: bool = False
) -> tuple[bool | None, str | None]:
    """Whether the first mark tells of the future; None where a stop comes before it, and then which."""
    for mark in marks:
        if mark.kind in stops:
            return None, mark.kind
        if mark.kind in ("future", "headline"):
            return True, None
        if mark.kind in ("past", "maybe"):
            return False, None
        if mark.kind == "promised":
            return not behind and (near is None or near - mark.end <= _PROMISED_NEAR), None
        if mark.kind == "reported":
            return any(other.kind == "past" and other.start < mark.start for other in before), None
    return None, None


def clause(marks: Sequence[Mark], one: Found, length: int) -> tuple[int, int]:
    """From the last break before the date to the next one behind it, in characters; farther back where that leaves
    too few words, as in `the summit, which will be held on 3 June`, or the past of `the leaders who met on Friday`.
    """
    end = min((mark.start for mark in marks if mark.kind == "break" and mark.start >= one.end), default=length)
    for mark in reversed(marks):
        if mark.kind == "break" and mark.end <= one.start:
            told = any(other.kind == "past" for other in marks if mark.end <= other.start < one.start)
            if not told and end - mark.end - (one.end - one.start) >= _SHORTEST:
                return mark.end, end
    return 0, end


def is_agenda(marks: Sequence[Mark], text: str) -> bool:
    """A line of a list: short, and no word that tells of a time."""
    return len(text) <= _LINE and not any(mark.kind in ("past", "maybe", "future", "reported") for mark in marks)


def is_aside(marks: Sequence[Mark], position: int) -> bool:
    """Whether a name stands behind a word like `before`, so that the date is another event's."""
    return any(mark.kind == "aside" and mark.end <= position <= mark.end + _NEAR_ASIDE for mark in marks)
