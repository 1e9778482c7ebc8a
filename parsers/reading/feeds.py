"""Reads RSS, RDF, Atom and JSON feeds: what the source said of each article, cleaned. Interprets and opens nothing.

feedparser is only ever given `io.BytesIO`: bytes or text that look like a path or an address make it open them. Its
cleaning of HTML is off (five times as fast): `plain` makes text of everything, and no markup leaves this module.
"""

import io
import json
import re
from collections.abc import Iterator, Mapping

import feedparser

from parsers.errors import Unreadable
from parsers.model import Feed
from parsers.reading.entries import Said, clean_entries, is_empty
from parsers.reading.links import absolute
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
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CHARACTER = re.compile(r"&#(?:x([0-9a-f]+)|([0-9]+));", re.IGNORECASE | re.ASCII)
_ENTRY_OPENS = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)[\s>]")
_ENTRY_CLOSES = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>")
_ROOT_CLOSES = re.compile(r"</(?:[\w.-]+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_FEED = re.compile(r"<(?:[\w.-]+:)?(?:rss|feed|rdf|channel)\b", re.IGNORECASE)
_ROOT = re.compile(r"<([a-z][\w.:-]{0,60})", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,500})", re.IGNORECASE)
_PASSWORD = re.compile(r"<input[^>]{0,300}type\s*=\s*[\"']?password", re.IGNORECASE)


def parse_feed(body: bytes, url: str, content_type: str = "") -> Feed:
    """A feed with every entry that it holds, in its order, duplicates too; of very long ones the newest.

    Args:
        body: the answer as received.
        url: where it was found; relative links are resolved against it.
        content_type: the HTTP header, for its charset.

    Raises:
        Unreadable: `not-a-feed`, with what it looks like instead, or if not one entry can be read.
    """
    text, fault = decode(body, content_type)
    problems = [fault] if fault else []
    text = text.lstrip("\ufeff \t\r\n")
    if not text or body.startswith(b"%PDF") or (_HTML.match(text) and not _FEED.search(text[:2000])):
        raise Unreadable(url, "not-a-feed", f"no feed but {looks_like(body, text)}")
    feed = _json_feed(text, body, url) if text.startswith(("{", "[")) else _xml_feed(text, body, url)
    if feed.entries and all(is_empty(entry) for entry in feed.entries):
        raise Unreadable(url, "not-a-feed", f"none of its {len(feed.entries)} entries has a title, a link or a text")
    return Feed(feed.format, feed.title, feed.entries, feed.url, feed.language, problems=(*problems, *feed.problems))


def looks_like(body: bytes, text: str) -> str:
    """In words what an answer seems to be, for the person who has to repair the source."""
    if not body.strip():
        return "an empty answer"
    for mark, name in ((b"%PDF", "a PDF"), (b"\x1f\x8b", "a gzip file"), (b"PK\x03\x04", "a ZIP file")):
        if body.startswith(mark):
            return name
    start = text.lstrip("\ufeff \t\r\n")[:100_000]
    if start.startswith(("{", "[")):
        return f"JSON: {one_line(start, 80, is_html=False)}"
    root = _ROOT.search(start)
    if _HTML.search(start[:5_000]):
        title = _TITLE.search(start)
        kind = "a login page" if _PASSWORD.search(start) else "an HTML page"
        return f"{kind} titled {one_line(title[1], 80)!r}" if title and title[1].strip() else kind
    if start.startswith("<") and root:
        return f"XML with the root element <{root[1]}>"
    return f"text: {one_line(start, 80, is_html=False)!r}"


# ---------------------------------------------------------------- XML


def _xml_feed(text: str, body: bytes, url: str) -> Feed:
    clean = _CHARACTER.sub(_xml_character, _NOT_XML.sub("", text))
    try:
        parsed = feedparser.parse(
            io.BytesIO(clean.encode()),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        raise Unreadable(url, "not-a-feed", f"the feed parser gave up ({type(error).__name__})") from error
    raw, head, version = parsed["entries"], parsed["feed"], parsed["version"]
    if not version and (not raw or _HTML.search(text[:2_000])):
        raise Unreadable(url, "not-a-feed", f"no feed but {looks_like(body, text)}")
    problems = ["characters that XML forbids were removed"] if clean != text else []
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
    entries, faults = clean_entries([_xml_said(entry, atom) for entry in raw], url, _string(head, "language"))
    return Feed(
        format=_FORMATS.get(version, "atom" if atom else "rss"),
        title=one_line(undo_double_encoding(_string(head, "title"))),
        entries=entries,
        url=absolute(_string(head, "link"), url),
        language=one_line(_string(head, "language"), 35) or None,
        problems=(*problems, *faults),
    )


def _xml_character(match: re.Match[str]) -> str:
    """A character reference as it stands if XML 1.0 allows the character, else U+FFFD: expat would stop there."""
    digits, base = (match[1], 16) if match[1] else (match[2], 10)
    code = int(digits, base) if len(digits) <= 10 else 0
    allowed = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
    return match[0] if allowed else "\ufffd"


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.start() for match in pattern.finditer(text)), default=-1)


def _xml_said(raw: Mapping[str, object], atom: bool) -> Said:
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
