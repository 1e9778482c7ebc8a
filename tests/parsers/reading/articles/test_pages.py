"""Article pages: stored ones beside their expected text, and one small page for each thing that goes wrong."""

import gzip
import importlib.util
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from parsers.errors import Unreadable
from parsers.reading.articles.pages import MAX_BYTES, parse_page

PAGES = Path(__file__).parents[3] / "data" / "pages"
ADDRESS = "https://news.example/2026/11/item?utm_source=feed"
SENTENCE = "The committee approved the budget for the air defence programme after a long debate on Tuesday. "
ARTICLE = f"<h1>Budget approved</h1><p>{SENTENCE * 4}</p><p>{SENTENCE * 5}</p>"


def page(body: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode()


@pytest.mark.parametrize("name", sorted(path.stem for path in PAGES.glob("*.html")))
def test_text_is_the_article(name: str) -> None:
    """The text of each stored page is its article: paragraph by paragraph, no menu, promotion or heading."""
    got = parse_page((PAGES / f"{name}.html").read_bytes(), ADDRESS)

    assert got.text == (PAGES / f"{name}.txt").read_text(encoding="utf-8").strip()
    assert got.problems == ()


def test_json_ld_graph_is_read() -> None:
    """Names behind references, dates with offset, title without the site, canonical address made absolute."""
    got = parse_page((PAGES / "agency.html").read_bytes(), ADDRESS)

    assert got.title == "Ministers agree on joint tank programme"
    assert got.authors == ("Ana Kowalska", "Jean Dupont")
    assert got.published == datetime(2026, 11, 12, 7, 15, tzinfo=UTC)
    assert got.modified == datetime(2026, 11, 12, 9, 0, tzinfo=UTC)
    assert got.language == "en"
    assert got.site_name == "Example Defence"
    assert got.summary == "Six countries will pay for a common design."
    assert got.canonical_url == "https://news.example/2026/11/tank-programme"


def test_page_without_structured_data() -> None:
    """A page of tables and breaks still gives its title, and the date that stands under the heading."""
    got = parse_page((PAGES / "ministry.html").read_bytes(), None)

    assert got.title == "Podpisano umowę"
    assert got.published == datetime(2026, 11, 12, tzinfo=UTC)


def test_open_graph_and_meta() -> None:
    """Without JSON-LD the meta elements speak: OpenGraph, names in `author`, locale as language."""
    head = (
        '<meta property="article:published_time" content="2026-11-03T09:00:00Z">'
        '<meta property="og:locale" content="de_DE"><meta property="og:title" content="Haushalt gebilligt">'
        '<meta name="author" content="Von Eva Muster und Max Beispiel">'
    )
    got = parse_page(page(f"<article><p>{SENTENCE * 4}</p><p>{SENTENCE * 4}</p></article>", head), ADDRESS)

    assert (got.title, got.language) == ("Haushalt gebilligt", "de")
    assert got.authors == ("Eva Muster", "Max Beispiel")
    assert got.published == datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("window", "site", "expected"),
    [
        ("Tanks - a history | The Daily", "The Daily", "Tanks - a history"),
        ("The Daily: Tanks", "The Daily", "Tanks"),
        ("EU–US: what next?", "The Daily", "EU–US: what next?"),
        ("Ukraine: ministers meet", None, "Ukraine: ministers meet"),
    ],
)
def test_name_of_the_site_is_taken_off_the_title(window: str, site: str | None, expected: str) -> None:
    """Only the name of the site goes; a colon or dash that belongs to the title stays."""
    head = f"<title>{window}</title>" + (f'<meta property="og:site_name" content="{site}">' if site else "")

    assert parse_page(page(f"<p>{SENTENCE * 8}</p>", head), ADDRESS).title == expected


def test_authors_are_names_only() -> None:
    """Addresses, roles, the site itself and numbers are no authors."""
    data = {
        "@type": "NewsArticle",
        "author": ["https://x.example/a", {"name": "Ana Kowalska, staff writer"}, "desk@x.example", "User 17"],
    }
    got = parse_page(page(ARTICLE, f'<script type="application/ld+json">{json.dumps(data)}</script>'), ADDRESS)

    assert got.authors == ("Ana Kowalska",)


def test_dates_of_other_articles_are_not_taken() -> None:
    """A date far from the heading belongs to something else: unknown is better than wrong."""
    others = "".join(f'<li><a href="/{n}">Other</a> <time datetime="2026-10-0{n}">x</time></li>' for n in range(1, 9))
    got = parse_page(page(f"<ul>{others}</ul><div><div><article>{ARTICLE}</article></div></div>"), ADDRESS)

    assert got.published is None


@pytest.mark.parametrize(
    "broken", ["{", "[" * 100_000, '{"@type": 7, "author": {"name": {"x": []}}}', '{"@graph": {"@graph": 3}}', '"x"']
)
def test_broken_json_ld_is_as_good_as_none(broken: str) -> None:
    """Nothing inside JSON-LD makes a page unreadable."""
    got = parse_page(page(ARTICLE, f'<script type="application/ld+json">{broken}</script>'), ADDRESS)

    assert got.title == "Budget approved"
    assert got.text.count("committee") == 9


@pytest.mark.parametrize(
    ("body", "head", "problem"),
    [
        (f"<h1>Secret plans</h1><p>{SENTENCE * 3}</p><div>Already a subscriber? Sign in</div>", "", "paywall stub"),
        (
            f"<h1>Secret plans</h1><p>{SENTENCE * 3}</p>",
            '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":"False"}</script>',
            "paywall stub",
        ),
        ("<h1>Before you continue</h1><p>We use cookies. Accept all or reject.</p>", "", "consent or login page"),
        (
            "<p>Checking your browser before accessing the site.</p>",
            "<title>Just a moment...</title>",
            "consent or login page",
        ),
        ("<h1>Page not found</h1><p>Try the search or go to the start page instead.</p>", "", "soft 404"),
        ("<h1>Seite nicht gefunden</h1><p>Versuchen Sie es mit der Suche.</p>", "", "soft 404"),
        ('<div id="root"></div><script src="/app.js"></script>', "<title>News</title>", "needs javascript"),
        ("<noscript>Please enable JavaScript to view this page.</noscript>", "", "needs javascript"),
        ("<p></p>", "", "no article text"),
    ],
)
def test_why_a_text_is_short(body: str, head: str, problem: str) -> None:
    """What is not the article says so; nothing is stored in silence as if it were."""
    assert problem in parse_page(page(body, head), ADDRESS).problems


def test_words_of_a_wall_in_a_long_article_are_no_problem() -> None:
    """An article about captchas, subscribers and JavaScript is an article."""
    paragraphs = "".join(f"<p>Part {number}. {SENTENCE * 4}</p>" for number in range(6))
    wall = "Already a subscriber? Accept all cookies, enable JavaScript."
    body = f"<article><h1>Budget approved</h1>{paragraphs}<p>{wall}</p></article>"

    assert parse_page(page(body), ADDRESS).problems == ()


def test_text_below_the_depth_of_the_parser_is_missed_aloud() -> None:
    """Deeper than the parser goes, text is lost; the page says so."""
    deep = page("<div>" * 3_000 + SENTENCE * 60 + "</div>" * 3_000)

    assert "truncated by parser" in parse_page(deep, ADDRESS).problems


def test_deep_text_is_read() -> None:
    """Four hundred elements deep is odd but read; the default limit of the parser is 255."""
    deep = page("<div>" * 400 + ARTICLE + "</div>" * 400)

    assert parse_page(deep, ADDRESS).text.count("committee") == 9


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"%PDF-1.7 <html>", "not-a-page"),
        (b'{"html": "none"}', "not-a-page"),
        (b"just words", "not-a-page"),
        (
            b"<?xml version='1.0'?><rss><channel><description><![CDATA[<p>x</p>]]></description></channel></rss>",
            "not-a-page",
        ),
        (b"<html>" + b" " * MAX_BYTES, "parse-limit"),
    ],
)
def test_what_is_no_page_is_refused(body: bytes, kind: str) -> None:
    """Bytes that are no page are an error with a stable kind, never an empty article."""
    with pytest.raises(Unreadable) as caught:
        parse_page(body, ADDRESS)

    assert caught.value.kind == kind


def test_charset_of_the_header_and_of_the_page() -> None:
    """UTF-8 wins where it is valid, whatever was declared; else the header; else the meta element."""
    words = f"<h1>Łódź</h1><p>Żołnierze ćwiczą. {SENTENCE * 5}</p>"
    as_utf8 = parse_page(page(words), ADDRESS, "text/html; charset=iso-8859-1")
    as_latin2 = parse_page(words.encode("iso-8859-2"), ADDRESS, "text/html; charset=iso-8859-2")

    assert as_utf8.text.startswith("Żołnierze ćwiczą.")
    assert any("encoding" in problem for problem in as_utf8.problems)
    assert as_latin2.text.startswith("Żołnierze ćwiczą.")


def test_double_encoding_is_undone_and_named() -> None:
    """`sociÃ©tÃ©` is never stored silently."""
    got = parse_page(page(f"<p>La société européenne. {SENTENCE * 5}</p>".encode().decode("cp1252")), ADDRESS)

    assert got.text.startswith("La société européenne.")
    assert "double-encoded text repaired" in got.problems


def test_unseen_characters_are_removed() -> None:
    """Zero-width and bidi characters do not reach the text or the title."""
    got = parse_page(page(f"<h1>Bud\u200bget \u202eapproved</h1><p>NA\u200bTO {SENTENCE * 5}</p>"), ADDRESS)

    assert got.title == "Budget approved"
    assert got.text.startswith("NATO ")


@pytest.mark.shared
def test_extraction_stays_above_the_measured_floor(shared: Path) -> None:
    """Shingle F1 on the development pages: 0.980 measured, 0.975 demanded (plain trafilatura 0.966)."""
    path = Path(__file__).parents[3] / "benchmarks" / "extraction.py"
    spec = importlib.util.spec_from_file_location("extraction", path)
    assert spec is not None
    assert spec.loader is not None
    extraction = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(extraction)
    folder = shared / "eval" / "pages"
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))

    pairs = [
        (
            extraction.shingles(true["articleBody"]),
            extraction.shingles(
                extraction.ours(gzip.decompress((folder / f"{key}.html.gz").read_bytes()), true["url"])
            ),
        )
        for key, true in truth.items()
    ]

    assert extraction.score(pairs)[2] >= 0.975
