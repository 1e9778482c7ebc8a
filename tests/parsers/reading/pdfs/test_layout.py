"""Order of reading on pages set here word by word: letters are 5 points wide and 10 high, lines stand 12 apart."""

import random
import time
from collections.abc import Iterator, Sequence

import pytest

from parsers.reading.pdfs.layout import Word, columns

LETTER = 5.0


def column(name: str, count: int, left: float, top: float, *, letters: int = 40, size: float = 10) -> Iterator[Word]:
    """Lines `name 1 ...` filled up to their width, from the top."""
    for number in range(count):
        fill = (letters - len(f"{name} {number} ")) // 6
        yield from line(f"{name} {number} {'words ' * fill}", left, top - 12 * number, size)


def line(text: str, left: float, base: float, size: float = 10) -> Iterator[Word]:
    for word in text.split():
        yield Word(word, left, left + LETTER * len(word), base, size)
        left += LETTER * (len(word) + 1)


def order(words: Iterator[Word] | Sequence[Word]) -> list[str]:
    """The first two words of each line."""
    return [" ".join(one.text.split()[:2]) for lines in columns(words) for one in lines]


def named(name: str, count: int) -> list[str]:
    return [f"{name} {number}" for number in range(count)]


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("count", [2, 3])
def test_columns_are_read_one_after_the_other(count: int, shuffled: bool) -> None:
    """In whatever order the file has its words; the lines of the columns need not stand on one height."""
    letters, names = 100 // count, ["left", "middle", "right"][:count]
    words = [
        word
        for number, name in enumerate(names)
        for word in column(name, 30, 50 + (500 / count + 10) * number, 700 - 5 * number, letters=letters)
    ]
    if shuffled:
        words.sort(key=lambda word: (-word.base, word.left))

    assert order(words) == [one for name in names for one in named(name, 30)]


def test_a_heading_above_and_a_paragraph_below_two_columns() -> None:
    """What runs across the columns is read before or after both, and so is a heading of the paragraph below."""
    words = [
        *line("Head line of the page that crosses the gutter between both columns of it", 60, 760, 18),
        *column("left", 12, 50, 720),
        *column("right", 12, 300, 720),
        *line("Costs", 50, 550, 12),
        *column("wide", 5, 50, 530, letters=90),
    ]

    assert order(words) == ["Head line", *named("left", 12), *named("right", 12), "Costs", *named("wide", 5)]


def test_a_box_beside_the_text() -> None:
    """The text left of a box is read before it, and the wider lines below after it."""
    words = [
        *column("top", 5, 50, 760, letters=90),
        *column("beside", 14, 50, 700, letters=55),
        *column("box", 10, 370, 690, letters=28, size=8),
        *column("below", 5, 50, 532, letters=90),
    ]

    assert order(words) == [*named("top", 5), *named("beside", 14), *named("box", 10), *named("below", 5)]


def test_a_table_is_read_in_rows() -> None:
    """Cells are not columns of text: few words, and more white than letters."""
    rows = ["Belgium", "France", "Poland", "Spain", "Italy", "Latvia"]
    words = [
        word
        for number, country in enumerate(rows)
        for x, text in ((50, country), (200, f"{number}.1"), (300, f"{number} tanks"), (450, "none yet"))
        for word in line(text, x, 700 - 12 * number)
    ]

    assert [one.text for lines in columns(words) for one in lines] == [
        f"{country} {number}.1 {number} tanks none yet" for number, country in enumerate(rows)
    ]


def test_a_numbered_list_is_no_column() -> None:
    """Numbers that hang left of their text stay in its line."""
    words = [
        word
        for number in range(8)
        for x, text in ((50, f"{number}."), (80, f"point {number} with a number of words behind it"))
        for word in line(text, x, 700 - 12 * number)
    ]

    assert order(words) == [f"{number}. point" for number in range(8)]


def test_running_line_across_two_columns_stays_one_line() -> None:
    """Name and page number at the foot are one line, though each stands under a column of its own."""
    words = [
        *column("left", 20, 50, 700),
        *column("right", 20, 300, 700),
        *line("Name of the service", 50, 30, 8),
        *line("Page 3", 460, 30, 8),
    ]

    assert [one.text for one in columns(words)[-1]] == ["Name of the service Page 3"]


def test_raised_marks_are_no_words() -> None:
    """`defence` with a small raised 12 is `defence`; ordinals, squares and numbers on the line stay."""
    words = [
        Word("defence", 50, 85, 700, 10),
        Word("12", 85, 91, 704, 6),
        Word("on", 95, 105, 700, 10),
        Word("2", 110, 115, 700, 10),
        Word("nd", 115, 120, 704, 6),
        Word("of", 125, 135, 700, 10),
        Word("40", 140, 150, 700, 10),
        Word("km", 153, 163, 700, 10),
        Word("2", 163, 166, 704, 6),
        Word("and", 170, 185, 700, 10),
        Word("law.³", 190, 215, 700, 10),
    ]

    (only,) = columns(words)[0]
    assert only.text.split() == ["defence", "on", "2", "nd", "of", "40", "km", "2", "and", "law."]
    assert not only.note


def test_a_raised_mark_at_the_beginning_makes_a_note() -> None:
    """A line that begins with one is known as the beginning of a note."""
    (only,) = columns([Word("7", 50, 53, 103, 5), *line("See the report", 55, 100, 8)])[0]

    assert (only.text, only.note) == ("See the report", True)


def test_an_initial_belongs_to_its_word() -> None:
    """A letter as high as three lines is the first of the word at its right."""
    words = [
        Word("T", 50, 75, 676, 36),
        *line("he council met in Ghent", 78, 700),
        *line("and spoke of spare parts", 78, 688),
        *line("until late in the night", 78, 676),
    ]

    assert [one.text for lines in columns(words) for one in lines] == [
        "The council met in Ghent",
        "and spoke of spare parts",
        "until late in the night",
    ]


def test_no_words_no_columns() -> None:
    """An empty page has nothing to read."""
    assert columns([]) == []


def test_words_without_any_order_end_in_bounded_time() -> None:
    """A page on which ten thousand words lie about is read in seconds."""
    chance = random.Random(1)
    words = [
        Word("word", x, x + 20 * chance.random(), 800 * chance.random(), 12 * chance.random())
        for x in (600 * chance.random() for _ in range(10_000))
    ]
    start = time.process_time()

    assert sum(len(one.text.split()) for lines in columns(words) for one in lines) == 10_000
    assert time.process_time() - start < 20
