"""Groups items about one event into stories. Does not judge whether the event matters; sees one call's items only.

Two items are alike by their words (stems, weighted by rarity) and by their names and numbers. Between languages only
names and numbers count, and names are compared by their consonants: Zelensky, Zełenski and Selenskyj meet. Likeness
fades with the days between two items. Stories grow by average linkage, so that no single item chains two events.
"""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations, product

from parsers.model import Item, Story

ALIKE = 0.13
"""Average likeness above which two groups are one story. 0.12-0.14 measured alike on the development set."""
NAMES_SHARE = 0.3
WINDOW = timedelta(days=3)
FADE_PER_DAY = 0.2
UNDATED_FADE = 0.3
TITLE_WEIGHT = 2.0
SENTENCE_START_WEIGHT = 0.5
"""The first word of a sentence has a capital letter in any case."""
TEXT_CHARACTERS = 1_500
STEM = 6
SKELETON = 5
COMMON = 0.3
"""A feature in more than this share of the items tells nothing apart."""
CANDIDATE_SHARE = 0.05
CANDIDATE_ITEMS = 20
"""Items are compared when they share a feature of at most this share, or this number, of the items."""
LEAST_COLLECTION = 200
"""Rarity is counted as if there were at least so many items: in a week of ten, two equal words would be a story."""

LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss", "đ": "d", "Đ": "D", "æ": "ae", "Æ": "Ae"})
WORD = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*")
SENTENCE = re.compile(r"(?<=[.!?:])\s+|\n")
YEAR = re.compile(r"(?:19|20)\d\d")
SOUNDS = re.compile(r"tsch|sch|sz|sh|cz|ch|kh|zh|rz|ts|tz|ck|ph|th|qu")
SOUND = {
    "sch": "s",
    "sz": "s",
    "sh": "s",
    "cz": "s",
    "tsch": "s",
    "ch": "k",
    "kh": "k",
    "zh": "s",
    "rz": "r",
    "ts": "s",
} | {"tz": "s", "ck": "k", "ph": "f", "th": "t", "qu": "k"}
SIMILAR = str.maketrans("cqwzjy", "kkvsii")

Vector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Features:
    """One item as two vectors of length 1."""

    words: Vector
    names: Vector


def group(items: Sequence[Item], copies: Mapping[str, str] = {}) -> tuple[Story, ...]:
    """Every item in exactly one story; stories by the time of their earliest item, undated last.

    The result does not depend on the order of `items`.

    Args:
        copies: id of an item -> id of the one that it repeats; the two always share a story.
    """
    ordered = sorted(items, key=_age)
    likeness = _likeness(ordered)
    numbers = {item.id: number for number, item in enumerate(ordered)}
    members = {number: [number] for number in range(len(ordered))}
    story_of = list(range(len(ordered)))

    def merge(one: int, other: int) -> None:
        first, second = sorted((one, other))
        members[first] += members.pop(second)
        for number in members[first]:
            story_of[number] = first

    for copy, original in sorted(copies.items()):
        if copy in numbers and original in numbers:
            one, other = story_of[numbers[copy]], story_of[numbers[original]]
            if one != other:
                merge(one, other)
    for pair in sorted(likeness, key=lambda pair: (-likeness[pair], pair)):
        one, other = story_of[pair[0]], story_of[pair[1]]
        if likeness[pair] < ALIKE:
            break
        if one != other:
            pairs = [(min(both), max(both)) for both in product(members[one], members[other])]
            if sum(likeness.get(both, 0.0) for both in pairs) >= ALIKE * len(pairs):
                merge(one, other)
    return tuple(
        Story(ordered[first].id, tuple(ordered[number].id for number in sorted(group)))
        for first, group in sorted(members.items())
    )


def _age(item: Item) -> tuple[bool, datetime, str]:
    return (item.published is None, item.published or datetime.max.replace(tzinfo=UTC), item.id)


# ---------------------------------------------------------------- likeness


def _likeness(items: Sequence[Item]) -> dict[tuple[int, int], float]:
    """Likeness 0..1 of the pairs that may belong together, as positions (smaller, larger)."""
    words = [_word_counts(item) for item in items]
    names = [_name_counts(item) for item in items]
    vectors = [Features(*both) for both in zip(_vectors(words), _vectors(names), strict=True)]
    found = {}
    for one, other in _candidates(vectors):
        fade = _fade(items[one], items[other])
        if fade > 0:
            by_names = _cosine(vectors[one].names, vectors[other].names)
            if items[one].language == items[other].language:
                by_words = _cosine(vectors[one].words, vectors[other].words)
                found[one, other] = fade * ((1 - NAMES_SHARE) * by_words + NAMES_SHARE * by_names)
            else:
                found[one, other] = fade * by_names
    return found


def _candidates(vectors: Sequence[Features]) -> set[tuple[int, int]]:
    holders: dict[str, list[int]] = defaultdict(list)
    for number, features in enumerate(vectors):
        for feature in (*features.words, *features.names):
            holders[feature].append(number)
    limit = max(CANDIDATE_ITEMS, CANDIDATE_SHARE * len(vectors))
    return {pair for numbers in holders.values() if len(numbers) <= limit for pair in combinations(numbers, 2)}


def _fade(one: Item, other: Item) -> float:
    if one.published is None or other.published is None:
        return 1 - UNDATED_FADE
    apart = abs(one.published - other.published)
    return 1 - FADE_PER_DAY * (apart / timedelta(days=1)) if apart <= WINDOW else 0.0


def _cosine(one: Vector, other: Vector) -> float:
    if len(one) > len(other):
        one, other = other, one
    return sum(weight * other[feature] for feature, weight in one.items() if feature in other)


def _vectors(counts: Sequence[Mapping[str, float]]) -> list[Vector]:
    """TF-IDF with logarithmic counts, scaled to length 1."""
    total = max(len(counts), LEAST_COLLECTION)
    holders = Counter(feature for count in counts for feature in count)
    result: list[Vector] = []
    for count in counts:
        raw = {
            feature: (1 + math.log(number) if number >= 1 else number) * math.log(1 + total / holders[feature])
            for feature, number in sorted(count.items())  # sums of floats depend on their order
            if holders[feature] <= COMMON * total
        }
        length = math.sqrt(sum(weight * weight for weight in raw.values())) or 1.0
        result.append({feature: weight / length for feature, weight in raw.items()})
    return result


# ---------------------------------------------------------------- features


def _word_counts(item: Item) -> dict[str, float]:
    counts: dict[str, float] = defaultdict(float)
    for word, weight, _ in _tokens(item):
        if not word[0].isdigit() and (len(word) > 2 or word.isupper()):
            counts[word.lower()[:STEM]] += weight
    return counts


def _name_counts(item: Item) -> dict[str, float]:
    """Numbers of two digits or more that are no year, and capitalised words by their consonants."""
    counts: dict[str, float] = defaultdict(float)
    for word, weight, at_start in _tokens(item):
        if word[0].isdigit():
            if len(word) > 1 and not YEAR.fullmatch(word):
                counts["#" + word.replace(",", ".")] += weight
        elif word[0].isupper() and (len(word) > 2 or word.isupper()) and len(skeleton := _skeleton(word)) > 1:
            counts["~" + skeleton] += weight * (SENTENCE_START_WEIGHT if at_start else 1.0)
    return counts


def _tokens(item: Item) -> Iterable[tuple[str, float, bool]]:
    """Words with the weight of their place, and whether they open a sentence."""
    for text, weight in ((item.title, TITLE_WEIGHT), (item.text[:TEXT_CHARACTERS], 1.0)):
        plain = unicodedata.normalize("NFKD", text.translate(LETTERS))
        plain = "".join(character for character in plain if not unicodedata.combining(character))
        for sentence in SENTENCE.split(plain):
            for number, match in enumerate(WORD.finditer(sentence)):
                yield match[0], weight, number == 0


def _skeleton(name: str) -> str:
    """The consonants of a name as they sound in most of Europe, at most five; a first vowel becomes `a`."""
    sounds = SOUNDS.sub(lambda match: SOUND[match[0]], name.lower()).translate(SIMILAR)
    first = "a" if sounds[0] in "aeiou" else sounds[0]
    return re.sub(r"(.)\1+", r"\1", first + re.sub("[aeiouh]", "", sounds[1:]))[:SKELETON]
