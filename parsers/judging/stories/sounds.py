"""Cuts text into words and says what each stands for in comparisons: a meaning, its sounds, or nothing. Counts nothing.

Words that meanings.py has stand for their meaning. Others are compared by their sounds: the consonants as most of
Europe speaks them, so that inflected words and names spelled in several languages meet (Zelensky, Zełenski,
Selenskyj; tanks, tanków no).
"""

import re
import unicodedata
from functools import lru_cache

from parsers.judging.stories.meanings import meaning

SKELETON = 6

_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss", "đ": "d", "Đ": "D", "æ": "ae", "Æ": "Ae"})
_WORD = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*")
_DOTTED = re.compile(r"\b[A-Z]\.(?:[A-Z]\.)+")
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
_TWICE = re.compile(r"(.)\1+")
_MUTE = re.compile("[aeiouh]")


def plain(text: str) -> str:
    """The text without accents; U.S. is written US."""
    text = _DOTTED.sub(lambda match: match[0].replace(".", ""), text)
    if text.isascii():
        return text
    bare = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join([character for character in bare if not unicodedata.combining(character)])


def words(text: str) -> list[str]:
    """The words and numbers of a plain text."""
    return _WORD.findall(text)


@lru_cache(maxsize=200_000)
def feature(word: str, language: str) -> tuple[str, bool]:
    """What stands for a plain word in comparisons, or nothing, and whether it is a name or number."""
    if word[0].isdigit():
        # Numbers of two digits or more that are no year: 240 million is the same event, one of three is not.
        is_telling = len(word) > 1 and not _YEAR.fullmatch(word)
        return ("#" + word.replace(",", "."), True) if is_telling else ("", False)
    is_name = word[0].isupper() and (len(word) > 2 or (word.isupper() and len(word) > 1))
    if known := meaning(word, language):
        return known[0], is_name or known[1]
    if len(word) < 4:
        return (word.lower(), True) if is_name else ("", False)
    return sounds(word), is_name


def sounds(word: str) -> str:
    """The consonants of a word as they sound in most of Europe, at most six; a first vowel becomes `a`."""
    heard = _SOUNDS.sub(lambda match: _SOUND[match[0]], word.lower()).translate(_SIMILAR)
    first = "a" if heard[0] in "aeiou" else heard[0]
    return _TWICE.sub(r"\1", first + _MUTE.sub("", heard[1:]))[:SKELETON]
