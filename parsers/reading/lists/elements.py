"""Reads one element of a well-formed feed: its name, attributes, text, link. Does not know what it belongs to.

By the rules of feedparser; where it has more of them than stand here, `UnusualError` says that it has to be asked.
"""

import re
from contextlib import suppress
from typing import Any
from xml.etree import ElementTree as Xml

ATOM = "http://www.w3.org/2005/Atom"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_SPACES = {
    "": "",
    ATOM: "",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://search.yahoo.com/mrss/": "media",
    "http://search.yahoo.com/mrss": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://www.itunes.com/DTDs/PodCast-1.0.dtd": "itunes",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.w3.org/2003/01/geo/wgs84_pos#": "geo",
    "http://podlove.org/simple-chapters": "psc",
    "http://purl.org/rss/1.0/modules/slash/": "slash",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://wellformedweb.org/commentAPI/": "wfw",
}
_UNUSED = frozenset(("geo", "psc", "slash", "sy", "wfw"))
_INTERPRETED = re.compile(
    r"userland|law\.harvard|purl\.org/(?:rss|dc|atom|echo|pie)|my\.netscape|example\.com/|uri/of/echo|w3\.org/|webns"
    r"|creativecommons|web\.resource|rssnamespace|georss|opengis|itunes|search\.yahoo|podlove\.org/simple"
)
"""In the addresses of namespaces for which feedparser has rules; those that we have rules for as well stand above."""
_PREFIXES = _UNUSED | {
    *("admin", "cc", "content", "creativecommons", "dc", "dcterms", "feedburner", "georss", "gml", "itunes", "media"),
    *("rdf", "summary", "title", "xhtml", "xml"),
}
"""feedparser takes these for its own, whatever namespace they stand for."""

_TYPES = {"text": "text/plain", "plain": "text/plain", "text/plain": "text/plain", "html": "text/html"}
HTML = "text/html"
_MARKUP = (HTML, "html", "xhtml", "application/xhtml+xml")
_WINDOWS = re.compile("[\x80-\x9f]")
_SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+-.]*://)/*")
_REFERENCE = re.compile(r"&([A-Za-z0-9_]+);")


class UnusualError(Exception):
    """Something that only feedparser knows how to read."""


def check_space(prefix: str, address: str) -> None:
    """Raises UnusualError for a namespace that feedparser interprets, or takes for one that it does."""
    if address in _SPACES:
        odd = prefix in _PREFIXES and prefix != _SPACES[address]
    else:
        odd = not prefix or prefix in _PREFIXES or _INTERPRETED.search(address.lower()) is not None
    if odd:
        raise UnusualError(address)


def name_of(tag: str) -> str:
    """A name in lower case behind the usual prefix; empty where it means nothing to anybody."""
    space, _, local = tag.rpartition("}")
    prefix, local = _SPACES.get(space.removeprefix("{")), local.lower()
    if prefix is None or prefix in _UNUSED or (prefix == "feedburner" and local != "origlink"):
        return ""
    return f"{prefix}:{local}" if prefix else local


def read_link(element: Xml.Element, said: dict[str, Any]) -> None:
    """Adds to `links` of a feed or entry, and sets `link` where it leads to the page that it speaks of."""
    attributes = {"rel": "alternate", **attributes_of(element)}
    attributes.setdefault("type", "application/atom+xml" if attributes["rel"] == "self" else HTML)
    attributes = with_href(attributes)
    said.setdefault("links", []).append(attributes)
    if "href" in attributes:
        attributes["href"] = _SLASHES.sub(r"\1", attributes["href"])
        if attributes["rel"] == "alternate" and attributes["type"] in _MARKUP:
            said["link"] = attributes["href"]
    else:
        said["link"] = attributes["href"] = _REFERENCE.sub(r"&\1", address_of(element))


def content_of(element: Xml.Element, usual: str) -> dict[str, Any]:
    """`type` and `value` of a text that may hold escaped markup; `usual` is its type where none is given."""
    kind = attributes_of(element, ("type",)).get("type", usual)
    kind = _TYPES.get(kind, kind)
    if kind not in ("text/plain", HTML):
        raise UnusualError(kind)
    return {"type": kind, "value": text_of(element)}


def attributes_of(element: Xml.Element, expected: tuple[str, ...] | None = None) -> dict[str, str]:
    """Those of an element, in lower case; it has none but the expected ones, and none that changes what others mean."""
    found = {}
    for key, value in element.attrib.items():
        name = key.lower()
        if name[0] == "{" or name in ("base", "lang") or (expected is not None and name not in expected):
            raise UnusualError(name)
        found[name] = value.lower() if name in ("rel", "type") else value
    return found


def with_href(attributes: dict[str, str]) -> dict[str, str]:
    """The same attributes with the address in `href`, however it was called."""
    href = attributes.get("url", attributes.get("uri", attributes.get("href")))
    if not href:
        return attributes
    return {key: value for key, value in attributes.items() if key not in ("url", "uri")} | {"href": href}


def address_of(element: Xml.Element) -> str:
    """The text as an address."""
    address = _SLASHES.sub(r"\1", text_of(element))
    if "&amp;" in address:
        raise UnusualError(address)
    return address


def text_of(element: Xml.Element) -> str:
    """The text of an element that holds no others."""
    if len(element):
        raise UnusualError(element.tag)
    text = (element.text or "").strip()
    if text.isascii():
        return text
    with suppress(ValueError):  # feedparser undoes an encoding that was done twice
        text = text.encode("iso-8859-1").decode("utf-8")
    if _WINDOWS.search(text):
        raise UnusualError("Windows-1252")
    return text
