"""Reads what the archive has of one source again, newest answers first. Compares nothing and stores nothing."""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from flows.desk import parsed, read_document
from flows.news import offered_document, with_document
from parsers.configured import Site, Source
from parsers.errors import Permanent, Unreadable
from parsers.judging.novelty import HORIZON, Decision, Known, decide
from parsers.model import Entry, Feed, Item, Page, Response
from parsers.reading.confined import Readers
from parsers.reading.normalise import make_item
from storage.archive import Archived, archived_feeds, archived_pages, read_archived
from storage.collected import known_entries
from storage.database import Connection
from storage.rereading import entries_read, last_read_without_answer, taken_though_old

AHEAD = 3
"""Answers that the children read while one is compared."""


@dataclass(frozen=True, slots=True)
class Reread:
    """One entry as its newest answer has it.

    Attributes:
        missing: address of a document behind it that is not in the archive or no article for today's reader.
        may_change: no later answer of the source is lost, so it may replace what is stored.
        is_latest: no later answer had it, not even as one that is too old to be an item.
    """

    decision: Decision
    item: Item
    missing: str | None
    may_change: bool
    is_latest: bool


@dataclass(slots=True)
class Shelf:
    """What the archive has of one source, and what is found out while it is read.

    Attributes:
        feeds: answers of the source itself, newest first. `pages`: address -> answers from there, newest first.
        known: what is stored, so that an entry keeps its identity; learns while it is read.
        entries: run -> how many entries the source had then.
        old: keys of entries that were taken though they were too old.
        whole_since: when the newest answer came that is lost or reads worse than once: older ones change nothing.
        lost: file -> why its answers cannot be read back.
        worse: sentences about what reads worse than when it was collected.
        first: key -> when the oldest answer with that entry came, of those read so far.
    """

    source: Source
    feeds: Sequence[Archived]
    pages: Mapping[str, Sequence[Archived]]
    known: dict[str, Known]
    entries: Mapping[str, int]
    old: frozenset[str]
    whole_since: datetime | None
    lost: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    worse: list[str] = field(default_factory=list)
    first: dict[str, datetime] = field(default_factory=dict)
    figures: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Library:
    """Where the answers are, and who reads them."""

    folder: Path
    readers: Readers
    sites: Sequence[Site]


def shelf_of(con: Connection, source: Source, since: datetime | None) -> Shelf:
    """What is there of a source; of the source's own answers only those received at or after `since`, if given."""
    pages: dict[str, list[Archived]] = defaultdict(list)
    for where in archived_pages(con, source.id):
        pages[where.url].append(where)
    return Shelf(
        source,
        archived_feeds(con, source.id, since),
        pages,
        dict(known_entries(con, source.id)),
        entries_read(con, source.id),
        taken_though_old(con, source.id, HORIZON),
        last_read_without_answer(con, source.id),
    )


async def reread(shelf: Shelf, library: Library) -> AsyncIterator[Reread]:
    """Every entry once, as its newest answer has it; without those that were too old to become items.

    An item comes before the older answers are read, so with the time of its newest; `Shelf.first` has its oldest then.
    """
    source, too_old = shelf.source, set[str]()
    async for where, feed in _feeds(shelf, library):
        for decision in decide(feed.entries, shelf.known, where.received_at):
            if decision.verdict in ("repeat", "empty"):
                continue
            if decision.key in shelf.first:
                shelf.first[decision.key] = where.received_at
                continue
            dated = decision.entry.published or decision.entry.updated
            if dated is not None and dated < where.received_at - HORIZON and decision.key not in shelf.old:
                too_old.add(decision.key)
                continue
            shelf.first[decision.key] = where.received_at
            try:
                page, missing = await _document_behind(shelf, decision.entry, library)
            except Permanent:
                continue  # the feed's own words must not take the place of a text that was read from a page
            item = make_item(decision.entry, page, source, where.received_at)
            shelf.known.setdefault(decision.key, Known(item.id, decision.sha256, title=decision.entry.title))
            may_change = shelf.whole_since is None or where.received_at >= shelf.whole_since
            yield Reread(decision, item, missing, may_change, decision.key not in too_old)


async def _feeds(shelf: Shelf, library: Library) -> AsyncIterator[tuple[Archived, Feed]]:
    """The source's own answers that can be read, newest first; the next ones are read meanwhile."""
    documents = Counter(where.run_id for where in shelf.feeds)
    reading: deque[tuple[Archived, asyncio.Task[Feed | None]]] = deque()
    for where in (*shelf.feeds, *[None] * AHEAD):
        if where is not None:
            is_all = documents[where.run_id] == 1
            reading.append((where, asyncio.create_task(_feed(shelf, where, is_all, library))))
        if reading and (where is None or len(reading) > AHEAD):
            first, task = reading.popleft()
            shelf.figures["answers"] += 1
            feed = await task
            if feed is not None:
                yield first, feed


async def _feed(shelf: Shelf, where: Archived, is_all: bool, library: Library) -> Feed | None:
    """The entries in an answer of the source itself. `is_all`: the run had no other such answer."""
    known = shelf.entries.get(where.run_id, 0) if is_all else 0
    feed, why = None, ""
    try:
        feed = await parsed(shelf.source, _answer(shelf, where, library), library.readers)
    except Unreadable as error:
        why = f" ({error.detail})"
    except Permanent:
        _less_from(shelf, where)
        return None
    now = len(feed.entries) if feed else 0
    if now < known:
        _less_from(shelf, where)
        when = f"{where.received_at:%Y-%m-%d %H:%M} UTC"
        shelf.worse.append(f"the answer of {when} had {known} entries, and has {now} now{why}")
    elif feed is None:
        shelf.figures["answers still unreadable"] += 1
    return feed


def _less_from(shelf: Shelf, where: Archived) -> None:
    shelf.whole_since = max(shelf.whole_since or where.received_at, where.received_at)


async def _document_behind(shelf: Shelf, entry: Entry, library: Library) -> tuple[Page | None, str | None]:
    """The article behind an entry, and the address of what is missing of it.

    Raises:
        Permanent: the archive has lost an answer.
    """
    url = entry.url or next(iter(entry.attachments), None)
    page = await _document(shelf, url, library) if url else None
    if url is None or page is None:
        return None, url
    offered = offered_document(page, entry, url)
    if offered is None:
        return page, None
    document = await _document(shelf, offered, library)
    return (page, offered) if document is None else (with_document(page, document), None)


async def _document(shelf: Shelf, url: str, library: Library) -> Page | None:
    """The newest answer that is an article: one that is not takes no text away, neither here nor in a collection."""
    for where in shelf.pages.get(url, ()):
        with suppress(Unreadable):
            return await read_document(_answer(shelf, where, library), library.readers, library.sites)
    return None


def _answer(shelf: Shelf, where: Archived, library: Library) -> Response:
    try:
        return read_archived(library.folder, where)
    except Permanent as error:
        shelf.lost[where.file].append(str(error))
        raise
