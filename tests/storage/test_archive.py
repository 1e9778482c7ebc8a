"""Answers in WARC files: what was received comes back, whatever happened to the file behind it."""

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from warcio.archiveiterator import ArchiveIterator

from parsers.errors import Misconfigured, Permanent
from parsers.model import Response
from storage.archive import Archive, archived_feeds, archived_pages, read_archived, store_archived
from storage.database import open_live

RECEIVED = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
LATER = RECEIVED + timedelta(days=1)


def answer(url: str, body: bytes) -> Response:
    headers = {"content-type": "text/xml; charset=utf-8", "etag": '"1"'}
    return Response(url, f"{url}?landed", 200, headers, body, RECEIVED, 0.1)


def test_every_answer_comes_back_as_it_was_received(tmp_path: Path) -> None:
    """Body, headers, status and both addresses survive, one gzip member each."""
    bodies = [b"<rss/>", b"\x00\xff" * 5000, b""]
    with Archive(tmp_path, "collect-1") as archive:
        kept = archive.add("eda", [answer(f"http://a.example/{n}", body) for n, body in enumerate(bodies)])

    for where, body in zip(kept, bodies, strict=True):
        back = read_archived(tmp_path, where)

        assert (back.body, back.status, back.headers["etag"]) == (body, 200, '"1"')
        assert back.requested_url == where.url
        assert back.url == f"{where.url}?landed"


def test_other_tools_read_the_file(tmp_path: Path) -> None:
    """It is a plain WARC file: a reader that goes from front to back finds all records."""
    with Archive(tmp_path, "collect-1") as archive:
        archive.add("eda", [answer("http://a.example/1", b"one"), answer("http://a.example/2", b"two")])
    with (tmp_path / "collect-1.warc.gz").open("rb") as file:
        found = [record.content_stream().read() for record in ArchiveIterator(file)]

    assert found == [b"one", b"two"]


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


def test_nothing_is_written_without_an_answer(tmp_path: Path) -> None:
    """A run in which nothing was read leaves no empty file."""
    with Archive(tmp_path / "raw", "collect-1") as archive:
        archive.add("eda", [])

    assert not (tmp_path / "raw").exists()


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the system says when no byte fits any more becomes a sentence with the folder, also when it is closed."""
    full = Path("/dev/full").open("wb")  # noqa: SIM115 - the archive closes it
    monkeypatch.setattr(Archive, "_opened", lambda _: full)
    with pytest.raises(Misconfigured, match=f"{tmp_path}: no space left"), Archive(tmp_path, "collect-1") as archive:
        archive.add("eda", [answer("http://a.example/1", b"one")])
    assert full.closed


def test_places_are_found_again_newest_first(tmp_path: Path, make: SimpleNamespace) -> None:
    """SQL knows where each answer lies, by source, time and what was asked for: a feed stays one under its old url."""
    with Archive(tmp_path / "raw", "collect-1") as archive, open_live(tmp_path) as con:
        old, new, page = archive.add(
            "alpha",
            [
                answer("http://a.example/old", b"one"),
                dataclasses.replace(answer("http://a.example/new", b"two"), fetched_at=LATER),
                answer("http://a.example/page", b"three"),
            ],
        )
        store_archived(con, [old, new, page])
        store_archived(con, [old, new, page])
        make.store(con, url="http://a.example/old")
        make.store(con, url="http://a.example/new")

        assert archived_feeds(con, "alpha") == [new, old]
        assert archived_feeds(con, "alpha", LATER) == [new]
        assert archived_pages(con, "alpha") == [page]
        assert archived_feeds(con, "nato") == archived_pages(con, "nato") == []
