"""Stores all that came of one fetch, in one transaction, and tells what is known already. Does not read feeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import duckdb

from parsers.judging.novelty import Known
from parsers.model import Disposition, Entry, Item, JudgedItem
from storage.judgements import write_judgements
from storage.runs import check_lease
from storage.writing import as_json_list, insert_rows, transaction

FetchOutcome = Literal["read", "unchanged", "failed"]

_ENTRY_COLUMNS = (
    "source_id entry_key entry_sha256 item_id guid url title summary content published_at updated_at published_raw"
    " authors tags language attachments problems first_seen_at last_seen_at"
)
_ITEM_COLUMNS = (
    "item_id entry_key source_id url title summary text text_origin language published_at updated_at first_seen_at"
    " authors content_sha256 problems copy_of rules_version version stored_at"
)
_KEEP_VERSIONS = """
INSERT INTO item_versions
SELECT item_id, version, url, title, summary, text, text_origin, published_at, updated_at, content_sha256,
    rules_version, stored_at, $2
FROM items WHERE item_id IN (SELECT unnest(CAST(CAST($1 AS JSON) AS VARCHAR[])))
"""


@dataclass(frozen=True, slots=True)
class FetchRow:
    """How the fetch of one source went.

    Attributes:
        url: the address that was asked for (not the one that answered): validators hold for it alone.
        seconds: wall-clock time.
        status: of the last answer; None where there was none.
        bytes: of the body, decoded.
        kind, detail: of a failure, as in the error.
        format: of the feed; None where nothing was read.
        moved_to: where a permanent redirect points.
        entries: how many the feed held; None for the number of entries handed over with this row.
    """

    source_id: str
    url: str
    started_at: datetime
    seconds: float
    outcome: FetchOutcome
    status: int | None = None
    bytes: int = 0
    kind: str | None = None
    detail: str | None = None
    format: str | None = None
    problems: tuple[str, ...] = ()
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    moved_to: str | None = None
    entries: int | None = None


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry to store under its `key`, its identity inside the source."""

    key: str
    entry_sha256: str
    entry: Entry
    item_id: str | None


def known_entries(con: duckdb.DuckDBPyConnection, source_id: str) -> Mapping[str, Known]:
    """Key -> what is known, for all entries that the source ever had."""
    rows = con.execute(
        "SELECT e.entry_key, e.item_id, e.entry_sha256, coalesce(i.text_origin IN ('page', 'pdf'), false)"
        " FROM entries AS e LEFT JOIN items AS i USING (item_id) WHERE e.source_id = ?",
        [source_id],
    ).fetchall()
    return {key: Known(item_id, sha256, has_page) for key, item_id, sha256, has_page in rows}


def store_fetch(
    con: duckdb.DuckDBPyConnection,
    run_id: str,
    fetch: FetchRow,
    entries: Sequence[StoredEntry],
    judged: Sequence[JudgedItem],
    dispositions: Sequence[Disposition],
    now: datetime,
) -> bool:
    """Store everything or nothing; False, and nothing is written, when the run has this source already.

    An item whose content changed is replaced; its old version goes to `item_versions`. When a key comes twice in one
    feed the last entry counts, and the same holds for items.

    Raises:
        Busy: this process does not hold the run (any more).
    """
    with transaction(con):
        check_lease(con, run_id)
        if _is_stored(con, run_id, fetch.source_id):
            return False
        _write_fetch(con, run_id, fetch, len(entries) if fetch.entries is None else fetch.entries, now)
        _write_feed_state(con, fetch, now)
        _write_entries(con, fetch.source_id, entries, now)
        _write_items(con, judged, now)
        write_judgements(con, [(one.item.id, one.judgement) for one in judged], now)
        _write_dispositions(con, run_id, fetch.source_id, dispositions)
    return True


def store_reread(
    con: duckdb.DuckDBPyConnection,
    run_id: str,
    source_id: str,
    entries: Sequence[StoredEntry],
    judged: Sequence[JudgedItem],
    now: datetime,
) -> None:
    """Store entries and items that were read again from the archive; there was no fetch, so nothing else changes.

    Raises:
        Busy: this process does not hold the run (any more).
    """
    with transaction(con):
        check_lease(con, run_id)
        _write_entries(con, source_id, entries, now)
        _write_items(con, judged, now)
        write_judgements(con, [(one.item.id, one.judgement) for one in judged], now)


def store_quarantine(
    con: duckdb.DuckDBPyConnection,
    run_id: str,
    source_id: str,
    url: str,
    kind: str,
    reason: str,
    sha256: str,
    content: bytes,
    now: datetime,
) -> None:
    """Keep bytes that could not be read. The same bytes of the same source are kept once."""
    with transaction(con):
        check_lease(con, run_id)
        insert_rows(
            con,
            "quarantine",
            "source_id sha256 run_id url kind reason bytes content first_seen_at last_seen_at",
            [(source_id, sha256, run_id, url, kind, reason, len(content), content, now, now)],
            replace=True,
            keep=("first_seen_at", "content"),
        )


def unbalanced(con: duckdb.DuckDBPyConnection, run_id: str) -> list[tuple[str, int]]:
    """(source id, entries read less entries accounted for) of a run, where that is not zero; it never should be."""
    return con.execute(
        "SELECT source_id, difference FROM v_disposition_balance"
        " WHERE run_id = ? AND difference <> 0 ORDER BY source_id",
        [run_id],
    ).fetchall()


def _is_stored(con: duckdb.DuckDBPyConnection, run_id: str, source_id: str) -> bool:
    return bool(con.execute("SELECT 1 FROM fetches WHERE run_id = ? AND source_id = ?", [run_id, source_id]).fetchall())


def _write_fetch(con: duckdb.DuckDBPyConnection, run_id: str, fetch: FetchRow, entries: int, now: datetime) -> None:
    insert_rows(
        con,
        "fetches",
        "run_id source_id url started_at seconds outcome status bytes kind detail format problems entries stored_at",
        [
            (
                run_id,
                fetch.source_id,
                fetch.url,
                fetch.started_at,
                fetch.seconds,
                fetch.outcome,
                fetch.status,
                fetch.bytes,
                fetch.kind,
                fetch.detail,
                fetch.format,
                fetch.problems,
                entries,
                now,
            )
        ],
    )


def _write_feed_state(con: duckdb.DuckDBPyConnection, fetch: FetchRow, now: datetime) -> None:
    """A failure never clears what was known (a feed that forgot its past once sent everything anew)."""
    before = con.execute(
        "SELECT etag, last_modified, body_sha256, moved_to, consecutive_failures, last_success_at FROM feed_states"
        " WHERE source_id = ? AND url = ?",
        [fetch.source_id, fetch.url],
    ).fetchall()
    etag, last_modified, body_sha256, moved_to, failures, success = before[0] if before else (None,) * 4 + (0, None)
    failed = fetch.outcome == "failed"
    if fetch.outcome == "read":
        etag, last_modified, body_sha256 = fetch.etag, fetch.last_modified, fetch.body_sha256
    elif fetch.outcome == "unchanged":
        etag, last_modified = fetch.etag or etag, fetch.last_modified or last_modified
    insert_rows(
        con,
        "feed_states",
        "source_id url etag last_modified body_sha256 moved_to consecutive_failures last_outcome last_kind"
        " last_detail last_attempt_at last_success_at",
        [
            (
                fetch.source_id,
                fetch.url,
                etag,
                last_modified,
                body_sha256,
                moved_to if failed else fetch.moved_to,
                failures + 1 if failed else 0,
                fetch.outcome,
                fetch.kind,
                fetch.detail,
                now,
                success if failed else now,
            )
        ],
        replace=True,
    )


def _write_entries(
    con: duckdb.DuckDBPyConnection, source_id: str, entries: Sequence[StoredEntry], now: datetime
) -> None:
    latest = {stored.key: stored for stored in entries}
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
            stored.entry.attachments,
            stored.entry.problems,
            now,
            now,
        )
        for stored in latest.values()
    ]
    insert_rows(con, "entries", _ENTRY_COLUMNS, rows, replace=True, keep=("first_seen_at",))


def _write_items(con: duckdb.DuckDBPyConnection, judged: Sequence[JudgedItem], now: datetime) -> None:
    latest = {one.item.id: one for one in judged}
    stored = con.execute(
        "SELECT item_id, content_sha256, version FROM items"
        " WHERE item_id IN (SELECT unnest(CAST(CAST(? AS JSON) AS VARCHAR[])))",
        [as_json_list(list(latest))],
    ).fetchall()
    changed = {item_id for item_id, sha256, _ in stored if sha256 != latest[item_id].item.content_sha256}
    versions = {item_id: version + (item_id in changed) for item_id, _, version in stored}
    con.execute(_KEEP_VERSIONS, [as_json_list(sorted(changed)), now])
    rows = [_item_row(one.item, one, versions.get(item_id, 1), now) for item_id, one in latest.items()]
    insert_rows(con, "items", _ITEM_COLUMNS, rows, replace=True, keep=("first_seen_at",))


def _item_row(item: Item, judged: JudgedItem, version: int, now: datetime) -> tuple[object, ...]:
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
        judged.copy_of,
        judged.judgement.rules_version,
        version,
        now,
    )


def _write_dispositions(
    con: duckdb.DuckDBPyConnection, run_id: str, source_id: str, dispositions: Sequence[Disposition]
) -> None:
    insert_rows(
        con,
        "dispositions",
        "run_id source_id position title url outcome reason item_id copy_of",
        [
            (run_id, source_id, one.position, one.title, one.url, one.outcome, one.reason, one.item_id, one.copy_of)
            for one in dispositions
        ],
    )
