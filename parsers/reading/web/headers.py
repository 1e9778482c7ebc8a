"""The header fields of HTTP: which may be sent, what those of an answer mean. Knows neither bodies nor sockets."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

LONGEST_WAIT = 86_400.0
"""Seconds: what a server may ask of us at most, so that nobody silences a source for years."""
FRAMING = frozenset(
    [
        *("host", "connection", "keep-alive", "proxy-connection", "upgrade", "expect"),
        *("content-length", "transfer-encoding", "accept-encoding", "te", "trailer"),
    ]
)
"""They say how the message is built: another value than ours would break it, or lead it to another site."""

_UNSENDABLE = re.compile(r"[^\t\x20-\x7e\xa0-\xff]")
_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]{1,100}")
_UNDONE = ("content-encoding", "content-length", "transfer-encoding", "set-cookie")


def sendable(headers: Mapping[str, str | None]) -> Mapping[str, str]:
    """Those that can be sent as they are, with lower-case names: no framing, no character that starts a new line."""
    return {
        name.lower(): value.strip()
        for name, value in headers.items()
        if value and len(value) <= 1_000 and not _UNSENDABLE.search(value)
        if _NAME.fullmatch(name.lower()) and name.lower() not in FRAMING
    }


def printable(text: str) -> str:
    """With spaces for control characters and all that is not Latin-1."""
    return _UNSENDABLE.sub(" ", text)


def received(raw: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    """Lower-case names; several of one name joined with a comma; control characters become spaces."""
    headers: dict[str, list[str]] = {}
    for name, value in raw:
        headers.setdefault(name.decode("latin-1").lower(), []).append(printable(value.decode("latin-1")))
    return {name: ", ".join(values) for name, values in headers.items()}


def kept(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Without those that describe the body before it was decoded, and without cookies."""
    return {name: value for name, value in headers.items() if name not in _UNDONE}


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait, 0 to 86 400, from a Retry-After header (seconds or date, RFC 9110, 10.2.3); None for rubbish."""
    text = (value or "").strip()
    if re.fullmatch(r"-?[0-9]{1,20}", text):
        seconds = float(text)
    elif date := _date(text):
        seconds = (date - now).total_seconds()
    else:
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT)


def max_age(headers: Mapping[str, str]) -> float | None:
    """Seconds, 0 to 86 400, for which an answer with these headers need not be asked for again (RFC 9111, 4.2, 5.2.2).

    0 where Cache-Control says no-store or no-cache; where it gives no age Expires counts (5.3: rubbish is the past),
    from Date on; None where neither says anything. Of two values the smaller one counts; the time that the answer lay
    in a cache on the way (Age) is over already.
    """
    said = [directive.partition("=") for directive in headers.get("cache-control", "").lower().split(",")]
    values = [(name.strip(), value.strip(' "')) for name, _, value in said]
    if any(name in ("no-store", "no-cache") and not value for name, value in values):
        return 0.0
    ages = [float(value) for name, value in values if name == "max-age" and re.fullmatch(r"[0-9]{1,20}", value)]
    sent = _date(headers.get("date", ""))
    if not ages and sent and "expires" in headers:
        expires = _date(headers["expires"])
        ages = [(expires - sent).total_seconds() if expires else 0.0]
    if not ages:
        return None
    age = headers.get("age", "").strip()
    return min(max(min(ages) - (float(age) if re.fullmatch(r"[0-9]{1,20}", age) else 0.0), 0.0), LONGEST_WAIT)


def _date(text: str) -> datetime | None:
    """The form that senders must use (RFC 9110, 5.6.7)."""
    try:
        return datetime.strptime(text.strip(), "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    except ValueError:
        return None
