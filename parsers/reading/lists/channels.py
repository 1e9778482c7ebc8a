"""Reads what a feed says of itself, before and after its entries: its rhythm, whether it holds news. Reads no entry."""

import hashlib
import re
from datetime import timedelta

from parsers.model import Rhythm

_ENTRY = re.compile(r"<(?:[\w.-]{1,50}:)?(?:item|entry)[\s/>]", re.IGNORECASE)
_LAST_ENTRY = re.compile(r"</(?:[\w.-]{1,50}:)?(?:item|entry)\s{0,50}>", re.IGNORECASE)
_COMMENT = re.compile(r"<!--(?:.*?-->|.*)", re.DOTALL)
_TTL = re.compile(r"<ttl\s*>\s*(\d{1,7})\s*<", re.IGNORECASE)
_PERIOD = re.compile(r"<(?:\w{1,20}:)?updatePeriod\s*>\s*(hourly|daily|weekly|monthly|yearly)\s*<", re.IGNORECASE)
_FREQUENCY = re.compile(r"<(?:\w{1,20}:)?updateFrequency\s*>\s*(\d{1,5})\s*<", re.IGNORECASE)
_HOUR = re.compile(r"<hour\s*>\s*(\d{1,2})\s*<", re.IGNORECASE)
_DAY = re.compile(r"<day\s*>\s*([a-z]{6,9})\s*<", re.IGNORECASE)
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_BYTES_BEFORE_ENTRY = re.compile(rb"<(?:[\w.-]{1,50}:)?(?:item|entry)[\s/>]", re.IGNORECASE)
_TIME_OF_ANSWER = re.compile(
    rb"<((?:dc:|atom:)?(?:lastBuildDate|pubDate|updated|modified|date))\s*>[^<]{0,100}</\1\s*>", re.IGNORECASE
)
_REMARKS_AT_END = re.compile(
    rb"(</(?:rss|feed|rdf:RDF)\s*>)(?:\s*<!--(?:(?!-->).)*-->)*\s*\Z", re.IGNORECASE | re.DOTALL
)
_LONGEST_END = 4_000


def rhythm(text: str) -> Rhythm:
    """How often a feed of XML wants to be asked: `ttl`, else the `sy:` module, and the hours and days without news.

    Hours run from 0 to 23, with 24 for 0 as some write it (RSS 2.0 and 0.91 differ). Nobody means that a feed must
    never be asked: all hours or all days count as none.
    """
    around = _COMMENT.sub("", _around_entries(text))
    hours = sorted({int(hour) % 24 for hour in _HOUR.findall(around) if int(hour) <= 24})
    days = sorted({_DAYS.index(day.lower()) for day in _DAY.findall(around) if day.lower() in _DAYS})
    return Rhythm(
        every=_every(around),
        not_hours=tuple(hours) if len(hours) < 24 else (),
        not_days=tuple(days) if len(days) < 7 else (),
    )


def feed_fingerprint(body: bytes) -> str:
    """Hash of a feed that stays the same while only its own dates and remarks behind its end change.

    Every byte from the first entry to the end of the root element counts, so a change of an entry always shows; so
    does each byte of what is no feed of XML, or no text that ASCII can be found in.
    """
    first = _BYTES_BEFORE_ENTRY.search(body) if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else None
    if first is None:
        return hashlib.sha256(body).hexdigest()
    head, rest = body[: first.start()], body[first.start() :]
    cut = max(len(rest) - _LONGEST_END, 0)
    end = _REMARKS_AT_END.sub(rb"\1", rest[cut:])
    return hashlib.sha256(b"\0".join((_TIME_OF_ANSWER.sub(b"", head), rest[:cut] + end))).hexdigest()


def _around_entries(text: str) -> str:
    first = _ENTRY.search(text)
    if first is None:
        return text
    # From the back: what stands behind the last entry is short, and a feed of 10 MB is not searched to its end.
    end = text[-_LONGEST_END:]
    last = list(_LAST_ENTRY.finditer(end))
    return text[: first.start()] + (end[last[-1].end() :] if last else "")


def _every(around: str) -> timedelta | None:
    ttl = _TTL.search(around)
    if ttl and int(ttl[1]):
        return timedelta(minutes=int(ttl[1]))
    period, times = _PERIOD.search(around), _FREQUENCY.search(around)
    if period is None:
        return None
    return _PERIODS[period[1].lower()] / max(1, int(times[1]) if times else 1)
