"""Stores all that came of visits to sources, together or not at all, and tells what is known. Does not read feeds."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from parsers.judging.health import Event, Health
from parsers.judging.novelty import Known
from parsers.model import Disposition, Entry, JudgedItem
from storage.fetches import FetchRow, write_events, write_feed_states, write_fetches
from storage.judgements import write_judgements
from storage.moments import next_moment
from storage.runs import check_lease
from storage.writing import as_json_list, given, insert_rows, transaction

__all__ = [
    "Brought",
    "FetchRow",
    "Quarantined",
    "StoredEntry",
    "known_entries",
    "known_entries_of",
    "store_reread",
    "store_visits",
    "unbalanced",
]

_ENTRY_COLUMNS = (
    "source_id entry_key entry_sha256 item_id guid url title summary content published_at updated_at published_raw"
    " authors tags language publisher attachments problems first_seen_at last_seen_at"
)
_ITEM_COLUMNS = (
    "item_id entry_key source_id url title summary text text_origin language published_at updated_at first_seen_at"
    " authors content_sha256 problems tags publisher copy_of version valid_from"
)
_TOLD = "url text_origin language published_at updated_at authors content_sha256 problems tags publisher copy_of"
_CHANGED = f"""
SELECT items.item_id, items.rowid FROM items JOIN given USING (item_id)
WHERE {" OR ".join(f"items.{name} IS DISTINCT FROM given.{name}" for name in _TOLD.split())}
"""  # noqa: S608 - here and below: constants of this module
_KEEP_VERSIONS = f"""
INSERT INTO item_versions BY NAME
SELECT *, $at AS valid_to FROM items WHERE rowid IN (SELECT rowid FROM ({_CHANGED}))
"""  # noqa: S608
_NEW_VALUES = ", ".join(f"{name} = given.{name}" for name in f"{_TOLD} entry_key title summary text valid_from".split())
_REPLACE = f"""
UPDATE items SET version = items.version + 1, {_NEW_VALUES}
FROM given WHERE items.item_id = given.item_id AND given.item_id IN (SELECT item_id FROM ({_CHANGED}))
"""  # noqa: S608
_KEPT_BYTES = 3_000_000
"""Of a document in quarantine: a PDF of 20 MB, written as base64 in JSON, took eleven times its size in memory."""


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry to store under its `key`, its identity inside the source."""

    key: str
    entry_sha256: str
    entry: Entry
    item_id: str | None


def known_entries(con: duckdb.DuckDBPyConnection, source_id: str) -> Mapping[str, Known]:
    """Key -> what is known, for all entries that the source ever had."""
    return known_entries_of(con, [source_id])[source_id]


def known_entries_of(con: duckdb.DuckDBPyConnection, source_ids: Sequence[str]) -> Mapping[str, Mapping[str, Known]]:
    """Source id -> key -> what is known; every source that is asked for has a mapping, if an empty one."""
    found: dict[str, dict[str, Known]] = {source_id: {} for source_id in source_ids}
    rows = con.execute(
        "SELECT e.source_id, e.entry_key, e.item_id, e.entry_sha256,"
        " coalesce(i.text_origin IN ('page', 'pdf'), false), e.title"
        " FROM entries AS e LEFT JOIN items AS i USING (item_id)"
        " WHERE e.source_id IN (SELECT unnest(CAST(CAST(? AS JSON) AS VARCHAR[])))",
        [as_json_list(list(found))],
    ).fetchall()
    for source_id, key, *rest in rows:
        found[source_id][key] = Known(*rest)
    return found


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A document that could not be read, with its bytes."""

    url: str
    kind: str
    reason: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Brought:
    """All that one visit to a source came to, judged."""

    fetch: FetchRow
    entries: Sequence[StoredEntry] = ()
    items: Sequence[JudgedItem] = ()
    dispositions: Sequence[Disposition] = ()
    quarantined: Sequence[Quarantined] = ()
    health: Health | None = None
    events: Sequence[Event] = ()


def store_visits(
    con: duckdb.DuckDBPyConnection, run_id: str, visits: Sequence[Brought], now: datetime, at: datetime | None = None
) -> None:
    """Store everything or nothing; what the run has of a source already stays as it is.

    An item of which anything changed is replaced; its old version goes to `item_versions`. When a key comes twice in
    one feed the last entry counts, and the same holds for items.

    Args:
        now: when the run began, the time of its fetches and of all that it saw first.
        at: the time of storing, from which on versions and judgements hold; `now` if not given.

    Raises:
        Busy: this process does not hold the run (any more).
    """
    with transaction(con):
        check_lease(con, run_id)
        done = {name for (name,) in con.execute("SELECT source_id FROM fetches WHERE run_id = ?", [run_id]).fetchall()}
        new = [one for one in visits if one.fetch.source_id not in done]
        if not new:
            return
        write_fetches(con, run_id, [(one.fetch, one.health) for one in new], now)
        write_feed_states(con, [(one.fetch, one.health) for one in new], now)
        write_events(con, run_id, [(one.fetch.source_id, one.events) for one in new], now)
        _write_entries(con, [(one.fetch.source_id, entry) for one in new for entry in one.entries], now)
        _write_judged(con, [judged for one in new for judged in one.items], at or now)
        _write_dispositions(con, run_id, [(one.fetch.source_id, end) for one in new for end in one.dispositions])
        _write_quarantine(
            con, run_id, [(one.fetch.source_id, broken) for one in new for broken in one.quarantined], now
        )


def store_reread(
    con: duckdb.DuckDBPyConnection,
    run_id: str,
    source_id: str,
    entries: Sequence[StoredEntry],
    judged: Sequence[JudgedItem],
    now: datetime,
    at: datetime | None = None,
) -> None:
    """Store entries and items that were read again from the archive; there was no fetch, so nothing else changes.

    Raises:
        Busy: this process does not hold the run (any more).
    """
    with transaction(con):
        check_lease(con, run_id)
        _write_entries(con, [(source_id, entry) for entry in entries], now)
        _write_judged(con, judged, at or now)


def unbalanced(con: duckdb.DuckDBPyConnection, run_id: str) -> list[tuple[str, int]]:
    """(source id, entries read less entries accounted for) of a run, where that is not zero; it never should be."""
    return con.execute(
        "SELECT source_id, difference FROM v_disposition_balance"
        " WHERE run_id = ? AND difference <> 0 ORDER BY source_id",
        [run_id],
    ).fetchall()


def _write_entries(con: duckdb.DuckDBPyConnection, entries: Sequence[tuple[str, StoredEntry]], now: datetime) -> None:
    latest = {(source_id, stored.key): stored for source_id, stored in entries}
    rows = [
        (
            source_id,
            stored.key,
            stored.entry_sha256,
            stored.item_id,
            stored.entry.guid,
            stored.entry.url,
            stored.entry.title,
            stored.entry.summary,
            stored.entry.content,
            stored.entry.published,
            stored.entry.updated,
            stored.entry.published_raw,
            stored.entry.authors,
            stored.entry.tags,
            stored.entry.language,
            stored.entry.publisher,
            stored.entry.attachments,
            stored.entry.problems,
            now,
            now,
        )
        for (source_id, _), stored in latest.items()
    ]
    insert_rows(con, "entries", _ENTRY_COLUMNS, rows, key="source_id entry_key", keep=("first_seen_at",))


def _write_judged(con: duckdb.DuckDBPyConnection, judged: Sequence[JudgedItem], now: datetime) -> None:
    if not judged:
        return
    at = next_moment(con, now)
    latest = {one.item.id: one for one in judged}
    stored = con.execute(
        "SELECT item_id FROM items WHERE item_id IN (SELECT unnest(CAST(CAST(? AS JSON) AS VARCHAR[])))",
        [as_json_list(list(latest))],
    ).fetchall()
    again = {item_id: _item_row(latest[item_id], at) for (item_id,) in stored}
    if again:
        with given(con, "items", _ITEM_COLUMNS, list(again.values())):
            con.execute(_KEEP_VERSIONS, {"at": at})
            con.execute(_REPLACE)
    unknown = latest.keys() - again.keys()
    insert_rows(con, "items", _ITEM_COLUMNS, [_item_row(one, at) for key, one in latest.items() if key in unknown])
    write_judgements(con, [(item_id, one.judgement) for item_id, one in latest.items()], at, unknown)


def _item_row(judged: JudgedItem, at: datetime) -> tuple[object, ...]:
    item = judged.item
    return (
        item.id,
        item.key,
        item.source_id,
        item.url,
        item.title,
        item.summary,
        item.text,
        item.text_origin,
        item.language,
        item.published,
        item.updated,
        item.first_seen,
        item.authors,
        item.content_sha256,
        item.problems,
        item.tags,
        item.publisher,
        judged.copy_of,
        1,
        at,
    )


def _write_dispositions(con: duckdb.DuckDBPyConnection, run_id: str, ends: Sequence[tuple[str, Disposition]]) -> None:
    insert_rows(
        con,
        "dispositions",
        "run_id source_id position title url outcome reason item_id copy_of",
        [
            (run_id, source_id, one.position, one.title, one.url, one.outcome, one.reason, one.item_id, one.copy_of)
            for source_id, one in ends
        ],
    )


def _write_quarantine(
    con: duckdb.DuckDBPyConnection, run_id: str, broken: Sequence[tuple[str, Quarantined]], now: datetime
) -> None:
    """The same bytes of the same source are kept once; what is larger than `_KEPT_BYTES` only by its hash and size."""
    latest = {(source_id, hashlib.sha256(one.body).hexdigest()): one for source_id, one in broken}
    for (source_id, sha256), one in latest.items():  # row by row: a statement holds its bytes several times over
        kept = len(one.body) <= _KEPT_BYTES
        reason = one.reason if kept else f"{one.reason} (its bytes are in the archive alone)"
        content = one.body if kept else b""
        insert_rows(
            con,
            "quarantine",
            "source_id sha256 run_id url kind reason bytes content first_seen_at last_seen_at",
            [(source_id, sha256, run_id, one.url, one.kind, reason, len(one.body), content, now, now)],
            key="source_id sha256",
            keep=("first_seen_at", "content"),
        )
