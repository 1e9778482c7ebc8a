"""Keeps answers as they were received, in WARC files, and finds them again. Parses nothing and throws nothing away."""

import dataclasses
import fcntl
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self

import duckdb

from parsers.errors import Permanent
from parsers.model import Response
from storage.warc import pack, read_member, unpack
from storage.writing import disk_watched, insert_rows, sync, transaction

Kind = Literal["feed", "page"]
CLOSED = ".warc.gz"
OPEN = ".warc.gz.open"
"""While it is written; it stays so behind a process that was killed, and `retention.mend` finds it by that."""
SOURCE, KIND = "X-Seabridge-Source", "X-Seabridge-Kind"
"""Headers of a record with which it can be noted again when the database does not know it."""
_COLUMNS = "run_id source_id url received_at file byte_offset bytes kind"


@dataclass(frozen=True, slots=True)
class Archived:
    """Where one answer lies. `url`: as asked for; `bytes`: of the body; `kind`: of the source itself, or behind it."""

    run_id: str
    source_id: str
    url: str
    received_at: datetime
    file: str
    byte_offset: int
    bytes: int
    kind: Kind


class Archive:
    """One new WARC file in `folder`, opened with the first answer and never continued by another process.

    It ends in `.open` and is locked while it is written. Whatever ends the process, the file stays readable up to its
    last whole record. The bodies are stored decoded, so Content-Encoding and the like must not be in the headers.
    """

    def __init__(self, folder: Path, run_id: str):
        self._folder = folder
        self._run_id = run_id
        self._file: IO[bytes] | None = None
        self._name = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            close(self._folder, self._name, self._file)

    def add(self, source_id: str, feeds: Sequence[Response], pages: Sequence[Response] = ()) -> list[Archived]:
        """Write the answers, all or none, and wait until they are on the disk.

        Args:
            feeds: documents of the source itself: its feed or list, parts and older pages of it.
            pages: what its entries link to.

        Raises:
            Misconfigured: the disk is full.
        """
        if not feeds and not pages:
            return []
        with disk_watched(self._folder):
            file = self._file = self._file or self._opened()
            start = file.tell()
            try:
                kept = [self._write(file, source_id, response, "feed") for response in feeds]
                kept += [self._write(file, source_id, response, "page") for response in pages]
                os.fsync(file.fileno())
            except BaseException:
                self._undo(file, start)
                raise
            return kept

    def _undo(self, file: IO[bytes], start: int) -> None:
        """Take back what came after `start`: half a record would look like the work of a kill. Needs no room."""
        try:
            file.truncate(start)
            file.seek(start)
        except OSError:  # then it is mended like the work of a kill
            file.close()
            self._file = None

    def _write(self, file: IO[bytes], source_id: str, response: Response, kind: Kind) -> Archived:
        where = Archived(
            self._run_id,
            source_id,
            response.requested_url,
            response.fetched_at,
            self._name,
            file.tell(),
            len(response.body),
            kind,
        )
        left = memoryview(pack(response, {SOURCE: source_id, KIND: kind}))
        while left:
            left = left[file.write(left) :]
        return where

    def _opened(self) -> IO[bytes]:
        self._folder.mkdir(parents=True, exist_ok=True)
        number = 0
        while True:
            number += 1
            stem = f"{self._run_id}{f'.{number}' if number > 1 else ''}"
            self._name = f"{stem}{CLOSED}"
            if (self._folder / self._name).exists():
                continue
            try:
                file = (self._folder / f"{stem}{OPEN}").open("xb", buffering=0)
            except FileExistsError:
                continue
            if lock(file) and (self._folder / f"{stem}{OPEN}").exists():  # nobody took it for a dead one meanwhile
                sync(self._folder)
                return file
            file.close()


def lock(file: IO[bytes]) -> bool:
    """Take the file for this process until it is closed or the process ends; False if another one has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def close(folder: Path, name: str, file: IO[bytes]) -> None:
    """Give a locked file its final name, or remove it if it is empty, and let it go."""
    path = folder / name.replace(CLOSED, OPEN)
    with file:
        if file.seek(0, os.SEEK_END):
            os.fsync(file.fileno())
            path.rename(folder / name)
        else:
            path.unlink()
    sync(folder)


def path_of(folder: Path, name: str) -> Path:
    """Where a file of that final name lies, also while it is being written."""
    being_written = folder / name.replace(CLOSED, OPEN)
    return being_written if being_written.exists() else folder / name


def read_archived(folder: Path, where: Archived) -> Response:
    """The answer as it was received; its body had been decoded before it was kept.

    Raises:
        Permanent: the file is gone or damaged at that place.
    """
    path = path_of(folder, where.file)
    try:
        with path.open("rb") as file:
            file.seek(where.byte_offset)
            answer, _ = unpack(read_member(file))
    except (OSError, ValueError) as error:
        raise Permanent(f"{path} cannot be read at {where.byte_offset}: {error}") from error
    return dataclasses.replace(answer, requested_url=where.url, fetched_at=where.received_at)


def answers_in(folder: Path, name: str, start: int = 0) -> Iterator[Archived]:
    """All answers in a file, by its own words alone, from `start` to its end; without those that name no source.

    Raises:
        ValueError: the file is damaged at that place.
    """
    with path_of(folder, name).open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        offset = file.seek(start)
        while offset < end:
            answer, notes = unpack(read_member(file))
            if notes.get(SOURCE):
                yield Archived(
                    run_id=name.partition(".")[0],
                    source_id=notes[SOURCE],
                    url=answer.requested_url,
                    received_at=answer.fetched_at,
                    file=name,
                    byte_offset=offset,
                    bytes=len(answer.body),
                    kind="feed" if notes[KIND] == "feed" else "page",
                )
            offset = file.tell()


def store_archived(con: duckdb.DuckDBPyConnection, kept: Sequence[Archived]) -> None:
    """Remember where the answers lie; the same address asked again in the same run counts once, the last one.

    A list that is also the page behind one of its entries stays the list.
    """
    rows = [
        (one.run_id, one.source_id, one.url, one.received_at, one.file, one.byte_offset, one.bytes, one.kind)
        for one in {
            (one.run_id, one.source_id, one.url): one for one in sorted(kept, key=lambda one: one.kind == "feed")
        }.values()
    ]
    with transaction(con):
        insert_rows(con, "archive", _COLUMNS, rows, key="run_id source_id url")


def archived_feeds(con: duckdb.DuckDBPyConnection, source_id: str, since: datetime | None = None) -> list[Archived]:
    """The answers of the source itself, newest first; received at or after `since` if given."""
    return _archived(con, source_id, "feed", since)


def archived_pages(con: duckdb.DuckDBPyConnection, source_id: str) -> list[Archived]:
    """The documents behind the entries of a source, newest first."""
    return _archived(con, source_id, "page")


def _archived(
    con: duckdb.DuckDBPyConnection, source_id: str, kind: Kind, since: datetime | None = None
) -> list[Archived]:
    rows = con.execute(
        f"SELECT {', '.join(_COLUMNS.split())} FROM archive"  # noqa: S608 - a constant of this module
        " WHERE source_id = $1 AND kind = $2 AND ($3 IS NULL OR received_at >= $3)"
        " ORDER BY received_at DESC, file DESC, byte_offset",
        [source_id, kind, since],
    ).fetchall()
    return [Archived(*row) for row in rows]
