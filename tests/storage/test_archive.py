"""Answers in WARC files: what was received comes back, whatever happened to the file behind it."""

import dataclasses
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from parsers.errors import Misconfigured, Permanent
from parsers.model import Response
from storage.archive import (
    Archive,
    answers_in,
    archived_feeds,
    archived_pages,
    lock,
    path_of,
    read_archived,
    store_archived,
)
from storage.database import open_live

RECEIVED = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
LATER = RECEIVED + timedelta(days=1)
HOSTILE_NAMES = (
    "../../x",
    "..%2f..%2fx",
    "C:\\x",
    "a\0b",
    "a\r\nWARC-Type: metadata\r\n\r\nx",
    "n" * 300,
    ".ssh/authorized_keys",
    "CON",
    "\u202etxt.exe",
    "\ud800",
)


def answer(url: str, body: bytes, **headers: str) -> Response:
    plain = {"content-type": "text/xml; charset=utf-8", "etag": '"1"'}
    return Response(url, f"{url}?landed", 200, plain | headers, body, RECEIVED, 0.1)


def test_every_answer_comes_back_as_it_was_received(tmp_path: Path) -> None:
    """Body, headers, status and both addresses survive, one gzip member each, while it is written and afterwards."""
    bodies = [b"<rss/>", b"\x00\xff" * 5000, b"", b"WARC/1.1\r\n\r\n", b"\r\n\r\n"]
    with Archive(tmp_path, "collect-1") as archive:
        kept = archive.add("eda", [answer(f"http://a.example/é/{n}", body) for n, body in enumerate(bodies)])
        early = read_archived(tmp_path, kept[1])

    assert early.body == bodies[1]
    for where, body in zip(kept, bodies, strict=True):
        back = read_archived(tmp_path, where)

        assert (back.body, back.status, back.headers["etag"]) == (body, 200, '"1"')
        assert back.requested_url == where.url
        assert back.url == f"{where.url}?landed"


def test_other_tools_read_the_file(tmp_path: Path) -> None:
    """It is a plain WARC file: warcio reads it from front to back and finds every length and digest right."""
    with Archive(tmp_path, "collect-1") as archive:
        archive.add("eda", [answer("http://a.example/1", b"one")], [answer("http://a.example/2 3", b"\0" * 70_000)])
    path = tmp_path / "collect-1.warc.gz"
    with path.open("rb") as file:
        found = [record.content_stream().read() for record in ArchiveIterator(file, check_digests="raise")]
    checker = Checker(SimpleNamespace(inputs=[str(path)], verbose=False))
    checker.process_all()

    assert found == [b"one", b"\0" * 70_000]
    assert checker.exit_value == 0


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_r_8_names_from_outside_never_reach_the_disk(tmp_path: Path, name: str) -> None:
    """R-8: a hostile name in the address or in Content-Disposition is data inside a record, in a file named by us."""
    raw = tmp_path / "deep" / "raw"
    said = f'attachment; filename="{name}"'
    with Archive(raw, "collect-1") as archive:
        (kept,) = archive.add("eda", [answer(f"http://a.example/{name}", b"body", **{"content-disposition": said})])
    back = read_archived(raw, kept)

    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == [
        "deep",
        "deep/raw",
        "deep/raw/collect-1.warc.gz",
    ]
    assert (back.body, back.requested_url, back.headers["etag"]) == (b"body", f"http://a.example/{name}", '"1"')
    assert set(back.headers) == {"content-type", "etag", "content-disposition"}
    assert back.headers["content-disposition"].startswith("attachment; filename")
    assert len(list(answers_in(raw, kept.file))) == 1


def test_a_header_that_is_none_is_left_out(tmp_path: Path) -> None:
    """What is no name of a header, and what would begin another one, changes neither body nor the other headers."""
    strange = {"x: y": "1", "n\r\nx": "2", "x-long": "a\r\n\r\nbody", "": "3"}
    with Archive(tmp_path, "collect-1") as archive:
        (kept,) = archive.add("eda", [answer("http://a.example/", b"body", **strange)])
    back = read_archived(tmp_path, kept)

    assert (back.body, back.headers["x-long"]) == (b"body", "a    body")
    assert set(back.headers) == {"content-type", "etag", "x-long"}


def test_a_file_that_was_cut_is_left_alone(tmp_path: Path) -> None:
    """After a kill the next process writes a new file; what is whole in the torn one can be read, the rest says so."""
    with Archive(tmp_path, "collect-1") as archive:
        first, last = archive.add("eda", [answer("http://a.example/1", b"one"), answer("http://a.example/2", b"t" * 9)])
    path = tmp_path / first.file
    path.write_bytes(path.read_bytes()[: last.byte_offset + 20])
    with Archive(tmp_path, "collect-1") as archive:
        (again,) = archive.add("eda", [answer("http://a.example/3", b"three")])

    assert again.file != first.file
    assert read_archived(tmp_path, first).body == b"one"
    assert read_archived(tmp_path, again).body == b"three"
    with pytest.raises(Permanent, match="cannot be read"):
        read_archived(tmp_path, last)


@pytest.mark.parametrize("place", [5, 40, 200, -20, -5])
def test_a_damaged_answer_is_not_taken_for_a_shorter_one(tmp_path: Path, place: int) -> None:
    """A byte that changed on the disk is found by the checksum; half a body never comes back as a whole one."""
    with Archive(tmp_path, "collect-1") as archive:
        body = bytes(number * 7919 % 251 for number in range(3000))
        (kept,) = archive.add("eda", [answer("http://a.example/1", body)])
    path = tmp_path / kept.file
    damaged = bytearray(path.read_bytes())
    damaged[place] ^= 0x55
    path.write_bytes(damaged)

    try:
        assert read_archived(tmp_path, kept).body == body  # bytes 4 to 9 of a gzip header mean nothing to us
    except Permanent:
        assert place != 5


def test_what_is_being_written_is_locked_and_called_open(tmp_path: Path) -> None:
    """Others can tell the file of a living process; another archive of the same run begins a file of its own."""
    with Archive(tmp_path, "collect-1") as archive, Archive(tmp_path, "collect-1") as other:
        (one,) = archive.add("eda", [answer("http://a.example/1", b"one")])
        (two,) = other.add("eda", [answer("http://a.example/1", b"two")])
        names = sorted(path.name for path in tmp_path.iterdir())
        with path_of(tmp_path, one.file).open("rb") as file:
            taken = lock(file)

    assert names == ["collect-1.2.warc.gz.open", "collect-1.warc.gz.open"]
    assert not taken
    assert sorted(path.name for path in tmp_path.iterdir()) == ["collect-1.2.warc.gz", "collect-1.warc.gz"]
    assert [read_archived(tmp_path, where).body for where in (one, two)] == [b"one", b"two"]


def test_nothing_is_written_without_an_answer(tmp_path: Path) -> None:
    """A run in which nothing was read leaves no empty file."""
    with Archive(tmp_path / "raw", "collect-1") as archive:
        archive.add("eda", [])

    assert not (tmp_path / "raw").exists()


FILL = """
import os, sys, tempfile
from datetime import UTC, datetime
from pathlib import Path
from parsers.errors import Misconfigured
from parsers.model import Response
from storage.archive import Archive, store_archived
from storage.database import open_live

raw, home = Path(sys.argv[1]) / "raw", Path(sys.argv[2])
RECEIVED = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
full = 0
with Archive(raw, "collect-1") as archive:
    for number in range(40):
        url = f"http://a.example/{number}"
        page = Response(url, url, 200, {}, os.urandom(60_000), RECEIVED, 0.1)
        try:
            kept = archive.add("eda", [page], [page, page])
        except Misconfigured as error:
            assert "no space left" in str(error), error
            full += 1
        else:
            with open_live(home) as con:
                store_archived(con, kept)
assert full > 20, full
"""


def test_a_full_disk_leaves_whole_answers_only(tmp_path: Path) -> None:
    """On a disk of 1 MB: what no longer fits is told, all or nothing of it is there, and all that SQL knows is read."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", disk], check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip("a small disk can only be mounted by root")
    try:
        ended = subprocess.run([sys.executable, "-c", FILL, disk, tmp_path], cwd=Path(__file__).parents[2], check=False)
        with open_live(tmp_path) as con:
            known = archived_feeds(con, "eda") + archived_pages(con, "eda")
        there = [where.byte_offset for where in answers_in(disk / "raw", "collect-1.warc.gz")]
        read = [len(read_archived(disk / "raw", where).body) for where in known]
    finally:
        subprocess.run(["umount", disk], check=True)

    assert ended.returncode == 0
    assert len(read) >= 4
    assert set(read) == {60_000}
    assert len(there) % 3 == 0
    assert len(there) // 3 == len(known)


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the system says becomes a sentence with the folder, also where nothing can be taken back."""
    full = Path("/dev/full").open("wb", buffering=0)  # noqa: SIM115 - the archive closes it
    monkeypatch.setattr(Archive, "_opened", lambda _: full)
    with pytest.raises(Misconfigured, match=f"{tmp_path}: no space left"), Archive(tmp_path, "collect-1") as archive:
        archive.add("eda", [answer("http://a.example/1", b"one")])
    assert full.closed


def test_places_are_found_again_newest_first(tmp_path: Path) -> None:
    """SQL knows where each answer lies, by source, time and what it is; the same place noted twice is one."""
    with Archive(tmp_path / "raw", "collect-1") as archive, open_live(tmp_path) as con:
        old, new, page = archive.add(
            "alpha",
            [
                answer("http://a.example/old", b"one"),
                dataclasses.replace(answer("http://a.example/new", b"two"), fetched_at=LATER),
            ],
            [answer("http://a.example/page", b"three")],
        )
        store_archived(con, [old, new, page])
        store_archived(con, [old, new, page])

        assert archived_feeds(con, "alpha") == [new, old]
        assert archived_feeds(con, "alpha", LATER) == [new]
        assert archived_pages(con, "alpha") == [page]
        assert archived_feeds(con, "nato") == archived_pages(con, "nato") == []


def test_a_list_that_is_also_a_page_stays_a_list(tmp_path: Path) -> None:
    """A listing that links to itself is asked for twice in one run; what it lists is not lost by that."""
    both = answer("http://a.example/list", b"one")
    with Archive(tmp_path / "raw", "collect-1") as archive, open_live(tmp_path) as con:
        feed, page = archive.add("alpha", [both], [both])
        store_archived(con, [feed, page])

        assert (archived_feeds(con, "alpha"), archived_pages(con, "alpha")) == ([feed], [])


def test_the_file_tells_by_itself_what_it_holds(tmp_path: Path) -> None:
    """Source, address, kind and time of every answer are found without the database, as they were noted in it."""
    with Archive(tmp_path, "collect-1") as archive:
        feeds = [dataclasses.replace(answer("http://a.example/é", b"one"), fetched_at=LATER.replace(microsecond=7))]
        kept = archive.add("eda", feeds, [answer("http://a.example/2", b"two")])

    assert list(answers_in(tmp_path, "collect-1.warc.gz")) == kept
