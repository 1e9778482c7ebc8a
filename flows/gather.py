"""Reads one source: its feed, sitemap or listing, and the pages behind what is news. Stores nothing and judges nothing
but whether a page is worth its fetch.

A page that could not be read for a reason that may pass (no answer, no time left in this visit) is waited for: its item
is made of what the feed says, the entry is marked, and the feed's validators are forgotten, so that the next visits
read the feed again and try the page again, until TRY_AGAIN_FOR has gone by since the first failure with these words.
An item that has its text from a page already is left as it is when its page fails.
"""

import asyncio
import dataclasses
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from parsers.configured import Source
from parsers.errors import FetchFailed, Refused, Unreadable
from parsers.judging.novelty import Decision, Known, decide, waiting, waiting_since
from parsers.model import Entry, Feed, Item, Page, Request, Response
from parsers.reading.confined import Readers
from parsers.reading.feeds import parse_feed
from parsers.reading.listings import parse_listing
from parsers.reading.normalise import make_item
from parsers.reading.pages import MAX_BYTES as MAX_PAGE_BYTES
from parsers.reading.pages import parse_page
from parsers.reading.pdf import parse_pdf
from parsers.reading.sitemaps import parse_sitemap
from storage.collected import FetchRow
from storage.sources import FeedState

T = TypeVar("T")
MAX_DOCUMENT_BYTES = 20_000_000
"""Of a page or PDF: an address does not tell which of the two it leads to. `parse_page` refuses much less by itself."""
TRY_AGAIN_FOR = timedelta(days=3)
"""Longer than the disturbances of a web server last, shorter than the week of an edition."""
PAGES_PER_VISIT = 60
"""More than a busy source publishes between two visits; a feed of thousands must not take the places of all others."""
VISIT_SECONDS = 300.0
"""Enough for 60 pages at 10 s each, two at a time; storing goes by the order of the sources, so all wait for one."""
BRIEF = 80
"""A summary of fewer characters says too little to decide that the page behind it is off-topic."""

Get = Callable[[Request], Awaitable[Response]]
"""Where answers come from: the network, or the archive of what was received before."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What reading needs: a way to get answers, children to parse them, a first judgement, the clock."""

    get: Get
    readers: Readers
    is_off_topic: Callable[[Item], bool]
    now: datetime


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A document that could not be read, with its bytes."""

    url: str
    kind: str
    reason: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that one visit to a source gave. `items` has one item for every decision that is new or changed.

    A decision's `sha256` carries the mark of `waiting` where the page is to be tried again.
    """

    source: Source
    fetch: FetchRow
    decisions: tuple[Decision, ...] = ()
    items: Mapping[int, Item] = dataclasses.field(default_factory=dict)
    responses: tuple[Response, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()


@dataclass(frozen=True, slots=True)
class _News:
    """What became of one piece of news. `item` is None where what is stored stays as it is."""

    decision: Decision
    item: Item | None
    response: Response | None = None
    broken: Quarantined | None = None
    waits: bool = False


async def gather(source: Source, state: FeedState | None, known: Mapping[str, Known], desk: Desk) -> Gathered:
    """Visit one source. Never raises for what the source did: that is in `Gathered.fetch`.

    The same bytes as at the last visit are `unchanged`, as if the server had said so.
    """
    deadline = asyncio.get_running_loop().time() + VISIT_SECONDS
    request = Request(
        url=source.url,
        etag=state.etag if state else None,
        last_modified=state.last_modified if state else None,
        user_agent=source.user_agent,
        local=source.local,
    )
    row = FetchRow(source_id=source.id, url=source.url, started_at=desk.now, seconds=0.0, outcome="failed")
    try:
        response = await desk.get(request)
    except (FetchFailed, Refused) as error:
        row = dataclasses.replace(row, status=error.status, kind=error.kind, detail=error.detail)
        return Gathered(source, row)

    row = dataclasses.replace(
        row,
        seconds=response.seconds,
        status=response.status,
        bytes=len(response.body),
        etag=response.etag,
        last_modified=response.last_modified,
        body_sha256=hashlib.sha256(response.body).hexdigest() if response.body else None,
        moved_to=response.moved_to,
    )
    if response.not_modified or (state is not None and row.body_sha256 == state.body_sha256):
        return Gathered(source, dataclasses.replace(row, outcome="unchanged"))
    try:
        feed = await parsed(source, response, desk.readers)
    except Unreadable as error:
        row = dataclasses.replace(row, kind=error.kind, detail=error.detail, etag=None, last_modified=None)
        quarantined = Quarantined(source.url, error.kind, error.detail, response.body)
        return Gathered(source, row, responses=(response,), quarantined=(quarantined,))

    row = dataclasses.replace(
        row, outcome="read", format=feed.format, problems=feed.problems, entries=len(feed.entries)
    )
    decisions = decide(feed.entries, known, desk.now)
    made = await _news(source, decisions, known, deadline, desk)
    if any(one.waits for one in made.values()):
        row = dataclasses.replace(row, etag=None, last_modified=None, body_sha256=None)
    return Gathered(
        source,
        row,
        tuple(made[one.position].decision if one.position in made else one for one in decisions),
        items={position: one.item for position, one in made.items() if one.item},
        responses=(response, *(one.response for one in made.values() if one.response)),
        quarantined=tuple(one.broken for one in made.values() if one.broken),
    )


async def in_child(readers: Readers, function: Callable[..., T], *args: object) -> T:
    """Run a reading function in a child process without blocking the event loop.

    Raises:
        Unreadable: what the function raises, and when the children broke down twice over this document.
    """
    try:
        return await asyncio.wrap_future(readers.read(function, *args))
    except (BrokenExecutor, RuntimeError) as error:
        raise Unreadable(function.__name__, "parser-error", f"the child processes broke down: {error}") from error


async def parsed(source: Source, response: Response, readers: Readers) -> Feed:
    """The entries in a source's answer, by the form of the source.

    Raises:
        Unreadable: it is not of that form.
    """
    if source.form == "listing":
        return await in_child(readers, parse_listing, response.body, response.url, source.listing)
    if source.form == "sitemap":
        return await in_child(readers, parse_sitemap, response.body, response.url)
    return await in_child(readers, parse_feed, response.body, response.url, response.content_type)


async def _news(
    source: Source, decisions: Sequence[Decision], known: Mapping[str, Known], deadline: float, desk: Desk
) -> dict[int, _News]:
    """Position -> what became of each new or changed entry, in the order of the feed."""
    made: dict[int, _News] = {}
    readings: list[tuple[Decision, Item, str]] = []
    for decision in decisions:
        if decision.verdict not in ("new", "changed"):
            continue
        await asyncio.sleep(0)  # thousands of first judgements must not keep the others from the network
        item = make_item(decision.entry, None, source, desk.now)
        url = decision.entry.url
        if url is None or not _is_page_wanted(source, decision.entry, item, desk):
            made[decision.position] = _News(decision, item)
        elif len(readings) < PAGES_PER_VISIT:
            readings.append((decision, item, url))
        else:
            detail = f"{PAGES_PER_VISIT} others came first in this visit"
            made[decision.position] = _without_page(
                decision, known.get(decision.key), item, detail, desk.now, passes=True
            )
    read = await asyncio.gather(
        *(_with_page(source, one, known.get(one.key), item, url, deadline, desk) for one, item, url in readings)
    )
    made |= {news.decision.position: news for news in read}
    return dict(sorted(made.items()))


def _is_page_wanted(source: Source, entry: Entry, item: Item, desk: Desk) -> bool:
    says_enough = len(entry.summary) + len(entry.content) >= BRIEF
    return source.pages and not (says_enough and desk.is_off_topic(item))


async def _with_page(
    source: Source, decision: Decision, before: Known | None, item: Item, url: str, deadline: float, desk: Desk
) -> _News:
    """The item of one entry from the page behind it; `item` is what the feed alone gives."""
    request = Request(url, user_agent=source.user_agent, local=source.local, max_bytes=MAX_DOCUMENT_BYTES)
    response: Response | None = None
    try:
        async with asyncio.timeout_at(deadline):
            response = await desk.get(request)
            page = await read_document(response, desk.readers)
    except TimeoutError:
        detail = f"not read within {VISIT_SECONDS:g} s, which a visit to a source may take"
        return _without_page(decision, before, item, detail, desk.now, passes=True)
    except FetchFailed as error:
        return _without_page(decision, before, item, error.detail, desk.now, passes=True)
    except Refused as error:
        return _without_page(decision, before, item, error.detail, desk.now, passes=False)
    except Unreadable as error:
        news = _without_page(decision, before, item, error.detail, desk.now, passes=False)
        if response is None or (error.kind == "parse-limit" and len(response.body) > MAX_PAGE_BYTES):
            return news  # sixty pages of 20 MB that nobody can read would fill the disk
        broken = Quarantined(url, error.kind, error.detail, response.body)
        return dataclasses.replace(news, response=response, broken=broken)
    return _News(decision, make_item(decision.entry, page, source, desk.now), response)


def _without_page(
    decision: Decision, before: Known | None, item: Item, detail: str, now: datetime, *, passes: bool
) -> _News:
    """The news without its page, which failed as `detail` says. `passes`: the failure may pass by itself."""
    failed_before = waiting_since(before, decision.sha256)
    since = failed_before or now
    waits = passes and now - since < TRY_AGAIN_FOR
    stays = before is not None and before.item_id is not None and (before.has_page or failed_before is not None)
    decision = dataclasses.replace(
        decision,
        sha256=waiting(decision.sha256, since) if waits else decision.sha256,
        verdict="same" if stays else decision.verdict,
    )
    problems = (*item.problems, f"page not read: {detail}")
    return _News(decision, None if stays else dataclasses.replace(item, problems=problems), waits=waits)


async def read_document(response: Response, readers: Readers) -> Page:
    """The article in an answer, whether page or PDF.

    Raises:
        Unreadable: the bytes are neither.
    """
    if "pdf" in response.content_type or response.body.startswith(b"%PDF-"):
        return await in_child(readers, parse_pdf, response.body, response.url)
    return await in_child(readers, parse_page, response.body, response.url, response.content_type)
