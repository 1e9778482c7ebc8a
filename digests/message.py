"""An edition and a recipient become one RFC 5322 message, as bytes.

Writes every header itself: Python's own EmailMessage encodes List-Unsubscribe, which mail programs then ignore, and in
versions still in use turns an encoded word in a headline into header lines (CVE-2024-6923). Sends nothing.
"""

import hashlib
import quopri
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from zoneinfo import ZoneInfo

from digests.addresses import mailbox, recipient_id
from digests.compose import unsubscribe_uri
from digests.edition import Edition, slug_of
from digests.plain import one_line, web_address
from digests.settings import DigestSettings, Recipient

HARD_LIMIT = 100_000
"""Bytes of HTML; mail programs cut somewhere above it and take the way to unsubscribe with it."""
_SUBJECT, _NAME = 200, 80


def build_message(
    edition: Edition, html: str, text: str, settings: DigestSettings, recipient: Recipient, *, now: datetime
) -> bytes:
    """The message of `edition` to `recipient`, its Date being `now` (aware) in the digest's zone.

    The same arguments give the same bytes. Where the recipient wants text alone, `html` is not used.

    Raises:
        ValueError: `html` is beyond what mail programs show, or an address is not fit for a header.
    """
    if len(html.encode()) > HARD_LIMIT:
        raise ValueError(f"HTML part of {len(html.encode())} bytes; mail programs cut at {HARD_LIMIT}")
    headers = _headers(edition, settings, recipient, now)
    plain = _part("plain", text)
    if recipient.format == "text":
        return _joined(headers) + plain
    boundary = "=_" + hashlib.sha256(message_name(edition, recipient).encode()).hexdigest()[:32]
    rule = f"--{boundary}".encode()
    kind = ("Content-Type", f'multipart/alternative; boundary="{boundary}"')
    parts = [rule, plain.rstrip(b"\r\n"), rule, _part("html", html).rstrip(b"\r\n"), rule + b"--", b""]
    return _joined([*headers, kind]) + b"\r\n" + b"\r\n".join(parts)


def message_name(edition: Edition, recipient: Recipient, revision: int | None = None) -> str:
    """Names the message of an edition to a recipient for ever, in its Message-ID and in the outbox."""
    slug = slug_of(edition.id, edition.revision if revision is None else revision)
    return f"{slug}.{recipient_id(recipient.address)}"


def message_id(edition: Edition, settings: DigestSettings, recipient: Recipient, revision: int | None = None) -> str:
    """The same for every attempt, so that a repeat can be recognised by whoever gets it."""
    domain = mailbox(settings.sender_address).rpartition("@")[2]
    return f"<{message_name(edition, recipient, revision)}@{domain}>"


def _headers(edition: Edition, settings: DigestSettings, recipient: Recipient, now: datetime) -> list[tuple[str, str]]:
    sender = mailbox(settings.sender_address)
    headers = [
        ("Date", format_datetime(now.astimezone(ZoneInfo(settings.zone)))),
        ("From", _named(settings.sender_name, sender)),
        ("Reply-To", mailbox(settings.reply_to)),
        ("To", _named(recipient.name, mailbox(recipient.address))),
        ("Subject", _phrase(edition.subject, _SUBJECT, "Subject")),
        ("Message-ID", message_id(edition, settings, recipient)),
    ]
    if edition.revision > 1:
        first = message_id(edition, settings, recipient, revision=1)
        headers += [("In-Reply-To", first), ("References", first)]
    headers += [
        ("List-Id", _list_id(settings)),
        ("List-Unsubscribe", f"<{unsubscribe_uri(settings)}>"),
    ]
    archive = web_address(settings.archive_url)
    if archive and edition.imprint.archive_url:
        headers += [("List-Archive", f"<{archive}>"), ("Archived-At", f"<{edition.imprint.archive_url}>")]
    return [*headers, ("Auto-Submitted", "auto-generated"), ("Precedence", "list"), ("MIME-Version", "1.0")]


def _part(subtype: str, content: str) -> bytes:
    """A whole body part: lines of at most 76 characters that end in CRLF."""
    head = [("Content-Type", f"text/{subtype}; charset=utf-8"), ("Content-Transfer-Encoding", "quoted-printable")]
    lines = "\n".join(content.splitlines()).encode("utf-8", "replace") + b"\n"
    return _joined(head) + b"\r\n" + quopri.encodestring(lines).replace(b"\n", b"\r\n")


def _joined(headers: list[tuple[str, str]]) -> bytes:
    return b"".join(f"{name}: {value}\r\n".encode("ascii") for name, value in headers)


def _phrase(text: str, limit: int, header: str) -> str:
    """Free text as a header value: ASCII, folded, one line in meaning."""
    return Header(_unencoded(text, limit), header_name=header, maxlinelen=76).encode(linesep="\r\n")


def _named(name: str, address: str) -> str:
    plain = _unencoded(name, _NAME)
    if plain.isascii():
        return formataddr((plain, address))
    return f"{_phrase(plain, _NAME, 'From')}\r\n <{address}>"


def _unencoded(text: str, limit: int) -> str:
    """One line in which nothing reads as an encoded word, here or at a server on the way that decodes twice."""
    return one_line(text, limit).replace("=?", "= ?")


def _list_id(settings: DigestSettings) -> str:
    """With the name before it where that is ASCII: not every filter decodes this header."""
    name = _unencoded(settings.name, _NAME)
    return formataddr((name, settings.list_id)) if name and name.isascii() else f"<{settings.list_id}>"
