"""Hostile PDFs, one for each row P-* of the catalogue; where time or memory matters, read in a child with limits."""

import zlib
from collections.abc import Iterator

import pytest
from pdfs import FONTS, Row, page_of, pdf, rows, stream, written

from parsers.errors import Unreadable
from parsers.model import Page
from parsers.reading.confined import Readers, ReadLimits
from parsers.reading.pdfs.pdf import MAX_PAGES, parse_pdf

WORDS = ["The store opens in the spring of 2028."]
HEALTHY = pdf([rows(WORDS)])
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"


def refused(body: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        parse_pdf(body, "http://a.example/one.pdf")
    return caught.value


def page_with(content: bytes, more: str = "") -> bytes:
    tree = b"<< /Type /Pages /Kids [6 0 R] /Count 1 >>"
    return written([CATALOGUE, tree, *[FONT] * len(FONTS), page_of("7 0 R"), stream(content, more)])


def deflated(piece: bytes, times: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(piece) for _ in range(times)) + packer.flush()


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    with Readers(workers=2, limits=ReadLimits(wall=20, cpu=20, memory=1_000_000_000)) as started:
        yield started


def outcome(readers: Readers, body: bytes) -> Page | Unreadable:
    """What a child makes of it, with a healthy document before and after."""
    before, hostile, after = (readers.read(parse_pdf, one) for one in (HEALTHY, body, HEALTHY))
    assert before.result(60).text == after.result(60).text == WORDS[0]
    error = hostile.exception(60)
    assert error is None or isinstance(error, Unreadable)
    return hostile.result() if error is None else error


def test_p_1_a_password_that_we_do_not_have() -> None:
    """P-1: encrypted is a kind of its own, final, and names the document."""
    error = refused(pdf([rows(WORDS)], password="secret"))

    assert (error.kind, error.what) == ("encrypted", "http://a.example/one.pdf")


def test_p_2_an_empty_password() -> None:
    """P-2: a file that anybody may open is read, though it is encrypted."""
    locked = pdf([rows(WORDS)], password="")

    assert WORDS[0].encode() not in locked
    assert parse_pdf(locked).text == WORDS[0]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(HEALTHY[:200], "not-a-pdf", id="P-3-truncated"),
        pytest.param(b"", "empty", id="P-3-empty"),
        pytest.param(b" \n", "empty", id="P-3-white"),
        pytest.param(b"<!doctype html><title>Not found</title>", "not-a-pdf", id="P-3-html"),
        pytest.param(b"%PDF-1.7\n<!doctype html><title>Not found</title>", "not-a-pdf", id="P-3-html-after-header"),
        pytest.param(bytes(range(256)) * 40, "not-a-pdf", id="P-3-random"),
        pytest.param(b"%PDF-1.7\n" + bytes(range(256)) * 40, "not-a-pdf", id="P-3-random-after-header"),
    ],
)
def test_p_3_what_is_no_pdf(body: bytes, kind: str) -> None:
    """P-3: each is quarantined with one stable reason, never an empty article."""
    assert refused(body).kind == kind


def test_p_3_no_table_of_objects() -> None:
    """P-3: a file whose cross references are lost is repaired, as readers do."""
    assert parse_pdf(HEALTHY[: HEALTHY.index(b"xref")] + HEALTHY[HEALTHY.index(b"trailer") :]).text == WORDS[0]


@pytest.mark.slow
def test_p_4_bombs(readers: Readers) -> None:
    """P-4: a gigabyte in one megabyte, and the same in two kilobytes, end inside the limits of their child."""
    once = deflated(b" " * 1_000_000, 1000)
    for body in (
        page_with(once, "/Filter /FlateDecode"),
        page_with(zlib.compress(once, 9), "/Filter [/FlateDecode /FlateDecode]"),
    ):
        assert len(body) < 1_100_000
        found = outcome(readers, body)
        assert isinstance(found, Unreadable)
        assert found.kind == "parse-limit"


@pytest.mark.slow
def test_p_5_more_pages_than_are_read(readers: Readers) -> None:
    """P-5: of 20,000 pages 300 are read, and the rest is counted."""
    shown = b"BT /F1 11 Tf 72 700 Td (Nothing but this sentence.) Tj 0 -14 Td (And a second one.) Tj ET"
    count = 20_000
    kids = b" ".join(b"%d 0 R" % (7 + number) for number in range(count))
    tree = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count)
    found = outcome(readers, written([CATALOGUE, tree, *[FONT] * 3, stream(shown), *[page_of("6 0 R")] * count]))

    assert isinstance(found, Page)
    assert found.pages == count
    assert f"only the first {MAX_PAGES} of {count} pages were read" in found.problems


@pytest.mark.slow
@pytest.mark.parametrize("times", [pytest.param(15, id="P-5-5-MB"), pytest.param(300, id="P-5-100-MB")])
def test_p_5_more_text_than_can_be_read(readers: Readers, times: int) -> None:
    """P-5: millions of words on one page end in some text or at a limit, in bounded time."""
    lines = b"".join(b"BT /F1 9 Tf 50 %d Td (word number %d of many) Tj ET\n" % (y % 800, y) for y in range(7_000))
    found = outcome(readers, page_with(deflated(lines, times), "/Filter /FlateDecode"))

    assert isinstance(found, Page) or found.kind == "parse-limit"


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def deep(depth: int) -> bytes:
    nodes = [b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (number + 3) for number in range(depth)]
    return written([CATALOGUE, *nodes, b"<< /Type /Page /MediaBox [0 0 595 842] >>"])


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(written([CATALOGUE, b"<< /Type /Pages /Kids [2 0 R] /Count 5 >>"]), id="P-6-loop"),
        pytest.param(deep(50_000), id="P-6-deep-tree"),
        pytest.param(
            written([CATALOGUE, b"<< /Type /Pages /Kids %s /Count 1 >>" % nested(100_000)]), id="P-6-nested-arrays"
        ),
        pytest.param(
            HEALTHY.replace(b"/Kids [6 0 R] /Count 1", b"/Kids [6 0 R] /Count 2147483648"), id="P-6-count-2-31"
        ),
        pytest.param(HEALTHY.replace(b"/Count 1 ", b"/Count 2147483647 "), id="P-6-count-2-31-less-1"),
        pytest.param(
            written([CATALOGUE, b"<< /Type /Pages /Kids [2 0 R] /Count 2147483647 >>"]), id="P-6-loop-and-count"
        ),
    ],
)
def test_p_6_trees_that_do_not_end(readers: Readers, body: bytes) -> None:
    """P-6: an error or the text that there is, inside the limits; the pool goes on."""
    found = outcome(readers, body)

    assert found.kind == "not-a-pdf" if isinstance(found, Unreadable) else found.text in {"", WORDS[0]}


def test_p_7_a_scan_has_no_text_layer() -> None:
    """P-7: pictures of pages are said to have no text, and are no empty article."""
    kind = "/Type /XObject /Subtype /Image /Width 10 /Height 10 /ColorSpace /DeviceRGB /BitsPerComponent 8"
    picture = stream(b"\0" * 300, kind)
    page = page_of("5 0 R").replace(b"/Font <<", b"/XObject << /I 3 0 R >> /Font <<")
    body = written(
        [CATALOGUE, b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>", picture, page, stream(b"595 0 0 842 0 0 cm /I Do")]
    )
    got = parse_pdf(body)

    assert (got.text, got.pages, got.problems) == ("", 1, ("no text layer",))


def test_p_8_scripts_launches_and_attachments_are_ignored() -> None:
    """P-8: nothing is run, opened or taken out; the text is that of the page."""
    script = "/OpenAction << /S /JavaScript /JS (app.alert\\('RUN'\\); this.exportDataObject\\('x.txt', 2\\)) >>"
    names = "/Names << /EmbeddedFiles << /Names [(x.txt) << /Type /Filespec /F (x.txt) /EF << /F 1 0 R >> >>] >> >>"
    launch = "/AA << /WC << /S /Launch /F (/bin/sh) /P (RUN) >> >>"
    got = parse_pdf(pdf([[Row(72, 700, WORDS[0])]], catalogue=f"{script} {names} {launch}"))

    assert (got.text, got.problems) == (WORDS[0], ())
