"""What a second reading of the archive has to know of the first one. Reads no answer."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import duckdb

from storage.moments import next_moment
from storage.runs import check_lease
from storage.writing import as_json_list, transaction

_SEEN = """
(SELECT unnest(CAST(CAST($1 AS JSON) AS VARCHAR[])) AS item_id,
    unnest(CAST(CAST($2 AS JSON) AS TIMESTAMPTZ[])) AS at) AS seen
"""
_KEEP_BEFORE = f"""
INSERT INTO item_versions BY NAME
SELECT i.*, $3 AS valid_to FROM items AS i JOIN {_SEEN} USING (item_id)
"""  # noqa: S608
_DATE_BACK = f"""
UPDATE items SET first_seen_at = seen.at, version = version + 1, valid_from = $3
FROM {_SEEN} WHERE items.item_id = seen.item_id
"""  # noqa: S608 - the constant above


def entries_read(con: duckdb.DuckDBPyConnection, source_id: str) -> Mapping[str, int]:
    """Run -> how many entries the source had then, of all runs that read it."""
    return dict(
        con.execute(
            "SELECT run_id, entries FROM fetches WHERE source_id = ? AND outcome = 'read'", [source_id]
        ).fetchall()
    )


def taken_though_old(con: duckdb.DuckDBPyConnection, source_id: str, horizon: timedelta) -> frozenset[str]:
    """Keys of the entries that became items though they were older than `horizon`: somebody asked for older news."""
    rows = con.execute(
        "SELECT entry_key FROM items WHERE source_id = ? AND published_at < first_seen_at - to_seconds(?)",
        [source_id, horizon.total_seconds()],
    ).fetchall()
    return frozenset(key for (key,) in rows)


def last_read_without_answer(con: duckdb.DuckDBPyConnection, source_id: str) -> datetime | None:
    """When the source was last read with an answer that is not in the archive (any more); None: all answers are."""
    found = con.execute(
        "SELECT max(f.started_at) FROM fetches AS f WHERE f.source_id = $1 AND f.outcome = 'read' AND NOT EXISTS"
        " (FROM archive AS a WHERE a.run_id = f.run_id AND a.source_id = $1 AND a.kind = 'feed')",
        [source_id],
    ).fetchall()
    when: datetime | None = found[0][0]
    return when


def date_back(con: duckdb.DuckDBPyConnection, run_id: str, first_seen: Mapping[str, datetime], now: datetime) -> None:
    """Note of items, by id, that they were there earlier than was thought.

    Raises:
        Busy: this process does not hold the run (any more).
    """
    with transaction(con):
        check_lease(con, run_id)
        times = [at.isoformat() for at in first_seen.values()]
        values = [as_json_list(list(first_seen)), as_json_list(times), next_moment(con, now)]
        con.execute(_KEEP_BEFORE, values)
        con.execute(_DATE_BACK, values)
