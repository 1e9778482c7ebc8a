"""Finds many phrases in a text in one pass, with exact positions. Knows nothing of topics and weighs nothing.

A phrase is a row of words. `word*` stands for any ending, `a|b` for either word, `_` for up to three words between.
A word with a capital counts only as written (`SAFE`, `Trump`; the latter also as `TRUMP`), all others in any case.

The text is cut at spaces, and what stands between two spaces (`“Europe’s`, `U.S.,`) is looked up whole: nearly all of
it was seen before. Only what is new is looked at letter by letter.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, chain, compress, product
from typing import Any, cast

from parsers.judging.words import ENDS, bare, chunks_of, cut, fold, only_word

MAX_BETWEEN = 3
"""Words that `_` may stand for."""

_PERCENT = {"percent", "prozent", "procent", "proc", "procenta", "pct"}
_ALSO = {
    "%": (("%",), ("per", "cent"), ("pour", "cent"), ("per", "cento"), ("por", "cento"), ("por", "ciento")),
    "EEUU": (("EEUU",), ("EE", "UU")),
}
"""Words that some write as two."""
_MEMO_LIMIT = 65_536
_MEMO_LENGTH = 40
_WORD_LENGTH = 160
_HEAD = 3


@dataclass(slots=True)
class _Node:
    branches: "dict[int, _Node]" = field(default_factory=dict)
    gap: "_Node | None" = None
    phrases: tuple[int, ...] = ()

    def add(self, numbers: Iterable[int | None], phrase: int) -> None:
        """`numbers`: of the words of the phrase from here on, None for a gap."""
        node = self
        for number in numbers:
            if number is None:
                node.gap = node = node.gap or _Node()
            else:
                node = node.branches.setdefault(number, _Node())
        if phrase not in node.phrases:
            node.phrases += (phrase,)


@dataclass(slots=True)
class _State:
    """Where a reader of phrases can be after some words: a set of nodes is one state, made when it is first met.

    Attributes:
        nodes: with each the number of words that may still be skipped there.
        phrases: those that end here and did not on the way.
        next: what the next word can be.
        gap: whether it can be any.
        seen: phrases that ended here or on the way; steps: states behind this one that were met.
    """

    nodes: list[tuple[_Node, int]]
    phrases: tuple[int, ...] = ()
    next: frozenset[int] = frozenset()
    gap: bool = False
    seen: frozenset[int] = frozenset()
    steps: "dict[tuple[int, ...], _State]" = field(default_factory=dict)

    @classmethod
    def of(
        cls, reached: Sequence[_Node], waiting: Sequence[tuple[_Node, int]] = (), seen: frozenset[int] = frozenset()
    ) -> "_State":
        """`reached`: with the last word; `waiting`: those where it was skipped."""
        nodes = [(node, 0) for node in reached] + [(node.gap, MAX_BETWEEN) for node in reached if node.gap]
        nodes += waiting
        phrases = tuple({phrase: 0 for node in reached for phrase in node.phrases if phrase not in seen})
        following = frozenset(number for node, _ in nodes for number in node.branches)
        return cls(nodes, phrases, following, any(skips for _, skips in nodes), seen.union(phrases))

    def step(self, numbers: tuple[int, ...]) -> "_State":
        if numbers not in self.steps:
            reached = [node.branches[n] for node, _ in self.nodes for n in numbers if n in node.branches]
            waiting = [(node, skips - 1) for node, skips in self.nodes if skips]
            self.steps[numbers] = self.of(reached, waiting, self.seen)
        return self.steps[numbers]


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of phrases: what it can be there, and where they stand when it is the first."""

    numbers: tuple[int, ...]
    first: _State


_END = _Word((), _State([]))
"""The end of a clause. A word of no phrase is None."""


class _Known(dict[str, tuple[_Word | None, ...]]):
    """What stands between two spaces -> its words. Learns what it is asked for and forgets all when it is full.

    Attributes:
        numbers: word of phrases -> its number.
        exact: in small letters -> words of phrases.
        endings: first letters -> words of phrases that stand for any ending, without the `*`; stems: the same in small
            letters; heads: numbers of first letters.
        starts: number of a word -> the phrases that may begin with it.
        nodes: the same, as nodes; most words of a large book are never met, so it is made when one is.
    """

    def __init__(self, phrases: tuple[str, ...]) -> None:
        self.phrases = phrases
        self.numbers: dict[str, int] = {}
        self.exact: dict[str, tuple[str, ...]] = {}
        self.endings: dict[str, list[str]] = defaultdict(list)
        self.stems: dict[str, tuple[str, ...]] = {}
        self.heads: tuple[int, ...] = ()
        self.starts: Mapping[int, Sequence[int]] = {}
        self.nodes: dict[int, _Node] = {}
        self.words: dict[tuple[int, ...], _Word] = {}

    def __missing__(self, chunk: str) -> tuple[_Word | None, ...]:
        if only := only_word(chunk):
            word = self.word(fold(only[:_WORD_LENGTH]))
            found: tuple[_Word | None, ...] = (word, _END) if chunk[-1] in ENDS else (word,)
        else:
            raws = [chunk[start:stop] for start, stop in cut(chunk)]
            found = tuple([_END if raw in ENDS else self.word(bare(raw[:_WORD_LENGTH])) for raw in raws])
        if len(chunk) <= _MEMO_LENGTH:
            if len(self) >= _MEMO_LIMIT:
                self.clear()
            self[chunk] = found
        return found

    def word(self, word: str) -> _Word | None:
        small = word.lower()
        found = [form for form in self.exact.get(small, ()) if _fits(form, word)]
        for head in self.heads:
            if small.startswith(self.stems.get(small[:head], ())):
                forms = zip(self.stems[small[:head]], self.endings[small[:head]], strict=True)
                begun = [form for stem, form in forms if small.startswith(stem)]
                found += [f"{form}*" for form in begun if _fits(form, word[: len(form)])]
        numbers = tuple([self.numbers[form] for form in found])
        if numbers and numbers not in self.words:
            self.words[numbers] = _Word(numbers, _State.of([self.node(n) for n in numbers if n in self.starts]))
        return self.words.get(numbers)

    def node(self, first: int) -> _Node:
        """All phrases that begin with this word, from there on."""
        if first in self.nodes:
            return self.nodes[first]
        self.nodes[first] = root = _Node()
        for index in self.starts[first]:
            for word, *others in filter(None, _joined(_written(part) for part in self.phrases[index].split())):
                if self.numbers.get(word) == first:
                    root.add([self.numbers.get(other) for other in others], index)
        return root


def _fits(form: str, word: str) -> bool:
    """Whether a word of phrases covers one that is the same in small letters."""
    if form in (word, form.lower()):
        return True
    return word == form.upper() and len(form) > 1 and form[1:] == form[1:].lower()


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """Compiled phrases; hand it to `scan`. Pickled with its tables, without what it learned from texts."""

    phrases: tuple[str, ...]
    known: _Known = field(compare=False, repr=False)

    def __reduce__(self) -> tuple[object, ...]:
        known = self.known
        tables = known.numbers, known.exact, known.endings, known.stems, known.heads, known.starts
        return _unpacked, (self.phrases, *tables)


def split_words(phrase: str) -> list[list[str]]:
    """The ways to read a phrase: each a list of words (`_` for a gap, a trailing `*` kept)."""
    return _joined(map(_choice, phrase.split()))


def _joined(choices: Iterable[tuple[tuple[str, ...], ...]]) -> list[list[str]]:
    return [list(chain.from_iterable(row)) for row in product(*choices)]


@lru_cache(65_536)  # the same words make many phrases
def _choice(part: str) -> tuple[tuple[str, ...], ...]:
    return tuple(_words_of(way) for way in part.strip("()").split("|"))


@lru_cache(65_536)
def _written(part: str) -> tuple[tuple[str, ...], ...]:
    """As `_choice`, with what some write as two words in both ways."""
    ways = _choice(part)
    if _ALSO.keys().isdisjoint(chain.from_iterable(ways)):
        return ways
    rows = [product(*(_ALSO.get(word, ((word,),)) for word in way)) for way in ways]
    return tuple(tuple(chain.from_iterable(row)) for row in chain.from_iterable(rows))


def _words_of(piece: str) -> tuple[str, ...]:
    if piece == "_":
        return (piece,)
    if only := only_word(piece.removesuffix("*")):
        words = [fold(only)]
    else:
        words = [bare(piece[start:stop]) for start, stop in cut(piece) if piece[start:stop] not in ENDS]
    if words and piece.endswith("*"):
        words[-1] += "*"
    return tuple("%" if word.lower() in _PERCENT else word for word in words)


def compile_phrases(phrases: Sequence[str]) -> Phrasebook:
    """A book in which phrase `i` of the list is number `i`. Empty phrases match nothing."""
    known = _Known(tuple(phrases))
    parts = dict.fromkeys(chain.from_iterable(map(str.split, phrases)))
    ways = {part: _written(part) for part in parts}
    for word in dict.fromkeys(chain.from_iterable(chain.from_iterable(ways.values()))):
        if word == "_":
            continue
        known.numbers[word] = len(known.numbers)
        stem = word.removesuffix("*")
        small = stem.lower()
        if stem == word:
            known.exact[small] = (*known.exact.get(small, ()), word)
        else:
            known.endings[small[:_HEAD]].append(stem)
    hollow = {part for part in parts if not all(ways[part])}  # of no word, as a lone dash: the next may be the first
    begun: dict[str, list[int]] = defaultdict(list)
    for index, phrase in enumerate(phrases):
        for part in phrase.split():
            begun[part].append(index)
            if part not in hollow:
                break
    starts: dict[int, set[int]] = defaultdict(set)
    for part, indexes in begun.items():
        for way in ways[part]:
            if way and way[0] in known.numbers:
                starts[known.numbers[way[0]]].update(indexes)
    known.starts = {number: sorted(indexes) for number, indexes in starts.items()}
    known.stems = {head: tuple(form.lower() for form in forms) for head, forms in known.endings.items()}
    known.heads = tuple(sorted({len(head) for head in known.endings}))
    if "%" in known.exact:
        known.exact.update(dict.fromkeys(_PERCENT, known.exact["%"]))
    return Phrasebook(known.phrases, known)


def _unpacked(phrases: tuple[str, ...], *tables: Any) -> Phrasebook:
    known = _Known(phrases)
    known.numbers, known.exact, known.endings, known.stems, known.heads, known.starts = tables
    return Phrasebook(phrases, known)


Match = tuple[int, int, int]
"""Number of the phrase, first word, word after the last."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What stands in a text.

    Attributes:
        words: their number, with one for each end of a clause.
        matches: by their first word; of one phrase at one place the shortest only.
        first: the number of the first word of the text.
        chunks, known: for `places`.
    """

    words: int
    matches: list[Match]
    first: int
    chunks: list[str]
    known: list[tuple[_Word | None, ...]]


def scan(book: Phrasebook, text: str, first: int = 0) -> Scan:
    """One pass over the text; linear, whatever the text.

    Args:
        first: number of the first word, for a text that stands behind another one.
    """
    chunks = chunks_of(text)
    known = list(map(book.known.__getitem__, chunks))
    words = list(chain.from_iterable(known))
    return Scan(len(words), _matches(words, first), first, chunks, known)


def _matches(words: list[_Word | None], first: int) -> list[Match]:
    found: list[Match] = []
    words = [*words, _END]
    for start, word in cast("Iterable[tuple[int, _Word]]", compress(enumerate(words), words)):
        state, at = word.first, start + 1
        for phrase in state.phrases:
            found.append((phrase, first + start, first + at))
        while state.next:
            behind = words[at]
            if behind and not state.next.isdisjoint(behind.numbers):
                state = state.steps.get(behind.numbers) or state.step(behind.numbers)
            elif state.gap and behind is not _END:
                state = state.steps.get(()) or state.step(())
            else:
                break
            at += 1
            for phrase in state.phrases:
                found.append((phrase, first + start, first + at))
    return found


def places(scanned: Scan, matches: Sequence[Match]) -> list[tuple[int, int]]:
    """Where the matches start and end in the text, in characters: work that a text without a label can do without."""
    words = list(accumulate(map(len, scanned.known), initial=scanned.first))
    lengths = list(accumulate(map(len, scanned.chunks), initial=0))
    spans: dict[int, tuple[int, int]] = {}
    for word in {word for _, first, after in matches for word in (first, after - 1)}:
        if word not in spans:
            at = bisect_right(words, word) - 1
            begin = lengths[at] + at  # with a space behind each
            spans.update(enumerate([(begin + start, begin + end) for start, end in cut(scanned.chunks[at])], words[at]))
    return [(spans[first][0], spans[after - 1][1]) for _, first, after in matches]
