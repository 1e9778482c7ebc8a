"""Where the feeds of a site may be: links in its page's head, then usual places. Fetches nothing."""

from urllib.parse import urljoin

from parsers.reading.links import absolute
from parsers.reading.plain import decode, tree

FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json")
USUAL_PLACES = ("/feed/", "/rss.xml", "/feed.xml", "/atom.xml", "/rss", "/index.xml", "/en/rss.xml")
MOST = 12


def feed_candidates(body: bytes, url: str, content_type: str = "") -> tuple[str, ...]:
    """Absolute addresses to try, best first: what the page names (RFC 5988 `rel=alternate`), then the usual places."""
    text, _ = decode(body, content_type)
    soup = tree(text)
    named = [
        absolute(str(link["href"]), url)
        for link in soup.select("link[rel~=alternate][href]")
        if str(link.get("type", "")).lower() in FEED_TYPES
    ]
    usual = [urljoin(url, place) for place in USUAL_PLACES]
    found = dict.fromkeys(address for address in (*named, *usual) if address)
    return tuple(found)[:MOST]
