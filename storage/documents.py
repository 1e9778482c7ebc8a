"""Reads which primary documents items cite, and which of them nobody has read. Writes nothing: extraction.py does."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import duckdb

from storage.writing import as_json_list

_CITED = """
SELECT d.document_id, d.kind, d.name, d.url, d.items, d.stories, d.first_cited_at, d.last_cited_at, d.held_item_id,
    arg_max(c.title, (c.published_at, c.item_id)) AS cited_in
FROM v_documents AS d
JOIN v_citations AS c USING (document_id)
WHERE (d.held_item_id IS NULL OR $held) AND ($since IS NULL OR d.last_cited_at >= $since)
GROUP BY ALL
ORDER BY d.stories DESC, d.items DESC, d.last_cited_at DESC, d.document_id
"""


@dataclass(frozen=True, slots=True)
class CitedDocument:
    """A primary document that items cite.

    Attributes:
        items, stories: how many cite it.
        held_item_id: an item that is the document itself; None: nobody has read it.
        cited_in: headline of the newest item that cites it.
    """

    id: str
    kind: str
    name: str
    url: str | None
    items: int
    stories: int
    first_cited: datetime | None
    last_cited: datetime | None
    held_item_id: str | None
    cited_in: str


def cited_documents(
    con: duckdb.DuckDBPyConnection, *, since: datetime | None = None, held: bool = False
) -> list[CitedDocument]:
    """Those cited by most stories first.

    Args:
        since: only those that an item cites which was published since then.
        held: also those that an item of ours is.
    """
    return [CitedDocument(*row) for row in con.execute(_CITED, {"since": since, "held": held}).fetchall()]


def documents_cited_by(con: duckdb.DuckDBPyConnection, item_ids: Collection[str]) -> list[tuple[str, str, str | None]]:
    """(id, name, address) of each document that one of these items cites, by name."""
    return con.execute(
        "SELECT document_id, min(name) AS name, min(url) FROM v_citations"
        " WHERE item_id IN (SELECT unnest(CAST(CAST($1 AS JSON) AS VARCHAR[]))) GROUP BY document_id ORDER BY name",
        [as_json_list(sorted(item_ids))],
    ).fetchall()
