"""Finds many phrases in a text in one pass, with exact positions. Knows nothing of topics and weighs nothing.

A phrase is a row of words. `word*` stands for any ending, `a|b` for either word, `_` for up to three words between.
A word with a capital counts only as written (`SAFE`, `Trump`; the latter also as `TRUMP`), all others in any case.
Words are compared folded: without accents, soft hyphens, zero-width and full-width characters, Cyrillic look-alikes.
The text itself is never changed, so positions need no map back.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product

MAX_BETWEEN = 3
"""Words that `_` may stand for."""

_INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
_JOINED = rf"[\w{_INVISIBLE}\u0300-\u036f]"
_ABBREVIATION = r"(?:[^\W\d_]\.){1,7}[^\W\d_]\.?(?!\w)"
_POSSESSIVE = r"['’](?=[sS]\b)"
_TOKEN = re.compile(
    rf"""
      (?<=['’])(?!{_ABBREVIATION})(?:sS?|S)(?!{_JOINED}|{_POSSESSIVE})  # the s of Europe's: no word, outside the group
    | (
      EE\.?\s?UU\.?(?!\w)                            # Spanish for US, two words everywhere else
    | (?<!\w){_ABBREVIATION}                        # U.S., its last full stop ends no sentence
    | (?i:p[eo]u?r\s(?:cento?|ciento))(?!\w)        # per cent, pour cent, per cento, por ciento
    | \d{{1,15}}(?:[.,]\d{{1,15}}){{0,5}}
    | %
    | [^\W_]{_JOINED}*(?:{_POSSESSIVE})?
    | [.!?;:,…](?=\s)|\n\s*\n                       # the end of a clause
    )
    """,
    re.VERBOSE,
)
_UNSEEN = re.compile(f"[{_INVISIBLE}]")
_LOOK_ALIKES = str.maketrans("АВЕЅІЈКМНОРСТХУаеѕіјорсухΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABESIJKMHOPCTXYaesijopcyxABEZHIKMNOPTYXo")
_LETTERS = str.maketrans(
    {
        "ł": "l",
        "Ł": "L",
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "Đ": "D",
        "ß": "ss",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "ı": "i",
    }
)
_PERCENT = {
    "percent",
    "per cent",
    "pour cent",
    "per cento",
    "por cento",
    "por ciento",
    "prozent",
    "procent",
    "proc",
    "procenta",
    "pct",
}
_MEMO_LIMIT = 200_000
_MEMO_WORD = 40
_STOP = -1
_ENDS = ".!?;:,…\n"
_GAP = -2


def fold(word: str) -> str:
    """The word as it is compared, case kept: `Bléjean` -> `Blejean`, `Ｎ\u0410TO` -> `NATO`."""
    if word.isascii():
        return word
    plain = unicodedata.normalize("NFKD", _UNSEEN.sub("", word)).translate(_LETTERS).translate(_LOOK_ALIKES)
    return "".join(c for c in plain if not unicodedata.combining(c))


def _bare(raw: str) -> str:
    """Token to word: no dots in abbreviations, no possessive apostrophe, one spelling of per cent."""
    word = fold(raw).rstrip("'’")
    if word[:1].isdigit():
        return word.replace(",", ".")
    if "." in word:
        return "".join(c for c in word if c.isalpha())
    return "%" if " ".join(word.lower().split()) in _PERCENT else "".join(word.split())


Words = list[tuple[int, ...]]
"""Words of one text: the numbers of the phrase words each can be; (-1,) ends a clause."""


@dataclass(slots=True)
class _Node:
    branches: "dict[int, _Node]" = field(default_factory=dict)
    phrases: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """Compiled phrases; hand it to `find`. `memo` remembers words seen before and is no part of the value."""

    exact: dict[str, tuple[int, ...]]
    cased: dict[str, tuple[int, ...]]
    endings: dict[str, tuple[int, ...]]
    cased_endings: dict[str, tuple[int, ...]]
    trie: _Node
    memo: dict[str, tuple[int, ...]] = field(default_factory=dict, compare=False, repr=False)


def split_words(phrase: str) -> list[list[str]]:
    """The ways to read a phrase: each a list of words (`_` for a gap, a trailing `*` kept)."""
    choices: list[list[tuple[str, ...]]] = []
    for part in phrase.split():
        ways = [tuple(_words_of(way)) for way in part.strip("()").split("|")]
        choices.append(ways)
    return [[word for piece in row for word in piece] for row in product(*choices)]


def _words_of(piece: str) -> Iterable[str]:
    if piece == "_":
        yield piece
        return
    found = [raw for raw in _TOKEN.findall(piece) if raw and raw[0] not in _ENDS]
    for number, raw in enumerate(found):
        more = number == len(found) - 1 and piece.endswith("*")
        yield _bare(raw) + ("*" if more else "")


def compile_phrases(phrases: Sequence[str]) -> Phrasebook:
    """A book in which phrase `i` of the list is number `i`. Empty phrases match nothing."""
    numbers: dict[str, int] = {}
    trie = _Node()
    for index, phrase in enumerate(phrases):
        for words in split_words(phrase):
            node = trie
            for word in words:
                key = _GAP if word == "_" else numbers.setdefault(word, len(numbers))
                node = node.branches.setdefault(key, _Node())
            if words and index not in node.phrases:
                node.phrases.append(index)
    tables: tuple[dict[str, tuple[int, ...]], ...] = ({}, {}, {}, {})
    for word, number in numbers.items():
        stem = word.removesuffix("*")
        cased = stem != stem.lower()
        table = tables[2 * (stem != word) + cased]
        forms = {stem, stem.upper()} if cased and stem[1:] == stem[1:].lower() and len(stem) > 1 else {stem}
        for form in forms:
            table[form] = (*table.get(form, ()), number)
    return Phrasebook(tables[0], tables[1], tables[2], tables[3], trie)


def tokenise(book: Phrasebook, text: str) -> Words:
    """One pass over the text; linear, whatever the text."""
    raws = list(filter(None, _TOKEN.findall(text)))
    known = map(book.memo.get, raws)
    return [numbers if numbers is not None else _learned(book, raw) for raw, numbers in zip(raws, known, strict=True)]


def spans(text: str) -> tuple[list[int], list[int]]:
    """Starts and ends of the words that `tokenise` gives: work that a text without a label can do without."""
    starts: list[int] = []
    ends: list[int] = []
    for match in _TOKEN.finditer(text):
        start, end = match.span(1)
        if start >= 0:
            starts.append(start)
            ends.append(end - (text[end - 1] in "'’"))
    return starts, ends


def _learned(book: Phrasebook, raw: str) -> tuple[int, ...]:
    numbers = (_STOP,) if raw[0] in _ENDS else _numbers(book, _bare(raw[: 4 * _MEMO_WORD]))
    if len(raw) <= _MEMO_WORD:
        if len(book.memo) >= _MEMO_LIMIT:
            book.memo.clear()
        book.memo[raw] = numbers
    return numbers


def _numbers(book: Phrasebook, word: str) -> tuple[int, ...]:
    small = word.lower()
    found = [*book.exact.get(small, ()), *book.cased.get(word, ())]
    for cut in range(1, len(word) + 1):
        found += book.endings.get(small[:cut], ())
        found += book.cased_endings.get(word[:cut], ())
    return tuple(found)


def find(book: Phrasebook, words: Words) -> list[tuple[int, int, int]]:
    """All matches as (phrase, first token, token after the last); of one phrase at one place the shortest only."""
    matches: list[tuple[int, int, int]] = []
    first = book.trie.branches
    for start, numbers in [(at, numbers) for at, numbers in enumerate(words) if numbers]:  # a few of all
        todo = [(first[number], start + 1) for number in numbers if number in first]
        seen: set[int] = set()
        while todo:
            node, at = todo.pop()
            for index in node.phrases:
                if index not in seen:
                    seen.add(index)
                    matches.append((index, start, at))
            branches = node.branches
            if not branches or at == len(words):
                continue
            todo += [(branches[number], at + 1) for number in words[at] if number in branches]
            if _GAP not in branches:
                continue
            behind = branches[_GAP].branches
            for after in range(at, min(at + MAX_BETWEEN + 1, len(words))):
                if words[after] == (_STOP,):
                    break
                todo += [(behind[number], after + 1) for number in words[after] if number in behind]
    return matches
