"""Title, authors and date from first pages set here line by line."""

from datetime import UTC, datetime

import pytest

from parsers.reading.pdfs.layout import Line
from parsers.reading.pdfs.titlepage import authors, published, title


def page(*texts: tuple[str, float] | str) -> list[Line]:
    """Lines from the top; size 10 unless given."""
    pairs = [(text, 10.0) if isinstance(text, str) else text for text in texts]
    return [Line(text, 50, 300, 800 - 20 * number, size) for number, (text, size) in enumerate(pairs)]


BODY = [f"A line of the text, the {number}th, in which nobody is named." for number in range(9)]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("Common stores: the costs", "Common stores: the costs"),
        ("", "Common stores for allied forces"),
        ("Microsoft Word - stores_v3.docx", "Common stores for allied forces"),
        ("untitled", "Common stores for allied forces"),
        ("EPRS_BRI(2025)765432_EN", "Common stores for allied forces"),
        ("765432", "Common stores for allied forces"),
        ("Briefing", "Common stores for allied forces"),
        ("Template for briefings", "Common stores for allied forces"),
        ("Older paper on something else entirely", "Common stores for allied forces"),
    ],
)
def test_title(stated: str, expected: str) -> None:
    """The stated title unless a program wrote it or the page prints another: then its largest letters."""
    lines = page(("BRIEFING", 30), ("Common stores for", 22), ("allied forces", 22), "On the costs", *BODY)

    assert title(stated, [lines]) == expected


def test_title_after_a_cover_without_words() -> None:
    """A first page with the name of the series only sends us to the second."""
    assert title("", [page(("STUDY", 40)), page(("Common stores", 22), *BODY)]) == "Common stores"
    assert title("", [page(*BODY)]) is None
    assert title("", []) is None


@pytest.mark.parametrize(
    ("stated", "lines", "expected"),
    [
        ("", ["Author: Ana Kowalska, Members' Research Service"], ("Ana Kowalska",)),
        ("", ["Authors: Ana Kowalska and Jean-Luc", "O'Hara"], ("Ana Kowalska",)),
        ("", ["Authors: Ana Kowalska,", "Jean Dupont and Ulla van den Berg"],
         ("Ana Kowalska", "Jean Dupont", "Ulla van den Berg")),
        ("", ["By Ana Kowalska & Jean Dupont*"], ("Ana Kowalska", "Jean Dupont")),
        ("", ["Par Jean Dupont"], ("Jean Dupont",)),
        ("", ["By the end of the year all is built"], ()),
        ("", ["Michael J. Mazar", "Daniel Fiot", "Policy Insights", "No 2022-26 / July 2022"],
         ("Michael J. Mazar", "Daniel Fiot")),
        ("", ["Executive Summary"], ()),
        ("", ["European Parliament"], ()),
        ("Ana Kowalska; Jean Dupont", [], ("Ana Kowalska", "Jean Dupont")),
        ("Kowalska, Ana", [], ("Ana Kowalska",)),
        ("Secretary Typist", ["Ana Kowalska"], ("Ana Kowalska",)),
        ("user17", [], ()),
        ("a.kowalska@parl.example", ["Ana Kowalska"], ("Ana Kowalska",)),
    ],
)  # fmt: skip
def test_authors(stated: str, lines: list[str], expected: tuple[str, ...]) -> None:
    """After a label, as the file states, or as names of people under the title."""
    assert authors(stated, [page(("Common stores for allied forces", 22), *lines, *BODY)]) == expected


CREATED = datetime(2025, 10, 14, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["12 March 2025"], datetime(2025, 3, 12, tzinfo=UTC)),
        (["2025-03-12"], datetime(2025, 3, 12, tzinfo=UTC)),
        (["PE 765.432 – March 2025"], datetime(2025, 3, 1, tzinfo=UTC)),
        (["No 2022-26 / July 2022"], datetime(2022, 7, 1, tzinfo=UTC)),
        (["Manuscript completed in September 2025."], datetime(2025, 9, 1, tzinfo=UTC)),
        (["PE 765.432 – octobre 2025"], CREATED),
        (["October 2025"], CREATED),
        (["The leaders met on 3 May 2024 in Riga, as they had said", "Published: 1 June 2025"],
         datetime(2025, 6, 1, tzinfo=UTC)),
        (["nothing"], CREATED),
        (["The summer of 2025"], CREATED),
    ],
)  # fmt: skip
def test_date(lines: list[str], expected: datetime) -> None:
    """The printed date holds, a month as its first day or the day of creation in it; else that of the file."""
    assert published([page(("Common stores after 1 May 2020", 22), *lines, *BODY)], CREATED) == expected


def test_no_date_is_no_date() -> None:
    """Neither printed nor stated: unknown stays unknown."""
    assert published([page(*BODY)], None) is None
    assert published([], None) is None
