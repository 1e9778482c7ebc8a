"""Makes of config/quotes.toml the words that speakers are read with, and cuts texts for them. Reads no names."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields

from parsers.judging.names.entity_file import Entity
from parsers.judging.quotes.quote_file import QuoteFile, rows
from parsers.judging.topic_file import Words

_TOKEN = re.compile(
    r"(?:[LlDdSsNnJjCc]|[Qq]u|[Dd]ell|[Aa]ll)['’](?=[^\W\d_]{2}|$)|(?:[^\W\d_]\.){2,6}|[^\W_]+(?:[-'’‑][^\W_]+)*|[^\w\s]"
)
_JOINED = ("al-", "el-", "ad-", "as-", "ar-", "an-")
_LONGEST = 6
"""Words of the longest row that is looked for."""
Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of config/quotes.toml of one language: each a row of words in small letters."""

    verbs: frozenset[Phrase]
    sources: frozenset[Phrase]
    titles: frozenset[Phrase]
    bodies: frozenset[Phrase]
    between: frozenset[Phrase]
    links: frozenset[Phrase]
    stops: frozenset[Phrase]
    that: frozenset[Phrase]
    articles: frozenset[Phrase]
    pronouns: frozenset[Phrase]
    particles: frozenset[Phrase]
    finite: frozenset[Phrase]
    doubt: frozenset[Phrase]
    stopped: frozenset[str]
    """Titles written with a full stop, which ends no sentence: `gen`."""
    first: frozenset[str]
    """First words of verbs, or the first two."""


@dataclass(frozen=True, slots=True)
class QuoteWords:
    """Compiled words by language (empty: all of them), with kinds and names of entities. Hand it to `quotes`.

    Attributes:
        named: id of a person -> the words of the name as people read it, in small letters.
    """

    lexicons: Mapping[str, Lexicon] = field(repr=False)
    kinds: Mapping[str, str] = field(repr=False)
    named: Mapping[str, frozenset[str]] = field(repr=False)


def compile_quotes(file: QuoteFile, entities: Iterable[Entity]) -> QuoteWords:
    """Words as they are looked for.

    Args:
        file: without problems. entities: those whose mentions will be handed over.
    """
    languages = tuple(one.name for one in fields(Words) if one.name != "every")
    lexicons = {language: _lexicon(file, ("every", language)) for language in languages}
    listed = tuple(entities)
    return QuoteWords(
        {**lexicons, "": _lexicon(file, ("every", *languages))},
        {one.id: one.kind for one in listed},
        {one.id: frozenset(folded(one.name).split()) for one in listed if one.kind == "person"},
    )


def _lexicon(file: QuoteFile, keys: Sequence[str]) -> Lexicon:
    said = {
        one.name: [row for key in keys for row in rows(getattr(getattr(file, one.name), key))] for one in fields(file)
    }
    groups = {
        name: frozenset(tuple(_TOKEN.findall(folded(row).replace(".", ""))) for row in said[name]) for name in said
    }
    return Lexicon(
        **groups,
        stopped=frozenset(folded(row)[:-1] for row in said["titles"] if row.endswith(".")),
        first=frozenset(" ".join(verb[:2]) for verb in groups["verbs"]),
    )


def folded(word: str) -> str:
    """As words are compared: small letters, one kind of apostrophe and hyphen."""
    return word.lower().replace("’", "'").replace("‑", "-")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a sign of the text, from `start` to `end`."""

    word: str
    low: str
    start: int
    end: int

    @property
    def capital(self) -> bool:
        """Whether it is written like a name: `Burhan`, `al-Burhan`."""
        return self.word[0].isupper() or (self.word[:3] in _JOINED and self.word[3:4].isupper())


def tokens_of(lexicon: Lexicon, text: str, start: int, end: int) -> list[Token]:
    """Words and signs from one position to another, without the full stops of `Gen.` and `J. D.`."""
    found: list[Token] = []
    for one in _TOKEN.finditer(text, start, end):
        last = found[-1] if found else None
        if one[0] == "." and last and last.end == one.start() and _shortened(lexicon, last):
            continue
        found.append(Token(one[0], folded(one[0]), one.start(), one.end()))
    return found


def _shortened(lexicon: Lexicon, token: Token) -> bool:
    return token.low in lexicon.stopped or (len(token.word) == 1 and token.capital)


def match(group: frozenset[Phrase], tokens: Sequence[Token], place: int) -> int:
    """How many tokens from `place` on are a row of the group: the longest."""
    for length in range(min(_LONGEST, len(tokens) - place), 0, -1):
        if tuple(token.low for token in tokens[place : place + length]) in group:
            return length
    return 0


def title_at(lexicon: Lexicon, tokens: Sequence[Token], place: int) -> int:
    """How many tokens from `place` on are a title; `CDU-Politikerin` is one because `Politikerin` is."""
    if length := match(lexicon.titles, tokens, place):
        return length
    return int(place < len(tokens) and _compound(lexicon, tokens[place]))


def _compound(lexicon: Lexicon, token: Token) -> bool:
    return (token.low.rpartition("-")[2],) in lexicon.titles


def title_before(lexicon: Lexicon, tokens: Sequence[Token], begin: int) -> int:
    """How many tokens before the one are a title: the longest."""
    for length in range(min(_LONGEST, begin), 0, -1):
        if tuple(token.low for token in tokens[begin - length : begin]) in lexicon.titles:
            return length
    return int(begin > 0 and _compound(lexicon, tokens[begin - 1]))
