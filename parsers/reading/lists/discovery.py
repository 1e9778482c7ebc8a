"""Where the feeds of a site may be: named by its page, linked on it, then usual places. Fetches nothing."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup

from parsers.reading.links import absolute, host_of
from parsers.reading.plain import decode, tree

FEED_TYPES = frozenset(
    ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "text/rss+xml")
)
LOOSE_TYPES = frozenset(("application/json", "application/xml", "text/xml", ""))
"""Types that say nothing: what they are given for counts where its address or title looks like a feed."""
UNDER_THE_PAGE = ("feed/", "rss.xml", "rss")
"""Beneath the page's own path: WordPress and Drupal have a feed for every section there."""
USUAL_PLACES = (
    "/feed/",  # WordPress
    "/rss.xml",  # Drupal
    "/feed.xml",
    "/atom.xml",
    "/rss",
    "/index.xml",  # Hugo
    "/en/rss.xml",
    "/rss_en",  # sites of the European Commission
    "/?format=feed&type=rss",  # Joomla
    "/feed.json",
)
MOST = 15

_LOOKS_LIKE_A_FEED = re.compile(r"rss|(?<![a-z])(atom|feeds?|rdf)(?![a-z])|\.xml($|\?)|jsonfeed", re.IGNORECASE)
_NO_FEED = re.compile(
    r"sitemap|opensearch|osd\.xml|oembed|wlwmanifest|xmlrpc|/wp-json/|manifest|feedback|\.(?:html?|php|pdf|svg|png)$"
    r"|feedly\.com|inoreader\.com|add\.my\.yahoo|/subscribe",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"comment", re.IGNORECASE)


def feed_candidates(body: bytes, url: str, content_type: str = "") -> tuple[str, ...]:
    """Absolute addresses to try, at most `MOST`, best first.

    What the page names (RFC 5988 `rel=alternate`, HTML's `rel=feed`), links on it that look like feeds, then usual
    places, those beneath the page's own path before those of the site. Feeds of comments come last, whoever names them.
    """
    soup = tree(decode(body, content_type)[0])
    found = dict.fromkeys((*_named(soup, url), *_linked(soup, url), *_usual(url)))
    found.pop(absolute(url) or "", None)
    return tuple(sorted(found, key=lambda address: bool(_COMMENTS.search(urlsplit(address).path)))[:MOST])


def _named(soup: BeautifulSoup, url: str) -> Iterator[str]:
    """Links in the head, those whose title speaks of comments behind the others (stable otherwise)."""
    links = soup.select("link[rel~=alternate i][href], link[rel~=feed i][href]")
    for link in sorted(links, key=lambda link: bool(_COMMENTS.search(str(link.get("title") or "")))):
        address = absolute(str(link["href"]), url)
        kind = str(link.get("type") or "").partition(";")[0].strip().lower()
        is_feed = kind in FEED_TYPES or "feed" in str(link.get("rel")).lower()
        if address and (is_feed or (kind in LOOSE_TYPES and not link.get("hreflang") and _is_like_a_feed(address))):
            yield address


def _linked(soup: BeautifulSoup, url: str) -> Iterator[str]:
    """Links of the page to the site itself, or to a host of feeds, whose address looks like a feed."""
    for anchor in soup.select("a[href]"):
        address = absolute(str(anchor["href"]), url)
        if address and _is_like_a_feed(address) and (_is_near(address, url) or "feed" in host_of(address)):
            yield address


def _is_like_a_feed(address: str) -> bool:
    parts = urlsplit(address)
    text = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return bool(_LOOKS_LIKE_A_FEED.search(text) or "feeds." in parts.netloc) and not _NO_FEED.search(address)


def _is_near(address: str, url: str) -> bool:
    one, other = (host_of(each).removeprefix("www.") for each in (address, url))
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _usual(url: str) -> Iterator[str]:
    folder, _, last = urlsplit(url).path.rpartition("/")
    folder += f"/{last}/" if last and "." not in last else "/"
    if folder != "/":
        yield from (urljoin(url, folder + place) for place in UNDER_THE_PAGE)
    yield from (urljoin(url, place) for place in USUAL_PLACES)
