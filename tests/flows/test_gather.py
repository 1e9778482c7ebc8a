"""One visit to a source: what is read, what is waited for, and where a visit ends."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from builders import rss, source_table
from drivers import REPOSITORY

from flows.desk import Desk
from flows.gather import Gathered, gather
from flows.news import MAX_PAGE_BYTES, TRY_AGAIN_FOR
from flows.rules import configured_rules
from flows.settings import load
from parsers.configured import Source
from parsers.errors import FetchFailed, Refused
from parsers.judging.assess import keep_rules
from parsers.judging.novelty import Known, waiting_since
from parsers.model import Request, Response
from parsers.reading.confined import Readers
from storage.sources import FeedState

FEED = "http://news.example/feed"
SOURCE = Source(**{**source_table("one", FEED), "pages": True})
TITLE = "EU and US sign arrangement on defence cooperation"
WORDS = "The administrative arrangement lets the two sides exchange information on projects. "
BUSY = FetchFailed("http://news.example/0", "status", "answered 503", status=503)
Said = bytes | Exception | float | list[bytes | Exception]
"""Of an address: a body, a failure, seconds after which it is found missing, or one answer after the other."""


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    with Readers() as readers:
        yield readers


@cache
def rules() -> Path:
    """A file with the rules of the repository."""
    folder = Path(mkdtemp())
    keep_rules(configured_rules(load(config=REPOSITORY / "config", home=folder)), folder / "rules")
    return folder / "rules"


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
        if isinstance(said, list):
            said = said.pop(0)
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
    *,
    source: Source = SOURCE,
    since: datetime | None = None,
    pauses: Sequence[float] = (),
    judged_by: Path | None = None,
) -> tuple[Gathered, Web]:
    web = Web(answers, now)
    desk = Desk(web.get, readers, now, judged_by or rules(), pauses=pauses)
    return asyncio.run(gather(source, state, known, desk, since=since)), web


def remembered(*visits: Gathered) -> dict[str, Known]:
    """What storage would know after these visits."""
    known: dict[str, Known] = {}
    for gathered in visits:
        for one in gathered.decisions:
            item = gathered.items.get(one.position)
            has_page = item.item.text_origin == "page" if item else one.key in known and known[one.key].has_page
            known[one.key] = Known(item.item.id if item else one.item_id, one.sha256, has_page)
    return known


def told(gathered: Gathered) -> list[tuple[str, str | None]]:
    """Verdict and where the text of the item came from; None where there is no item."""
    items = gathered.items
    return [(one.verdict, items[one.position].item.text_origin if one.position in items else None)
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
    assert (again.fetch.outcome, again.decisions, again.feeds, web.pages()) == ("unchanged", (), (), [])
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
    assert "3,000,003 bytes" in gathered.items[0].item.problems[-1]
    assert (gathered.pages, gathered.quarantined) == ((), ())


def test_n_32_a_server_that_stumbles_is_asked_again(readers: Readers, now: datetime) -> None:
    """Three times "come back later" and then an answer are one visit with one outcome, for feeds and for pages."""
    stumbling: list[bytes | Exception] = [BUSY, BUSY, BUSY]
    answers: dict[str, Said] = {"/feed": [*stumbling, feed(now)], "/0": [*stumbling, page()]}
    gathered, web = visit(readers, now, answers, pauses=(0.0, 0.0, 0.0))
    assert told(gathered) == [("new", "page")]
    assert len(web.asked) == 8


@pytest.mark.parametrize(
    "failure",
    [
        FetchFailed(FEED, "status", "answered 404", status=404),
        FetchFailed(FEED, "status", "answered 503", status=503, retry_after=5.0),
        FetchFailed(FEED, "timeout", "no complete answer in 20 s"),
        Refused(FEED, "address", "is private"),
    ],
)
def test_what_does_not_pass_in_seconds_is_left_to_the_next_visit(
    readers: Readers, now: datetime, failure: Exception
) -> None:
    """A server that named its time, or took all of ours, is not asked again at once."""
    gathered, web = visit(readers, now, {"/feed": failure}, pauses=(0.0, 0.0, 0.0))
    assert (gathered.fetch.outcome, len(web.asked)) == ("failed", 1)
    assert gathered.visit.retry_after == getattr(failure, "retry_after", None)


def test_robots_txt_is_asked_for_pages_and_not_for_feeds(readers: Readers, now: datetime) -> None:
    """A feed is offered to programs; a page is offered to people."""
    _, web = visit(readers, now, {"/feed": feed(now), "/0": page()})
    assert [request.robots for request in web.asked] == [False, True]


def test_what_the_table_of_a_source_says_goes_with_every_request(readers: Readers, now: datetime) -> None:
    """Agent, headers and the exception from checking certificates hold for its pages, too."""
    source = replace(SOURCE, user_agent="Other/1", headers={"Accept": "text/xml"}, verify_tls=False)
    _, web = visit(readers, now, {"/feed": feed(now), "/0": page()}, source=source)
    assert {(one.user_agent, one.headers["Accept"], one.verify_tls) for one in web.asked} == {
        ("Other/1", "text/xml", False)
    }
    assert len(web.asked) == 2


def test_facts_of_a_visit(readers: Readers, now: datetime) -> None:
    """What the health of a source is judged from: how much came, how much of it was never seen, how old it is."""
    first, _ = visit(readers, now, {"/feed": feed(now, 3)})
    facts = first.visit
    assert (facts.outcome, facts.entries, facts.fresh, facts.dated) == ("read", 3, 3, 3)
    assert facts.newest == now - timedelta(days=2)
    second, _ = visit(readers, now, {"/feed": feed(now, 4)}, remembered(first))
    assert (second.visit.entries, second.visit.fresh) == (4, 1)


SITEMAP = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>http://news.example/{0}</loc><news:news><news:title>{1} {0}</news:title>
<news:publication_date>{2:%Y-%m-%d}</news:publication_date></news:news></url></urlset>"""
INDEX = """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>http://news.example/old.xml</loc><lastmod>2020-01-01</lastmod></sitemap>
<sitemap><loc>http://news.example/b.xml</loc><lastmod>2026-11-15</lastmod></sitemap>
<sitemap><loc>http://news.example/a.xml</loc><lastmod>2026-11-14</lastmod></sitemap></sitemapindex>"""


def test_sitemaps_of_an_index_are_read(readers: Readers, now: datetime) -> None:
    """The newest two; the index may stay the same when they change, so it is never called unchanged."""
    source = replace(SOURCE, form="sitemap", pages=False)
    answers: dict[str, Said] = {"/feed": INDEX.encode()}
    answers |= {f"/{name}.xml": SITEMAP.format(name, TITLE, now).encode() for name in ("a", "b", "old")}
    gathered, _ = visit(readers, now, answers, source=source)
    assert [one.entry.url for one in gathered.decisions] == ["http://news.example/b", "http://news.example/a"]
    assert (gathered.fetch.entries, gathered.fetch.body_sha256, len(gathered.feeds)) == (2, None, 3)
    broken, _ = visit(readers, now, {**answers, "/b.xml": BUSY}, source=source)
    assert [one.entry.url for one in broken.decisions] == ["http://news.example/a"]
    assert "answered 503" in broken.fetch.problems[0]
    assert visit(readers, now, {"/feed": INDEX.encode()}, source=source)[0].fetch.outcome == "failed"


def dated(now: datetime, *days: int, more: str = "") -> bytes:
    items = "".join(
        f"<item><guid>{n}</guid><title>{TITLE} {n}</title><pubDate>{now - timedelta(days=n):%a, %d %b %Y} 06:00 GMT"
        f"</pubDate></item>"
        for n in days
    )
    return (
        f'<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>{more}{items}</channel></rss>'.encode()
    )


def days_of(gathered: Gathered, now: datetime) -> list[int]:
    return [(now - one.entry.published).days for one in gathered.decisions if one.entry.published]


def test_walk_back_through_pages_of_a_feed(readers: Readers, now: datetime) -> None:
    """WordPress gives older entries at ?paged=2 and so on; the walk ends with the first page beyond the day."""
    url = "http://news.example/feed/"
    source = replace(SOURCE, url=url, pages=False)
    answers: dict[str, Said] = {
        "/feed/": dated(now, 1, 10),
        "/feed/?paged=2": dated(now, 20, 60),
        "/feed/?paged=3": dated(now, 100, 130),
        "/feed/?paged=4": dated(now, 200, 300),
    }
    plain, _ = visit(readers, now, answers, source=source)
    assert days_of(plain, now) == [1, 10]
    walked, web = visit(readers, now, answers, source=source, since=now - timedelta(days=120))
    assert days_of(walked, now) == [1, 10, 20, 60, 100, 130]
    assert [one.verdict for one in walked.decisions] == ["new"] * 5 + ["too-old"]
    assert len(walked.feeds) == len(web.asked) == 3
    assert [one.position for one in walked.decisions] == list(range(6))


def test_walk_back_by_links_and_by_pattern(readers: Readers, now: datetime) -> None:
    """RFC 5005 links lead on; so does the pattern in a source's table; a circle or a missing page is the end."""
    link = '<atom:link rel="prev-archive" href="/older.xml"/>'
    answers: dict[str, Said] = {"/feed": dated(now, 1, more=link), "/older.xml": dated(now, 30, more=link)}
    since = now - timedelta(days=365)
    source = replace(SOURCE, pages=False)
    circle, web = visit(readers, now, answers, source=source, since=since)
    assert (days_of(circle, now), len(web.asked)) == ([1, 30], 3)
    pattern = replace(source, older="?page={page}", older_from=1)
    answers = {"/feed": dated(now, 1), "/feed?page=1": dated(now, 40), "/feed?page=2": BUSY}
    ended, _ = visit(readers, now, answers, source=pattern, since=since)
    assert days_of(ended, now) == [1, 40]
    assert "older entries end here" in ended.fetch.problems[-1]


def test_n_17_a_key_stays_with_the_host_that_it_is_for(readers: Readers, now: datetime) -> None:
    """Entries and sitemaps may name any address: neither the source's headers nor its exception go there."""
    source = replace(SOURCE, headers={"Authorization": "Bearer secret"}, verify_tls=False)
    elsewhere = feed(now).replace(b"http://news.example/0", b"http://other.example/0")
    _, web = visit(readers, now, {"/feed": elsewhere, "http://other.example/0": page()}, source=source)
    assert [(dict(one.headers), one.verify_tls) for one in web.asked] == [
        ({"Authorization": "Bearer secret"}, False),
        ({}, True),
    ]
    part = INDEX.replace("news.example", "other.example").encode()
    _, web = visit(readers, now, {"/feed": part}, source=replace(source, form="sitemap"))
    assert [dict(one.headers) for one in web.asked[1:]] == [{}, {}]


WALL = "Subscribe to continue reading this article. Already a subscriber? Sign in to your account. "


def test_a_wall_does_not_take_the_text_away(readers: Readers, now: datetime) -> None:
    """The page was read once; that it asks for money now is no reason to forget what it said."""
    first, _ = visit(readers, now, {"/feed": feed(now), "/0": page()})
    walled = f"<html><head><title>{TITLE}</title></head><body><article><p>{WALL}</p></article></body>".encode()
    edited = feed(now, title=f"{TITLE}, at last")
    second, _ = visit(readers, now, {"/feed": edited, "/0": walled}, remembered(first))
    assert told(second) == [("same", None)]


def test_sitemaps_that_are_gone_do_not_retire_the_source(readers: Readers, now: datetime) -> None:
    """Only the source itself can say that it is gone, or when it wants to be asked again."""
    gone = Refused("http://news.example/a.xml", "gone", "is gone for good", status=410)
    busy = FetchFailed("http://news.example/b.xml", "status", "answered 429", status=429, retry_after=86_400.0)
    source = replace(SOURCE, form="sitemap", pages=False)
    gathered, _ = visit(readers, now, {"/feed": INDEX.encode(), "/a.xml": gone, "/b.xml": busy}, source=source)
    assert (gathered.fetch.kind, gathered.visit.kind, gathered.visit.retry_after) == ("status", "status", None)


def test_large_pages_leave_room_for_others(readers: Readers, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit into memory any more is read at the next visit."""
    monkeypatch.setattr("flows.gather.BYTES_PER_VISIT", 1)
    gathered, web = visit(readers, now, {"/feed": feed(now, 3), "/0": page(), "/1": page(), "/2": page()})
    assert len(web.pages()) == 1
    assert told(gathered) == [("new", "page"), ("new", "title"), ("new", "title")]
    assert [" waiting since " in one.sha256 for one in gathered.decisions] == [False, True, True]


def test_k_8_what_nobody_could_judge_is_judged_at_the_next_visit(
    readers: Readers, now: datetime, tmp_path: Path
) -> None:
    """A fault of ours costs no entry: it is accounted for, and the feed is read again."""
    broken, _ = visit(readers, now, {"/feed": feed(now, 3)}, judged_by=tmp_path / "none")
    assert told(broken) == [("unjudged", None)] * 3
    assert (broken.fetch.etag, broken.fetch.body_sha256) == (None, None)
