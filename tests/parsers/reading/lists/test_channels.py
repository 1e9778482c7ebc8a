"""What a feed says of itself: its rhythm, and whether anything in it is new."""

import re
import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.model import Rhythm
from parsers.reading.lists.channels import feed_fingerprint, rhythm

ITEMS = "<item><title>a</title><pubDate>Fri, 03 Jul 2026 10:00:00 GMT</pubDate></item>"
FEED = "<?xml version='1.0'?><rss version='2.0'><channel><title>t</title>{}" + ITEMS + "</channel></rss>{}"
BUILT = "<lastBuildDate>Fri, 03 Jul 2026 17:0{}:00 GMT</lastBuildDate>"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("", Rhythm()),
        ("<ttl>90</ttl>", Rhythm(timedelta(minutes=90))),
        ("<ttl>0</ttl><ttl>x</ttl>", Rhythm()),
        ("<!-- <ttl>90</ttl> -->", Rhythm()),
        ("<skipHours><hour>24</hour><hour> 3 </hour><hour>77</hour></skipHours>", Rhythm(None, (0, 3))),
        ("<skipHours>" + "".join(f"<hour>{n}</hour>" for n in range(24)) + "</skipHours>", Rhythm()),
        ("<skipDays><day>Sunday</day><day>saturday</day><day>Someday</day></skipDays>", Rhythm(None, (), (5, 6))),
        (
            "<sy:updatePeriod>\n daily </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            Rhythm(timedelta(hours=6)),
        ),
        ("<sy:updatePeriod>weekly</sy:updatePeriod>", Rhythm(timedelta(weeks=1))),
        ("<ttl>5</ttl><sy:updatePeriod>weekly</sy:updatePeriod>", Rhythm(timedelta(minutes=5))),
        (
            "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
            Rhythm(timedelta(hours=1)),
        ),
    ],
)
def test_rhythm_in_the_words_of_the_feed(head: str, expected: Rhythm) -> None:
    """Hours from 0 to 23 (24 is 0), Monday is 0, and nonsense is nothing."""
    assert rhythm(FEED.format(head, "")) == expected


def test_rhythm_also_stands_behind_the_entries() -> None:
    """RSS leaves the order open; what an entry says is not meant."""
    text = FEED.format("", "").replace("</channel>", "<ttl>7</ttl></channel>")

    assert rhythm(text).every == timedelta(minutes=7)
    assert rhythm(FEED.format("", "").replace("<title>a", "<ttl>7</ttl><title>a")) == Rhythm()


def test_the_own_dates_of_a_feed_are_no_news() -> None:
    """Many servers write the time of the answer into the head and a remark behind the end."""
    first, second = (FEED.format(BUILT.format(n), f"<!-- made in 0.{n} s -->").encode() for n in (1, 2))
    atom = "<feed xmlns='http://www.w3.org/2005/Atom'><updated>2026-07-0{}</updated><entry><id>1</id></entry></feed>"

    assert first != second
    assert feed_fingerprint(first) == feed_fingerprint(second)
    assert feed_fingerprint(atom.format(1).encode()) == feed_fingerprint(atom.format(2).encode())


def test_comments_without_end_cost_no_more_than_their_length() -> None:
    """A head of 100,000 comments that never end is one comment; the bound is a generous one."""
    began = time.process_time()

    assert rhythm("<rss><ttl>90</ttl>" + "<!--" * 100_000) == Rhythm(timedelta(minutes=90))
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<title>a", "<title>b"),
        ("10:00:00", "10:00:01"),
        ("</item>", "</item><item><title>new</title></item>"),
        ("<title>t", "<title>u"),
        ("</channel>", "<!-- x --></channel>"),
    ],
)
def test_every_change_of_an_entry_is_news(old: str, new: str) -> None:
    """Also a date inside an entry, and a remark that is not behind the end."""
    body = FEED.format(BUILT.format(1), "")

    assert feed_fingerprint(body.encode()) != feed_fingerprint(body.replace(old, new, 1).encode())


@given(st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_no_byte_of_an_entry_is_left_out(at: int, piece: bytes) -> None:
    """Whatever is put between the first entry and the end of the feed changes the fingerprint."""
    body = FEED.format(BUILT.format(1), "").encode()
    start, end = body.index(b"<item>") + 1, body.index(b"</rss>")
    at = min(start + at, end)
    changed = body[:at] + piece + body[at:]

    assert feed_fingerprint(changed) != feed_fingerprint(body)


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", '<?xml version="1.0"?><rss><item>'.encode("utf-16"), b"<html>"])
def test_what_is_no_xml_in_ascii_counts_whole(body: bytes) -> None:
    """JSON may hold `<item>` and dates in its texts; UTF-16 hides them."""
    date = b"<pubDate>1</pubDate>"

    assert feed_fingerprint(body + date) != feed_fingerprint(body)
    assert re.fullmatch("[0-9a-f]{64}", feed_fingerprint(body))
