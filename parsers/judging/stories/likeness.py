"""Says how alike two items are, as the log odds that they tell of one event. Does not group.

Words are compared by their sounds: the consonants as most of Europe speaks them, so that inflected words and names
spelled in several languages meet (Zelensky, Zełenski, Selenskyj; tanks, tanków no). An item is three vectors over
them: all its words, those of its title and first sentences, and its names and numbers; each word counts by its rarity.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from parsers.judging.stories.linkage import NEVER
from parsers.model import Item

TEXT_CHARACTERS = 1_000
"""What is news stands at the top; 800 and 1,500 characters measured alike."""
LEAD_CHARACTERS = 250
TITLE_WEIGHT = 2.0
SENTENCE_START_WEIGHT = 0.5
"""The first word of a sentence has a capital letter in any case."""
SKELETON = 6
COMMON = 0.3
"""A word in more than this share of the items tells nothing apart."""
LEAST_COLLECTION = 200
"""Rarity is counted as if there were at least so many items: in a week of ten, two equal words would be a story."""
MOST_WORDS, MOST_IN_LEAD, MOST_NAMES = 42, 42, 21
"""Of each vector the heaviest are kept, which bounds memory and time: so many as fill a dict to the brim."""
WINDOW = timedelta(days=3)
"""Items farther apart tell of two events: a meeting that takes place every week is a new event each time."""
BARE_WORDS = 5
"""A text of fewer words is none."""
FADE_PER_DAY = 0.2
UNLIKELY = -4.0
"""Log odds below which it does not matter how unlikely; they are not counted any further."""
UNDATED_DAYS = 1.0
"""How far an item without a date counts as being away from any other."""

_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss", "đ": "d", "Đ": "D", "æ": "ae", "Æ": "Ae"})
_WORD = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*")
_SENTENCE = re.compile(r"[.!?:]\s+|\n")
_YEAR = re.compile(r"(?:19|20)\d\d")
_SOUNDS = re.compile(r"tsch|sch|sz|sh|cz|ch|kh|zh|rz|ts|tz|ck|ph|th|qu")
_SOUND = {
    "tsch": "s",
    "sch": "s",
    "sz": "s",
    "sh": "s",
    "cz": "s",
    "ch": "k",
    "kh": "k",
    "zh": "s",
    "rz": "r",
    "ts": "s",
    "tz": "s",
    "ck": "k",
    "ph": "f",
    "th": "t",
    "qu": "k",
}
_SIMILAR = str.maketrans("cqwzjy", "kkvsii")
_DAYS = frozenset(
    re.findall(
        r"\w+",
        "january february march april may june july august september october november december"
        " jan feb mar apr jun jul aug sep sept oct nov dec"
        " monday tuesday wednesday thursday friday saturday sunday"
        " januar februar marz mai juni juli oktober dezember"
        " montag dienstag mittwoch donnerstag freitag samstag sonntag"
        " janvier fevrier mars avril juin juillet aout septembre octobre novembre decembre"
        " lundi mardi mercredi jeudi vendredi samedi dimanche"
        " enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
        " lunes martes miercoles jueves viernes sabado domingo"
        " gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre"
        " lunedi martedi mercoledi giovedi venerdi sabato domenica"
        " stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia"
        " poniedzialek wtorek sroda czwartek piatek sobota niedziela"
        " januari februari maj augusti mandag tisdag onsdag torsdag fredag lordag sondag",
    )
)
"""Months and days of the week, without accents, in the languages that are read."""
_TWICE = re.compile(r"(.)\1+")
_MUTE = re.compile("[aeiouh]")

_STEPS = list(range(1_002))
"""Weights are thousandths: sums of whole numbers are the same in any order, and these few objects serve all vectors."""

Counts = dict[str, float]
Vector = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Weights:
    """What one of the three likenesses, 0..1, and one day between two items add to the log odds."""

    words: float
    lead: float
    names: float
    day: float
    start: float


SAME_LANGUAGE = Weights(words=12.0, lead=11.0, names=3.0, day=-2.0, start=-3.5)
"""By logistic regression over the pairs of the development set, rounded, with more weight on the days: that keeps
events of one affair apart. Held out by events, other weights of this order measured alike."""
OTHER_LANGUAGE = Weights(words=6.0, lead=6.0, names=9.0, day=-2.0, start=-0.9)


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
    language: str
    source_id: str
    published: datetime | None
    bare: bool
    frame: tuple[str, str]
    dated_title: bool


@dataclass(frozen=True, slots=True)
class Known:
    """One item as three vectors of length 1,000, ready to be compared; see Traits."""

    words: Vector
    lead: Vector
    names: Vector
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
            self._vector(traits.names, MOST_NAMES),
            traits.language,
            traits.source_id,
            traits.published,
            traits.bare,
            traits.frame,
            traits.dated_title,
        )

    def _vector(self, counts: Counts, most: int) -> Vector:
        """TF-IDF with logarithmic counts, scaled to length 1,000."""
        total = max(self.items, LEAST_COLLECTION)
        raw = []
        for word, number in counts.items():
            holders = self.holders[word]
            if holders <= COMMON * total:
                frequency = 1 + math.log(number) if number >= 1 else number
                raw.append((frequency * math.log(1 + total / holders), word))
        raw.sort(key=lambda pair: (-pair[0], pair[1]))
        length = math.sqrt(sum(weight * weight for weight, _ in raw)) or 1.0
        return {word: _STEPS[round(weight / length * 1_000)] for weight, word in raw[:most]}


def log_odds(one: Known, other: Known) -> float:
    """How likely two items tell of one event: 0 is even, NEVER is no, else at least UNLIKELY."""
    days = days_apart(one.published, other.published)
    if days is None or is_series(one, other):
        return NEVER
    weights = SAME_LANGUAGE if one.language == other.language else OTHER_LANGUAGE
    odds = weights.start + weights.day * days + weights.lead * cosine(one.lead, other.lead)
    if odds + weights.words + weights.names <= UNLIKELY:
        return UNLIKELY
    odds += weights.words * cosine(one.words, other.words)
    if odds + weights.names <= UNLIKELY:
        return UNLIKELY
    return max(UNLIKELY, odds + weights.names * cosine(one.names, other.names))


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


# ---------------------------------------------------------------- traits


def traits(item: Item) -> Traits:
    """Counts the words of the title and of the top of the text."""
    words: Counts = {}
    lead: Counts = {}
    names: Counts = {}
    # An entry without a text is stored with its title for one.
    is_title = item.text_origin == "title" or item.text.strip() == item.title.strip()
    text = "" if is_title else item.text[:TEXT_CHARACTERS]
    kept, numbers = _frame(item.title)
    _count(item.title, TITLE_WEIGHT, len(item.title), words, lead, names)
    _count(text, 1.0, LEAD_CHARACTERS, words, lead, names)
    return Traits(
        words,
        lead,
        names,
        item.language,
        item.source_id,
        item.published,
        bare=len(text.split(maxsplit=BARE_WORDS)) < BARE_WORDS,
        frame=(kept, numbers),
        dated_title=not _DAYS.isdisjoint(numbers.split()),
    )


def feature_words(item: Item) -> dict[str, str]:
    """Each word that stands in the vectors of an item -> as it is first spelled there."""
    spelled: dict[str, str] = {}
    for word in _WORD.findall(_plain(f"{item.title} {item.text[:TEXT_CHARACTERS]}")):
        spelled.setdefault(_feature(word)[0], word)
    return spelled


def _count(text: str, weight: float, lead_end: int, words: Counts, lead: Counts, names: Counts) -> None:
    position = 0
    for sentence in _SENTENCE.split(_plain(text)):
        in_lead = position < lead_end
        position += len(sentence) + 1
        first = True
        for word in _WORD.findall(sentence):
            feature, is_name = _feature(word)
            if feature:
                words[feature] = words.get(feature, 0.0) + weight
                if in_lead:
                    lead[feature] = lead.get(feature, 0.0) + 1.0
                if is_name:
                    names[feature] = names.get(feature, 0.0) + weight * (SENTENCE_START_WEIGHT if first else 1.0)
            first = False


def _plain(text: str) -> str:
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join([character for character in plain if not unicodedata.combining(character)])


@lru_cache(maxsize=200_000)
def _feature(word: str) -> tuple[str, bool]:
    """What stands for a word in the vectors, or nothing, and whether it is a name or number."""
    if word[0].isdigit():
        # Numbers of two digits or more that are no year: 240 million is the same event, one of three is not.
        is_telling = len(word) > 1 and not _YEAR.fullmatch(word)
        return ("#" + word.replace(",", "."), True) if is_telling else ("", False)
    is_name = word[0].isupper() and (len(word) > 2 or (word.isupper() and len(word) > 1))
    if len(word) < 4:
        return (word.lower(), True) if is_name else ("", False)
    return sounds(word), is_name


def sounds(word: str) -> str:
    """The consonants of a word as they sound in most of Europe, at most six; a first vowel becomes `a`."""
    heard = _SOUNDS.sub(lambda match: _SOUND[match[0]], word.lower()).translate(_SIMILAR)
    first = "a" if heard[0] in "aeiou" else heard[0]
    return _TWICE.sub(r"\1", first + _MUTE.sub("", heard[1:]))[:SKELETON]


def _frame(title: str) -> tuple[str, str]:
    words = [word.lower() for word in _WORD.findall(_plain(title))]
    numbers = [word for word in words if word[0].isdigit() or word in _DAYS]
    return (" ".join(word for word in words if not (word[0].isdigit() or word in _DAYS)), " ".join(numbers))


def _day_only(moment: datetime) -> bool:
    return moment.hour == moment.minute == moment.second == 0
