"""Finds what relevant items say beside what they are about, once they are stored: who and what they name, whom they
quote, which primary documents they cite, which dates they announce. Judges nothing.

What is found follows from a text and from words that people edit alone. So it has no history: where either changed, the
item is looked through anew.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from flows.settings import Settings, or_ours, read_file
from parsers.errors import Misconfigured, Problem
from parsers.judging.dates_ahead import calendar_file
from parsers.judging.dates_ahead.calendar_dates import calendar_dates
from parsers.judging.dates_ahead.calendar_file import CalendarFile
from parsers.judging.dates_ahead.calendar_words import CalendarWords, compile_calendar
from parsers.judging.documents.citations import citations, identity
from parsers.judging.names import entity_file
from parsers.judging.names.entities import mentions
from parsers.judging.names.entity_file import EntityPart, aliases_of, joined
from parsers.judging.names.gazetteer import Gazetteer, compile_entities, terms_of
from parsers.judging.quotes import quote_file
from parsers.judging.quotes.quote_file import QuoteFile
from parsers.judging.quotes.quotes import quotes
from parsers.judging.quotes.speakers import QuoteWords, compile_quotes
from parsers.judging.stories.matters import matter_places
from parsers.judging.stories.threads import SeedPlace
from parsers.judging.texts import agency_file
from parsers.judging.texts.agency_file import Agencies, AgencyFile, compile_agencies
from parsers.model import JudgedItem
from storage.database import Connection, open_live
from storage.extraction import EntityRow, Extracted, items_to_extract, store_entities, store_extracted
from storage.items import items_by_id
from storage.seeds import seed_paragraphs

T = TypeVar("T")
BATCH = 500
_FOLDER = "entities"
_NO_CALENDAR = frozenset({"job", "retrospective"})
"""Kinds whose dates are those of applications and of anniversaries."""
_CODE_VERSION = 3
"""Raised with every change of the code behind `_extracted` that finds something else in the same text."""


@dataclass(frozen=True, slots=True)
class ExtractionWords:
    """What items are looked through with. `version`: of the files and of the code that reads them."""

    entities: EntityPart
    quotes: QuoteFile
    calendar: CalendarFile
    version: str


@dataclass(frozen=True, slots=True)
class _Tools:
    """The same, compiled."""

    gazetteer: Gazetteer
    quotes: QuoteWords
    calendar: CalendarWords


def read_words(settings: Settings) -> ExtractionWords:
    """config/entities/ as one, quotes.toml and calendar.toml; those that came with Seabridge where there are none.

    Raises:
        Misconfigured: with all that is wrong in them.
    """
    problems: list[Problem] = []
    paths = {f"{_FOLDER}/{path.name}": path for path in sorted(or_ours(settings.config / _FOLDER).glob("*.toml"))}
    read = {name: read_file(path, EntityPart, problems, name) for name, path in paths.items()}
    parts = {name: part for name, part in read.items() if part}
    problems += [Problem(*found) for found in entity_file.problems_of(parts)]
    said = _file(settings, "quotes.toml", QuoteFile, quote_file.problems_of, problems)
    dated = _file(settings, "calendar.toml", CalendarFile, calendar_file.problems_of, problems)
    if problems or said is None or dated is None:
        raise Misconfigured(problems)
    entities = joined(parts.values())
    version = hashlib.sha256(f"{_CODE_VERSION} {entities!r} {said!r} {dated!r}".encode()).hexdigest()[:12]
    return ExtractionWords(entities, said, dated, version)


def read_agencies(settings: Settings) -> Agencies:
    """The news agencies whose copy others print, from config/agencies.toml or from that which came with Seabridge.

    Raises:
        Misconfigured: with all that is wrong in it.
    """
    problems: list[Problem] = []
    file = _file(settings, "agencies.toml", AgencyFile, agency_file.problems_of, problems)
    if problems or file is None:
        raise Misconfigured(problems)
    return compile_agencies(file)


def _file(
    settings: Settings,
    name: str,
    shape: type[T],
    problems_of: Callable[[T], Iterable[tuple[str, str]]],
    problems: list[Problem],
) -> T | None:
    found = read_file(or_ours(settings.config / name), shape, problems)
    if found is not None:
        problems += [Problem(name, *one) for one in problems_of(found)]
    return found


def extract(settings: Settings, words: ExtractionWords) -> int:
    """Look through what is new, changed, or was looked through with other words; gives the number of items."""
    with open_live(settings.home) as con:
        waiting = items_to_extract(con, words.version)
    if not waiting:
        return 0
    entities = words.entities.entities
    tools = _Tools(
        compile_entities(words.entities),
        compile_quotes(words.quotes, entities),
        compile_calendar(words.calendar, entities),
    )
    # First: were they stored last, a run that was killed before would have nothing left to wait for.
    with open_live(settings.home) as con:
        places = _seed_places(con, words.entities, tools.gazetteer)
        rows = [EntityRow(one.id, one.kind, one.name, aliases_of(one), places.get(one.id)) for one in entities]
        store_entities(con, rows, list(terms_of(entities)))
    for start in range(0, len(waiting), BATCH):
        versions = dict(waiting[start : start + BATCH])
        with open_live(settings.home) as con:
            judged = items_by_id(con, list(versions))
        extracted = [_extracted(tools, one, versions[one.item.id]) for one in judged]
        with open_live(settings.home) as con:
            store_extracted(con, extracted, words.version)
    return len(waiting)


def _extracted(tools: _Tools, judged: JudgedItem, version: int) -> Extracted:
    item = judged.item
    text, language, published = item.text or item.summary, item.language, item.published
    named = mentions(tools.gazetteer, item.title, text, language, published)
    return Extracted(
        item.id,
        version,
        mentions=named,
        quotes=quotes(tools.quotes, item.title, text, language, named),
        citations=citations(item.title, text, language, published, item.url),
        documents=identity(item.title, item.url),
        dates=()
        if judged.judgement.kind in _NO_CALENDAR
        else calendar_dates(tools.calendar, item.title, text, language, published, named),
    )


def _seed_places(con: Connection, file: EntityPart, gazetteer: Gazetteer) -> Mapping[str, SeedPlace | None]:
    named: Iterator[tuple[SeedPlace, list[str]]] = (
        ((path, number), [one.entity_id for one in mentions(gazetteer, "", text, language)])
        for path, number, text, language in seed_paragraphs(con)
    )
    return matter_places(file.entities, named)
