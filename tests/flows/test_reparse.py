"""Reading the archive again: what today's parsers read differently is stored, and nothing else."""

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest
from builders import config_folder, rss, source_table
from drivers import LoopbackWeb, Seabridge

from flows.collect import Network, collect
from flows.demo import LIMITS
from flows.reparse import reparse
from flows.sample_server import SAMPLE_NOW, SampleWeek, sample_sources
from flows.settings import Settings, load
from storage.database import open_live

SOURCE = "atlantic-gazette"
TITLE = "EU and US sign arrangement on defence cooperation"
TEXT = " ".join(f"The arrangement of step {n} lets the United States and the European Union join." for n in range(20))
NET = Network(seeds=False)


@pytest.fixture
def collected(tmp_path: Path) -> Settings:
    """A home in which one sample source was collected, pages and all."""
    settings = dataclasses.replace(load(home=tmp_path), sources=sample_sources(), corpus=tmp_path / "none")
    with SampleWeek() as week:
        collect(settings, SAMPLE_NOW, only=[SOURCE], network=Network(LIMITS, week.hosts, seeds=False))
    return settings


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
    web.put("/feed", body + b"\n")
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
    feed = web.put("/feed", rss((TITLE, SAMPLE_NOW, TEXT)))
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
        con.execute("UPDATE items SET content_sha256 = 'x'")

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
    web.put("/feed", body + b"\n")
    collect(settings, SAMPLE_NOW, network=NET)
    before = texts(settings)
    lost.unlink()

    report = reparse(settings, SAMPLE_NOW)

    assert (report.state, lost.name in report.lines[0]) == ("partial", True)
    assert texts(settings) == before
