"""The short way through usual feeds gives what feedparser gives."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parsers.model import Entry
from parsers.reading.lists import wellformed
from parsers.reading.lists.entries import clean_entries
from parsers.reading.lists.feeds import xml_said
from parsers.reading.plain import decode, undo_double_encoding

URL = "https://feeds.example/all/feed"
SPACES = (
    ' xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'
    ' xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" xmlns:own="https://own.example/ns"'
    ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:media2="//search.example/mrss"'
)
USUAL = """
<title>Ministers &amp; buyers</title>
<title><![CDATA[A <b>bold</b> move]]></title>
<title/>
<title type="html">&amp;lt;b> caf&#233;</title>
<link>https://a.example/1?a=1&amp;b=2</link>
<link> https://a.example/2	</link>
<link/>
<link href="https://a.example/3"/>
<link rel="alternate" type="text/html" href="/4"/>
<link rel="enclosure" type="application/pdf" href="https://a.example/5.pdf"/>
<link rel="self" href="https://a.example/6"/>
<atom:link href="https://a.example/7" rel="related"/>
<guid>https://a.example/1</guid>
<guid isPermaLink="false">g-1</guid>
<guid isPermaLink="true">https:////a.example/8</guid>
<guid/>
<id>urn:1</id>
<pubDate>Fri, 03 Jul 2026 10:00:00 GMT</pubDate>
<published>2026-07-03T10:00:00Z</published>
<updated>2026-07-04</updated>
<dc:date>2026-07-05T10:00:00+02:00</dc:date>
<dcterms:created>2026-07-06</dcterms:created>
<description>One &lt;p&gt;two&lt;/p&gt;</description>
<description>sociÃ©tÃ©</description>
<description/>
<summary type="text">&lt;plain></summary>
<summary type="html">&lt;i>html&lt;/i></summary>
<dc:description>three</dc:description>
<content:encoded><![CDATA[<p>All of it.</p><p>More.</p>]]></content:encoded>
<content type="html">&lt;p>Atom's way&lt;/p></content>
<content>text</content>
<media:content url="https://a.example/p.jpg" type="image/jpeg"/>
<media:content url="https://a.example/p.pdf" type="application/pdf"><media:title>no</media:title></media:content>
<media:content url="x"><media:description>picture</media:description><media:credit>Ada</media:credit></media:content>
<media:group><media:content url="y"/><media:thumbnail url="z"/></media:group>
<media:group><media:title>video</media:title><media:description>of a video</media:description></media:group>
<media:thumbnail url="https://a.example/t.jpg"/>
<media:title>of the picture</media:title>
<media:category scheme="urn:x">art</media:category>
<category>defence</category>
<category domain="https://a.example/tags">industry</category>
<category domain="https://a.example/tags"/>
<category term="eu" label="EU"/>
<category/>
<dc:subject>drones</dc:subject>
<itunes:keywords>air, sea ,</itunes:keywords>
<dc:creator>Ada Lovelace</dc:creator>
<dc:creator>desk@a.example (Ada)</dc:creator>
<dc:creator/>
<author>Grace Hopper</author>
<author>grace@a.example (Grace)</author>
<author><name>Edsger</name><uri>https://a.example/e</uri></author>
<author><name>Barbara</name><email>b@a.example</email></author>
<atom:contributor><atom:name>Nobody</atom:name></atom:contributor>
<itunes:author>Pod</itunes:author>
<itunes:summary>Heard.</itunes:summary>
<itunes:subtitle>Sub</itunes:subtitle>
<itunes:duration>12:00</itunes:duration>
<enclosure url="https://a.example/e.pdf" length="-1" type="application/PDF"/>
<source url="https://b.example/feed">Other</source>
<source url="https://b.example/feed"/>
<source>&amp;lt;b>Caf&#233; &amp;amp; sociÃ©tÃ©</source>
<media:group><source url="https://b.example/feed">Inner</source></media:group>
<comments>https://a.example/c</comments>
<slash:comments>7</slash:comments>
<own:score a="1">9</own:score>
<own:group><own:title>not this</own:title></own:group>
<own:group><title>perhaps this</title></own:group>
<feedburner:origLink>https://a.example/orig</feedburner:origLink>
<dc:language>fr</dc:language>
<!-- a remark --><rights>all</rights>
<title>a<!-- x -->b</title>
""".strip().splitlines()
ODD = """
<title xml:lang="de">Deutsch</title>
<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">x <b>y</b></div></title>
<description><p>marked up</p></description>
<description xml:base="https://b.example/">based</description>
<content type="application/xml">eA==</content>
<content src="https://a.example/elsewhere"/>
<dc:title>of Dublin</dc:title>
<image><title>of an image</title><url>x</url></image>
<source><title>of another feed</title><id>9</id></source>
<source url="https://b.example/feed">a&#146;b</source>
<source url="https://b.example/feed" xml:lang="de">Andere</source>
<guid>a&#146;b</guid>
<link>https://a.example/&amp;amp;x</link>
<media:keywords>one, two</media:keywords>
<media2:title>no</media2:title>
<author>Ada <name>x</name></author>
<textInput><title>t</title><name>n</name></textInput>
<svg><title>t</title></svg>
<body>text</body>
<foo bar="1">x</foo>
<expirationDate>2026-07-03</expirationDate>
<language>nl</language>
<TITLE>LOUD</TITLE>
""".strip().splitlines()
HEADS = """
<title>Feed</title>
<title/>
<link>https://a.example/</link>
<link rel="self" href="https://a.example/feed"/>
<atom:link rel="next" href="?page=2"/>
<id>urn:feed</id>
<language>en-GB</language>
<description>About</description>
<image><title>Image</title><url>https://a.example/i.png</url><link>https://a.example/i</link></image>
<author><name>Editor</name></author>
<itunes:owner><itunes:name>Owner</itunes:name></itunes:owner>
<category>News</category>
<ttl>5</ttl>
<lastBuildDate>Fri, 03 Jul 2026 10:00:00 GMT</lastBuildDate>
<own:x/>
<cloud domain="a.example"/>
<textInput><title>Search</title></textInput>
<dc:title>Dublin</dc:title>
""".strip().splitlines()

Seen = tuple[object, ...]


def document(kind: str, head: list[str], entries: list[list[str]], attributes: str = "") -> str:
    name = "item" if kind == "rss" else "entry"
    inside = "".join(head) + "".join(f"<{name}>{''.join(entry)}</{name}>" for entry in entries)
    if kind == "rss":
        return f'<rss version="2.0"{SPACES}{attributes}><channel>{inside}</channel></rss>'
    return f'<feed xmlns="http://www.w3.org/2005/Atom"{SPACES}{attributes}>{inside}</feed>'


def seen(parsed: Mapping[str, Any]) -> Seen:
    """What of a parsed feed can be seen in the end."""
    atom = str(parsed["version"]).startswith("atom")
    head = {key: dict.get(parsed["feed"], key) for key in ("title", "link", "language")}
    entries: tuple[Entry, ...]
    entries, _ = clean_entries([xml_said(entry, atom) for entry in parsed["entries"]], URL, head["language"] or "")
    links = [(link.get("rel"), link.get("href")) for link in dict.get(parsed["feed"], "links") or []]
    title = undo_double_encoding(head["title"] or "")
    return parsed["version"], title, head["link"] or "", head["language"] or "", links, entries


def by_feedparser(text: str) -> Seen:
    parsed = feedparser.parse(
        io.BytesIO(text.encode()),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    return seen(parsed)


@settings(max_examples=400, deadline=None)
@example("rss", [], [["<author>Grace</author>", "<author><name>Edsger</name></author>"]], "")
@example(
    "atom", [], [["<media:title>a</media:title>", "<title>b</title>", "<source/>", "<media:title>c</media:title>"]], ""
)
@example(
    "rss", [], [["<itunes:summary>a</itunes:summary>", "<description>b</description>", "<content>c</content>"]], ""
)
@given(
    st.sampled_from(["rss", "atom"]),
    st.lists(st.sampled_from(HEADS), max_size=5),
    st.lists(st.lists(st.sampled_from(USUAL) | st.sampled_from(ODD), max_size=8), max_size=3),
    st.sampled_from(["", ' xml:lang="en_US"', ' xml:base="https://b.example/"']),
)
def test_same_as_feedparser_or_left_to_it(
    kind: str, head: list[str], entries: list[list[str]], attributes: str
) -> None:
    """Any mixture of elements, sound or odd, in any order: the same feed, or no answer."""
    text = document(kind, head, entries, attributes)
    found = wellformed.read(text)

    assert found is None or seen(found) == by_feedparser(text)


@pytest.mark.parametrize("kind", ["rss", "atom"])
@pytest.mark.parametrize("piece", USUAL)
def test_usual_elements_take_the_short_way(kind: str, piece: str) -> None:
    """Alone behind a title, each is read without feedparser, to the same result."""
    title = [] if piece.startswith(("<title", "<!--")) else ["<title>First</title>"]
    text = document(kind, ["<title>Feed</title>"], [[*title, piece]])
    found = wellformed.read(text)

    special = {
        "rss": ("perhaps this", "<email>", "media:title>of"),
        "atom": ("perhaps this", "@a.example (", "media:title>of"),
    }
    assert found is not None or any(mark in piece for mark in special[kind])
    assert found is None or seen(found) == by_feedparser(text)


@pytest.mark.parametrize("kind", ["rss", "atom"])
@pytest.mark.parametrize("piece", ODD)
def test_odd_elements_are_the_same_or_left_to_feedparser(kind: str, piece: str) -> None:
    """One by one, so that each is tried in every run."""
    text = document(kind, [], [["<title>First</title>", "<link>https://a.example/1</link>", piece]])
    found = wellformed.read(text)

    assert found is None or seen(found) == by_feedparser(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<rss version='2.0'><channel>",
        "<rss version='0.91'><channel/></rss>",
        "<rss version='2.0'/>",
        "<feed><entry/></feed>",
        "<!DOCTYPE rss><rss version='2.0'><channel/></rss>",
        "<rss version='2.0' xmlns='urn:x'><channel/></rss>",
        "<rss version='2.0' xmlns:dc='urn:x'><channel/></rss>",
        "<rss version='2.0' xmlns:x='http://backend.userland.com/rss2'><channel/></rss>",
        "<rss version='2.0'><channel><item x='1'/></channel></rss>",
        "<rss version='2.0'><channel><title>&nbsp;</title></channel></rss>",
    ],
)
def test_what_is_not_usual_is_left_to_feedparser(text: str) -> None:
    """No half of an answer."""
    assert wellformed.read(text) is None


@pytest.mark.shared
def test_real_feeds_are_the_same(shared: Path) -> None:
    """All that is seen, of every captured feed; most of them take the short way."""
    paths = sorted((shared / "feeds").glob("*.xml"))
    assert paths
    short = 0
    for path in paths:
        text = decode(path.read_bytes())[0].lstrip("\ufeff \t\r\n")
        found = wellformed.read(text)
        if found is not None:
            short += 1
            assert seen(found) == by_feedparser(text), path.name
    assert short * 4 >= len(paths) * 3
