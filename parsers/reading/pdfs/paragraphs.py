"""Lines of all pages of a document as paragraphs, without running heads, page numbers and footnotes. Reads no file."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from parsers.reading.pdfs.layout import Column, Line

EDGE = 3
"""Lines at the head and at the foot of a page that may be running lines."""
SAME_PLACE = 8.0
"""Points by which a running line may move from page to page."""
PARAGRAPH_GAP = 1.35
"""Times the usual distance of two lines."""
INDENT = 0.8
"""Times the size of the letters."""
HEADING_GAP = 1.3
"""Times the size of the letters: lines of a heading may stand so far apart, whatever is usual in the text below."""
ROOM = 0.5
"""Times the size of the letters: with so much more room than the next word needs, a full stop ends a paragraph."""
SMALL = 0.93
"""Notes are set in letters of at most this share of the size of the text."""
SAME_SIZE = 0.06
INTERRUPTIONS = 12
"""How many paragraphs (a box, a table, a caption) may stand in the middle of another."""

SOFT = "\u00ad\u2010"
HYPHENS = f"-\u2011{SOFT}"
FIRST_PARTS = frozenset(["half", "non", "self", "semi", "well"])
LAST_PARTS = frozenset(
    ["based", "building", "driven", "funded", "led", "like", "making", "owned", "related", "sharing", "term", "wide"]
)
"""Before and after a hyphen that is the writer's: `self-defence`, `rules-based`."""
PAGE_NUMBER = re.compile(
    r"\W*(?:(?:page|seite|strona|p[aá]gina|pagina|p\.|s\.)\s*)?(?:\d{1,4}|[ivxlc]{1,7})"
    r"(?:\s*(?:/|of|von|de|z|av|sur|di|van)\s*\d{1,4})?\W*",
    re.IGNORECASE,
)
IMPRINT = re.compile(r"[Aa]uthors?\s*:|PE\s?\d{3}\.\d{3}|ISBN|ISSN|DOI\b|[A-Z]{2}$")
"""In small letters at the edge of a page."""
DOTTED = re.compile(r"(?:[.…·_]\s?){5,}\s*\d*$")
"""The line of a table of contents."""
NOTE = re.compile(r"(?:\[?\d{1,3}[\].)]?|[*†‡§]{1,3})\s?(?=[^\W\d]|[\"'“‘(])")
SENTENCE_END = re.compile(r"[.!?:;…]['\"”’»)\]]*$")
LIST_MARK = re.compile(r"(?:[•▪‣●■□◦○►➢✓✔–*\u2023\u2043]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s")


@dataclass(slots=True)
class _Open:
    """A paragraph in the making, with its last line and the column of that."""

    text: str
    last: Line
    frame: "_Frame"


@dataclass(frozen=True, slots=True)
class _Frame:
    """A column: the number of its page, the usual distance of its lines, and where they begin and end."""

    page: int
    gap: float
    left: float
    right: float


def paragraphs(pages: Sequence[Sequence[Column]]) -> tuple[list[str], int]:
    """Paragraphs in order of reading, and how many footnotes were left out."""
    pages = _without_running_lines(pages)
    body = body_size(pages)
    notes = 0
    kept: list[Sequence[Column]] = []
    carried = False
    for page in pages:
        text, marked = _without_notes(page, body, carried)
        carried = marked > 0
        notes += marked
        kept.append(text)
    return _joined(kept, body), notes


def body_size(pages: Sequence[Sequence[Column]]) -> float:
    """Size of most letters of the document, in points."""
    letters: Counter[float] = Counter()
    for page in pages:
        for column in page:
            for line in column:
                letters[round(2 * line.size) / 2] += len(line.text)
    return max(letters, key=lambda size: (letters[size], size), default=0.0)


# ---------------------------------------------------------------- what is no text


def _without_running_lines(pages: Sequence[Sequence[Column]]) -> Sequence[Sequence[Column]]:
    """Takes off page numbers, and what stands at the same edge of many pages with nothing but digits changed."""
    body = body_size(pages)
    edges = [_edges([line for column in page for line in column], body) for page in pages]
    places: dict[str, list[tuple[int, float]]] = {}
    for number, lines in enumerate(edges):
        for line, _ in lines:
            places.setdefault(_pattern(line), []).append((number, line.base))
    needed = 2 if len(pages) < 5 else 3  # not a share of the pages: the line can name the chapter
    titles = {_pattern(line) for column in pages[0] for line in column if line.size > body} if pages else set()

    def runs(line: Line, outermost: bool) -> bool:
        if outermost and PAGE_NUMBER.fullmatch(line.text):
            return True
        if _pattern(line) in titles and line.size <= body:
            return True
        found = places[_pattern(line)]
        if line.size <= SMALL * body and (
            IMPRINT.match(line.text) or len({number for number, _ in found}) < len(found)
        ):
            return True  # the second: it stands at the head and at the foot of one page
        near = {number for number, base in found if abs(base - line.base) < SAME_PLACE}
        return len(near) >= needed

    kept = []
    for page, lines in zip(pages, edges, strict=True):
        dropped = {id(line) for line, outermost in lines if runs(line, outermost)}
        left = [
            [line for line in column if id(line) not in dropped and not DOTTED.search(line.text)] for column in page
        ]
        kept.append([column for column in left if column])
    return kept


def _edges(lines: Sequence[Line], body: float) -> list[tuple[Line, bool]]:
    """The uppermost and lowest lines, wherever they come in the order of reading; True for the first two of each.

    Of a page with few lines the first and the last, and more only in small letters.
    """
    order = sorted(lines, key=lambda line: -line.base)
    few = len(order) <= 3 * EDGE
    return [
        (line, number < 2)
        for end in (order[:EDGE], order[EDGE:][: -EDGE - 1 : -1])
        for number, line in enumerate(end)
        if number == 0 or not few or line.size <= SMALL * body
    ]


def _pattern(line: Line) -> str:
    return re.sub(r"\W*\d+\W*", " ", line.text).strip().casefold()


def _without_notes(page: Sequence[Column], body: float, carried: bool) -> tuple[Sequence[Column], int]:
    """The page without small letters below a line that begins with a mark, if only such letters stand below it.

    `carried`: the page before ended with notes. One that is all small letters then goes on with them.
    """
    lines = sorted((line for column in page for line in column), key=lambda line: line.base)
    small = [line for line in lines if line.size <= SMALL * body]
    text = [line for line in lines if line.size > SMALL * body]
    starts = [
        line
        for line in small
        if _is_marked(line)
        and not any(other.base < line.base and _overlap(other, line) for other in text)
        and (carried if not text else text[-1].base > line.base)
    ]
    dropped = {id(line) for line in small if any(line.base <= start.base and _overlap(line, start) for start in starts)}
    for below, line in pairwise(small):  # the end of a note that began on the page before
        if id(below) in dropped and line.base - below.base < PARAGRAPH_GAP * 1.2 * line.size and _overlap(line, below):
            dropped.add(id(line))
    left = [[line for line in column if id(line) not in dropped] for column in page]
    return [column for column in left if column], len(starts)


def _is_marked(line: Line) -> bool:
    return line.note or NOTE.match(line.text) is not None


def _overlap(one: Line, other: Line) -> bool:
    return one.left < other.right and one.right > other.left


# ---------------------------------------------------------------- lines to paragraphs


def _joined(pages: Sequence[Sequence[Column]], body: float) -> list[str]:
    join = _joiner("\n".join(line.text for page in pages for column in page for line in column))
    done: list[_Open] = []
    gap = 0.0
    for number, page in enumerate(pages):
        for column in page:
            gap = _usual_gap(column) or gap
            frame = _Frame(number, gap, min(line.left for line in column), _right(column))
            above: _Open | None = None
            for line in column:
                into = _continued(done, above, line, frame, body)
                if into:
                    into.text, into.last, into.frame = join(into.text, line.text), line, frame
                else:
                    done.append(into := _Open(line.text, line, frame))
                above = into
    return [one.text for one in done]


def _usual_gap(column: Column) -> float:
    gaps = [a.base - b.base for a, b in pairwise(column) if a.base - b.base > 1]
    return median(gaps) if gaps else 0.0


def _right(column: Column) -> float:
    """Where lines end; one in ten may stick out."""
    return sorted(line.right for line in column)[-1 - len(column) // 10]


def _same_style(one: Line, other: Line) -> bool:
    return abs(one.size - other.size) <= SAME_SIZE * other.size and one.bold == other.bold


def _continued(done: Sequence[_Open], above: _Open | None, line: Line, frame: _Frame, body: float) -> _Open | None:
    """The paragraph that goes on in this line, None if it begins one. `above`: that of the line above in the column."""
    if LIST_MARK.match(line.text):
        return None
    if above:
        if not _begins_below(above.last, line, frame):
            return above
    elif done:
        for before in reversed(done[-INTERRUPTIONS:]):
            # below a box beside the text the text goes on in wider lines
            if _stands_below(before, line, frame) and before.last.base - line.base < 2 * line.size:
                if not _begins_below(before.last, line, before.frame):
                    return before
                break
        last = done[-1]
        if not (SENTENCE_END.search(last.text) or _stands_below(last, line, frame)) and _same_style(last.last, line):
            return last
    return _interrupted(done, line, body)


def _stands_below(before: _Open, line: Line, frame: _Frame) -> bool:
    return before.frame.page == frame.page and before.last.base > line.base and _overlap(before.last, line)


def _begins_below(above: Line, line: Line, frame: _Frame) -> bool:
    if not _same_style(above, line):
        return True
    if above.text[-1] in HYPHENS and line.text[0].islower():
        return False
    if above.base - line.base > max(PARAGRAPH_GAP * frame.gap, HEADING_GAP * line.size):
        return True
    if SENTENCE_END.search(above.text) is None:
        return False
    indented = INDENT * line.size < line.left - above.left < (frame.right - frame.left) / 2
    first_word = (line.right - line.left) * line.text.find(" ") / len(line.text)
    return indented or frame.right - above.right > first_word + ROOM * line.size


def _interrupted(done: Sequence[_Open], line: Line, body: float) -> _Open | None:
    """The paragraph that goes on here after a box, a figure's caption or a table in its middle."""
    if not line.text[0].islower() or abs(line.size - body) > SAME_SIZE * body:
        return None
    for before in reversed(done[-INTERRUPTIONS:]):
        if _same_style(before.last, line) and abs(before.last.size - body) <= SAME_SIZE * body:
            return None if SENTENCE_END.search(before.text) else before
    return None


def _joiner(text: str) -> Callable[[str, str], str]:
    """Joins lines: `defen-` and `ce` become `defence`; `EU-` and `US` keep the hyphen.

    A word that the document has elsewhere, with the hyphen or without, is written in the same way here. Where breaks
    are marked by a character of their own (soft hyphen, U+2010) all others are the writer's.
    """
    folded = text.casefold()
    compounds = frozenset(re.findall(r"\w+-\w+", folded))
    known = frozenset(re.findall(r"\w+", folded))
    breaks = re.findall(f"[{SOFT}]$", text, re.MULTILINE)

    def join(before: str, after: str) -> str:
        if before[-1:] not in HYPHENS or not before[-2:-1].isalnum():
            return f"{before} {after}"
        stem, hyphen = before[:-1], before[-1]
        last, following = re.findall(r"\w+$", stem)[-1], re.match(r"\w+", after)
        first, second = last.casefold(), following[0].casefold() if following else ""
        if f"{first}-{second}" in compounds:
            return f"{stem}-{after}"
        if first + second in known and (after[0].islower() or last.isupper()):
            return stem + after
        kept = (
            not after[0].islower()
            or (last.isupper() and len(last) > 1)
            or (breaks and hyphen not in SOFT)
            or first in FIRST_PARTS
            or second in LAST_PARTS
        )
        return f"{stem}-{after}" if kept else stem + after

    return join
