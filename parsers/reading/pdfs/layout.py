"""Words on a page, with their places, as lines in the order of reading: columns, boxes beside the text, headings above.

Pure geometry: knows no PDF, and nothing of what the words mean.
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

WORD_GAP = 0.7
"""Times the size of the letters: a wider gap may be a gutter. A line cut here by mistake is put together again."""
GUTTER = 0.8
"""Narrowest gutter, times the size of the letters: LaTeX leaves 10 points between columns of 10-point letters."""
SAME_ROW = 0.4
"""How far, times the size of the letters, words of one row may stand above or below each other (raised marks)."""
FEWEST_ROWS = 4
FEWEST_WORDS = 2.5
COVERED = 0.35
"""Columns of text have four rows of several words, and letters cover this share of them; cells of a table have not."""
MOST_PIECES = 3000
"""A page with more pieces of lines than any printed one is read in the order in which it was written."""
LEADING = 1.2
"""Usual distance of lines, times the size of the letters."""
NEXT_BLOCK = 1.8
"""Times the usual distance of lines."""
SMALL, LARGE = 0.93, 1.02
"""Times the usual size of the letters."""
HEADING_ROWS = 3
EDGE = 3
"""Rows at the head and at the foot of a page that may run across its columns."""

RAISED = 0.12
SMALLER = 0.85
REFERENCE = re.compile(r"[\d*†‡§a-z](?:[\d,;–-]{0,8})")
UNITS = frozenset({"m", "km", "cm", "mm"})
SUPERSCRIPT = re.compile(r"(?<!\bm)(?<!\bkm)(?<!\bcm)(?<=\S)[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+")
ASTERISK = re.compile(r"(?<=[^\W\d]{2})[*†‡]+$")


@dataclass(frozen=True, slots=True)
class Word:
    """`left`, `right` and `base` (the line that letters stand on) in points from the lower left corner of the page;
    `size` of the letters in points. No spaces in `text`."""

    text: str
    left: float
    right: float
    base: float
    size: float
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of one column. `note`: it begins with a raised mark, as a footnote does; the mark is not in `text`."""

    text: str
    left: float
    right: float
    base: float
    size: float
    bold: bool = False
    note: bool = False


Column = Sequence[Line]
"""Lines below each other."""


@dataclass(slots=True)
class _Piece:
    """Words on one row without a wide gap between them."""

    words: list[Word]
    left: float
    right: float
    base: float
    size: float


def columns(words: Iterable[Word]) -> list[Column]:
    """All lines of a page, column by column as they are to be read. Words come in the order of the file."""
    pieces = list(_pieces(words))
    if len(pieces) > MOST_PIECES:
        return [lines] if (lines := _lines(pieces)) else []
    head, middle, foot = _edges(pieces)
    return [lines for part in (head, *_parts(middle), foot) if (lines := _lines(part))]


def _pieces(words: Iterable[Word]) -> Iterator[_Piece]:
    piece: _Piece | None = None
    for word in words:
        if piece and abs(word.base - piece.base) <= SAME_ROW * piece.size:
            if -SAME_ROW * piece.size < word.left - piece.right < WORD_GAP * piece.size:
                piece.words.append(word)
                piece.right = max(piece.right, word.right)
                if word.size > piece.size:
                    piece.size, piece.base = word.size, word.base
                continue
        elif piece and _is_initial(piece, word):
            # the rest of the word stands on the first of the rows that the initial spans
            piece.words = [Word(piece.words[0].text + word.text, piece.left, word.right, word.base, word.size)]
            piece.right, piece.base, piece.size = word.right, word.base, word.size
            continue
        if piece:
            yield piece
        piece = _Piece([word], word.left, word.right, word.base, word.size)
    if piece:
        yield piece


def _is_initial(piece: _Piece, word: Word) -> bool:
    text = piece.words[0].text
    return (
        len(piece.words) == 1
        and len(text) == 1
        and text.isupper()
        and piece.size > 1.8 * word.size
        and word.text[0].islower()
        and 0 < word.base - piece.base < piece.size
        and -word.size < word.left - piece.right < 2 * word.size
    )


# ---------------------------------------------------------------- columns


def _edges(pieces: Sequence[_Piece]) -> tuple[list[_Piece], list[_Piece], list[_Piece]]:
    """Cuts off what runs across the columns of a page at its head and its foot.

    Up to three rows, with white or a change to smaller letters between them and the rest; not in larger letters,
    which are two headings side by side.
    """
    if not pieces:
        return [], [], []
    rows: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda piece: -piece.base):
        if rows and rows[-1][0].base - piece.base <= SAME_ROW * piece.size:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    gap, usual = NEXT_BLOCK * _usual_distance(pieces), median(piece.size for piece in pieces)
    first = _outer(rows, gap, usual)
    last = len(rows) - _outer(rows[first:][::-1], gap, usual)
    head, middle, foot = (
        [piece for row in part for piece in row] for part in (rows[:first], rows[first:last], rows[last:])
    )
    return head, middle, foot


def _outer(rows: Sequence[Sequence[_Piece]], gap: float, usual: float) -> int:
    """How many rows, the outermost first, stand apart: up to the first gap, and small ones up to the next."""
    sizes = [max(piece.size for piece in row) / usual for row in rows[: EDGE + 1]]
    found = 0
    for number, (row, inner) in enumerate(pairwise(rows[: EDGE + 1])):
        if sizes[number] >= LARGE:
            break
        apart = abs(row[0].base - inner[0].base) > gap or (sizes[number] < SMALL) != (sizes[number + 1] < SMALL)
        if apart and (found == 0 or max(sizes[found : number + 1]) < SMALL):
            found = number + 1
    return found


def _parts(pieces: list[_Piece]) -> list[list[_Piece]]:
    """Cuts at the tallest gutter, then what is above, left, right and below it; without one the pieces stay one."""
    if len(pieces) < 2 * FEWEST_ROWS:
        return [pieces]
    found = _tallest_gutter(pieces)
    if found is None:
        return [pieces]
    x, bottom, top = found
    above, left, right, below = [], [], [], []
    for piece in pieces:
        if piece.base > top:
            above.append(piece)
        elif piece.base < bottom:
            below.append(piece)
        elif piece.left >= x:
            right.append(piece)
        else:
            left.append(piece)
    return [part for group in (above, left, right, below) if group for part in _parts(group)]


def _tallest_gutter(pieces: Sequence[_Piece]) -> tuple[float, float, float] | None:
    """Its right edge, and the lowest and highest base between which the page is cut there."""
    size = median(piece.size for piece in pieces)
    pieces = sorted(pieces, key=lambda piece: piece.base)
    bases = [piece.base for piece in pieces]
    best: tuple[int, tuple[float, float, float]] | None = None
    for x in _left_edges(pieces, size):
        crossing = [piece.base for piece in pieces if piece.left < x - 1 and piece.right > x - GUTTER * size]
        for low, high in pairwise([-math.inf, *crossing, math.inf]):
            band = pieces[bisect_right(bases, low) : bisect_left(bases, high)]
            if len(band) < 2 * FEWEST_ROWS:
                continue
            left, right = [p for p in band if p.right <= x], [p for p in band if p.left >= x - 1]
            rows = min(_rows(left), _rows(right))
            if rows < FEWEST_ROWS or (best and rows <= best[0]) or not (_is_text(left) and _is_text(right)):
                continue
            ends = min(p.base for p in left), min(p.base for p in right)
            if max(p.base for p in left) <= ends[1] or max(p.base for p in right) <= ends[0]:
                continue  # one stands above the other
            best = rows, (x - 1, min(_end(left, ends[1], low), ends[1]), band[-1].base)
    return best[1] if best else None


def _left_edges(pieces: Sequence[_Piece], size: float) -> list[float]:
    """Where several pieces begin, give or take an indent."""
    edges = sorted(piece.left for piece in pieces)
    found: list[float] = []
    for number, edge in enumerate(edges):
        if (not found or edge - found[-1] > size / 2) and len(edges) - number >= FEWEST_ROWS:
            near = sum(1 for other in edges[number : number + FEWEST_ROWS] if other - edge < 2 * size)
            if near == FEWEST_ROWS:
                found.append(edge)
    return found[1:]  # nothing is left of the first


def _rows(pieces: Sequence[_Piece]) -> int:
    bases = sorted(piece.base for piece in pieces)
    return sum(1 for a, b in pairwise([-math.inf, *bases]) if b - a > 2)


def _is_text(pieces: Sequence[_Piece]) -> bool:
    """Text or columns of text rather than cells: several words in a row, and more letters than white."""
    words = sum(len(p.words) for p in pieces)
    width = max(p.right for p in pieces) - min(p.left for p in pieces)
    height = max(p.base + p.size for p in pieces) - min(p.base for p in pieces)
    covered = sum((p.right - p.left) * p.size for p in pieces)
    return words >= FEWEST_WORDS * _rows(pieces) and covered >= COVERED * width * height


def _end(left: Sequence[_Piece], right_ends: float, next_base: float) -> float:
    """The lowest base of the left column. The heading of what comes below both, at `next_base`, is no part of it."""
    bases = sorted({piece.base for piece in left})
    if math.isinf(next_base):
        return bases[0]
    usual = _usual_distance(left)
    for lower, upper in pairwise(bases[: HEADING_ROWS + 1]):
        if lower < right_ends and upper - lower > NEXT_BLOCK * usual:
            return upper
    return bases[0]


def _usual_distance(pieces: Sequence[_Piece]) -> float:
    """Of two rows, and no less than letters need: rows of two columns can stand closer."""
    bases = sorted(piece.base for piece in pieces)
    distances = [upper - lower for lower, upper in pairwise(bases) if upper - lower > 1]
    return max(median(distances), LEADING * median(piece.size for piece in pieces)) if distances else 0.0


# ---------------------------------------------------------------- lines


def _lines(pieces: Sequence[_Piece]) -> list[Line]:
    words = sorted((word for piece in pieces for word in piece.words), key=lambda word: -word.base)
    rows: list[list[Word]] = []
    for word in words:
        # Compared with the letters of ordinary size: a raised mark comes first in this order.
        if rows and max(w.base for w in rows[-1][-8:]) - word.base <= SAME_ROW * max(word.size, rows[-1][-1].size):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [line for row in rows if (line := _line(sorted(row, key=lambda word: word.left)))]


def _line(row: Sequence[Word]) -> Line | None:
    """Without the raised marks that point to a note."""
    size = _usual_size(row)
    base = median(word.base for word in row if word.size > SMALLER * size)
    kept: list[Word] = []
    note = False
    for word in row:
        raised = word.base - base > RAISED * size and word.size < SMALLER * size
        if raised and REFERENCE.fullmatch(word.text) and not (kept and kept[-1].text in UNITS):
            note = note or not kept
        else:
            kept.append(word)
    text = " ".join(ASTERISK.sub("", SUPERSCRIPT.sub("", word.text)) for word in kept)
    if not text:
        return None
    bold = all(word.bold for word in kept if word.text[0].isalnum())
    return Line(text, row[0].left, max(word.right for word in row), base, size, bold, note)


def _usual_size(row: Sequence[Word]) -> float:
    letters: dict[float, int] = {}
    for word in row:
        letters[word.size] = letters.get(word.size, 0) + len(word.text)
    return max(letters, key=lambda size: (letters[size], size))
