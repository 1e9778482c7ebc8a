import gzip
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from parsers.errors import Unreadable
from parsers.reading.lists.sitemaps import parse_sitemap

URL = "https://news.example/sitemap.xml"
SITEMAP = b"""<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"
        xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
  <url>
    <loc>https://news.example/1</loc>
    <image:image><image:loc>https://news.example/1.png</image:loc><image:title>A picture</image:title></image:image>
    <news:news>
      <news:publication><news:name>Example</news:name><news:language>pl</news:language></news:publication>
      <news:publication_date>2026-07-03T10:00:00+02:00</news:publication_date>
      <news:title>Zakupy &amp; obrona</news:title>
      <news:keywords>NATO, obrona</news:keywords>
    </news:news>
  </url>
  <!-- a comment -->
  <url><loc>/2</loc><lastmod>2026-07-01</lastmod></url>
</urlset>
"""


def test_news_sitemaps_become_entries() -> None:
    """Title, date and language of the news extension; the picture's own address and title are not the article's."""
    first, second = parse_sitemap(SITEMAP, URL).entries

    assert (first.url, first.title) == ("https://news.example/1", "Zakupy & obrona")
    assert first.published == datetime(2026, 7, 3, 8, tzinfo=UTC)
    assert (first.language, first.tags) == ("pl", ("NATO", "obrona"))
    assert (second.url, second.updated) == ("https://news.example/2", datetime(2026, 7, 1, tzinfo=UTC))


def test_a_cut_sitemap_loses_only_its_last_entry() -> None:
    """Half an address would be a wrong address."""
    feed = parse_sitemap(SITEMAP[: SITEMAP.index(b"</lastmod>")], URL)

    assert [entry.url for entry in feed.entries] == ["https://news.example/1"]
    assert feed.problems == ("cut off in the middle of entry 2, which was dropped",)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"<sitemapindex><sitemap/></sitemapindex>", "an index of sitemaps that names none"),
        (b"\x1f\x8b\x08no gzip at all", "a broken gzip file: "),
        (b"<!DOCTYPE html><html><title>Hi</title></html>", "no sitemap but an HTML page titled 'Hi'"),
        (b"<rss/>", "no sitemap but XML with the root element <rss>"),
        (b"", "no sitemap but an empty answer"),
        (b"urlset", "no sitemap but text: 'urlset'"),
    ],
)
def test_what_is_no_sitemap_is_named(body: bytes, detail: str) -> None:
    """The reason says what came instead."""
    with pytest.raises(Unreadable) as caught:
        parse_sitemap(body, URL)

    assert caught.value.kind == "not-a-feed"
    assert caught.value.detail.startswith(detail)


def test_an_index_gives_its_parts() -> None:
    """News sitemaps first, then the newest; those without a date last; never more than ten, and that is said."""
    children = [
        ("/pages.xml", "2026-07-04"),
        ("/undated.xml", ""),
        ("/posts-2.xml", "2026-07-02T10:00:00Z"),
        ("https://news.example/news-sitemap.xml", "2026-07-01"),
        ("ftp://news.example/files.xml", "2026-07-09"),
        ("/pages.xml", "2026-07-08"),
        *((f"/archive-{month:02}.xml", f"2025-{month:02}-01") for month in range(1, 13)),
    ]
    listed = "".join(f"<sitemap><loc>{place}</loc><lastmod>{date}</lastmod></sitemap>" for place, date in children)
    feed = parse_sitemap(f"<sitemapindex>{listed}</sitemapindex>".encode(), URL)

    assert feed.entries == ()
    assert [part.removeprefix("https://news.example") for part in feed.parts] == [
        "/news-sitemap.xml",
        "/pages.xml",
        "/posts-2.xml",
        *(f"/archive-{month:02}.xml" for month in range(12, 5, -1)),
    ]
    assert feed.problems == ("an index of 16 sitemaps, of which the first 10 count",)


def test_an_index_without_dates_keeps_its_order() -> None:
    """As in the news index of Arc Publishing, whose pages follow one another."""
    listed = "".join(f"<sitemap><loc>https://news.example/?from={n}</loc></sitemap>" for n in (0, 100, 200))
    feed = parse_sitemap(f"<sitemapindex>{listed}</sitemapindex>".encode(), URL)

    assert feed.parts == tuple(f"https://news.example/?from={n}" for n in (0, 100, 200))


def test_packed_sitemaps_are_unpacked() -> None:
    """`sitemap.xml.gz` is a gzip file whatever the headers say; of one that is cut off the whole entries are read."""
    packed = gzip.compress(SITEMAP)

    assert parse_sitemap(packed, URL + ".gz") == parse_sitemap(SITEMAP, URL)
    torn = parse_sitemap(gzip.compress(SITEMAP, mtime=0)[:-40], URL + ".gz")
    assert torn.problems[0] == "the gzip file is cut off"
    assert len(torn.entries) <= 1


def test_n_6_a_gzip_bomb_is_not_unpacked() -> None:
    """N-6: unpacking ends at the limit."""
    with pytest.raises(Unreadable) as caught:
        parse_sitemap(gzip.compress(b"<urlset>" + b" " * 40_000_000), URL)

    assert caught.value.kind == "parse-limit"


def test_lists_of_addresses_are_read_where_they_are_meant() -> None:
    """F-5: sitemaps.org allows plain text; anywhere else a body that is an address is no sitemap."""
    lines = "\ufeffhttps://news.example/1\n\nhttps://news.example/2\n".encode()

    feed = parse_sitemap(lines, "https://news.example/sitemap.txt")
    assert [entry.url for entry in feed.entries] == ["https://news.example/1", "https://news.example/2"]
    for body, url in ((lines, URL), (b"/etc/passwd", "https://news.example/sitemap.txt")):
        with pytest.raises(Unreadable):
            parse_sitemap(body, url)


def test_f_4_entities_are_not_resolved() -> None:
    """F-4: no file gets into an address."""
    body = b'<!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset><url><loc>https://a.example/&x;</loc></url></urlset>'
    (entry,) = parse_sitemap(body, URL).entries

    assert "root" not in (entry.url or "")


LAUGHS = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise("abcdefghij"))
"""Ten lines that stand for a thousand million characters."""


@pytest.mark.parametrize(
    ("body", "entries"),
    [
        pytest.param(
            f'<!DOCTYPE u [<!ENTITY a "ha">{LAUGHS}]><urlset><url><loc>https://a.example/&j;</loc></url></urlset>',
            1,
            id="F-3",
        ),
        pytest.param(
            f"<urlset><url {' '.join(f'a{n}=1' for n in range(50_000))}><loc>https://a.example/</loc></url></urlset>",
            None,
            id="F-6",
        ),
        pytest.param(
            f"<urlset>{''.join(f'<url><loc>https://a.example/{n}</loc></url>' for n in range(10_000))}</urlset>",
            2_000,
            id="F-7",
        ),
        pytest.param("<urlset>" + "<url>" * 100_000, 0, id="F-9"),
        pytest.param("<urlset><url><loc>javascript:alert(1)</loc></url></urlset>", 1, id="F-21"),
    ],
)
def test_hostile_sitemaps_end(body: str, entries: int | None) -> None:
    """F-3, F-6, F-7, F-9, F-21: entities stay inert, depth and number are limited, no address is a script."""
    try:
        feed = parse_sitemap(body.encode(), URL)
    except Unreadable:
        assert entries is None
    else:
        assert entries is None or len(feed.entries) == entries
        assert all(len(entry.url or "") < 1_000 for entry in feed.entries)
        assert not any((entry.url or "").startswith("javascript") for entry in feed.entries)
