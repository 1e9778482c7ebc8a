"""migrate-to and migrate-back: a home moves into a lake and out again, whole, checked, and whatever kills it."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from drivers import REPOSITORY
from postgres import PASSWORD, Postgres, running_postgres

from flows.collect import Network, collect
from flows.digest import digest
from flows.migrate import migrate_back, migrate_to, tidy
from flows.sample_server import SAMPLE_NOW, SLOW_HOST, SORRY, SampleWeek, sample_sources
from flows.settings import load
from parsers.errors import Busy, Misconfigured, Permanent
from storage import lake_moves
from storage.database import open_live
from storage.lake import open_lake
from storage.lake_address import lake_url, remember_lake
from storage.lake_moves import FILE, LAKE, copy_all, different, live_file, rows_of
from storage.runs import begin_run, finish_run
from storage.snapshot import publish

KILLED = """
import os, pathlib, signal, sys
from datetime import datetime
import flows.migrate as step
def end(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
place = sys.argv[4]
if place == "committing":
    import storage.lake_moves
    storage.lake_moves.different = end
else:
    setattr(step, place, end)
step.migrate_to(pathlib.Path(sys.argv[1]), sys.argv[2], datetime.fromisoformat(sys.argv[3]))
"""
SAME = {
    "items": "* EXCLUDE (valid_from)",
    "judgements": "* EXCLUDE (valid_from, valid_to)",
    "labels": "* EXCLUDE (judged_at)",
    "story_items": "item_id, story_id",
    "dispositions": "*",
    "editions": "html, text, sha256",
}
"""Table -> what does not depend on how many sources happened to be stored together."""


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture
def url(server: Postgres, tmp_path: Path) -> str:
    """Of an empty database and an empty folder."""
    data = tmp_path / "data"
    data.mkdir()
    return server.url(server.database(), data)


@pytest.fixture
def home(sample_home: Path, tmp_path: Path) -> Path:
    """A copy of the sample week, with its edition."""
    return shutil.copytree(sample_home, tmp_path / "home")


def fill(home: Path) -> None:
    """As `sample_home` is made."""
    sources = tuple(s for s in sample_sources() if SLOW_HOST not in s.url and SORRY[0] not in s.url)
    settings = replace(load(config=REPOSITORY / "config", home=home), sources=sources, corpus=home.parent)
    with SampleWeek() as week:
        collect(settings, SAMPLE_NOW, network=Network(hosts=week.hosts, seeds=False))
    digest(settings, SAMPLE_NOW)


def as_in_the_lake(url: str, path: str | Path) -> bool:
    with open_lake(url) as con, live_file(con, Path(path), read_only=True):
        return not different(con, FILE, LAKE)


@pytest.mark.slow
def test_a_home_moves_into_a_lake_and_back(home: Path, url: str, tmp_path: Path) -> None:
    """Every row arrives, there and back; the file of before stays; each way is refused where it makes no sense."""
    with pytest.raises(Misconfigured, match="lives in no lake"):
        migrate_back(home, SAMPLE_NOW)
    with pytest.raises(Misconfigured, match="lives in no lake"):
        tidy(home)
    moved = migrate_to(home, url, SAMPLE_NOW)
    assert moved.rows["items"] > 50
    assert moved.rows["editions"] == 1
    assert PASSWORD not in moved.to
    assert lake_url(home) == url
    assert not (home / "live.duckdb").exists()
    assert as_in_the_lake(url, moved.kept)
    with pytest.raises(Misconfigured, match="lives in a lake already"):
        migrate_to(home, url, SAMPLE_NOW)
    tidy(home)
    assert as_in_the_lake(url, moved.kept)

    back = migrate_back(home, SAMPLE_NOW)
    assert back.rows == moved.rows
    assert lake_url(home) is None
    assert as_in_the_lake(url, back.to)
    with open_live(home) as con:
        begin_run(con, "collect", SAMPLE_NOW, "hash")
    assert not as_in_the_lake(url, back.to)


@pytest.mark.slow
@pytest.mark.parametrize("place", ["committing", "remember_lake"])
def test_a_move_that_is_killed_is_made_again(home: Path, url: str, place: str) -> None:
    """Killed before it is committed, before the home knows of it: nothing is half done."""
    arguments = [sys.executable, "-c", KILLED, str(home), url, SAMPLE_NOW.isoformat(), place]
    done = subprocess.run(arguments, cwd=REPOSITORY, env=os.environ, check=False, capture_output=True, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert (home / "live.duckdb").is_file()
    assert lake_url(home) is None
    with open_lake(url) as con:
        assert bool(rows_of(con, LAKE)["items"]) == (place != "committing")
    moved = migrate_to(home, url, SAMPLE_NOW)
    assert as_in_the_lake(url, moved.kept)
    assert lake_url(home) == url
    Path(moved.kept).rename(home / "live.duckdb")  # as a kill between the last two steps leaves it
    assert as_in_the_lake(url, migrate_to(home, url, SAMPLE_NOW).kept)


@pytest.mark.slow
def test_a_lake_with_something_else_in_it_is_not_touched(home: Path, url: str) -> None:
    """Neither filled further nor overwritten: what it holds is named, and the home stays in its file."""
    with open_lake(url, create=True) as con:
        finish_run(con, begin_run(con, "collect", SAMPLE_NOW, "hash").id, SAMPLE_NOW, "completed", {})
    with pytest.raises(Misconfigured, match=r"holds something else already \(runs\)"):
        migrate_to(home, url, SAMPLE_NOW)
    assert lake_url(home) is None
    with open_lake(url) as con:
        assert rows_of(con, LAKE)["items"] == 0


@pytest.mark.slow
def test_nothing_moves_under_a_flow_that_runs(home: Path, url: str) -> None:
    """A flow that runs would go on in the file; the same for the way back."""
    with open_live(home) as con:
        run = begin_run(con, "collect", SAMPLE_NOW, "hash")
    with pytest.raises(Busy, match=r"collect is running as .* in PID"):
        migrate_to(home, url, SAMPLE_NOW)
    with open_live(home) as con:
        finish_run(con, run.id, SAMPLE_NOW, "completed", {})
    migrate_to(home, url, SAMPLE_NOW)
    with open_lake(url) as con:
        begin_run(con, "collect", SAMPLE_NOW, "hash")
    with pytest.raises(Busy, match=r"collect is running as .* in PID"):
        migrate_back(home, SAMPLE_NOW)
    migrate_back(home, SAMPLE_NOW + timedelta(hours=2))  # its lease is over then


@pytest.mark.slow
def test_what_arrives_damaged_is_taken_back(home: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed value, and a row twice in the place of another, are found by name; a copy that differs is not kept."""
    with open_live(home):
        pass
    with open_lake(url, create=True) as con, live_file(con, home / "live.duckdb", read_only=True):
        copy_all(con, FILE, LAKE)
        assert different(con, FILE, LAKE) == []
        con.execute("UPDATE items SET title = title || ' ' WHERE item_id = (SELECT min(item_id) FROM items)")
        con.execute("UPDATE runs SET summary = '{}'")
        con.execute("DELETE FROM entries WHERE entry_key = (SELECT min(entry_key) FROM entries)")
        con.execute("INSERT INTO entries FROM entries LIMIT 1")
        assert different(con, FILE, LAKE) == ["entries", "items", "runs"]
        before = rows_of(con, LAKE)
        monkeypatch.setattr(lake_moves, "different", lambda *_: ["items"])
        with pytest.raises(ValueError, match="items"):
            copy_all(con, FILE, LAKE)
        assert rows_of(con, LAKE) == before
        con.execute("DELETE FROM items")
    with open_lake(url) as con:
        for table in rows_of(con, LAKE):
            con.execute(f"DELETE FROM {table}") if table not in ("migrations", "snapshot_info") else None
    with pytest.raises(Permanent, match="nothing was changed"):
        migrate_to(home, url, SAMPLE_NOW)
    assert lake_url(home) is None


def test_a_home_without_a_file_has_nothing_to_move(tmp_path: Path, url: str) -> None:
    """An empty folder is more likely the wrong one than a home."""
    with pytest.raises(Misconfigured, match="nothing to move"):
        migrate_to(tmp_path, url, SAMPLE_NOW)
    assert not (tmp_path / "live.duckdb").exists()
    remember_lake(tmp_path, "postgres://elsewhere/db?data=/srv")
    with pytest.raises(Misconfigured, match="lives in a lake already: postgres://elsewhere"):
        migrate_to(tmp_path, url, SAMPLE_NOW)


@pytest.mark.slow
def test_a_week_collected_into_a_lake_is_the_week_in_a_file(sample_home: Path, url: str, tmp_path: Path) -> None:
    """Collection, digest and publication run on a home that lives in a lake, and come to the same."""
    home = tmp_path / "other"
    home.mkdir()
    with open_lake(url, create=True):
        remember_lake(home, url)
    fill(home)
    file = shutil.copy(sample_home / "live.duckdb", tmp_path)
    with open_lake(url) as con, live_file(con, Path(file), read_only=True):
        for table, columns in SAME.items():
            one, other = (f"SELECT {columns} FROM {database}.{table} ORDER BY ALL" for database in (FILE, LAKE))
            assert con.execute(one).fetchall() == con.execute(other).fetchall(), table
        assert rows_of(con, LAKE) == rows_of(con, FILE)
    assert not (home / "live.duckdb").exists()
    assert (home / "published" / "seabridge.duckdb").is_file()


@pytest.mark.slow
def test_the_snapshot_of_a_lake_shows_the_same(home: Path, url: str, tmp_path: Path) -> None:
    """What analysts get from a home in a lake is what they got from its file, and readers see no lake in it."""
    with open_live(home) as con:
        before = publish(con, tmp_path / "before", SAMPLE_NOW)
    migrate_to(home, url, SAMPLE_NOW)
    with open_lake(url) as con:
        after = publish(con, tmp_path / "after", SAMPLE_NOW)
        con.execute(f"ATTACH '{before}' AS one (READ_ONLY)")
        con.execute(f"ATTACH '{after}' AS other (READ_ONLY)")
        assert different(con, "one", "other") == []
        assert rows_of(con, "other")["items"] > 50
        found = con.execute("SELECT sql FROM duckdb_views() WHERE database_name = 'other' AND NOT internal").fetchall()
        assert len(found) > 10
        assert not re.search(r"\blake\.", str(found))
