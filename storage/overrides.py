"""Keeps what people decided about the topics of items, every decision for ever. Changes no label: flows do."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

import duckdb

from parsers.model import Override
from storage.writing import as_json_list, insert_rows

_COLUMNS = "item_id topic action reason made_at"
_GIVEN = "$1 IS NULL OR item_id IN (SELECT unnest(CAST(CAST($1 AS JSON) AS VARCHAR[])))"
_IN_FORCE = f"""
SELECT {", ".join(_COLUMNS.split())} FROM overrides WHERE {_GIVEN}
QUALIFY row_number() OVER (PARTITION BY item_id, topic ORDER BY made_at DESC) = 1
ORDER BY item_id, made_at
"""  # noqa: S608 - the constants above
_TICK = timedelta(microseconds=1)


def write_overrides(con: duckdb.DuckDBPyConnection, overrides: Sequence[Override]) -> None:
    """Add decisions, inside the caller's transaction, in their order: each is later than those before it on its item.

    The newest one counts, so it must be the newest where the clock stands still or was set back, too.
    """
    ids = as_json_list([one.item_id for one in overrides])
    newest = dict(
        con.execute(f"SELECT item_id, max(made_at) FROM overrides WHERE {_GIVEN} GROUP BY 1", [ids]).fetchall()  # noqa: S608
    )
    rows = []
    for one in overrides:
        earlier = newest.get(one.item_id)
        newest[one.item_id] = made_at = max(one.made_at, earlier + _TICK) if earlier else one.made_at
        rows.append((one.item_id, one.topic, one.action, one.reason, made_at))
    insert_rows(con, "overrides", _COLUMNS, rows)


def overrides_in_force(
    con: duckdb.DuckDBPyConnection, item_ids: Sequence[str] | None = None
) -> Mapping[str, Sequence[Override]]:
    """Item id -> the newest decision on each of its topics, the oldest first; of these items, or of all."""
    found: dict[str, list[Override]] = defaultdict(list)
    wanted = None if item_ids is None else as_json_list(list(item_ids))
    for row in con.execute(_IN_FORCE, [wanted]).fetchall():
        if row[2] != "withdraw":
            found[row[0]].append(Override(*row))
    return dict(found)
