"""The archive after a kill, on a full disk and within its limits, as a whole collection sees it."""

import dataclasses
import gzip
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from builders import config_folder, rss, source_table
from drivers import REPOSITORY, LoopbackWeb, Seabridge
from warcio.archiveiterator import ArchiveIterator

from flows.collect import Network, collect
from flows.reparse import reparse
from flows.sample_server import SAMPLE_NOW
from flows.settings import Settings, load
from flows.upkeep import upkeep
from parsers.configured import Keep
from parsers.errors import Misconfigured
from storage.database import open_live

TITLE = "EU and US sign arrangement on defence cooperation"
NET = Network(seeds=False)
KILLED = """
import os, signal, sys
import storage.archive as archive
from flows.__main__ import main

left, share = int(sys.argv.pop(1)), float(sys.argv.pop(1))
write = archive.Archive._write

def torn(self, file, source_id, response, kind):
    global left
    left -= 1
    if left < 0:
        whole = archive.pack(response, {archive.SOURCE: source_id, archive.KIND: kind})
        file.write(whole[: int(len(whole) * share)])
        os.kill(os.getpid(), signal.SIGKILL)
    return write(self, file, source_id, response, kind)

archive.Archive._write = torn
main()
"""


def put_sources(web: LoopbackWeb, numbers: range = range(3)) -> list[dict[str, Any]]:
    """Sources of three articles each, every article with a page of its own."""
    tables = []
    for n in numbers:
        titles = [f"{TITLE}, part {n}.{m}" for m in range(3)]
        link = web.url(f"/{n}/")
        feed = web.put(f"/feed{n}", rss(*[(title, SAMPLE_NOW - timedelta(days=2), "") for title in titles], link=link))
        for m, title in enumerate(titles):
            marks = [hashlib.md5(f"{n}{m}{k}".encode()).hexdigest() for k in range(20)]
            words = " ".join(f"In step {mark} the United States and the European Union agree." for mark in marks)
            web.put(f"/{n}/{m}", f"<article><h1>{title}</h1><p>{words}</p></article>".encode(), "text/html")
        tables.append(source_table(f"source-{n}", feed, pages=True))
    return tables


def rows(home: Path) -> dict[str, list[Any]]:
    """All that was stored but bookkeeping of runs and of places in files, without seconds and moments of storing."""
    columns = "COLUMNS(one -> one NOT IN ('seconds', 'valid_from', 'valid_to', 'judged_at'))"
    with duckdb.connect(str(home / "live.duckdb"), read_only=True) as con:
        tables = [name for (name,) in con.sql("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {
            name: con.sql(f"SELECT {columns} FROM {name} ORDER BY ALL").fetchall()
            for name in tables
            if name not in ("runs", "leases", "migrations", "archive", "high_water")
        }


def bodies(raw: Path) -> list[bytes]:
    """All answers of all files, as a reader that knows nothing of us finds them."""
    found = []
    for path in sorted(raw.iterdir()):
        with path.open("rb") as file:
            found += [one.content_stream().read() for one in ArchiveIterator(file, check_digests="raise")]
    return found


@pytest.mark.slow
def test_killed_within_an_answer(seabridge: Seabridge, web: LoopbackWeb, tmp_path: Path) -> None:
    """kill -9 at a byte of the archive, then again: the rows of a calm run, and every answer is there and whole."""
    config_folder(seabridge.config, put_sources(web))
    assert seabridge("collect").code == 0
    calm = rows(seabridge.home)
    wanted = set(bodies(seabridge.home / "raw"))
    assert (len(calm["items"]), len(wanted)) == (9, 12)
    for answers, share in ((0, 0.3), (4, 0.9), (11, 0.999)):
        home = tmp_path / f"home-{answers}"
        killed = subprocess.run(
            [sys.executable, "-c", KILLED, str(answers), str(share), "collect"],
            cwd=REPOSITORY,
            env={**os.environ, **seabridge.environment, "SEABRIDGE_HOME": str(home)},
            check=False,
        )
        assert killed.returncode == -signal.SIGKILL
        seabridge.monkeypatch.setenv("SEABRIDGE_HOME", str(home))
        assert seabridge("collect").code == 0
        settings = load(config=seabridge.config, home=home)
        upkeep(settings, SAMPLE_NOW)
        reread = reparse(settings, SAMPLE_NOW, dry_run=True)

        assert {name for name, content in rows(home).items() if content != calm[name]} == set(), (answers, share)
        assert all(path.name.endswith(".warc.gz") for path in (home / "raw").iterdir())
        assert set(bodies(home / "raw")) == wanted, (answers, share)
        assert (reread.state, reread.lines, reread.figures["items read"]) == ("done", (), 9), (answers, share)
        assert not any(count for name, count in reread.figures.items() if "new" in name or "changed" in name)
        assert upkeep(settings, SAMPLE_NOW) == ()


def collected(folder: Path, web: LoopbackWeb, keep: Keep | None = None) -> Settings:
    config_folder(folder / "config", put_sources(web, range(2)))
    settings = dataclasses.replace(load(config=folder / "config", home=folder / "home"), keep=keep or Keep())
    assert collect(settings, SAMPLE_NOW, network=NET).state == "done"
    return settings


@pytest.mark.slow
def test_what_was_pruned_leaves_the_items(tmp_path: Path, web: LoopbackWeb) -> None:
    """Bytes go by age, items stay as they are, and reading again says that there is nothing instead of harming."""
    settings = collected(tmp_path, web)
    before = rows(settings.home)
    (name,) = (path.name for path in (settings.home / "raw").iterdir())
    assert upkeep(settings, SAMPLE_NOW + timedelta(days=729)) == ()
    told = upkeep(settings, SAMPLE_NOW + timedelta(days=731))

    assert name in told[0]
    assert "1 files of answers" in told[0]
    assert told[1].startswith("8 answers can no longer be read again")
    assert not list((settings.home / "raw").iterdir())
    assert rows(settings.home) == before
    assert reparse(settings, SAMPLE_NOW).state == "nothing"


@pytest.mark.slow
def test_a_page_that_was_pruned_leaves_its_text(tmp_path: Path, web: LoopbackWeb) -> None:
    """The feed is received anew for years, its page once: when that is gone the item keeps the text of the page."""
    settings = collected(tmp_path, web)
    for n in range(2):
        _, _, feed = web.answers["127.0.0.1", f"/feed{n}"]
        web.put(f"/feed{n}", feed.replace(b"<title>News<", b"<title>Newer<", 1))
    later = SAMPLE_NOW + timedelta(days=1)
    collect(settings, later, network=NET)
    before = rows(settings.home)["items"]
    short = dataclasses.replace(settings, keep=Keep(raw_days=1))
    assert len(upkeep(short, later + timedelta(hours=1))) == 2
    report = reparse(settings, later)

    assert (report.state, report.lines) == ("done", ())
    assert (report.figures["answers"], report.figures["items read"], report.figures["items changed"]) == (2, 6, 0)
    assert rows(settings.home)["items"] == before


@pytest.mark.slow
def test_files_deleted_by_hand_are_told_once(tmp_path: Path, web: LoopbackWeb) -> None:
    """Reading again names what is lost; upkeep says so once and lets the rows go; put back, they are known again."""
    settings = collected(tmp_path, web)
    raw = settings.home / "raw"
    shutil.move(raw, tmp_path / "away")
    lost = reparse(settings, SAMPLE_NOW)
    told = upkeep(settings, SAMPLE_NOW)

    assert lost.state == "partial"
    assert len(lost.lines) == 2
    assert "1 files are gone from raw/" in told[0]
    assert upkeep(settings, SAMPLE_NOW) == ()
    shutil.move(tmp_path / "away", raw)
    back = reparse(settings, SAMPLE_NOW)
    assert back.state == "done"
    assert "8 answers are noted again" in back.lines[0]
    assert (back.figures["items read"], back.figures["items changed"], back.figures["items new"]) == (6, 0, 0)


@pytest.mark.slow
def test_a_lost_database_is_read_again_from_the_files(tmp_path: Path, web: LoopbackWeb) -> None:
    """raw/ alone brings back every item."""
    settings = collected(tmp_path, web)
    what = "SELECT item_id, title, text, text_origin, published_at, first_seen_at FROM items ORDER BY item_id"
    with open_live(settings.home) as con:
        before = con.execute(what).fetchall()
    (settings.home / "live.duckdb").unlink()
    with pytest.raises(Misconfigured, match="is gone"):
        reparse(settings, SAMPLE_NOW + timedelta(hours=1))
    (settings.home / "live.duckdb.mark").unlink()  # as the message says, for those who want to begin anew
    report = reparse(settings, SAMPLE_NOW + timedelta(hours=1))

    assert report.figures["items new"] == 6
    with open_live(settings.home) as con:
        assert con.execute(what).fetchall() == before


def test_trouble_with_the_folder_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The news of the run are stored; what is the matter with old files must not make it fail."""
    settings = load(home=tmp_path)
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "collect-1.warc.gz.open").mkdir()

    (told,) = upkeep(settings, SAMPLE_NOW)
    assert told == f"{raw} could not be kept in order: Is a directory"


def test_the_quarantine_is_kept_in_order_too(tmp_path: Path, web: LoopbackWeb) -> None:
    """What could not be read goes when it was not seen for as long as the configuration says."""
    config_folder(tmp_path / "config", [source_table("one", web.put("/feed", b"<!DOCTYPE html><p>no feed"))])
    settings = load(config=tmp_path / "config", home=tmp_path / "home")
    collect(settings, SAMPLE_NOW, network=NET)
    days = timedelta(days=settings.keep.quarantine_days)

    assert upkeep(settings, SAMPLE_NOW + days) == ()
    (told,) = upkeep(settings, SAMPLE_NOW + days + timedelta(seconds=1))
    assert told == "1 unreadable documents went from the quarantine, not seen for 90 days"


def test_a_file_of_another_kind_stops_no_collection(tmp_path: Path) -> None:
    """A stranger in raw/ is one sentence at each run, and what else is due is done."""
    settings = load(home=tmp_path)
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "x.warc.gz.open").write_bytes(gzip.compress(b"hello"))

    for _ in range(2):
        (told,) = upkeep(settings, SAMPLE_NOW)
        assert "x.warc.gz.open is no archive of ours" in told
