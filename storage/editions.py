"""Keeps every edition as it was made, and which items went out with it. Does not compose or send."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Literal

import duckdb

from parsers.errors import Permanent
from storage.moments import FOREVER, next_moment
from storage.writing import as_json_list, insert_rows, transaction

EditionState = Literal["draft", "approved", "issued"]
_ORDER: tuple[EditionState, ...] = ("draft", "approved", "issued")
_COLUMNS = (
    "edition_id revision period_start period_end zone subject model_json html text sha256 state created_at known_at"
    " circumstances"
)
_SELECT = f"SELECT {', '.join(_COLUMNS.split())} FROM editions"  # noqa: S608 - the constant above
_SENT = """
SELECT coalesce(s.story_id, e.story_id), e.story_id, e.item_id, e.edition_id
FROM edition_items AS e
JOIN editions AS d USING (edition_id, revision)
LEFT JOIN story_rows($moment) AS s ON s.item_id = e.item_id
WHERE d.issued_at <= $moment AND e.edition_id < $edition
    AND substr(e.edition_id, strpos(e.edition_id, '/')) = substr($edition, strpos($edition, '/'))
ORDER BY e.edition_id
"""
_ITEMS = """
INSERT INTO edition_items BY NAME
SELECT $edition AS edition_id, $revision AS revision, n.item_id, n.position, s.story_id, j.relevance, j.topics,
    j.rules_version
FROM (
    SELECT unnest(CAST(CAST($ids AS JSON) AS VARCHAR[])) AS item_id,
        CAST(unnest(range(len(CAST(CAST($ids AS JSON) AS VARCHAR[])))) AS INTEGER) AS position
) AS n
LEFT JOIN story_rows($moment) AS s USING (item_id)
LEFT JOIN judgement_rows($moment) AS j USING (item_id)
"""


@dataclass(frozen=True, slots=True)
class EditionRow:
    """One revision of an edition.

    Attributes:
        id: ISO week, series and language: `2025-W26/weekly/en`.
        period_start, period_end: aware; the end is not included.
        sha256: over what readers get, made by the caller; a frozen revision never changes it.
        known_at: what was stored up to this moment is what the edition was made from.
        circumstances: JSON text with all else that it was made from; made and read by flows, None before schema 8.
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
    known_at: datetime
    circumstances: str | None = None


@dataclass(frozen=True, slots=True)
class ItemEnd:
    """How one item that the edition could have shown ended in it."""

    item_id: str
    outcome: str
    reason: str


def store_edition(
    con: duckdb.DuckDBPyConnection,
    edition: EditionRow,
    item_ids: Sequence[str],
    ends: Sequence[ItemEnd] = (),
    eligible: int | None = None,
) -> bool:
    """Store a revision with its items in order and their labels as known when it was made.

    A draft may be replaced; the same bytes again change nothing (False).

    Args:
        ends: one for each item that the edition could have shown.
        eligible: how many these are, counted apart by `items.count_eligible`.

    Raises:
        Permanent: the revision is approved or issued with other bytes, and a correction needs a new revision; or not
            every item that it could have shown is accounted for.
    """
    name = f"{edition.id} revision {edition.revision}"
    if eligible is not None and eligible != len(ends):
        raise Permanent(f"{name} accounts for {len(ends)} of {eligible} items and is not kept; please report it")
    with transaction(con):
        before = get_edition(con, edition.id, edition.revision)
        if before is not None and before.state != "draft":
            if before.sha256 != edition.sha256:
                raise Permanent(f"{name} is {before.state} and stays as it is: make a new revision")
            return False
        insert_rows(con, "editions", _COLUMNS, [astuple(edition)], key="edition_id revision")
        key = {"edition": edition.id, "revision": edition.revision}
        con.execute(
            "UPDATE editions SET eligible = $eligible WHERE edition_id = $edition AND revision = $revision",
            {**key, "eligible": eligible},
        )
        for table in ("edition_items", "edition_dispositions"):
            con.execute(f"DELETE FROM {table} WHERE edition_id = $edition AND revision = $revision", key)  # noqa: S608
        items = as_json_list(list(dict.fromkeys(item_ids)))
        con.execute(_ITEMS, {**key, "ids": items, "moment": edition.known_at})
        insert_rows(
            con,
            "edition_dispositions",
            "edition_id revision item_id outcome reason",
            [(edition.id, edition.revision, one.item_id, one.outcome, one.reason) for one in ends],
        )
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


def set_edition_state(
    con: duckdb.DuckDBPyConnection, edition_id: str, revision: int, state: EditionState, now: datetime
) -> None:
    """Move draft -> approved -> issued; staying is allowed, going back or an unknown revision raises Permanent."""
    with transaction(con):
        before = get_edition(con, edition_id, revision)
        if before is None:
            raise Permanent(f"there is no edition {edition_id} revision {revision}")
        if _ORDER.index(state) < _ORDER.index(before.state):
            raise Permanent(f"{edition_id} revision {revision} is {before.state} and cannot become {state} again")
        con.execute(
            "UPDATE editions SET state = $1, issued_at = CASE WHEN $1 = 'issued' THEN coalesce(issued_at, $4) END"
            " WHERE edition_id = $2 AND revision = $3",
            [state, edition_id, revision, next_moment(con, now)],
        )


def sent_story_ids(
    con: duckdb.DuckDBPyConnection, before_edition: str, moment: datetime = FOREVER
) -> Mapping[str, str]:
    """Story or item id -> the newest issued edition before this one, of the same series and language, that had it."""
    sent: dict[str, str] = {}
    for *names, edition_id in con.execute(_SENT, {"edition": before_edition, "moment": moment}).fetchall():
        sent.update({name: edition_id for name in names if name is not None})
    return sent
