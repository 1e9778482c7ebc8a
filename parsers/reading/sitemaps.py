"""Reads sitemaps, above all those of Google News: addresses with title, date, language. Follows no index of them."""

import re

from lxml import etree

from parsers.errors import Unreadable
from parsers.model import Feed
from parsers.reading.entries import Said, clean_entries
from parsers.reading.feeds import looks_like
from parsers.reading.plain import decode, one_line

_CHILDREN_NAMED = 5
_FIRST_OPEN = re.compile(r"<(?:[\w.-]+:)?url[\s>]")
_LAST_CLOSED = re.compile(r"</(?:[\w.-]+:)?url\s*>")


def parse_sitemap(body: bytes, url: str) -> Feed:
    """The pages of a sitemap as entries, in its order; one without `news:news` has an address and maybe a change date.

    Formats: sitemaps.org 0.9 and Google's news extension of it, schemas/sitemap-news/0.9.

    Raises:
        Unreadable: `not-a-feed`; for an index of sitemaps the detail names the first of them.
    """
    text, fault = decode(body)
    problems = [fault] if fault else []
    root = _root(text)
    kind = "" if root is None else _name(root)
    if root is None or kind not in ("urlset", "sitemapindex"):
        raise Unreadable(url, "not-a-feed", f"no sitemap but {looks_like(body, text)}")
    if kind == "sitemapindex":
        children = [place for child in root for place in _texts(child, "loc")]
        named = ", ".join(one_line(place, 200, is_html=False) for place in children[:_CHILDREN_NAMED]) or "none"
        raise Unreadable(url, "not-a-feed", f"an index of {len(children)} sitemaps; take one of them: {named}")
    pages = [page for page in root if _name(page) == "url"]
    if pages and len(_FIRST_OPEN.findall(text)) > len(_LAST_CLOSED.findall(text)):
        problems.append(f"cut off in the middle of entry {len(pages)}, which was dropped")
        pages = pages[:-1]
    entries, faults = clean_entries([_said(page) for page in pages], url)
    return Feed("sitemap", "", entries, problems=(*problems, *faults))


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
