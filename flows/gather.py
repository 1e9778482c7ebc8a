"""Reads one source: its feed, sitemap or listing, and the pages behind what is news. Stores nothing and judges nothing
but whether a page is worth its fetch."""

import asyncio
import dataclasses
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from parsers.errors import FetchFailed, Refused, Unreadable
from parsers.judging.novelty import Decision, Known, decide
from parsers.model import Feed, Item, Page, Request, Response, Source
from parsers.reading.confined import Readers
from parsers.reading.feeds import parse_feed
from parsers.reading.listings import parse_listing
from parsers.reading.normalise import make_item
from parsers.reading.pages import parse_page
from parsers.reading.pdf import parse_pdf
from parsers.reading.sitemaps import parse_sitemap
from storage.collected import FetchRow
from storage.sources import FeedState

T = TypeVar("T")
MAX_PAGE_BYTES = 3_000_000
MAX_PDF_BYTES = 20_000_000
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
    """All that one visit to a source gave. `items` has one item for every decision that is new or changed."""

    source: Source
    fetch: FetchRow
    decisions: tuple[Decision, ...] = ()
    items: Mapping[int, Item] = dataclasses.field(default_factory=dict)
    responses: tuple[Response, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()


async def gather(source: Source, state: FeedState | None, known: Mapping[str, Known], desk: Desk) -> Gathered:
    """Visit one source. Never raises for what the source did: that is in `Gathered.fetch`."""
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
    if response.not_modified:
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
    news = [decision for decision in decisions if decision.verdict in ("new", "changed")]
    made = await asyncio.gather(*(_item(source, decision, desk) for decision in news))
    return Gathered(
        source,
        row,
        decisions,
        items={decision.position: item for decision, (item, _, _) in zip(news, made, strict=True)},
        responses=(response, *(page for _, page, _ in made if page)),
        quarantined=tuple(broken for _, _, broken in made if broken),
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


async def _item(source: Source, decision: Decision, desk: Desk) -> tuple[Item, Response | None, Quarantined | None]:
    """The item of one entry: from its page where that is worth a fetch, else from what the feed said."""
    entry = decision.entry
    item = make_item(entry, None, source, desk.now)
    says_enough = len(entry.summary) + len(entry.content) >= BRIEF
    if entry.url is None or not source.pages or (says_enough and desk.is_off_topic(item)):
        return item, None, None
    try:
        response = await desk.get(
            Request(
                entry.url,
                user_agent=source.user_agent,
                local=source.local,
                max_bytes=MAX_PDF_BYTES if entry.url.lower().endswith(".pdf") else MAX_PAGE_BYTES,
            )
        )
    except (FetchFailed, Refused) as error:
        return _with_problem(item, f"page not read: {error.detail}"), None, None
    try:
        page = await read_document(response, desk.readers)
    except Unreadable as error:
        broken = Quarantined(entry.url, error.kind, error.detail, response.body)
        return _with_problem(item, f"page not read: {error.detail}"), response, broken
    return make_item(entry, page, source, desk.now), response, None


async def read_document(response: Response, readers: Readers) -> Page:
    """The article in an answer, whether page or PDF.

    Raises:
        Unreadable: the bytes are neither.
    """
    if "pdf" in response.content_type or response.body.startswith(b"%PDF-"):
        return await in_child(readers, parse_pdf, response.body, response.url)
    return await in_child(readers, parse_page, response.body, response.url, response.content_type)


def _with_problem(item: Item, problem: str) -> Item:
    return dataclasses.replace(item, problems=(*item.problems, problem))
