"""Finds the item that another one repeats: same address in another source, or the same sentences. Decides nothing else.

Sentences are compared as shingles of five words (Broder 1997, "On the resemblance and containment of documents"):
agency copy keeps them through cuts and new headlines, two reports of one event do not share them.
"""

import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from zlib import crc32

from parsers.model import Item
from parsers.reading.links import same_address

SHINGLE_WORDS = 5
CONTAINMENT = 0.5
MIN_SHINGLES = 25
"""Shorter texts say too little: a teaser of two sentences can be a quotation that everybody prints."""
MAX_WORDS = 5_000
ANCHOR_EVERY = 4
"""One shingle in four can be looked up, all are compared: of pairs with 13 in common 2 in 100 are missed."""
MAX_POSTINGS = 100
"""A sentence that stands in more items than this is boilerplate and finds nothing new."""
TITLE_WORDS = 4
TITLE_DAYS = timedelta(days=3)


class CopyIndex:
    """What is known, to be asked item by item. Memory: about 20 KB an item of 3,000 characters.

    Answers depend on the set of known items, not on the order in which the constructor was given them.
    """

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self._known: set[str] = set()
        self._items: list[tuple[str, str, str, datetime | None]] = []
        self._originals: list[str] = []
        self._shingles: list[array[int]] = []
        self._anchors: dict[int, list[int]] = {}
        self._addresses: dict[str, list[int]] = {}
        self._titles: dict[str, list[int]] = {}
        for item in sorted(items, key=_age):
            self.add(item)

    def find(self, item: Item) -> str | None:
        """The id of the original that `item` repeats, or None. A copy of a copy leads to the original."""
        number = self._match(item, shingles(item.text))
        return None if number is None else self._originals[number]

    def add(self, item: Item) -> None:
        """Makes `item` known; one that is known already is not added again."""
        if item.id in self._known:
            return
        self._known.add(item.id)
        found = shingles(item.text)
        original = self._match(item, found)
        number = len(self._items)
        self._items.append((item.id, item.source_id, item.key, item.published))
        self._originals.append(item.id if original is None else self._originals[original])
        self._shingles.append(array("I", sorted(found)))
        if item.url:
            self._addresses.setdefault(same_address(item.url), []).append(number)
        self._titles.setdefault(folded(item.title), []).append(number)
        for anchor in _anchors(found):
            postings = self._anchors.setdefault(anchor, [])
            if len(postings) < MAX_POSTINGS:
                postings.append(number)

    def _match(self, item: Item, found: frozenset[int]) -> int | None:
        for number in self._addresses.get(same_address(item.url), ()) if item.url else ():
            if self._is_other(number, item) and self._items[number][1] != item.source_id:
                return number
        if len(found) < MIN_SHINGLES:
            return self._same_title(item)
        shared = Counter(number for anchor in _anchors(found) for number in self._anchors.get(anchor, ()))
        best: tuple[float, int] | None = None
        for number in sorted(shared):
            other = self._shingles[number]
            if len(other) < MIN_SHINGLES or not self._is_other(number, item):
                continue
            containment = len(found.intersection(other)) / min(len(found), len(other))
            if containment >= CONTAINMENT and (best is None or containment > best[0]):
                best = (containment, number)
        return best[1] if best else None

    def _same_title(self, item: Item) -> int | None:
        title = folded(item.title)
        if len(title.split()) < TITLE_WORDS or item.published is None:
            return None
        for number in self._titles.get(title, ()):
            published = self._items[number][3]
            if published and abs(item.published - published) <= TITLE_DAYS and self._is_other(number, item):
                return number
        return None

    def _is_other(self, number: int, item: Item) -> bool:
        identity, source, key, _ = self._items[number]
        return (
            identity != item.id and (source, key) != (item.source_id, item.key) and self._originals[number] != item.id
        )


def shingles(text: str) -> frozenset[int]:
    """Hashes (32 bits, the same in every process) of all runs of five words in the first 5,000 words."""
    words = folded(text).split()[:MAX_WORDS]
    runs = zip(*(words[start:] for start in range(SHINGLE_WORDS)), strict=False)
    return frozenset(crc32(" ".join(run).encode()) for run in runs)


def folded(text: str) -> str:
    """Lower-case words without accents, one space between them."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", plain.casefold()))


def _anchors(found: Iterable[int]) -> list[int]:
    return [shingle for shingle in found if shingle % ANCHOR_EVERY == 0]


def _age(item: Item) -> tuple[datetime, str]:
    return (item.published or item.first_seen, item.id)
