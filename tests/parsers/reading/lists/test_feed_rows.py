"""Rows F-1 to F-27 of the catalogue of bad inputs, as far as reading goes: one structured answer, in bounded time."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from parsers.errors import Unreadable
from parsers.judging.novelty import Known, decide
from parsers.model import Entry, Feed
from parsers.reading.confined import Readers, ReadLimits
from parsers.reading.lists.entries import MOST_ENTRIES
from parsers.reading.lists.feeds import parse_feed
from parsers.reading.normalise import entry_key, entry_sha256

URL = "https://feeds.example/all/feed"
SMALL = ReadLimits(wall=30.0, cpu=2, memory=1_500_000_000)
NEIGHBOUR = "<item><title>neighbour</title><link>https://a.example/n</link></item>"


def rss(*items: str, head: str = "", channel: str = "") -> bytes:
    joined = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?>{head}<rss version="2.0"><channel>{channel}{joined}</channel></rss>'.encode()


def one(item: str) -> Entry:
    (entry,) = parse_feed(rss(item), URL).entries
    return entry


def titles(feed: Feed) -> list[str]:
    return [entry.title for entry in feed.entries]


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    """Children with two seconds of processor time for each document."""
    with Readers(1, SMALL) as readers:
        yield readers


def test_f_1_malformed_but_recoverable() -> None:
    """F-1: entries are read and the fault is named."""
    feed = parse_feed(rss("<title>AT&T & co</title>", "<title>b</title>"), URL)

    assert titles(feed) == ["AT&T & co", "b"]
    assert any("not well-formed" in problem for problem in feed.problems)


def test_f_2_cut_in_the_middle_of_an_entry() -> None:
    """F-2: whole entries stay, the last one waits for the next fetch, and that is said."""
    body = rss("<title>a</title>", "<title>b</title><link>https://a.example/b</link>")
    feed = parse_feed(body[: body.index(b"</link>")], URL)

    assert titles(feed) == ["a"]
    assert any("entry 2, which was dropped" in problem for problem in feed.problems)
    assert titles(parse_feed(body, URL)) == ["a", "b"]


LAUGHS = '<!ENTITY l0 "lol">' + "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
BOMBS = {
    "laughs": rss("<title>&l9;</title>", "<title>b</title>", head=f"<!DOCTYPE r [{LAUGHS}]>"),
    "quadratic": rss(
        f"<title>{'&q;' * 1_000}</title>", "<title>b</title>", head=f'<!DOCTYPE r [<!ENTITY q "{"A" * 100_000}">]>'
    ),
    "declarations": rss(
        "<title>&e5;</title>",
        "<title>b</title>",
        head=f"<!DOCTYPE r [{''.join(f'<!ENTITY e{n} {chr(34)}v{n}{chr(34)}>' for n in range(200_000))}]>",
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_f_3_entity_bombs_are_inert(readers: Readers, name: str) -> None:
    """F-3: nothing grows; a child with two seconds gets through, and the next entry is read."""
    feed = readers.read(parse_feed, BOMBS[name], URL).result()

    assert feed.entries[-1].title == "b"
    assert sum(len(entry.title) for entry in feed.entries) < 1_000


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE r [<!ENTITY x SYSTEM "{}">]>',
        '<!DOCTYPE r [<!ENTITY % y SYSTEM "{}"> %y;]>',
        '<!DOCTYPE r SYSTEM "{}">',
    ],
    ids=["entity", "parameter entity", "DTD"],
)
def test_f_4_nothing_outside_is_opened(tmp_path: Path, declaration: str) -> None:
    """F-4: a file that exists does not come in, whatever names it."""
    secret = tmp_path / "secret.dtd"
    secret.write_text('<!ENTITY x "swordfish">')
    feed = parse_feed(rss("<title>a &x; b</title>", head=declaration.format(secret.as_uri())), URL)

    assert "swordfish" not in repr(feed)
    assert feed.entries[0].title.startswith("a ")


@pytest.mark.parametrize("body", [b"/etc/passwd", b"/dev/zero", b"http://127.0.0.1/", b"file:///etc/passwd"])
def test_f_5_a_path_is_no_feed(body: bytes) -> None:
    """F-5: refused as what it is; nothing is opened."""
    with pytest.raises(Unreadable, match="no feed but text") as caught:
        parse_feed(body, URL)

    assert caught.value.kind == "not-a-feed"


@pytest.mark.slow
def test_f_6_very_many_attributes(readers: Readers) -> None:
    """F-6: the child is stopped at its limit, the document is named, the next one is read."""
    attributes = "".join(f' a{number}="x"' for number in range(100_000))
    body = rss("<title>a</title>").replace(b"<item>", f"<item{attributes}>".encode())
    with pytest.raises(Unreadable) as caught:
        readers.read(parse_feed, body, URL).result()

    assert caught.value.kind == "parse-limit"
    assert titles(readers.read(parse_feed, rss("<title>next</title>"), URL).result()) == ["next"]


@pytest.mark.slow
def test_f_7_very_many_entries() -> None:
    """F-7: 100,000 entries end within the limits of any document; the newest are kept and it is said."""
    item = (
        "<title>{0}</title><link>https://a.example/{0}</link><pubDate>{1} GMT</pubDate><description>{2}</description>"
    )
    old, new = "Fri, 03 Jul 2020 10:00:00", "Fri, 03 Jul 2026 10:00:00"
    items = [item.format(number, new if number % 50 == 0 else old, "x" * 250) for number in range(100_000)]
    with Readers(1, ReadLimits(wall=60.0, cpu=60)) as readers:
        feed = readers.read(parse_feed, rss(*items), URL).result()

    assert titles(feed) == [str(number * 50) for number in range(MOST_ENTRIES)]
    assert feed.problems == ("100000 entries, of which only the 2000 newest were read",)


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        rss("<title>a</title>").replace(b"<item>", b'<item about="' + b"x" * 24_000_000 + b'">'),
        rss("<title>a</title>", channel=f"<!--{'x' * 24_000_000}-->"),
    ],
    ids=["attribute", "comment"],
)
def test_f_8_one_very_long_token(readers: Readers, body: bytes) -> None:
    """F-8: read, or stopped at the limit; never more."""
    try:
        feed = readers.read(parse_feed, body, URL).result()
    except Unreadable as error:
        assert error.kind == "parse-limit"  # noqa: PT017 - both ends are right
    else:
        assert titles(feed) == ["a"]


def test_f_8_title_of_ten_megabytes(readers: Readers) -> None:
    """F-8: 500 characters, with a mark."""
    (entry,) = readers.read(parse_feed, rss(f"<title>{'word ' * 2_000_000}</title>"), URL).result().entries

    assert len(entry.title) <= 500
    assert entry.title.endswith("…")


@pytest.mark.slow
@pytest.mark.parametrize(
    "inside",
    [
        "<x>" * 100_000 + "</x>" * 100_000,
        "<x>" * 100_000,
        '<o:x xmlns:o="urn:o">' * 50_000 + "</o:x>" * 50_000,
        '<description><div xmlns="http://www.w3.org/1999/xhtml">'
        + "<b>" * 20_000
        + "</b>" * 20_000
        + "</div></description>",
        "<description>" + "<b>" * 100_000 + "</description>",
        "".join(f'<n{number}:x xmlns:n{number}="urn:{number}"/>' for number in range(100_000)),
        "".join(f'<n{number}:x xmlns:n{number}="urn:{number}">t</n{number}:x>' for number in range(100_000)) + "<z>",
        "".join(f'<n{number}:x xmlns:n{number}="urn:{number}">' for number in range(100_000))
        + "".join(f"</n{number}:x>" for number in reversed(range(100_000))),
        f"<description>{'&lt;div>' * 100_000}</description>",
    ],
    ids=[
        "elements",
        "unclosed elements",
        "unknown elements",
        "xhtml",
        "unclosed html",
        "namespaces",
        "namespaces, broken",
        "nested namespaces",
        "html",
    ],
)
def test_f_9_deep_nesting(inside: str) -> None:
    """F-9: five seconds of a processor are enough, no limit of recursion is met, and the other entries are read."""
    with Readers(1, ReadLimits(wall=60.0, cpu=5)) as readers:
        feed = readers.read(parse_feed, rss(f"<title>a</title>{inside}", "<title>b</title>"), URL).result()

    assert titles(feed) == ["a", "b"]


def test_f_9_what_is_left_out_is_said() -> None:
    """F-9: tags that lie too deep go, what stands in them and behind them stays, and a problem tells it."""
    deep = "<x>" * 600 + "words" + "</x>" * 600
    feed = parse_feed(rss(f"<title>a</title><description>{deep}</description><guid>1</guid>", "<title>b</title>"), URL)

    assert (titles(feed), feed.entries[0].guid) == (["a", "b"], "1")
    assert "words" in feed.entries[0].summary
    assert any("nested too deep" in problem for problem in feed.problems)


def test_f_10_control_characters() -> None:
    """F-10: none of them reaches an entry, escaped or not."""
    entry = one("<title>a\x00b\x1b[31m&#0;&#7;</title><guid>g\x00</guid><description>x\x08y</description>")

    assert not any(ord(character) < 32 for character in entry.title + entry.summary + (entry.guid or ""))
    assert entry.title.startswith("ab[31m")


@pytest.mark.parametrize(
    ("encoding", "declared", "header"),
    [
        ("utf-16-le", "utf-16", ""),
        ("utf-16-be", "utf-8", ""),
        ("latin-1", "utf-8", ""),
        ("utf-8", "iso-8859-1", "application/xml; charset=utf-8"),
        ("utf-8", "utf-8", "application/xml; charset=iso-8859-2"),
        ("utf-8", "klingon", ""),
    ],
)
def test_f_11_encodings_that_are_not_what_they_say(encoding: str, declared: str, header: str) -> None:
    """F-11: read right, and what was overridden is said."""
    text = f'<?xml version="1.0" encoding="{declared}"?><rss version="2.0"><channel><item><title>Genève</title></item>'
    feed = parse_feed(f"{text}</channel></rss>".encode(encoding), URL, header)

    assert titles(feed) == ["Genève"]
    assert any("read as" in problem for problem in feed.problems)


@pytest.mark.parametrize("reference", ["&#xD800;", "&#999999999999;", "&#xFFFFFFFF;", "&#0;"])
def test_f_12_impossible_characters(reference: str) -> None:
    """F-12: replaced, and the entry can be encoded."""
    entry = one(f"<title>a{reference}b</title>")

    assert entry.title == "a\ufffdb"
    entry.title.encode()


def test_f_13_no_guid() -> None:
    """F-13: the link is the key, else title and date; the same at every fetch."""
    with_link, bare = one("<title>a</title><link>/1</link>"), one("<title>a</title><pubDate>2026-07-03</pubDate>")

    assert entry_key(with_link) == "feeds.example/1"
    assert entry_key(bare) == entry_key(one("<pubDate>2026-07-03</pubDate><title>a</title>"))
    assert entry_key(bare) != entry_key(one("<title>a</title><pubDate>2026-07-04</pubDate>"))


def test_f_14_missing_fields() -> None:
    """F-14: any one of them may be missing; without title, link and text nothing is left to store, and it is named."""
    feed = parse_feed(rss("<title>a</title>", "<link>/b</link>", "<guid>only-a-name</guid>"), URL)

    assert [(entry.title, entry.url, entry.published) for entry in feed.entries[:2]] == [
        ("a", None, None),
        ("", "https://feeds.example/b", None),
    ]
    assert feed.problems == ("neither title nor link nor text in entry 3",)


def verdicts(now: datetime, known: dict[str, Known], *entries: Entry) -> list[str]:
    return [decision.verdict for decision in decide(entries, known, now)]


def remembered(*entries: Entry) -> dict[str, Known]:
    return {entry_key(one): Known("item", entry_sha256(one), title=one.title) for one in entries}


ARTICLE = Entry(guid="g", url="https://a.example/story", title="A title", summary="A text.")


def test_f_15_duplicate_guid_in_one_feed(now: datetime) -> None:
    """F-15: three the same are one article."""
    entries = parse_feed(rss(*["<title>a</title><guid>https://a.example/1</guid>"] * 3), URL).entries

    assert verdicts(now, {}, *entries) == ["new", "repeat", "repeat"]


def test_f_16_edited_article(now: datetime) -> None:
    """F-16: the same guid and link with other words is the same article, changed."""
    edited = dataclasses.replace(ARTICLE, title="A better title", summary="Another text.")

    assert verdicts(now, remembered(ARTICLE), edited) == ["changed"]


def test_f_17_guid_used_again(now: datetime) -> None:
    """F-17: with another link it is another article, and the former one is left as it is."""
    other = dataclasses.replace(ARTICLE, url="https://a.example/other", title="Another story")

    assert verdicts(now, remembered(ARTICLE), other) == ["new"]
    assert entry_key(other) not in remembered(ARTICLE)


def test_f_18_guid_that_changes_at_every_fetch(now: datetime) -> None:
    """F-18: link and words, or link and title, tell that it is known; it keeps its former guid and is marked."""
    session = dataclasses.replace(ARTICLE, guid="session-2")
    (decision,) = decide([session], remembered(ARTICLE), now)

    assert (decision.verdict, decision.key, decision.entry.guid) == ("same", "g a.example/story", "g")
    assert decision.renamed
    assert verdicts(now, remembered(ARTICLE), dataclasses.replace(session, summary="Edited.")) == ["changed"]


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/story",
        "https://www.a.example/story/?utm_source=rss&utm_medium=feed",
        "https://amp.a.example/story",
        "https://a.example/story/amp/",
        "https://a.example/story;jsessionid=1#top",
    ],
)
def test_f_19_spellings_of_one_address(now: datetime, url: str) -> None:
    """F-19: the same article, with no news in it."""
    assert verdicts(now, remembered(ARTICLE), dataclasses.replace(ARTICLE, url=url)) == ["same"]


@pytest.mark.parametrize(
    "raw",
    [
        "0000-00-00 00:00:00",
        "-0001-11-30T00:00:00Z",
        "Mon, 30 Feb 2026 10:00:00 GMT",
        "Fri, 03 Jul 2026 10:00:00 +9999",
        "Thu, 01 Jan 1970 00:00:00 GMT",
    ],
)
def test_f_20_impossible_dates(raw: str) -> None:
    """F-20: no date rather than a wrong one; what was said is kept and named."""
    entry = one(f"<title>a</title><pubDate>{raw}</pubDate>")

    assert (entry.published, entry.published_raw) == (None, raw)
    assert entry.problems == (f"date not readable: {raw}",)


def test_f_20_odd_dates_that_can_be() -> None:
    """F-20: without a zone it is UTC; the far future is kept as said, for whoever has a clock."""
    assert one("<title>a</title><pubDate>2026-07-03 10:00</pubDate>").published == datetime(2026, 7, 3, 10, tzinfo=UTC)
    future = one("<title>a</title><pubDate>Tue, 01 Jan 2999 00:00:00 GMT</pubDate>")
    assert future.published == datetime(2999, 1, 1, tzinfo=UTC)
    assert future.published_raw == "Tue, 01 Jan 2999 00:00:00 GMT"


@pytest.mark.parametrize("scheme", ["javascript", "vbscript", "data", "file"])
def test_f_21_dangerous_schemes(scheme: str) -> None:
    """F-21: dropped from link, guid and enclosure before anything is stored; the entry stays and says so."""
    bad = f"{scheme}:x"
    entry = one(f'<title>a</title><link>{bad}</link><guid>{bad}</guid><enclosure url="{bad}" type="application/pdf"/>')

    assert (entry.title, entry.url, entry.attachments) == ("a", None, ())
    assert any(bad in problem for problem in entry.problems)


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("//evil.example/a", "https://evil.example/a"),
        ("../../a", "https://feeds.example/a"),
        ("https://user:secret@a.example/x", "https://a.example/x"),
        ("https://аррӏе.example/", "https://xn--80ak6aa92e.example/"),
    ],
)
def test_f_22_odd_links(link: str, url: str) -> None:
    """F-22: resolved, without user name, the host in punycode."""
    assert one(f"<title>a</title><link>{link}</link>").url == url


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("&lt;script>x()&lt;/script>A", "A"),
        ("&amp;lt;script&amp;gt;", "<script>"),
        ("&amp;amp;lt;b&amp;amp;gt;", "&lt;b&gt;"),
    ],
)
def test_f_23_scripts_in_titles(title: str, text: str) -> None:
    """F-23: escaped once it is markup and goes, escaped twice it is text and stays; nothing is unescaped twice."""
    assert one(f"<title>{title}</title>").title == text
    atom = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="text">&lt;script></title></entry></feed>'
    assert titles(parse_feed(atom.encode(), URL)) == ["<script>"]


def test_f_24_very_many_comments(readers: Readers) -> None:
    """F-24: 200,000 openings of comments cost a child with two seconds no other entry."""
    body = rss(f"<title>a</title><description>{'&lt;!--' * 200_000}</description>", "<title>b</title>")

    assert titles(readers.read(parse_feed, body, URL).result()) == ["a", "b"]


def test_f_25_a_feed_that_empties() -> None:
    """F-25: an empty feed is a feed without entries, so nothing can be concluded about those it had."""
    feed = parse_feed(rss(channel="<title>t</title>"), URL)

    assert (feed.title, feed.entries, feed.problems) == ("t", (), ())


def test_f_26_a_feed_that_becomes_another() -> None:
    """F-26: what shows it is told: title, language and address of the feed."""
    channel = "<title>Casino</title><link>https://casino.example/</link><language>tr</language>"
    feed = parse_feed(rss("<title>a</title>", channel=channel), URL)

    assert (feed.title, feed.language, feed.url) == ("Casino", "tr", "https://casino.example/")


@pytest.mark.parametrize(
    ("length", "kind", "attachments"),
    [
        ("-1", "application/pdf", ("https://a.example/x.pdf",)),
        ("1000000000000000000", "text/html", ("https://a.example/x.pdf",)),
        ("", "", ("https://a.example/x.pdf",)),
    ],
)
def test_f_27_odd_enclosures(length: str, kind: str, attachments: tuple[str, ...]) -> None:
    """F-27: their length counts for nothing, their type for little; only PDFs are kept, as addresses."""
    enclosure = f'<enclosure url="https://a.example/x.{{}}" length="{length}" type="{kind}"/>'

    assert one(f"<title>a</title>{enclosure.format('pdf')}").attachments == attachments
    assert one(f"<title>a</title>{enclosure.format('mp3').replace('application/pdf', 'x')}").attachments == ()
