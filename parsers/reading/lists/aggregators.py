"""Finds the article behind the links of search engines and aggregators, as far as the link itself tells. Asks nobody.

Google News gives links to itself. Until 2024 their id held the address of the article; since then it holds a number
that only Google can resolve, and the link is kept as it is, with a word about it.
"""

import base64
import binascii
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from parsers.model import Entry
from parsers.reading.links import absolute, host_of

GOOGLE_NEWS = "news.google.com"
REDIRECTORS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (r"(www\.)?google\.[a-z.]{2,6}", "/url", ("url", "q")),  # Google Alerts
    (r"(www\.)?bing\.com", "/news/apiclick.aspx", ("url",)),  # Bing News
    (r"lm?\.facebook\.com|l\.instagram\.com", "/", ("u",)),
    (r"([a-z0-9-]+\.)?safelinks\.protection\.outlook\.com", "/", ("url",)),
    (r"(www\.)?youtube\.com", "/redirect", ("q",)),
    (r"out\.reddit\.com", "/", ("url",)),
    (r"t\.umblr\.com", "/redirect", ("z",)),
)
"""Hosts, beginning of the path, parameters of the query that hold the address."""

_ID = re.compile(r"/(?:rss/)?(?:articles|read)/([\w-]{16,4000})=*$|/__i/rss/rd/articles/([\w-]{16,4000})=*$", re.ASCII)
_MARK = b"\x08\x13\x22"
"""Fields 1 and 4 of the message in an id; the latter is the address, after its length."""
_ROUNDS = 3
"""A link through two redirectors is seen in newsletters; a longer chain is somebody's joke."""
_LONGEST_PUBLISHER = 60


def direct_address(url: str) -> str | None:
    """The address that a redirecting link holds; None where it holds none, or is no redirecting link.

    Formats: ids of Google News until 2024 (base64url of a message with the address), redirectors that name their target
    in the query (`REDIRECTORS`). Only http(s) addresses come out, absolute and in ASCII.
    """
    found: str | None = None
    for _ in range(_ROUNDS):
        target = _target(found or url)
        if target is None:
            break
        found = target
    return found


def resolved(entry: Entry) -> Entry:
    """The entry of an aggregator with the link to the article itself and its title without the publisher.

    A link that cannot be resolved stays and is named in `problems`. Google News ends all titles in ` - Publisher`: it
    is cut off there, and kept where the entry does not name its publisher by itself.
    """
    if entry.url is None:
        return entry
    host, direct = host_of(entry.url), direct_address(entry.url)
    if host == GOOGLE_NEWS:
        headline, publisher = split_title(entry.title)
        entry = replace(entry, title=headline, publisher=entry.publisher or publisher or None)
    if direct:
        return replace(entry, url=direct)
    return replace(entry, problems=(*entry.problems, f"link leads through {host}")) if host == GOOGLE_NEWS else entry


def split_title(title: str) -> tuple[str, str]:
    """Headline and publisher of a title of Google News; the latter empty where the title has none."""
    headline, mark, publisher = title.rpartition(" - ")
    if mark and headline.strip() and 0 < len(publisher.strip()) <= _LONGEST_PUBLISHER:
        return headline.rstrip(), publisher.strip()
    return title, ""


def _target(url: str) -> str | None:
    clean = absolute(url)
    if clean is None:
        return None
    host, parts = host_of(clean), urlsplit(clean)
    if host == GOOGLE_NEWS:
        found = _ID.search(parts.path)
        return _from_id(found[1] or found[2]) if found else None
    for hosts, path, names in REDIRECTORS:
        if re.fullmatch(hosts, host) and parts.path.startswith(path):
            query = parse_qs(parts.query, max_num_fields=100) if parts.query.count("&") < 100 else {}
            values = (value for name in names for value in query.get(name, ()))
            return next((target for value in values if (target := _http(value)) and host_of(target) != host), None)
    return None


def _from_id(text: str) -> str | None:
    """The address in an id: `08 13 22`, its length in one byte or two, its bytes; behind it may follow the AMP one."""
    try:
        message = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if not message.startswith(_MARK) or len(message) < len(_MARK) + 2:
        return None
    length, start = message[3], 4
    if length > 0x7F:
        length, start = (length & 0x7F) | message[4] << 7, 5
    return _http(message[start : start + length].decode("utf-8", "replace"))


def _http(text: str) -> str | None:
    """The address where a text is one, whole; a relative one or a number of Google's is none."""
    is_whole = text.lower().startswith(("http://", "https://")) and "\ufffd" not in text
    return absolute(text) if is_whole else None
