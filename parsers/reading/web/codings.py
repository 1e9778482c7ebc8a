"""Undoes gzip, deflate, br and zstd piece by piece, so that a bomb is noticed while it unpacks. Knows no network."""

import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

import brotli
import zstandard

PIECE = 262_144
MEMBERS_MOST = 1_000
"""A gzip file may be several in a row; an endless row of empty ones would cost time without ever reaching a limit."""
ZSTD_WINDOW = 8 * 1024 * 1024
"""RFC 9659: what a sender of the coding zstd may ask for. The format allows gigabytes."""
ZSTD_STEP = 256
"""Its engine takes no limit, but 4 bytes stand for 128 KiB at most (a repeated byte): no step gives more than 8 MiB."""


class CodingError(Exception):
    """The bytes are not of the coding that was announced. Becomes FetchFailed, once the URL is known."""


class _Member(Protocol):
    """One compressed stream with an end mark, in the manner of zlib."""

    @property
    def eof(self) -> bool: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, most: int, /) -> bytes: ...


class _Zstd:
    def __init__(self) -> None:
        self._engine = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW).decompressobj()
        self.unconsumed_tail = b""

    @property
    def eof(self) -> bool:
        return self._engine.eof

    @property
    def unused_data(self) -> bytes:
        return self._engine.unused_data + self.unconsumed_tail

    def decompress(self, data: bytes, _most: int, /) -> bytes:
        self.unconsumed_tail = data[ZSTD_STEP:]
        return self._engine.decompress(data[:ZSTD_STEP])


class _Brotli:
    unconsumed_tail = unused_data = b""  # what it cannot use yet it keeps itself, what follows the end is an error

    def __init__(self) -> None:
        self._engine = brotli.Decompressor()

    @property
    def eof(self) -> bool:
        return bool(self._engine.is_finished())

    def decompress(self, data: bytes, most: int, /) -> bytes:
        return bytes(self._engine.process(data, output_buffer_limit=most))


def _gzip(_mark: bytes) -> _Member:
    return zlib.decompressobj(31)


def _deflate(mark: bytes) -> _Member:
    """With the zlib header, or without, as many servers send it."""
    has_header = mark[0] & 0x0F == zlib.DEFLATED and int.from_bytes(mark, "big") % 31 == 0
    return zlib.decompressobj(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)


ENGINES: Mapping[str, tuple[Callable[[bytes], _Member], int, tuple[bytes, ...]]] = {
    "gzip": (_gzip, 2, (b"\x1f\x8b",)),
    "deflate": (_deflate, 2, ()),
    "br": (lambda _mark: _Brotli(), 1, ()),
    "zstd": (lambda _mark: _Zstd(), 4, (b"\x28\xb5\x2f\xfd", *(bytes((n, 0x2A, 0x4D, 0x18)) for n in range(80, 96)))),
}
"""Coding -> engine, length of the mark at the start, marks with which one more member may follow the first."""
ACCEPTED = ", ".join(ENGINES)


def coding_of(header: str) -> str | None:
    """The coding that a Content-Encoding header names, `identity` for none.

    None for one that we do not know and for several, one over the other: 17 kB twice packed unfold to 10 GB.
    """
    named = [part.strip().lower() for part in header.split(",")]
    codings = [{"x-gzip": "gzip"}.get(part, part) for part in named if part not in ("", "identity")]
    if not codings:
        return "identity"
    return codings[0] if len(codings) == 1 and codings[0] in ENGINES else None


class Inflater:
    """One body in one of the codings of ENGINES."""

    def __init__(self, coding: str) -> None:
        self._engine, self._mark, self._again = ENGINES[coding]
        self._member: _Member | None = None
        self._held = b""
        self._members = 0
        self._over = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What `data` stands for, in pieces of at most 8 MiB: who counts them can stop before the next is unpacked.

        Raises CodingError for bytes that are not of this coding. Rubbish after the end is ignored (but for br, whose
        engine does not tell where the end was).
        """
        data, self._held = self._held + data, b""
        try:
            while data and not self._over:
                if self._member is None:
                    if len(data) < self._mark:
                        self._held = data
                        break
                    self._begin(data[: self._mark])
                else:
                    yield from _unpacked(self._member, data)
                    data = self._member.unused_data
                    if self._member.eof and self._again:
                        self._member = None
                    elif self._member.eof:
                        self._over = True
        except (zlib.error, brotli.error, zstandard.ZstdError) as error:
            raise CodingError(str(error)) from error

    @property
    def complete(self) -> bool:
        """Whether the end mark was seen. Without it the body was cut, whatever the length in its header said."""
        return self._over or (self._members > 0 and self._member is None)

    def _begin(self, mark: bytes) -> None:
        if self._members and mark not in self._again:
            self._over = True
            return
        if self._members == MEMBERS_MOST:
            raise CodingError(f"more than {MEMBERS_MOST} members")
        self._members += 1
        self._member = self._engine(mark)


def _unpacked(member: _Member, data: bytes) -> Iterator[bytes]:
    while True:
        out = member.decompress(data, PIECE)
        yield out
        data = member.unconsumed_tail
        if member.eof or (not data and len(out) < PIECE):
            return
