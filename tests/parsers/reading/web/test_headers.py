"""Headers: what they ask of us, within bounds, and what of ours may be sent."""

import pytest
from wire import NOW

from parsers.reading.web.headers import max_age, retry_after, sendable

SENT = "Mon, 16 Nov 2026 06:00:00 GMT"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("-5", 0.0),
        ("99999999999", 86_400.0),
        ("9" * 400, None),
        ("soon", None),
        ("", None),
        (None, None),
        ("1.5", None),
        ("٣", None),
        ("Mon, 16 Nov 2026 07:00:00 GMT", 3_600.0),
        ("Mon, 16 Nov 2020 07:00:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
        ("Mon, 99 Nov 2026 07:00:00 GMT", None),
    ],
)
def test_retry_after_is_clamped(value: str | None, seconds: float | None) -> None:
    """N-31: seconds or a date, never below 0 or above a day; rubbish is unknown."""
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache-control": "public"}, None),
        ({"cache-control": "max-age=600"}, 600.0),
        ({"cache-control": 'Public, Max-Age = "600"'}, 600.0),
        ({"cache-control": "max-age=600, max-age=60"}, 60.0),
        ({"cache-control": "max-age=600", "age": "200"}, 400.0),
        ({"cache-control": "max-age=600", "age": "700"}, 0.0),
        ({"cache-control": "max-age=600", "age": "-5"}, 600.0),
        ({"cache-control": "max-age=31536000"}, 86_400.0),
        ({"cache-control": "max-age=99999999999999999999"}, 86_400.0),
        ({"cache-control": "max-age=" + "9" * 400}, None),
        ({"cache-control": "max-age=-1"}, None),
        ({"cache-control": "max-age=1.5"}, None),
        ({"cache-control": "max-age=٣"}, None),
        ({"cache-control": "max-age"}, None),
        ({"cache-control": "s-maxage=600, x-max-age=5"}, None),
        ({"cache-control": "no-cache, max-age=600"}, 0.0),
        ({"cache-control": "no-store"}, 0.0),
        ({"cache-control": "NO-CACHE"}, 0.0),
        ({"cache-control": 'no-cache="set-cookie, x", max-age=600'}, 600.0),
        ({"cache-control": ",,=,;" * 10_000}, None),
        ({"date": SENT, "expires": "Mon, 16 Nov 2026 06:10:00 GMT"}, 600.0),
        ({"date": SENT, "expires": "Mon, 16 Nov 2026 06:10:00 GMT", "age": "200"}, 400.0),
        ({"date": SENT, "expires": "Mon, 16 Nov 2026 06:10:00 GMT", "cache-control": "public"}, 600.0),
        ({"date": SENT, "expires": "Mon, 16 Nov 2026 06:10:00 GMT", "cache-control": "max-age=60"}, 60.0),
        ({"date": SENT, "expires": "Mon, 16 Nov 2026 06:10:00 GMT", "cache-control": "no-cache"}, 0.0),
        ({"date": SENT, "expires": "Fri, 31 Dec 9999 23:59:59 GMT"}, 86_400.0),
        ({"date": SENT, "expires": "Thu, 19 Nov 1981 08:52:00 GMT"}, 0.0),
        ({"date": SENT, "expires": "0"}, 0.0),
        ({"date": "today", "expires": "Mon, 16 Nov 2026 06:10:00 GMT"}, None),
        ({"date": SENT}, None),
    ],
)
def test_max_age_is_clamped(headers: dict[str, str], seconds: float | None) -> None:
    """Cache-Control, else Expires, tells how long nothing new is to be expected, a day at most; rubbish is unknown."""
    assert max_age(headers) == seconds


def test_what_cannot_be_sent_is_left_out() -> None:
    """No line breaks, no framing, no foreign letters, nothing endless; the rest under lower-case names."""
    assert sendable({"X-One": " 1 ", "ACCEPT": "a/b", "Sec-Fetch-Mode": "caf\xe9"}) == {
        "x-one": "1",
        "accept": "a/b",
        "sec-fetch-mode": "caf\xe9",
    }
    for name in ("Host", "connection", "Content-Length", "TE", "x y", "x:", ":path", "", "x\n", "ſet", "x" * 101):
        assert sendable({name: "1"}) == {}, name
    for value in ("a\r\nb: c", "a\x00", "", None, "x" * 1_001, "€", "\x7f", "\x85"):
        assert sendable({"x": value}) == {}, value
