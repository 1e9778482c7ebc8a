"""Finds the item that another one repeats: same address in another source, or the same sentences. Decides nothing else.

Sentences are compared as shingles of five words (Broder 1997, "On the resemblance and containment of documents"):
agency copy keeps them through cuts and new headlines, two reports of one event do not share them.
"""

import re
import unicodedata
from array import array
from bisect import insort
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from heapq import nsmallest
from operator import attrgetter
from zlib import crc32

from parsers.model import Item
from parsers.reading.links import same_address

SHINGLE_WORDS = 5
CONTAINMENT = 0.5
"""Share of the shorter text that must stand in the longer one."""
CONTAINMENT_AT_HOME = 0.8
"""The same for two items of one source under unlike titles, which share what the site prints under every headline (a
footer, a notice): only an article that comes again under a new headline shares so much more."""
MIN_SHINGLES = 25
"""Shorter texts say too little: a teaser of two sentences can be a quotation that everybody prints."""
MAX_WORDS = 5_000
ANCHOR_EVERY = 4
"""One shingle in four can be looked up, all are compared: of pairs with 13 in common 2 in 100 are missed."""
MAX_LOOKUPS = 256
"""Anchors asked for, of a text that has more: a text of 1,000 words has about as many."""
MAX_POSTINGS = 100
"""Of the items that share one anchor the oldest are looked at; a sentence that stands in more is boilerplate."""
MAX_COMPARED = 16
"""Items compared in full, those first that share most anchors for their length."""
TITLE_WORDS = 4
TITLE_DAYS = timedelta(days=3)
_NEVER = datetime.max.replace(tzinfo=UTC)
_AGE = attrgetter("age")
_Name = int | tuple[str, str]
"""What items are looked up by: an anchor, or ("address" or "title", its text)."""


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What the index remembers of an item.

    Attributes:
        age: orders all items, undated ones last.
        original: what it is a copy of, else its own id.
    """

    id: str
    source_id: str
    key: str
    title: str
    address: str | None
    published: datetime | None
    age: tuple[datetime, str]
    original: str
    shingles: "array[int]"


class CopyIndex:
    """What is known, to be asked item by item. Memory: about 25 KB an item of 3,000 characters.

    An original is never a copy itself: an item that others repeat stays an original for as long as they do.
    Answers depend on what is known and on the originals decided for it, not on the order in which it became known.
    """

    def __init__(self, known: Iterable[tuple[Item, str | None]] = ()) -> None:
        """`known`: items and what they were found to be copies of; that is not decided anew."""
        self._known: dict[str, _Known] = {}
        self._copies: Counter[str] = Counter()
        self._postings: dict[_Name, list[_Known]] = {}
        for item, copy_of in sorted(known, key=lambda pair: _age(pair[0])):
            self.add(item, copy_of)

    def __contains__(self, item_id: str) -> bool:
        return item_id in self._known

    def find(self, item: Item) -> str | None:
        """The id of the original that `item` repeats, or None. A copy of a copy leads to the original."""
        if self._copies[item.id]:
            return None
        asked = _known(item, item.id)
        match = self._same_address(asked)
        if match is None and len(asked.shingles) < MIN_SHINGLES:
            match = self._same_title(asked)
        elif match is None:
            match = self._same_sentences(asked)
        return None if match is None else match.original

    def add(self, item: Item, copy_of: str | None = None) -> None:
        """Makes `item` known, with what `find` said of it; what was known under its id is forgotten."""
        if item.id in self._known:
            self._forget(self._known.pop(item.id))
        original = self._known[copy_of].original if copy_of in self._known else copy_of
        if original is None or self._copies[item.id]:
            original = item.id
        known = self._known[item.id] = _known(item, original)
        if original != item.id:
            self._copies[original] += 1
        for name in _names(known):
            insort(self._postings.setdefault(name, []), known, key=_AGE)

    def _forget(self, known: _Known) -> None:
        if known.original != known.id:
            self._copies[known.original] -= 1
        for name in _names(known):
            self._postings[name].remove(known)

    def _others(self, name: _Name, asked: _Known) -> Iterator[_Known]:
        return (known for known in self._postings.get(name, ()) if _are_two(asked, known))

    def _same_address(self, asked: _Known) -> _Known | None:
        if asked.address is None:
            return None
        others = self._others(("address", asked.address), asked)
        return next((known for known in others if known.source_id != asked.source_id), None)

    def _same_title(self, asked: _Known) -> _Known | None:
        if len(asked.title.split()) < TITLE_WORDS or asked.published is None:
            return None
        for known in self._others(("title", asked.title), asked):
            # A source that uses a title again, at another address, means another article.
            series = known.source_id == asked.source_id and asked.address and known.address
            if not series and known.published and abs(asked.published - known.published) <= TITLE_DAYS:
                return known
        return None

    def _same_sentences(self, asked: _Known) -> _Known | None:
        # The smallest hashes are as good a sample as any, and the same of the same text.
        anchors = nsmallest(MAX_LOOKUPS, _anchors(asked.shingles))
        shared = Counter(known for anchor in anchors for known in self._postings.get(anchor, ())[:MAX_POSTINGS])
        likely = nsmallest(MAX_COMPARED, shared, key=lambda known: (-_promise(shared[known], asked, known), known.age))
        found = frozenset(asked.shingles)
        best: tuple[float, _Known] | None = None
        for known in sorted(likely, key=_AGE):
            if len(known.shingles) >= MIN_SHINGLES and _are_two(asked, known):
                share = _share(found, asked, known)
                if share and (best is None or share > best[0]):
                    best = (share, known)
        return best[1] if best else None


@lru_cache(maxsize=1)  # find and add ask for the same text one after the other
def shingles(text: str) -> frozenset[int]:
    """Hashes (32 bits, the same in every process) of all runs of five words in the first 5,000 words."""
    words = folded(text).encode().split()[:MAX_WORDS]
    runs = zip(*(words[start:] for start in range(SHINGLE_WORDS)), strict=False)
    return frozenset(map(crc32, map(b" ".join, runs)))


def folded(text: str) -> str:
    """Lower-case words without accents, one space between them."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = text.translate(dict.fromkeys(ord(c) for c in set(text) if unicodedata.combining(c)))
    return " ".join(re.findall(r"\w+", text.casefold()))


def _known(item: Item, original: str) -> _Known:
    return _Known(
        id=item.id,
        source_id=item.source_id,
        key=item.key,
        title=folded(item.title),
        address=same_address(item.url) if item.url else None,
        published=item.published,
        age=_age(item),
        original=original,
        shingles=array("I", shingles(item.text)),
    )


def _names(known: _Known) -> Iterator[_Name]:
    if known.address is not None:
        yield "address", known.address
    yield "title", known.title
    yield from _anchors(known.shingles)


def _anchors(found: Iterable[int]) -> list[int]:
    return [shingle for shingle in found if shingle % ANCHOR_EVERY == 0]


def _are_two(asked: _Known, known: _Known) -> bool:
    return known.id != asked.id and (known.source_id, known.key) != (asked.source_id, asked.key)


def _promise(anchors: int, asked: _Known, known: _Known) -> float:
    """The more anchors are shared for the length of the shorter text the better; one in a short text says little."""
    return anchors / (min(len(asked.shingles), len(known.shingles)) + 100)


def _share(found: frozenset[int], asked: _Known, known: _Known) -> float:
    """How much of the shorter text stands in the longer one; 0 if that is too little for a copy."""
    share = len(found.intersection(known.shingles)) / min(len(found), len(known.shingles))
    at_home = asked.source_id == known.source_id and not _alike(asked.title, known.title)
    return share if share >= (CONTAINMENT_AT_HOME if at_home else CONTAINMENT) else 0.0


def _alike(title: str, other: str) -> bool:
    """Whether half the words of the shorter title stand in the longer one, as they do when an article is updated."""
    words, others = set(title.split()), set(other.split())
    return 2 * len(words & others) >= min(len(words), len(others))


def _age(item: Item) -> tuple[datetime, str]:
    # The time of first sight would not do: an item that changed comes with a new one and is stored with the old.
    return (item.published or _NEVER, item.id)
