"""Finds who and what is named in an item, with exact positions. Stores nothing.

The names and their conditions come from config/entities/. Precision first: what is not sure is no mention.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Literal

from parsers.judging.names.entity_file import Also, Entity, first_day, last_day
from parsers.judging.names.gazetteer import Gazetteer, Use
from parsers.judging.phrases import Scan, places, scan

MAX_MENTIONS = 500
MAX_OF_ONE = 25
"""Of one item, and of one entity in it: the first ones. A long study names the United States hundreds of times."""
NEAR = 15
"""Words before or behind a name in which `near` and `unless` look."""
_SHOUT = 40
_LOUD = 8
"""So many capitals and no small letter within _SHOUT characters: there US may be `us`."""
_CURRENCIES = ("$", "€")
_INITIAL = re.compile(r"\.(?<=(?<![\w.])[A-Z]\.)(?= [A-Z])")
"""The full stop of `Ashton B. Carter`, which ends no sentence."""

Place = Literal["title", "text"]


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where an entity is named: `text[start:end] == matched`, in the title or the text as `place` says."""

    entity_id: str
    matched: str
    place: Place
    start: int
    end: int


@dataclass(slots=True)
class _Part:
    """The title or the text, as it was scanned.

    Attributes:
        named: (first word, word after the last) -> numbers of the phrases there that are names.
        groups: group -> the first words of its words, ascending: of those that were asked for.
        behind: words behind a first name; None: not asked for yet.
    """

    gazetteer: Gazetteer
    place: Place
    text: str
    scanned: Scan
    named: dict["_Span", list[int]]
    groups: dict[str, list[int]] = field(default_factory=dict)
    behind: set[int] | None = None

    def of(self, group: str) -> list[int]:
        if group not in self.groups:
            numbers = self.gazetteer.groups[group]
            self.groups[group] = [first for number, first, _ in self.scanned.matches if number in numbers]
        return self.groups[group]

    def behind_given(self, word: int) -> bool:
        if self.behind is None:
            numbers = self.gazetteer.given
            self.behind = {after for number, _, after in self.scanned.matches if number in numbers}
        return word in self.behind


_Span = tuple[int, int]
_Chosen = tuple[int, int, int, bool]
"""First word, word after the last, number of the entity, whether it may be a shouted word."""


def mentions(
    gazetteer: Gazetteer, title: str, text: str, language: str = "", published: datetime | date | None = None
) -> tuple[Mention, ...]:
    """What is named in an item, those of the title first, in the order of the text: at most MAX_OF_ONE of an entity in
    the title and as many in the text, at most MAX_MENTIONS together.

    Of names that overlap the one of most words counts, of equal ones the first. One pass over the text, so linear.

    Args:
        language: of the text, like `de` or `de-AT`; empty: unknown, and ambiguous names of one language count nowhere.
        published: for names that mean another thing at another time; None: those count nowhere.
    """
    parts = [_part(gazetteer, "title", title), _part(gazetteer, "text", text)]
    found = [_chosen(part, gazetteer.sure, _holds_surely) for part in parts]
    if any(
        len(gazetteer.sure[n]) < len(gazetteer.uses[n]) for part in parts for row in part.named.values() for n in row
    ):
        day = published.date() if isinstance(published, datetime) else published
        asked = _Asked(parts, {entity for row in found for _, _, entity, _ in row}, language[:2].lower(), day)
        found = [_chosen(part, gazetteer.uses, asked.holds) for part in parts]
    rows = (mention for part, chosen in zip(parts, found, strict=True) for mention in _placed(part, chosen))
    return tuple(islice(rows, MAX_MENTIONS))


def _part(gazetteer: Gazetteer, place: Place, text: str) -> _Part:
    scanned = scan(gazetteer.book, _INITIAL.sub(" ", text))
    named: dict[_Span, list[int]] = {}
    names = len(gazetteer.uses)
    for number, first, after in scanned.matches:
        if number < names:
            if (span := (first, after)) in named:
                named[span].append(number)
            else:
                named[span] = [number]
    return _Part(gazetteer, place, text, scanned, named)


_Holds = Callable[[Use, _Span, _Part], bool]


def _chosen(part: _Part, uses: Sequence[Sequence[Use]], holds: _Holds) -> list[_Chosen]:
    """What is meant in spans that do not overlap, in order."""
    taken: set[int] = set()
    chosen: list[_Chosen] = []
    long = [span for span in part.named if span[1] - span[0] > 1]
    for span in sorted(long, key=lambda span: (span[0] - span[1], span[0])):
        if taken.isdisjoint(range(*span)):
            meant = _meant(part, span, uses, holds)
            if meant is not None:
                taken.update(range(*span))
                chosen += meant
    for span in part.named:
        if span[1] - span[0] == 1 and span[0] not in taken:
            chosen += _meant(part, span, uses, holds) or ()
    chosen.sort()
    return chosen


def _meant(part: _Part, span: _Span, uses: Sequence[Sequence[Use]], holds: _Holds) -> Sequence[_Chosen] | None:
    """The one entity that is meant; none if it is something else or could be either of two; None if it is no name."""
    numbers = part.named[span]
    plain = {part.gazetteer.plain[number] for number in numbers}
    if len(plain) == 1 and -1 not in plain:
        return ((*span, plain.pop(), False),)
    held = [use for number in numbers for use in uses[number] if holds(use, span, part)]
    if not held:
        return None
    named = {use.entity: use for use in held if use.entity is not None and use.sure}
    named = named or {use.entity: use for use in held if use.entity is not None}
    return [(*span, entity, use.loud) for entity, use in named.items()] if len(named) == 1 else ()


def _holds_surely(use: Use, span: _Span, part: _Part) -> bool:
    return not (use.lone and part.behind_given(span[0]))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What conditions are held against: the parts of the item, the entities that it surely names, its language, day."""

    parts: Sequence[_Part]
    known: set[int]
    language: str
    day: date | None

    def holds(self, use: Use, span: _Span, part: _Part) -> bool:
        if use.lone and part.behind_given(span[0]):
            return False
        also = use.also
        if also is None or use.entity is None:
            return use.sure or use.entity in self.known
        if not self.in_time(part.gazetteer.entities[use.entity], also):
            return False
        if use.entity in self.known:
            return True
        return (
            (not use.language or use.language == self.language)
            and all(any(self.around(name) for name in one.split("|")) for one in also.around)
            and all(any(_near(part, name, span) for name in one.split("|")) for one in also.near)
            and not any(_near(part, name, span) for one in also.unless for name in one.split("|"))
        )

    def around(self, group: str) -> bool:
        return any(part.of(group) for part in self.parts)

    def in_time(self, entity: Entity, also: Also) -> bool:
        if also.days is None:
            return True
        first, last = first_day(entity.since), last_day(entity.until or entity.since)
        if self.day is None or first is None or last is None:
            return False
        return first - timedelta(also.days) <= self.day <= last + timedelta(also.days)


def _near(part: _Part, group: str, span: _Span) -> bool:
    """Whether a word of the group stands before or behind the span, not in it."""
    firsts = part.of(group)
    before = bisect_left(firsts, span[0])
    behind = bisect_left(firsts, span[1])
    return (before > 0 and firsts[before - 1] >= span[0] - NEAR) or (
        behind < len(firsts) and firsts[behind] < span[1] + NEAR
    )


def _placed(part: _Part, chosen: Sequence[_Chosen]) -> Iterable[Mention]:
    times: Counter[int] = Counter()
    kept = []
    for one in chosen:
        times[one[2]] += 1
        if times[one[2]] <= MAX_OF_ONE:
            kept.append(one)
    spans = places(part.scanned, [(0, first, after) for first, after, _, _ in kept]) if kept else []
    for (start, end), (_, _, entity, loud) in zip(spans, kept, strict=True):
        if not (loud and _ordinary(part.text, start, end)):
            yield Mention(part.gazetteer.entities[entity].id, part.text[start:end], part.place, start, end)


def _ordinary(text: str, start: int, end: int) -> bool:
    """Whether a word in capitals is no name: in US$, or because all around it is in capitals, as in KEEP US SAFE."""
    if text[end : end + 1] in _CURRENCIES:
        return True
    around = text[max(0, start - _SHOUT) : start] + text[end : end + _SHOUT]
    return not any(map(str.islower, around)) and sum(map(str.isupper, around)) >= _LOUD
