"""Reads what stands around the headline for the reader's eyes: the date and the byline. Knows no structured data.

Other dates and names on a page (today's, those of other articles) say nothing about this one.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from lxml import etree

from parsers.reading.articles.blocks import HEADINGS, Block, Box, text_of
from parsers.reading.articles.names import BYLINE, folded, persons_for_certain
from parsers.reading.dates import date_from_url, parse_date
from parsers.reading.plain import one_line

DATE_NAME = re.compile(r"date|time|publish|posted|datum|fecha|data\b", re.IGNORECASE)
AUTHOR_NAME = re.compile(r"by-?line|author|autor|auteur|writer\b|contributor", re.IGNORECASE)
DATED_ADDRESS = r"/(?P<year>20\d\d)[/-](?P<month>0?[1-9]|1[0-2])[/-](?P<day>0?[1-9]|[12]\d|3[01])(?=[/_.-]|$)"
CANDIDATES = ("time", "span", "div", "p", "li", "dd", "td", "abbr", "small", "a", "address", "em", "strong", "h5", "h6")
MAX_DATE_CHARACTERS = 60
MAX_LINE_CHARACTERS = 120
DATELINE_END = re.compile(r"\s[–—|-]+\s|\)[.:]?\s|[–—|]")
GLUED = re.compile(r"(?<=[^\W\d]):(?=\d)")
DATELINE_CHARACTERS = 90
MAX_BLOCKS = 2_000
LINES_BEFORE = 4
LINES_AFTER = 8
MAX_HEADINGS = 50
IN_BOX = 5
AFTER = 3


def headline(tree: etree._Element, headings: Sequence[str]) -> etree._Element | None:
    """The element that shows the first of the headings that is shown at all."""
    shown = {folded(text_of(element)): element for element in islice(tree.iter("h3", "h2", "h1"), MAX_HEADINGS)}
    return next((shown[text] for heading in headings if (text := folded(heading)) in shown), None)


def shown_date(
    heading: etree._Element | None, blocks: Sequence[Block], boxes: Sequence[Box], url: str | None
) -> datetime | None:
    """The date marked as such in the box of the headline or soon after it, else in a line near it, else in the URL."""
    texts = [*_near(heading, _is_dated, _date_text, MAX_DATE_CHARACTERS), *_lines(heading, blocks, boxes)]
    return next((date for text in texts if (date := parse_date(text))), None) or date_from_url(url or "", DATED_ADDRESS)


def shown_authors(heading: etree._Element | None, blocks: Sequence[Block], boxes: Sequence[Box]) -> tuple[str, ...]:
    """Names in what is marked as byline near the headline, else in a line that begins like one (`By …`, `Von …`)."""
    for text in _near(heading, _is_byline, _text, MAX_LINE_CHARACTERS):
        if names := persons_for_certain(text):
            return names
    for text in _lines(heading, blocks, boxes):
        if BYLINE.match(text) and (names := persons_for_certain(text)):
            return names
    return ()


def _near(
    heading: etree._Element | None,
    wanted: Callable[[etree._Element], bool],
    text_of: Callable[[etree._Element], str],
    longest: int,
) -> Iterator[str]:
    if heading is None:
        return
    box = heading.getparent()
    box = box.getparent() if box is not None and box.getparent() is not None else box
    found = 0
    for element in () if box is None else box.iter(*CANDIDATES):
        if wanted(element):
            found += 1
            if len(text := text_of(element)) <= longest:
                yield text
        if found == IN_BOX:
            break
    found = 0
    passed = False
    for element in heading.getroottree().iter(heading.tag, *CANDIDATES):
        passed = passed or element is heading
        if passed and wanted(element):
            found += 1
            if len(text := text_of(element)) <= longest:
                yield text
        if found == AFTER:
            return


def _is_dated(element: etree._Element) -> bool:
    return (
        element.tag == "time"
        or DATE_NAME.search(f"{element.get('class', '')} {element.get('itemprop', '')}") is not None
    )


def _is_byline(element: etree._Element) -> bool:
    return element.get("rel") == "author" or AUTHOR_NAME.search(element.get("class", "")) is not None


def _date_text(element: etree._Element) -> str:
    return one_line(element.get("datetime") or element.get("content") or text_of(element), is_html=False)


def _text(element: etree._Element) -> str:
    return one_line(text_of(element), is_html=False)


def _lines(heading: etree._Element | None, blocks: Sequence[Block], boxes: Sequence[Box]) -> list[str]:
    """Short lines soon after the headline, and the datelines of paragraphs there; then lines shortly before it."""
    if heading is None:
        return []
    title = folded(text_of(heading))
    place = next(
        (
            number
            for number, block in enumerate(islice(blocks, MAX_BLOCKS))
            if boxes[block.box].tag in HEADINGS and folded(block.text) == title
        ),
        None,
    )
    if place is None:
        return []
    near = [*blocks[place + 1 : place + LINES_AFTER], *blocks[max(0, place - LINES_BEFORE) : place][::-1]]
    heads = (block.text if len(block.text) <= MAX_LINE_CHARACTERS else _dateline(block.text) for block in near)
    return [GLUED.sub(": ", head) for head in heads if head]


def _dateline(paragraph: str) -> str:
    """`BRUSSELS, 12 November 2026` of `BRUSSELS, 12 November 2026 – Ministers agreed …`; "" if there is none."""
    head, mark, _ = DATELINE_END.sub("\0", paragraph[:DATELINE_CHARACTERS], count=1).partition("\0")
    return head if mark else ""
