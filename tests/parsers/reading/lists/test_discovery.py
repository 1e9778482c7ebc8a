from urllib.parse import urljoin

import pytest

from parsers.reading.lists.discovery import MOST, feed_candidates

URL = "https://institute.example/en/analysis"
HEAD = b"""<html><head>
<link rel="alternate" type="application/rss+xml" title="Institute &raquo; Comments Feed" href="/comments/feed/">
<link rel="alternate" type="application/rss+xml" title="Institute" href="/feed/">
<link rel="alternate" type="application/atom+xml; charset=utf-8" href="atom.xml">
<link rel="ALTERNATE" type="text/xml" href="https://feeds.example/institute.rss">
<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/7">
<link rel="alternate" type="application/json" href="/feed.json">
<link rel="alternate" type="application/json+oembed" href="/oembed/feed">
<link rel="alternate" hreflang="fr" href="/fr/rss/analysis">
<link rel="alternate" type="text/html" href="/mobile">
<link rel="feed" href="/changes">
<link rel="stylesheet" href="/feed.css">
<link rel="alternate" type="application/rss+xml" href="javascript:feed()">
</head><body>%s</body></html>"""


def test_feeds_that_the_page_names_come_first() -> None:
    """In the order of the page, whatever the case of `rel`, with the feed of comments last of all."""
    found = feed_candidates(HEAD % b"", URL)

    assert found[:5] == (
        "https://institute.example/feed/",
        "https://institute.example/en/atom.xml",
        "https://feeds.example/institute.rss",
        "https://institute.example/feed.json",
        "https://institute.example/changes",
    )
    assert not [address for address in found[:-1] if "comments" in address]


@pytest.mark.parametrize("odd", ["wp-json", "oembed", "/fr/", "mobile", ".css", "javascript"])
def test_other_links_of_the_head_are_no_feeds(odd: str) -> None:
    """Translations, interfaces and previews are `alternate`, too."""
    assert not [address for address in feed_candidates(HEAD % b"", URL) if odd in address]


@pytest.mark.parametrize(
    ("href", "is_candidate"),
    [
        ("/rss/publications.xml", True),
        ("/en/rss_en", True),
        ("https://www.institute.example/feeds/articles", True),
        ("https://news.institute.example/atom", True),
        ("https://feeds.feedburner.com/institute", True),
        ("/news?format=rss", True),
        ("/sitemap.xml", False),
        ("/feedback", False),
        ("/atomic-weapons", False),
        ("/rss-help.html", False),
        ("https://feedly.com/i/subscription/feed/x", False),
        ("https://elsewhere.example/feed/", False),
        ("mailto:rss@institute.example", False),
    ],
)
def test_links_that_look_like_feeds_are_tried(href: str, is_candidate: bool) -> None:
    """Of the site, one of its names, or a host of feeds; nobody else's."""
    found = feed_candidates(f"<a href='{href}'>RSS</a>".encode(), URL)

    assert (urljoin(URL, href) in found) is is_candidate


def test_usual_places_begin_at_the_page() -> None:
    """The feed of a section is nearer to what was asked for than that of the site."""
    found = feed_candidates(b"", URL)

    assert found[:3] == tuple(f"https://institute.example/en/analysis/{place}" for place in ("feed/", "rss.xml", "rss"))
    assert {"https://institute.example/feed/", "https://institute.example/?format=feed&type=rss"} <= set(found)


@pytest.mark.parametrize(
    ("url", "first"),
    [
        ("https://institute.example", "https://institute.example/feed/"),
        ("https://institute.example/", "https://institute.example/feed/"),
        ("https://institute.example/news/", "https://institute.example/news/feed/"),
        ("https://institute.example/news/index.html?x=1", "https://institute.example/news/feed/"),
    ],
)
def test_the_folder_of_a_page(url: str, first: str) -> None:
    """A file has no feed beneath it, the root needs none."""
    assert feed_candidates(b"", url)[0] == first


def test_there_are_never_many() -> None:
    """Each is a request; the page itself was tried already."""
    links = b"".join(b"<a href='/feeds/%d'>x</a>" % n for n in range(500)) + b"<a href='/en/analysis'>x</a>"

    found = feed_candidates(links, URL)
    assert len(found) == MOST
    assert URL not in found
