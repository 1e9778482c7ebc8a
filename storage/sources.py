"""Mirrors the configured sources; remembers how each answered, how it is doing and what was told. Does not fetch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import duckdb

from parsers.configured import Source
from parsers.judging.health import Event, Health
from parsers.judging.states import TROUBLE
from storage.healths import health_from
from storage.writing import as_json_list, insert_rows, transaction

_COLUMNS = (
    "source_id name url form language country publisher_type family weight status homepage enabled reason note pages"
    " verify_tls listed_at gone_at"
)
_STATES = """
SELECT f.source_id, f.url, f.etag, f.last_modified, f.body_sha256, f.moved_to, f.consecutive_failures,
    f.last_outcome, f.last_kind, f.last_detail, f.last_attempt_at, f.last_success_at, f.health
FROM feed_states AS f LEFT JOIN sources AS s USING (source_id)
WHERE s.url IS NULL OR s.url = f.url
"""
_ARRIVALS = """
WITH asked AS (
    SELECT unnest(CAST(CAST($ids AS JSON) AS VARCHAR[])) AS source_id
),
watched AS (
    SELECT s.source_id, greatest(min(timezone('UTC', s.started_at))::DATE + 1, $first) AS first
    FROM fetches AS s JOIN feed_states AS f ON f.source_id = s.source_id AND f.url = s.url
    WHERE s.outcome = 'read' AND s.source_id IN (FROM asked)
    GROUP BY s.source_id
),
days AS (
    SELECT source_id, unnest(generate_series(first, $last, INTERVAL 1 DAY))::DATE AS day FROM watched
),
news AS (
    SELECT source_id, timezone('UTC', first_seen_at)::DATE AS day, count(*) AS entries
    FROM entries
    WHERE source_id IN (FROM asked) AND first_seen_at >= $since
        AND coalesce(published_at, first_seen_at)
            BETWEEN first_seen_at - INTERVAL 48 HOUR AND first_seen_at + INTERVAL 48 HOUR
    GROUP BY ALL
)
SELECT source_id, list(coalesce(entries, 0) ORDER BY day)
FROM days LEFT JOIN news USING (source_id, day)
GROUP BY source_id
"""
WINDOW = timedelta(days=28)
"""Of whole days that tell how much news a source brings: four of each weekday."""


@dataclass(frozen=True, slots=True)
class FeedState:
    """How a feed answered last.

    Attributes:
        url: the address asked for; `etag`, `last_modified` and `body_sha256` hold for it alone.
        moved_to: where a permanent redirect pointed.
        consecutive_failures: 0 after every answer that could be read.
        last_kind, last_detail: of the last failure; None after a success.
        health: None until the source was visited by a program that judges it.
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
    health: Health | None = None


@dataclass(frozen=True, slots=True)
class SourceEvent:
    """Something that was told of a source."""

    source_id: str
    at: datetime
    event: Event


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
            source.verify_tls,
            now,
            None,
        )
        for source in sources
    ]
    with transaction(con):
        insert_rows(con, "sources", _COLUMNS, rows, key="source_id", keep=("listed_at",))
        con.execute(
            "UPDATE sources SET gone_at = ? WHERE gone_at IS NULL"
            " AND source_id NOT IN (SELECT unnest(CAST(CAST(? AS JSON) AS VARCHAR[])))",
            [now, as_json_list([source.id for source in sources])],
        )


def feed_states(con: duckdb.DuckDBPyConnection) -> Mapping[str, FeedState]:
    """Source id -> state; a source whose address was changed since has none, for nothing is known of the new one."""
    rows = con.execute(_STATES).fetchall()
    return {row[0]: FeedState(*[*row[:-1], health_from(row[-1]) if row[-1] else None]) for row in rows}


def left_behind(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Sources that were in trouble at an address which somebody has changed since."""
    rows = con.execute(
        "SELECT f.source_id FROM feed_states AS f JOIN sources AS s USING (source_id)"
        " WHERE s.url <> f.url AND (f.trouble >= ? OR f.state = 'gone')",
        [TROUBLE],
    ).fetchall()
    return frozenset(source_id for (source_id,) in rows)


def arrivals(con: duckdb.DuckDBPyConnection, source_ids: Sequence[str], now: datetime) -> Mapping[str, tuple[int, ...]]:
    """Id of each source -> entries first seen on each of the last 28 whole UTC days before `now`, oldest first.

    Days up to the one on which its address was read first are left out: a first visit brings a whole feed. So are
    entries dated more than two days from when they were seen: a walk back through 1,500 older ones is no busy day.
    """
    today = now.astimezone(UTC).date()
    since = datetime(today.year, today.month, today.day, tzinfo=UTC) - WINDOW
    values = {
        "ids": as_json_list(list(source_ids)),
        "first": since.date(),
        "last": today - timedelta(days=1),
        "since": since,
    }
    found = {source_id: tuple(counts) for source_id, counts in con.execute(_ARRIVALS, values).fetchall()}
    return {source_id: found.get(source_id, ()) for source_id in source_ids}


def recent_events(con: duckdb.DuckDBPyConnection, since: datetime) -> list[SourceEvent]:
    """What was told of sources since then, newest first."""
    rows = con.execute(
        "SELECT source_id, told_at, kind, detail FROM source_events WHERE told_at >= ?"
        " ORDER BY told_at DESC, source_id, position",
        [since],
    ).fetchall()
    return [SourceEvent(source_id, at, Event(kind, detail)) for source_id, at, kind, detail in rows]


def asked_sources(con: duckdb.DuckDBPyConnection) -> Mapping[str, bool]:
    """Id of each source that is configured and enabled -> whether its certificate is checked."""
    rows = con.execute(
        "SELECT source_id, verify_tls FROM sources WHERE enabled AND gone_at IS NULL ORDER BY source_id"
    ).fetchall()
    return dict(rows)
