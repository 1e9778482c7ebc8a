"""is_published: whether analysts see already what is stored."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from stored import store_visit

from parsers.model import Story
from storage.collected import Quarantined
from storage.database import Connection
from storage.published import is_published
from storage.runs import begin_run, finish_run
from storage.snapshot import publish, snapshot_path
from storage.sources import sync_sources
from storage.stories import store_stories

ZONE = "Europe/Brussels"


@pytest.fixture
def shown(con: Connection, tmp_path: Path, make, now: datetime) -> Connection:
    """A database that is published."""
    sync_sources(con, [make.source()], now)
    make.store(con, make.judged(1), make.judged(2))
    publish(con, tmp_path, now, ZONE)
    return con


def test_run_that_brought_nothing(shown: Connection, tmp_path, make, now):
    """A new run and fetch, the same source: nothing for analysts, who have a snapshot of this program and zone."""
    assert is_published(shown, tmp_path, ZONE)
    sync_sources(shown, [make.source()], now + timedelta(hours=1))
    run = begin_run(shown, "collect", now, "hash")
    store_visit(shown, run.id, make.fetch(outcome="unchanged"), [], [], [], now + timedelta(hours=1))
    finish_run(shown, run.id, now, "completed", {})
    assert is_published(shown, tmp_path, ZONE)
    assert not is_published(shown, tmp_path, "Europe/Paris")


CHANGES = {
    "news": lambda con, make, now: make.store(con, make.judged(3)),
    "change": lambda con, make, now: make.store(con, make.judged(1, title="T", content_sha256="other")),
    "failure": lambda con, make, now: make.store(con, outcome="failed", kind="dns"),
    "story": lambda con, make, now: store_stories(con, [Story(f"{1:016x}", (f"{1:016x}",))], (), now),
    "source": lambda con, make, now: sync_sources(con, [make.source(weight=5)], now),
    "quarantine": lambda con, make, now: store_visit(
        con,
        begin_run(con, "collect", now, "hash").id,
        make.fetch(outcome="unchanged"),
        [],
        [],
        [],
        now,
        quarantined=[Quarantined("https://a.test", "empty", "", b"")],
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_analysts_would_see(shown: Connection, tmp_path, make, now, change):
    """Each of these asks for a new snapshot, and has it then."""
    CHANGES[change](shown, make, now)
    assert not is_published(shown, tmp_path, ZONE)
    publish(shown, tmp_path, now, ZONE)
    assert is_published(shown, tmp_path, ZONE)


def test_no_snapshot_or_a_damaged_one(shown: Connection, tmp_path):
    """What cannot be read shows nothing."""
    path = snapshot_path(tmp_path)
    path.unlink()
    assert not is_published(shown, tmp_path, ZONE)
    path.write_bytes(b"no database")
    assert not is_published(shown, tmp_path, ZONE)
