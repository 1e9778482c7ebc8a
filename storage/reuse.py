"""Keeps who took over whose text, and how many independent texts stand behind a story. Counts nothing itself."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import duckdb

from parsers.judging.texts.reuse import Origin, Reuse, Standing
from storage.moments import FOREVER, next_moment
from storage.writing import as_json_list, given, insert_rows, transaction

_COLUMNS = "item_id origin_id agency share because"
_STANDING = "story_id outlets texts origin_name origin_kind origin_item_id origin_at origin_outlets"
_SAME = " AND ".join(f"t.{name} IS NOT DISTINCT FROM given.{name}" for name in _COLUMNS.split())
_ENDED = f"""
UPDATE text_reuse AS t SET valid_to = $moment
WHERE valid_to IS NULL AND item_id IN (SELECT unnest(CAST(CAST($ids AS JSON) AS VARCHAR[])))
    AND NOT EXISTS (SELECT 1 FROM given WHERE {_SAME})
"""  # noqa: S608 - own names
_BEGUN = f"""
INSERT INTO text_reuse BY NAME
SELECT given.*, $moment AS valid_from, CAST(NULL AS TIMESTAMPTZ) AS valid_to
FROM given
WHERE NOT EXISTS (SELECT 1 FROM text_reuse AS t WHERE t.valid_to IS NULL AND {_SAME})
"""  # noqa: S608 - own names
_OF = """
SELECT item_id, origin_id, agency, share, because
FROM text_reuse
WHERE valid_from <= $moment AND (valid_to IS NULL OR valid_to > $moment)
    AND item_id IN (SELECT unnest(CAST(CAST($ids AS JSON) AS VARCHAR[])))
ORDER BY item_id, origin_id, agency
"""


def store_reuses(
    con: duckdb.DuckDBPyConnection, reuses: Sequence[Reuse], looked_at: Collection[str], now: datetime
) -> None:
    """What holds of the items looked at from now on; what does so already stays as it is."""
    rows = [(one.item_id, one.origin_id, one.agency, one.share, one.because) for one in reuses]
    with transaction(con):
        moment = next_moment(con, now)
        ids = as_json_list(sorted(looked_at))
        if not rows:
            con.execute(
                "UPDATE text_reuse SET valid_to = $moment WHERE valid_to IS NULL"
                " AND item_id IN (SELECT unnest(CAST(CAST($ids AS JSON) AS VARCHAR[])))",
                {"moment": moment, "ids": ids},
            )
            return
        with given(con, "text_reuse", _COLUMNS, rows):
            con.execute(_ENDED, {"moment": moment, "ids": ids})
            con.execute(_BEGUN, {"moment": moment})


def reuses_of(
    con: duckdb.DuckDBPyConnection, item_ids: Collection[str], moment: datetime = FOREVER
) -> tuple[Reuse, ...]:
    """What these items took over, as known at `moment`."""
    rows = con.execute(_OF, {"ids": as_json_list(sorted(item_ids)), "moment": moment}).fetchall()
    return tuple(Reuse(*row) for row in rows)


def standing_of(con: duckdb.DuckDBPyConnection, story_id: str) -> Standing | None:
    """How many stand behind a story, None where nobody has counted."""
    rows = con.execute(f"SELECT {', '.join(_STANDING.split())} FROM story_standings WHERE story_id = ?", [story_id])  # noqa: S608
    for _, outlets, texts, name, kind, item_id, at, followers in rows.fetchall():
        return Standing(outlets, texts, Origin(name, kind, item_id, at, followers) if name else None)
    return None


def store_standings(con: duckdb.DuckDBPyConnection, standings: Mapping[str, Standing]) -> None:
    """Story id -> how many stand behind it; what was said of these stories goes, and what of stories that are gone."""
    rows = [
        (
            story_id,
            one.outlets,
            one.texts,
            *((one.origin.name, one.origin.kind, one.origin.item_id, one.origin.at) if one.origin else (None,) * 4),
            one.origin.outlets if one.origin else None,
        )
        for story_id, one in standings.items()
    ]
    with transaction(con):
        con.execute(
            "DELETE FROM story_standings WHERE story_id IN (SELECT unnest(CAST(CAST($1 AS JSON) AS VARCHAR[])))"
            " OR story_id NOT IN (SELECT story_id FROM story_items WHERE valid_to IS NULL)",
            [as_json_list(list(standings))],
        )
        insert_rows(con, "story_standings", _STANDING, rows)
