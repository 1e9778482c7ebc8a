"""Keeps the publisher family behind items of searches. Finds none itself."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import duckdb

from storage.writing import as_json_list, insert_rows, transaction


@dataclass(frozen=True, slots=True)
class FoundItem:
    """What tells of an item of a search who published it."""

    id: str
    source_id: str
    publisher: str | None
    url: str | None


def items_of(con: duckdb.DuckDBPyConnection, source_ids: Collection[str]) -> list[FoundItem]:
    """All items of these sources, by id."""
    rows = con.execute(
        "SELECT item_id, source_id, publisher, url FROM items"
        " WHERE source_id IN (SELECT unnest(CAST(CAST($1 AS JSON) AS VARCHAR[]))) ORDER BY item_id",
        [as_json_list(sorted(source_ids))],
    ).fetchall()
    return [FoundItem(*row) for row in rows]


def store_families(con: duckdb.DuckDBPyConnection, families: Mapping[str, str]) -> bool:
    """Item id -> family, in the place of all that were stored; gives whether anything is different now."""
    if dict(con.execute("SELECT item_id, family FROM item_families").fetchall()) == families:
        return False
    with transaction(con):
        con.execute("DELETE FROM item_families")
        insert_rows(con, "item_families", "item_id family", list(families.items()))
    return True
