"""Bytes of an article page as the article: text, title, names, dates, and what is wrong with it. Follows no address.

To be called in a child process with limits (`confined`): a page of 1 MB can keep a parser busy for a minute.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bs4 import BeautifulSoup
from lxml import etree

from parsers.configured import Site
from parsers.errors import Unreadable
from parsers.model import Page
from parsers.reading.articles.attached import documents
from parsers.reading.articles.blocks import Block, Box, cut, text_of
from parsers.reading.articles.doubts import doubts
from parsers.reading.articles.maintext import article, paragraphs
from parsers.reading.articles.masthead import headline, shown_authors, shown_date
from parsers.reading.articles.metadata import Metadata, read_metadata
from parsers.reading.articles.sites import Selected, select
from parsers.reading.plain import decode, plain, undo_double_encoding

MAX_BYTES = 3_000_000
MAX_ATTRIBUTES = 5_000
"""Of one element: 100,000 keep libxml2 busy for 15 s, 5,000 for 0.03 s; pages that are read by people have 30."""
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")

MARKUP = re.compile(r"<(?:!doctype html|html|head|body|main|article|section|div|table|p|h1)\b", re.IGNORECASE)
OTHER_XML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:rss|feed|rdf:RDF|urlset|sitemapindex|svg|opml)\b", re.DOTALL
)
OTHER_BYTES = (b"%PDF-", b"\x89PNG", b"PK\x03\x04", b"\x1f\x8b", b"GIF8", b"\xff\xd8\xff")


def parse_page(body: bytes, url: str | None, content_type: str = "", site: Site | None = None) -> Page:
    """The article on a page. What makes its text less than the article stands in `problems`:

    `no article text`, `paywall stub`, `consent or login page`, `soft 404`, `needs javascript`, `truncated by parser`,
    and in words how the encoding was repaired and which selectors of `site` matched nothing.

    Args:
        body: markup as received.
        url: where it was found; relative addresses are read against it.
        content_type: the HTTP header, for its charset.
        site: where things stand on the pages of this site; its word goes before that of the page.

    Raises:
        Unreadable: empty (`empty`), no HTML (`not-a-page`), or too much of it (`parse-limit`): more than 3 MB, or
            5,000 attributes on one element.
    """
    name = url or "page"
    if len(body) > MAX_BYTES:
        raise Unreadable(name, "parse-limit", f"{len(body):,} bytes of markup, at most {MAX_BYTES:,} are read")
    if not body.strip():
        raise Unreadable(name, "empty", "no bytes")
    markup, encoding_problem = decode(body, content_type)
    markup = markup.replace("\0", "")
    if body.startswith(OTHER_BYTES) or OTHER_XML.match(markup) or not MARKUP.search(markup):
        raise Unreadable(name, "not-a-page", "there is no HTML in it")
    tree, whole = _tree(name, markup)
    chosen = select(BeautifulSoup(_without_declaration(markup), "lxml"), site) if site else Selected()
    metadata = read_metadata(tree, url)
    layout = _layout(tree)
    text, repaired = _text(layout, metadata, chosen)
    title = chosen.title or metadata.title
    heading = headline(tree, metadata.headings)
    seen = " ".join(block.text for block in layout.blocks)
    problems = [
        *([f"encoding: {encoding_problem}"] if encoding_problem else []),
        *(["double-encoded text repaired"] if repaired else []),
        *([] if whole else ["truncated by parser"]),
        *chosen.problems,
        *doubts(
            text,
            seen=seen,
            headings=metadata.headings,
            title=title,
            free=metadata.free,
            unrun=" ".join(text_of(element) for element in tree.iter("noscript")),
            scripts=sum(1 for _ in tree.iter("script")),
        ),
    ]
    return Page(
        url=url,
        title=title,
        text=text,
        authors=chosen.authors or metadata.authors or shown_authors(heading, layout.blocks, layout.boxes),
        published=chosen.published or metadata.published or shown_date(heading, layout.blocks, layout.boxes, url),
        modified=metadata.modified,
        language=metadata.language,
        site_name=metadata.site_name,
        summary=metadata.summary,
        canonical_url=metadata.canonical_url,
        documents=documents(tree, url, metadata.pdf, title),
        problems=tuple(problems),
    )


@dataclass(frozen=True, slots=True)
class _Layout:
    boxes: Sequence[Box]
    blocks: Sequence[Block]


def _layout(tree: etree._Element) -> _Layout:
    body = tree.find("body")
    return _Layout(*cut(tree if body is None else body))


def _without_declaration(markup: str) -> str:
    return re.sub(r"^\s*<\?xml[^>]{0,200}>", "", markup)


def _tree(name: str, markup: str) -> tuple[etree._Element, bool]:
    """The page, and whether all of it: libxml2 gives up below 2,048 elements one in the other (255 if not huge)."""
    if _most_attributes(markup) > MAX_ATTRIBUTES:
        raise Unreadable(name, "parse-limit", f"an element has more than {MAX_ATTRIBUTES:,} attributes")
    parser = _parser()
    try:
        tree = etree.fromstring(markup.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(name, "not-a-page", f"the HTML has no content ({error})") from error
    if tree is None:
        raise Unreadable(name, "not-a-page", "the HTML has no content")
    return tree, not any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log)


def _most_attributes(markup: str) -> int:
    """How many words stand in the longest tags; 0 where none is long. Scripts compare with `<` and are passed over."""
    pieces = markup.split("<")
    if max(map(len, pieces)) <= 2 * MAX_ATTRIBUTES:
        return 0
    most, unread = 0, ""
    for piece in pieces:
        opening = piece[:7].lower()
        if unread:
            unread = "" if opening.startswith(unread) else unread
            continue
        unread = next((f"/{name}" for name in ("script", "style") if opening.startswith(name)), "")
        if len(piece) > 2 * MAX_ATTRIBUTES and piece[:1].isalpha():
            most = max(most, len(QUOTED.sub("", piece.partition(">")[0]).split()))
    return most


def _parser() -> etree.HTMLParser:
    return etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)


def _text(layout: _Layout, metadata: Metadata, chosen: Selected) -> tuple[str, bool]:
    """The article, and whether double encoding was undone. JSON-LD helps out where the markup gives too little."""
    if chosen.text:
        found = paragraphs(*cut(etree.fromstring(chosen.text.encode(), _parser())), metadata.headings)
    else:
        found = article(layout.boxes, layout.blocks, metadata.headings, metadata.summary)
    raw = "\n\n".join(found)
    stated = plain(metadata.body)
    if len(stated) > 2 * len(raw):
        raw = stated
    texts = plain(raw, is_html=False).split("\n\n")
    repaired = [undo_double_encoding(text) for text in texts]
    return "\n\n".join(repaired), repaired != texts
