"""Undoes gzip and deflate piece by piece and never beyond a limit. Knows no other coding and no network."""

import zlib

MEMBERS_MOST = 1_000
"""A gzip file may be several in a row; an endless row of empty ones would cost time without ever reaching a limit."""


class Inflater:
    """One compressed body. `coding` is `gzip`, or `deflate` with or without the zlib header that servers forget."""

    def __init__(self, coding: str) -> None:
        self._gzip = coding == "gzip"
        self._member: zlib._Decompress | None = None
        self._held = b""
        self._members = 0
        self._over = False

    def feed(self, data: bytes, limit: int) -> bytes:
        """What `data` stands for, but no more than `limit` + 1 bytes: a longer answer means that the limit was passed.

        Raises zlib.error for bytes that are not of this coding. Rubbish after the end is ignored.
        """
        out = b""
        data, self._held = self._held + data, b""
        while data and not self._over:
            if self._member is None:
                if len(data) < 2:
                    self._held = data
                    break
                self._begin(data[:2])
                continue
            out += self._member.decompress(data, limit + 1 - len(out))
            if len(out) > limit:
                break
            data = self._member.unused_data
            if self._member.eof:
                self._member = None
        return out

    @property
    def complete(self) -> bool:
        """Whether the end mark was seen. Without it the body was cut, whatever the length in its header said."""
        return self._members > 0 and self._member is None

    def _begin(self, mark: bytes) -> None:
        is_gzip = mark == b"\x1f\x8b"
        if self._members and not (self._gzip and is_gzip):
            self._over = True
            return
        if self._members == MEMBERS_MOST:
            raise zlib.error(f"more than {MEMBERS_MOST} gzip members")
        self._members += 1
        has_header = mark[0] & 0x0F == zlib.DEFLATED and int.from_bytes(mark, "big") % 31 == 0
        self._member = zlib.decompressobj(31 if self._gzip else zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)
