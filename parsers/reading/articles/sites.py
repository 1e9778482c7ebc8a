"""Reads article pages of single sites by the CSS selectors of config/sites.toml. Guesses nothing where a rule fails.

A rule that finds nothing is named in `problems` and the page is read like any other, so that a site that changed its
pages is seen in the report and not in the digest. (The idea of rules as data with a last day is fundus'.)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from bs4 import BeautifulSoup
from bs4.element import Tag

from parsers.configured import Site
from parsers.reading.articles.names import people
from parsers.reading.dates import parse_date
from parsers.reading.links import host_of
from parsers.reading.plain import one_line


@dataclass(frozen=True, slots=True)
class Selected:
    """What the rule of a site found; None or empty where it has no selector, or the selector found nothing.

    `text`: the markup of the article. `problems`: which selectors found nothing.
    """

    text: str = ""
    title: str | None = None
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    problems: tuple[str, ...] = ()


def site_for(url: str, sites: Iterable[Site], day: date) -> Site | None:
    """The rule that holds for an address on a day: that of the longest name its host ends with, dot by dot.

    Of two for one name it is the one that ends first: it tells what the pages looked like then.
    """
    host = host_of(url)
    fitting = [
        (-len(name), site.until or date.max, site)
        for site in sites
        if site.until is None or day <= site.until
        for name in site.hosts
        if host == name.lower() or host.endswith(f".{name.lower()}")
    ]
    return min(fitting, key=lambda found: found[:2])[2] if fitting else None


def select(soup: BeautifulSoup, site: Site) -> Selected:
    """Changes `soup`: what the rule says is not text is taken out."""
    title = _first(soup, site.title)
    published = next((date for text in _all(soup, site.published) if (date := parse_date(text))), None)
    names = (name for text in _all(soup, site.authors) for name in people(text))
    authors = tuple(dict.fromkeys(names))
    for selector in site.without:
        for element in soup.select(selector):
            element.decompose()
    found = soup.select(site.text) if site.text else []
    text = "\n".join(str(element) for element in found if not any(parent in found for parent in element.parents))
    results = {"text": text, "title": title, "authors": authors, "published": published}
    failed = [name for name, result in results.items() if getattr(site, name) and not result]
    problems = tuple(f"site rule for {site.hosts[0]}: {name} matched nothing" for name in failed)
    return Selected(text, title, authors, published, problems)


def _first(soup: BeautifulSoup, selector: str | None) -> str | None:
    return next(iter(_all(soup, selector)), None)


def _all(soup: BeautifulSoup, selector: str | None) -> list[str]:
    """The machine's form of each element where it has one (`<time datetime>`, `<meta content>`), else its text."""
    return [text for element in (soup.select(selector) if selector else []) if (text := _value(element))]


def _value(element: Tag) -> str:
    return one_line(str(element.get("datetime") or element.get("content") or element.get_text(" ")), is_html=False)
