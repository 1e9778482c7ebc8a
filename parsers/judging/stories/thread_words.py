"""Cuts titles and openings into what tells one matter from another: names by their consonants, other words by stems.

Weighs nothing. Names meet across languages by their consonants (Zelensky, Zełenski, Selenskyj), in one language by
their spelling; other words meet in their own language only.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from parsers.judging.words import fold

STEM = 6
SKELETON = 5
LEAST_LETTERS = 5
"""Of a word that is no name: shorter ones are mostly articles and prepositions."""
LEAST_STEM = 4
ENDING = 3
"""Letters of a name that inflection leaves as they are, and those that it changes: Ankar-a, Ankar-ze."""
_LEAST_OF_NAME = 3
_MOST_WORDS = 60
_MOST_CHARACTERS = 600
_CHUNK = 80
_WORD = re.compile(r"[^\W\d_]+(?:-?\d{1,6})?|\d{1,6}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_SOUNDS = re.compile(r"tsch|sch|sz|sh|cz|ch|kh|zh|rz|ts|tz|ck|ph|th|qu")
_SOUND = dict.fromkeys(("tsch", "sch", "sz", "sh", "cz", "zh", "ts", "tz"), "s") | {
    "ch": "k",
    "kh": "k",
    "ck": "k",
    "qu": "k",
    "ph": "f",
    "th": "t",
    "rz": "r",
}
_SIMILAR = str.maketrans("cqwzjy", "kkvsii")
_TWICE = re.compile(r"(.)\1+")
_SILENT = re.compile("[aeiouh]")
_FORMS = frozenset(
    """
    advise adviso amid analys breaki chance chief commen could counci direct edito editor execut exclus fact first
    genera interv joint kanzle latest leader live media minist nation opinio photo pm premie presid press prezyd prime
    readou recap regier relacj remark report rzeczn says secret sheet should spokep spokes state statem szef update
    urge urged urges video warn warned warns watch would
    """.split()  # noqa: SIM905  one stem a line would be a page
)
"""Stems of words that say who spoke and in what form, not of what: `Fact Sheet`, `Statement by the Spokesperson`."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word. `key`: language and stem; `name`: by its consonants, empty where it can be no name."""

    key: str
    name: str
    written: str
    capital: bool

    @property
    def language(self) -> str:
        return self.key.partition(":")[0]

    @property
    def is_number(self) -> bool:
        return self.written[0].isdigit()


def chunks(text: str) -> list[str]:
    """What stands between the spaces of a title or an opening, the first 60."""
    return text[:_MOST_CHARACTERS].split(maxsplit=_MOST_WORDS)[:_MOST_WORDS]


@lru_cache(maxsize=65_536)
def words_of(chunk: str, language: str) -> tuple[Word, ...]:
    """The words of what stands between two spaces: `Kiel-based` has two. Most of it comes again and again."""
    return tuple(_cut(chunk[:_CHUNK], language[:2].lower()))


def _cut(chunk: str, language: str) -> Iterator[Word]:
    for match in _WORD.finditer(fold(chunk)):
        word = match[0]
        stem = word.lower()[:STEM]
        if word.isdecimal():
            if len(word) > 1 and not _YEAR.fullmatch(word):
                yield Word("#" + word, "", word, False)
        elif stem not in _FORMS and (len(word) >= _LEAST_OF_NAME or (len(word) > 1 and word.isupper())):
            name = stem.replace("-", "") if word[-1].isdecimal() else skeleton(word)
            yield Word(f"{language}:{stem}", f"~{name}" if len(name) > 1 else "", word, word[0].isupper())


def _sounding(name: str) -> str:
    return _SOUNDS.sub(lambda match: _SOUND[match[0]], name.lower()).translate(_SIMILAR)


def same_spelling(one: str, other: str) -> bool:
    """Whether one language writes one name in both ways: they differ in doubled letters and their ending alone.

    In one language Macron and Micron are two, and so are Rutte and Ruto; Ankara and Ankarze are one.
    """
    short, long = sorted((_TWICE.sub(r"\1", _sounding(name)) for name in (one, other)), key=len)
    stem = max(min(LEAST_STEM, len(short)), len(long) - ENDING)
    return short == long or (len(short) >= stem and short[:stem] == long[:stem])


def skeleton(name: str) -> str:
    """The consonants of a name as they sound in most of Europe, at most five; a first vowel becomes `a`."""
    sounds = _sounding(name)
    first = "a" if sounds[0] in "aeiou" else sounds[0]
    return _TWICE.sub(r"\1", first + _SILENT.sub("", sounds[1:]))[:SKELETON]
