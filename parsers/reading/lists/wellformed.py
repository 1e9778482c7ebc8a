"""Reads RSS 2.0 and Atom 1.0 in their usual forms, seven times as fast as feedparser. Leaves all else to feedparser.

It gives what feedparser gives, under feedparser's names, as far as `feeds` asks for it; tests compare the two on real
and on invented feeds. So the rules are feedparser's, oddities included, and whatever has no rule here (an unknown
element of a namespace that feedparser interprets, markup where text should be, `xml:base`, a second title, a document
type) makes `read` answer None.
"""

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from xml.etree import ElementTree as Xml

from parsers.reading.lists.elements import (
    ATOM,
    HTML,
    LANGUAGE,
    UnusualError,
    address_of,
    attributes_of,
    check_space,
    content_of,
    name_of,
    read_link,
    text_of,
    with_href,
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_IGNORED = _words(
    "comments rights contributor name uri email dc:contributor"
    " dc:publisher dc:rights dc:identifier dc:source dc:type dc:format dc:coverage media:credit"
    " media:thumbnail media:copyright media:rating media:statistics media:starrating media:community itunes:duration"
    " itunes:explicit itunes:block itunes:episode itunes:episodetype itunes:season itunes:subtitle itunes:image"
)
_IGNORED_ABOVE = _IGNORED | _words(
    "description subtitle copyright pubdate published lastbuilddate updated docs generator ttl managingeditor webmaster"
    " category cloud logo icon skiphours skipdays hour day author itunes:author itunes:summary"
    " itunes:explicit itunes:type itunes:owner itunes:name itunes:email itunes:category itunes:keywords dc:date"
    " dc:creator"
)
_IN_IMAGE = _words("title link url width height description")
_DEEPEST = 20

_DECLARATION = re.compile(r"<\?xml[^>]*>")


@dataclass(slots=True)
class _Entry:
    """One entry on the way. `depth` of the element being read; `titled`: whether later titles count for nothing."""

    language: str | None
    atom: bool
    said: dict[str, Any] = field(default_factory=dict)
    titled: bool = False
    has_content: bool = False
    depth: int = 0
    summary_depth: int = 99


class _Whole(io.BytesIO):
    """Read at once: expat begins a token again with every piece, so that one of 20 MB would take it minutes."""

    def read(self, _size: int | None = -1) -> bytes:
        return super().read()


def read(text: str) -> Mapping[str, Any] | None:
    """`version`, `feed`, `entries` and `bozo` of a feed as `feedparser.parse` gives them; None: it has to be asked."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return None
    data = _DECLARATION.sub("", text, count=1).encode()
    try:
        # The parser that feedparser uses, so they agree on what is well-formed; nothing is declared that could expand.
        events = Xml.iterparse(_Whole(data), events=("start-ns",))  # noqa: S314
        for _, (prefix, address) in events:
            check_space(prefix.lower(), address)
        return _feed(cast("Any", events).root)
    except (Xml.ParseError, UnusualError):
        return None


def _feed(root: Xml.Element) -> Mapping[str, Any]:
    names: dict[str, str] = {}
    for element in root.iter():
        if element.tag not in names:
            names[element.tag] = name_of(element.tag)
        element.tag = names[element.tag]
    if any(key != LANGUAGE and key.rpartition("}")[2].lower() in ("lang", "base") for key in root.attrib):
        raise UnusualError("base")
    language = root.get(LANGUAGE, "").replace("_", "-") or None
    if root.tag == "rss" and root.get("version", "").startswith("2.") and len(root) == 1 and root[0].tag == "channel":
        version, top = "rss20", root[0]
        attributes_of(top, ())
    elif root.tag == "feed" and "version" not in root.attrib and f"{{{ATOM}}}feed" in names:
        version, top = "atom10", root
    else:
        raise UnusualError(root.tag)
    head: dict[str, Any] = {"language": language} if language else {}
    entries = []
    for element in top:
        if element.tag in ("item", "entry"):
            attributes_of(element, ())
            entry = _Entry(language, version == "atom10")
            _read_children(element, entry)
            entries.append(entry.said)
        else:
            _read_head(element, head)
    return {"version": version, "feed": head, "entries": entries, "bozo": False}


# ---------------------------------------------------------------- what stands above the entries


def _read_head(element: Xml.Element, head: dict[str, Any]) -> None:
    name = element.tag
    if name == "image":
        if any(part.tag not in _IN_IMAGE or len(part) for part in element):
            raise UnusualError(name)
    elif name == "link":
        read_link(element, head)
    elif name == "title" and name not in head:
        head[name] = content_of(element, "text/plain")["value"]
    elif name == "id":
        head.setdefault("link", address_of(element))
    elif name in ("language", "dc:language"):
        head["language"] = text_of(element)
    else:
        _ignore(element, _IGNORED_ABOVE)


def _ignore(element: Xml.Element, table: frozenset[str]) -> None:
    for one in element.iter():
        if one.tag and one.tag not in table:
            raise UnusualError(one.tag)


# ---------------------------------------------------------------- entries


def _read_children(element: Xml.Element, entry: _Entry) -> None:
    entry.depth += 1
    if entry.depth > _DEEPEST:
        raise UnusualError("depth")
    for child in element:
        rule = _RULES.get(child.tag)
        if rule:
            rule(child, entry)
        elif not len(child):
            _ignore(child, _IGNORED)
        elif child.tag == "" or child.tag in _IGNORED:
            _read_children(child, entry)
        else:
            raise UnusualError(child.tag)
    entry.depth -= 1


def _date_or_word(key: str) -> "_Rule":
    def rule(element: Xml.Element, entry: _Entry) -> None:
        attributes_of(element, ())
        entry.said[key] = _at_top(text_of(element), entry)

    return rule


def _at_top(text: str, entry: _Entry) -> str:
    if entry.depth > 1:  # feedparser weighs depths against each other
        raise UnusualError(text)
    return text


def _entry_link(element: Xml.Element, entry: _Entry) -> None:
    read_link(element, entry.said)


def _guid(element: Xml.Element, entry: _Entry) -> None:
    is_link = attributes_of(element, ("ispermalink",)).get("ispermalink", "true") == "true"
    entry.said["id"] = _at_top(address_of(element) if is_link else text_of(element), entry)
    if is_link:
        entry.said.setdefault("link", entry.said["id"])


def _title(element: Xml.Element, entry: _Entry) -> None:
    if element.tag != "media:title":
        if "title" in entry.said or entry.depth > 1:
            raise UnusualError("title")
        detail = content_of(element, "text/plain") | {"language": entry.language}
        entry.said |= {"title": detail["value"], "title_detail": detail}
        entry.titled = bool(detail["value"])
    elif not entry.titled or len(element):
        raise UnusualError("title")


def _summary(element: Xml.Element, entry: _Entry) -> None:
    if "summary" in entry.said and not entry.has_content:
        _full_text(element, entry)  # so feedparser takes a second summary
        return
    detail = content_of(element, HTML if "description" in element.tag else "text/plain")
    entry.said["summary_detail"] = detail
    if entry.depth <= entry.summary_depth:
        entry.said["summary"], entry.summary_depth = detail["value"], entry.depth


def _full_text(element: Xml.Element, entry: _Entry) -> None:
    content = content_of(element, HTML if element.tag == "content:encoded" else "text/plain")
    entry.has_content = True
    entry.said.setdefault("content", []).append(content)
    entry.said.setdefault("summary", content["value"])


def _category(element: Xml.Element, entry: _Entry) -> None:
    tags: list[dict[str, str | None]] = entry.said.setdefault("tags", [])
    attributes = attributes_of(element)
    scheme = attributes.get("scheme", attributes.get("domain"))
    tag = {"term": attributes.get("term"), "scheme": scheme, "label": attributes.get("label")}
    if any(tag.values()) and tag not in tags:
        tags.append(tag)
    text = text_of(element)
    if text and tags and not tags[-1]["term"]:
        tags[-1]["term"] = text
    elif text:
        tags.append({"term": text, "scheme": None, "label": None})


def _keywords(element: Xml.Element, entry: _Entry) -> None:
    attributes_of(element, ())
    tags = entry.said.setdefault("tags", [])
    tags += [{"term": term.strip(), "scheme": None, "label": None} for term in text_of(element).split(",")]


def _author(element: Xml.Element, entry: _Entry) -> None:
    attributes_of(element, ())
    if len(element):
        parts = {part.tag: part for part in element}
        around = "".join([element.text or "", *(part.tail or "" for part in element)])
        expected = {"", "name", "uri", "email"} if entry.atom else {"", "name", "uri"}
        if len(parts) < len(element) or any(map(len, element)) or around.strip():
            raise UnusualError("author")
        if not {"name"} <= parts.keys() <= expected or "author" in entry.said:
            raise UnusualError("author")  # after a plain name feedparser gives that one the name of this one
        name = (parts["name"].text or "").strip()
        plain = entry.atom or "@" not in name
    else:
        name = entry.said["author"] = text_of(element)
        plain = not entry.atom or "@" not in name
    people = entry.said.setdefault("authors", [])
    people.append({"name": name})
    # feedparser takes addresses for mail out of names, by rules of its own.
    if not plain or (len(people) > 1 and any("@" in person["name"] for person in people)):
        raise UnusualError("@")


def _enclosure(element: Xml.Element, entry: _Entry) -> None:
    entry.said.setdefault("links", []).append(with_href(attributes_of(element)) | {"rel": "enclosure"})


def _media_content(element: Xml.Element, entry: _Entry) -> None:
    entry.said.setdefault("media_content", []).append(attributes_of(element))
    _read_children(element, entry)


def _source(element: Xml.Element, entry: _Entry) -> None:
    entry.said["source"] = {"title": text_of(element)}
    entry.titled = False


_Rule = Callable[[Xml.Element, _Entry], None]
_RULES: Mapping[str, _Rule] = {
    **dict.fromkeys(("pubdate", "published", "issued", "dcterms:issued"), _date_or_word("published")),
    **dict.fromkeys(("updated", "modified", "lastbuilddate", "dc:date", "dcterms:modified"), _date_or_word("updated")),
    **dict.fromkeys(("created", "dcterms:created"), _date_or_word("created")),
    **dict.fromkeys(("language", "dc:language"), _date_or_word("language")),
    "feedburner:origlink": _date_or_word("feedburner_origlink"),
    "link": _entry_link,
    **dict.fromkeys(("guid", "id"), _guid),
    **dict.fromkeys(("title", "media:title"), _title),
    **dict.fromkeys(("description", "dc:description", "media:description", "summary", "itunes:summary"), _summary),
    **dict.fromkeys(("content:encoded", "content"), _full_text),
    **dict.fromkeys(("category", "dc:subject", "media:category", "keywords"), _category),
    "itunes:keywords": _keywords,
    **dict.fromkeys(("author", "dc:creator", "itunes:author"), _author),
    "enclosure": _enclosure,
    "media:content": _media_content,
    "media:group": _read_children,
    "source": _source,
}
