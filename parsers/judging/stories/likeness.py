"""Says how alike two items are, as the log odds that they tell of one event. Does not group.

An item is three vectors over what its words stand for (see sounds.py): all its words, those of its title and first
sentences, and its names and numbers; each word counts by its rarity. Besides, what one title says is looked for in
the whole of the other item: two events of one affair share most words, but not those that make the headline.

The weights are learned: `python tests/benchmarks/story_weights.py` fits them to labelled items, prints the table that
stands below, and says how well such weights do on events that they were not fitted to.
"""

import math
import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from parsers.judging.stories.frames import frame, names_a_day
from parsers.judging.stories.linkage import NEVER
from parsers.judging.stories.sounds import feature, plain, words
from parsers.model import Item

TEXT_CHARACTERS = 1_000
"""What is news stands at the top; 800 and 1,500 characters measured alike."""
LEAD_CHARACTERS = 250
TITLE_WEIGHT = 2.0
SENTENCE_START_WEIGHT = 0.5
"""The first word of a sentence has a capital letter in any case."""
COMMON = 0.3
"""A word in more than this share of the items tells nothing apart."""
LEAST_COLLECTION = 200
"""Rarity is counted as if there were at least so many items: in a week of ten, two equal words would be a story."""
MOST_WORDS, MOST_IN_LEAD, MOST_NAMES, MOST_IN_TITLE = 42, 42, 21, 21
"""Of each vector the heaviest are kept, which bounds memory and time: so many as fill a dict to the brim."""
UNSAID = 2.5
"""As if each item named one thing more that no other names: two that name Norway alone are not alike in all names."""
WINDOW = timedelta(days=3)
"""Items farther apart tell of two events: a meeting that takes place every week is a new event each time."""
BARE_WORDS = 5
"""A text of fewer words is none."""
FADE_PER_DAY = 0.2
UNLIKELY = -4.0
"""Log odds below which it does not matter how unlikely; they are not counted any further."""
UNDATED_DAYS = 2.5
"""How far an item without a date counts as being away from any other: it has to be clearly more alike."""

_SENTENCE = re.compile(r"[.!?:]\s+|\n")
_STEPS = list(range(1_002))
"""Weights are thousandths: sums of whole numbers are the same in any order, and these few objects serve all vectors."""

Counts = dict[str, float]
Vector = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Weights:
    """What each of the likenesses, 0..1, and one day between two items add to the log odds."""

    words: float
    lead: float
    names: float
    title: float
    day: float
    start: float


SAME_LANGUAGE = Weights(words=3.9, lead=6.1, names=2.2, title=7.9, day=-1.5, start=-3.5)
OTHER_LANGUAGE = Weights(words=2.9, lead=4.6, names=6.1, title=4.7, day=-1.4, start=-2.1)


@dataclass(frozen=True, slots=True)
class Traits:
    """What is counted of one item, before it is known how rare each word is.

    Attributes:
        bare: there is no text, only a title.
        frame: the title without its numbers and days, and those: what a series of titles has in common, and not.
    """

    words: Counts
    lead: Counts
    names: Counts
    title: frozenset[str]
    language: str
    source_id: str
    published: datetime | None
    bare: bool
    frame: tuple[str, str]
    dated_title: bool


@dataclass(frozen=True, slots=True)
class Known:
    """One item as three vectors of length 1,000, ready to be compared; see Traits.

    Attributes:
        title: code of each word of the title -> its share of the rarity of all, in thousandths.
        held: codes of all words, sorted.
    """

    words: Vector
    lead: Vector
    names: Vector
    title: Mapping[int, int]
    held: "array[int]"
    language: str
    source_id: str
    published: datetime | None
    bare: bool
    frame: tuple[str, str]
    dated_title: bool


class Rarity:
    """How many of the items seen hold each word."""

    def __init__(self) -> None:
        self.items = 0
        self.holders: Counter[str] = Counter()

    def see(self, traits: Traits) -> None:
        self.items += 1
        self.holders.update(traits.words.keys() | traits.names.keys())

    def known(self, traits: Traits) -> Known:
        return Known(
            self._vector(traits.words, MOST_WORDS),
            self._vector(traits.lead, MOST_IN_LEAD),
            self._vector(traits.names, MOST_NAMES, UNSAID),
            self._shares(traits.title),
            array("I", sorted(map(_code, traits.words))),
            traits.language,
            traits.source_id,
            traits.published,
            traits.bare,
            traits.frame,
            traits.dated_title,
        )

    def _vector(self, counts: Counts, most: int, unsaid: float = 0.0) -> Vector:
        """TF-IDF with logarithmic counts, scaled to length 1,000."""
        total = max(self.items, LEAST_COLLECTION)
        raw = []
        for word, number in counts.items():
            holders = self.holders[word]
            if holders <= COMMON * total:
                frequency = 1 + math.log(number) if number >= 1 else number
                raw.append((frequency * math.log(1 + total / holders), word))
        raw.sort(key=lambda pair: (-pair[0], pair[1]))
        length = math.sqrt(sum(weight * weight for weight, _ in raw) + unsaid * unsaid) or 1.0
        return {word: _STEPS[round(weight / length * 1_000)] for weight, word in raw[:most]}

    def _shares(self, words: frozenset[str]) -> Mapping[int, int]:
        total = max(self.items, LEAST_COLLECTION)
        holding = [(self.holders[word], word) for word in words]
        kept = sorted((-math.log(1 + total / number), word) for number, word in holding if number <= COMMON * total)
        whole = sum(weight for weight, _ in kept[:MOST_IN_TITLE]) or 1.0
        return {_code(word): _STEPS[round(weight / whole * 1_000)] for weight, word in kept[:MOST_IN_TITLE]}


def log_odds(one: Known, other: Known) -> float:
    """How likely two items tell of one event: 0 is even, NEVER is no, else at least UNLIKELY."""
    days = days_apart(one.published, other.published)
    if days is None or is_series(one, other):
        return NEVER
    weights = SAME_LANGUAGE if one.language == other.language else OTHER_LANGUAGE
    words, lead, names, title = likenesses(one, other)
    odds = weights.start + weights.day * days
    odds += weights.words * words + weights.lead * lead + weights.names * names + weights.title * title
    return max(UNLIKELY, odds)


def likenesses(one: Known, other: Known) -> tuple[float, float, float, float]:
    """Of all words, of the leads, of the names, 0..1; and how much of either title the other item holds, the less."""
    return (
        cosine(one.words, other.words),
        cosine(one.lead, other.lead),
        cosine(one.names, other.names),
        min(_told(one.title, other.held), _told(other.title, one.held)) / 1_000,
    )


def titles_alike(one: Known, other: Known) -> float:
    """Likeness 0..1 of two items of which nothing but the title is known, less the farther they are apart; else 0."""
    days = days_apart(one.published, other.published)
    if days is None or not (one.bare and other.bare) or is_series(one, other):
        return 0.0
    return (1 - FADE_PER_DAY * days) * cosine(one.lead, other.lead)


def days_apart(one: datetime | None, other: datetime | None) -> float | None:
    """Days between two items, or None if there are more than WINDOW.

    One that tells its day only counts by the day: midnight would be hours away from an afternoon's news.
    """
    if one is None or other is None:
        return UNDATED_DAYS
    apart = abs(one - other)
    if _day_only(one) or _day_only(other):
        apart = abs(one.date() - other.date())
    return apart / timedelta(days=1) if apart <= WINDOW else None


def is_series(one: Known, other: Known) -> bool:
    """Titles that differ in their numbers or days alone, or an outlet's title that comes again on another day.

    Agendas, market tables and weekly columns look alike and are one event each.
    """
    if one.frame[0] != other.frame[0] or not any(one.frame):
        return False
    if one.frame[1] != other.frame[1] and (one.source_id == other.source_id or one.dated_title or other.dated_title):
        return True
    if one.source_id != other.source_id or one.published is None or other.published is None:
        return False
    return one.published.date() != other.published.date()


def cosine(one: Vector, other: Vector) -> float:
    return sum([one[word] * other[word] for word in one.keys() & other.keys()]) / 1_000_000


def _told(title: Mapping[int, int], held: "array[int]") -> int:
    found, last = 0, len(held)
    for code, share in title.items():
        place = bisect_left(held, code)
        if place < last and held[place] == code:
            found += share
    return found


def _code(word: str) -> int:
    """Stands for a word where a set of words would take ten times the memory."""
    return crc32(word.encode())


# ---------------------------------------------------------------- traits


def traits(item: Item) -> Traits:
    """Counts the words of the title and of the top of the text."""
    counted: Counts = {}
    lead: Counts = {}
    names: Counts = {}
    # An entry without a text is stored with its title for one.
    is_title = item.text_origin == "title" or item.text.strip() == item.title.strip()
    text = "" if is_title else item.text[:TEXT_CHARACTERS]
    kept, numbers = frame(item.title)
    language = item.language[:2].lower()
    _count(item.title, language, TITLE_WEIGHT, len(item.title), counted, lead, names)
    title = frozenset(counted)
    _count(text, language, 1.0, LEAD_CHARACTERS, counted, lead, names)
    return Traits(
        counted,
        lead,
        names,
        title,
        item.language,
        item.source_id,
        item.published,
        bare=len(text.split(maxsplit=BARE_WORDS)) < BARE_WORDS,
        frame=(kept, numbers),
        dated_title=names_a_day(numbers),
    )


def feature_words(item: Item) -> dict[str, str]:
    """Each word that stands in the vectors of an item -> as it is first spelled there."""
    spelled: dict[str, str] = {}
    for word in words(plain(f"{item.title} {item.text[:TEXT_CHARACTERS]}")):
        spelled.setdefault(feature(word, item.language[:2].lower())[0], word)
    return spelled


def _count(
    text: str, language: str, weight: float, lead_end: int, counted: Counts, lead: Counts, names: Counts
) -> None:
    position = 0
    for sentence in _SENTENCE.split(plain(text)):
        in_lead = position < lead_end
        position += len(sentence) + 1
        first = True
        for word in words(sentence):
            stands_for, is_name = feature(word, language)
            if stands_for:
                counted[stands_for] = counted.get(stands_for, 0.0) + weight
                if in_lead:
                    lead[stands_for] = lead.get(stands_for, 0.0) + 1.0
                if is_name:
                    names[stands_for] = names.get(stands_for, 0.0) + weight * (SENTENCE_START_WEIGHT if first else 1.0)
            first = False


def _day_only(moment: datetime) -> bool:
    return moment.hour == moment.minute == moment.second == 0
