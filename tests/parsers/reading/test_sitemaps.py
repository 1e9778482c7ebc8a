from datetime import UTC, datetime

import pytest

from parsers.errors import Unreadable
from parsers.reading.sitemaps import parse_sitemap

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
        (
            b"<sitemapindex><sitemap><loc>https://news.example/a.xml</loc></sitemap></sitemapindex>",
            "an index of 1 sitemaps; take one of them: https://news.example/a.xml",
        ),
        (b"<!DOCTYPE html><html><title>Hi</title></html>", "no sitemap but an HTML page titled 'Hi'"),
        (b"<rss/>", "no sitemap but XML with the root element <rss>"),
        (b"", "no sitemap but an empty answer"),
        (b"urlset", "no sitemap but text: 'urlset'"),
    ],
)
def test_what_is_no_sitemap_is_named(body: bytes, detail: str) -> None:
    """An index is not followed but its children are named."""
    with pytest.raises(Unreadable) as caught:
        parse_sitemap(body, URL)

    assert (caught.value.kind, caught.value.detail) == ("not-a-feed", detail)


def test_entities_are_not_resolved() -> None:
    """Neither a file nor a bomb gets into an address."""
    body = b'<!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset><url><loc>https://a.example/&x;</loc></url></urlset>'
    (entry,) = parse_sitemap(body, URL).entries

    assert "root" not in (entry.url or "")
