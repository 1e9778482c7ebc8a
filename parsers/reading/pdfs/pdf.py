"""Bytes of a PDF as an article: opens the file and takes words with their places from it. Runs no script in it.

To be called in a child process with limits (parsers.reading.confined): a small file can unfold to gigabytes.
"""

import ctypes
import math
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime

import pypdfium2
from pypdfium2 import raw

from parsers.errors import Unreadable
from parsers.model import Page
from parsers.reading.dates import parse_date
from parsers.reading.language import UNKNOWN, detect
from parsers.reading.pdfs.layout import RAISED, Column, Word, columns
from parsers.reading.pdfs.paragraphs import paragraphs
from parsers.reading.pdfs.titlepage import authors, published, title
from parsers.reading.plain import one_line, plain

MAX_PAGES = 300
MAX_PAGE_CHARACTERS = 200_000
WORD = re.compile("[^\\s\ufffe]+\ufffe?")
"""pdfium writes U+FFFE for a hyphen at the end of a line, and then no line end."""
GLYPHS = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\ufffe": "-"}
    | dict.fromkeys("\uf0a7\uf0b7\uf0d8\uf0fc\uf076\uf06e\uf0a8", "•")
)
"""Ligatures, and the bullets of Symbol and Wingdings, which Word writes as private characters."""
DIGITS = re.compile(r"\d[\d,;–-]*$")
BOLD = re.compile("bold|black|heavy|demi", re.IGNORECASE)
PDF_DATE = re.compile(r"^(?:D:)?(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(Z|[+-]\d\d'?\d\d)?")


def parse_pdf(body: bytes, url: str | None = None) -> Page:
    """The text of at most 300 pages, without running heads, page numbers and footnotes.

    Title, authors and date are those of the first page where it names them, else of the file's metadata: the date
    there is that of the file, which is often made again later. A printed month means its first day, or the day of
    the file's creation if that was in the same month.

    `problems`: `no text layer` for a scan, how many pages were not read and how many footnotes were left out.

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
        locked = error.err_code in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}
        raise Unreadable(name, "encrypted" if locked else "not-a-pdf", one_line(str(error))) from error


def _page(document: pypdfium2.PdfDocument, url: str | None) -> Page:
    count = len(document)
    problems = [f"only the first {MAX_PAGES} of {count} pages were read"] if count > MAX_PAGES else []
    pages: list[list[Column]] = []
    for number in range(min(count, MAX_PAGES)):
        try:
            pages.append(columns(_words(document[number])))
        except pypdfium2.PdfiumError:
            problems.append(f"page {number + 1} cannot be read")
    found, notes = paragraphs(pages)
    text = plain("\n\n".join(found), is_html=False)
    if not text:
        problems.append("no text layer")
    if notes:
        problems.append(f"{notes} footnotes left out")
    stated = document.get_metadata_dict()
    first = [[line for column in page for line in column] for page in pages[:2]]
    headline = title(one_line(stated["Title"]), first)
    return Page(
        url=url,
        title=headline,
        text=text,
        authors=authors(one_line(stated["Author"]), first),
        published=published(first, _date(stated["CreationDate"])),
        modified=_date(stated["ModDate"]),
        language=_language(document, f"{headline or ''}\n{text}"),
        summary=one_line(stated["Subject"]) or None,
        pages=count,
        problems=tuple(problems),
    )


# ---------------------------------------------------------------- words with their places


def _words(page: pypdfium2.PdfPage) -> list[Word]:
    """Words in the order of the file, turned so that most of them stand upright; those that do not are left out."""
    with closing(page), closing(page.get_textpage()) as text_page:
        count = min(text_page.count_chars(), MAX_PAGE_CHARACTERS)
        text = text_page.get_text_range(0, count)
        if len(text) != count:  # characters beyond U+FFFF: position in the text and number of the letter differ
            text = "".join(_character(raw.FPDFText_GetUnicode(text_page, number)) for number in range(count))
        letters = _Letters(text_page)
        turned: dict[int, list[Word]] = {}
        for match in WORD.finditer(text):
            for turns, word in letters.word(match[0].translate(GLYPHS), match.start(), match.end()):
                if math.isfinite(word.left + word.right + word.base + word.size):
                    turned.setdefault(turns, []).append(word)
    return max(turned.values(), key=len, default=[])


def _character(code: int) -> str:
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else " "


class _Letters:
    """Asks pdfium for the places of letters; the style is asked once for each object of the page."""

    def __init__(self, page: pypdfium2.PdfTextPage) -> None:
        self._page = page
        self._styles: dict[int | None, tuple[int, float, bool]] = {}
        self._box, self._end = raw.FS_RECTF(), raw.FS_RECTF()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()

    def word(self, text: str, start: int, end: int) -> Iterator[tuple[int, Word]]:
        """The word with the quarter turns against the upright; a note's number written into it apart: `defence12`."""
        turns, size, bold = self._style(start)
        word = self._placed(text, start, end, turns, size, bold)
        digits = DIGITS.search(text) if end - start == len(text) else None
        if digits and turns == 0:
            mark = self._raised(digits[0], start + digits.start(), end, word.base)
            if mark and digits.start():
                yield turns, replace(word, text=text[: digits.start()], right=mark.left)
            word = mark or word
        yield turns, word

    def _style(self, at: int) -> tuple[int, float, bool]:
        key = ctypes.cast(raw.FPDFText_GetTextObject(self._page, at), ctypes.c_void_p).value
        if key is None or key not in self._styles:
            matrix, name = raw.FS_MATRIX(), ctypes.create_string_buffer(128)
            raw.FPDFText_GetMatrix(self._page, at, matrix)
            raw.FPDFText_GetFontInfo(self._page, at, name, len(name), None)
            size = raw.FPDFText_GetFontSize(self._page, at) * math.hypot(matrix.c, matrix.d)
            turns = round(2 * math.atan2(matrix.b, matrix.a) / math.pi) % 4
            self._styles[key] = turns, size, BOLD.search(name.value.decode("latin-1")) is not None
        return self._styles[key]

    def _placed(self, text: str, start: int, end: int, turns: int, size: float, bold: bool) -> Word:
        first, last, x, y = self._box, self._end, self._x, self._y
        raw.FPDFText_GetLooseCharBox(self._page, start, first)
        raw.FPDFText_GetLooseCharBox(self._page, end - 1, last)
        raw.FPDFText_GetCharOrigin(self._page, start, x, y)
        left, right, base = (
            (first.left, last.right, y.value),
            (first.bottom, last.top, -x.value),
            (-first.right, -last.left, -y.value),
            (-first.top, -last.bottom, x.value),
        )[turns]
        return Word(text, left, right, base, size if size > 0 else first.top - first.bottom, bold)

    def _raised(self, text: str, start: int, end: int, base: float) -> Word | None:
        """Digits that stand above the line, be they small, be they glyphs made for that in letters of full size."""
        _, size, bold = self._style(start)
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        raw.FPDFText_GetCharBox(self._page, start, left, right, bottom, top)
        mark = self._placed(text, start, end, 0, size, bold)
        if bottom.value - min(base, mark.base) <= RAISED * size:
            return None
        return replace(mark, base=bottom.value, size=min(size, 1.3 * (top.value - bottom.value)))


# ---------------------------------------------------------------- what the file says about itself


def _date(stated: str) -> datetime | None:
    """ISO 32000-1, 7.9.4: D:YYYYMMDDHHmmSSOHH'mm, everything after the day optional."""
    match = PDF_DATE.match(stated)
    if match is None:
        return None
    year, month, day, hour, minute, second, zone = match.groups()
    return parse_date(
        f"{year}-{month}-{day}T{hour or '00'}:{minute or '00'}:{second or '00'}{(zone or 'Z').replace(chr(39), '')}"
    )


def _language(document: pypdfium2.PdfDocument, text: str) -> str | None:
    buffer = ctypes.create_string_buffer(64)
    size = raw.FPDFCatalog_GetLanguage(document, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), len(buffer))
    stated = buffer.raw[: max(0, min(size, len(buffer)) - 2)].decode("utf-16-le", "ignore")
    found = detect(text, stated)
    return None if found == UNKNOWN else found
