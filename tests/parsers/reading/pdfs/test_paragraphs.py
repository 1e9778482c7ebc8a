"""Lines to paragraphs: what is mended across lines, columns and pages, and what is left out."""

from collections.abc import Sequence

import pytest

from parsers.reading.pdfs.layout import Line
from parsers.reading.pdfs.paragraphs import paragraphs


def column(*texts: str, top: float = 700, left: float = 50, size: float = 10, leading: float = 12) -> list[Line]:
    """Lines as wide as their text; an empty one leaves a gap, one that begins with two spaces is indented."""
    found = []
    for number, text in enumerate(texts):
        if text:
            start = left + 15 * text.startswith("  ")
            found.append(Line(text.strip(), start, start + size / 2 * len(text.strip()), top - leading * number, size))
    return found


def read(*pages: Sequence[Sequence[Line]]) -> list[str]:
    return paragraphs(pages)[0]


FULL = "this line is as long as the column is wide"


def test_a_sentence_goes_on_in_the_next_column_and_on_the_next_page() -> None:
    """A paragraph is joined over line, column and page ends; a full stop and a short line end it."""
    first = column("The store that all allies will use from", "the spring of 2028 is to be built in the")
    second = column("north of the country, and its costs are to", left=300)
    third = column("be shared.", "A second paragraph follows in this column", "and ends here.")

    assert read([first, second], [third]) == [
        (
            "The store that all allies will use from the spring of 2028 is to be built in the north of the country,"
            " and its costs are to be shared."
        ),
        "A second paragraph follows in this column and ends here.",
    ]


def test_a_box_in_the_middle_of_a_sentence() -> None:
    """A sentence goes on after a box in smaller letters that stands in its middle; the box is a paragraph before."""
    left = column("The council asked the agency to look into", "the common store of spare parts and to")
    box = column("A box says something else.", left=300, size=8)
    below = column("report before the end of the year.", top=400)

    assert read([left, box, below]) == [
        (
            "The council asked the agency to look into the common store of spare parts and to report before the end"
            " of the year."
        ),
        "A box says something else.",
    ]


def test_wider_lines_below_a_box_go_on_with_the_paragraph() -> None:
    """A full stop at the end of a full line does not end it if the next line follows at the usual distance."""
    beside = column("Half of the money comes from the governments.", "The other half is to come from a new fund.")
    box = column("Boxed words.", left=330, size=8)
    below = column("It was set up last year, and nobody has yet put any money into it.", top=676)

    assert read([beside, box, below])[0].endswith("a new fund. It was set up last year, and nobody has yet put any"
                                                  " money into it.")  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["The ministers of defen-", "ce met today"], "The ministers of defence met today"),
        (["The ministers of defen\u2010", "ce met today"], "The ministers of defence met today"),
        (["The ministers of defen\u00ad", "ce met today"], "The ministers of defence met today"),
        (["The summit of the EU-", "US council"], "The summit of the EU-US council"),
        (["The right of self-", "defence holds"], "The right of self-defence holds"),
        (["A rules-", "based order"], "A rules-based order"),
        (["All NATO-", "member states"], "All NATO-member states"),
        (["A summit", "THE SUM-", "MIT IN GHENT"], "A summit THE SUMMIT IN GHENT"),
        (["A brand-", "new pro\u2010", "gramme"], "A brand-new programme"),
        (["A long-term plan, and a long-", "term aim"], "A long-term plan, and a long-term aim"),
        (["Costs rise by 5 -", "nobody knows why"], "Costs rise by 5 - nobody knows why"),
    ],
)
def test_hyphens(lines: list[str], expected: str) -> None:
    """Only a hyphen that the line break put there goes."""
    assert read([column(*lines)]) == [expected]


def test_a_hyphenated_word_across_columns_and_in_a_heading() -> None:
    """Also at the end of a column and in letters of a heading, whose lines stand farther apart."""
    heading = [Line("Law and infra-", 50, 150, 760, 16), Line("structure", 50, 110, 741, 16)]
    left = column(FULL, FULL, "the allies will go on with their coope-")

    assert read([[*heading, *left], column("ration in the spring.", left=300)]) == [
        "Law and infrastructure",
        f"{FULL} {FULL} the allies will go on with their cooperation in the spring.",
    ]


def test_bullets_are_paragraphs() -> None:
    """Each point of a list is one, with its lines joined."""
    found = read([column("• the first point has two", "lines", "• the second has one", "1. a number", "2. the next")])

    assert found == ["• the first point has two lines", "• the second has one", "1. a number", "2. the next"]


def test_running_lines_of_left_and_right_pages() -> None:
    """What stands at the same edge of several pages goes, on odd and even pages each its own; so do page numbers."""
    pages = []
    for number in range(1, 9):
        head = Line("Institute for Supply" if number % 2 else "Common stores", 50, 150, 800, 8)
        foot = [Line(f"Members' Service Page {number} of 8", 50, 200, 40, 8), Line(str(number), 300, 305, 20, 8)]
        pages.append([[head], column(f"Thing {'abcdefgh'[number - 1]} is told on this page.", FULL + "."), foot])

    text = "\n".join(read(*pages))
    assert "Institute" not in text
    assert "Common stores" not in text
    assert "Page" not in text
    assert text.count("is told on this page") == 8


def test_imprint_and_service_at_head_and_foot() -> None:
    """Author and number in small letters at the edge of the first page go, and what a page has at both its edges."""
    body = column(*[FULL] * 12, "and the sentence goes")
    imprint = [Line("Author: Ana Kowalska, Service", 50, 150, 50, 8), Line("PE 765.432 – May 2025", 50, 150, 40, 8)]
    head, foot = Line("Service for Readers", 50, 150, 800, 8), Line("Service for Readers 2", 50, 150, 40, 8)
    second = [[head], column(*["on over the end of the page."]), [foot]]

    assert read([body, imprint], second) == [
        f"{' '.join([FULL] * 12)} and the sentence goes on over the end of the page."
    ]


def test_the_same_words_elsewhere_on_the_page_are_kept() -> None:
    """A line is no running line because other pages have it too, but because it stands at the same place there."""
    body = [f"Line {letter} of the page goes on." for letter in "abcdefghij"]
    pages = [[column(*body[:number], "Next steps.", *body[number:], leading=20 + number)] for number in (2, 4, 6)]

    assert "\n".join(read(*pages)).count("Next steps.") == 3


def test_footnotes_are_left_out_and_counted() -> None:
    """Small letters at the foot from a mark on, with their second lines; those of the page before, too."""
    body = column(*[FULL] * 8, "the end of the page.")
    notes = column(
        "3 See the report of the librarian, Ghent,", "pages 12 to 14.", "4 Ibid.", top=100, size=8, leading=9
    )
    going_on = column("and the one of the year before.", "5 See there.", top=100, size=8, leading=9)
    found, count = paragraphs([[body, notes], [column(FULL, "ends."), going_on]])

    assert count == 3
    assert "Ibid" not in " ".join(found)
    assert "report" not in " ".join(found)
    assert "year before" not in " ".join(found)


def test_small_letters_without_a_mark_are_text() -> None:
    """The source of a table and a box at the foot of the page are no notes; nor is a list in the middle."""
    body = column(*[FULL] * 8)
    table = column("1 France", "2 Poland", top=590, size=8)
    rest = column(*[FULL] * 8, top=560)
    source = column("Source: the two ministries.", top=100, size=8)
    found, count = paragraphs([[body, table, rest, source]])

    assert count == 0
    assert "Source: the two ministries." in found
    assert "Poland" in " ".join(found)


def test_a_table_of_contents_is_no_text() -> None:
    """Lines of dots with a page number."""
    contents = column("Costs of the store", "Costs .......... 4", "Law . . . . . . . 17", "Annex ……………… 20")

    assert read([contents, column("Text.", top=400)]) == ["Costs of the store", "Text."]
