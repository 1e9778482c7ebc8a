"""Finds who and what the relevant items name, once they are stored. Judges nothing.

What is named follows from a text and from config/entities/ alone. So it has no history: where either changed, the item
is looked through anew.
"""

import hashlib
from dataclasses import dataclass

from flows.settings import Settings, or_ours, read_file
from parsers.errors import Misconfigured, Problem
from parsers.judging.entities import mentions
from parsers.judging.entity_file import EntityPart, aliases_of, joined, problems_of
from parsers.judging.gazetteer import compile_entities
from storage.database import open_live
from storage.items import items_by_id
from storage.mentions import EntityRow, NamedItem, store_entities, store_mentions, unnamed_items

BATCH = 500
_FOLDER = "entities"
_CODE_VERSION = 1
"""Raised with every change of parsers/judging/entities.py that finds other names in the same text."""


@dataclass(frozen=True, slots=True)
class Entities:
    """What items are looked through for. `version`: of the files and of the code that reads them."""

    file: EntityPart
    version: str


def read_entities(settings: Settings) -> Entities:
    """All files of config/entities/ as one; where a configuration has none, those that came with Seabridge.

    Raises:
        Misconfigured: with all that is wrong in them.
    """
    problems: list[Problem] = []
    paths = {f"{_FOLDER}/{path.name}": path for path in sorted(or_ours(settings.config / _FOLDER).glob("*.toml"))}
    read = {name: read_file(path, EntityPart, problems, name) for name, path in paths.items()}
    parts = {name: part for name, part in read.items() if part}
    problems += [Problem(*found) for found in problems_of(parts)]
    if problems:
        raise Misconfigured(problems)
    file = joined(parts.values())
    return Entities(file, hashlib.sha256(f"{_CODE_VERSION} {file!r}".encode()).hexdigest()[:12])


def name_entities(settings: Settings, entities: Entities) -> int:
    """Look through what is new, changed, or was looked through for other entities; gives the number of items."""
    with open_live(settings.home) as con:
        waiting = unnamed_items(con, entities.version)
    if not waiting:
        return 0
    gazetteer = compile_entities(entities.file)
    for start in range(0, len(waiting), BATCH):
        versions = dict(waiting[start : start + BATCH])
        with open_live(settings.home) as con:
            items = [one.item for one in items_by_id(con, list(versions))]
        named = [
            NamedItem(
                item.id,
                versions[item.id],
                mentions(gazetteer, item.title, item.text or item.summary, item.language, item.published),
            )
            for item in items
        ]
        with open_live(settings.home) as con:
            store_mentions(con, named, entities.version)
    with open_live(settings.home) as con:
        store_entities(con, [EntityRow(one.id, one.kind, one.name, aliases_of(one)) for one in entities.file.entities])
    return len(waiting)
