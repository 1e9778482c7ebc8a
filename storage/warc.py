"""One answer as one WARC 1.1 record in a gzip member of its own, and back. Knows no table and keeps no file.

The body is the decoded one, as `Response` has it. Length and digests of a record are those of what it holds, so other
tools find it whole; what it held on the wire is not known any more.
"""

import gzip
import io
import os
import re
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from http.client import responses as reasons
from typing import IO
from urllib.parse import quote

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from parsers.model import Response

_ASKED = "X-Requested-URI"
_BREAKS = re.compile("[\0-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")
"""What ends a line for some reader, or has no place in UTF-8: in a header it could begin another one."""
_BREAKS_AND_BLANKS = re.compile(f"{_BREAKS.pattern}| ")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""The name of a header, RFC 9110 section 5.1."""


def pack(response: Response, notes: Mapping[str, str]) -> bytes:
    """The gzip member of an answer. `notes`: more headers of the record, one line each, to be found again."""
    plain = io.BytesIO()
    writer = WARCWriter(plain, gzip=False, warc_version="1.1")
    status = f"{response.status} {reasons.get(response.status, '')}"
    headers = [(name, _BREAKS.sub(" ", value)) for name, value in response.headers.items() if _TOKEN.fullmatch(name)]
    record = writer.create_warc_record(
        _in_one_word(response.url),
        "response",
        payload=io.BytesIO(response.body),
        http_headers=StatusAndHeaders(status, headers, protocol="HTTP/1.1"),
        warc_headers_dict={
            "WARC-Date": response.fetched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            _ASKED: _in_one_word(response.requested_url),
            **notes,
        },
    )
    writer.write_record(record)
    return gzip.compress(plain.getbuffer(), compresslevel=6, mtime=0)


def unpack(member: bytes) -> tuple[Response, Mapping[str, str]]:
    """The answer in what `read_member` gave, and all headers of its record.

    Raises:
        ValueError: it is no record of an answer.
    """
    try:
        record = next(iter(ArchiveIterator(io.BytesIO(member))))
        notes = dict(record.rec_headers.headers)
        answer = Response(
            requested_url=notes[_ASKED],
            url=notes["WARC-Target-URI"],
            status=int(record.http_headers.get_statuscode()),
            headers={name.lower(): value for name, value in record.http_headers.headers},
            body=record.raw_stream.read(),
            fetched_at=datetime.fromisoformat(notes["WARC-Date"]),
            seconds=0.0,
        )
    except (StopIteration, ArchiveLoadFailed, AttributeError, KeyError) as error:
        raise ValueError(f"no WARC record of an answer ({error})") from error
    return answer, notes


def read_member(file: IO[bytes]) -> bytes:
    """What the gzip member at the file's position holds, its checksum tested; the position is behind it then.

    Raises:
        ValueError: it is torn, damaged or no gzip.
    """
    inflate = zlib.decompressobj(wbits=31)
    parts = []
    while not inflate.eof:
        chunk = file.read(1 << 16)
        if not chunk:
            raise ValueError("the file ends within a record")
        try:
            parts.append(inflate.decompress(chunk))
        except zlib.error as error:
            raise ValueError(f"the record is damaged ({error})") from error
    file.seek(-len(inflate.unused_data), os.SEEK_CUR)
    return b"".join(parts)


def beginning(torn: bytes) -> bytes:
    """What can still be read of a gzip member that was cut off."""
    try:
        return zlib.decompressobj(wbits=31).decompress(torn)
    except zlib.error:
        return b""


def _in_one_word(url: str) -> str:
    """An address as it is, but for what has no place in a header or in any address."""
    return _BREAKS_AND_BLANKS.sub(lambda found: quote(found[0], safe="", errors="replace"), url)
