"""What becomes of each piece of news in a feed: it is judged, and the page or PDF behind it is read. Stores nothing.

A page that could not be read for a reason that may pass (no answer, no time left in this visit) is waited for: its item
is made of what the feed says, the entry is marked, and the feed's validators are forgotten, so that the next visits
read the feed again and try the page again, until TRY_AGAIN_FOR has gone by since the first failure with these words.
An item that has its text from a page already is left as it is when its page fails.
"""

import asyncio
import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flows.desk import Desk, read_document, request_to
from parsers.configured import Source
from parsers.errors import FetchFailed, Refused, Unreadable
from parsers.judging.novelty import Decision, Known, waiting, waiting_since
from parsers.model import Entry, JudgedItem, Page, Response
from parsers.reading.articles.pages import MAX_BYTES as MAX_PAGE_BYTES
from parsers.reading.normalise import NOT_THE_ARTICLE
from storage.collected import Quarantined

MAX_DOCUMENT_BYTES = 20_000_000
"""Of a page or PDF: an address does not tell which of the two it leads to. `parse_page` refuses much less by itself."""
TRY_AGAIN_FOR = timedelta(days=3)
"""Longer than the disturbances of a web server last, shorter than the week of an edition."""
BRIEF = 80
"""A summary of fewer characters says too little to decide that the page behind it is off-topic."""
NOT_READ = "page not read: "
"""Begins the problem of an item whose page should have been read and was not."""
LANDING_PAGE = 1_500
"""A page with fewer characters that offers a PDF is the PDF's cover: think tanks publish so."""


@dataclass(slots=True)
class Effort:
    """What one visit to a source may still cost: pages, bytes of them, and until when by the event loop's clock."""

    pages: int
    bytes: int
    until: float


@dataclass(frozen=True, slots=True)
class News:
    """What became of one piece of news.

    Attributes:
        judged: None where what is stored stays as it is, and where the entry could not be judged.
        responses: the answers that were read for it.
        waits: its page is to be tried again at the next visits.
    """

    decision: Decision
    judged: JudgedItem | None
    responses: tuple[Response, ...] = ()
    broken: tuple[Quarantined, ...] = ()
    waits: bool = False


async def read_news(
    source: Source, decisions: Sequence[Decision], known: Mapping[str, Known], effort: Effort, desk: Desk
) -> Mapping[int, News]:
    """Position -> what became of each new or changed entry, in the order of the feed."""
    made: dict[int, News] = {}
    readings: list[tuple[Decision, JudgedItem, str]] = []
    news = [decision for decision in decisions if decision.verdict in ("new", "changed")]
    for decision, judged in zip(news, await desk.assess(source, [(one.entry, None) for one in news]), strict=True):
        url = decision.entry.url or next(iter(decision.entry.attachments), None)
        if judged is None:
            made[decision.position] = News(dataclasses.replace(decision, verdict="unjudged"), None)
        elif url is None or not _is_page_wanted(source, decision.entry, judged):
            made[decision.position] = News(decision, judged)
        elif len(readings) < effort.pages:
            readings.append((decision, judged, url))
        else:
            detail = f"{effort.pages} others came first in this visit"
            before = known.get(decision.key)
            made[decision.position] = _without_page(decision, before, judged, detail, desk.now, passes=True)
    read = await asyncio.gather(
        *(_with_page(source, one, known.get(one.key), judged, url, effort, desk) for one, judged, url in readings)
    )
    made |= {one.decision.position: one for one in read}
    return dict(sorted(made.items()))


def _is_page_wanted(source: Source, entry: Entry, judged: JudgedItem) -> bool:
    says_enough = len(entry.summary) + len(entry.content) >= BRIEF
    return source.pages and not (says_enough and judged.judgement.relevance == "off")


async def _with_page(
    source: Source, decision: Decision, before: Known | None, judged: JudgedItem, url: str, effort: Effort, desk: Desk
) -> News:
    """The item of one entry from the page behind it; `judged` is what the feed alone gives."""
    reading = _Reading(source, desk, effort)
    try:
        async with asyncio.timeout_at(effort.until):
            page = await reading.article(decision.entry, url)
    except TimeoutError:
        detail = "not read within the time that a visit to a source may take"
        return _without_page(decision, before, judged, detail, desk.now, passes=True)
    except FetchFailed as error:
        return _without_page(decision, before, judged, error.detail, desk.now, passes=True)
    except (Refused, Unreadable) as error:
        news = _without_page(decision, before, judged, error.detail, desk.now, passes=False)
    else:
        (whole,) = await desk.assess(source, [(decision.entry, page)])
        if whole is None:
            detail = "its text could not be judged"
            news = _without_page(decision, before, judged, detail, desk.now, passes=False)
        elif before is not None and before.has_page and whole.item.text_origin not in ("page", "pdf"):
            # a wall where the article was: its notice must not take the place of the text that is stored
            news = _without_page(decision, before, judged, "; ".join(page.problems), desk.now, passes=False)
        else:
            news = News(decision, whole)
    return dataclasses.replace(news, responses=tuple(reading.received), broken=tuple(reading.broken))


@dataclass(frozen=True, slots=True)
class _Reading:
    """The documents that are asked for and read for one entry."""

    source: Source
    desk: Desk
    effort: Effort
    received: list[Response] = field(default_factory=list)
    broken: list[Quarantined] = field(default_factory=list)

    async def article(self, entry: Entry, url: str) -> Page:
        """The page at `url`, with the text of the PDF that it offers where its own is only the cover of that.

        Raises:
            FetchFailed, Refused, Unreadable: of the page; of its PDF only what may pass.
        """
        page = await self._read(url)
        offered = offered_document(page, entry, url)
        if offered is None:
            return page
        try:
            return with_document(page, await self._read(offered))
        except (Refused, Unreadable) as error:
            return dataclasses.replace(page, problems=(*page.problems, f"its PDF was not read: {error.detail}"))

    async def _read(self, url: str) -> Page:
        request = dataclasses.replace(request_to(self.source, url), robots=True, max_bytes=MAX_DOCUMENT_BYTES)
        if self.effort.bytes <= 0:
            raise FetchFailed(url, "too-much", "others of this visit were so large that there was no room for it")
        response = await self.desk.ask(request)
        self.effort.bytes -= len(response.body)
        try:
            page = await read_document(response, self.desk.readers, self.desk.sites)
        except Unreadable as error:
            # sixty pages of 20 MB that nobody can read would fill the disk
            if error.kind != "parse-limit" or len(response.body) <= MAX_PAGE_BYTES:
                self.received.append(response)
                self.broken.append(Quarantined(url, error.kind, error.detail, response.body))
            raise
        self.received.append(response)
        return page


def offered_document(page: Page, entry: Entry, url: str) -> str | None:
    """Address of the PDF that stands for the page at `url`, where the page is only its cover."""
    if page.pages is not None or len(page.text) >= LANDING_PAGE:
        return None
    return next(iter((*page.documents, *(one for one in entry.attachments if one != url))), None)


def with_document(page: Page, document: Page) -> Page:
    """A cover page with the text of its PDF; the page's own word on title, authors and date comes first."""
    if document.pages is None or len(document.text) <= len(page.text):
        return page
    return dataclasses.replace(
        page,
        title=page.title or document.title,
        text=document.text,
        pages=document.pages,
        authors=page.authors or document.authors,
        published=page.published or document.published,
        language=document.language or page.language,
        problems=(*(one for one in page.problems if one not in NOT_THE_ARTICLE), *document.problems),
    )


def _without_page(
    decision: Decision, before: Known | None, judged: JudgedItem, detail: str, now: datetime, *, passes: bool
) -> News:
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
    if stays:
        return News(decision, None, waits=waits)
    item = dataclasses.replace(judged.item, problems=(*judged.item.problems, f"{NOT_READ}{detail}"))
    return News(decision, dataclasses.replace(judged, item=item), waits=waits)
