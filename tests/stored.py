"""Stores one visit, for tests that need a database with something in it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from parsers.judging.health import Event, Health
from parsers.model import Disposition, JudgedItem
from storage.collected import Brought, FetchRow, Quarantined, StoredEntry, store_visits
from storage.database import Connection


def store_visit(
    con: Connection,
    run_id: str,
    fetch: FetchRow,
    entries: Sequence[StoredEntry],
    items: Sequence[JudgedItem],
    dispositions: Sequence[Disposition],
    now: datetime,
    health: Health | None = None,
    events: Sequence[Event] = (),
    quarantined: Sequence[Quarantined] = (),
) -> None:
    """`fetch.entries` 0 stands for the number of entries handed over."""
    fetch = replace(fetch, entries=fetch.entries or len(entries))
    store_visits(con, run_id, [Brought(fetch, entries, items, dispositions, quarantined, health, events)], now)
