"""Gives every transaction its moment in the time of the database. Reads no clock and no meaning.

What a moment has shown is shown by it for ever: whatever is written later has a later one, also where the clock stands
still, was set back, or another process began earlier and stores later.
"""

from datetime import UTC, datetime, timedelta

import duckdb

FOREVER = datetime.max.replace(tzinfo=UTC)
"""As a moment of knowledge: all that is known now."""
_TICK = timedelta(microseconds=1)
_LATEST = """
SELECT max(moment) FROM (
    SELECT max(valid_from) AS moment FROM items
    UNION ALL SELECT max(valid_from) FROM judgements
    UNION ALL SELECT max(valid_from) FROM story_items
    UNION ALL SELECT max(valid_to) FROM story_items
    UNION ALL SELECT max(valid_from) FROM text_reuse
    UNION ALL SELECT max(valid_to) FROM text_reuse
    UNION ALL SELECT max(known_at) FROM editions
    UNION ALL SELECT max(issued_at) FROM editions
)
"""


def known_at(con: duckdb.DuckDBPyConnection, now: datetime) -> datetime:
    """The moment that shows all that is stored and nothing that will be: `now`, or later where the data are."""
    latest = _latest(con)
    return now if latest is None else max(now, latest)


def next_moment(con: duckdb.DuckDBPyConnection, now: datetime) -> datetime:
    """The moment of what this transaction writes: `now`, or the next one after all that was stored or shown."""
    latest = _latest(con)
    return now if latest is None else max(now, latest + _TICK)


def _latest(con: duckdb.DuckDBPyConnection) -> datetime | None:
    found = con.execute(_LATEST).fetchall()
    latest: datetime | None = found[0][0]
    return latest
