"""Turns the sample week into the bytes that its outlets serve at a given moment. Opens no socket and knows no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from flows.sample.feeds import feed
from flows.sample.outlets import HERE, load, read_toml
from flows.sample.pages import listing, page

CONTENT_TYPES: Mapping[str, str] = {
    "rss2": "application/rss+xml",
    "rss091": "text/xml",
    "rdf": "application/rdf+xml",
    "atom": "application/atom+xml",
    "listing": "text/html",
}


@dataclass(frozen=True, slots=True)
class Resource:
    """What one address answers: bytes, their type, and when they last changed."""

    body: bytes
    content_type: str
    modified: datetime


def resources(now: datetime, *, midweek: bool) -> dict[tuple[str, str], Resource]:
    """Everything that can be fetched at `now`, by (host, path). `midweek`: earlier versions from midweek/ win."""
    found: dict[tuple[str, str], Resource] = {}
    words = read_toml("words.toml")
    for outlet in load(midweek=midweek):
        seen = tuple(sorted((a for a in outlet.articles if a.since <= now), key=lambda a: a.since, reverse=True))
        current = replace(outlet, articles=seen)
        text = words[outlet.language]
        front = listing(current, text) if outlet.format == "listing" else feed(current, text)
        found[outlet.host, outlet.path] = Resource(
            body=front.encode(outlet.encoding, "xmlcharrefreplace"),
            content_type=f"{CONTENT_TYPES[outlet.format]}; charset={outlet.encoding}",
            modified=max((article.changed for article in seen), default=now),
        )
        for article in seen:
            if article.path is None:
                continue
            if article.file is not None:
                body, kind = HERE.joinpath(article.file).read_bytes(), "application/pdf"
            else:
                body, kind = page(current, article, text).encode(), "text/html; charset=utf-8"
            found[outlet.host, article.path] = Resource(body, kind, article.changed)
    return found
