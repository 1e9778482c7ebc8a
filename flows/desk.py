"""The desk of a reader: how one address is asked and how one document is read. Knows no entry and stores nothing."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from parsers.configured import Site, Source
from parsers.errors import FetchFailed, Unreadable
from parsers.judging.assess import assess
from parsers.model import Entry, Feed, JudgedItem, Page, Request, Response
from parsers.reading.articles.pages import parse_page
from parsers.reading.articles.sites import site_for
from parsers.reading.confined import Readers
from parsers.reading.lists.aggregators import resolved
from parsers.reading.lists.feeds import parse_feed
from parsers.reading.lists.listings import parse_listing
from parsers.reading.lists.records import parse_records
from parsers.reading.lists.sitemaps import parse_sitemap
from parsers.reading.pdfs.pdf import parse_pdf
from parsers.reading.web.redirects import redirected

T = TypeVar("T")
Get = Callable[[Request], Awaitable[Response]]
"""Where answers come from: the network, or the archive of what was received before."""

RETRY_AFTER_SECONDS = (1.0, 2.0, 4.0)
"""Before each further time that an address is asked in one visit. Longer trouble is for the next visit."""
ASSESSED_AT_ONCE = 200
"""Entries that a child makes items of and judges in one go: a fraction of a second."""
MAY_PASS_AT_ONCE = frozenset({"connection", "truncated", "protocol"})


@dataclass(frozen=True, slots=True)
class Desk:
    """What reading needs: a way to get answers, children to parse and judge them, the clock.

    Attributes:
        rules: the file with the rules to judge by, see `parsers.judging.assess`; only `assess` asks for it.
        sites: what is known of the pages of single sites.
        pauses: seconds between tries at one address; no more tries than pauses.
    """

    get: Get
    readers: Readers
    now: datetime
    rules: Path = Path()
    sites: Sequence[Site] = ()
    pauses: Sequence[float] = RETRY_AFTER_SECONDS

    async def ask(self, request: Request) -> Response:
        """The answer; asked again after a pause where the failure is of the kind that passes within seconds.

        A server that says when it wants to be asked again is not asked before.

        Raises:
            FetchFailed, Refused: the last failure.
        """
        for pause in self.pauses:
            try:
                return await self.get(request)
            except FetchFailed as error:
                passes = error.kind in MAY_PASS_AT_ONCE or (error.kind == "status" and (error.status or 0) >= 500)
                if not passes or error.retry_after is not None:
                    raise
            # A server that stumbles under many clients must not meet all of them again at the same moment.
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
        return await self.get(request)

    async def assess(self, source: Source, entries: Sequence[tuple[Entry, Page | None]]) -> Sequence[JudgedItem | None]:
        """A judged item for each entry; None for one that cannot be judged, which does not harm the others."""
        if not entries:
            return []
        if len(entries) <= ASSESSED_AT_ONCE:
            try:
                return await in_child(self.readers, assess, entries, source, self.now, self.rules)
            except Unreadable:
                if len(entries) == 1:
                    return [None]
        half = len(entries) // 2
        return [*await self.assess(source, entries[:half]), *await self.assess(source, entries[half:])]


def request_to(source: Source, url: str) -> Request:
    """A plain request with what the source's table says of asking it.

    Headers, which may be a key, and the exception for its certificate hold for the source's own host alone.
    """
    own = Request(
        source.url,
        user_agent=source.user_agent,
        headers=source.headers,
        verify_tls=source.verify_tls,
        local=source.local,
    )
    return own if url == source.url else redirected(own, url)


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
    if source.form == "api":
        return await in_child(readers, parse_records, response.body, response.url, source.records)
    feed = await in_child(readers, parse_feed, response.body, response.url, response.content_type)
    if source.form == "query":
        feed = replace(feed, entries=tuple(map(resolved, feed.entries)))
    return feed


async def read_document(response: Response, readers: Readers, sites: Sequence[Site] = ()) -> Page:
    """The article in an answer, whether page or PDF.

    Raises:
        Unreadable: the bytes are neither.
    """
    if "pdf" in response.content_type or response.body.startswith(b"%PDF-"):
        return await in_child(readers, parse_pdf, response.body, response.url)
    site = site_for(response.url, sites, response.fetched_at.date())
    return await in_child(readers, parse_page, response.body, response.url, response.content_type, site)
