"""Bytes of a PDF as an article: paragraphs instead of lines, without what repeats on every page. Runs no script in it.

To be called in a child process with limits (parsers.reading.confined): a small file can unfold to gigabytes.
"""

import ctypes
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median

import pypdfium2
import pypdfium2.raw

from parsers.errors import Unreadable
from parsers.model import Page
from parsers.reading.dates import parse_date
from parsers.reading.plain import one_line, plain

MAX_PAGES = 300
MAX_PAGE_CHARACTERS = 200_000
EDGE_LINES = 2
TITLE_LINES = 5
DATE_CHARACTERS = 60
PARAGRAPH_GAP = 1.35
"""Times the usual distance of two lines."""
INDENT = 0.8
"""Times the height of a line."""
SHORT_LINE = 0.85
"""Share of the width of the column: a line that ends earlier, with a full stop, ends its paragraph."""

ROW = re.compile("[^\n\ufffe]+\ufffe?")
"""pdfium writes U+FFFE for a hyphen at the end of a line, and then no line end."""
HYPHENS = "-\u00ad\u2010\ufffe"
LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
PAGE_NUMBER = re.compile(
    r"\W*(?:(?:page|seite|strona|p\.|s\.)\s*)?(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:/|of|von|de|z|av|sur|di)\s*\d{1,4})?\W*",
    re.IGNORECASE,
)
NO_TITLE = re.compile(
    r"^(?:untitled|microsoft \w+ ?-|powerpoint presentation|document\d*|slide \d"
    r"|.*\.(?:docx?|pdf|indd|pptx?|odt|qxd|dvi|tex)$)",
    re.IGNORECASE,
)
NO_AUTHOR = re.compile(r"^(?:unknown|admin\w*|user\d*|author|owner|.*@.*|\w{1,12}\d+)$", re.IGNORECASE)
PDF_DATE = re.compile(r"^(?:D:)?(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(Z|[+-]\d\d'?\d\d)?")
SENTENCE_END = re.compile(r"[.!?:;…]['\"”’»)\]]*\d{0,3}$")
LIST_MARK = re.compile(r"^(?:[•▪‣●–*]|\(?\d{1,3}[.)]|[a-z][.)])\s")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text with its box, in points from the lower left corner of the page."""

    text: str
    left: float
    right: float
    bottom: float
    height: float


def parse_pdf(body: bytes, url: str | None = None) -> Page:
    """The text of at most 300 pages. `problems`: `no text layer` for a scan, and how many pages were left unread.

    The date is one that stands alone on a line of the first page, else that of the file's creation.

    Raises:
        Unreadable: empty (`empty`), protected by a password (`encrypted`), no PDF or a broken one (`not-a-pdf`).
    """
    name = url or "pdf"
    if not body.strip():
        raise Unreadable(name, "empty", "no bytes")
    if b"%PDF-" not in body[:1024]:
        raise Unreadable(name, "not-a-pdf", "there is no PDF header in it")
    try:
        with closing(pypdfium2.PdfDocument(body)) as document:
            return _page(document, url)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code in {pypdfium2.raw.FPDF_ERR_PASSWORD, pypdfium2.raw.FPDF_ERR_SECURITY}
        raise Unreadable(name, "encrypted" if locked else "not-a-pdf", one_line(str(error))) from error


def _page(document: pypdfium2.PdfDocument, url: str | None) -> Page:
    count = len(document)
    problems = [f"only the first {MAX_PAGES} of {count} pages were read"] if count > MAX_PAGES else []
    pages = []
    for number in range(min(count, MAX_PAGES)):
        try:
            pages.append(_lines(document[number]))
        except pypdfium2.PdfiumError:
            problems.append(f"page {number + 1} cannot be read")
    first = list(pages[0]) if pages else []
    text = plain("\n\n".join(_paragraphs(_without_running_lines(pages))), is_html=False)
    if not text:
        problems.append("no text layer")
    stated = document.get_metadata_dict()
    author = one_line(stated["Author"])
    return Page(
        url=url,
        title=_title(one_line(stated["Title"]), first),
        text=text,
        authors=() if not author or NO_AUTHOR.match(author) else tuple(re.split(r"\s*[;,&]\s*|\s+and\s+", author)),
        published=_printed_date(first) or _date(stated["CreationDate"]),
        modified=_date(stated["ModDate"]),
        language=_language(document),
        summary=one_line(stated["Subject"]) or None,
        pages=count,
        problems=tuple(problems),
    )


def _lines(page: pypdfium2.PdfPage) -> list[Line]:
    with closing(page), closing(page.get_textpage()) as text_page:
        text = text_page.get_text_range(0, min(text_page.count_chars(), MAX_PAGE_CHARACTERS))
        found = []
        for match in ROW.finditer(text):
            if line := match[0].strip():
                start = match.start() + match[0].index(line)
                left, _, _, _ = _box(text_page, start)
                # of the last letter, because the first can be a bullet in a font of its own
                _, bottom, right, top = _box(text_page, start + len(line.rstrip(f" {HYPHENS}")) - 1)
                found.append(Line(line.translate(LIGATURES), left, right, bottom, top - bottom))
        return found


def _box(text_page: pypdfium2.PdfTextPage, position: int) -> tuple[float, float, float, float]:
    character = pypdfium2.raw.FPDFText_GetCharIndexFromTextIndex(text_page, max(position, 0))
    left, bottom, right, top = text_page.get_charbox(max(character, 0), loose=True)
    return left, bottom, right, top


# ---------------------------------------------------------------- pages to paragraphs


def _without_running_lines(pages: Sequence[list[Line]]) -> list[list[Line]]:
    """Takes off page numbers, and what stands first or last on many pages with nothing but digits changed."""
    edges = [set(_edges(lines)) for lines in pages]
    often = Counter(
        pattern for page, at in zip(pages, edges, strict=True) for pattern in {_pattern(page[i]) for i in at}
    )
    needed = 2 if len(pages) < 5 else 3  # not a share of the pages: the line can name the chapter
    return [
        [
            line
            for number, line in enumerate(page)
            if number not in at or not (PAGE_NUMBER.fullmatch(line.text) or often[_pattern(line)] >= needed)
        ]
        for page, at in zip(pages, edges, strict=True)
    ]


def _edges(lines: Sequence[Line]) -> list[int]:
    """Positions of the uppermost and the lowest lines, wherever they come in the order of reading."""
    order = sorted(range(len(lines)), key=lambda number: -lines[number].bottom)
    depth = EDGE_LINES if len(lines) > 3 * EDGE_LINES else 1
    return order[:depth] + order[depth:][-depth:]


def _pattern(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text).casefold()


def _paragraphs(pages: Sequence[Sequence[Line]]) -> list[str]:
    compounds = frozenset(re.findall(r"\w+-\w+", "\n".join(line.text for page in pages for line in page).casefold()))
    found: list[str] = []
    for page in pages:
        gap, width = _usual_gap(page), max((line.right - line.left for line in page), default=0.0)
        previous: Line | None = None
        for line in page:
            if not found or (
                _begins_on_page(previous, line, gap, width) if previous else _begins_anew(found[-1], line)
            ):
                found.append(line.text)
            else:
                found[-1] = _joined(found[-1], line.text, compounds)
            previous = line
    return found


def _usual_gap(page: Sequence[Line]) -> float:
    gaps = [a.bottom - b.bottom for a, b in pairwise(page) if a.bottom - b.bottom > 1]
    return median(gaps) if gaps else 0.0


def _begins_on_page(previous: Line, line: Line, gap: float, width: float) -> bool:
    distance = previous.bottom - line.bottom
    if LIST_MARK.match(line.text) or abs(line.height - previous.height) > 0.2 * previous.height:
        return True
    if distance < -line.height:  # the next column
        return _begins_anew(previous.text, line)
    if distance > max(PARAGRAPH_GAP * gap, line.height):
        return True
    ended = SENTENCE_END.search(previous.text) is not None
    indented = INDENT * line.height < line.left - previous.left < width / 2
    return ended and (indented or previous.right < line.left + SHORT_LINE * width)


def _begins_anew(before: str, line: Line) -> bool:
    return SENTENCE_END.search(before) is not None or LIST_MARK.match(line.text) is not None


def _joined(before: str, after: str, compounds: frozenset[str]) -> str:
    """`defen-` and `ce` become `defence`; `EU-` and `US` keep the hyphen, and so does what has one elsewhere."""
    if before[-1:] not in HYPHENS or not before[-2:-1].isalnum():
        return f"{before} {after}"
    stem = before[:-1]
    last, following = re.findall(r"\w+$", stem)[-1], re.match(r"\w+", after)
    if following is None or not following[0][0].islower():
        return f"{stem}-{after}"
    return f"{stem}-{after}" if f"{last}-{following[0]}".casefold() in compounds else stem + after


# ---------------------------------------------------------------- what the file says about itself


def _title(stated: str, first: Sequence[Line]) -> str | None:
    """The stated title unless a program wrote it; else the largest letters on the first page."""
    if stated and not NO_TITLE.match(stated):
        return stated
    largest = max((line.height for line in first), default=0.0)
    others = median(line.height for line in first) if first else 0.0
    big = [line.text for line in first if line.height > 0.95 * largest][:TITLE_LINES]
    return one_line(" ".join(big)) or None if largest > 1.1 * others else None


def _printed_date(first: Sequence[Line]) -> datetime | None:
    return next((date for line in first if len(line.text) <= DATE_CHARACTERS and (date := parse_date(line.text))), None)


def _date(stated: str) -> datetime | None:
    """ISO 32000-1, 7.9.4: D:YYYYMMDDHHmmSSOHH'mm, everything after the day optional."""
    match = PDF_DATE.match(stated)
    if match is None:
        return None
    year, month, day, hour, minute, second, zone = match.groups()
    return parse_date(
        f"{year}-{month}-{day}T{hour or '00'}:{minute or '00'}:{second or '00'}{(zone or 'Z').replace(chr(39), '')}"
    )


def _language(document: pypdfium2.PdfDocument) -> str | None:
    buffer = ctypes.create_string_buffer(64)
    size = pypdfium2.raw.FPDFCatalog_GetLanguage(
        document, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), len(buffer)
    )
    stated = buffer.raw[: max(0, min(size, len(buffer)) - 2)].decode("utf-16-le", "ignore")
    match = re.match(r"[A-Za-z]{2,3}(?=[-_]|$)", stated)
    return match[0].lower() if match else None
