"""Finds what speaks for each topic in a text by the phrases of topics.toml, and adds it up. Decides nothing.

The unit of the sum is "enough": a phrase of weight 1 in the body would just be enough for the label by itself. Of a
long text the window counts that speaks loudest for the topic, for a label rests on a passage.
"""

import sys
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Literal, NamedTuple

from parsers.judging.phrases import Match, Phrasebook, Scan, places, scan
from parsers.judging.topic_file import Topic

NEAR = 18
"""Words within which a `near` group must stand."""
AROUND = 160
"""Words within which an `around` or `unless` group must stand, if not in the title."""
WINDOW, PASSAGE = 320, 256
"""Words of a window: 2,000 characters, as the usual news item has; and of one of a document on many matters."""
LEAD = 70
_FACTORS = (1.6, 1.15, 1.0)
"""What a phrase counts in the title, in the lead and in the body."""
_REPEAT = 0.25
_REPEATS = 2
_ENTRY_CAP = 1.8
_NOWHERE = sys.maxsize

Conditions = tuple[tuple[str, ...], ...]
"""All must hold; each is a choice of groups."""


@dataclass(frozen=True, slots=True)
class Use:
    """What the phrases of one entry of a topic speak for, how loudly, and on what conditions."""

    topic: int
    entry: int
    weight: float
    near: Conditions
    around: Conditions
    unless: Conditions


@dataclass(frozen=True, slots=True)
class Reading:
    """Title and text as one row of words, the title first.

    Attributes:
        title: number of words of the title and the end behind it; words: of all.
        matches: (phrase, first word, word after the last) of title and text.
        places: group -> words at which it stands, ascending.
    """

    head: Scan
    body: Scan
    title: int
    words: int
    matches: Sequence[Match]
    places: Mapping[str, Sequence[int]]

    def spans(self, found: "Sequence[Hit | Veto]") -> "list[tuple[Literal['title', 'text'], int, int]]":
        """Where they stand: title or text, and the characters there."""
        above = [(one.phrase, one.start, one.stop) for one in found if one.start < self.title]
        below = [(one.phrase, one.start, one.stop) for one in found if one.start >= self.title]
        in_title, in_text = iter(places(self.head, above)), iter(places(self.body, below))
        return [("title", *next(in_title)) if one.start < self.title else ("text", *next(in_text)) for one in found]


class Hit(NamedTuple):
    """One phrase that counted: words `start` to `stop`, and its weight with the place taken into account."""

    phrase: int
    entry: int
    start: int
    stop: int
    weight: float


class Veto(NamedTuple):
    """One phrase that did not count; `condition`: near, around or unless, with its groups."""

    topic: int
    phrase: int
    start: int
    stop: int
    condition: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Strength:
    """What speaks for one topic.

    Attributes:
        total: of the loudest window; hits: what counted in it.
        title, lead, body: sums of weights over the whole text, by place and without factors.
        phrases: number of different ones.
    """

    total: float
    hits: Sequence[Hit]
    title: float
    lead: float
    body: float
    phrases: int


def read(book: Phrasebook, groups: Sequence[Sequence[str]], title: str, text: str) -> Reading:
    """`groups`: for each phrase of the book the groups it belongs to."""
    head = scan(book, title)
    body = scan(book, text, head.words + 1)
    matches = [*head.matches, *body.matches]
    starts: dict[str, list[int]] = defaultdict(list)
    for phrase, start, _ in matches:
        for group in groups[phrase]:
            starts[group].append(start)
    once = {group: list(dict.fromkeys(found)) for group, found in starts.items()}
    return Reading(head, body, head.words + 1, head.words + 1 + body.words, matches, once)


def hits_of(uses: Sequence[Sequence[Use]], reading: Reading) -> dict[int, list[Hit]]:
    """Topic -> what counts for it, in the order of the text."""
    found: dict[int, list[Hit]] = defaultdict(list)
    spots = _Spots(reading)
    lead = reading.title + LEAD
    for phrase, start, stop in reading.matches:
        for use in uses[phrase]:
            if not _broken(use, spots, start, stop):
                factor = _FACTORS[(start >= reading.title) + (start >= lead)]
                found[use.topic].append(Hit(phrase, use.entry, start, stop, use.weight * factor))
    return found


def vetoes_of(uses: Sequence[Sequence[Use]], reading: Reading) -> list[Veto]:
    """What would have counted but for a condition, in the order of the text."""
    spots = _Spots(reading)
    return [
        Veto(use.topic, phrase, start, stop, *broken)
        for phrase, start, stop in reading.matches
        for use in uses[phrase]
        if (broken := _broken(use, spots, start, stop))
    ]


def strengths_of(
    topics: Sequence[Topic], hits: Mapping[int, Sequence[Hit]], reading: Reading, width: int
) -> dict[int, Strength]:
    """Topic -> what speaks for it; `width`: words of a window."""
    return {index: _strength(topics[index], found, reading, width) for index, found in hits.items()}


class _Spots(dict[tuple[str, ...], list[int]]):
    """Choice of groups -> the words at which any of them stands, ascending, with one behind that no text reaches."""

    def __init__(self, reading: Reading) -> None:
        self.title = reading.title
        self.places = reading.places

    def __missing__(self, choice: tuple[str, ...]) -> list[int]:
        self[choice] = spots = sorted(chain(*[self.places.get(group, ()) for group in choice], (_NOWHERE,)))
        return spots


def _broken(use: Use, places: _Spots, start: int, stop: int) -> tuple[str, tuple[str, ...]] | None:
    """The condition that keeps the phrase from counting there."""
    for choice in use.near:
        spots = places[choice]
        if spots[bisect_left(spots, start - NEAR)] >= stop + NEAR:
            return "near", choice
    for choice in use.around:
        spots = places[choice]
        if spots[0] >= places.title and spots[bisect_left(spots, start - AROUND)] >= stop + AROUND:
            return "around", choice
    for choice in use.unless:
        spots = places[choice]
        if spots[0] < places.title or spots[bisect_left(spots, start - AROUND)] < stop + AROUND:
            return "unless", choice
    return None


def _strength(topic: Topic, hits: Sequence[Hit], reading: Reading, width: int) -> Strength:
    apart = _apart(hits)
    total, loudest = 0.0, apart[:0]
    for inside in _windows(apart, reading.words, width):
        if (here := _total(topic, inside)) > total:
            total, loudest = here, inside
    title = lead = body = 0.0
    for hit in apart:
        if hit.start < reading.title:
            title += hit.weight / _FACTORS[0]
        elif hit.start < reading.title + LEAD:
            lead += hit.weight / _FACTORS[1]
        else:
            body += hit.weight / _FACTORS[2]
    strongest = sorted(loudest, key=lambda hit: (-hit.weight, hit.start))
    return Strength(total, strongest, title, lead, body, len({hit.phrase for hit in apart}))


def _windows(hits: Sequence[Hit], words: int, width: int) -> Iterator[Sequence[Hit]]:
    """The hits of each window that has one which none before it had: others cannot be louder."""
    starts = [hit.start for hit in hits]
    seen = 0
    for begin in range(0, max(1, words - width // 2), width // 2):
        if seen < (last := bisect_left(starts, begin + width)):
            yield hits[bisect_left(starts, begin) : last]
            seen = last


def _apart(hits: Sequence[Hit]) -> Sequence[Hit]:
    """Of hits that overlap the heaviest; in the order of the text."""
    if all(before.stop <= behind.start for before, behind in pairwise(hits)):
        return hits
    kept: list[Hit] = []
    taken: set[int] = set()
    for hit in sorted(hits, key=lambda hit: (-hit.weight, hit.start - hit.stop, hit.start)):
        if taken.isdisjoint(range(hit.start, hit.stop)):
            kept.append(hit)
            taken.update(range(hit.start, hit.stop))
    return sorted(kept, key=lambda hit: hit.start)


def _total(topic: Topic, hits: Sequence[Hit]) -> float:
    """A phrase counts once in full, its repeats little; one entry of the file has a ceiling."""
    phrases: dict[tuple[int, int], list[float]] = defaultdict(list)
    for phrase, entry, _, _, weight in hits:
        phrases[entry, phrase].append(weight)
    entries: dict[int, float] = defaultdict(float)
    for (entry, _), weights in phrases.items():
        if len(weights) > 1:
            weights.sort(reverse=True)
        entries[entry] += weights[0] + _REPEAT * sum(weights[1 : 1 + _REPEATS])
    return sum(min(total, _ENTRY_CAP * topic.phrases[entry].weight) for entry, total in entries.items())
