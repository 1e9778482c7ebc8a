"""Weighs what two stories share: how much speaks for one matter behind both. Links nothing, knows no story.

What counts is rarity among all stories at hand: what one story alone names weighs 1, what every 30th names nothing.
Words that stand side by side in both (`Red Sea`) and an entity with the words of its name are one piece of evidence:
statements of one spokesman share six words of his name and office, and no matter.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from parsers.judging.stories.thread_words import LEAST_LETTERS, Word, chunks, same_spelling, skeleton, words_of

COMMON = 0.03
"""What more of the stories hold than this share is no evidence."""
LEAST_HOLDERS = 6
"""So many may share it in any case: two of the 40 stories of a first week are 5 %."""
LEAST_STORIES = 200
"""Rarity is measured as if there were so many stories: among 40, everything is rare."""
MOST_HOLDERS = 150
MOST_COMPARED = 50
"""Stories are compared by what at most so many hold, and each with so many at most."""
MOST_CHUNKS = 200_000
MATTER = 1.6
ENTITY = 0.4
"""An operation or an arrangement is the matter itself; ministers and institutions are in hundreds of matters."""
ACTOR = 0.5
"""Of the words of a name where it is that of a known entity: `Emmanuel Macron` in both titles."""
DOCUMENT = 1.3
LOWER = 0.6
NUMBER = 0.4
OPENING = 0.5
RUN = 0.4
"""What each further word of a run adds, of its weight."""
FURTHER_PIECE = 0.3
FURTHER_ENTITY = 0.5
"""The n-th piece counts 1 / n ** this: pieces are never quite independent."""
LOWERED = 3
"""A word is a name where it stands at least so many times more often with a capital letter than without."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one story tells.

    Attributes:
        words: key -> word and the weight of its place, in order. names: name -> key.
        entities: id -> share of the items that name it. matters: those of them that are a matter themselves.
        pairs: keys of words side by side. named: consonants of the parts of entity ids -> id.
    """

    words: Mapping[str, tuple[Word, float]]
    names: Mapping[str, str]
    entities: Mapping[str, float]
    matters: frozenset[str]
    documents: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    named: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence: its weight and what it is, in words.

    Attributes:
        firm: it can stand for a matter: a name, not a word. lasting: it is the matter, or a document of it.
    """

    weight: float
    label: str
    firm: bool
    lasting: bool = False


Texts = Sequence[tuple[str, str]]
"""(language, text)"""


def told(
    titles: Texts,
    openings: Texts,
    entities: Mapping[str, int],
    matters: frozenset[str],
    documents: frozenset[str],
) -> Told:
    """What a story tells; of the same word the first place counts, titles before openings."""
    words: dict[str, tuple[Word, float]] = {}
    names: dict[str, str] = {}
    pairs: set[tuple[str, str]] = set()
    for texts, weight in ((titles, 1.0), (openings, OPENING)):
        for language, text in texts:
            before = ""
            for word in chain.from_iterable(words_of(chunk, language) for chunk in chunks(text)):
                pairs.add((before, word.key))
                before = word.key
                words.setdefault(word.key, (word, weight))
                if word.capital and word.name:
                    names.setdefault(word.name, word.key)
    most = max(entities.values(), default=1)
    return Told(
        words,
        names,
        {entity: number / most for entity, number in entities.items()},
        matters,
        documents,
        frozenset(pairs),
        {f"~{skeleton(part)}": entity for entity in sorted(entities) for part in entity.split("-") if part.isalpha()},
    )


class _Seen(dict[str, tuple[str, ...]]):
    """Chunk -> what of the asked stands in it, mostly nothing; of those that were met, since most come again."""

    def __init__(self, language: str, asked: set[str]) -> None:
        super().__init__()
        self._language, self._asked = language, asked

    def __missing__(self, chunk: str) -> tuple[str, ...]:
        words = words_of(chunk, self._language)
        keys = {word.key for word in words} | {word.name for word in words if word.capital}
        small = {_small_key(word.name) for word in words if not word.capital and word.name in self._asked}
        if len(self) >= MOST_CHUNKS:
            self.clear()
        self[chunk] = found = (*(keys & self._asked), *small)
        return found


class Holders:
    """Which of the stories hold what some of them, the asked ones, tell. Stories are numbered as they are added."""

    def __init__(self, asked: Iterable[Told]) -> None:
        self._asked: set[str] = set()
        for one in asked:
            self._asked.update(one.words, one.names, map(entity_key, one.entities), map(document_key, one.documents))
        self._counts: Counter[str] = Counter()
        self._languages: Counter[str] = Counter()
        self._numbers: dict[str, list[int]] = defaultdict(list)
        self._seen: dict[str, _Seen] = {}
        self._total = 0

    def add(self, texts: Texts, entities: Iterable[str], documents: Iterable[str]) -> None:
        """The next story."""
        held: set[str] = set()
        for language, text in texts:
            if language not in self._seen:
                self._seen[language] = _Seen(language, self._asked)
            held.update(*map(self._seen[language].__getitem__, chunks(text)))
        named = (*map(entity_key, entities), *map(document_key, documents))
        held.update(key for key in named if key in self._asked)
        self._languages.update({language[:2].lower() for language, _ in texts})
        self._counts.update(held)
        for key in held:
            if self._counts[key] <= MOST_HOLDERS:
                self._numbers[key].append(self._total)
        self._total += 1

    def alike(self, one: Told, before: int, least: float) -> list[int]:
        """The stories added before the given number that share so much with one of the asked, counting what at most
        MOST_HOLDERS hold: at most MOST_COMPARED, those that share most.
        """
        sums: dict[int, float] = defaultdict(float)
        for key, (word, share) in one.words.items():
            worth = math.sqrt(share) * (NUMBER if word.is_number else 1.0 if word.capital and word.name else LOWER)
            rarity = max(self.rarity(key), self.rarity(word.name))
            for number in self._few(key) | (self._few(word.name) if word.capital and word.name else set()):
                sums[number] += worth * rarity
        for entity, share in sorted(one.entities.items()):  # sums of floats depend on their order
            worth = math.sqrt(share) * (MATTER if entity in one.matters else ENTITY)
            for number in self._few(entity_key(entity)):
                sums[number] += worth * self.rarity(entity_key(entity))
        for document in sorted(one.documents):
            for number in self._few(document_key(document)):
                sums[number] += DOCUMENT * self.rarity(document_key(document))
        found = [number for number, total in sums.items() if number < before and total >= least]
        return sorted(found, key=lambda number: (-sums[number], number))[:MOST_COMPARED]

    def _few(self, key: str) -> set[int]:
        return set(self._numbers[key]) if 0 < self._counts[key] <= MOST_HOLDERS else set()

    def is_name(self, name: str) -> bool:
        return LOWERED * self._counts[_small_key(name)] <= self._counts[name]

    def rarity(self, key: str) -> float:
        """0..1; of a word among the stories in its language: `genom` is rare only because few items are Swedish."""
        language = "" if key[:1] in _MARKS else key.partition(":")[0]
        total = self._languages[language] if language else self._total
        count = self._counts[key]
        if not count or count > max(LEAST_HOLDERS, COMMON * total):
            return 0.0
        return max(0.0, math.log(max(total, 2) / count) / math.log(max(self._total, LEAST_STORIES)))


_MARKS = ("@", "§", "~", "#")
"""With them begin the keys of entities, documents, names and numbers, which are those of no language."""


def entity_key(entity: str) -> str:
    return "@" + entity


def document_key(document: str) -> str:
    return "§" + document


def _small_key(name: str) -> str:
    return "-" + name


def evidence(holders: Holders, one: Told, other: Told) -> list[Piece]:
    """What two stories share, the weightiest first; `one` is among the asked."""
    entities = {}
    for entity in one.entities.keys() & other.entities.keys():
        share = math.sqrt(one.entities[entity] * other.entities[entity])
        entities[entity] = (
            holders.rarity(entity_key(entity)) * share * (MATTER if entity in one.matters | other.matters else ENTITY)
        )
    pieces = [
        Piece(DOCUMENT * rarity, document, firm=True, lasting=True)
        for document in sorted(one.documents & other.documents)
        if (rarity := holders.rarity(document_key(document))) > 0
    ]
    matters = one.matters | other.matters
    for root, weights in sorted(_runs(holders, one, other, entities).items()):
        entity = root[1:] if root.startswith("@") else ""
        best = max(weight for weight, _, _ in weights)
        weight = best + RUN * (sum(weight for weight, _, _ in weights) - best)
        label = entity or " ".join(written for _, written, _ in weights[:4])
        firm = any(is_name for _, _, is_name in weights)
        if entity and entity not in matters:
            weight *= ACTOR
        pieces.append(Piece(max(weight, entities.pop(entity, 0.0)), label, firm, entity in matters))
    left = sorted(((weight, entity) for entity, weight in entities.items() if weight > 0), reverse=True)
    pieces += [
        Piece(weight / math.pow(number, FURTHER_ENTITY), entity, entity in matters, entity in matters)
        for number, (weight, entity) in enumerate(left, start=1)
    ]
    return sorted(pieces, key=lambda piece: (-piece.weight, piece.label))


def total_weight(pieces: Sequence[Piece]) -> float:
    """All pieces together; nothing where there is but one, or none that can stand for a matter."""
    if len(pieces) < 2 or not any(piece.firm for piece in pieces):
        return 0.0
    return sum((piece.weight / math.pow(number, FURTHER_PIECE) for number, piece in enumerate(pieces, start=1)), 0.0)


def _runs(
    holders: Holders, one: Told, other: Told, entities: Mapping[str, float]
) -> dict[str, list[tuple[float, str, bool]]]:
    """Shared words, those side by side or of one entity together: weight, as written, whether it is a name."""
    shared = _shared(holders, one, other)
    roots: dict[str, str] = {}

    def root(key: str) -> str:
        while key in roots:
            key = roots[key]
        return key

    for left, right in sorted(one.pairs & other.pairs):
        if left in shared and right in shared and root(left) != root(right):
            roots[root(right)] = root(left)
    runs: dict[str, list[tuple[float, str, bool]]] = defaultdict(list)
    for key in one.words:
        weight, word, is_name = shared.get(key, _NOTHING)
        entity = one.named.get(word.name, "") if is_name else ""
        if weight > 0 and entities.get(entity, 1.0) > 0:  # a common person makes his rare first name no evidence
            runs[entity_key(entity) if entity in entities else root(key)].append((weight, word.written, is_name))
    return runs


_NOTHING = (0.0, Word("", "", "", False), False)


def _shared(holders: Holders, one: Told, other: Told) -> dict[str, tuple[float, Word, bool]]:
    """Key -> weight, the word, whether it is a name."""
    shared: dict[str, tuple[float, Word, bool]] = {}
    met = set()
    for key in one.words.keys() & other.words.keys():
        (word, mine), (same, theirs) = one.words[key], other.words[key]
        share = math.sqrt(mine * theirs)
        rarity = holders.rarity(key)
        if word.capital and same.capital and word.name and holders.is_name(word.name):
            met.add(word.name)
            shared[key] = (share * min(rarity, holders.rarity(word.name)), word, True)
        elif word.is_number:
            shared[key] = (share * NUMBER * rarity, word, False)
        elif len(word.written) >= LEAST_LETTERS:
            shared[key] = (share * LOWER * rarity, word, False)
    for name in sorted((one.names.keys() & other.names.keys()) - met):
        (word, mine), (same, theirs) = one.words[one.names[name]], other.words[other.names[name]]
        if holders.is_name(name) and (word.language != same.language or same_spelling(word.written, same.written)):
            shared[word.key] = (math.sqrt(mine * theirs) * holders.rarity(name), word, True)
    return shared
