"""What goes on the wire, read as bytes: no text from outside adds a header, and every header has its due form."""

import quopri
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest
from hypothesis import example, given
from hypothesis import settings as run
from hypothesis import strategies as st

from digests.edition import Edition
from digests.message import build_message, message_name
from digests.render import render_html, render_text
from digests.settings import DigestSettings, Recipient
from parsers.model import JudgedItem

Judge = Callable[..., JudgedItem]
Edit = Callable[..., Edition]
NOW = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
READER = Recipient("Reader@example.org", "Rea Der")
HEADERS = [
    "Date",
    "From",
    "Reply-To",
    "To",
    "Subject",
    "Message-ID",
    "List-Id",
    "List-Unsubscribe",
    "Auto-Submitted",
    "Precedence",
    "MIME-Version",
    "Content-Type",
]
INJECTION = "=?utf-8?q?x=0d=0aBcc:_victim@example.org=0d=0a=0d=0aBody?="


@pytest.fixture(scope="module")
def edition(judged: Judge, edit: Edit) -> Edition:
    return edit(judged("Ministers agree on a timetable", "dialogue"), judged("Zweite Meldung – größer", "pesco"))


def built(edition: Edition, settings: DigestSettings, recipient: Recipient = READER, now: datetime = NOW) -> bytes:
    return build_message(edition, render_html(edition), render_text(edition), settings, recipient, now=now)


def header_lines(raw: bytes) -> list[bytes]:
    """Whole header fields, folds undone, nothing decoded."""
    head = raw.partition(b"\r\n\r\n")[0]
    return re.sub(rb"\r\n(?=[ \t])", b"", head).split(b"\r\n")


def header(raw: bytes, name: str) -> bytes:
    (line,) = [line for line in header_lines(raw) if line.lower().startswith(name.lower().encode() + b":")]
    return line.partition(b": ")[2]


def subject(raw: bytes) -> str:
    """Decoded once, as a reader sees it."""
    return str(make_header(decode_header(header(raw, "Subject").decode())))


def assert_sound(raw: bytes) -> None:
    """What holds for any message: the known headers once and no other, ASCII, CRLF, lengths within the RFCs."""
    assert [line.partition(b":")[0].decode() for line in header_lines(raw)] == HEADERS
    assert raw.isascii()
    assert b"\x00" not in raw
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", raw) is None
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    head, _, body = raw.partition(b"\r\n\r\n")
    assert max(map(len, re.findall(rb"=\?\S+\?=", head)), default=0) <= 75
    assert max(map(len, body.split(b"\r\n"))) <= 76


def test_two_equal_parts_text_first(edition: Edition, settings: DigestSettings) -> None:
    """A reader's program finds text, then HTML, each as it was rendered."""
    message = message_from_bytes(built(edition, settings), policy=policy.default)
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content().splitlines() == render_text(edition).splitlines()
    assert html.get_content().splitlines() == render_html(edition).splitlines()
    assert message.defects == text.defects == html.defects == []


def test_text_alone_for_those_who_asked(edition: Edition, settings: DigestSettings) -> None:
    """Format text: one part, all headers."""
    raw = built(edition, settings, replace(READER, format="text"))
    message = message_from_bytes(raw, policy=policy.default)
    assert message.get_content_type() == "text/plain"
    assert message.get_content().splitlines() == render_text(edition).splitlines()
    assert b"List-Unsubscribe: <mailto:" in raw


def test_every_header_once(edition: Edition, settings: DigestSettings) -> None:
    """The headers of a first edition, and the values that filters and autoresponders look at."""
    raw = built(edition, settings)
    assert_sound(raw)
    assert header(raw, "Auto-Submitted") == b"auto-generated"
    assert header(raw, "Precedence") == b"list"
    assert header(raw, "List-Id") == b"EU-US Defence Weekly <weekly.seabridge.example>"
    assert header(raw, "To") == b"Rea Der <Reader@example.org>"
    assert header(raw, "From") == b"EU-US Defence Weekly <digest@seabridge.example>"


def test_unsubscribe_is_plain_on_the_wire(edition: Edition, settings: DigestSettings) -> None:
    """Not encoded and not folded inside the address, however long that is; no one-click without https."""
    local = "leave-" + "a" * 58
    for address in (settings.unsubscribe, f"{local}@{'sub.' * 20}seabridge.example"):
        raw = built(edition, replace(settings, unsubscribe=address))
        (value,) = re.findall(rb"(?m)^List-Unsubscribe:(.*(?:\r\n[ \t].*)*)", raw)
        assert b"=?" not in value
        assert re.fullmatch(rb"\s*<[^<>\s]+>(,\s*<[^<>\s]+>)*\s*", value)
        assert b"List-Unsubscribe-Post" not in raw


def test_archive_headers_only_with_an_archive(judged: Judge, edit: Edit, settings: DigestSettings) -> None:
    """Where the archive is published its addresses are in the headers."""
    public = replace(settings, archive_url="https://seabridge.example/editions")
    raw = built(edit(judged("x", "pesco"), settings=public), public)
    assert header(raw, "Archived-At") == b"<https://seabridge.example/editions/2026-W46-weekly-en.html>"
    assert header(raw, "List-Archive") == b"<https://seabridge.example/editions>"


def test_archive_headers_are_ascii(judged: Judge, edit: Edit, settings: DigestSettings) -> None:
    """An address with other letters stands in the headers encoded."""
    public = replace(settings, archive_url="https://bücher.example/über")
    raw = built(edit(judged("x", "pesco"), settings=public), public)
    assert header(raw, "List-Archive") == b"<https://xn--bcher-kva.example/%C3%BCber>"


def test_message_id_is_for_ever(judged: Judge, edit: Edit, edition: Edition, settings: DigestSettings) -> None:
    """Same edition, recipient and revision: same id and same bytes; anything else: another id."""
    raw = built(edition, settings)
    assert built(edition, settings) == raw
    identity = header(raw, "Message-ID")
    assert re.fullmatch(rb"<[^<>@\s]+@seabridge\.example>", identity)
    assert header(built(edition, settings, now=NOW.replace(hour=9)), "Message-ID") == identity
    assert header(built(edition, settings, Recipient("other@example.org")), "Message-ID") != identity
    assert header(built(replace(edition, revision=2), settings), "Message-ID") != identity


def test_correction_belongs_to_the_first(edition: Edition, settings: DigestSettings) -> None:
    """A second revision refers to the message that the same reader got first."""
    first, second = built(edition, settings), built(replace(edition, revision=2), settings)
    assert header(second, "References") == header(second, "In-Reply-To") == header(first, "Message-ID")
    assert b"\r\nReferences:" not in first


@pytest.mark.parametrize(
    ("moment", "date"),
    [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), b"Sun, 25 Oct 2026 02:30:00 +0200"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), b"Sun, 25 Oct 2026 02:30:00 +0100"),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), b"Sun, 28 Mar 2027 03:00:00 +0200"),
    ],
)
def test_date_is_local_across_clock_changes(
    edition: Edition, settings: DigestSettings, moment: datetime, date: bytes
) -> None:
    """Date has the offset that the digest's zone has at that moment."""
    assert header(built(edition, settings, now=moment), "Date") == date


@pytest.mark.parametrize(
    "title",
    [
        "line\nbreak",
        "x\r\nBcc: victim@example.org\r\n\r\nBody",
        "x\rBcc: victim@example.org",
        "a\u2028b\u2029c\x0bd\x0ce\x85f",
        "nul\x00led",
        "word " * 800,
        "W" * 4000,
        "\u202eright to left\u202c",
        INJECTION,
        "=\u200b?utf-8?b?" + "eA0KQmNjOiB2aWN0aW1AZXhhbXBsZS5vcmc=" + "?=",
        "🛰" * 3000,
        "\ud800 alone",
    ],
)
def test_hostile_titles(judged: Judge, edit: Edit, settings: DigestSettings, title: str) -> None:
    """Any headline gives one sound message with one short Subject and no header of its own."""
    raw = built(edit(judged(title, "pesco")), settings)
    assert_sound(raw)
    assert len(subject(raw)) <= 200
    assert not re.search(rb"(?mi)^bcc:", raw.partition(b"\r\n\r\n")[0])


def test_encoded_word_is_shown_and_never_decoded(judged: Judge, edit: Edit, settings: DigestSettings) -> None:
    """Neither our bytes nor Python's parser reading and writing them again yield the header that the title smuggles."""
    raw = built(edit(judged(INJECTION, "pesco")), settings)
    assert "Bcc:_victim" in subject(raw)
    again = message_from_bytes(raw, policy=policy.default).as_bytes(policy=policy.SMTP)
    assert not re.search(rb"(?mi)^bcc:", again.partition(b"\r\n\r\n")[0])


@run(deadline=None, max_examples=200)
@given(title=st.text(max_size=300), name=st.text(max_size=120))
@example(title=INJECTION, name=INJECTION)
@example(title="", name='"\\')
def test_any_text_gives_a_sound_message(edition: Edition, settings: DigestSettings, *, title: str, name: str) -> None:
    """Subject, sender, recipient and list may be called anything."""
    strange = replace(settings, name=name or "n", sender_name=name or "n")
    raw = build_message(replace(edition, subject=title), "<p>h</p>", "t", strange, replace(READER, name=name), now=NOW)
    assert_sound(raw)
    assert header(raw, "To").endswith(b"<Reader@example.org>") or header(raw, "To") == b"Reader@example.org"
    assert header(raw, "List-Id").endswith(b"<weekly.seabridge.example>")
    parsed = message_from_bytes(raw, policy=policy.compat32)
    assert parsed.keys() == HEADERS


@run(deadline=None, max_examples=100)
@given(text=st.text(max_size=400))
@example(text=".\n..\nFrom here\n--=_x")
@example(text="x" * 2000)
def test_any_body_arrives(edition: Edition, settings: DigestSettings, *, text: str) -> None:
    """Lines with a dot, very long ones and odd characters come out of the transfer coding as they went in."""
    raw = build_message(edition, "<p>h</p>", text, settings, replace(READER, format="text"), now=NOW)
    body = quopri.decodestring(raw.partition(b"\r\n\r\n")[2])
    assert max(map(len, raw.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76
    sent = ("\n".join(text.splitlines()) + "\n").encode("utf-8", "replace")
    assert body.replace(b"\r\n", b"\n") == sent


def test_one_recipient_and_no_other(edition: Edition, settings: DigestSettings) -> None:
    """A message names its own reader alone."""
    raw = built(edition, settings)
    mailboxes = set(re.findall(rb"[\w.+-]+@[\w.-]+\w", quopri.decodestring(raw)))
    known = {b"digest@seabridge.example", b"editors@seabridge.example", b"leave@seabridge.example"}
    assert {address for address in mailboxes if not address.startswith(b"2026-W46")} - known == {b"Reader@example.org"}


def test_too_large_is_refused(edition: Edition, settings: DigestSettings) -> None:
    """An HTML part that mail programs would cut is not built into a message."""
    with pytest.raises(ValueError, match="cut at 100000"):
        build_message(edition, "x" * 100_001, "t", settings, READER, now=NOW)


def test_bad_address_is_refused(edition: Edition, settings: DigestSettings) -> None:
    """An address with a line break never becomes a header."""
    with pytest.raises(ValueError, match="invalid"):
        built(edition, settings, Recipient("a@example.org\r\nBcc: b@example.org"))


def test_name_of_a_message_is_a_file_name(edition: Edition) -> None:
    """Plain characters, and nothing that tells who the reader is."""
    name = message_name(edition, READER)
    assert re.fullmatch(r"2026-W46-weekly-en\.[0-9a-f]{12}", name)
