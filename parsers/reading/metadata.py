"""Reads what a page says about itself: JSON-LD, OpenGraph, meta elements, visible dates. Does not read the article.

Formats: https://schema.org/NewsArticle, https://ogp.me, Dublin Core and the names that newspapers' own software writes.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bs4 import BeautifulSoup, Tag

from parsers.reading.dates import parse_date
from parsers.reading.links import absolute
from parsers.reading.plain import one_line

# fmt: off
ARTICLE_TYPES = (
    "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "BackgroundNewsArticle", "OpinionNewsArticle",
    "ReviewNewsArticle", "AskPublicNewsArticle", "Article", "ScholarlyArticle", "TechArticle", "BlogPosting",
    "LiveBlogPosting", "SocialMediaPosting", "Report", "PressRelease", "WebPage",
)
"""From the best to the last resort."""
PUBLISHED = (
    "article:published_time", "article:published", "og:article:published_time", "og:published_time",
    "datepublished", "citation_publication_date", "dcterms.created", "dcterms.issued", "dcterms.date",
    "dc.date.issued", "dc.date.created", "dc.date", "parsely-pub-date", "sailthru.date", "pubdate", "publishdate",
    "publish-date", "publication_date", "date",
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
SEPARATOR = re.compile(r"\s+[|–—·•»:-]\s+|\s+[|»]\s*|:\s+")
BYLINE = re.compile(r"^\W*(?:(?:written )?by|von|par|por|di|av|door|autor(?:in)?|author|text)\b[:\s]+", re.IGNORECASE)
BETWEEN_NAMES = re.compile(r"\s*(?:[;|/&]|,|\b(?:and|und|et|y|e|i|och|en)\b)\s+", re.IGNORECASE)
NOT_A_NAME = re.compile(
    r"[@\d]|https?:|www\.|\.(?:com|org|eu|net)\b|\b(?:writer|reporter|correspondent|korrespondent|correspondant|redakteur)\b|^(?:admin|editor|redaktion|staff|webmaster|none|null|unknown)$",
    re.IGNORECASE,
)
DATE_NAME = re.compile(r"date|time|publish|posted", re.IGNORECASE)
MAX_JSON_CHARACTERS = 1_000_000
MAX_NODES = 2_000
MAX_AUTHORS = 20
MAX_DATE_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says about itself; None or empty where it says nothing. Times are aware, texts are one line.

    Attributes:
        headings: every form of the title that the page uses, the chosen one included.
        body: the article as JSON-LD gives it, with its line breaks, or "".
        free: False where JSON-LD says that the article must be paid for.
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


def read_metadata(soup: BeautifulSoup, url: str | None) -> Metadata:
    """Never raises for what a page claims; a claim that cannot be read is as good as none."""
    graph = _graph(soup)
    article = _article(graph)
    meta = _meta(soup)
    site = _first(
        name for name in (*_named(meta, SITES), *_names(article.get("publisher"), graph)) if "://" not in name
    )
    title, headings = _title(soup, article, meta, site)
    canonical = soup.find("link", rel="canonical", href=True)
    address = str(canonical["href"]) if isinstance(canonical, Tag) else next(_named(meta, ["og:url"]), "")
    return Metadata(
        title=title,
        headings=headings,
        authors=_authors(article, graph, meta, site),
        published=_date([article.get("datePublished")], _named(meta, PUBLISHED), _visible_dates(soup)),
        modified=_date([article.get("dateModified")], _named(meta, MODIFIED)),
        language=_language(soup, article, meta),
        site_name=site,
        summary=_first(_named(meta, SUMMARIES), [article.get("description")]),
        canonical_url=absolute(address, url) if address else None,
        body=_string(article.get("articleBody")),
        free=str(article.get("isAccessibleForFree", True)).lower() not in {"false", "http://schema.org/false"},
    )


# ---------------------------------------------------------------- JSON-LD


def _graph(soup: BeautifulSoup) -> list[Mapping[str, Any]]:
    nodes: list[Mapping[str, Any]] = []
    for script in soup.find_all("script", type=re.compile(r"^\s*application/ld\+json", re.IGNORECASE)):
        text = script.get_text()
        if len(text) > MAX_JSON_CHARACTERS:
            continue
        try:
            nodes += _nodes(
                json.loads(re.sub(r"^\s*(?:<!--|//<!\[CDATA\[)|(?:-->|//\]\]>)\s*$", "", text), strict=False)
            )
        except (ValueError, RecursionError):
            continue
    return nodes[:MAX_NODES]


def _nodes(value: object) -> Iterator[Mapping[str, Any]]:
    """Objects at the top, in lists and in @graph; and the main entity of a page."""
    waiting = [value]
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, list):
            waiting = value[:MAX_NODES] + waiting
        elif isinstance(value, dict):
            yield value
            waiting += [
                value[key]
                for key in ("@graph", "mainEntity", "mainEntityOfPage")
                if isinstance(value.get(key), dict | list)
            ]


def _article(graph: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    def rank(node: Mapping[str, Any]) -> int:
        kinds = node.get("@type")
        return min(
            (ARTICLE_TYPES.index(kind) for kind in _strings(kinds) if kind in ARTICLE_TYPES), default=len(ARTICLE_TYPES)
        )

    best = min(graph, key=rank, default={})
    return best if rank(best) < len(ARTICLE_TYPES) else {}


def _names(value: object, graph: Iterable[Mapping[str, Any]]) -> list[str]:
    """Names of the persons or organisations behind `value`: text, object, reference into the graph, or a list."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [name for part in value[:MAX_AUTHORS] if not isinstance(part, list) for name in _names(part, graph)]
    if not isinstance(value, dict):
        return []
    if "name" not in value and "@id" in value:
        value = next((node for node in graph if node.get("@id") == value["@id"] and "name" in node), {})
    return _strings(value.get("name"))


def _strings(value: object) -> list[str]:
    return [part for part in (value if isinstance(value, list) else [value]) if isinstance(part, str)]


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


# ---------------------------------------------------------------- meta elements


def _meta(soup: BeautifulSoup) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in soup.find_all("meta", content=True):
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            if name := element.get(attribute):
                found.setdefault(str(name).strip().lower(), []).append(str(element["content"]))
    return found


def _named(meta: Mapping[str, list[str]], names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield from meta.get(name, ())


def _first(*candidates: Iterable[object]) -> str | None:
    return next((text for many in candidates for value in many if (text := one_line(_string(value)))), None)


def _date(*candidates: Iterable[object]) -> datetime | None:
    return next((date for many in candidates for value in many if (date := parse_date(_string(value)))), None)


# ---------------------------------------------------------------- what is decided


def _title(
    soup: BeautifulSoup, article: Mapping[str, Any], meta: Mapping[str, list[str]], site: str | None
) -> tuple[str | None, tuple[str, ...]]:
    name = _folded(site or "")
    headings = [
        text for h1 in soup.find_all("h1", limit=5) if (text := one_line(h1.get_text(" "))) and _folded(text) != name
    ]
    stated = [text for value in (*_named(meta, TITLES), _string(article.get("headline"))) if (text := one_line(value))]
    window = one_line(soup.title.get_text(" ")) if soup.title else ""
    candidates = [_without_site(text, site, headings) for text in (*stated, *headings, window) if text]
    shown = next(
        (
            text
            for text in headings
            if any(_folded(text) and _folded(text) in _folded(other) for other in (*stated, window))
        ),
        None,
    )
    title = shown or next(iter(candidates), None)
    return title, tuple(dict.fromkeys(filter(None, (title, *candidates, *headings, *stated))))


def _without_site(title: str, site: str | None, headings: Iterable[str]) -> str:
    """Takes ` | Site` off the end or `Site: ` off the start; only what is known to be the site, or not the heading."""
    marks = list(SEPARATOR.finditer(title))
    known = {_folded(heading) for heading in headings}
    name = _folded(site or "")
    for mark in marks:
        before, after = title[: mark.start()], title[mark.end() :]
        if _folded(before) in known or (name and _same_site(_folded(after), name)):
            return before
        if _folded(after) in known or (name and _folded(before) == name):
            return after
    if marks and not name and "|" in marks[-1].group():
        return title[: marks[-1].start()]
    return title


def _same_site(tail: str, name: str) -> bool:
    return tail == name or tail.startswith(f"{name} ") or (len(tail) > 3 and name.startswith(f"{tail} "))


def _folded(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()


def _authors(
    article: Mapping[str, Any], graph: list[Mapping[str, Any]], meta: Mapping[str, list[str]], site: str | None
) -> tuple[str, ...]:
    for candidates in (
        _names(article.get("author"), graph),
        _names(article.get("creator"), graph),
        _named(meta, AUTHORS),
    ):
        names = [name for value in candidates for name in _people(value) if _folded(name) != _folded(site or "")]
        if names:
            return tuple(dict.fromkeys(names))[:MAX_AUTHORS]
    return ()


def _people(byline: str) -> Iterator[str]:
    text = BYLINE.sub("", one_line(byline))
    parts = BETWEEN_NAMES.split(text)
    if any(" " not in part.strip() for part in parts):  # "Janes, Defence" or "Doe, John": not a list of full names
        parts = [text] if "," in text and len(parts) == 2 else parts
    for part in parts:
        name = part.strip(" ,.;:|-")
        if 2 < len(name) <= 80 and len(name.split()) <= 6 and not NOT_A_NAME.search(name):
            yield name


def _language(soup: BeautifulSoup, article: Mapping[str, Any], meta: Mapping[str, list[str]]) -> str | None:
    html = soup.find("html")
    stated = [html.get("lang") or html.get("xml:lang")] if isinstance(html, Tag) else []
    for value in (*stated, *_named(meta, LANGUAGES), *_strings(article.get("inLanguage"))):
        if match := re.fullmatch(r"\s*([A-Za-z]{2,3})(?:[-_][\w-]*)?\s*", _string(value)):
            return match[1].lower()
    return None


def _visible_dates(soup: BeautifulSoup) -> Iterator[str]:
    """Dates marked as that of publication; then those near the heading: in the box around it, or soon after it.

    Other dates on the page (today's, those of other articles) say nothing about this one.
    """
    for marked in soup.find_all(["time", "meta", "span", "div"], itemprop="datePublished", limit=3):
        yield _shown_date(marked)
    heading = soup.find("h1")
    if heading is None:
        return
    box = next((parent for number, parent in enumerate(heading.parents) if number == 1), heading)
    for near in (box.find_all(_is_dated, limit=5), heading.find_all_next(_is_dated, limit=3)):
        yield from (text for text in map(_shown_date, near) if len(text) <= MAX_DATE_CHARACTERS)


def _is_dated(element: Tag) -> bool:
    names = f"{element.get('class', '')} {element.get('itemprop', '')}"
    return element.name == "time" or (
        element.name in {"span", "div", "p", "li", "dd"} and DATE_NAME.search(names) is not None
    )


def _shown_date(element: Tag) -> str:
    return one_line(str(element.get("datetime") or element.get("content") or element.get_text(" ")))
