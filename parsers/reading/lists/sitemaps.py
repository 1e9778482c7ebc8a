"""Reads sitemaps, above all those of Google News: addresses with title, date, language. Fetches no part of an index."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from lxml import etree

from parsers.errors import Unreadable
from parsers.model import Feed
from parsers.reading.dates import parse_date
from parsers.reading.links import absolute
from parsers.reading.lists.entries import Said, clean_entries
from parsers.reading.lists.strangers import looks_like
from parsers.reading.plain import decode, one_line
from parsers.reading.web.codings import CodingError, Inflater

MOST_BYTES = 20_000_000
"""Of an unpacked `.xml.gz`. sitemaps.org allows 50 MB, but a news sitemap has 1,000 entries (Google's limit), so less
than 1 MB, and the tree of 50 MB would take half of the memory that a child has."""
MOST_PARTS = 10
"""Of an index, the newest: each is a fetch, and an archive by month has hundreds."""

_FIRST_OPEN = re.compile(r"<(?:[\w.-]+:)?url[\s>]")
_LAST_CLOSED = re.compile(r"</(?:[\w.-]+:)?url\s*>")


def parse_sitemap(body: bytes, url: str) -> Feed:
    """The pages of a sitemap as entries, in its order; one without `news:news` has an address and maybe a change date.

    Formats: sitemaps.org 0.9 as XML, as such packed with gzip, and, at an address that ends in `.txt`, as one address a
    line; Google's news extension of it, schemas/sitemap-news/0.9. An index has no entries but `parts`.

    Raises:
        Unreadable: `not-a-feed`; `parse-limit` where it unpacks to more than `MOST_BYTES`.
    """
    problems: list[str] = []
    if body.startswith(b"\x1f\x8b"):
        body = _unpacked(body, url, problems)
    text, fault = decode(body)
    if fault:
        problems.append(fault)
    if urlsplit(url).path.removesuffix(".gz").endswith(".txt"):
        return _from_lines(text, body, url, problems)
    root = _root(text)
    kind = "" if root is None else _name(root)
    if root is None or kind not in ("urlset", "sitemapindex"):
        raise Unreadable(url, "not-a-feed", f"no sitemap but {looks_like(body, text)}")
    if kind == "sitemapindex":
        return _index(root, url, problems)
    pages = [page for page in root if _name(page) == "url"]
    if pages and len(_FIRST_OPEN.findall(text)) > len(_LAST_CLOSED.findall(text)):
        problems.append(f"cut off in the middle of entry {len(pages)}, which was dropped")
        pages = pages[:-1]
    return _feed([_said(page) for page in pages], url, problems)


def _unpacked(body: bytes, url: str, problems: list[str]) -> bytes:
    inflater, unpacked = Inflater("gzip"), bytearray()
    try:
        for piece in inflater.feed(body):
            unpacked += piece
            if len(unpacked) > MOST_BYTES:
                raise Unreadable(url, "parse-limit", f"a gzip file that unpacks to more than {MOST_BYTES:,} bytes")
    except CodingError as error:
        raise Unreadable(url, "not-a-feed", f"a broken gzip file: {one_line(str(error), 80, is_html=False)}") from error
    if not inflater.complete:
        problems.append("the gzip file is cut off")
    return bytes(unpacked)


def _from_lines(text: str, body: bytes, url: str, problems: Sequence[str]) -> Feed:
    addresses = [line.strip() for line in text.splitlines() if line.strip()]
    if not addresses or not all(line.startswith(("http://", "https://")) for line in addresses):
        raise Unreadable(url, "not-a-feed", f"no list of addresses but {looks_like(body, text)}")
    return _feed([Said(links=[address]) for address in addresses], url, problems)


def _feed(said: Sequence[Said], url: str, problems: Sequence[str]) -> Feed:
    entries, faults = clean_entries(said, url)
    return Feed("sitemap", "", entries, problems=(*problems, *faults))


def _index(root: etree._Element, url: str, problems: Sequence[str]) -> Feed:
    """The parts of an index: news sitemaps first, then the newest; those without a date last, in their order."""
    floor = datetime.min.replace(tzinfo=UTC)
    dated: dict[str, datetime] = {}
    for child in root:
        address = absolute(_first(child, "loc"), url)
        if address:
            dated.setdefault(address, parse_date(_first(child, "lastmod")) or floor)
    if not dated:
        raise Unreadable(url, "not-a-feed", "an index of sitemaps that names none")
    parts = sorted(dated, key=lambda address: ("news" in urlsplit(address).path.lower(), dated[address]), reverse=True)
    left_out = (f"an index of {len(parts)} sitemaps, of which the first {MOST_PARTS} count",)
    return Feed(
        "sitemap",
        "",
        (),
        parts=tuple(parts[:MOST_PARTS]),
        problems=(*problems, *(left_out if len(parts) > MOST_PARTS else ())),
    )


def _root(text: str) -> etree._Element | None:
    # No entities, no DTD, no network: nothing in a sitemap needs them. A broken one is read as far as it goes.
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, load_dtd=False, no_network=True, recover=True)
    try:
        return etree.fromstring(text.lstrip("\ufeff \t\r\n").encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None


def _said(page: etree._Element) -> Said:
    news = next((child for child in page if _name(child) == "news"), None)
    publication = None if news is None else next((child for child in news if _name(child) == "publication"), None)
    return Said(
        links=_texts(page, "loc")[:1],
        title=(_first(news, "title"), None),
        published=_first(news, "publication_date"),
        updated=_first(page, "lastmod"),
        tags=_first(news, "keywords").split(","),
        language=_first(publication, "language") or _first(news, "language"),
    )


def _texts(element: etree._Element | None, name: str) -> list[str]:
    """Texts of the children of that name; not of all descendants: images and videos have a `loc` and a `title` too."""
    return [] if element is None else ["".join(child.itertext()) for child in element if _name(child) == name]


def _first(element: etree._Element | None, name: str) -> str:
    return next(iter(_texts(element, name)), "")


def _name(element: etree._Element) -> str:
    """The name without its namespace; empty for comments and processing instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
