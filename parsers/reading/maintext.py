"""Finds the paragraphs of the article in a parsed page. Knows nothing of dates, names or charsets.

trafilatura decides which part of the page is the article; what is done before and after it are general rules that
measured better on the development pages (tests/benchmarks/extraction.py).
"""

import re
from collections.abc import Iterable, Sequence

import trafilatura
from lxml import etree, html
from trafilatura.settings import Document

# fmt: off
INLINE = frozenset([
    "a", "abbr", "acronym", "b", "bdi", "big", "cite", "code", "del", "dfn", "em", "font", "i", "img", "ins", "kbd",
    "mark", "q", "s", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
])
# fmt: on
PARAGRAPHS = frozenset(["p", "h2", "h3", "h4", "ul", "ol", "blockquote", "table", "pre"])
ASIDE = frozenset(["aside", "nav", "footer", "form"])
PROMOTION = re.compile(r"newsletter|sign-?up|subscri", re.IGNORECASE)
NOT_CHUNKS = re.compile(r"comment|reply|related|teaser|card", re.IGNORECASE)
LOOSE_CHARACTERS = 200
CHUNK_CHARACTERS = 300
MAX_CHUNKS = 500
LINKED_SHARE = 0.7
PROMOTION_CHARACTERS = 300
FURNITURE_CHARACTERS = 220
HEAD_PARAGRAPHS = 4

FURNITURE = re.compile(
    r"\W*(?:"
    # where else to go
    r"read (?:more|also|next|the full)|see also|also on "
    r"|related(?: post| article| stor|:|$)|recommended(?: for you|:|$)"
    r"|more(?: on this| from | stories|:)|you (?:may|might) also|continue reading|click here"
    r"|view comments|comments?$|leave a (?:comment|reply)"
    # what to join
    r"|like this story|sign up |subscribe\b|get the latest|get .{0,30}newsletter|join (?:our|us)"
    r"|download (?:our|the) app|have a tip|tell us what"
    r"|follow (?:us|me|him|her|them|the|.{1,40} on (?:twitter|facebook|instagram|x\b))|share (?:this|on)"
    # who and what it belongs to
    r"|filed under|posted in|tags?:|topics?:|copyright\b|©|all rights reserved|source:"
    r"|photos?:|image:|picture:|advertisement"
    r"|\(?(?:additional )?reporting by|\(?(?:editing|writing) by"
    # the same in other languages of Europe
    r"|lesen sie (?:auch|mehr)|mehr zum thema|weiterlesen|anzeige$|lire aussi|à lire|lire la suite|abonnez|inscrivez"
    r"|lee (?:también|más)|leer más|suscr[ií]b|te puede interesar"
    r"|leggi anche|iscriviti|czytaj|zobacz (?:też|także|również)|przeczytaj"
    r"|lees (?:ook|meer)|läs (?:också|mer|även)|leia (?:também|mais)|l[æe]s også)",
    re.IGNORECASE,
)
"""Openings of short paragraphs that lead away from the article."""
DATE_LINE = re.compile(
    r"\W*(?:(?:published|posted|updated|last updated|modified)\W+)?(?:on )?(?:\w+,? )?"
    r"(?:\d{1,2}\.?(?: de)? \w+(?: de)? \d{4}|\w+ \d{1,2},? \d{4}"
    r"|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d\d-\d\d).{0,25}$",
    re.IGNORECASE,
)


def main_text(tree: html.HtmlElement, titles: Iterable[str] = ()) -> tuple[str, ...]:
    """Paragraphs of the article, in order; empty if there is none. Changes `tree`.

    Args:
        titles: headings known to belong to the page; where one opens the text it is left out.
    """
    _drop_what_is_not_read(tree)
    _free_quotations(tree)
    _wrap_loose_text(tree)
    _unwrap_spans(tree)
    _join_chunks(tree)
    document = trafilatura.bare_extraction(tree, favor_precision=True, include_comments=False)
    if not isinstance(document, Document) or document.body is None:
        return ()
    return _without_furniture(_paragraphs(document.body), frozenset(map(_folded, titles)))


def _drop_what_is_not_read(tree: html.HtmlElement) -> None:
    """Takes out what is hidden, and short boxes that by their class or id ask for a subscription."""
    for element in list(tree.iter("div", "span", "p", "section", "aside", "ul", "dialog", "form")):
        style = element.get("style", "").replace(" ", "").lower()
        hidden = "display:none" in style or "visibility:hidden" in style or element.get("hidden") is not None
        if element.getparent() is not None and (hidden or _is_promotion(element)):
            element.drop_tree()


def _is_promotion(box: html.HtmlElement) -> bool:
    if not PROMOTION.search(f"{box.get('class', '')} {box.get('id', '')}"):
        return False
    return sum(len(paragraph.text_content()) for paragraph in box.iter("p")) < PROMOTION_CHARACTERS


def _free_quotations(tree: html.HtmlElement) -> None:
    """Posts that an article quotes carry class names (`social-embed`) that trafilatura takes for share buttons."""
    for quotation in list(tree.iter("blockquote")):
        _forget_name(quotation)
        box = quotation.getparent()
        if box is None or box.tag not in {"div", "figure", "section"}:
            continue
        if all(child is quotation or child.tag in {"script", "noscript"} for child in box):
            box.tag = "div"
            _forget_name(box)


def _forget_name(element: html.HtmlElement) -> None:
    for attribute in ("class", "id"):
        element.attrib.pop(attribute, None)


def _unwrap_spans(tree: html.HtmlElement) -> None:
    """Class names inside a paragraph (`<span class="link">`) make trafilatura cut words out of a sentence."""
    for paragraph in list(tree.iter("p")):
        for element in list(paragraph.iter("span", "font")):
            if element.getparent() is not None:
                element.drop_tag()


def _wrap_loose_text(tree: html.HtmlElement) -> None:
    """Old pages write `text<br><br>text` straight into a div; the text before the first break would be lost."""
    for block in list(tree.iter("div", "section", "article", "td")):
        children = list(block)
        loose = len((block.text or "").strip()) + sum(len((child.tail or "").strip()) for child in children)
        if loose >= LOOSE_CHARACTERS and any(child.tag == "br" for child in children):
            _paragraphs_from_breaks(block, children)


def _paragraphs_from_breaks(block: html.HtmlElement, children: Sequence[html.HtmlElement]) -> None:
    result: list[html.HtmlElement] = []
    current: html.HtmlElement | None = None

    def open_paragraph() -> html.HtmlElement:
        paragraph = block.makeelement("p")
        result.append(paragraph)
        return paragraph

    def add_text(text: str | None) -> None:
        nonlocal current
        if not text or (current is None and not text.strip()):
            return
        if current is None:
            current = open_paragraph()
        if len(current):
            current[-1].tail = (current[-1].tail or "") + text
        else:
            current.text = (current.text or "") + text

    add_text(block.text)
    block.text = None
    for child in children:
        tail, child.tail = child.tail, None
        block.remove(child)
        if child.tag == "br":
            current = None
        elif child.tag in INLINE:
            if current is None:
                current = open_paragraph()
            current.append(child)
        else:
            current = None
            result.append(child)
        add_text(tail)
    block.extend(result)


def _join_chunks(tree: html.HtmlElement) -> None:
    """Some sites cut one article into boxes of one class with advertisements between; only the first would be read."""
    groups: dict[tuple[str, str], list[html.HtmlElement]] = {}
    for box in tree.iter("div", "section"):
        name = box.get("class", "")
        if name and not NOT_CHUNKS.search(name) and _own_paragraph_characters(box) >= CHUNK_CHARACTERS:
            groups.setdefault((box.tag, name), []).append(box)
    for boxes in groups.values():
        first = boxes[0]
        if not 1 < len(boxes) <= MAX_CHUNKS or first.getparent() is None:
            continue
        nearest = [list(box.iterancestors())[:3] for box in boxes]
        shared = next((a for a in nearest[0] if all(a in others for others in nearest)), None)
        if shared is None or shared.tag in {"body", "html"} or any(first in ancestors for ancestors in nearest):
            continue
        _move_into(first, shared, boxes[-1])


def _own_paragraph_characters(box: html.HtmlElement) -> int:
    return sum(len(child.text_content().strip()) for child in box if child.tag == "p")


def _move_into(first: html.HtmlElement, shared: html.HtmlElement, last: html.HtmlElement) -> None:
    inside, end = set(first.iter()), set(last.iter())
    moved: list[html.HtmlElement] = []
    seen: set[html.HtmlElement] = set()
    reached, entered = False, False
    for element in shared.iter():
        reached = reached or element is first
        entered = entered or element in end
        if entered and element not in end:
            break
        if not reached or element in inside or element.tag not in PARAGRAPHS or _is_menu(element):
            continue
        above = [a for a in element.iterancestors() if a in seen or a.tag in ASIDE]
        if not any(a in seen or shared in a.iterancestors() for a in above):
            seen.add(element)
            moved.append(element)
    first.extend(moved)


def _is_menu(element: html.HtmlElement) -> bool:
    if element.tag not in {"ul", "ol"}:
        return False
    linked = sum(len(link.text_content()) for link in element.iter("a"))
    return linked > LINKED_SHARE * len(element.text_content())


def _paragraphs(body: etree._Element) -> list[str]:
    found = []
    for element in body:
        if element.tag == "list":
            found += [_text(item) for item in element.iter("item")]
        elif element.tag == "table":
            found += [" | ".join(filter(None, map(_text, row.iter("cell")))) for row in element.iter("row")]
        elif element.tag == "quote":
            found += [_squeezed(text) for text in _own_lines(element)]
        else:
            found.append(_text(element))
        found.append(_squeezed(element.tail or ""))
    return [paragraph for paragraph in found if paragraph]


def _own_lines(quotation: etree._Element) -> list[str]:
    """A quotation of several paragraphs, which are children between pieces of text of its own."""
    pieces = [quotation.text or ""]
    for child in quotation:
        separate = child.tag in {"p", "list", "head", "quote"}
        text = "".join(child.itertext())
        if separate:
            pieces += [text, child.tail or ""]
        else:
            pieces[-1] += (" " if child.tag == "lb" else text) + (child.tail or "")
    return pieces


def _text(element: etree._Element) -> str:
    return _squeezed("".join(element.itertext()))


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _without_furniture(paragraphs: Sequence[str], titles: frozenset[str]) -> tuple[str, ...]:
    def furniture(number: int, text: str) -> bool:
        if number < HEAD_PARAGRAPHS and (_folded(text) in titles or DATE_LINE.match(text)):
            return True
        return len(text) < FURNITURE_CHARACTERS and FURNITURE.match(text) is not None

    return tuple(text for number, text in enumerate(paragraphs) if not furniture(number, text))


def _folded(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()
