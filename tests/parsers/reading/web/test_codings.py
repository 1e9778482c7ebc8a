"""Codings: what was packed comes out the same, a cut is noticed, and a bomb can be stopped while it unfolds."""

import contextlib
import functools
import gzip
import random
import time
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from parsers.reading.web.codings import ENGINES, ZSTD_WINDOW, CodingError, Inflater, coding_of

MILLION = 1_000_000
PACK = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": functools.partial(brotli.compress, quality=4),
    "zstd": zstandard.compress,
}


def unpacked(coding: str, *pieces: bytes) -> tuple[bytes, bool]:
    """What comes out, and whether the end was seen."""
    inflater = Inflater(coding)
    return b"".join(part for piece in pieces for part in inflater.feed(piece)), inflater.complete


@given(st.sampled_from(sorted(ENGINES)), st.lists(st.binary(max_size=200), min_size=1, max_size=4), st.integers(1, 60))
def test_cutting_into_pieces_changes_nothing(coding: str, members: list[bytes], size: int) -> None:
    """However the network cuts the stream, the same bytes come out, and the end is noticed at the end only."""
    if coding in ("deflate", "br"):
        members = members[:1]
    whole = b"".join(map(PACK[coding], members))
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
    assert unpacked(coding, *pieces) == (b"".join(members), True)
    assert not unpacked(coding, whole[:-1])[1]


@pytest.mark.parametrize("coding", ENGINES)
def test_large_bodies_come_out_whole(coding: str) -> None:
    """More than fits into one step of an engine, both what packs well and what does not pack at all."""
    data = random.Random(1).randbytes(3 * MILLION) + bytes(5 * MILLION) + b"word " * MILLION
    assert unpacked(coding, PACK[coding](data)) == (data, True)


@pytest.mark.parametrize("coding", ENGINES)
def test_a_bomb_comes_out_in_pieces_that_can_be_counted(coding: str) -> None:
    """No piece is longer than 8 MiB, and nothing is unfolded before the next piece is asked for."""
    bomb = PACK[coding](bytes(100 * MILLION))
    pieces = Inflater(coding).feed(bomb)
    assert all(len(next(pieces)) <= 8 * 1024 * 1024 for _ in range(10))


@pytest.mark.parametrize("coding", ENGINES)
def test_any_bytes_end_in_our_own_error_or_text(coding: str) -> None:
    """Noise behind a good beginning is never another exception than the one that is announced."""
    noise = random.Random(coding)
    for _ in range(300):
        start = PACK[coding](b"hello " * 50)[: noise.randrange(1, 40)]
        with contextlib.suppress(CodingError):
            unpacked(coding, start + noise.randbytes(noise.randrange(100)))


def test_a_row_of_empty_members_ends() -> None:
    """A body of nothing but beginnings and ends is not of this coding, whatever comes later."""
    for coding in ("gzip", "zstd"):
        with pytest.raises(CodingError, match="members"):
            unpacked(coding, PACK[coding](b"") * 1_100)
    skippable = b"\x50\x2a\x4d\x18\x00\x00\x00\x00"
    with pytest.raises(CodingError, match="members"):
        unpacked("zstd", skippable * 1_100)


def test_zstd_with_a_large_window_is_refused() -> None:
    """A frame may ask for gigabytes of memory before its first byte; RFC 9659 ends that at 8 MiB."""
    for log, taken in ((23, True), (24, False), (27, False)):
        parameters = zstandard.ZstdCompressionParameters(window_log=log, write_content_size=False)
        engine = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
        whole = engine.compress(b"hello") + engine.flush()
        assert (2**log <= ZSTD_WINDOW) == taken
        if taken:
            assert unpacked("zstd", whole) == (b"hello", True)
        else:
            with pytest.raises(CodingError):
                unpacked("zstd", whole)


def test_zstd_that_needs_a_dictionary_is_refused() -> None:
    """We have none: bytes that lean on one are no text."""
    dictionary = zstandard.ZstdCompressionDict(b"defence cooperation " * 100, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    whole = zstandard.ZstdCompressor(dict_data=dictionary).compress(b"defence cooperation " * 50)
    with pytest.raises(CodingError):
        unpacked("zstd", whole)


def test_small_steps_cost_no_time_worth_speaking_of() -> None:
    """Ten megabytes that do not pack take less than five seconds, although zstd goes 256 bytes at a time."""
    whole = zstandard.compress(random.Random(1).randbytes(10 * MILLION))
    started = time.monotonic()
    unpacked("zstd", *(whole[at : at + 65_536] for at in range(0, len(whole), 65_536)))
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", "identity"),
        ("identity", "identity"),
        ("GZIP, identity", "gzip"),
        (" x-gzip ", "gzip"),
        ("br", "br"),
        ("zstd", "zstd"),
        ("gzip, gzip", None),
        ("br, gzip", None),
        ("compress", None),
        ("gzip;q=1", None),
        (", ".join(["gzip"] * 20), None),
    ],
)
def test_one_known_coding_or_none(header: str, coding: str | None) -> None:
    """Names are read as RFC 9110 has them; several at once and strangers are nothing that we undo."""
    assert coding_of(header) == coding
