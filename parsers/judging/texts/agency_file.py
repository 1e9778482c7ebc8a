"""The shape of config/agencies.toml, its faults, and what is made of it. Opens no file and reads no text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from annotated_types import MinLen

from parsers.configured import STRICT, NonEmpty
from parsers.judging.topic_file import Words, phrases_of

_AND = ("and", "und", "et", "y", "e", "i", "och", "en")
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")


@dataclass(frozen=True, slots=True)
class Agency:
    """A news agency whose copy other outlets print.

    Attributes:
        name: how readers know it.
        names: how credits write it, capitals as written; they count in datelines, credits and bylines alone, and as
            the name of an outlet behind a search.
        hosts: of its own pages, without `www.`; those below them count too.
        families: of config/sources.toml that are the agency itself, where neither name nor host tells.
    """

    __pydantic_config__: ClassVar = STRICT

    name: NonEmpty
    names: Annotated[tuple[NonEmpty, ...], MinLen(1)]
    hosts: tuple[NonEmpty, ...] = ()
    families: tuple[NonEmpty, ...] = ()


@dataclass(frozen=True, slots=True)
class AgencyFile:
    """config/agencies.toml.

    Attributes:
        sources: words before a colon and a credit: `Source: AFP`.
        material: words before an agency in a credit or byline: `Jane Doe with AFP`, `mit Material von dpa`.
        statements: wordings that name a press release as the source: `said in a statement`.
    """

    __pydantic_config__: ClassVar = STRICT

    agencies: Annotated[tuple[Agency, ...], MinLen(1)]
    sources: Words
    material: Words
    statements: Words


@dataclass(frozen=True, slots=True)
class Agencies:
    """Compiled file, ready for `credits`.

    Attributes:
        owner: a name as credits write it -> name of the agency.
        name: finds any of them as a word of its own.
        hosts, families: -> name of the agency that it is.
        apart: finds what stands between the names of a credit.
        sources: what stands before a colon and a name, in small letters.
        statements: finds the wordings that name a press release.
    """

    owner: Mapping[str, str]
    name: re.Pattern[str]
    hosts: Mapping[str, str]
    families: Mapping[str, str]
    apart: re.Pattern[str]
    sources: tuple[str, ...]
    statements: re.Pattern[str]


def compile_agencies(file: AgencyFile) -> Agencies:
    """What `problems_of` finds nothing wrong with, ready for use."""
    owner = {name: agency.name for agency in file.agencies for name in agency.names}
    longest_first = sorted(owner, key=lambda name: (-len(name), name))
    between = "|".join(map(re.escape, sorted((*_AND, *_wordings(file.material)), key=len, reverse=True)))
    statements = "|".join(map(re.escape, _wordings(file.statements)))
    return Agencies(
        owner=owner,
        name=re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?!\w)"),
        hosts={host: agency.name for agency in file.agencies for host in agency.hosts},
        families={family: agency.name for agency in file.agencies for family in agency.families},
        apart=re.compile(rf"[/,;+&|()]|\b(?:{between})\b", re.IGNORECASE),
        sources=tuple(source.lower() for source in _wordings(file.sources)),
        statements=re.compile(rf"\b(?:{statements})\b", re.IGNORECASE),
    )


def problems_of(file: AgencyFile) -> list[tuple[str, str]]:
    """What types cannot say, as (path, reason): a name, host or family of two agencies, a host that is none."""
    found: list[tuple[str, str]] = []
    owners: dict[tuple[str, str], int] = {}
    for number, agency in enumerate(file.agencies):
        claims = {("name", agency.name), *(("names", name) for name in agency.names)}
        claims |= {("hosts", host) for host in agency.hosts} | {("families", family) for family in agency.families}
        for what, name in sorted(claims):
            first = owners.setdefault((what, name), number)
            if first != number:
                found.append((f"agencies[{number}].{what}", f"{name!r} already stands for agencies[{first}]"))
            if not any(map(str.isalnum, name)):
                found.append((f"agencies[{number}].{what}", f"{name!r} has no letter"))
            elif what == "hosts" and (not _HOST.fullmatch(name) or name.startswith("www.")):
                found.append(
                    (f"agencies[{number}].{what}", f"{name!r} must be as example.org, without https:// and www.")
                )
    for path, words in (("sources", file.sources), ("material", file.material), ("statements", file.statements)):
        if not _wordings(words):
            found.append((path, "has no wording in any language"))
    return found


def _wordings(words: Words) -> list[str]:
    return list(dict.fromkeys(" ".join(wording.split()) for wording in phrases_of(words)))
