"""Keeps every edition as it was made, and which items went out with it. Does not compose or send."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import duckdb

from parsers.errors import Permanent
from storage.writing import insert_rows, transaction

EditionState = Literal["draft", "approved", "issued"]
_ORDER: tuple[EditionState, ...] = ("draft", "approved", "issued")
_COLUMNS = "edition_id revision period_start period_end zone subject model_json html text sha256 state created_at"
_SELECT = f"SELECT {', '.join(_COLUMNS.split())} FROM editions"  # noqa: S608 - the constant above
_SENT = """
SELECT coalesce(s.story_id, e.story_id), e.story_id, e.item_id, e.edition_id
FROM edition_items AS e
JOIN editions AS d USING (edition_id, revision)
LEFT JOIN story_items AS s ON s.item_id = e.item_id
WHERE d.state = 'issued' AND e.edition_id < $1
    AND substr(e.edition_id, strpos(e.edition_id, '/')) = substr($1, strpos($1, '/'))
ORDER BY e.edition_id
"""
_AS_SENT = """
UPDATE edition_items SET relevance = n.relevance, topics = n.topics, rules_version = n.rules_version
FROM (
    SELECT i.item_id, i.rules_version, any_value(j.relevance) AS relevance,
        coalesce(list(l.topic ORDER BY l.position) FILTER (WHERE l.topic IS NOT NULL), []) AS topics
    FROM items AS i JOIN judgements AS j USING (item_id, rules_version)
    LEFT JOIN labels AS l USING (item_id, rules_version)
    WHERE i.item_id IN (SELECT e.item_id FROM edition_items AS e WHERE e.edition_id = $1 AND e.revision = $2)
    GROUP BY i.item_id, i.rules_version
) AS n
WHERE edition_items.item_id = n.item_id AND edition_id = $1 AND revision = $2
"""


@dataclass(frozen=True, slots=True)
class EditionRow:
    """One revision of an edition.

    Attributes:
        id: ISO week, series and language: `2025-W26/weekly/en`.
        period_start, period_end: aware; the end is not included.
        sha256: over what readers get, made by the caller; a frozen revision never changes it.
    """

    id: str
    revision: int
    period_start: datetime
    period_end: datetime
    zone: str
    subject: str
    model_json: str
    html: str
    text: str
    sha256: str
    state: EditionState
    created_at: datetime


def store_edition(con: duckdb.DuckDBPyConnection, edition: EditionRow, item_ids: Sequence[str]) -> bool:
    """Store a revision with its items in order and their labels as they are now.

    A draft may be replaced; the same bytes again change nothing (False).

    Raises:
        Permanent: the revision is approved or issued with other bytes; a correction needs a new revision.
    """
    with transaction(con):
        before = get_edition(con, edition.id, edition.revision)
        if before is not None and before.state != "draft":
            if before.sha256 != edition.sha256:
                name = f"{edition.id} revision {edition.revision}"
                raise Permanent(f"{name} is {before.state} and stays as it is: make a new revision")
            return False
        row = (
            edition.id,
            edition.revision,
            edition.period_start,
            edition.period_end,
            edition.zone,
            edition.subject,
            edition.model_json,
            edition.html,
            edition.text,
            edition.sha256,
            edition.state,
            edition.created_at,
        )
        insert_rows(con, "editions", _COLUMNS, [row], replace=True)
        con.execute("DELETE FROM edition_items WHERE edition_id = ? AND revision = ?", [edition.id, edition.revision])
        stories = dict(con.execute("SELECT item_id, story_id FROM story_items").fetchall())
        insert_rows(
            con,
            "edition_items",
            "edition_id revision item_id position story_id",
            [
                (edition.id, edition.revision, item_id, position, stories.get(item_id))
                for position, item_id in enumerate(dict.fromkeys(item_ids))
            ],
        )
        con.execute(_AS_SENT, [edition.id, edition.revision])
    return True


def get_edition(con: duckdb.DuckDBPyConnection, edition_id: str, revision: int | None = None) -> EditionRow | None:
    """That revision, or the newest one; None if there is none."""
    rows = con.execute(
        f"{_SELECT} WHERE edition_id = $1 AND ($2 IS NULL OR revision = $2) ORDER BY revision DESC LIMIT 1",
        [edition_id, revision],
    ).fetchall()
    return EditionRow(*rows[0]) if rows else None


def list_editions(con: duckdb.DuckDBPyConnection) -> list[EditionRow]:
    """All revisions of all editions, newest period first."""
    rows = con.execute(f"{_SELECT} ORDER BY period_end DESC, edition_id, revision DESC").fetchall()
    return [EditionRow(*row) for row in rows]


def set_edition_state(con: duckdb.DuckDBPyConnection, edition_id: str, revision: int, state: EditionState) -> None:
    """Move draft -> approved -> issued; staying is allowed, going back or an unknown revision raises Permanent."""
    with transaction(con):
        before = get_edition(con, edition_id, revision)
        if before is None:
            raise Permanent(f"there is no edition {edition_id} revision {revision}")
        if _ORDER.index(state) < _ORDER.index(before.state):
            raise Permanent(f"{edition_id} revision {revision} is {before.state} and cannot become {state} again")
        con.execute(
            "UPDATE editions SET state = ? WHERE edition_id = ? AND revision = ?", [state, edition_id, revision]
        )


def sent_story_ids(con: duckdb.DuckDBPyConnection, before_edition: str) -> Mapping[str, str]:
    """Story or item id -> the newest issued edition before this one, of the same series and language, that had it."""
    sent: dict[str, str] = {}
    for *names, edition_id in con.execute(_SENT, [before_edition]).fetchall():
        sent.update({name: edition_id for name in names if name is not None})
    return sent
