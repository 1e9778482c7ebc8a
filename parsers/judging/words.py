"""Cuts a text into words and ends of clauses, and says as what a word is compared. Knows no phrase.

Words are compared folded: without accents, soft hyphens, zero-width and full-width characters, Cyrillic look-alikes.
Nothing changes the length of the text, so positions need no map back.
"""

import re
import unicodedata

_INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
_JOINED = rf"[\w{_INVISIBLE}\u0300-\u036f]"
_ABBREVIATION = r"(?:[^\W\d_]\.){1,7}[^\W\d_]\.?(?!\w)"
_POSSESSIVE = r"['’](?=[sS]\b)"
ENDS = ".!?;:,…"
_DIGITS = 15
_APOSTROPHES = ("'", "’")
_TOKEN = re.compile(
    rf"""
      (?<=['’])(?!{_ABBREVIATION})(?:sS?|S)(?!{_JOINED}|{_POSSESSIVE})  # the s of Europe's: no word, outside the group
    | (
      (?<!\w)(?:EE\.UU\.?|(?:EE|UU)\.)(?!\w)         # Spanish for US: EE.UU., EE. UU.
    | (?<!\w)(?i:proc|pct)\.(?!\w)                  # Polish for per cent: 5 proc. PKB
    | (?<!\w){_ABBREVIATION}                        # U.S., its last full stop ends no sentence
    | \d{{1,{_DIGITS}}}(?:[.,]\d{{1,{_DIGITS}}}){{0,5}}
    | %
    | [^\W_]{_JOINED}*(?:{_POSSESSIVE})?
    | [{ENDS}](?=\s)                               # the end of a clause
    )
    """,
    re.VERBOSE,
)
_BLANK_LINE = re.compile(r"\n(?=[^\S\n]*\n)")
_SPACES = "\n\t\r\u00a0\u202f-"
_BEFORE, _AFTER = '"“”„«»‘([{-–—•', ENDS + "\"“”«»'’)]}-–—"
_WITH_STOP = {"ee", "uu", "proc", "pct"}
_UNSEEN = re.compile(f"[{_INVISIBLE}]")
_LOOK_ALIKES = str.maketrans("АВЕЅІЈКМНОРСТХУаеѕіјорсухΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABESIJKMHOPCTXYaesijopcyxABEZHIKMNOPTYXo")
_LETTERS = str.maketrans(
    {**dict(zip("łŁøØđĐı", "lLoOdDi", strict=True)), "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE"}
)
_FOLDS_LIMIT = 4_096


class _Folds(dict[int, str]):
    """Character -> what it is compared as, for those that were met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        plain = unicodedata.normalize("NFKD", _UNSEEN.sub("", letter)).translate(_LETTERS).translate(_LOOK_ALIKES)
        if letter.isalnum():
            plain = "".join(plain.split())  # of an Arabic ligature, which is four words
        if len(self) >= _FOLDS_LIMIT:
            self.clear()
        self[code] = folded = "".join(c for c in plain if not unicodedata.combining(c))
        return folded


_FOLDS = _Folds()


def fold(word: str) -> str:
    """The word as it is compared, case kept: `Bléjean` -> `Blejean`, `Ｎ\u0410TO` -> `NATO`."""
    return word if word.isascii() else word.translate(_FOLDS)


def bare(raw: str) -> str:
    """Token to word: no dots in abbreviations, no possessive apostrophe, a full stop in numbers."""
    word = fold(raw).rstrip("'’")
    if word[:1].isdigit():
        return word.replace(",", ".")
    return "".join(c for c in word if c.isalpha()) if "." in word else word


def only_word(chunk: str) -> str:
    """The word of a chunk that is one plain word, at most with marks around it, `“word”,` or `word’s`. Else nothing."""
    core = chunk.lstrip(_BEFORE).rstrip(_AFTER)
    if core[-2:-1] in _APOSTROPHES and core[-1] in "sS":
        core = core[:-2]
    plain = core.lower() not in _WITH_STOP if core.isalpha() else core.isdecimal() and len(core) <= _DIGITS
    return core if plain else ""


def cut(chunk: str) -> list[tuple[int, int]]:
    """Where the words and ends of clauses stand in what stands between two spaces."""
    if word := only_word(chunk):
        start = chunk.index(word)
        spans = [(start, start + len(word))]
        return [*spans, (len(chunk) - 1, len(chunk))] if chunk[-1] in ENDS else spans
    return [
        (match.start(1), match.end(1) - (match[1][-1] in "'’"))
        for match in _TOKEN.finditer(chunk + " ")
        if match[1] is not None
    ]


def chunks_of(text: str) -> list[str]:
    """What stands between spaces, in a text of the same length in which a blank line is a semicolon."""
    text = _BLANK_LINE.sub(";", text)
    for space in _SPACES:
        text = text.replace(space, " ")
    return text.split(" ")
