"""Reads RSS, RDF, Atom and JSON feeds: what the source said of each article, cleaned. Interprets and opens nothing.

What is well-formed and usual is read by `wellformed`, all else by feedparser, to the same result. feedparser is only
ever given `io.BytesIO`: bytes or text that look like a path or an address make it open them. Its cleaning of HTML is
off (five times as fast): `plain` makes text of everything, and no markup leaves this module.
"""

import dataclasses
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import feedparser
from lxml import etree

from parsers.errors import Unreadable
from parsers.model import Feed
from parsers.reading.links import absolute
from parsers.reading.lists import wellformed
from parsers.reading.lists.channels import rhythm
from parsers.reading.lists.entries import Said, clean_entries, is_empty
from parsers.reading.lists.mending import with_known_references, within_bounds, without_bombs, without_forbidden
from parsers.reading.lists.strangers import HTML, looks_like, refusal
from parsers.reading.plain import decode, one_line, undo_double_encoding

_FORMATS = {
    "rss090": "rdf 0.90",
    "rss10": "rdf 1.0",
    "rss091n": "rss 0.91",
    "rss091u": "rss 0.91",
    "rss092": "rss 0.92",
    "rss093": "rss 0.93",
    "rss094": "rss 0.94",
    "rss20": "rss 2.0",
    "atom01": "atom 0.1",
    "atom02": "atom 0.2",
    "atom03": "atom 0.3",
    "atom10": "atom 1.0",
}
_NAME_WITH_ADDRESS = re.compile(r"\(([^()@]{2,100})\)|^([^<>@]{2,100})<")
_ENTRY_OPENS = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)[\s>]")
_ENTRY_CLOSES = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>")
_ROOT_CLOSES = re.compile(r"</(?:[\w.-]+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
_FEED = re.compile(r"<(?:[\w.-]+:)?(?:rss|feed|rdf|channel)\b", re.IGNORECASE)


def parse_feed(body: bytes, url: str, content_type: str = "") -> Feed:
    """A feed with every entry that it holds, in its order, duplicates too; of very long ones the newest.

    Args:
        body: the answer as received.
        url: where it was found; relative links are resolved against it.
        content_type: the HTTP header, for its charset.

    Raises:
        Unreadable: `html`, `login` or `challenge` where such a page came instead; `not-a-feed`, with what it looks
            like, for all else and if not one entry can be read.
    """
    text, fault = decode(body, content_type)
    problems = [fault] if fault else []
    text = text.lstrip("\ufeff \t\r\n")
    if not text or body.startswith(b"%PDF") or (HTML.match(text) and not _FEED.search(text[:2000])):
        raise refusal(body, text, url)
    feed = _json_feed(text, body, url) if text.startswith(("{", "[")) else _xml_feed(text, body, url)
    if feed.entries and all(is_empty(entry) for entry in feed.entries):
        raise Unreadable(url, "not-a-feed", f"none of its {len(feed.entries)} entries has a title, a link or a text")
    return dataclasses.replace(feed, problems=(*problems, *feed.problems))


# ---------------------------------------------------------------- XML


def _xml_feed(text: str, body: bytes, url: str) -> Feed:
    clean = without_forbidden(text)
    problems = ["characters that XML forbids were removed"] if clean != text else []
    clean = without_bombs(clean)
    parsed = wellformed.read(clean)
    if parsed is None and "<!ENTITY" not in clean:
        mended = with_known_references(clean)
        if mended != clean:
            problems.append("not well-formed XML, read leniently (& without a name that XML knows)")
            clean, parsed = mended, wellformed.read(mended)
    if parsed is None:
        bounded = within_bounds(clean)
        if bounded != clean:
            problems.append("elements nested too deep or in too many namespaces were left out")
        clean, parsed = bounded, _mended(bounded, _by_feedparser(bounded))
    if parsed is None:
        raise Unreadable(url, "not-a-feed", "the feed parser gave up")
    raw, head, version = parsed["entries"], parsed["feed"], parsed["version"]
    if not version and (not raw or (HTML.search(text[:2_000]) and not _ROOT_CLOSES.search(text))):
        raise refusal(body, text, url)
    if parsed["bozo"]:
        fault = one_line(str(parsed.get("bozo_exception", "")).removeprefix("<unknown>:"), 120, is_html=False)
        problems.append(f"not well-formed XML, read leniently ({fault})")
        if _last(_ENTRY_OPENS, clean) > _last(_ENTRY_CLOSES, clean) and raw:
            problems.append(f"cut off in the middle of entry {len(raw)}, which was dropped")
            raw = raw[:-1]
        elif not _ROOT_CLOSES.search(clean[-2_000:]):
            if not raw:
                raise Unreadable(url, "not-a-feed", f"cut off before the first entry ({fault})")
            problems.append("cut off after the last entry")
    atom = str(version).startswith("atom")
    entries, faults = clean_entries([xml_said(entry, atom) for entry in raw], url, _string(head, "language"))
    return Feed(
        format=_FORMATS.get(version, "atom" if atom else "rss"),
        title=one_line(undo_double_encoding(_string(head, "title"))),
        entries=entries,
        url=absolute(_string(head, "link"), url),
        language=one_line(_string(head, "language"), 35) or None,
        rhythm=rhythm(clean),
        older=_older(_mappings(head, "links"), url),
        problems=(*problems, *faults),
    )


def _older(links: Iterable[Mapping[str, object]], url: str) -> str | None:
    """The document before this one (RFC 5005, sections 3 and 4): a page of the same feed, or its archive."""
    found = {_string(link, "rel"): _string(link, "href") for link in links}
    older = absolute(found.get("prev-archive") or found.get("next") or "", url)
    return older if older != absolute(url) else None


def _by_feedparser(text: str) -> Mapping[str, Any] | None:
    try:
        parsed: Mapping[str, Any] = feedparser.parse(
            io.BytesIO(text.encode()),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError):
        return None
    return parsed


def _mended(text: str, parsed: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """What feedparser gave, or what it gives after libxml2 repaired the XML, if that holds more titles and links.

    An end tag that is spelt wrong or a stray `<!` costs feedparser the rest of the entry; so it does where it raises.
    """
    said = _titles_and_links(parsed)
    if parsed is not None and (not parsed["bozo"] or said == 2 * len(parsed["entries"])):
        return parsed
    try:
        root = etree.fromstring(text.encode(), etree.XMLParser(recover=True, resolve_entities=False, encoding="utf-8"))
        mended = None if root is None else _by_feedparser(etree.tostring(root, encoding="unicode"))
    except etree.XMLSyntaxError:
        return parsed
    if mended is None or _titles_and_links(mended) <= said:
        return parsed
    fault = (parsed or {}).get("bozo_exception", "feedparser gave up")
    return {**mended, "bozo": True, "bozo_exception": fault}


def _titles_and_links(parsed: Mapping[str, Any] | None) -> int:
    entries = parsed["entries"] if parsed else []
    return sum(bool(_string(entry, "title")) + bool(_string(entry, "link")) for entry in entries)


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.start() for match in pattern.finditer(text)), default=-1)


def xml_said(raw: Mapping[str, object], atom: bool) -> Said:
    """The fields of one entry of feedparser. `atom`: the format says which texts are markup."""
    links = list(_mappings(raw, "links"))
    link, guid = _string(raw, "link"), _string(raw, "id")
    if link == guid and not guid.lower().startswith(("http://", "https://")):
        link = ""  # feedparser takes any guid for a link unless the feed says isPermaLink="false"
    published, updated = _string(raw, "published") or _string(raw, "created"), _string(raw, "updated")
    if not atom and not published:
        published, updated = updated, ""  # dc:date, which RSS and RDF use for the date of publication
    contents = [_marked_up(part, atom) for part in _mappings(raw, "content")]
    summary = _string(raw, "summary")
    if "summary_detail" not in raw and any(summary == content for content, _ in contents):
        summary = ""  # feedparser's copy of the content
    alternates = [_string(one, "href") for one in links if _string(one, "rel") == "alternate"]
    return Said(
        guid=guid,
        links=[_string(raw, "feedburner_origlink"), link, *alternates],
        title=_marked_up(raw.get("title_detail"), atom, _string(raw, "title")),
        summary=_marked_up(raw.get("summary_detail"), atom, summary),
        content=max(contents, key=lambda one: len(one[0]), default=("", None)),
        published=published,
        updated=updated,
        authors=_names(raw, atom),
        tags=[_string(one, "term") for one in _mappings(raw, "tags")],
        language=_string(raw, "language") or _string(raw.get("title_detail"), "language"),
        publisher=_string(raw.get("source"), "title"),
        files=[
            *((_string(one, "href"), _string(one, "type"), _string(one, "rel") == "enclosure") for one in links),
            *((_string(one, "url"), _string(one, "type"), True) for one in _mappings(raw, "media_content")),
        ],
    )


def _names(raw: Mapping[str, object], atom: bool) -> list[str]:
    """Names of authors. In RSS's `desk@news.example (Ada)` feedparser takes a part of the address for a name."""
    author = _string(raw, "author")
    if not atom and "@" in author:
        name = _NAME_WITH_ADDRESS.search(author)
        return [name[1] or name[2]] if name else []
    return [_string(one, "name") for one in _mappings(raw, "authors")]


def _marked_up(detail: object, atom: bool, value: str = "") -> tuple[str, bool | None]:
    """Text with what is known of its markup: Atom's `type` is taken at its word, RSS leaves it open."""
    text = value or _string(detail, "value")
    return text, False if atom and _string(detail, "type") == "text/plain" else None


# ---------------------------------------------------------------- JSON


def _json_feed(text: str, body: bytes, url: str) -> Feed:
    """JSON Feed 1.0 and 1.1 (jsonfeed.org)."""
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(url, "not-a-feed", f"broken {looks_like(body, text)}") from error
    version = re.search(r"jsonfeed\.org/version/([\d.]{1,5})", _string(feed, "version"))
    if version is None or not isinstance(feed.get("items"), list):
        raise Unreadable(url, "not-a-feed", f"no feed but {looks_like(body, text)}")
    entries, problems = clean_entries([_json_said(item) for item in feed["items"]], url, _string(feed, "language"))
    return Feed(
        format=f"json {version[1]}",
        title=one_line(_string(feed, "title"), is_html=False),
        entries=entries,
        url=absolute(_string(feed, "home_page_url"), url),
        language=one_line(_string(feed, "language"), 35) or None,
        older=absolute(_string(feed, "next_url"), url),
        problems=problems,
    )


def _json_said(item: object) -> Said:
    authors = [*_mappings(item, "authors"), *([item["author"]] if isinstance(item, dict) and "author" in item else [])]
    markup = _string(item, "content_html")
    tags = item.get("tags") if isinstance(item, dict) else None
    return Said(
        guid=_string(item, "id"),
        links=[_string(item, "url"), _string(item, "external_url")],
        title=(_string(item, "title"), False),
        summary=(_string(item, "summary"), False),
        content=(markup, True) if markup else (_string(item, "content_text"), False),
        published=_string(item, "date_published"),
        updated=_string(item, "date_modified"),
        authors=[_string(author, "name") for author in authors],
        tags=[tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
        language=_string(item, "language"),
        files=[(_string(one, "url"), _string(one, "mime_type"), True) for one in _mappings(item, "attachments")],
    )


# ---------------------------------------------------------------- both


def _mappings(raw: object, key: str) -> Iterator[Mapping[str, object]]:
    """The mappings in the list at `key`; nothing where the feed has something else there."""
    values = dict.get(raw, key) if isinstance(raw, dict) else None
    return (value for value in values if isinstance(value, Mapping)) if isinstance(values, list) else iter(())


def _string(raw: object, key: str) -> str:
    """The text at `key`, else empty. By `dict.get`: feedparser's own `get` answers with the value of another key."""
    value = dict.get(raw, key) if isinstance(raw, dict) else None
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
