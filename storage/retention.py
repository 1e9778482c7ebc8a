"""Mends what a kill left of the archive, and lets go of what is older or larger than it may be. Reads no network.

One file for each run that received something, 8,760 a year where it collects by the hour: they stay single files. A
folder of twice as many is listed in a tenth of a second, and in a file that is joined to another every place that SQL
knows would move, at a moment in which a kill must not come.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import duckdb

from parsers.configured import Keep
from storage.archive import CLOSED, OPEN, SOURCE, Archived, answers_in, close, lock, store_archived
from storage.warc import beginning, read_member, unpack
from storage.writing import as_json_list, transaction

_NAMES = "(SELECT unnest(CAST(CAST(? AS JSON) AS VARCHAR[])))"
_GZIP = b"\x1f\x8b"
_SOURCE_LINE = re.compile(rf"^{SOURCE}: (\S+)\r$".encode(), re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was let go.

    Attributes:
        files, bytes: removed from the disk. answers: no longer findable, because of that or of `lost`.
        lost: files that somebody else had removed.
        stuck: files that should go and could not be removed, with the reason.
    """

    files: tuple[str, ...] = ()
    bytes: int = 0
    answers: int = 0
    lost: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    bytes: int
    newest: datetime


def unfinished(folder: Path) -> list[str]:
    """Files that a dead process left open, to be mended. Changes nothing."""
    found = []
    for path in sorted(folder.glob(f"*{OPEN}")):
        with path.open("rb") as file:
            if lock(file):
                found.append(path.name)
    return found


def mend(folder: Path, con: duckdb.DuckDBPyConnection) -> list[str]:
    """Cut the half-written answer off every file that a dead process left open; one sentence for each file.

    Only these files are read, from the last place that SQL knows of. Answers that are whole and were not noted yet are
    noted; the source that a torn one came from was not stored, so the next collection asks it again anyway. A file
    that holds something else is left alone and said each time.
    """
    told = []
    for path in sorted(folder.glob(f"*{OPEN}")):
        file = path.open("r+b")
        if not lock(file) or not path.exists():
            file.close()
            continue
        name = path.name.replace(OPEN, CLOSED)
        try:
            _check_beginning(file)
            end = file.seek(0, os.SEEK_END)
            known = _last_known(con, name)
            known = known if known < end else 0
            torn = _cut_torn_record(file, known, end)
            with transaction(con):
                con.execute("DELETE FROM archive WHERE file = ? AND byte_offset >= ?", [name, file.tell()])
            found = note_again(con, list(answers_in(folder, name, known)))
        except ValueError:  # not quoted: it may hold the first line of the stranger, of whatever length
            file.close()
            told.append(f"{path.name} is no archive of ours and stays as it is; move it out of {folder}")
            continue
        close(folder, name, file)
        told.append(_told(name, torn, found))
    return told


def strangers(folder: Path, con: duckdb.DuckDBPyConnection) -> list[str]:
    """Closed files that no row names: raw/ was put back, or the database is an older copy."""
    return sorted(_closed(folder).keys() - _ages(con).keys())


def note_again(con: duckdb.DuckDBPyConnection, found: Sequence[Archived]) -> list[Archived]:
    """Note those of the answers, of whatever file, whose address is not noted for their source and run; gives them."""
    known = set(
        con.execute(
            f"SELECT run_id, source_id, url FROM archive WHERE run_id IN {_NAMES}",  # noqa: S608
            [as_json_list(sorted({one.run_id for one in found}))],
        ).fetchall()
    )
    new = [one for one in found if (one.run_id, one.source_id, one.url) not in known]
    store_archived(con, new)
    return new


def prune_archive(
    con: duckdb.DuckDBPyConnection, folder: Path, keep: Keep, now: datetime, running: str | None = None
) -> Pruned:
    """Let whole files go, the oldest first, until all are younger and together smaller than `keep` says.

    What is being written stays, and so do the files of the run `running`. Rows go first, in one transaction: after a
    kill the file is there without rows, keeps its age, and goes the next time. A row whose file somebody else removed
    goes too; should the file come back, it is among the `strangers`.
    """
    ages = _ages(con)
    files = sorted(
        (_File(name, stat.st_size, ages.get(name) or datetime.fromtimestamp(stat.st_mtime, UTC))
         for name, stat in _closed(folder).items()),
        key=lambda file: (file.newest, file.name),
    )  # fmt: skip
    there = {file.name for file in files} | {path.name.replace(OPEN, CLOSED) for path in folder.glob(f"*{OPEN}")}
    going = [file for file in _due(files, keep, now) if file.name.partition(".")[0] != running]
    lost = sorted(ages.keys() - there)
    if not going and not lost:
        return Pruned()
    with transaction(con):
        names = [*lost, *(file.name for file in going)]
        (answers,) = con.execute(f"DELETE FROM archive WHERE file IN {_NAMES}", [as_json_list(names)]).fetchall()[0]  # noqa: S608
    gone, stuck = [], []
    for file in going:
        try:
            (folder / file.name).unlink(missing_ok=True)
            gone.append(file)
        except OSError as error:
            stuck.append(f"{file.name}: {error.strerror}")
    return Pruned(
        tuple(file.name for file in gone), sum(file.bytes for file in gone), answers, tuple(lost), tuple(stuck)
    )


def prune_quarantine(con: duckdb.DuckDBPyConnection, keep: Keep, now: datetime) -> int:
    """Let documents go that were seen last longer ago than `keep` says; gives their number."""
    with transaction(con):
        (number,) = con.execute(
            "DELETE FROM quarantine WHERE last_seen_at < ?", [now - timedelta(days=keep.quarantine_days)]
        ).fetchall()[0]
    return int(number)


def _due(files: list[_File], keep: Keep, now: datetime) -> Iterator[_File]:
    """`files`: the oldest first."""
    total = sum(file.bytes for file in files)
    oldest = now - timedelta(days=keep.raw_days)
    for file in files:
        if file.newest >= oldest and total <= keep.raw_megabytes * 1_000_000:
            return
        total -= file.bytes
        yield file


def _ages(con: duckdb.DuckDBPyConnection) -> Mapping[str, datetime]:
    """File -> when the newest answer in it was received, for all files that rows name."""
    return dict(con.execute("SELECT file, max(received_at) FROM archive GROUP BY file").fetchall())


def _closed(folder: Path) -> Mapping[str, os.stat_result]:
    if not folder.is_dir():
        return {}
    with os.scandir(folder) as entries:
        return {entry.name: entry.stat() for entry in entries if entry.name.endswith(CLOSED) and entry.is_file()}


def _last_known(con: duckdb.DuckDBPyConnection, name: str) -> int:
    ((offset,),) = con.execute("SELECT coalesce(max(byte_offset), 0) FROM archive WHERE file = ?", [name]).fetchall()
    return int(offset)


def _check_beginning(file: IO[bytes]) -> None:
    """Before anything is cut: a file whose first record was torn is ours, one of another kind is not ours to cut.

    Raises:
        ValueError: the file begins with what a collection never writes. Zeros may be the work of a failing disk.
    """
    file.seek(0)
    head = file.read(len(_GZIP))
    if head.strip(b"\0") and not _GZIP.startswith(head):
        raise ValueError("no gzip file")
    file.seek(0)
    try:
        first = read_member(file)
    except ValueError:
        return
    unpack(first)


def _cut_torn_record(file: IO[bytes], known: int, end: int) -> bytes:
    """Cut the file behind its last whole record, where its position is then; gives what was cut.

    known: where a record begins.
    """
    whole = file.seek(known)
    while whole < end:
        try:
            read_member(file)
        except ValueError:
            break
        whole = file.tell()
    file.seek(whole)
    torn = file.read()
    file.truncate(whole)
    file.seek(whole)
    return torn


def _told(name: str, torn: bytes, found: Sequence[Archived]) -> str:
    said = [f"{name} was left open by a process that was killed"]
    if torn:
        source = _SOURCE_LINE.search(beginning(torn))
        whose = source[1].decode(errors="replace") if source else "its source"
        said.append(f"{len(torn)} bytes of a half-written answer were cut off, {whose} is asked again")
    if found:
        sources = ", ".join(sorted({one.source_id for one in found}))
        said.append(f"{len(found)} whole answers that were not noted yet ({sources}) are noted now")
    return "; ".join(said)
