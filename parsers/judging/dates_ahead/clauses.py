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
_DENIED_NEAR = 30
_DENIED_BEHIND = 45
"""Characters between a verb and the word that denies it: `wird am Donnerstag, dem 20. November 2026, nicht`."""
_BESIDE_OTHERS = frozenset(("aside", "after", "denies", "denies_behind"))
"""Kinds that may stand in the words of another mark."""
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
        if not any(_hides(other, mark) for other in kept):
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


def _hides(longer: Mark, mark: Mark) -> bool:
    """Whether a mark is but a part of another: the `not` of `not only`, the `after` of `after winning`."""
    if mark.end <= longer.start or mark.start >= longer.end or longer.kind in _BESIDE_OTHERS:
        return False
    if mark.kind in _BESIDE_OTHERS:
        told = {"after": ("neutral", "past"), "aside": ()}.get(mark.kind, ("neutral", "future"))
        return longer.kind in told and longer.end - longer.start > mark.end - mark.start
    return True


def _belongs(pause: re.Match[str], one: Found) -> bool:
    """Whether a sign is part of a date, or its brackets: `on Wednesday (11 March)`."""
    if pause[0] in "()":
        return one.start - 1 <= pause.start() <= one.end
    return one.start <= pause.start() < one.end


def tells_ahead(marks: Sequence[Mark], one: Found, names_event: bool) -> bool:
    """Whether the clause tells of the future, and not of what will not be.

    Args:
        names_event: there is the word of an event in it; `next week` then needs no verb.
    """
    if _is_denied(marks, one):
        return False
    near = one.start if one.meaning == "weekday" else None
    before = [mark for mark in marks if mark.start < one.start]
    behind = [mark for mark in marks if mark.start >= one.end]
    itself = one.meaning in _AHEAD_ITSELF
    told, stop = _nearest(reversed(before), before, ("break", "comma"), near, ahead_itself=itself)
    if told is None:
        after = behind[1:] if behind and behind[0].kind == "comma" and behind[0].start - one.end <= 1 else behind
        told, _ = _nearest(iter(after), before, ("break",), near, behind=True)
    if told is None and stop == "comma":
        told, _ = _nearest(reversed(before), before, ("break",), near, ahead_itself=itself)
    return itself and names_event if told is None else told


def _is_denied(marks: Sequence[Mark], one: Found) -> bool:
    """Whether a verb of the clause is denied: `will no longer take place`, `findet nicht statt`."""
    before = max((at for at, mark in enumerate(marks) if mark.kind == "break" and mark.end <= one.start), default=-1)
    behind = next((at for at, mark in enumerate(marks) if mark.kind == "break" and mark.start >= one.end), len(marks))
    told: Mark | None = None
    denial: Mark | None = None
    within = marks[before + 1 : behind]
    for at, mark in enumerate(within, 1):
        if mark.kind == "comma":
            following = within[at] if at < len(within) else None
            if not (following and following.kind == "denies_behind" and following.start - mark.end <= 1):
                told = denial = None  # unlike in `wird am Freitag, dem 20. November, nicht`
        elif mark.kind == "denies":
            denial = mark
        elif mark.kind == "denies_behind":
            if told and mark.start - told.end <= _DENIED_BEHIND:
                return True
        elif mark.kind in ("future", "promised", "headline"):
            if denial and mark.start - denial.end <= _DENIED_NEAR:
                return True
            told = mark
        elif mark.kind == "past":
            told = denial = None
    return False


def _nearest(
    marks: Iterator[Mark],
    before: Sequence[Mark],
    stops: tuple[str, ...],
    near: int | None,
    *,
    behind: bool = False,
    ahead_itself: bool = False,
) -> tuple[bool | None, str | None]:
    """Whether the first mark tells of the future; None where a stop comes before it, and then which."""
    for mark in marks:
        if mark.kind in stops:
            return None, mark.kind
        if mark.kind in ("future", "headline", "past", "maybe"):
            return mark.kind in ("future", "headline"), None
        if mark.kind == "promised":
            return not behind and (near is None or near - mark.end <= _PROMISED_NEAR), None
        if mark.kind == "after" and not behind and not ahead_itself:
            return any(other.kind == "future" and other.start < mark.start for other in before), None
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
    return any(mark.kind in ("aside", "after") and mark.end <= position <= mark.end + _NEAR_ASIDE for mark in marks)
