"""Says what came instead of a feed, for the person who has to repair the source. Reads no entries."""

import re

from parsers.errors import Unreadable
from parsers.reading.plain import one_line

HTML = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_ROOT = re.compile(r"<([a-z][\w.:-]{0,60})", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,500})", re.IGNORECASE)
_LOGIN = re.compile(
    r"\b(log|sign)[ -]?(in|on)\b|\bauthentication required|\banmelden\b|\bconnexion\b|\biniciar sesi[oó]n|\baccedi\b"
    r"|\bzaloguj|\blogowanie\b|\binloggen\b|\bувійти\b|\bвхід\b",
    re.IGNORECASE,
)
_CHALLENGE_TITLE = re.compile(
    r"just a moment|attention required|verif\w+ (that )?you are (a )?human|human verification|security check"
    r"|are you (a )?(human|robot)|(not|no) a robot|checking your browser|pardon our interruption|ddos[- ]guard|captcha"
    r"|request unsuccessful|bot (verification|protection)|un instant|nur einen moment|un momento|één moment",
    re.IGNORECASE,
)
_CHALLENGE = re.compile(
    r"_cf_chl_|cf-challenge|cf-browser-verification|cf-turnstile-response|_incapsula_resource|incapsula incident"
    r"|captcha-delivery\.com|px-captcha|/sgcaptcha/|window\.gokuprops|verify you are (a )?human",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"<input[^>]{0,300}type\s*=\s*[\"']?password", re.IGNORECASE)
_PAGES = {"html": "an HTML page", "login": "a login page", "challenge": "a page that keeps robots out"}


def refusal(body: bytes, text: str, url: str) -> Unreadable:
    """The error for an answer that is no feed: `html`, `login`, `challenge` where it is sure, else `not-a-feed`."""
    start = text[:100_000]
    is_page = HTML.search(start[:5_000]) and not start.startswith(("{", "[")) and not body.startswith(b"%PDF")
    kind = _kind_of_page(start) if is_page else "not-a-feed"
    return Unreadable(url, kind, f"no feed but {looks_like(body, text)}")


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
    if HTML.search(start[:5_000]):
        title = _title(start)
        page = _PAGES[_kind_of_page(start)]
        return f"{page} titled {title!r}" if title else page
    if start.startswith("<") and root:
        return f"XML with the root element <{root[1]}>"
    return f"text: {one_line(start, 80, is_html=False)!r}"


def _kind_of_page(start: str) -> str:
    title = _title(start)
    if _CHALLENGE_TITLE.search(title) or _CHALLENGE.search(start):
        return "challenge"
    return "login" if _PASSWORD.search(start) or _LOGIN.search(title) else "html"


def _title(start: str) -> str:
    title = _TITLE.search(start)
    return one_line(title[1], 80) if title else ""
