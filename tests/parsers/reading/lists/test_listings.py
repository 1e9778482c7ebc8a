from datetime import UTC, datetime

import pytest

from parsers.configured import Listing
from parsers.errors import Unreadable
from parsers.reading.lists.listings import parse_listing

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
        (PAGE, Listing(block="li.card", link="a.no"), "none of 6 blocks 'li.card' has a link 'a.no'"),
        (PAGE, Listing(block="li["), "a selector is not CSS: Malformed attribute selector at position 2"),
        (b"", RULES, "no page but an empty answer"),
        (b"%PDF-1.7 <", RULES, "no page but a PDF"),
    ],
)
def test_what_cannot_be_read_is_named(body: bytes, rules: Listing, detail: str) -> None:
    """A redesigned page must not look like a page without news: the selector at fault is named."""
    with pytest.raises(Unreadable) as caught:
        parse_listing(body, URL, rules)

    assert caught.value.kind == ("no-match" if detail.startswith(("nothing", "none of")) else "not-a-feed")
    assert caught.value.detail.startswith(detail)


def test_a_block_that_is_an_anchor_stands_for_what_is_around_it() -> None:
    """Date and teaser beside the link belong to it; those beside the neighbour's link do not."""
    page = (
        b"<main><div class='row'><div><time>3 July 2026</time><div><h3><a href='/news/2026/one'>First of two</a></h3>"
        b"</div><p>Teaser one</p><a href='/news/2026/one'><img></a></div>"
        b"<div><h3><a href='/news/2026/two'>Second of two</a></h3><p>Teaser two</p></div></div></main>"
    )
    rules = Listing(block="a[href*='/news/20']", date="time", summary="p")
    one, two = parse_listing(page, URL, rules).entries

    assert (one.title, one.summary, one.published) == ("First of two", "Teaser one", datetime(2026, 7, 3, tzinfo=UTC))
    assert (two.title, two.summary, two.published) == ("Second of two", "Teaser two", None)


def test_a_lonely_article_does_not_take_the_date_of_the_page() -> None:
    """On a day with one entry the block must not grow into the list, the table or the page around it."""
    page = b"<body><time>1 January 2020</time><ul><li><a href='/news/2026/one'>One alone today</a></li></ul></body>"
    (entry,) = parse_listing(page, URL, Listing(block="a[href*='/news/20']", date="time")).entries

    assert entry.published is None


@pytest.mark.parametrize(
    ("around", "kept"),
    [
        ("<nav>{}</nav>", 0),
        ("<div role='navigation'>{}</div>", 0),
        ("<div role='dialog'>{}</div>", 0),
        ("<footer>{}</footer>", 0),
        ("<article><footer>{}</footer></article>", 1),
        ("<section>{}</section>", 1),
    ],
)
def test_navigation_and_foot_hold_no_entries(around: str, kept: int) -> None:
    """Wherever a site's menu links to its articles; the foot of a card is not the foot of the page."""
    page = around.format("<a href='/news/2026/menu'>Lead of the day</a>") + "<p><a href='/news/2026/one'>One</a></p>"

    assert len(parse_listing(page.encode(), URL, Listing(block="a[href*='/news/20']")).entries) == kept + 1


@pytest.mark.parametrize(
    ("block", "title"),
    [
        (b"<h3>Headline of it</h3><a href='/a'>Read more</a>", "Headline of it"),
        (b"<a href='/a'><span>News</span><h3>Headline</h3><p>A teaser that is longer</p></a>", "Headline"),
        (b"<a href='/a'>A long teaser with many words</a><h3><a href='/a'>Headline</a></h3>", "Headline"),
        (b"<a href='/a'>\xc2\xbb</a><a href='/a' title='Label of it'><img></a>", "Label of it"),
        (b"<h4>12 May</h4><a href='/a'>The words of the link</a>", "The words of the link"),
        (b"<a href='/a'>More</a>", ""),
    ],
)
def test_titles_are_headlines(block: bytes, title: str) -> None:
    """A linked heading, else the words of the link unless they are those of a button, else heading or label."""
    (entry,) = parse_listing(b"<div class='x'>" + block + b"</div>", URL, Listing(block=".x")).entries

    assert entry.title == title


def test_the_first_text_that_is_a_date_counts() -> None:
    """Several selectors may fit the same block: what is no date does not hide the one that is."""
    page = b"<div class='x'><a href='/a'>Some words</a><b class='date'>Brussels</b><i class='date'>03.07.2026</i></div>"
    (entry,) = parse_listing(page, URL, Listing(block=".x", date=".date")).entries

    assert entry.published == datetime(2026, 7, 3, tzinfo=UTC)


@pytest.mark.parametrize(("day_first", "month", "day"), [(True, 6, 11), (False, 11, 6)])
def test_numbers_are_read_in_the_order_of_the_site(day_first: bool, month: int, day: int) -> None:
    """American sites put the month first; what stands there is kept as it was."""
    page = b"<p><a href='/a'>Some words</a><time datetime='11/06/26'>11/06/26</time></p>"
    (entry,) = parse_listing(page, URL, Listing(block="p", date="time", day_first=day_first)).entries

    assert (entry.published, entry.published_raw) == (datetime(2026, month, day, tzinfo=UTC), "11/06/26")


def test_rules_that_fit_a_menu_are_noticed() -> None:
    """A redesign can leave selectors that find links, only not those of articles."""
    page = b"<ul><li><a href='/a'>About us</a></li><li><a href='/b'>Topics</a></li><li><a href='/c'>Staff</a></li></ul>"

    assert parse_listing(page, URL, Listing(block="li", date="time")).problems == (
        "none of 3 entries has a date: its rule fits nothing, or these are no articles",
        "3 of 3 titles have at most 2 words, as in a menu",
    )


@pytest.mark.parametrize(
    ("link", "older"),
    [
        (b"<a rel='next' href='?page=1'>Next</a>", "https://agency.example/news/?page=1"),
        (b"<link rel='next' href='/news/page/2/'>", "https://agency.example/news/page/2/"),
        (b"<a rel='next' href='https://other.example/'>Next</a>", None),
        (b"<a rel='next' href='javascript:more()'>Next</a>", None),
        (b"", None),
    ],
)
def test_the_next_page_is_named(link: bytes, older: str | None) -> None:
    """Where the page says which one holds older entries, backfill needs no rule of its own."""
    assert parse_listing(PAGE.replace(b"</body>", link + b"</body>"), URL, RULES).older == older


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"/etc/passwd", id="F-5-path"),
        pytest.param(b"http://127.0.0.1/", id="F-5-address"),
        pytest.param(b"<a href='javascript:alert(1)'>One two three</a>", id="F-21"),
    ],
)
def test_hostile_pages_give_nothing(body: bytes) -> None:
    """F-5, F-21: nothing that the page names is opened, and no entry leads to a script."""
    with pytest.raises(Unreadable):
        parse_listing(body, URL, Listing(block="a"))


@pytest.mark.parametrize(
    ("body", "read"),
    [
        pytest.param(b"<div>" + b"<a href='/news/20/x'>Words in a row</a>" * 5_000, 1, id="F-7-one-article"),
        pytest.param(
            b"<div>" + b"".join(b"<a href='/news/20/%d'>Words</a>" % n for n in range(5_000)), 2_000, id="F-7"
        ),
        pytest.param(b"<div>" * 50_000 + b"<a href='/news/20/x'>Words in a row</a>", 1, id="F-9"),
        pytest.param(b"<a href='/news/20/x'>Words in a row</a>" + b"<!--" * 200_000, 1, id="F-24"),
    ],
)
def test_large_pages_end(body: bytes, read: int) -> None:
    """F-7, F-9, F-24: the first 2,000 blocks count, and one article that is linked 5,000 times is read once."""
    assert len(parse_listing(body, URL, Listing(block="a[href*='/news/20']", date="time")).entries) == read
