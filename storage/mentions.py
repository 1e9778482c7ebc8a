"""Keeps who and what the items name, as the entities of today find them in the text of today. Looks for nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from parsers.judging.entities import Mention
from storage.writing import as_json_list, insert_rows, transaction

_UNNAMED = """
SELECT i.item_id, i.version
FROM items AS i
JOIN judgements AS j ON j.item_id = i.item_id AND j.valid_to IS NULL AND j.relevance <> 'off'
LEFT JOIN named_items AS n ON n.item_id = i.item_id
WHERE n.version IS DISTINCT FROM i.version OR n.entities_version <> $1
ORDER BY i.first_seen_at, i.item_id
"""


@dataclass(frozen=True, slots=True)
class NamedItem:
    """One version of an item with all that it names."""

    item_id: str
    version: int
    mentions: Sequence[Mention]


@dataclass(frozen=True, slots=True)
class EntityRow:
    """Somebody or something that items name."""

    id: str
    kind: str
    name: str
    aliases: Sequence[str]


def unnamed_items(con: duckdb.DuckDBPyConnection, entities_version: str) -> list[tuple[str, int]]:
    """(id, version) of the relevant items that were not looked through for these entities, oldest first."""
    return con.execute(_UNNAMED, [entities_version]).fetchall()


def store_mentions(con: duckdb.DuckDBPyConnection, named: Sequence[NamedItem], entities_version: str) -> None:
    """In the place of what was found in these items before."""
    with transaction(con):
        ids = [as_json_list([one.item_id for one in named])]
        for table in ("mentions", "named_items"):
            con.execute(
                f"DELETE FROM {table} WHERE item_id IN (SELECT unnest(CAST(CAST(? AS JSON) AS VARCHAR[])))",  # noqa: S608
                ids,
            )
        rows = [(one.item_id, one.version, entities_version) for one in named]
        insert_rows(con, "named_items", "item_id version entities_version", rows)
        insert_rows(
            con,
            "mentions",
            "item_id entity_id position matched place start_char end_char",
            [
                (one.item_id, found.entity_id, position, found.matched, found.place, found.start, found.end)
                for one in named
                for position, found in enumerate(one.mentions)
            ],
        )


def store_entities(con: duckdb.DuckDBPyConnection, entities: Sequence[EntityRow]) -> None:
    """Make the table mirror the configuration."""
    with transaction(con):
        con.execute("DELETE FROM entities")
        rows = [(one.id, one.kind, one.name, one.aliases) for one in entities]
        insert_rows(con, "entities", "entity_id kind name aliases", rows)
