"""Finds what stands in quotation marks, or between the dashes of speech. Says nothing of who spoke."""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

LONGEST = 2_000
"""Characters of one quote; what is longer was probably never closed."""
_MARK = re.compile(r"[\"“”„‟«»‘’‚']")
_CLOSERS = {"“": "”", "„": "“”‟", "«": "»", "»": "«»", "”": "”", '"': '"', "‘": "’", "‚": "‘’", "'": "'"}
_SINGLE = "‘‚'"
_STRAIGHT = "\"'"
_BEFORE = "([{-–—:/“„«‘"
_ENDED = ",.?!…"
_DASH = re.compile(r"(?:^|(?<=[.!?…:][ \"”]))[-–—] ?(?=[^\W\d_])", re.MULTILINE)
_BREAK = re.compile(r"(?:(?<=[,?!]) | [-–—] )([^\W\d_]{2,40})(?:[ -]([^\W\d_]{1,40}))?")


@dataclass(frozen=True, slots=True)
class Span:
    """`text[start:end]` are the words, `text[opened:closed]` with their marks. `on`: goes on from the span before."""

    start: int
    end: int
    opened: int
    closed: int
    on: bool = False


def spans(text: str) -> list[Span]:
    """Quoted passages that do not overlap, in order: one pass over the text. Marks of another style within are words.

    Where one style is nested in itself the innermost counts: papers forget to close more often than they nest so.
    A paragraph whose marks cannot be told apart gives nothing from there on: `was" legitimised by" the`. A passage that
    is left open goes on where the next paragraph opens again, or closes it with a mark that opens nothing.
    """
    found: list[Span] = []
    waiting: list[Span] = []
    left: _Open | None = None
    for begin, end in _paragraphs(text):
        if left:
            first = end - len(text[begin:end].lstrip())
            if text[first : first + 1] == left.mark and left.mark not in "”»":
                waiting.append(_trimmed(text, left.at, begin - 1, begin - 1, bool(waiting)))
                left = None
            elif left.mark in _STRAIGHT or left.mark in _SINGLE:
                waiting, left = [], None
        else:
            waiting = []
        pairs, left = _pairs(text, begin, end, left)
        for opened, close in pairs:
            span = _trimmed(text, opened, close, close + 1, bool(waiting))
            if span.end - span.start <= LONGEST:
                found += [*waiting, span]
            waiting = []
    return found


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    begin = 0
    for line in text.split("\n"):
        end = begin + len(line)
        if line.strip():
            yield begin, end
        begin = end + 1


@dataclass(slots=True)
class _Open:
    """An opening mark and its position. `maybe`: where a single mark may close, unless it is an apostrophe; else -1."""

    mark: str
    at: int
    maybe: int = -1


def _pairs(text: str, begin: int, end: int, left: _Open | None) -> tuple[list[tuple[int, int]], _Open | None]:
    """Positions of the marks of a paragraph that belong together, and what is left open at its end."""
    pairs: list[tuple[int, int]] = []
    broken: set[str] = set()
    for one in _MARK.finditer(text, begin, end):
        here, sign = one.start(), one[0]
        if sign in broken:
            continue
        before, after = text[here - 1 : here] if here > begin else " ", text[here + 1 : here + 2] or " "
        opening = (before.isspace() or before in _BEFORE) and not after.isspace()
        if not left:
            left = _opened(sign, here, before, after, opening)
            if not left and sign == '"':
                broken.add(sign)
        elif left.mark in _SINGLE:
            left = _single(text, left, here, opening, pairs, broken)
        elif sign in _CLOSERS[left.mark] and not (left.mark == "»" == sign and opening):
            if left.mark == '"' and (before.isspace() or after.isalnum()):
                broken.add(sign)
            else:
                pairs.append((left.at, here))
            left = None
        elif sign == left.mark:
            left.at = here
    if left and left.maybe >= 0:
        pairs.append((left.at, left.maybe))
        left = None
    return pairs, left


def _opened(sign: str, here: int, before: str, after: str, opening: bool) -> _Open | None:
    if sign not in _CLOSERS or not (opening or (sign in "„«" and not before.isalnum())):
        return None
    return None if sign == "'" and after.isdigit() else _Open(sign, here)  # the '90s


def _single(
    text: str, left: _Open, here: int, opening: bool, pairs: list[tuple[int, int]], broken: set[str]
) -> _Open | None:
    """What is open after a mark within single marks, where an apostrophe looks like the end: `the allies’ hope`."""
    sign, before, after = text[here], text[here - 1 : here], text[here + 1 : here + 2]
    if sign == left.mark and opening:
        broken.add(sign)
        return None
    if sign in _CLOSERS[left.mark] and not before.isspace() and not after.isalnum():
        if before in _ENDED and (left.maybe < 0 or text[left.maybe - 1] in "sS"):
            pairs.append((left.at, here))
            return None
        if left.maybe >= 0:
            broken.update(_SINGLE)
            return None
        left.maybe = here
    elif sign in '“„«"' and left.maybe >= 0 and opening:
        pairs.append((left.at, left.maybe))
        return _Open(sign, here)
    return left


def _trimmed(text: str, opened: int, end: int, closed: int, on: bool) -> Span:
    start = opened + 1
    while start < end and text[start].isspace():
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] == ","):
        end -= 1
    return Span(start, end, opened, closed, on)


def dashed(text: str, verbs: Container[str]) -> list[Span]:
    """Speech as Polish and Swedish papers print it: `- Words - said Name.`, `– Words, says Name.`

    Args:
        verbs: first words of reporting verbs, small letters; only before one of them such a passage ends.
    """
    found: list[Span] = []
    after = 0
    for dash in _DASH.finditer(text):
        if dash.start() < after:
            continue
        line = text.find("\n", dash.end())
        limit = min(len(text) if line < 0 else line, dash.end() + LONGEST // 2)
        for stop in _BREAK.finditer(text, dash.end(), limit):
            if stop[1].lower() in verbs or f"{stop[1]} {stop[2]}".lower() in verbs:
                end = stop.start()
                span = _trimmed(text, dash.end() - 1, end, end, False)
                found.append(Span(dash.end(), span.end, dash.start(), end))
                break
        after = limit if line < 0 or line > limit else dash.end() + 1
        after = found[-1].closed if found and found[-1].opened == dash.start() else after
    return found
