"""The shape of the files of config/entities/ and what can be wrong with them. Opens no file and matches no text."""

import calendar
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Le

from parsers.configured import STRICT, NonEmpty
from parsers.judging.phrases import split_words
from parsers.judging.topic_file import Words, faults_of, phrases_of

EntityKind = Literal[
    "person",
    "organisation",
    "country",
    "office",
    "programme",
    "policy",
    "treaty",
    "operation",
    "exercise",
    "document",
    "event",
]
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_SIGNS = re.compile(r"[*|_]")


@dataclass(frozen=True, slots=True)
class Also(Words):
    """Names that mean the entity only under conditions, all of which must hold.

    They count as well wherever one of its sure names stands in the item, if `days` allows it: "... of Ammunition
    Production (ASAP)". Those of one language count in texts of that language alone, and what is in capitals not among
    capitals (KEEP US SAFE).

    Attributes:
        near: groups of words, each of which must stand within 15 words; `us|nato` holds if a word of either does.
        around: the same anywhere in the item.
        unless: groups of which no word may stand within 15 words.
        days: the item was published at most so many days before `since` or after `until` of the entity.
    """

    __pydantic_config__: ClassVar = STRICT

    near: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    days: Annotated[int, Ge(0), Le(366)] | None = None

    @property
    def free(self) -> bool:
        """Without a condition but that about capitals."""
        return not (self.near or self.around or self.unless) and self.days is None


@dataclass(frozen=True, slots=True)
class Term:
    """A time in an office. Both days count; `2021` or `2021-04` is a day in that year or month that nobody told."""

    __pydantic_config__: ClassVar = STRICT

    office: NonEmpty
    since: NonEmpty | None = None
    until: NonEmpty | None = None


@dataclass(frozen=True, slots=True)
class Entity(Words):
    """Somebody or something that items name. `every`, `en` ... are its sure names.

    Attributes:
        name: as people read it; looked for as well.
        short: names that count where a sure name stands in the same item: a surname, `the Council`.
        other: phrases that hold a name of it and mean something else: `Trump Tower`.
        offices: of a person. since, until: of an event or a document, as far as known, like those of a Term.
    """

    __pydantic_config__: ClassVar = STRICT

    id: NonEmpty = field(kw_only=True)
    kind: EntityKind = field(kw_only=True)
    name: NonEmpty = field(kw_only=True)
    short: str = ""
    other: str = ""
    also: tuple[Also, ...] = ()
    offices: tuple[Term, ...] = ()
    since: NonEmpty | None = None
    until: NonEmpty | None = None


@dataclass(frozen=True, slots=True)
class EntityPart:
    """One file of config/entities/; all of them are one list.

    Attributes:
        given: first names: behind one of them a lone surname is somebody else's.
        groups: words that conditions name; they are no names of anything.
    """

    __pydantic_config__: ClassVar = STRICT

    entities: tuple[Entity, ...] = ()
    groups: Mapping[str, Words] = field(default_factory=dict)
    given: str = ""


def joined(parts: Iterable[EntityPart]) -> EntityPart:
    """All entities, groups and given names together, in the order of the parts."""
    every = tuple(parts)
    return EntityPart(
        tuple(entity for part in every for entity in part.entities),
        {name: group for part in every for name, group in part.groups.items()},
        ", ".join(part.given.strip().removesuffix(",") for part in every if part.given.strip()),
    )


def names_of(entity: Entity) -> list[str]:
    """All its sure names as phrases, the first one as people read it. A person's also with the s of a genitive."""
    names = [_SIGNS.sub(" ", entity.name), *phrases_of(entity)]
    return list(dict.fromkeys([*names, *genitives(names)] if entity.kind == "person" else names))


def genitives(names: Iterable[str]) -> list[str]:
    """`Joe Bidens`, as German and Swedish have it without an apostrophe."""
    return [f"{name}s" for name in names if name[-1:].isalpha() and name[-1].lower() not in "sxzß"]


def aliases_of(entity: Entity) -> tuple[str, ...]:
    """What an analyst is shown as its names: those of the file, without the name that people read."""
    rows = [*phrases_of(entity), *split(entity.short), *(one for also in entity.also for one in phrases_of(also))]
    return tuple(dict.fromkeys(one for one in rows if one != entity.name))


def split(row: str) -> list[str]:
    """The phrases between commas."""
    return [piece.strip() for piece in row.split(",") if piece.strip()]


def first_day(day: str | None) -> date | None:
    """The earliest day that is meant. None: no limit.

    Raises:
        ValueError: it is no day.
    """
    return _days(day)[0] if day else None


def last_day(day: str | None) -> date | None:
    """The latest day that is meant. None: no limit.

    Raises:
        ValueError: it is no day.
    """
    return _days(day)[1] if day else None


def _days(day: str) -> tuple[date, date]:
    found = _DAY.fullmatch(day)
    if not found:
        raise ValueError(day)
    year, month, number = (int(part) if part is not None else None for part in found.groups())
    first = date(year or 0, 1 if month is None else month, 1 if number is None else number)
    if number is not None:
        return first, first
    last = 12 if month is None else month
    return first, date(first.year, last, calendar.monthrange(first.year, last)[1])


def problems_of(parts: Mapping[str, EntityPart]) -> list[tuple[str, str, str]]:
    """What types cannot say, as (file, path, reason).

    Args:
        parts: name of the file -> what it holds.
    """
    rows = [
        (name, f"entities[{number}] ({entity.id})", entity)
        for name, part in parts.items()
        for number, entity in enumerate(part.entities)
    ]
    offices = {entity.id for _, _, entity in rows if entity.kind == "office"}
    groups: dict[str, str] = {}
    found: list[tuple[str, str, str]] = []
    for name, part in parts.items():
        for group, words in part.groups.items():
            if group in groups:
                found.append((name, f"groups.{group}", f"is already a group of {groups[group]}"))
            groups.setdefault(group, name)
            found += [(name, path, reason) for path, reason in faults_of(f"groups.{group}", words)]
        found += [(name, *fault) for fault in faults_of("", Words(part.given)) if part.given.strip()]
    ids: dict[str, str] = {}
    for name, path, entity in rows:
        if entity.id in ids:
            found.append((name, f"{path}.id", f"is already the id of {ids[entity.id]}"))
        ids.setdefault(entity.id, f"{path} of {name}")
        found += [(name, f"{path}{place}", reason) for place, reason in _problems_of_entity(entity, offices, groups)]
    found += _shared(rows)
    found += _overlapping(rows)
    if not rows:
        found.append(("entities", "entities", "there is no entity in any of the files"))
    return found


def _problems_of_entity(entity: Entity, offices: set[str], groups: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if not _ID.fullmatch(entity.id):
        yield ".id", "may hold small letters, digits and single hyphens only"
    for _, reason in faults_of("", Words(_SIGNS.sub(" ", entity.name).replace(",", " "))):
        yield ".name", reason.replace("phrase 1, ", "").replace("phrase 1 ", "")
    given = {"": entity, ".short": Words(entity.short), ".other": Words(entity.other)}
    for place, words in given.items():
        if phrases_of(words) or (place and getattr(entity, place[1:])):
            for path, reason in faults_of(place, words):
                yield path.replace(".every", "") if place else path, reason
    for number, also in enumerate(entity.also):
        for path, reason in _problems_of_also(also, entity.since, groups):
            yield f".also[{number}]{path}", reason
    if entity.offices and entity.kind != "person":
        yield ".offices", f"a person can hold an office, {entity.kind} cannot"
    for number, term in enumerate(entity.offices):
        here = f".offices[{number}]"
        if term.office not in offices:
            yield f"{here}.office", f"there is no entity {term.office!r} of kind office"
        yield from _problems_of_days(here, term.since, term.until)
    yield from _problems_of_days("", entity.since, entity.until)


def _problems_of_also(also: Also, since: str | None, groups: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from faults_of("", also)
    for key in ("near", "around", "unless"):
        for group in (one for condition in getattr(also, key) for one in condition.split("|")):
            if group not in groups:
                yield f".{key}", f"there is no group {group!r}"
    if also.days is not None and since is None:
        yield ".days", "says nothing as long as the entity has no `since`"


def _problems_of_days(place: str, since: str | None, until: str | None) -> Iterator[tuple[str, str]]:
    sound = True
    for key, day in (("since", since), ("until", until)):
        try:
            first_day(day)
        except ValueError:
            sound = False
            yield f"{place}.{key}", f"{day!r} is no day, month or year like 2021-04-30, 2021-04 or 2021"
    if sound and since and until and (first_day(since) or date.min) > (last_day(until) or date.max):
        yield f"{place}.until", f"{until} is before {since}"


@lru_cache(16_384)
def _ways(name: str) -> tuple[str, ...]:
    return tuple(" ".join(words).lower() for words in split_words(name))


def _shared(rows: Iterable[tuple[str, str, Entity]]) -> Iterator[tuple[str, str, str]]:
    """Names that two entities have and that nothing tells apart."""
    sure: dict[str, list[tuple[str, str, Entity]]] = defaultdict(list)
    unsure: dict[str, list[tuple[str, str, Entity]]] = defaultdict(list)
    for row in rows:
        for way in dict.fromkeys(way for name in names_of(row[2]) for way in _ways(name)):
            sure[way].append(row)
        for way in dict.fromkeys(way for also in row[2].also for name in phrases_of(also) for way in _ways(name)):
            unsure[way].append(row)
    for way, (first, *others) in sure.items():
        for name, path, entity in [*others, *unsure[way]]:
            if entity.id != first[2].id:
                yield name, path, f"{way!r} is a name of {first[1]} of {first[0]} as well; one of them needs conditions"


def _overlapping(rows: Iterable[tuple[str, str, Entity]]) -> Iterator[tuple[str, str, str]]:
    """Two people who certainly held one office on the same days."""
    terms: dict[str, list[tuple[date, date, str, str, str]]] = defaultdict(list)
    for name, path, entity in rows:
        for number, term in enumerate(entity.offices):
            try:
                since, until = last_day(term.since), first_day(term.until)
            except ValueError:
                continue
            if since:
                terms[term.office].append((since, until or date.max, entity.id, name, f"{path}.offices[{number}]"))
    for office, held in terms.items():
        for before, after in pairwise(sorted(held)):
            if after[0] < before[1] and before[2] != after[2]:
                yield after[3], after[4], f"{before[2]} holds {office} until {before[1]}, after {after[0]}"
