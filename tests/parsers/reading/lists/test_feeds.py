import ast
import dataclasses
import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import Unreadable
from parsers.model import Feed, Rhythm
from parsers.reading.lists.feeds import parse_feed

REPOSITORY = Path(__file__).parents[4]
SAMPLES = sorted(path for path in (REPOSITORY / "tests/data/feeds").iterdir() if ".expected." not in path.name)
URL = "https://feeds.example/all/feed"


def rss(*items: str, head: str = "") -> bytes:
    joined = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?>{head}<rss version="2.0"><channel>{joined}</channel></rss>'.encode()


def as_json(feed: Feed) -> Any:
    """A feed as its `.expected.json` has it: only what is not empty."""
    return without_empty(json.loads(json.dumps(dataclasses.asdict(feed), default=_plain)))


def _plain(value: datetime | timedelta) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {name: without_empty(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one not in (None, "", [], {})}
    return [without_empty(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_samples_give_what_lies_beside_them(path: Path) -> None:
    """Every format, encoding and kind of damage that we know, field by field."""
    expected = json.loads(path.with_name(f"{path.name}.expected.json").read_text(encoding="utf-8"))

    assert as_json(parse_feed(path.read_bytes(), URL)) == without_empty(expected)


@pytest.mark.shared
def test_real_feeds_keep_every_entry(shared: Path) -> None:
    """As many entries as elements, each with title and address, nothing encoded twice, no markup left."""
    paths = sorted((shared / "feeds").glob("*.xml"))
    assert paths
    for path in paths:
        body = path.read_bytes()
        feed = parse_feed(body, URL)

        assert len(feed.entries) == len(re.findall(rb"<(?:item|entry)[\s>]", body)), path.name
        assert all(entry.title and entry.url and entry.guid for entry in feed.entries), path.name
        assert sum(entry.published is None and entry.updated is None for entry in feed.entries) <= 3, path.name
        text = "".join(entry.title + entry.summary + entry.content for entry in feed.entries)
        assert not re.search("Ã.|â€|</?(?:p|div|a|img|br)\\b|&(?:amp|nbsp|quot|#\\d+);", text), path.name
        assert feed.problems == (), path.name


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "no feed but an empty answer"),
        (b" \n", "no feed but an empty answer"),
        (b'{"error": "no such key"}', 'no feed but JSON: {"error": "no such key"}'),
        (b'{"error"', 'broken JSON: {"error"'),
        (b"[" * 100_000, "broken JSON: " + "[" * 79 + "…"),
        (b"%PDF-1.7 ...", "no feed but a PDF"),
        (b"\x1f\x8b\x08...", "no feed but a gzip file"),
        (b"<urlset><url/></urlset>", "no feed but XML with the root element <urlset>"),
        (b"/etc/passwd", "no feed but text: '/etc/passwd'"),
        (b"http://127.0.0.1/", "no feed but text: 'http://127.0.0.1/'"),
        (rss("", "<guid>only-an-identifier</guid>"), "none of its 2 entries has a title, a link or a text"),
    ],
)
def test_what_is_no_feed_is_named(body: bytes, detail: str) -> None:
    """The person who repairs the source reads what came instead; a body that looks like a path opens nothing."""
    with pytest.raises(Unreadable) as caught:
        parse_feed(body, URL)

    assert (caught.value.kind, caught.value.detail) == ("not-a-feed", detail)


@pytest.mark.parametrize(
    ("page", "kind", "detail"),
    [
        ("<!DOCTYPE html><title>Hello &amp; you</title><p>x", "html", "an HTML page titled 'Hello & you'"),
        ('<?xml version="1.0"?><!DOCTYPE html><html xmlns="x"><p>x</p></html>', "html", "an HTML page"),
        ("<html><title>Human rights report</title><p>log in to comment</p></html>", "html", "an HTML page titled"),
        ('<html><title>Hi</title><input type="password">', "login", "a login page titled 'Hi'"),
        ("<html><title>Please sign in | Gazette</title><form></form>", "login", "a login page titled"),
        ("<html><title>Anmelden – Blatt</title>", "login", "a login page titled"),
        ("<!DOCTYPE html><html><title>Just a moment...</title>", "challenge", "keeps robots out titled 'Just a moment"),
        ("<html><title>Attention Required! | X</title>", "challenge", "a page that keeps robots out"),
        ("<html><title>a.example</title><script>window._cf_chl_opt={}</script>", "challenge", "keeps robots out"),
        ("<html><body>Request unsuccessful. Incapsula incident ID: 7-8</body></html>", "challenge", "keeps robots out"),
        ("<html><p>Verify you are human by completing the action below.</p>", "challenge", "keeps robots out"),
    ],
)
def test_pages_that_come_instead_have_a_kind(page: str, kind: str, detail: str) -> None:
    """Somebody has to repair an address, an account or a reputation: three different things."""
    with pytest.raises(Unreadable) as caught:
        parse_feed(page.encode(), URL)

    assert caught.value.kind == kind
    assert detail in caught.value.detail


@pytest.mark.parametrize(
    ("body", "titles"),
    [
        (b"Notice: undefined index\n" + rss("<title>a</title>"), ["a"]),
        (b"<html><p><rss><channel><title>t</title><item><title>a</title></item></channel></rss></html>", ["a"]),
        (rss("<title>a</titel><link>/a</link>", "<title>b</title><link>/b</link>"), ["a", "b"]),
        (rss("<title>a</title><link>/a</link>", "<title><![CDATA b</title><link>/b</link>"), ["a", "![CDATA b"]),
        (rss("<title>a</title><link>/a</link>", "<title>AT&T &nbsp; b</title><link>/b</link>"), ["a", "AT&T b"]),
    ],
    ids=["text before", "inside a page", "wrong end tag", "stray declaration", "undefined entity"],
)
def test_broken_feeds_are_mended(body: bytes, titles: list[str]) -> None:
    """Also where feedparser loses the rest of an entry; the damage is named."""
    feed = parse_feed(body, URL)

    assert [entry.title for entry in feed.entries] == titles
    assert any("not well-formed" in problem for problem in feed.problems)


def test_older_entries_have_an_address() -> None:
    """RFC 5005: the archive before this one, else the next page, absolute; the page itself is not older."""
    link = '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="{}" href="{}"/>'
    both = link.format("next", "?page=2") + link.format("prev-archive", "/archive/2025")

    def older(links: str) -> str | None:
        return parse_feed(rss("<title>a</title>").replace(b"<item>", links.encode() + b"<item>"), URL).older

    assert older("") is None
    assert older(link.format("next", "?page=2")) == f"{URL}?page=2"
    assert older(both) == "https://feeds.example/archive/2025"
    assert older(link.format("next", "javascript:x")) is None
    assert older(link.format("next", URL)) is None
    body = b'{"version": "https://jsonfeed.org/version/1.1", "items": [], "next_url": "/all/feed?p=2"}'
    assert parse_feed(body, URL).older == f"{URL}?p=2"


@pytest.mark.parametrize(
    ("source", "publisher"),
    [
        ('<source url="https://paper.example">Paper &amp;amp; Ink</source>', "Paper & Ink"),
        ("<source>\n Paper\n of Record </source>", "Paper of Record"),
        ('<source url="https://paper.example">One</source><source url="https://b.example">Two</source>', "Two"),
        ('<source url="https://paper.example"/>', None),
        ("<source>" + "x" * 5_000 + "</source>", "x" * 199 + "…"),
        ("<source><title>Of another feed</title><id>9</id></source>", "Of another feed"),
        ("<author>Ada</author>", None),
    ],
)
@pytest.mark.parametrize("damage", ["", "<title>A & B</title>"], ids=["sound", "damaged"])
def test_the_outlet_that_an_aggregator_names(source: str, publisher: str | None, damage: str) -> None:
    """RSS 2.0 `source` and RFC 4287, section 4.2.11, on one line; the title of the entry stays its own."""
    (entry,) = parse_feed(rss(f"<title>Pact</title>{damage}{source}<link>https://a.example/1</link>"), URL).entries

    assert (entry.publisher, entry.url) == (publisher, "https://a.example/1")
    assert entry.title in ("Pact", "A & B")


def test_the_rhythm_is_what_the_feed_says() -> None:
    """Also of feeds that feedparser reads."""
    body = rss("<title>a & b</title>").replace(b"<item>", b"<ttl>60</ttl><skipHours><hour>24</hour></skipHours><item>")

    assert parse_feed(body, URL).rhythm == Rhythm(timedelta(hours=1), (0,), ())


def test_a_feed_without_entries_is_a_feed() -> None:
    """Whether an empty feed is alarming is not for the parser to say."""
    assert parse_feed(rss(), URL).entries == ()


def test_cut_between_entries_keeps_all_of_them() -> None:
    """A body that ends early is named as such even where no entry was hurt."""
    body = rss("<title>a</title>", "<title>b</title>")
    feed = parse_feed(body[: body.index(b"</channel>")], URL)

    assert [entry.title for entry in feed.entries] == ["a", "b"]
    assert "cut off after the last entry" in feed.problems


def test_cut_before_the_first_entry_is_no_feed() -> None:
    """Nothing was read, which must not look like a feed that has run dry."""
    with pytest.raises(Unreadable, match="cut off before the first entry"):
        parse_feed(b'<rss version="2.0"><channel><title>Some', URL)


def test_duplicates_inside_a_feed_are_kept() -> None:
    """Each fetched entry must end in a disposition, so each must appear."""
    item = "<title>a</title><link>/a</link><guid>https://feeds.example/a</guid>"

    assert len(parse_feed(rss(item, item, item), URL).entries) == 3


@pytest.mark.parametrize("scheme", ["javascript", "vbscript", "data", "file", "JaVaScRiPt"])
def test_dangerous_links_are_dropped_and_named(scheme: str) -> None:
    """In link, guid and enclosure; the entry stays."""
    bad = f"{scheme}:x"
    item = f'<title>a</title><link>{bad}</link><guid>{bad}</guid><enclosure url="{bad}.pdf" type="application/pdf"/>'
    (entry,) = parse_feed(rss(item), URL).entries

    assert (entry.url, entry.attachments) == (None, ())
    assert any(bad in problem for problem in entry.problems)


@pytest.mark.parametrize(
    ("guid", "url"),
    [
        ("<guid>https://a.example/1</guid>", "https://a.example/1"),
        ('<guid isPermaLink="false">https://a.example/1</guid>', "https://a.example/1"),
        ("<guid>12345</guid>", None),
        ("<guid>javascript:x</guid>", None),
    ],
)
def test_only_a_guid_that_is_an_address_stands_in_for_the_link(guid: str, url: str | None) -> None:
    """`12345` is not a page of the feed's host, though RSS says that a guid is a link unless told otherwise."""
    (entry,) = parse_feed(rss(f"<title>a</title>{guid}"), URL).entries

    assert entry.url == url


def test_entity_bombs_and_external_entities_are_inert() -> None:
    """Nothing grows and no file is read."""
    bomb = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    feed = parse_feed(rss("<title>&l9;</title>", head=f'<!DOCTYPE r [<!ENTITY l0 "lol">{bomb}]>'), URL)
    assert len(feed.entries[0].title) < 500

    secret = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY % y SYSTEM "http://127.0.0.1:9/"> %y;]>'
    feed = parse_feed(rss("<title>a &x; b</title>", head=secret), URL)
    assert "root" not in feed.entries[0].title


def test_a_hostile_description_leaves_the_other_entries_alone() -> None:
    """200,000 comment openings are seconds of work for other parsers."""
    feed = parse_feed(rss(f"<title>a</title><description>{'&lt;!--' * 200_000}</description>", "<title>b</title>"), URL)

    assert [entry.title for entry in feed.entries] == ["a", "b"]


def test_a_title_of_ten_megabytes_is_cut() -> None:
    """500 characters with a mark."""
    (entry,) = parse_feed(rss(f"<title>{'word ' * 2_000_000}</title>"), URL).entries

    assert len(entry.title) <= 500
    assert entry.title.endswith("…")


def test_markup_in_titles_follows_the_format() -> None:
    """RSS titles are HTML in practice; Atom says what they are; what was escaped twice is text in both."""
    titles = [
        parse_feed(rss("<title>&lt;script>x()&lt;/script>A &lt;b>B&lt;/b></title>"), URL).entries[0].title,
        parse_feed(rss("<title>&amp;lt;b&amp;gt;</title>"), URL).entries[0].title,
        parse_feed(
            b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="text">&lt;b></title></entry></feed>', URL
        )
        .entries[0]
        .title,
    ]

    assert titles == ["A B", "<b>", "<b>"]


def test_feedparser_is_only_given_bytes_in_memory() -> None:
    """Any other argument may be taken for a path or an address and opened: no such call in the whole repository."""
    calls = []
    for folder in ("flows", "parsers", "storage", "digests", "tests"):
        for path in (REPOSITORY / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                assert not (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("feedparser")), path
                if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "feedparser":
                    assert node.attr == "parse", f"{path}:{node.lineno}"
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "feedparser.parse":
                    calls.append(ast.unparse(node.args[0]))

    assert calls
    assert all(re.fullmatch(r"io\.BytesIO\(.+\)", call) for call in calls)


PIECES = [
    b"<item>",
    b"</item>",
    b"<title>",
    b"&",
    b"&#x",
    b"<![CDATA[",
    b"\x00",
    b"\xff",
    b"<!--",
    b"<svg>",
    b'a="',
    b"]]>",
]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([path.read_bytes() for path in SAMPLES]),
    st.lists(st.tuples(st.integers(0, 3_000), st.sampled_from(PIECES) | st.binary(max_size=4)), max_size=6),
    st.integers(0, 3_000),
)
def test_damaged_feeds_are_read_or_refused(body: bytes, inserts: list[tuple[int, bytes]], end: int) -> None:
    """Whatever was inserted or cut off: a feed or `Unreadable`, nothing else."""
    for at, piece in inserts:
        body = body[:at] + piece + body[at:]
    try:
        feed = parse_feed(body[:end], URL)
    except Unreadable:
        return
    for entry in feed.entries:
        f"{entry.title}{entry.summary}{entry.content}".encode()
