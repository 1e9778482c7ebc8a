"""Which words two texts have in common, in the same order. Does not say what that makes of them.

Texts are compared as shingles of five words (Broder 1997, "On the resemblance and containment of documents"). A word is
in common if it stands in a shingle that both have; that counts words, not shingles, so that one word changed in ten
costs little. All shingles are compared and not sketches of them (MinHash): a sketch estimates how much two texts
resemble each other, which is little for a whole text and a third of it, and with an error that a threshold cannot bear.
"""

import re
import unicodedata
from array import array
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest
from zlib import crc32

SHINGLE_WORDS = 5
MAX_WORDS = 5_000
MAX_NUMBERS = 200
MAX_NAMES = 500
MAX_NAMED = 40_000
"""Characters in which names are looked for."""
LEAST = 0.2
"""Share below which nobody asks how much it is."""
ANCHOR_EVERY = 4
"""One shingle in four can be looked up: of pairs with 13 in common 2 in 100 are missed."""

_QUOTED = re.compile(
    r"[“„][^“„”]{1,2000}(?:”|\Z|(?=\n\s?[“„])|“)|«[^«»]{1,2000}(?:»|\Z)|»[^«»]{1,2000}«|\"[^\"\n]{1,2000}(?:\"|\Z)"
    r"|”[^“”\n]{1,2000}”"
)
"""Also a quotation that a cut left open, and one whose every paragraph begins with a mark."""
_WORD = re.compile(r"\w+")
_CAPITAL = re.compile(r"\b[^\W_a-z]\w{2,}")
_SOUNDS = str.maketrans({**dict.fromkeys("aeiouyj"), "w": "v", "ł": "l", "ø": None})
_NUMBER = re.compile(r"\b\d+(?:[.,]\d+)*\b")
_MARKS = re.compile(r"[.,]")
"""`1,000` and `1.000` are one number."""


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    """One text, ready to be compared. About 3 KB for 3,000 characters.

    Attributes:
        shingles: hashes (32 bits, the same in every process) of all runs of five words, in order.
        quoted: for each word 1 where it stands in quotation marks.
        numbers: hashes of the numbers outside of them.
        names: hashes of the words with a capital, MAX_NAMES at most.
    """

    shingles: "array[int]"
    quoted: bytes
    numbers: "array[int]"
    names: "array[int]"


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two texts have in common.

    Attributes:
        one, other: share of the words of each that stand in the other one.
        plain_one, plain_other: the same of what neither of them has in quotation marks, as a share of what is not
            in quotation marks in that text.
        numbers, lacking: how many numbers `one` has, and how many of them are not among those of `other`.
    """

    one: float
    other: float
    plain_one: float
    plain_other: float
    numbers: int = 0
    lacking: int = 0


@lru_cache(maxsize=1)  # find and add ask for the same text one after the other
def wording(text: str) -> Wording:
    """The first 5,000 words of a text."""
    words: list[str] = []
    quoted = bytearray()
    numbers: set[int] = set()
    plain = _letters(text)
    for start, stop, is_quote in _passages(plain):
        if len(words) >= MAX_WORDS:
            break
        found = _WORD.findall(plain, start, stop)
        words += found
        quoted += bytes([is_quote]) * len(found)
        if not is_quote and len(numbers) < MAX_NUMBERS:
            numbers.update(crc32(_MARKS.sub("", number).encode()) for number in _NUMBER.findall(plain, start, stop))
    return Wording(
        array("I", _runs(words[:MAX_WORDS])), bytes(quoted[:MAX_WORDS]), array("I", sorted(numbers)), _names(text)
    )


def folded(text: str) -> str:
    """Lower-case words without accents, one space between them."""
    return " ".join(_WORD.findall(_letters(text)))


def name_hashes(words: Iterable[str]) -> set[int]:
    """Of folded words, by their consonants: Zelensky and Zelenskiy are one man, Slovakia and Slovenia two countries."""
    return {crc32((word.translate(_SOUNDS) or word).encode()) for word in words if len(word) > 2}


def without(text: Wording, common: Collection[int]) -> Wording:
    """The same text without the words that stand in these shingles only; numbers and names stay."""
    stays = bytearray(len(text.quoted))
    kept = array("I")
    for place, shingle in enumerate(text.shingles):
        if shingle not in common:
            kept.append(shingle)
            stays[place : place + SHINGLE_WORDS] = b"\1" * SHINGLE_WORDS
    quoted = bytes(mark for mark, stay in zip(text.quoted, stays, strict=True) if stay)
    return Wording(kept, quoted, text.numbers, text.names)


def anchors(text: Wording, most: int) -> list[int]:
    """The shingles by which a text is looked up, at most `most`, the same of the same text.

    The smallest hashes are as good a sample as any, and a cut text has many of those of the whole one.
    """
    return nsmallest(most, {shingle for shingle in text.shingles if shingle % ANCHOR_EVERY == 0})


def overlap(one: Wording, other: Wording) -> Overlap:
    """All are nought where less than a fifth of either text can be in common, or one is shorter than a shingle."""
    common = set(one.shingles).intersection(other.shingles)
    if not common or SHINGLE_WORDS * len(common) < LEAST * min(len(one.quoted), len(other.quoted)):
        return Overlap(0.0, 0.0, 0.0, 0.0)
    hits, other_hits = _hits(one, common), _hits(other, common)
    covered, other_covered = _covered(one, hits), _covered(other, other_hits)
    share, other_share = covered.count(1) / len(covered), other_covered.count(1) / len(other_covered)
    plain_share, other_plain_share = share, other_share
    if 1 in one.quoted or 1 in other.quoted:
        plain = _plain(one, hits) & _plain(other, other_hits)
        plain_share = _plain_share(one, [hit for hit in hits if one.shingles[hit] in plain])
        other_plain_share = _plain_share(other, [hit for hit in other_hits if other.shingles[hit] in plain])
    lacking = set(one.numbers).difference(other.numbers)
    return Overlap(share, other_share, plain_share, other_plain_share, len(one.numbers), len(lacking))


def _names(text: str) -> "array[int]":
    capitals = " ".join(set(_CAPITAL.findall(text, 0, MAX_NAMED)))
    return array("I", sorted(name_hashes(folded(capitals).split()))[:MAX_NAMES])


def _passages(text: str) -> Iterable[tuple[int, int, bool]]:
    end = 0
    for match in _QUOTED.finditer(text):
        yield end, match.start(), False
        yield match.start(), match.end(), True
        end = match.end()
    yield end, len(text), False


def _letters(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = text.translate(dict.fromkeys(ord(c) for c in set(text) if unicodedata.combining(c)))
    return text.casefold()


def _runs(words: list[str]) -> Iterable[int]:
    encoded = [word.encode() for word in words]
    return map(crc32, map(b" ".join, zip(*(encoded[start:] for start in range(SHINGLE_WORDS)), strict=False)))


def _hits(text: Wording, common: Collection[int]) -> list[int]:
    return [place for place, shingle in enumerate(text.shingles) if shingle in common]


def _covered(text: Wording, hits: Iterable[int]) -> bytearray:
    """For each word 1 where it stands in one of these shingles."""
    covered = bytearray(len(text.quoted))
    mark = b"\1" * SHINGLE_WORDS
    for place in hits:
        covered[place : place + SHINGLE_WORDS] = mark
    return covered


def _plain(text: Wording, hits: Iterable[int]) -> set[int]:
    """Of these shingles those with an end outside quotation marks."""
    marks = text.quoted
    return {text.shingles[place] for place in hits if not (marks[place] and marks[place + SHINGLE_WORDS - 1])}


def _plain_share(text: Wording, hits: Iterable[int]) -> float:
    covered = _covered(text, hits)
    both = sum(1 for hit, quoted in zip(covered, text.quoted, strict=True) if hit and not quoted)
    return both / max(1, text.quoted.count(0))
