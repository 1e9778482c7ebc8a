"""Articles out of PDFs: one small file for each promise of the reader."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pdfs import Row, pdf, rows

from parsers.reading.pdfs.pdf import MAX_PAGES, parse_pdf

FIRST = [
    "The council has decided to build a",
    "common store for spare parts, which",
    "will open in the spring of 2028.",
]
SECOND = ["Half of the money comes from a fund", "and half from the two governments."]


def test_lines_become_paragraphs() -> None:
    """Hard wraps are undone, the gap between paragraphs is kept as a blank line."""
    got = parse_pdf(pdf([rows(FIRST, SECOND)]))

    assert got.text == " ".join(FIRST) + "\n\n" + " ".join(SECOND)
    assert (got.pages, got.problems) == (1, ())


def test_indented_paragraphs_without_a_gap() -> None:
    """Books set paragraphs close and indent the first line."""
    page = [
        Row(72.0, 700.0, FIRST[0]),
        Row(72.0, 686.0, "store of spare parts for three armies."),
        Row(86.0, 672.0, SECOND[0]),
    ]

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
            [Row(72.0, 800.0, f"Annual report 2026, sheet {number}"), *rows(body), Row(290.0, 30.0, f"- {number} -")]
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


def test_pages_over_the_limit_are_counted() -> None:
    """At most 300 pages are read, and the rest is reported."""
    names = [str(number).translate(str.maketrans("0123456789", "abcdefghij")) for number in range(MAX_PAGES + 5)]
    got = parse_pdf(pdf([rows([f"This is sheet {name} of a long file"]) for name in names]))

    assert got.pages == MAX_PAGES + 5
    assert "sheet cjj" in got.text
    assert "sheet daa" not in got.text
    assert got.problems == (f"only the first {MAX_PAGES} of {MAX_PAGES + 5} pages were read",)


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_page_on_its_side(turned: int) -> None:
    """Wide tables are often set across the page: its lines are read as they stand when the sheet is turned."""
    page = []
    for row in rows(FIRST, SECOND):
        x, y = {90: (595 - row.y, row.x), 180: (595 - row.x, 842 - row.y), 270: (row.y, 842 - row.x)}[turned]
        page.append(replace(row, x=x, y=y, turned=turned))

    assert parse_pdf(pdf([page])).text == " ".join(FIRST) + "\n\n" + " ".join(SECOND)


def test_words_across_the_page_are_left_out() -> None:
    """A stamp in the margin is no part of the lines beside it."""
    page = [*rows(FIRST), Row(30, 300, "DRAFT of 3 May", turned=90)]

    assert parse_pdf(pdf([page])).text == " ".join(FIRST)


def test_a_note_is_left_out_with_its_mark() -> None:
    """`stores1` with a small raised 1 is `stores`, the note is counted; `F-35` and `in 2026` keep theirs."""
    lines = ["The F-35 is flown from all common", "stores since the spring of 2026", "and will be for twenty years."]
    marks = [Row(72 + 154, 704, "1", 6), Row(72, 101, "1", 5), Row(75, 98, "See the report.", 8)]
    got = parse_pdf(pdf([[*rows(lines), *marks]]))

    assert got.text == " ".join(lines)
    assert got.problems == ("1 footnotes left out",)


def test_a_brief_in_two_columns() -> None:
    """A page as institutes print it: head, title, authors, month, columns row by row in the file, notes, foot."""
    left = [
        "The ministers agreed in Ghent that",
        "their stores are to be shared from",
        "the spring of 2028. The costs of the",
    ]
    right = [
        "buildings are borne by the coun-",
        "tries in which they stand, and the",
        "parts by all, as the table shows.",
    ]
    pages = []
    for number, place in enumerate(["Ghent", "Riga", "Turin"], 1):
        beside = [
            Row(x, 620 - 20 * number - 14 * line, text)
            for line, pair in enumerate(zip(left * 4, right * 4, strict=True))
            for x, text in zip((60, 310), pair, strict=True)
        ]
        top = [
            Row(60, 700, "Common stores", 24, "Helvetica-Bold"),
            Row(60, 680, "Ana Kowalska and Jean Dupont", 12),
            Row(60, 660, "PE 765.432 - October 2025", 9),
        ]
        pages.append(
            [
                Row(60, 810, "Institute for Supply", 8),
                *(top if number == 1 else []),
                *beside,
                Row(60, 80, f"{number} See the law of {place}.", 8),
                Row(60, 30, "Readers' Service", 8),
                Row(480, 30, f"Page {number} of 3", 8),
            ]
        )
    info = "/Title (brief_final.indd) /Author (typist) /CreationDate (D:20251014090000Z)"
    got = parse_pdf(pdf(pages, info))

    assert (got.title, got.authors) == ("Common stores", ("Ana Kowalska", "Jean Dupont"))
    assert (got.published, got.language) == (datetime(2025, 10, 14, 9, tzinfo=UTC), "en")
    assert got.problems == ("3 footnotes left out",)
    for unwanted in ("Institute", "Service", "Page", "law of", "coun-"):
        assert unwanted not in got.text
    body = got.text[got.text.index("The ministers") :]
    assert body.count("borne by the countries in which they stand") == 12
    assert body.index("buildings") > body.index("costs")
