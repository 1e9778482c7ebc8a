"""Makes of the entities of config/entities/ what texts are searched with, and says who held an office on a day.

Reads no text.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from parsers.judging.names.entity_file import Also, Entity, EntityPart, first_day, genitives, last_day, names_of, split
from parsers.judging.phrases import Phrasebook, compile_phrases, split_words
from parsers.judging.topic_file import Words, phrases_of

_LANGUAGES = ("every", "en", "fr", "de", "es", "it", "pl", "nl", "sv")


@dataclass(frozen=True, slots=True)
class Use:
    """What a phrase says.

    Attributes:
        entity: number of the entity; None: something else, which is no mention.
        also: its conditions, if it has any. short: a sure name must stand in the item.
        lone: a surname. loud: in capitals, so that it may be an ordinary word where everything is.
        language: of the texts in which it counts; empty: of all.
    """

    entity: int | None
    also: Also | None = None
    short: bool = False
    lone: bool = False
    loud: bool = False
    language: str = ""

    @property
    def sure(self) -> bool:
        return self.also is None and not self.short


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Compiled entities; hand it to `mentions` and `holder`. Can be pickled.

    Attributes:
        entities: in the order of the files.
        uses: what the phrases of the book say; those with a higher number are words of conditions only.
        sure: the same without what needs a condition.
        plain: the same again: number of the entity where a phrase always means one, else -1.
        groups: group -> numbers of its phrases. given: numbers of the phrases that are first names.
        terms: office -> who held it for certain from one day to another.
    """

    entities: tuple[Entity, ...]
    book: Phrasebook = field(repr=False)
    uses: tuple[tuple[Use, ...], ...] = field(repr=False)
    sure: tuple[tuple[Use, ...], ...] = field(repr=False)
    plain: tuple[int, ...] = field(repr=False)
    groups: Mapping[str, frozenset[int]] = field(repr=False)
    given: frozenset[int] = field(repr=False)
    terms: Mapping[str, tuple[tuple[date, date, str], ...]] = field(repr=False)


def compile_entities(file: EntityPart) -> Gazetteer:
    """Entities as they are looked for.

    Args:
        file: without problems, all parts joined.
    """
    uses: dict[str, dict[Use, None]] = defaultdict(dict)
    written: dict[str, str] = {}

    def one(phrase: str) -> str:
        """The phrase, or the one before that reads the same: `E.U.` is `EU`."""
        return written.setdefault("|".join(map(" ".join, split_words(phrase))), phrase)

    for number, entity in enumerate(file.entities):
        for phrase, use in _uses_of(number, entity):
            uses[one(phrase)][use] = None
    groups = {name: {one(phrase) for phrase in phrases_of(words)} for name, words in file.groups.items()}
    given = {one(name) for name in split(file.given)}
    phrases = tuple(dict.fromkeys((*uses, *written.values())))
    numbers = {phrase: number for number, phrase in enumerate(phrases)}
    said = tuple(map(tuple, uses.values()))
    return Gazetteer(
        file.entities,
        compile_phrases(phrases),
        said,
        tuple(tuple(use for use in row if use.sure) for row in said),
        tuple(map(_plain, said)),
        {name: frozenset(numbers[phrase] for phrase in row) for name, row in groups.items()},
        frozenset(numbers[name] for name in given),
        _terms(file.entities),
    )


def _uses_of(number: int, entity: Entity) -> Iterable[tuple[str, Use]]:
    person = entity.kind == "person"
    for name in names_of(entity):
        yield name, Use(number, lone=person and _one_word(name))
    short = split(entity.short)
    for name in [*short, *genitives(short)] if person else short:
        yield name, Use(number, short=True, lone=person and _one_word(name))
    for name in split(entity.other):
        yield name, Use(None)
    for also in entity.also:
        for language in _LANGUAGES:
            for name in phrases_of(Words(getattr(also, language))):
                loud = _one_word(name) and name == name.upper()
                if also.free and language == "every":
                    yield name, Use(number, loud=loud)
                else:
                    yield name, Use(number, also, loud=loud, language="" if language == "every" else language)


def _one_word(name: str) -> bool:
    return all(len(way) == 1 for way in split_words(name))


def _plain(uses: Sequence[Use]) -> int:
    one = uses[0]
    simple = len(uses) == 1 and one.sure and not one.lone and not one.loud
    return one.entity if simple and one.entity is not None else -1


def terms_of(entities: Iterable[Entity]) -> Iterator[tuple[str, str, date | None, date | None]]:
    """All terms of office, as (office, person, first day, last day), in the order of the files.

    The days are those from and to which the person certainly held it: `2021-04` is its last day as a beginning and its
    first one as an end. None: not known, or not ended.
    """
    for entity in entities:
        for term in entity.offices:
            yield term.office, entity.id, last_day(term.since), first_day(term.until)


def _terms(entities: Iterable[Entity]) -> dict[str, tuple[tuple[date, date, str], ...]]:
    terms: dict[str, list[tuple[date, date, str]]] = defaultdict(list)
    for office, who, since, until in terms_of(entities):
        if since:
            terms[office].append((since, until or date.max, who))
    return {office: tuple(sorted(held)) for office, held in terms.items()}


def holder(gazetteer: Gazetteer, office_id: str, day: date) -> str | None:
    """Who held the office on that day, if that is unmistakable: None on a day on which two did, or nobody may have.

    A term without an end goes on: the files say who held the office last, not that nobody followed.
    """
    held = {who for since, until, who in gazetteer.terms.get(office_id, ()) if since <= day <= until}
    return held.pop() if len(held) == 1 else None
