"""Reads what a page says about itself: JSON-LD, OpenGraph, meta elements, microdata. Does not read the article.

Formats: https://schema.org/NewsArticle, https://ogp.me, Dublin Core and the names that newspapers' own software writes.
What stands on the page for the reader's eyes only (a line under the headline) is read by `masthead`.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from lxml import etree

from parsers.reading.articles.blocks import text_of
from parsers.reading.articles.linked_data import article_in, names_behind, read_graph, strings
from parsers.reading.articles.names import folded, is_site, people, without_site
from parsers.reading.dates import parse_date
from parsers.reading.links import absolute, host_of
from parsers.reading.plain import one_line

# fmt: off
PUBLISHED = (
    "article:published_time", "article:published", "og:article:published_time", "og:published_time",
    "datepublished", "citation_publication_date", "citation_online_date", "dcterms.created", "dcterms.issued",
    "dcterms.date", "dc.date.issued", "dc.date.created", "dc.date", "parsely-pub-date", "sailthru.date", "pubdate",
    "publishdate", "publish-date", "publication_date", "date",
)
MODIFIED = (
    "article:modified_time", "article:modified", "og:article:modified_time", "og:updated_time", "datemodified",
    "dcterms.modified", "dc.date.modified", "last-modified",
)
AUTHORS = (
    "author", "article:author", "og:article:author", "citation_author", "dc.creator", "dcterms.creator",
    "parsely-author", "sailthru.author", "byl",
)
TITLES = ("og:title", "twitter:title", "dc.title", "dcterms.title", "citation_title", "parsely-title")
SUMMARIES = ("og:description", "description", "twitter:description", "dc.description", "dcterms.abstract")
SITES = ("og:site_name", "application-name", "publisher", "dc.publisher", "citation_journal_title")
LANGUAGES = ("og:locale", "dc.language", "dcterms.language", "content-language", "language")
# fmt: on
MICRODATA = etree.XPath("//*[@itemprop]")
MAX_AUTHORS = 20
MAX_MICRODATA = 200
MAX_LEVELS = 12
COMMENT = re.compile(r"comment|review|respond", re.IGNORECASE)
MAX_HEADINGS = 30


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says about itself; None or empty where it says nothing. Times are aware, texts are one line.

    Attributes:
        headings: every form of the title that the page uses, the chosen one included.
        body: the article as JSON-LD gives it, with its line breaks, or "".
        free: False where JSON-LD says that the article must be paid for.
        pdf: address of the document that the page is the abstract of.
    """

    title: str | None = None
    headings: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    modified: datetime | None = None
    language: str | None = None
    site_name: str | None = None
    summary: str | None = None
    canonical_url: str | None = None
    body: str = ""
    free: bool = True
    pdf: str | None = None


def read_metadata(tree: etree._Element, url: str | None) -> Metadata:
    """Never raises for what a page claims; a claim that cannot be read is as good as none.

    Where claims differ, JSON-LD goes before meta elements and these before microdata, for names and dates. The title
    is the one the reader sees (`h1`) where it agrees with one of the others.
    """
    graph = read_graph(tree)
    article = article_in(graph)
    meta = _meta(tree)
    micro = _microdata(tree)
    site = _first(
        name for name in (*_named(meta, SITES), *names_behind(article.get("publisher"), graph)) if "://" not in name
    )
    title, headings = _title(tree, article, meta, site, url)
    address = next((href for link in tree.iter("link") if (href := _canonical(link))), None)
    address = address or next(_named(meta, ["og:url"]), "")
    return Metadata(
        title=title,
        headings=headings,
        authors=_authors(article, graph, meta, micro, {folded(site or ""), *folded(host_of(url or "")).split()}),
        published=_date([article.get("datePublished")], _named(meta, PUBLISHED), micro.get("datepublished", ())),
        modified=_date([article.get("dateModified")], _named(meta, MODIFIED), micro.get("datemodified", ())),
        language=_language(tree, article, meta),
        site_name=site,
        summary=_first(_named(meta, SUMMARIES), [article.get("description")]),
        canonical_url=absolute(address, url) if address else None,
        body=_string(article.get("articleBody")),
        free=str(article.get("isAccessibleForFree", True)).lower() not in {"false", "http://schema.org/false"},
        pdf=next((found for pdf in _named(meta, ["citation_pdf_url"]) if (found := absolute(pdf, url))), None),
    )


def _canonical(link: etree._Element) -> str | None:
    return link.get("href") if "canonical" in (link.get("rel") or "").lower().split() else None


# ---------------------------------------------------------------- meta elements and microdata


def _meta(tree: etree._Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        content = element.get("content")
        if not content:
            continue
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            if name := element.get(attribute):
                found.setdefault(name.strip().lower(), []).append(content)
    return found


def _microdata(tree: etree._Element) -> dict[str, list[str]]:
    """Values of `itemprop` in the body, by name in small letters (https://html.spec.whatwg.org/#values)."""
    found: dict[str, list[str]] = {}
    for element in MICRODATA(tree)[:MAX_MICRODATA]:
        if element.tag == "meta" or _is_comment(element):
            continue
        for name in element.get("itemprop", "").lower().split():
            if name in {"datepublished", "datemodified", "author", "creator"}:
                value = element.get("content") or element.get("datetime") or _author_inside(element, name)
                found.setdefault(name, []).append(value)
    return found


def _is_comment(element: etree._Element) -> bool:
    """Whether it belongs to what readers wrote below the article."""
    return any(
        COMMENT.search(f"{around.get('itemtype', '')} {around.get('itemprop', '')} {around.get('class', '')}")
        for around in islice(element.iterancestors(), MAX_LEVELS)
        if around.tag not in {"html", "body"}
    )


def _author_inside(element: etree._Element, name: str) -> str:
    """`<span itemprop="author"><a itemprop="name">…`: the name, not all that stands around it."""
    inside = element.xpath(".//*[@itemprop='name']") if name in {"author", "creator"} else []
    chosen = inside[0] if inside else element
    return str(chosen.get("content") or text_of(chosen))


def _named(meta: Mapping[str, list[str]], names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield from meta.get(name, ())


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _first(*candidates: Iterable[object]) -> str | None:
    return next((text for many in candidates for value in many if (text := one_line(_string(value)))), None)


def _date(*candidates: Iterable[object]) -> datetime | None:
    return next((date for many in candidates for value in many if (date := parse_date(_string(value)))), None)


# ---------------------------------------------------------------- what is decided


def _title(
    tree: etree._Element,
    article: Mapping[str, Any],
    meta: Mapping[str, list[str]],
    site: str | None,
    url: str | None,
) -> tuple[str | None, tuple[str, ...]]:
    name = folded(site or "")
    shown = [
        (element.tag, text)
        for element in islice(tree.iter("h1", "h2", "h3"), MAX_HEADINGS)
        if (text := one_line(text_of(element), is_html=False)) and folded(text) and folded(text) != name
    ]
    headings = [text for tag, text in shown if tag == "h1"]
    stated = [text for value in (*_named(meta, TITLES), _string(article.get("headline"))) if (text := one_line(value))]
    window = next((one_line(text_of(element), is_html=False) for element in tree.iter("title")), "")
    host = host_of(url or "")
    candidates = [without_site(text, site, headings, host) for text in (*stated, window, *headings) if text]
    others = [folded(text) for text in (*stated, window)]
    agreed = [
        (tag, text) for tag, text in shown if any(folded(text) in other for other in others) and not is_site(text, host)
    ]
    # A blog has its own name in h1 and the title of the article in h2: the one that says more is the title.
    best = max(agreed, key=lambda found: (found[0] == "h1", len(found[1])), default=("", ""))
    fuller = max((text for tag, text in agreed if tag != "h1"), key=len, default="")
    title = next(iter(candidates), None)
    if best[0] == "h1" and (stated or len(fuller) <= len(best[1])):
        title = best[1]
    elif not stated and len(fuller) > len(title or "") / 2:
        title = fuller
    return title, tuple(dict.fromkeys(filter(None, (title, *candidates, *headings, *stated))))


def _authors(
    article: Mapping[str, Any],
    graph: list[Mapping[str, Any]],
    meta: Mapping[str, list[str]],
    micro: Mapping[str, list[str]],
    own: Container[str],
) -> tuple[str, ...]:
    """From the first that names anybody but the site itself (`own`: its names)."""
    for candidates in (
        names_behind(article.get("author"), graph),
        names_behind(article.get("creator"), graph),
        _named(meta, AUTHORS),
        micro.get("author", ()),
        micro.get("creator", ()),
    ):
        names = [name for value in candidates for name in people(one_line(value)) if folded(name) not in own]
        if names:
            return tuple(dict.fromkeys(names))[:MAX_AUTHORS]
    return ()


def _language(tree: etree._Element, article: Mapping[str, Any], meta: Mapping[str, list[str]]) -> str | None:
    stated = [tree.get("lang"), tree.get("xml:lang")]
    for value in (*stated, *_named(meta, LANGUAGES), *strings(article.get("inLanguage"))):
        if match := re.fullmatch(r"\s*([A-Za-z]{2,3})(?:[-_][\w-]*)?\s*", _string(value)):
            return match[1].lower()
    return None
