"""Finds the item that another one repeats: same address in another source, or the same sentences. Decides nothing else.

Agency copy keeps its words in order through cuts, edits and new headlines; two reports of one event do not share them.
What two texts share in quotation marks alone is a statement that both quote, and what differs in its numbers, or in
what its title names, is the next of a series.
"""

import re
from array import array
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import nsmallest
from itertools import islice, pairwise
from operator import attrgetter

from parsers.judging.texts.templates import of_one_form, title_names
from parsers.judging.texts.wording import Overlap, Wording, anchors, folded, overlap, wording
from parsers.model import Item
from parsers.reading.links import same_address

SHARED = ((30, 0.8), (60, 0.65), (120, 0.5))
"""Words of the shorter text -> share of them that must stand in the longer one in the same order; in between in
between. Two teasers of one announcement have its long names in common, and are half made of them."""
SHARED_AT_HOME = 0.85
"""The same for two items of one source, which share what the site prints under every headline (a footer, a notice) and
what it tells again the next day: only an article that comes again under a new headline shares so much more."""
SHARED_OF_AN_UPDATE = 0.5
"""The same for two items of one source under titles that are alike, for both texts and not the shorter one alone: an
article that was brought up to date under a new address."""
SHARED_PLAIN = 0.35
"""Of what does not stand in quotation marks, where that is PLAIN_WORDS or more; else SHARED_AT_HOME of all."""
PLAIN_WORDS = 15
NUMBERS_APART = (3, 0.6)
"""So many, and so large a share, of the numbers of the shorter text must the longer one lack to be another notice of
its kind."""
NUMBERS_APART_AT_HOME = (2, 0.5)
MIN_SHINGLES = 12
"""Shorter texts say too little to be compared."""
FEW_SHINGLES = 25
"""Shorter texts are copies under an equal title too: a feed gives a sentence or two of what another one prints."""
MAX_ANCHORS = 64
"""By so many an item can be found, whatever its length."""
MAX_LOOKUPS = 256
"""Anchors asked for, of a text that has more: a text of 1,000 words has about as many."""
MAX_POSTINGS = 100
"""Of the items that share one anchor the oldest are looked at; a sentence that stands in more is boilerplate."""
MAX_COMPARED = 16
"""Items compared in full, those first that share most anchors for their length."""
MAX_NAMESAKES = 200
"""Of the items that have one title, or one address, so many are looked at: of titles the oldest of the days that count.
What comes after ten thousand of them is compared with no more."""
TITLE_WORDS = 4
TITLE_AGAIN = 0.5
LONG_TITLE_WORDS = 8
"""From here on two texts that share no words are of one article if their titles are equal."""
TITLE_DAYS = timedelta(days=3)
_EVER = datetime.min.replace(tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)
_AGE = attrgetter("age")
_NUMBERS = re.compile(r"\d+")
_Name = int | tuple[str, str]
"""What items are looked up by: an anchor, or ("address" or "title", its text)."""


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What the index remembers of an item.

    Attributes:
        age: orders all items, undated ones last.
        original: what it is a copy of, else its own id.
        names: of its title.
    """

    id: str
    source_id: str
    key: str
    title: str
    address: str | None
    published: datetime | None
    age: tuple[datetime, str]
    original: str
    names: "array[int]"
    wording: Wording


class CopyIndex:
    """What is known, to be asked item by item. Memory: about 7 KB an item of 3,000 characters.

    An original is never a copy itself: an item that others repeat stays an original for as long as they do.
    Answers depend on what is known and on the originals decided for it, not on the order in which it became known.
    """

    def __init__(self, known: Iterable[tuple[Item, str | None]] = ()) -> None:
        """`known`: items and what they were found to be copies of; that is not decided anew."""
        self._known: dict[str, _Known] = {}
        self._copies: Counter[str] = Counter()
        self._postings: dict[
            _Name, _Known | list[_Known]
        ] = {}  # most names are of one item: a list costs as much again
        for item, copy_of in sorted(known, key=lambda pair: _age(pair[0])):
            self.add(item, copy_of)

    def __contains__(self, item_id: str) -> bool:
        return item_id in self._known

    def find(self, item: Item) -> str | None:
        """The id of the original that `item` repeats, or None. A copy of a copy leads to the original."""
        if self._copies[item.id]:
            return None
        asked = _known(item, item.id)
        match = self._same_address(asked) or self._same_sentences(asked) or self._same_title(asked)
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
            there = self._postings.setdefault(name, known)
            if isinstance(there, list):
                insort(there, known, key=_AGE)
            elif there is not known:
                self._postings[name] = sorted((there, known), key=_AGE)

    def _forget(self, known: _Known) -> None:
        if known.original != known.id:
            self._copies[known.original] -= 1
        for name in _names(known):
            there = self._postings[name]
            if isinstance(there, list) and len(there) > 1:
                there.remove(known)
            else:
                del self._postings[name]

    def _called(self, name: _Name) -> Sequence[_Known]:
        """Those looked up by this name, the oldest first."""
        there = self._postings.get(name, ())
        return (there,) if isinstance(there, _Known) else there

    def _others(self, name: _Name, asked: _Known, since: datetime = _EVER) -> Iterator[_Known]:
        there = self._called(name)
        start = bisect_left(there, (since, ""), key=_AGE)
        return (known for known in islice(there, start, start + MAX_NAMESAKES) if _are_two(asked, known))

    def _same_address(self, asked: _Known) -> _Known | None:
        if asked.address is None:
            return None
        others = self._others(("address", asked.address), asked)
        return next((known for known in others if known.source_id != asked.source_id), None)

    def _same_title(self, asked: _Known) -> _Known | None:
        if len(asked.title.split()) < TITLE_WORDS or asked.published is None:
            return None
        for known in self._others(("title", asked.title), asked, asked.published - TITLE_DAYS):
            # A source that uses a title again, at another address or over other words, means another article. So do
            # two sources where the title is short: "Minutes of the plenary meeting". Under a long one the teaser of one
            # outlet may have nothing of that of another one.
            at_home = known.source_id == asked.source_id
            is_generic = at_home or len(asked.title.split()) < LONG_TITLE_WORDS
            is_next = bool(at_home and asked.address and known.address)
            is_next = is_next or (is_generic and _have_nothing_in_common(asked, known))
            is_short = min(len(asked.wording.shingles), len(known.wording.shingles)) < FEW_SHINGLES
            if is_short and not is_next and known.published and abs(asked.published - known.published) <= TITLE_DAYS:
                return known
        return None

    def _same_sentences(self, asked: _Known) -> _Known | None:
        if len(asked.wording.shingles) < MIN_SHINGLES:
            return None
        looked_up = anchors(asked.wording, MAX_LOOKUPS)
        shared = Counter(known for anchor in looked_up for known in self._called(anchor)[:MAX_POSTINGS])
        likely = nsmallest(MAX_COMPARED, shared, key=lambda known: (-_promise(shared[known], asked, known), known.age))
        best: tuple[float, _Known] | None = None
        for known in sorted(likely, key=_AGE):
            if len(known.wording.shingles) >= MIN_SHINGLES and _are_two(asked, known):
                share = _share(asked, known)
                if share and (best is None or share > best[0]):
                    best = (share, known)
                if share == 1.0:
                    break
        return best[1] if best else None


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
        names=title_names(item.title, item.publisher, item.text),
        wording=wording(item.text),
    )


def _have_nothing_in_common(asked: _Known, known: _Known) -> bool:
    """Whether both say something, and not the same; a text that is the title again, with the outlet, says nothing."""
    return _says_more(asked) and _says_more(known) and not overlap(asked.wording, known.wording).one


def _says_more(known: _Known) -> bool:
    text = known.wording
    return len(text.quoted) > 0 and overlap(text, wording(known.title)).one < TITLE_AGAIN


def _names(known: _Known) -> Iterator[_Name]:
    if known.address is not None:
        yield "address", known.address
    yield "title", known.title
    yield from anchors(known.wording, MAX_ANCHORS)


def _are_two(asked: _Known, known: _Known) -> bool:
    return known.id != asked.id and (known.source_id, known.key) != (asked.source_id, asked.key)


def _promise(shared: int, asked: _Known, known: _Known) -> float:
    """The more anchors are shared for the length of the shorter text the better; one in a short text says little."""
    return shared / (min(len(asked.wording.shingles), len(known.wording.shingles)) + 100)


def _share(asked: _Known, known: _Known) -> float:
    """How much of the shorter text stands in the longer one; 0 if that is too little for a copy."""
    shorter, longer = sorted((asked.wording, known.wording), key=lambda text: len(text.quoted))
    common = overlap(shorter, longer)
    unquoted = shorter.quoted.count(0)
    at_home = asked.source_id == known.source_id
    if _is_another(common, asked.title, known.title, at_home=at_home):
        return 0.0
    if common.one and of_one_form(asked.names, asked.wording, known.names, known.wording):
        return 0.0
    if common.plain_one < SHARED_PLAIN and unquoted >= PLAIN_WORDS:
        return 0.0
    if unquoted < PLAIN_WORDS:
        enough = common.one >= SHARED_AT_HOME
    elif at_home:
        updated = _alike(asked.title, known.title) and min(common.one, common.other) >= SHARED_OF_AN_UPDATE
        enough = updated or common.one >= SHARED_AT_HOME
    else:
        enough = common.one >= _least(len(shorter.quoted))
    return common.one if enough else 0.0


def _is_another(common: Overlap, title: str, other: str, *, at_home: bool) -> bool:
    """Whether the numbers say that both are notices of one kind, or days of one series."""
    least, share = NUMBERS_APART_AT_HOME if at_home else NUMBERS_APART
    if common.lacking >= max(least, share * common.numbers):
        return True
    if not at_home or title == other or _without_numbers(title) != _without_numbers(other):
        return False
    # "Daily briefing of 3 May" and of 4 May may even have one text; the toll of a strike changes in the text too.
    return common.one == common.other == 1.0 or common.lacking >= share * common.numbers


def _least(words: int) -> float:
    """The share that is enough for a copy of so many words."""
    for (few, most), (many, least) in pairwise(SHARED):
        if words < many:
            return most + (least - most) * max(0, words - few) / (many - few)
    return SHARED[-1][1]


def _alike(title: str, other: str) -> bool:
    """Whether the titles have half their words in common, as they do when an article is updated."""
    words, others = set(title.split()), set(other.split())
    return 2 * len(words & others) >= len(words | others)


def _without_numbers(title: str) -> list[str]:
    return _NUMBERS.sub(" ", title).split()


def _age(item: Item) -> tuple[datetime, str]:
    # The time of first sight would not do: an item that changed comes with a new one and is stored with the old.
    return (item.published or _NEVER, item.id)
