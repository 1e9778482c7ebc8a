"""The shape of config/agencies.toml, its faults, and what is made of it. Opens no file and reads no text."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from annotated_types import MinLen

from parsers.configured import STRICT, NonEmpty
from parsers.judging.topic_file import Words, phrases_of

_PLACE = "NAME"


@dataclass(frozen=True, slots=True)
class Agency:
    """A news agency whose copy other outlets print.

    Attributes:
        name: how readers know it.
        names: how credits write it, capitals as written; they count in datelines, credits and bylines alone.
        spoken: names that can mean nothing else, so that `NAME reports` is read too: Reuters, but not AP.
        families: of config/sources.toml, and names of outlets behind an aggregator, that are the agency itself.
    """

    __pydantic_config__: ClassVar = STRICT

    name: NonEmpty
    names: Annotated[tuple[NonEmpty, ...], MinLen(1)]
    spoken: tuple[NonEmpty, ...] = ()
    families: tuple[NonEmpty, ...] = ()


@dataclass(frozen=True, slots=True)
class AgencyFile:
    """config/agencies.toml.

    Attributes:
        reports: wordings that name the agency as the one that reports: `NAME reports`, `laut NAME`.
        sources: words before a colon and a credit: `Source: AFP`.
        statements: wordings that name a press release as the source: `said in a statement`.
    """

    __pydantic_config__: ClassVar = STRICT

    agencies: Annotated[tuple[Agency, ...], MinLen(1)]
    reports: Words
    sources: Words
    statements: Words


@dataclass(frozen=True, slots=True)
class Agencies:
    """Compiled file, ready for `credits`.

    Attributes:
        owner: a name as credits write it -> name of the agency.
        spoken: those that count in a sentence too.
        name: finds any of them as a word of its own.
        families: family or name of an outlet -> name of the agency that it is.
        reports: (what stands before a name, what stands behind it), in small letters; one of them may be empty.
        sources: what stands before a colon and a name, in small letters.
        statements: finds the wordings that name a press release.
    """

    owner: Mapping[str, str]
    spoken: frozenset[str]
    name: re.Pattern[str]
    families: Mapping[str, str]
    reports: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]
    statements: re.Pattern[str]


def compile_agencies(file: AgencyFile) -> Agencies:
    """What `problems_of` finds nothing wrong with, ready for use."""
    owner = {name: agency.name for agency in file.agencies for name in (*agency.names, *agency.spoken)}
    longest_first = sorted(owner, key=lambda name: (-len(name), name))
    reports = [tuple(part.strip() for part in wording.split(_PLACE)) for wording in _wordings(file.reports)]
    statements = "|".join(map(re.escape, _wordings(file.statements)))
    return Agencies(
        owner=owner,
        spoken=frozenset(name for agency in file.agencies for name in agency.spoken),
        name=re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?!\w)"),
        families={family: agency.name for agency in file.agencies for family in agency.families},
        reports=tuple((before.lower(), after.lower()) for before, after in reports),
        sources=tuple(source.lower() for source in _wordings(file.sources)),
        statements=re.compile(rf"\b(?:{statements})\b", re.IGNORECASE),
    )


def problems_of(file: AgencyFile) -> list[tuple[str, str]]:
    """What types cannot say, as (path, reason): a name or family of two agencies, a wording with no or two places."""
    found: list[tuple[str, str]] = []
    owners: dict[tuple[str, str], int] = {}
    for number, agency in enumerate(file.agencies):
        named = {("names", name) for name in (*agency.names, *agency.spoken)}
        claims = {("name", agency.name), *named, *(("families", family) for family in agency.families)}
        for what, name in sorted(claims):
            first = owners.setdefault((what, name), number)
            if first != number:
                found.append((f"agencies[{number}].{what}", f"{name!r} already stands for agencies[{first}]"))
            if not any(map(str.isalnum, name)):
                found.append((f"agencies[{number}].{what}", f"{name!r} has no letter"))
    for path, words, places in (
        ("reports", file.reports, 1),
        ("sources", file.sources, 0),
        ("statements", file.statements, 0),
    ):
        found += _misplaced(path, words, places)
    return found


def _wordings(words: Words) -> list[str]:
    return list(dict.fromkeys(" ".join(wording.split()) for wording in phrases_of(words)))


def _misplaced(path: str, words: Words, places: int) -> Iterator[tuple[str, str]]:
    if not _wordings(words):
        yield path, "has no wording in any language"
    for wording in _wordings(words):
        if wording.count(_PLACE) != places:
            yield path, f"{wording!r} must name the agency, as {_PLACE}, " + ("once" if places else "nowhere")
