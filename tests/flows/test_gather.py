"""One visit to a source: what is read, what is waited for, and where a visit ends."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from builders import rss, source_table

from flows.gather import MAX_PAGE_BYTES, TRY_AGAIN_FOR, Desk, Gathered, gather
from parsers.configured import Source
from parsers.errors import FetchFailed, Refused
from parsers.judging.novelty import Known, waiting_since
from parsers.model import Request, Response
from parsers.reading.confined import Readers
from storage.sources import FeedState

FEED = "http://news.example/feed"
SOURCE = Source(**{**source_table("one", FEED), "pages": True})
TITLE = "EU and US sign arrangement on defence cooperation"
WORDS = "The administrative arrangement lets the two sides exchange information on projects. "
BUSY = FetchFailed("http://news.example/0", "status", "answered 503", status=503)
Said = bytes | Exception | float
"""Of an address: a body, a failure, or seconds after which it is found missing."""


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    with Readers() as readers:
        yield readers


def page(words: str = WORDS) -> bytes:
    return f"<html><head><title>{TITLE}</title></head><body><article><p>{words * 12}</p></article></body>".encode()


def feed(now: datetime, number: int = 1, title: str = TITLE) -> bytes:
    return rss(*[(f"{title} {n}" if n else title, now - timedelta(days=2), "") for n in range(number)])


class Web:
    """Answers from a table; keeps the requests."""

    def __init__(self, answers: Mapping[str, Said], now: datetime):
        self.answers = answers
        self.now = now
        self.asked: list[Request] = []

    async def get(self, request: Request) -> Response:
        self.asked.append(request)
        said = self.answers.get(request.url.removeprefix("http://news.example"), BUSY)
        if isinstance(said, float):
            await asyncio.sleep(said)
            said = BUSY
        if isinstance(said, Exception):
            raise said
        kind = "text/xml" if request.url == FEED else "text/html; charset=utf-8"
        headers = {"content-type": kind, "etag": '"1"', "last-modified": "yesterday"}
        return Response(request.url, request.url, 200, headers, said, self.now, 0.1)

    def pages(self) -> Sequence[Request]:
        return [request for request in self.asked if request.url != FEED]


def visit(
    readers: Readers,
    now: datetime,
    answers: Mapping[str, Said],
    known: Mapping[str, Known] = {},
    state: FeedState | None = None,
) -> tuple[Gathered, Web]:
    web = Web(answers, now)
    desk = Desk(web.get, readers, lambda _: False, now)
    return asyncio.run(gather(SOURCE, state, known, desk)), web


def remembered(*visits: Gathered) -> dict[str, Known]:
    """What storage would know after these visits."""
    known: dict[str, Known] = {}
    for gathered in visits:
        for one in gathered.decisions:
            item = gathered.items.get(one.position)
            has_page = item.text_origin == "page" if item else one.key in known and known[one.key].has_page
            known[one.key] = Known(item.id if item else one.item_id, one.sha256, has_page)
    return known


def told(gathered: Gathered) -> list[tuple[str, str | None]]:
    """Verdict and where the text of the item came from; None where there is no item."""
    items = gathered.items
    return [(one.verdict, items[one.position].text_origin if one.position in items else None)
            for one in gathered.decisions]  # fmt: skip


def test_page_that_fails_once_is_read_at_the_next_visit(readers: Readers, now: datetime) -> None:
    """The title serves meanwhile, and nothing lets the server say "not modified" until the text is there."""
    first, _ = visit(readers, now, {"/feed": feed(now), "/0": BUSY})
    assert told(first) == [("new", "title")]
    assert (first.fetch.outcome, first.fetch.etag, first.fetch.last_modified, first.fetch.body_sha256) == (
        "read", None, None, None)  # fmt: skip
    second, _ = visit(readers, now + timedelta(hours=1), {"/feed": feed(now), "/0": page()}, remembered(first))
    assert told(second) == [("changed", "page")]
    assert second.fetch.body_sha256 is not None
    third, web = visit(readers, now + timedelta(hours=2), {"/feed": feed(now)}, remembered(first, second))
    assert (told(third), web.pages()) == ([("same", None)], [])


@pytest.mark.parametrize(("later", "waits"), [(TRY_AGAIN_FOR - timedelta(seconds=1), True), (TRY_AGAIN_FOR, False)])
def test_tries_end_after_three_days(readers: Readers, now: datetime, later: timedelta, waits: bool) -> None:
    """A page that fails again and again changes nothing that is stored, and is left alone in the end."""
    answers: dict[str, Said] = {"/feed": feed(now), "/0": BUSY}
    first, _ = visit(readers, now, answers)
    second, _ = visit(readers, now + timedelta(hours=1), answers, remembered(first))
    third, _ = visit(readers, now + later, answers, remembered(first, second))
    assert told(second) == told(third) == [("same", None)]
    since = waiting_since(Known(None, third.decisions[0].sha256), third.decisions[0].sha256.split()[0])
    assert since == (now if waits else None)
    assert (third.fetch.body_sha256 is None) is waits
    _, web = visit(readers, now + 2 * TRY_AGAIN_FOR, answers, remembered(first, second, third))
    assert bool(web.pages()) is waits


def test_page_that_is_gone_for_good_is_not_tried_again(readers: Readers, now: datetime) -> None:
    """Nobody waits for an answer that cannot change."""
    answers: dict[str, Said] = {
        "/feed": feed(now),
        "/0": Refused("http://news.example/0", "gone", "is gone for good", status=410),
    }
    first, _ = visit(readers, now, answers)
    assert (told(first), first.fetch.etag) == ([("new", "title")], '"1"')
    assert told(visit(readers, now, answers, remembered(first))[0]) == [("same", None)]


@pytest.mark.parametrize("failure", [BUSY, Refused("http://news.example/0", "gone", "is gone"), b"\x89PNG"])
def test_text_of_a_page_is_not_replaced_by_a_teaser(readers: Readers, now: datetime, failure: Said) -> None:
    """When the source edits the entry and the page fails, the item with its text stays; a page that is back counts."""
    first, _ = visit(readers, now, {"/feed": feed(now), "/0": page()})
    edited = feed(now, title=f"{TITLE}, at last")
    second, _ = visit(readers, now, {"/feed": edited, "/0": failure}, remembered(first))
    assert told(second) == [("same", None)]
    third, _ = visit(readers, now, {"/feed": edited, "/0": page()}, remembered(first, second))
    assert told(third) == ([("changed", "page")] if failure is BUSY else [("same", None)])


def test_edited_entry_without_a_page_takes_the_new_words(readers: Readers, now: datetime) -> None:
    """Where only the feed's words are stored its new words take their place, and a new wait begins."""
    first, _ = visit(readers, now, {"/feed": feed(now)})
    later = now + TRY_AGAIN_FOR
    second, _ = visit(readers, later, {"/feed": feed(now, title=f"{TITLE}, at last")}, remembered(first))
    assert told(second) == [("changed", "title")]
    assert second.decisions[0].sha256.endswith(later.isoformat())


def test_same_bytes_are_not_read_again(readers: Readers, now: datetime) -> None:
    """A server without validators costs one fetch and no more: no parsing, no dispositions, nothing archived."""
    first, _ = visit(readers, now, {"/feed": feed(now), "/0": page()})
    state = FeedState("one", FEED, None, None, first.fetch.body_sha256, None, 0, "read", None, None, now, now)
    again, web = visit(readers, now, {"/feed": feed(now)}, remembered(first), state)
    assert (again.fetch.outcome, again.decisions, again.responses, web.pages()) == ("unchanged", (), (), [])
    other = replace(state, body_sha256="other")
    assert visit(readers, now, {"/feed": feed(now)}, remembered(first), other)[0].fetch.outcome == "read"


def test_visit_reads_so_many_pages(readers: Readers, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first ones are read at this visit, the others at the next ones, in the order of the feed."""
    monkeypatch.setattr("flows.gather.PAGES_PER_VISIT", 2)
    answers: dict[str, Said] = {"/feed": feed(now, 5), **{f"/{n}": page(f"{n} {WORDS}") for n in range(5)}}
    visits: list[Gathered] = []
    for _ in range(4):
        gathered, web = visit(readers, now, answers, remembered(*visits))
        visits.append(gathered)
        assert len(web.pages()) <= 2
    assert [sorted(gathered.items) for gathered in visits] == [[0, 1, 2, 3, 4], [2, 3], [4], []]
    assert [gathered.fetch.body_sha256 is None for gathered in visits] == [True, True, False, False]


def test_visit_ends_in_time(readers: Readers, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that do not come are waited for at the next visit; those that came are kept."""
    visit(readers, now, {"/feed": feed(now), "/0": page()})  # the children are there
    monkeypatch.setattr("flows.gather.VISIT_SECONDS", 2.0)
    answers: dict[str, Said] = {"/feed": feed(now, 3), "/0": 3600.0, "/1": page(), "/2": 3600.0}
    gathered, _ = visit(readers, now, answers)
    assert told(gathered) == [("new", "title"), ("new", "page"), ("new", "title")]
    assert [" waiting since " in one.sha256 for one in gathered.decisions] == [True, False, True]


def test_long_page_is_refused_by_its_reader_and_not_kept(readers: Readers, now: datetime) -> None:
    """Addresses do not tell PDF from page, so the limit of PDFs holds for the transfer, that of pages after it."""
    gathered, web = visit(readers, now, {"/feed": feed(now), "/0": b"<p>" + b"x" * MAX_PAGE_BYTES})
    assert web.pages()[0].max_bytes == 20_000_000
    assert told(gathered) == [("new", "title")]
    assert "3,000,003 bytes" in gathered.items[0].problems[-1]
    assert (len(gathered.responses), gathered.quarantined) == (1, ())
