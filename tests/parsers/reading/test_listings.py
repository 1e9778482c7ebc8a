from datetime import UTC, datetime

import pytest

from parsers.configured import Listing
from parsers.errors import Unreadable
from parsers.reading.listings import parse_listing

URL = "https://agency.example/news/"
PAGE = b"""<!DOCTYPE html><html lang="en"><head><title>News &amp; views</title></head><body>
<nav><ul><li class="card"><a href="/news/">All news</a></li><li class="card"><a href="#top">Top</a></li></ul></nav>
<ul>
  <li class="card"><a href="joint-call"><img src="x.jpg"></a>
    <h3><a href="joint-call?utm_source=teaser">Joint <b>call</b></a></h3></li>
  <li class="card"><a href="joint-call">Joint call opens</a><time datetime="2026-07-03T09:00:00+02:00">3 days ago</time>
    <p>Open until autumn.</p></li>
  <li class="card"><a href="/2026/06/30/report">Report</a><span class="date">last week</span></li>
  <li class="card"><a href="https://other.example/x">Elsewhere</a><time>1 July 2026</time></li>
  <li class="card"><a href="javascript:open()">No address</a></li>
  <li class="card">No link</li>
</ul></body></html>"""
RULES = Listing(
    block="li.card",
    date="time, .date",
    summary="p",
    date_in_url=r"/(?P<year>\d{4})/(?P<month>\d\d)/(?P<day>\d\d)/",
)


def test_blocks_become_entries() -> None:
    """Absolute links; the date from the attribute, the text or the address; navigation and doubles left out."""
    feed = parse_listing(PAGE, URL, RULES)

    assert [(entry.url, entry.title, entry.summary, entry.published) for entry in feed.entries] == [
        (
            "https://agency.example/news/joint-call",
            "Joint call opens",
            "Open until autumn.",
            datetime(2026, 7, 3, 7, tzinfo=UTC),
        ),
        ("https://agency.example/2026/06/30/report", "Report", "", datetime(2026, 6, 30, tzinfo=UTC)),
        ("https://other.example/x", "Elsewhere", "", datetime(2026, 7, 1, tzinfo=UTC)),
    ]
    assert (feed.format, feed.title, feed.language) == ("listing", "News & views", "en")


def test_a_picture_link_does_not_hide_the_title() -> None:
    """Of several anchors to one article the one with words counts, else its label."""
    picture = b'<div><a href="/a"><img></a><a href="/a?utm_medium=x">Words</a></div>'
    page = b'<?xml version="1.0"?>' + picture + b'<div><a href="/b" aria-label="Label"><img></a></div>'

    assert [entry.title for entry in parse_listing(page, URL, Listing(block="div")).entries] == ["Words", "Label"]


def test_a_block_may_be_the_link_itself() -> None:
    """Cards that are one big anchor are common; the title then needs its own selector."""
    page = b'<a class="card" href="/a"><h2>Title</h2><p>Teaser</p></a>'
    (entry,) = parse_listing(page, URL, Listing(block="a.card", title="h2", summary="p")).entries

    assert (entry.url, entry.title, entry.summary) == ("https://agency.example/a", "Title", "Teaser")


@pytest.mark.parametrize(
    ("body", "rules", "detail"),
    [
        (PAGE, Listing(block=".gone"), "nothing matches block '.gone' in an HTML page titled 'News & views'"),
        (PAGE, Listing(block="li.card", link="a.no"), "none of 8 blocks 'li.card' has a link 'a.no'"),
        (PAGE, Listing(block="li["), "a selector is not CSS: Malformed attribute selector at position 2"),
        (b"", RULES, "no page but an empty answer"),
        (b"%PDF-1.7 <", RULES, "no page but a PDF"),
    ],
)
def test_what_cannot_be_read_is_named(body: bytes, rules: Listing, detail: str) -> None:
    """A redesigned page must not look like a page without news: the selector at fault is named."""
    with pytest.raises(Unreadable) as caught:
        parse_listing(body, URL, rules)

    assert caught.value.kind == "not-a-feed"
    assert caught.value.detail.startswith(detail)
