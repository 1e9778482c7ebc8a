"""Reads one source: what it lists, in whatever form, and the pages behind what is news. Stores nothing."""

import asyncio
import dataclasses
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from urllib.parse import urlsplit

from flows.desk import Desk, parsed, request_to
from flows.news import Effort, News, read_news
from parsers.configured import Source
from parsers.errors import FetchFailed, Refused, SeabridgeError, Unreadable
from parsers.judging.health import Visit
from parsers.judging.novelty import HORIZON, Decision, Known, decide
from parsers.model import Entry, Feed, JudgedItem, Response
from parsers.reading.links import absolute
from parsers.reading.lists.channels import feed_fingerprint
from parsers.reading.web.headers import max_age
from storage.collected import FetchRow, Quarantined
from storage.sources import FeedState

PAGES_PER_VISIT = 60
"""More than a busy source publishes between two visits; a feed of thousands must not take the places of all others."""
VISIT_SECONDS = 300.0
"""Enough for 60 pages at 10 s each, two at a time; storing goes by the order of the sources, so all wait for one."""
BYTES_PER_VISIT = 40_000_000
"""Of pages and PDFs, which are all in memory until they are stored."""
WALK = 12
"""How many times these three a walk through older entries may cost: an operator asked for it and waits."""
PARTS_PER_VISIT = 2
"""Sitemaps of an index that are read: the newest, and the one before, in case the month has just turned."""
DOCUMENTS_PER_WALK = 50
BYTES_PER_ENTRY = 4_000
"""In memory, with its item; measured on feeds of short summaries."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that one visit to a source gave. `items`: position -> what is new or changed, judged by itself.

    A decision's `sha256` carries the mark of `waiting` where the page is to be tried again.

    Attributes:
        visit: the facts from which the source's health is judged.
        feeds: answers of the source itself; `pages`: of what its entries link to.
    """

    source: Source
    fetch: FetchRow
    visit: Visit
    decisions: tuple[Decision, ...] = ()
    items: Mapping[int, JudgedItem] = field(default_factory=dict)
    feeds: tuple[Response, ...] = ()
    pages: tuple[Response, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()

    @property
    def weight(self) -> int:
        """About how many bytes of memory it takes up."""
        return BYTES_PER_ENTRY * len(self.decisions) + sum(len(one.body) for one in (*self.feeds, *self.pages))


@dataclass(slots=True)
class _Documents:
    """What a source itself answered: its feed, the parts of it, older ones. Filled while they are read.

    `own`: how many of the entries are not from older ones.
    """

    feed: Feed
    responses: list[Response]
    own: int = 0
    entries: list[Entry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, feed: Feed) -> None:
        self.entries += feed.entries
        self.problems += feed.problems


async def gather(
    source: Source,
    state: FeedState | None,
    known: Mapping[str, Known],
    desk: Desk,
    *,
    since: datetime | None = None,
    feed_only: bool = False,
) -> Gathered:
    """Visit one source. Never raises for what the source did: that is in `Gathered.fetch`.

    The same bytes as at the last visit are `unchanged`, as if the server had said so.

    Args:
        since: walk back through older entries to this day, as far as the source lets us.
        feed_only: leave alone what the entries link to, and do not judge them.
    """
    effort = _effort(walking=since is not None)
    request = request_to(source, source.url)
    if state and since is None:
        request = dataclasses.replace(request, etag=state.etag, last_modified=state.last_modified)
    row = FetchRow(source_id=source.id, url=source.url, started_at=desk.now, seconds=0.0, outcome="failed")
    try:
        response = await desk.ask(request)
    except (FetchFailed, Refused) as error:
        row = dataclasses.replace(row, status=error.status, kind=error.kind, detail=error.detail)
        return Gathered(source, row, _failed_visit(row, error))

    row = dataclasses.replace(
        row,
        seconds=response.seconds,
        status=response.status,
        bytes=len(response.body),
        etag=response.etag,
        last_modified=response.last_modified,
        body_sha256=_fingerprint(source, response.body) if response.body else None,
        moved_to=response.moved_to,
    )
    if response.not_modified or (since is None and state is not None and row.body_sha256 == state.body_sha256):
        row = dataclasses.replace(row, outcome="unchanged")
        age = max_age(response.headers)
        visit = Visit(desk.now, "unchanged", status=row.status, max_age=age, moved_to=row.moved_to)
        return Gathered(source, row, visit)
    try:
        documents = await _documents(source, response, desk, since)
    except (FetchFailed, Refused, Unreadable) as error:
        return _unread(source, row, response, error)
    horizon = max(HORIZON, desk.now - since) if since else HORIZON
    decisions = decide(documents.entries, known, desk.now, horizon)
    made = {} if feed_only else await read_news(source, decisions, known, effort, desk)
    return _gathered(source, row, documents, decisions, known, made, desk.now)


def _gathered(
    source: Source,
    row: FetchRow,
    documents: _Documents,
    decisions: Sequence[Decision],
    known: Mapping[str, Known],
    made: Mapping[int, News],
    now: datetime,
) -> Gathered:
    feed, entries = documents.feed, documents.entries
    row = dataclasses.replace(
        row, outcome="read", format=feed.format, problems=tuple(documents.problems), entries=len(entries)
    )
    # A page that waits, an entry that nobody could judge, an index that stays the same while its sitemaps change: the
    # next visit must look again.
    if feed.parts or any(one.waits or one.decision.verdict == "unjudged" for one in made.values()):
        row = dataclasses.replace(row, etag=None, last_modified=None, body_sha256=None)
    visit = _facts(documents, decisions, known, made, row, now)
    return Gathered(
        source,
        row,
        visit,
        tuple(made[one.position].decision if one.position in made else one for one in decisions),
        items={position: one.judged for position, one in made.items() if one.judged},
        feeds=tuple(documents.responses),
        pages=tuple(response for one in made.values() for response in one.responses),
        quarantined=tuple(broken for one in made.values() for broken in one.broken),
    )


def _facts(
    documents: _Documents,
    decisions: Sequence[Decision],
    known: Mapping[str, Known],
    made: Mapping[int, News],
    row: FetchRow,
    now: datetime,
) -> Visit:
    """What the source's health is judged from; what a walk found behind its own entries is no sign of it."""
    entries, own = documents.entries[: documents.own], decisions[: documents.own]
    dates = [date for entry in entries if (date := entry.published or entry.updated)]
    languages = Counter(one.judged.item.language for one in made.values() if one.judged)
    return Visit(
        now,
        "read",
        status=row.status,
        max_age=max_age(documents.responses[0].headers),
        rhythm=documents.feed.rhythm,
        entries=len(entries),
        fresh=sum(one.renamed or one.key not in known for one in own if one.verdict not in ("repeat", "empty")),
        dated=len(dates),
        newest=max((date for date in dates if date <= now), default=None),
        # not as declared: a domain that was sold keeps what its software declares
        language=languages.most_common(1)[0][0] if languages else None,
        moved_to=row.moved_to,
    )


def _effort(*, walking: bool) -> Effort:
    times = WALK if walking else 1
    until = asyncio.get_running_loop().time() + VISIT_SECONDS * times
    return Effort(PAGES_PER_VISIT * times, BYTES_PER_VISIT * times, until)


def _failed_visit(row: FetchRow, error: SeabridgeError) -> Visit:
    wait = error.retry_after if isinstance(error, FetchFailed) else None
    return Visit(row.started_at, "failed", kind=row.kind, status=row.status, detail=row.detail, retry_after=wait)


def _unread(source: Source, row: FetchRow, response: Response, error: FetchFailed | Refused | Unreadable) -> Gathered:
    """The source answered, but what it sent, or a part that it pointed to, could not be had or read."""
    row = dataclasses.replace(row, kind=error.kind, detail=error.detail, etag=None, last_modified=None)
    broken = (Quarantined(source.url, error.kind, error.detail, response.body),) * isinstance(error, Unreadable)
    return Gathered(source, row, _failed_visit(row, error), feeds=(response,), quarantined=broken)


def _fingerprint(source: Source, body: bytes) -> str:
    """Equal for answers that bring the same; a feed may say a new time of building each time it is asked."""
    return feed_fingerprint(body) if source.form in ("feed", "query") else hashlib.sha256(body).hexdigest()


async def _documents(source: Source, response: Response, desk: Desk, since: datetime | None) -> _Documents:
    """The entries of the answer, of the sitemaps that it names, and, `since` given, of what lies behind it.

    Raises:
        Unreadable: the answer is not of the source's form.
        FetchFailed: none of the sitemaps in its index could be read.
    """
    feed = await parsed(source, response, desk.readers)
    documents = _Documents(feed, [response])
    documents.add(feed)
    parts = feed.parts[: DOCUMENTS_PER_WALK if since else PARTS_PER_VISIT]
    for number, part in enumerate(parts, start=1):
        try:
            documents.add(await _next(source, part, desk, documents))
        except (FetchFailed, Refused, Unreadable) as error:
            documents.problems.append(f"not read: {error}")
            if number == len(parts) and not documents.entries:
                # not as it is: a part that is gone does not make the source gone
                raise FetchFailed(source.url, "status", f"none of its sitemaps could be read: {error}") from error
    documents.own = len(documents.entries)
    if since:
        await _walk(documents, source, desk, since)
    return documents


async def _walk(documents: _Documents, source: Source, desk: Desk, since: datetime) -> None:
    """Older documents, until one lies before `since`, brings nothing new, or cannot be had: that is its end."""
    feed, seen = documents.feed, {(entry.url, entry.guid) for entry in documents.entries}
    for number in count():
        if number == DOCUMENTS_PER_WALK:
            documents.problems.append(f"stopped after {number} documents with older entries")
            return
        address = feed.older or _older_page(source, number)
        dates = [date for entry in feed.entries if (date := entry.published or entry.updated)]
        if address is None or (dates and min(dates) < since):
            return
        try:
            feed = await _next(source, address, desk, documents)
        except (FetchFailed, Refused, Unreadable) as error:
            documents.problems.append(f"older entries end here: {error}")
            return
        fresh = {(entry.url, entry.guid) for entry in feed.entries} - seen
        if not fresh:
            return
        seen |= fresh
        documents.add(feed)


def _older_page(source: Source, number: int) -> str | None:
    """The address of the `number`-th page (from 0) behind the source's own, where it has such pages."""
    if source.older:
        return absolute(source.older.replace("{page}", str(number + source.older_from)), source.url)
    if source.form == "feed" and urlsplit(source.url).path.rstrip("/").endswith("/feed"):
        return absolute(f"?paged={number + 2}", source.url)  # WordPress
    return None


async def _next(source: Source, url: str, desk: Desk, documents: _Documents) -> Feed:
    response = await desk.ask(request_to(source, url))
    feed = await parsed(source, response, desk.readers)
    documents.responses.append(response)
    return feed
