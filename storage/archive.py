"""Keeps answers as they were received, in WARC files, and finds them again. Parses nothing."""

import io
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

import duckdb
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from parsers.errors import Permanent
from parsers.model import Response
from storage.writing import disk_watched, insert_rows, transaction

_COLUMNS = "run_id source_id url received_at file byte_offset bytes"


@dataclass(frozen=True, slots=True)
class Archived:
    """Where one answer lies. `url`: as asked for; `bytes`: of the body."""

    run_id: str
    source_id: str
    url: str
    received_at: datetime
    file: str
    byte_offset: int
    bytes: int


class Archive:
    """One new WARC file in `folder`, opened with the first answer and never continued by another process.

    A file that was cut by a kill stays readable up to its last whole record: nothing is ever appended to it.
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
            with suppress(OSError):  # all that counts is on the disk; what a failed `add` left over is lost
                self._file.close()

    def add(self, source_id: str, responses: Sequence[Response]) -> list[Archived]:
        """Write the answers and wait until they are on the disk.

        Raises:
            Misconfigured: the disk is full.
        """
        with disk_watched(self._folder):
            kept = [self._write(source_id, response) for response in responses]
            if self._file is not None and kept:
                self._file.flush()
                os.fsync(self._file.fileno())
            return kept

    def _write(self, source_id: str, response: Response) -> Archived:
        file = self._file = self._file or self._opened()
        offset = file.tell()
        writer = WARCWriter(file, gzip=True)
        headers = StatusAndHeaders(str(response.status), list(response.headers.items()), protocol="HTTP/1.1")
        record = writer.create_warc_record(
            response.url,
            "response",
            payload=io.BytesIO(response.body),
            http_headers=headers,
            warc_headers_dict={
                "WARC-Date": response.fetched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "X-Requested-URI": quote(response.requested_url, safe="%/:=&?~#+!$,;'@()*[]"),
            },
        )
        writer.write_record(record)
        return Archived(
            self._run_id,
            source_id,
            response.requested_url,
            response.fetched_at,
            self._name,
            offset,
            len(response.body),
        )

    def _opened(self) -> IO[bytes]:
        self._folder.mkdir(parents=True, exist_ok=True)
        number = 1
        while True:
            self._name = f"{self._run_id}{f'.{number}' if number > 1 else ''}.warc.gz"
            try:
                return (self._folder / self._name).open("xb")
            except FileExistsError:
                number += 1


def read_archived(folder: Path, where: Archived) -> Response:
    """The answer as it was received; its body had been decoded before it was kept.

    Raises:
        Permanent: the file is gone or damaged at that place.
    """
    path = folder / where.file
    try:
        with path.open("rb") as file:
            file.seek(where.byte_offset)
            record = next(iter(ArchiveIterator(file)))
            body = record.raw_stream.read()
            headers = {name.lower(): value for name, value in record.http_headers.headers}
            return Response(
                requested_url=where.url,
                url=record.rec_headers.get_header("WARC-Target-URI"),
                status=int(record.http_headers.get_statuscode()),
                headers=headers,
                body=body,
                fetched_at=where.received_at,
                seconds=0.0,
            )
    except (OSError, StopIteration, ValueError, AttributeError) as error:
        raise Permanent(f"{path} cannot be read at {where.byte_offset}: {error}") from error


def store_archived(con: duckdb.DuckDBPyConnection, kept: Sequence[Archived]) -> None:
    """Remember where the answers lie; the same address asked again in the same run counts once, the last one."""
    rows = [
        (one.run_id, one.source_id, one.url, one.received_at, one.file, one.byte_offset, one.bytes)
        for one in {(one.source_id, one.url): one for one in kept}.values()
    ]
    with transaction(con):
        insert_rows(con, "archive", _COLUMNS, rows, replace=True)


def archived_feeds(con: duckdb.DuckDBPyConnection, source_id: str, since: datetime | None = None) -> list[Archived]:
    """The answers of the source itself, newest first; received at or after `since` if given.

    The address that a source had when it was asked counts, not the one it has now.
    """
    return _archived(con, source_id, feeds=True, since=since)


def archived_pages(con: duckdb.DuckDBPyConnection, source_id: str) -> list[Archived]:
    """The documents behind the entries of a source, newest first."""
    return _archived(con, source_id, feeds=False)


def _archived(
    con: duckdb.DuckDBPyConnection, source_id: str, *, feeds: bool, since: datetime | None = None
) -> list[Archived]:
    rows = con.execute(
        "SELECT run_id, source_id, url, received_at, file, byte_offset, bytes FROM archive"
        " WHERE source_id = $1 AND (url IN (SELECT url FROM fetches WHERE source_id = $1)) = $2"
        " AND ($3 IS NULL OR received_at >= $3) ORDER BY received_at DESC, file DESC, url",
        [source_id, feeds, since],
    ).fetchall()
    return [Archived(*row) for row in rows]
