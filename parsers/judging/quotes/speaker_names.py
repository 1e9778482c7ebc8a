"""Knows who is named in an item, by the gazetteer or in full, and what may be a name. Says not who speaks."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from parsers.judging.names.entities import Mention
from parsers.judging.quotes.speakers import Lexicon, QuoteWords, Token, folded, title_at, tokens_of

_LONGEST_NAME = 5
_TRIES = 20
"""Places of an item at which a surname is looked for behind a first name."""
_GIVEN = re.compile(r"(?<!\w)[^\W\d_][\w'’-]{1,30}$")
PERSON, BODY = "person", "organisation"
OWNER = "owner"
"""A person who is named as the one to whom something belongs: never the speaker."""
_WITH_S = frozenset({"sv", "de", "nl"})


@dataclass(frozen=True, slots=True)
class Name:
    """Somebody as the text names them, from `start` to `end` there."""

    words: str
    entity_id: str | None
    start: int
    end: int

    @property
    def key(self) -> str:
        return self.entity_id or self.words.split()[-1].lower()


@dataclass(frozen=True, slots=True)
class Names:
    """Who is named in one part of an item.

    Attributes:
        whole: title and text. starts, ends: position -> (other end, entity, its kind), of the mentions of this part.
        known: name as the item writes it -> entity, of people.
    """

    lexicon: Lexicon
    language: str
    text: str
    whole: str
    starts: Mapping[int, tuple[int, str, str]]
    ends: Mapping[int, tuple[int, str, str]]
    known: Mapping[str, str]
    surnames: dict[str, str | None] = field(default_factory=dict)

    @property
    def genitive(self) -> bool:
        """Whether a place may stand before a name with nothing to tell them apart: `radny Moskwy Jan Nowak`."""
        return self.language == "pl"

    def tokens(self, start: int, end: int) -> list[Token]:
        return tokens_of(self.lexicon, self.text, start, end)

    def run(self, tokens: Sequence[Token], place: int) -> int:
        after = place
        while after < min(len(tokens), place + _LONGEST_NAME) and not title_at(self.lexicon, tokens, after):
            token = tokens[after]
            small = (token.low,) in self.lexicon.particles and after + 1 < len(tokens) and tokens[after + 1].capital
            if not token.capital and not small:
                break
            if after > place and token.start in self.starts:
                break
            after += 1
        return after

    def unlisted(self, tokens: Sequence[Token], begin: int, after: int, titled: bool) -> Name | None:
        """A name that the gazetteer did not find here: of two words, or a surname that cannot be anything else."""
        while after - begin > 1 and _abbreviated(tokens[begin].word):
            begin, titled = begin + 1, True
        row = tokens[begin:after]
        if not row or self.owned(tokens, after) or (len(row) > 2 and self.genitive):
            return None
        if any((one.low,) in self.lexicon.bodies or one.start in self.starts or not _plain(one.word) for one in row):
            return None
        words = self.text[row[0].start : row[-1].end]
        entity = self.known.get(words)
        if len(row) == 1:
            full = self.surname(words)
            if not (entity or titled or full):
                return None
            entity = entity or next((one for name, one in self.known.items() if full and name.endswith(full)), None)
        elif words.isupper():
            return None
        return Name(words, entity, row[0].start, row[-1].end)

    def surname(self, word: str) -> str | None:
        """The one full name of the item that ends with the word, or the word if the item gives it a title."""
        if word not in self.surnames:
            before = {name.split()[-2] for name in self.known if name.endswith(f" {word}")} | set(self._before(word))
            given = {one for one in before if (folded(one),) not in self.lexicon.titles}
            self.surnames[word] = f"{min(given)} {word}" if len(given) == 1 else word if before and not given else None
        return self.surnames[word]

    def _before(self, word: str) -> Iterator[str]:
        """The words with a capital before a surname, titles among them: at the first _TRIES places."""
        place = self.whole.find(f" {word}")
        known = self.lexicon.bodies | self.lexicon.stops
        for _ in range(_TRIES):
            if place < 0:
                return
            end = place + 1 + len(word)
            found = _GIVEN.search(self.whole[max(0, place - 32) : place])
            name = found and found[0][0].isupper() and not self.whole[end : end + 1].isalnum()
            if found and name and (folded(found[0]),) not in known:
                yield found[0]
            place = self.whole.find(f" {word}", end)

    def people(self, start: int, end: int, unlisted: bool) -> dict[str, Name]:
        """All people named from one position to another, by their key. `unlisted`: also such as no list has.

        A key that begins with `?` is a name, perhaps of a person.
        """
        tokens = self.tokens(start, end)
        found: dict[str, Name] = {}
        place = 0
        while place < len(tokens):
            token = tokens[place]
            if token.start in self.starts:
                stop, entity, kind = self.starts[token.start]
                if kind == PERSON:
                    found.setdefault(entity, self.name(token.start, stop, entity))
                place = max(first_from(tokens, place, stop), place + 1)
                continue
            if length := title_at(self.lexicon, tokens, place):
                place += length
                continue
            after = self.run(tokens, place) if token.capital else place
            if after > place:
                one = self.unlisted(tokens, place, after, False) if unlisted or after - place == 1 else None
                if one:
                    found.setdefault(one.key, one)
                elif unlisted and place and self._somebody(tokens, place, after):
                    found.setdefault(f"?{token.low}", Name(token.word, None, token.start, token.end))
            place = max(after, place + 1)
        return found

    def _somebody(self, tokens: Sequence[Token], place: int, after: int) -> bool:
        """Whether words with capitals within a sentence may name a person: not `in Sydney`, not `the Senate`."""
        words = self.lexicon
        if tokens[place - 1].word in ".!?…:" or (tokens[place - 1].low,) in words.stops | words.links | words.articles:
            return tokens[after - 1].low.endswith("'s")
        known = (words.bodies, words.articles, words.stops, words.pronouns)
        return not any((token.low,) in group for token in tokens[place:after] for group in known)

    def name(self, start: int, end: int, entity: str) -> Name:
        return Name(self.text[start:end], entity, start, end)

    def owned(self, tokens: Sequence[Token], after: int) -> bool:
        """Whether the name is followed by `'s` or `and`: then somebody else speaks, or two do."""
        if not after or after > len(tokens):
            return False
        if tokens[after - 1].low.endswith("'s"):
            return True
        return after < len(tokens) and tokens[after].low in _ANDS


_ANDS = frozenset({"'s", "and", "et", "und", "y", "e", "i", "oraz", "en", "och", "'", "’", "&"})


def names(
    words: QuoteWords, language: str, text: str, whole: str, here: Iterable[Mention], every: Iterable[Mention]
) -> Names:
    """Who is named in a part of an item.

    Args:
        language: two small letters. here: mentions of this part. every: of the whole item.
    """
    rows_here = [(one, _kind(words, language, one)) for one in here]
    known: dict[str, set[str]] = {}
    for one in every:
        if words.kinds.get(one.entity_id) == PERSON:
            known.setdefault(one.matched, set()).add(one.entity_id)
    return Names(
        words.lexicons.get(language, words.lexicons[""]),
        language,
        text,
        whole,
        {one.start: (one.end, one.entity_id, kind) for one, kind in rows_here},
        {one.end: (one.start, one.entity_id, kind) for one, kind in rows_here},
        {name: next(iter(ids)) for name, ids in known.items() if len(ids) == 1},
    )


def _kind(words: QuoteWords, language: str, one: Mention) -> str:
    kind = words.kinds.get(one.entity_id, "")
    if kind != PERSON or not one.matched.split():
        return kind
    return OWNER if _is_genitive(folded(one.matched.split()[-1]), words.named[one.entity_id], language) else kind


def _is_genitive(word: str, named: frozenset[str], language: str) -> bool:
    """Whether a surname of an entity says whose something is: Polish `Tuska`, Swedish `Trumps`."""
    if word in named:
        return False
    if language == "pl":
        ending = {"a": ("",), "y": ("a",)}.get(word[-1:], ())
        stems = {word[:-1] + one for one in ending} | (
            {word[:-3] + "i", word[:-3] + "y"} if word.endswith("ego") else set()
        )
        return not stems.isdisjoint(named)
    return language in _WITH_S and word.endswith("s") and word[:-1] in named


def first_from(tokens: Sequence[Token], place: int, position: int) -> int:
    """The number of the first token that begins at a position or behind it."""
    while place < len(tokens) and tokens[place].start < position:
        place += 1
    return place


def _abbreviated(word: str) -> bool:
    return word.isupper() and 1 < len(word) < 6


def _plain(word: str) -> bool:
    """Whether a word may be part of a name: not `MEPs`, not `Biden's`."""
    several = len(word) > 2 and word[:-1].isupper() and word.endswith("s")
    return word[-1].isalpha() and not several and not folded(word).endswith("'s")
