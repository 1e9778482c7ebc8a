"""Text from outside made fit to be shown: one line, no control or direction characters, bounded.

Does not know HTML, headers or templates.
"""

import re
import unicodedata
from urllib.parse import quote, urlsplit, urlunsplit

_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co"})
_MARK = r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILE_OF_MARKS = re.compile(f"({_MARK}{{2}}){_MARK}+")
_SENTENCE_END = re.compile(r"(?<!\b[A-Z])[.!?…][\"'”’»)]*(?=\s|$)")  # not after the initials of "U.S. troops"
_LONGEST_URL = 2_000


def one_line(text: str, limit: int) -> str:
    """`text` as one line of at most `limit` characters, cut between words with an ellipsis.

    Control and format characters (bidirectional overrides, zero width) go, and so do piles of combining marks.
    """
    line = unicodedata.normalize("NFC", " ".join(text[: limit * 20].split()))
    line = "".join(c for c in line if unicodedata.category(c) not in _DROPPED)
    line = " ".join(_PILE_OF_MARKS.sub(r"\1", line).split())
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    between = head.rfind(" ")
    return (head[:between] if between > limit // 2 else head).rstrip(" ,;:–—-") + "…"


def extract(text: str, limit: int) -> str:
    """The first sentences of `text` that fit into `limit` characters; its beginning where none fits."""
    line = one_line(text, limit * 2)
    if len(line) <= limit:
        return line
    ends = [match.end() for match in _SENTENCE_END.finditer(line[: limit + 1]) if match.end() <= limit]
    return line[: ends[-1]] if ends and ends[-1] > limit // 3 else one_line(line, limit)


def web_address(url: str | None) -> str | None:
    """An absolute http(s) address in ASCII, host in punycode, or None where `url` is not fit for readers."""
    if not url or len(url) > _LONGEST_URL:
        return None
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
        if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
            return None
        name = f"[{host}]" if ":" in host else host.encode("idna").decode("ascii")
    except ValueError:
        return None
    if not re.fullmatch(r"[A-Za-z0-9._\-\[\]:]+", name):
        return None
    netloc = f"{name}:{port}" if port else name
    path, query, fragment = (quote(part, safe="/%:@!$&'*+,;=?~-._") for part in parts[2:])
    return urlunsplit((parts.scheme, netloc, path, query, fragment))


def language_tag(language: str) -> str:
    """`language` where it is a BCP 47 tag, else the empty string."""
    return language if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", language) else ""
