"""Mirrors the configured sources and remembers how each feed answered last. Does not fetch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from parsers.configured import Source
from storage.writing import as_json_list, insert_rows, transaction

_COLUMNS = (
    "source_id name url form language country publisher_type family weight status homepage enabled reason note pages"
    " listed_at gone_at"
)
_STATES = """
SELECT f.source_id, f.url, f.etag, f.last_modified, f.body_sha256, f.moved_to, f.consecutive_failures,
    f.last_outcome, f.last_kind, f.last_detail, f.last_attempt_at, f.last_success_at
FROM feed_states AS f LEFT JOIN sources AS s USING (source_id)
WHERE s.url IS NULL OR s.url = f.url
"""


@dataclass(frozen=True, slots=True)
class FeedState:
    """How a feed answered last.

    Attributes:
        url: the address asked for; `etag`, `last_modified` and `body_sha256` hold for it alone.
        moved_to: where a permanent redirect pointed.
        consecutive_failures: 0 after every answer that could be read.
        last_kind, last_detail: of the last failure; None after a success.
    """

    source_id: str
    url: str
    etag: str | None
    last_modified: str | None
    body_sha256: str | None
    moved_to: str | None
    consecutive_failures: int
    last_outcome: str
    last_kind: str | None
    last_detail: str | None
    last_attempt_at: datetime
    last_success_at: datetime | None


def sync_sources(con: duckdb.DuckDBPyConnection, sources: Sequence[Source], now: datetime) -> None:
    """Make the table mirror the configuration; a source that is no longer configured is marked gone, never deleted."""
    rows = [
        (
            source.id,
            source.name,
            source.url,
            source.form,
            source.language,
            source.country,
            source.publisher_type,
            source.family,
            source.weight,
            source.status,
            source.homepage,
            source.enabled,
            source.reason,
            source.note,
            source.pages,
            now,
            None,
        )
        for source in sources
    ]
    with transaction(con):
        insert_rows(con, "sources", _COLUMNS, rows, replace=True, keep=("listed_at",))
        con.execute(
            "UPDATE sources SET gone_at = ? WHERE gone_at IS NULL"
            " AND source_id NOT IN (SELECT unnest(CAST(CAST(? AS JSON) AS VARCHAR[])))",
            [now, as_json_list([source.id for source in sources])],
        )


def feed_states(con: duckdb.DuckDBPyConnection) -> Mapping[str, FeedState]:
    """Source id -> state; a source whose address was changed since has none, for nothing is known of the new one."""
    return {row[0]: FeedState(*row) for row in con.execute(_STATES).fetchall()}
