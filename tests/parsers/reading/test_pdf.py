"""PDFs written here, byte by byte: one small file for each promise of the reader."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from parsers.errors import Unreadable
from parsers.reading.pdf import MAX_PAGES, parse_pdf

Row = tuple[float, float, str]
"""x, y in points from the lower left corner, and the text of one line."""

FIRST = [
    "The council has decided to build a",
    "common store for spare parts, which",
    "will open in the spring of 2028.",
]
SECOND = ["Half of the money comes from a fund", "and half from the two governments."]


def rows(*paragraphs: Sequence[str], top: float = 700) -> list[Row]:
    """Paragraphs with a distance of 14 between lines and of 28 between paragraphs."""
    found, y = [], top
    for paragraph in paragraphs:
        for line in paragraph:
            found.append((72.0, y, line))
            y -= 14
        y -= 14
    return found


def pdf(
    pages: Sequence[Sequence[Row]], info: str = "", catalogue: str = "", size: float = 11, trailer: str = ""
) -> bytes:
    objects = [f"<< /Type /Catalog /Pages 2 0 R {catalogue} >>"]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects += [
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in enumerate(pages):
        shown = "".join(f"BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET\n" for x, y, text in page)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>"
            f" /Contents {5 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(shown)} >>\nstream\n{shown}endstream")
    objects.append(f"<< {info} >>")
    out, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R {trailer} >>\n"
    out += f"startxref\n{start}\n%%EOF\n"
    return out.encode("cp1252")


def test_lines_become_paragraphs() -> None:
    """Hard wraps are undone, the gap between paragraphs is kept as a blank line."""
    got = parse_pdf(pdf([rows(FIRST, SECOND)]))

    assert got.text == " ".join(FIRST) + "\n\n" + " ".join(SECOND)
    assert (got.pages, got.problems) == (1, ())


def test_indented_paragraphs_without_a_gap() -> None:
    """Books set paragraphs close and indent the first line."""
    page = [(72.0, 700.0, FIRST[0]), (72.0, 686.0, "store of spare parts for three armies."), (86.0, 672.0, SECOND[0])]

    assert parse_pdf(pdf([page])).text.split("\n\n") == [
        f"{FIRST[0]} store of spare parts for three armies.",
        SECOND[0],
    ]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["The ministers of defen-", "ce met in Ghent today"], "The ministers of defence met in Ghent today"),
        (["The summit of the EU-", "US council was short"], "The summit of the EU-US council was short"),
        (
            ["A long-term plan is a long-", "term plan for all"],
            "A long-term plan is a long-term plan for all",
        ),
        (["Costs will rise by 5 -", "nobody knows why yet"], "Costs will rise by 5 - nobody knows why yet"),
    ],
)
def test_hyphens_at_the_end_of_a_line(lines: list[str], expected: str) -> None:
    """Only a hyphen that the line break put there goes."""
    assert parse_pdf(pdf([rows(lines)])).text == expected


def test_running_lines_and_page_numbers_are_removed() -> None:
    """What stands at the edge of many pages, digits apart, is no text; a sentence that runs on is joined."""
    pages = []
    for number in range(1, 6):
        body = [f"Part {number} of the report speaks of", f"thing {number}, not said before and"]
        pages.append(
            [(72.0, 800.0, f"Annual report 2026, sheet {number}"), *rows(body), (290.0, 30.0, f"- {number} -")]
        )
    text = parse_pdf(pdf(pages)).text

    assert "Annual report" not in text
    assert "\n" not in text
    assert "not said before and Part 2 of the report" in text


def test_a_line_on_one_page_only_is_kept() -> None:
    """The first and last lines of a page are text unless they repeat."""
    text = parse_pdf(pdf([rows(FIRST), rows(SECOND), rows(["A third page with one sentence."])])).text

    assert text.split("\n\n") == [" ".join(FIRST), " ".join(SECOND), "A third page with one sentence."]


def test_what_the_file_says_about_itself() -> None:
    """Title, authors, dates and language come from the metadata."""
    info = (
        "/Title (A common store) /Author (Ana Kowalska; Jean Dupont) /CreationDate (D:20261112081500+01'00')"
        " /ModDate (D:20261113) /Subject (On spare parts)"
    )
    got = parse_pdf(pdf([rows(FIRST)], info, "/Lang (en-GB)"), "https://example.org/store.pdf")

    assert (got.title, got.authors, got.language) == ("A common store", ("Ana Kowalska", "Jean Dupont"), "en")
    assert got.published == datetime(2026, 11, 12, 7, 15, tzinfo=UTC)
    assert got.modified == datetime(2026, 11, 13, tzinfo=UTC)
    assert (got.summary, got.url) == ("On spare parts", "https://example.org/store.pdf")


def test_title_and_date_of_the_first_page() -> None:
    """A title that a program wrote is worth less than the largest letters; the printed date more than the file's."""
    body = pdf(
        [rows(["12 November 2026"], FIRST, SECOND)], "/Title (Microsoft Word - draft7.docx) /CreationDate (D:20200101)"
    )
    headline = b"BT /F1 24 Tf 72 760 Td (A common store) Tj ET\n"
    body = body.replace(b"stream\nBT", b"stream\n" + headline + b"BT", 1)
    got = parse_pdf(body)

    assert got.title == "A common store"
    assert got.published == datetime(2026, 11, 12, tzinfo=UTC)


def test_scan_has_no_text_layer() -> None:
    """A file of pictures is not an empty article: it says what is missing."""
    got = parse_pdf(pdf([[], []]))

    assert (got.text, got.pages, got.problems) == ("", 2, ("no text layer",))


def test_pages_over_the_limit_are_counted() -> None:
    """At most 300 pages are read, and the rest is reported."""
    names = [str(number).translate(str.maketrans("0123456789", "abcdefghij")) for number in range(MAX_PAGES + 5)]
    got = parse_pdf(pdf([rows([f"This is sheet {name} of a long file"]) for name in names]))

    assert got.pages == MAX_PAGES + 5
    assert "sheet cjj" in got.text
    assert "sheet daa" not in got.text
    assert got.problems == (f"only the first {MAX_PAGES} of {MAX_PAGES + 5} pages were read",)


def test_encrypted_is_told_from_broken() -> None:
    """A password that we do not have is a kind of its own."""
    keys = f"/O <{'11' * 32}> /U <{'22' * 32}>"
    locked = f"/Encrypt << /Filter /Standard /V 1 /R 2 {keys} /P -4 >> /ID [<{'ab' * 16}> <{'ab' * 16}>]"

    with pytest.raises(Unreadable) as caught:
        parse_pdf(pdf([rows(FIRST)], trailer=locked))

    assert caught.value.kind == "encrypted"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "empty"),
        (b"<html>not found</html>", "not-a-pdf"),
        (b"%PDF-1.7\n", "not-a-pdf"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 20, "not-a-pdf"),
        (pdf([[]])[:120], "not-a-pdf"),
    ],
)
def test_what_is_no_pdf_is_refused(body: bytes, kind: str) -> None:
    """Broken bytes are an error with a stable kind, never an empty article."""
    with pytest.raises(Unreadable) as caught:
        parse_pdf(body)

    assert caught.value.kind == kind


def test_without_cross_references_the_file_is_still_read() -> None:
    """A file whose table of objects is lost is repaired, as readers do."""
    whole = pdf([rows(FIRST)])
    damaged = whole[: whole.index(b"xref")] + whole[whole.index(b"trailer") :]

    assert parse_pdf(damaged).text == " ".join(FIRST)


def test_loop_in_the_tree_of_pages_ends() -> None:
    """A tree of pages that contains itself is refused, and reading it ends."""
    body = pdf([rows(FIRST)]).replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]").replace(b"/Count 1 ", b"/Count 2147483647 ")

    with pytest.raises(Unreadable) as caught:
        parse_pdf(body)

    assert caught.value.kind == "not-a-pdf"
