"""What is kept of the archive, and what goes: after a kill, after a deletion by hand, by age and by size."""

import gzip
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from stored import store_visit
from warcio.archiveiterator import ArchiveIterator

from parsers.configured import Keep
from parsers.errors import Permanent
from parsers.model import Response
from storage.archive import Archive, Archived, answers_in, archived_feeds, path_of, read_archived, store_archived
from storage.collected import FetchRow, Quarantined
from storage.database import Connection, open_live
from storage.rereading import entries_read, last_read_without_answer, taken_though_old
from storage.retention import (
    Pruned,
    mend,
    note_again,
    prune_archive,
    prune_quarantine,
    strangers,
    unfinished,
)
from storage.runs import begin_run

NOW = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
import storage.archive as archive
from parsers.model import Response
from storage.database import open_live

home, noted, share = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
RECEIVED = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)

def answer(n):
    url = f"http://a.example/{n}"
    return Response(url, url, 200, {}, os.urandom(5000), RECEIVED, 0.1)

with archive.Archive(home / "raw", "collect-1") as open_file:
    for n in range(4):
        kept = open_file.add(f"source-{n}", [answer(n)])
        if n < noted:
            with open_live(home) as con:
                archive.store_archived(con, kept)
    whole = archive.pack(answer(9), {archive.SOURCE: "source-9", archive.KIND: "feed"})
    open_file._file.write(whole[: int(len(whole) * share)])
    os.kill(os.getpid(), signal.SIGKILL)
"""


def answer(url: str, body: bytes = b"body", when: datetime = NOW) -> Response:
    return Response(url, url, 200, {}, body, when, 0.1)


def archived(con: Connection, folder: Path, run: str, when: datetime, size: int = 1000) -> Archived:
    """One file of that run with one answer that does not shrink."""
    with Archive(folder, run) as archive:
        (kept,) = archive.add("eda", [answer(f"http://a.example/{run}", os.urandom(size), when)])
    store_archived(con, [kept])
    return kept


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def noted(con: Connection) -> list[str]:
    return [file for (file,) in con.execute("SELECT DISTINCT file FROM archive ORDER BY file").fetchall()]


# ---------------------------------------------------------------- after a kill


@pytest.mark.parametrize("share", [0.0, 0.001, 0.02, 0.5, 0.999])
@pytest.mark.parametrize("known", [0, 2, 4])
def test_a_torn_tail_is_cut_and_said(tmp_path: Path, child: Callable[..., Any], known: int, share: float) -> None:
    """kill -9 within an answer: the half is cut, whole answers are noted, nothing else is touched, once."""
    raw = tmp_path / "raw"
    process = child(KILLED, tmp_path, known, share)
    assert process.wait(60) == -signal.SIGKILL
    assert unfinished(raw) == ["collect-1.warc.gz.open"]
    with open_live(tmp_path) as con:
        before = [read_archived(raw, where).body for n in range(known) for where in archived_feeds(con, f"source-{n}")]
        (told,) = mend(raw, con)
        again = mend(raw, con)
        after = [read_archived(raw, where).body for n in range(4) for where in archived_feeds(con, f"source-{n}")]
    with (raw / "collect-1.warc.gz").open("rb") as file:
        whole = [record.content_stream().read() for record in ArchiveIterator(file, check_digests="raise")]

    assert after[:known] == before
    assert after == whole
    assert len(whole) == 4
    assert (again, unfinished(raw), files(raw)) == ([], [], ["collect-1.warc.gz"])
    assert "collect-1.warc.gz" in told
    assert ("cut off" in told) == (share > 0)
    assert ("source-9 is asked again" in told) == (share >= 0.5)
    assert ("not noted yet" in told) == (known < 4)
    assert all((f"source-{n}" in told) == (n >= known) for n in range(4))


def test_what_a_living_process_writes_is_not_mended(tmp_path: Path, con: Connection) -> None:
    """A collection that runs has its file half written most of the time."""
    raw = tmp_path / "raw"
    with Archive(raw, "collect-1") as archive:
        archive.add("eda", [answer("http://a.example/1")])

        assert (unfinished(raw), mend(raw, con)) == ([], [])
        assert files(raw) == ["collect-1.warc.gz.open"]
    assert files(raw) == ["collect-1.warc.gz"]


def test_a_file_that_the_disk_lost_the_end_of(tmp_path: Path, con: Connection) -> None:
    """After a failure of power a file may be shorter than SQL knows, or full of zeros: such rows go."""
    raw = tmp_path / "raw"
    for run, keep in (("collect-1", lambda file, offset: file[: offset - 7]), ("collect-2", zeroed)):
        with Archive(raw, run) as archive:
            kept = archive.add(run, [answer(f"http://a.example/{n}", os.urandom(900)) for n in range(3)])
        store_archived(con, kept)
        closed = raw / f"{run}.warc.gz"
        (raw / f"{run}.warc.gz.open").write_bytes(keep(closed.read_bytes(), kept[2].byte_offset))
        closed.unlink()
    first, second = mend(raw, con)

    assert "cut off" in first
    assert "cut off" in second
    assert [len(list(answers_in(raw, f"collect-{n}.warc.gz"))) for n in (1, 2)] == [1, 2]
    assert [len(archived_feeds(con, f"collect-{n}")) for n in (1, 2)] == [1, 2]


def zeroed(file: bytes, offset: int) -> bytes:
    return file[:offset] + b"\0" * (len(file) - offset)


def test_an_empty_file_of_a_killed_process_goes(tmp_path: Path, con: Connection) -> None:
    """A kill between opening and the first answer leaves nothing worth a file."""
    (tmp_path / "collect-1.warc.gz.open").touch()

    assert len(mend(tmp_path, con)) == 1
    assert not list(tmp_path.glob("collect*"))


PACKED = gzip.compress(b"hello", mtime=0)


@pytest.mark.parametrize("content", [PACKED, PACKED + b"torn", b"notes of somebody"])
def test_a_file_of_another_kind_is_left_alone(tmp_path: Path, con: Connection, content: bytes) -> None:
    """It is said each time, with what to do; nothing of it is cut, and the other files are mended."""
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "a.warc.gz.open").write_bytes(content)
    with Archive(raw, "collect-1") as archive:
        archive.add("eda", [answer("http://a.example/1")])
    (raw / "collect-1.warc.gz").rename(raw / "collect-1.warc.gz.open")
    said, mended = mend(raw, con)

    assert said.startswith("a.warc.gz.open is no archive of ours")
    assert f"move it out of {raw}" in said
    assert "1 whole answers" in mended
    assert mend(raw, con) == [said]
    assert (raw / "a.warc.gz.open").read_bytes() == content


def test_there_may_be_no_folder_yet(tmp_path: Path, con: Connection) -> None:
    """Before the first collection nothing is to be mended or pruned."""
    raw = tmp_path / "raw"

    assert (unfinished(raw), mend(raw, con), strangers(raw, con)) == ([], [], [])
    assert prune_archive(con, raw, Keep(), NOW) == Pruned()


def test_a_file_that_came_back_is_noted_again(tmp_path: Path, con: Connection) -> None:
    """raw/ restored beside an older or a new database: the files tell what they hold, as it was noted before."""
    raw = tmp_path / "raw"
    kept = [archived(con, raw, f"collect-{n}", NOW - timedelta(days=n, microseconds=5)) for n in (1, 2)]
    con.execute("DELETE FROM archive WHERE run_id = 'collect-1'")
    names = strangers(raw, con)
    found = [one for name in names for one in answers_in(raw, name)]

    assert names == ["collect-1.warc.gz"]
    assert note_again(con, found) == [kept[0]]
    assert archived_feeds(con, "eda") == kept
    assert note_again(con, found) == strangers(raw, con) == []


# ---------------------------------------------------------------- age and size


def test_the_oldest_files_go_by_age(tmp_path: Path, con: Connection) -> None:
    """A file goes when its newest answer is older than the limit; its rows go with it, the others stay readable."""
    raw = tmp_path / "raw"
    old, edge, new = (archived(con, raw, f"collect-{days}", NOW - timedelta(days=days)) for days in (11, 10, 1))
    size = (raw / old.file).stat().st_size

    assert prune_archive(con, raw, Keep(raw_days=10), NOW) == Pruned((old.file,), size, 1)
    assert files(raw) == noted(con) == [new.file, edge.file]
    assert read_archived(raw, edge).status == 200
    assert prune_archive(con, raw, Keep(raw_days=10), NOW) == Pruned()
    assert prune_archive(con, raw, Keep(raw_days=10), NOW + timedelta(days=30)).files == (edge.file, new.file)
    assert files(raw) == noted(con) == []


def test_the_oldest_files_go_by_size(tmp_path: Path, con: Connection) -> None:
    """All files together are at most so large; those of the running run stay, were they too large alone."""
    raw = tmp_path / "raw"
    kept = [archived(con, raw, f"collect-{n}", NOW - timedelta(hours=9 - n), size=400_000) for n in range(5)]

    assert prune_archive(con, raw, Keep(raw_megabytes=2), NOW).files == (kept[0].file,)
    assert prune_archive(con, raw, Keep(raw_megabytes=1), NOW).files == (kept[1].file, kept[2].file)
    assert files(raw) == noted(con) == [kept[3].file, kept[4].file]
    last = archived(con, raw, "collect-9", NOW, size=1_200_000)
    assert prune_archive(con, raw, Keep(raw_megabytes=1), NOW, "collect-9").files == (kept[3].file, kept[4].file)
    assert files(raw) == noted(con) == [last.file]
    assert prune_archive(con, raw, Keep(raw_megabytes=1), NOW).files == (last.file,)


def test_what_is_being_written_never_goes(tmp_path: Path, con: Connection) -> None:
    """Neither the file of the running run nor its rows, however old the clock makes them."""
    raw = tmp_path / "raw"
    with Archive(raw, "collect-1") as archive:
        kept = archive.add("eda", [answer("http://a.example/1")])
        store_archived(con, kept)

        assert prune_archive(con, raw, Keep(raw_days=1), NOW + timedelta(days=99)) == Pruned()
        assert noted(con) == [kept[0].file]
    assert read_archived(raw, kept[0]).body == b"body"


def test_rows_of_a_file_that_was_deleted_by_hand_go(tmp_path: Path, con: Connection) -> None:
    """Nothing points for ever to what is not there; the loss is told, and of the other files nothing is touched."""
    raw = tmp_path / "raw"
    lost, kept = (archived(con, raw, f"collect-{n}", NOW) for n in (1, 2))
    (raw / lost.file).unlink()

    assert prune_archive(con, raw, Keep(), NOW) == Pruned(answers=1, lost=(lost.file,))
    assert archived_feeds(con, "eda") == [kept]


def test_a_file_without_rows_goes_by_its_own_age(tmp_path: Path, con: Connection) -> None:
    """An orphan is not kept for ever."""
    raw = tmp_path / "raw"
    kept = archived(con, raw, "collect-1", NOW)
    con.execute("DELETE FROM archive")
    os.utime(raw / kept.file, (0, (NOW - timedelta(days=5)).timestamp()))

    assert prune_archive(con, raw, Keep(raw_days=6), NOW) == Pruned()
    assert prune_archive(con, raw, Keep(raw_days=4), NOW).files == (kept.file,)
    assert files(raw) == []


KILLED_WHILE_PRUNING = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from parsers.configured import Keep
from storage.database import open_live
from storage.retention import prune_archive

Path.unlink = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
with open_live(Path(sys.argv[1])) as con:
    prune_archive(con, Path(sys.argv[1]) / "raw", Keep(raw_days=10), datetime(2026, 11, 16, 6, 0, tzinfo=UTC))
"""


def test_a_kill_while_pruning_leaves_nothing_behind(tmp_path: Path, child: Callable[..., Any]) -> None:
    """Between the rows and the files: the next time ends what was begun, and what stays can be read."""
    raw = tmp_path / "raw"
    with open_live(tmp_path) as con:
        for days in (30, 20, 1):
            kept = archived(con, raw, f"collect-{days}", NOW - timedelta(days=days))
            age = (NOW - timedelta(days=days)).timestamp()
            os.utime(raw / kept.file, (age, age))
    assert child(KILLED_WHILE_PRUNING, tmp_path).wait(60) == -signal.SIGKILL
    assert len(files(raw)) == 3
    with open_live(tmp_path) as con:
        assert noted(con) == ["collect-1.warc.gz"]
        assert prune_archive(con, raw, Keep(raw_days=10), NOW).files == ("collect-30.warc.gz", "collect-20.warc.gz")
        assert files(raw) == noted(con) == ["collect-1.warc.gz"]
        assert read_archived(raw, kept).status == 200


def test_a_file_that_cannot_be_removed_is_said(
    tmp_path: Path, con: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others go all the same."""
    raw = tmp_path / "raw"
    stuck, old, _ = (archived(con, raw, f"collect-{days}", NOW - timedelta(days=days)) for days in (30, 20, 1))
    unlink = Path.unlink

    def refused(path: Path, missing_ok: bool = False) -> None:
        if path.name == stuck.file:
            raise PermissionError(13, "Permission denied")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refused)
    pruned = prune_archive(con, raw, Keep(raw_days=10), NOW)

    assert (pruned.files, pruned.stuck) == ((old.file,), (f"{stuck.file}: Permission denied",))


def test_the_quarantine_is_emptied_by_the_last_sight(tmp_path: Path, con: Connection) -> None:
    """A document that is still served stays; one that was not seen for longer than the limit goes."""
    for number, bodies in enumerate(((b"gone", b"seen again"), (b"seen again",))):
        when = NOW + timedelta(days=5 * number)
        run = begin_run(con, "collect", when, "hash", request=str(number)).id
        broken = [Quarantined("http://a.example/", "empty", "why", body) for body in bodies]
        fetch = FetchRow("eda", "http://a.example/", when, 0.1, "failed")
        store_visit(con, run, fetch, [], [], [], when, quarantined=broken)

    assert prune_quarantine(con, Keep(quarantine_days=4), NOW + timedelta(days=4)) == 0
    assert prune_quarantine(con, Keep(quarantine_days=4), NOW + timedelta(days=5)) == 1
    assert con.execute("SELECT content FROM quarantine").fetchall() == [(b"seen again",)]


# ---------------------------------------------------------------- what a second reading has to know


def test_what_the_first_reading_left_behind(tmp_path: Path, con: Connection, make: Any) -> None:
    """How many entries each run had, when an answer is lost, which items were taken though they were old."""
    old = make.judged(1, published=NOW - timedelta(days=91))
    runs = [make.store(con, old, make.judged(2, published=None), make.judged(3, published=NOW - timedelta(days=89)))]
    with Archive(tmp_path / "raw", runs[0]) as archive:
        store_archived(con, archive.add("alpha", [answer("https://alpha.test/feed")]))
    assert last_read_without_answer(con, "alpha") is None
    runs.append(make.store(con, started_at=NOW + timedelta(hours=1)))
    make.store(con, outcome="failed", started_at=NOW + timedelta(hours=2))

    assert last_read_without_answer(con, "alpha") == NOW + timedelta(hours=1)
    assert entries_read(con, "alpha") == {runs[0]: 3, runs[1]: 0}
    assert taken_though_old(con, "alpha", timedelta(days=90)) == {old.item.key}


def test_a_row_whose_file_is_gone_says_which(tmp_path: Path, con: Connection) -> None:
    """The error names the file under its final name."""
    kept = archived(con, tmp_path / "raw", "collect-1", NOW)
    path_of(tmp_path / "raw", kept.file).unlink()
    with pytest.raises(Permanent, match=r"collect-1\.warc\.gz cannot be read at 0"):
        read_archived(tmp_path / "raw", kept)
