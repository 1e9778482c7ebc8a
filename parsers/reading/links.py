"""Makes addresses absolute, canonical and comparable. Opens none of them and does not judge where they lead.

Every address that leaves this module is plain ASCII: the host in punycode, the rest percent-encoded, so that it can
stand in a header, a log line or an attribute. Resolution follows RFC 3986, except where browsers differ and an attacker
could profit (backslashes).
"""

import ipaddress
import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import idna

REMEMBERED = 4_096
"""Addresses whose spelling is not worked out again: one entry is asked for its address a dozen times on its way."""
DEFAULT_PORTS = {"http": 80, "https": 443}
TRACKERS = re.compile(
    r"""(utm_|mtm_|matomo_|pk_|hsa_|oly_|vero_|at_(medium|campaign|link|format|ptr|custom)|guce_).*
    |fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|li_fat_id|igshid|igsh|epik|srsltid
    |mc_cid|mc_eid|_hsenc|_hsmi|__hs(tc|sc|fp)|hsctatracking|mkt_tok|ml_subscriber(_hash)?|ck_subscriber_id
    |_ga|_gl|ga_(source|medium|campaign|term|content)|wt[._](mc|tsrc|rss)(_id|_ev)?|xtor|cmpid|ncid|s_cid|sr_share
    |ref_src|ref_url|guccounter|spm|phpsessid|jsessionid|amp_(js_v|gsa)""",
    re.IGNORECASE | re.VERBOSE,
)
"""Names of query parameters that tell how a reader came, never which article is meant."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_ASCII_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_SESSION = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_ESCAPE = re.compile(r"%(?![0-9a-f]{2})|%[0-9a-f]{2}", re.IGNORECASE)
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_PATH_SAFE = "!$&'()*+,;=:@/%[]"
_QUERY_SAFE = _PATH_SAFE + "?"


@lru_cache(REMEMBERED)
def absolute(url: str, base: str | None = None) -> str | None:
    """The http(s) address that `url` means when found at `base`; None where it is none (javascript:, mailto:, no host).

    User names and passwords are dropped, control and direction characters removed, spaces inside encoded, an empty
    `url` is None. Odd spellings of numeric hosts (`127.1`, `0x7f000001`) are None: nobody means well by them.
    """
    text = _CONTROL.sub("", url).strip()
    if not text:
        return None
    scheme = _SCHEME.match(text)
    if scheme and scheme[1].lower() not in DEFAULT_PORTS:
        return None
    # Browsers read `https://a\@b` as host a, RFC 3986 as host b: whoever checks one and opens the other is lost.
    head, mark, tail = _cut(text)
    text = head.replace("\\", "/") + mark + tail
    try:
        origin = absolute(base) if base and not (scheme and text[scheme.end() :].startswith("//")) else None
        return _clean(urlsplit(urljoin(origin, text) if origin else text))
    except ValueError:  # bad port, bad brackets, characters that normalise to a delimiter
        return None


@lru_cache(REMEMBERED)
def canonical(url: str) -> str:
    """The one spelling of an address for showing and storing: no default port, fragment, session id or tracker.

    http stays http, the rest of the query keeps its order. What is not http(s) comes back unchanged. Idempotent.
    """
    clean = absolute(url)
    if clean is None:
        return url
    parts = urlsplit(clean)
    netloc = parts.netloc.removesuffix(f":{DEFAULT_PORTS[parts.scheme]}")
    query = "&".join(pair for pair in parts.query.split("&") if pair and not TRACKERS.fullmatch(pair.partition("=")[0]))
    return _joined(parts.scheme, netloc, _SESSION.sub("", parts.path) or "/", query)


@lru_cache(REMEMBERED)
def same_address(url: str) -> str:
    """A key, not an address: equal for spellings that lead to one article (http or https, www., amp, last slash)."""
    clean = canonical(url)
    if absolute(clean) is None:
        return clean
    parts = urlsplit(clean)
    host = parts.netloc
    for prefix in ("www.", "amp."):
        if host.startswith(prefix) and "." in host.removeprefix(prefix):
            host = host.removeprefix(prefix)
    path = parts.path.rstrip("/")
    path = path.removesuffix("/amp").rstrip("/")
    query = "&".join(
        pair for pair in parts.query.split("&") if pair.lower() not in ("amp", "amp=1", "amp=true", "outputtype=amp")
    )
    return f"{host}{path}?{query}" if query else f"{host}{path}"


def host_of(url: str) -> str:
    """Lower-case host in punycode, without port, IPv6 without brackets; empty where `url` is no http(s) address."""
    return urlsplit(absolute(url) or "").hostname or ""


def _cut(text: str) -> tuple[str, str, str]:
    """Everything before the query or fragment, the mark, the rest."""
    at = min((i for i in (text.find("?"), text.find("#")) if i >= 0), default=len(text))
    return text[:at], text[at : at + 1], text[at + 1 :]


def _clean(parts: SplitResult) -> str | None:
    host = _host(parts.hostname or "") if parts.scheme in DEFAULT_PORTS else None
    if host is None:
        return None
    netloc = host if parts.port is None else f"{host}:{parts.port}"
    path = _without_dots(_encoded(parts.path, _PATH_SAFE)) or "/"
    return _joined(
        parts.scheme, netloc, path, _encoded(parts.query, _QUERY_SAFE), _encoded(parts.fragment, _QUERY_SAFE)
    )


def _joined(scheme: str, netloc: str, path: str, query: str, fragment: str = "") -> str:
    # Not urlunsplit: given a path like `//x` it adds slashes of its own.
    return f"{scheme}://{netloc}{path}" + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")


def _host(name: str) -> str | None:
    """Punycode name, dotted IPv4 or bracketed IPv6; None for what is none of them."""
    if ":" in name:
        return None if "%" in name else f"[{ipaddress.IPv6Address(name).compressed}]"
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except idna.IDNAError:
            return None
    name = name.lower().removesuffix(".")
    if len(name) > 253 or not _ASCII_HOST.fullmatch(name) or any(len(label) > 63 for label in name.split(".")):
        return None
    if _NUMBER.fullmatch(name.rpartition(".")[2]):  # a resolver would take it for an address, however it is spelt
        return str(ipaddress.IPv4Address(name))
    return name


def _encoded(text: str, safe: str) -> str:
    """Percent-encoded once: a stray `%` becomes `%25`, needless escapes are undone, the others written in capitals."""

    def escape(found: re.Match[str]) -> str:
        if len(found[0]) == 1:
            return "%25"
        character = chr(int(found[0][1:], 16))
        return character if _UNRESERVED.fullmatch(character) else found[0].upper()

    return quote(_ESCAPE.sub(escape, text), safe=safe, errors="replace")


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4, for an absolute path."""
    kept: list[str] = []
    segments = path.split("/")
    for number, segment in enumerate(segments):
        if segment == ".." and len(kept) > 1:
            kept.pop()
        if segment not in (".", ".."):
            kept.append(segment)
        elif number == len(segments) - 1:
            kept.append("")
    return "/".join(kept)
