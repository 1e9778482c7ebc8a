"""Reading the archive again: what today's parsers read differently is stored, and nothing else."""

import dataclasses
from pathlib import Path

import pytest

from flows.collect import Network, collect
from flows.demo import LIMITS
from flows.reparse import reparse
from flows.sample_server import SAMPLE_NOW, SampleWeek, sample_sources
from flows.settings import Settings, load
from storage.database import open_live

SOURCE = "atlantic-gazette"


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
