"""Reading the archive again: what today's parsers read differently is stored, and nothing else."""

import dataclasses
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from builders import config_folder, rss, source_table
from drivers import LoopbackWeb, Seabridge

import flows.reparse
from flows import rereading
from flows.collect import Network, collect
from flows.demo import LIMITS
from flows.reparse import reparse
from flows.sample_server import SAMPLE_NOW, SampleWeek, sample_sources
from flows.settings import Settings, load
from flows.upkeep import upkeep
from parsers.configured import Source
from parsers.errors import Unreadable
from parsers.model import Feed, Page, Response
from parsers.reading.confined import Readers
from storage.archive import Archive, store_archived
from storage.database import Connection, open_live
from storage.migrations import load_migrations
from storage.runs import LEASE, renew

SOURCE = "atlantic-gazette"
TITLE = "EU and US sign arrangement on defence cooperation"
TEXT = " ".join(f"The arrangement of step {n} lets the United States and the European Union join." for n in range(20))
NET = Network(seeds=False)


@pytest.fixture(scope="module")
def gazette(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home in which one sample source was collected, pages and all; to be copied, not changed."""
    folder = tmp_path_factory.mktemp("gazette")
    settings = dataclasses.replace(load(home=folder / "home"), sources=sample_sources(), corpus=folder / "none")
    with SampleWeek() as week:
        collect(settings, SAMPLE_NOW, only=[SOURCE], network=Network(LIMITS, week.hosts, seeds=False))
    return settings


@pytest.fixture
def collected(gazette: Settings, tmp_path: Path) -> Settings:
    shutil.copytree(gazette.home, tmp_path / "home")
    return dataclasses.replace(gazette, home=tmp_path / "home")


@pytest.mark.slow
def test_an_unchanged_reader_changes_nothing(collected: Settings) -> None:
    """The archive and the items agree right after a collection."""
    report = reparse(collected, SAMPLE_NOW)

    assert report.state == "done"
    assert report.figures["items read"] > 5
    assert report.figures["items changed"] == report.figures["items new"] == 0


@pytest.mark.slow
def test_what_an_older_reader_got_wrong_or_missed_is_mended(collected: Settings) -> None:
    """An item that reads differently gets a new version, one that is missing is added; no network is needed."""
    with open_live(collected.home) as con:
        before = con.execute("SELECT item_id, text FROM items ORDER BY item_id").fetchall()
        con.execute("UPDATE items SET text = 'half', content_sha256 = 'x' WHERE item_id = ?", [before[0][0]])
        con.execute("DELETE FROM items WHERE item_id = ?", [before[1][0]])

    rehearsal = reparse(collected, SAMPLE_NOW, dry_run=True)
    report = reparse(collected, SAMPLE_NOW)

    with open_live(collected.home) as con:
        after = con.execute("SELECT item_id, text FROM items ORDER BY item_id").fetchall()
        versions = con.execute("SELECT item_id, text FROM item_versions").fetchall()
    assert (report.figures["items changed"], report.figures["items new"]) == (1, 1)
    assert rehearsal.figures == report.figures
    assert after == before
    assert versions == [(before[0][0], "half")]


@pytest.mark.slow
def test_a_lost_archive_is_said(collected: Settings) -> None:
    """Answers that cannot be read back are named, and what is stored stays."""
    for path in (collected.home / "raw").iterdir():
        path.unlink()
    report = reparse(collected, SAMPLE_NOW)

    assert report.state == "partial"
    assert SOURCE in report.lines[0]
    assert report.figures["items changed"] == 0


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    """An empty home is no fault."""
    assert reparse(load(home=tmp_path), SAMPLE_NOW).state == "nothing"


def one_source(folder: Path, url: str, *, source_id: str = "one", pages: bool = False) -> Settings:
    config_folder(folder / "config", [source_table(source_id, url, pages=pages)])
    return load(config=folder / "config", home=folder / "home")


def renamed(feed: bytes) -> bytes:
    """The same entries in a feed that is not the same."""
    return feed.replace(b"<title>News<", b"<title>Newer<", 1)


def texts(settings: Settings) -> list[tuple[str, str | None, str, int]]:
    with open_live(settings.home) as con:
        return con.execute("SELECT item_id, copy_of, text, version FROM items ORDER BY item_id").fetchall()


@pytest.mark.slow
def test_since_keeps_the_pages_that_were_received_before(tmp_path: Path, web: LoopbackWeb) -> None:
    """`since` chooses feeds; an entry that they still hold keeps the text of its page from long ago."""
    body = rss((TITLE, SAMPLE_NOW - timedelta(days=5), "In brief."), link=web.url("/page"))
    feed = web.put("/feed", body)
    web.put("/page0", f"<article><h1>{TITLE}</h1><p>{TEXT}</p></article>".encode(), "text/html")
    settings = one_source(tmp_path, feed, pages=True)
    collect(settings, SAMPLE_NOW - timedelta(days=4), network=NET)
    web.put("/feed", renamed(body))
    collect(settings, SAMPLE_NOW, network=NET)
    before = texts(settings)
    assert len(before[0][2]) > 1000

    report = reparse(settings, SAMPLE_NOW, since=SAMPLE_NOW - timedelta(days=1))

    assert (report.figures["answers"], report.figures["items read"], report.figures["items changed"]) == (1, 1, 0)
    assert texts(settings) == before


@pytest.mark.slow
def test_a_feed_stays_a_feed_when_its_address_is_edited(tmp_path: Path, web: LoopbackWeb) -> None:
    """What was received from the old address is read again as what it was."""
    collect(one_source(tmp_path, web.put("/old", rss((TITLE, SAMPLE_NOW, TEXT)))), SAMPLE_NOW, network=NET)
    settings = one_source(tmp_path, web.url("/new"))
    before = texts(settings)
    with open_live(settings.home) as con:
        con.execute("DELETE FROM items")

    assert reparse(settings, SAMPLE_NOW).figures["items new"] == 1
    assert texts(settings) == before


@pytest.mark.slow
def test_what_is_new_may_be_a_copy(tmp_path: Path, web: LoopbackWeb) -> None:
    """An item that only today's reader finds is compared with what is stored."""
    text = f"The European Defence Agency and the Pentagon have signed an arrangement on PESCO. {TEXT}"
    feed = web.put("/feed", rss((TITLE, SAMPLE_NOW, text)))
    settings = one_source(tmp_path, feed)
    collect(settings, SAMPLE_NOW, network=NET)
    collect(one_source(tmp_path, feed, source_id="two"), SAMPLE_NOW + timedelta(hours=1), network=NET)
    copy_of = "SELECT item_id, copy_of FROM items WHERE source_id = 'two'"
    with open_live(settings.home) as con:
        before = con.execute(copy_of).fetchall()
        con.execute("DELETE FROM items WHERE source_id = 'two'")

    reparse(one_source(tmp_path, feed, source_id="two"), SAMPLE_NOW + timedelta(hours=2))

    with open_live(settings.home) as con:
        assert con.execute(copy_of).fetchall() == before
    assert before[0][1] is not None


def test_an_unknown_source_is_a_fault_of_the_command(seabridge: Seabridge) -> None:
    """As in `collect`: 2 and its name, not silence."""
    config_folder(seabridge.config, [source_table("one", "http://127.0.0.1:9/feed")])
    told = seabridge("reparse", "--source", "onne")
    assert (told.code, "onne: no source has this id" in told.err) == (2, True)


@pytest.mark.slow
def test_a_page_that_is_waited_for_is_still_waited_for(tmp_path: Path, web: LoopbackWeb) -> None:
    """Reading an entry again does not take away the mark by which the next collection tries its page again."""
    feed = web.put("/feed", rss((TITLE, SAMPLE_NOW, "In brief."), link=web.url("/page")))
    web.put("/page0", b"", status=503)
    settings = one_source(tmp_path, feed, pages=True)
    collect(settings, SAMPLE_NOW, network=NET)
    marks = "SELECT entry_sha256 FROM entries"
    with open_live(settings.home) as con:
        before = con.execute(marks).fetchall()
        con.execute("UPDATE items SET content_sha256 = 'x', text = 'half'")

    assert reparse(settings, SAMPLE_NOW).figures["items changed"] == 1
    with open_live(settings.home) as con:
        assert con.execute(marks).fetchall() == before
    assert "waiting" in before[0][0]


@pytest.mark.slow
def test_a_broken_page_does_not_take_away_the_text_of_a_whole_one(tmp_path: Path, web: LoopbackWeb) -> None:
    """A page that was received again, and is no article any more, leaves the text that was read before."""
    when, link = SAMPLE_NOW - timedelta(days=5), web.url("/page")
    feed = web.put("/feed", rss((TITLE, when, "In brief."), link=link))
    web.put("/page0", f"<article><h1>{TITLE}</h1><p>{TEXT}</p></article>".encode(), "text/html")
    settings = one_source(tmp_path, feed, pages=True)
    collect(settings, SAMPLE_NOW - timedelta(days=4), network=NET)
    web.put("/feed", rss((TITLE, when, "In other words."), link=link))
    web.put("/page0", b"%PDF-1.7 torn", "application/pdf")
    collect(settings, SAMPLE_NOW, network=NET)
    (before,) = texts(settings)
    assert len(before[2]) > 1000

    reparse(settings, SAMPLE_NOW)

    assert texts(settings)[0][2] == before[2]


@pytest.mark.slow
def test_a_lost_page_leaves_what_is_stored(tmp_path: Path, web: LoopbackWeb) -> None:
    """Where the archive has the feed and has lost the page, the item keeps its text, and the loss is told."""
    body = rss((TITLE, SAMPLE_NOW - timedelta(days=5), "In brief."), link=web.url("/page"))
    feed = web.put("/feed", body)
    web.put("/page0", f"<article><h1>{TITLE}</h1><p>{TEXT}</p></article>".encode(), "text/html")
    settings = one_source(tmp_path, feed, pages=True)
    collect(settings, SAMPLE_NOW - timedelta(days=4), network=NET)
    (lost,) = (settings.home / "raw").iterdir()
    web.put("/feed", renamed(body))
    collect(settings, SAMPLE_NOW, network=NET)
    before = texts(settings)
    lost.unlink()

    report = reparse(settings, SAMPLE_NOW)

    assert (report.state, lost.name in report.lines[0]) == ("partial", True)
    assert texts(settings) == before


# ---------------------------------------------------------------- what is told, and what is never made worse


def news(*texts: str, when: timedelta = timedelta(days=1), link: str = "http://news.example/") -> bytes:
    return rss(*[(f"{TITLE}, part {n}", SAMPLE_NOW - when, text) for n, text in enumerate(texts)], link=link)


def change(settings: Settings, sql: str) -> None:
    with open_live(settings.home) as con:
        con.execute(sql)


@pytest.mark.slow
def test_a_date_or_an_author_alone_is_a_change(tmp_path: Path, web: LoopbackWeb) -> None:
    """What an older reader missed beside the text is stored as well, and told by name."""
    settings = one_source(tmp_path, web.put("/feed", news(TEXT)))
    collect(settings, SAMPLE_NOW, network=NET)
    columns = "SELECT published_at, authors, language, url FROM items"
    with open_live(settings.home) as con:
        before = con.execute(columns).fetchall()
    change(
        settings,
        "UPDATE items SET published_at = NULL, authors = ['Nobody'], language = 'xx', url = 'http://x.example/'",
    )
    report = reparse(settings, SAMPLE_NOW)

    assert report.lines == (
        "one: 1 items changed",
        f"one: {TITLE}, part 0: url, authors, language, date changed",
    )
    with open_live(settings.home) as con:
        assert con.execute(columns).fetchall() == before
    assert reparse(settings, SAMPLE_NOW).figures["items changed"] == 0


@pytest.mark.slow
def test_the_time_of_an_answer_is_no_change(tmp_path: Path, web: LoopbackWeb) -> None:
    """Some sources give nothing but a time of change, and another one in every answer."""
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><entry><id>urn:1</id><title>{}</title>'
        '<link href="http://news.example/1"/><updated>{}</updated><summary>{}</summary></entry></feed>'
    )
    feed = web.put("/feed", atom.format(TITLE, "2026-11-01T00:00:00Z", TEXT).encode())
    settings = one_source(tmp_path, feed)
    collect(settings, SAMPLE_NOW - timedelta(hours=1), network=NET)
    web.put("/feed", atom.format(TITLE, "2026-11-02T00:00:00Z", TEXT).encode())
    collect(settings, SAMPLE_NOW, network=NET)

    assert reparse(settings, SAMPLE_NOW).figures["items changed"] == 0


@pytest.mark.slow
def test_much_shorter_texts_are_told_first(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """By source, with how much less it is; the long text is kept as an earlier version. As JSON, too."""
    config_folder(seabridge.config, [source_table("one", web.put("/feed", news(TEXT, TEXT, TEXT)))])
    seabridge("collect")
    settings = load(config=seabridge.config, home=seabridge.home)
    change(settings, "UPDATE items SET text = repeat(text, 3), content_sha256 = 'x' WHERE title LIKE '%part 1'")
    change(settings, "UPDATE items SET text = text || ' More.', content_sha256 = 'y' WHERE title LIKE '%part 2'")
    told = seabridge("reparse", "--json")
    report = json.loads(told.out)

    assert (told.code, report["figures"]["items changed"], report["figures"]["items much shorter"]) == (0, 2, 1)
    assert report["lines"] == [
        "one: 1 texts are much shorter; the longer ones are kept as earlier versions",
        f"one: {TITLE}, part 1: text changed ({3 * len(TEXT)} -> {len(TEXT)} characters)",
        "one: 1 items changed",
        f"one: {TITLE}, part 2: text changed ({len(TEXT) + 6} -> {len(TEXT)} characters)",
    ]
    with open_live(settings.home) as con:
        assert con.execute("SELECT max(length(text)) FROM item_versions").fetchall() == [(3 * len(TEXT),)]


@pytest.mark.slow
def test_a_reader_that_reads_less_is_told(tmp_path: Path, web: LoopbackWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    """Feeds and pages that could be read once and cannot be now are named, and take nothing away."""
    link = web.url("/page")
    settings = one_source(tmp_path, web.put("/feed", news("In brief.", link=link)), pages=True)
    web.put("/page0", f"<article><h1>{TITLE}</h1><p>{TEXT}</p></article>".encode(), "text/html")
    collect(settings, SAMPLE_NOW - timedelta(hours=2), network=NET)
    web.put("/feed", renamed(news("In brief.", link=link)))
    collect(settings, SAMPLE_NOW - timedelta(hours=1), network=NET)
    before = texts(settings)
    change(settings, f"UPDATE fetches SET entries = 5 WHERE started_at < '{SAMPLE_NOW - timedelta(hours=1)}'")

    def utc(hours: int) -> str:
        return f"{(SAMPLE_NOW - timedelta(hours=hours)).astimezone(UTC):%Y-%m-%d %H:%M} UTC"

    async def no_article(*args: object) -> Page:
        raise Unreadable("page", "not-a-page", "no article")

    read = rereading.parsed

    async def newest_is_none(source: Source, response: Response, readers: Readers) -> Feed:
        if b"Newer" in response.body:
            raise Unreadable("feed", "not-a-feed", "no feed")
        return await read(source, response, readers)

    monkeypatch.setattr(rereading, "read_document", no_article)
    monkeypatch.setattr(rereading, "parsed", newest_is_none)
    report = reparse(settings, SAMPLE_NOW)

    assert report.state == "partial"
    assert report.lines == (
        "one: 3 answers or pages read worse than when they were collected",
        f"one: the answer of {utc(1)} had 1 entries, and has 0 now (no feed)",
        f"one: the answer of {utc(2)} had 5 entries, and has 1 now",
        f"one: {TITLE}, part 0: {link}0 is no article for today's reader; what is stored stays",
    )
    assert texts(settings) == before


@pytest.mark.slow
def test_an_older_answer_does_not_undo_a_change(tmp_path: Path, web: LoopbackWeb) -> None:
    """Where the answer that brought a change is lost, with its row or without, the older one changes nothing back."""
    settings = one_source(tmp_path, web.put("/feed", news(TEXT)))
    collect(settings, SAMPLE_NOW - timedelta(hours=1), network=NET)
    web.put("/feed", news(f"{TEXT} It was signed.", "Another one."))
    collect(settings, SAMPLE_NOW, network=NET)
    before = texts(settings)
    assert {version for *_, version in before} == {1, 2}
    newest = max((settings.home / "raw").iterdir())
    newest.unlink()

    assert reparse(settings, SAMPLE_NOW).state == "partial"
    assert texts(settings) == before
    upkeep(settings, SAMPLE_NOW)
    report = reparse(settings, SAMPLE_NOW)
    assert (report.state, report.figures["items read"], report.figures["items changed"]) == ("done", 1, 0)
    assert texts(settings) == before
    change(settings, "DELETE FROM items")
    assert reparse(settings, SAMPLE_NOW).figures["items new"] == 1


@pytest.mark.slow
def test_a_found_item_is_as_old_as_its_oldest_answer(tmp_path: Path, web: LoopbackWeb) -> None:
    """It has the words of its newest answer, and was first seen when the oldest with it came."""
    settings = one_source(tmp_path, web.put("/feed", news(TEXT, "Another one.")))
    collect(settings, SAMPLE_NOW - timedelta(days=3), network=NET)
    for days in (2, 1):
        web.put("/feed", news(f"{TEXT} Signed {days} days ago.", "Another one."))
        collect(settings, SAMPLE_NOW - timedelta(days=days), network=NET)
    times = "SELECT item_id, first_seen_at FROM items ORDER BY item_id"
    with open_live(settings.home) as con:
        before = con.execute(times).fetchall()
    newest = max(texts(settings), key=lambda row: len(row[2]))[2]
    change(settings, "DELETE FROM items WHERE title LIKE '%part 0'")
    report = reparse(settings, SAMPLE_NOW)

    assert (report.figures["items new"], report.figures["items changed"]) == (1, 0)
    assert max(texts(settings), key=lambda row: len(row[2]))[2] == newest
    with open_live(settings.home) as con:
        assert con.execute(times).fetchall() == before
    assert newest.endswith("Signed 1 days ago.")


@pytest.mark.slow
def test_a_long_reading_keeps_its_lease(tmp_path: Path, web: LoopbackWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every batch renews it from the time that has passed by then, not from when the run began."""
    settings = one_source(tmp_path, web.put("/feed", news(*[f"{TEXT} {n}" for n in range(4)])))
    collect(settings, SAMPLE_NOW, network=NET)
    renewed: list[timedelta] = []

    def noted(con: Connection, run_id: str, now: datetime) -> None:
        renew(con, run_id, now)
        ((until,),) = con.execute("SELECT expires_at FROM leases WHERE run_id = ?", [run_id]).fetchall()
        renewed.append(until - SAMPLE_NOW)

    monkeypatch.setattr(flows.reparse, "BATCH", 2)
    monkeypatch.setattr(flows.reparse, "renew", noted)
    reparse(settings, SAMPLE_NOW)

    assert len(renewed) == 3
    assert LEASE < renewed[0] < renewed[1] < renewed[2]
    with open_live(settings.home) as con:
        assert con.execute("SELECT count(*) FROM leases").fetchall() == [(0,)]


@pytest.mark.slow
def test_entries_that_read_differently_are_not_news_next_time(tmp_path: Path, web: LoopbackWeb) -> None:
    """The entry is stored as today's reader has it, though its item is the same."""
    feed = web.put("/feed", news(TEXT))
    settings = one_source(tmp_path, feed)
    collect(settings, SAMPLE_NOW, network=NET)
    with open_live(settings.home) as con:
        before = con.execute("SELECT entry_sha256 FROM entries").fetchall()
    change(settings, "UPDATE entries SET entry_sha256 = 'of an older reader', tags = ['x']")

    assert reparse(settings, SAMPLE_NOW, dry_run=True).figures["entries changed"] == 1
    report = reparse(settings, SAMPLE_NOW)
    assert (report.figures["entries changed"], report.figures["items changed"]) == (1, 0)
    with open_live(settings.home) as con:
        assert con.execute("SELECT entry_sha256 FROM entries").fetchall() == before


@pytest.mark.slow
def test_items_that_were_asked_for_though_they_are_old_are_read_again(tmp_path: Path, web: LoopbackWeb) -> None:
    """What a walk into the past brought is mended like news; what was too old then stays out."""
    settings = one_source(tmp_path, web.put("/feed", news(TEXT, TEXT, when=timedelta(days=89))))
    collect(settings, SAMPLE_NOW, network=NET)
    change(settings, "DELETE FROM items WHERE title LIKE '%part 1'")
    change(settings, "UPDATE entries SET item_id = NULL WHERE title LIKE '%part 1'")
    change(
        settings, "UPDATE items SET text = 'half', content_sha256 = 'x', first_seen_at = first_seen_at + INTERVAL 2 DAY"
    )
    change(settings, "UPDATE archive SET received_at = received_at + INTERVAL 2 DAY")
    report = reparse(settings, SAMPLE_NOW + timedelta(days=2))

    assert (report.figures["items changed"], report.figures["items new"]) == (1, 0)
    assert [text for _, _, text, _ in texts(settings)] == [TEXT]


@pytest.mark.slow
def test_several_documents_of_one_visit(tmp_path: Path, web: LoopbackWeb) -> None:
    """Parts and older pages of a feed lie under addresses of their own, and are read as the feed that they are."""
    settings = one_source(tmp_path, web.put("/feed", news(TEXT)))
    collect(settings, SAMPLE_NOW, network=NET)
    older = rss((f"{TITLE}, an older part", SAMPLE_NOW - timedelta(days=9), f"{TEXT} So."), link="http://old.example/")
    older = older.replace(b"<guid>0", b"<guid>old")
    url = web.url("/feed?paged=2")
    with open_live(settings.home) as con:
        ((run,),) = con.execute("SELECT run_id FROM archive").fetchall()
        with Archive(settings.home / "raw", run) as archive:
            kept = archive.add("one", [Response(url, url, 200, {}, older, SAMPLE_NOW, 0.1)])
        store_archived(con, kept)
    report = reparse(settings, SAMPLE_NOW)

    assert (report.state, report.figures["answers"], report.figures["items new"]) == ("done", 2, 1)


@pytest.mark.slow
def test_batches_change_nothing_but_memory(tmp_path: Path, web: LoopbackWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    """Items are compared and stored some at a time, to the same end."""
    settings = one_source(tmp_path, web.put("/feed", news(*[f"{TEXT} {n}" for n in range(7)])))
    collect(settings, SAMPLE_NOW, network=NET)
    before = texts(settings)
    change(settings, "UPDATE items SET text = 'half', content_sha256 = 'x'")
    monkeypatch.setattr(flows.reparse, "BATCH", 3)
    report = reparse(settings, SAMPLE_NOW)

    assert (report.figures["items read"], report.figures["items changed"]) == (7, 7)
    assert [row[:3] for row in texts(settings)] == [row[:3] for row in before]


def test_old_rows_learn_what_they_are(tmp_path: Path) -> None:
    """A database from before the kind of an answer was noted: what a source was asked for itself is its feed."""
    settings = load(home=tmp_path)
    (sql,) = [one.sql for one in load_migrations() if one.name.endswith("_archive_kind.sql")]
    with open_live(settings.home) as con:
        con.execute("ALTER TABLE archive DROP COLUMN kind")
        con.execute(
            "INSERT INTO archive SELECT 'r', 'one', url, now(), 'f', 0, 1 FROM (VALUES ('feed'), ('page')) AS t(url)"
        )
        con.execute("INSERT INTO archive VALUES ('r', 'two', 'feed', now(), 'f', 0, 1)")
        con.execute(
            "INSERT INTO fetches"
            " (run_id, source_id, url, started_at, seconds, outcome, bytes, problems, entries, stored_at)"
            " VALUES ('older', 'one', 'feed', now(), 0, 'read', 1, [], 1, now())"
        )
        con.execute(sql)
        kinds = con.execute("SELECT source_id, url, kind FROM archive ORDER BY ALL").fetchall()

    assert kinds == [("one", "feed", "feed"), ("one", "page", "page"), ("two", "feed", "page")]
