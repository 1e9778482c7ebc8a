"""What pages state and show of title, names, date and documents, and which claim wins."""

import json
from datetime import UTC, datetime

import pytest

from parsers.reading.articles.pages import parse_page

ADDRESS = "https://news.example/item"
SENTENCE = "The committee approved the budget for the air defence programme after a long debate on Tuesday. "
TEXT = f"<p>{SENTENCE * 5}</p>"


def page(body: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode()


def ld(data: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def test_json_ld_goes_before_meta_and_meta_before_microdata() -> None:
    """The order for names and dates; the next is asked only where one says nothing."""
    stated = ld({"@type": "NewsArticle", "author": "Ana Ruiz", "datePublished": "2026-11-01T10:00:00+01:00"})
    meta = '<meta name="author" content="Luis Gil"><meta property="article:published_time" content="2026-11-02">'
    micro = '<span itemprop="author">Eva Sol</span><time itemprop="datePublished" datetime="2026-11-03">x</time>'

    first, second, third = (
        parse_page(page(f"<h1>Budget</h1>{micro}{TEXT}", head), ADDRESS) for head in (stated + meta, meta, "")
    )

    assert [got.authors for got in (first, second, third)] == [("Ana Ruiz",), ("Luis Gil",), ("Eva Sol",)]
    assert first.published == datetime(2026, 11, 1, 9, tzinfo=UTC)
    assert [got.published.day for got in (second, third) if got.published] == [2, 3]


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "NewsArticle", "author": "Ana Ruiz",}',
        '[{"@type": "Person"}, {"@type": "http://schema.org/NewsArticle", "author": {"name": "Ana Ruiz"}}];',
        '<!-- {"@type": "NewsArticle", "author": ["Ana\tRuiz"]} -->',
    ],
)
def test_json_ld_with_small_faults(script: str) -> None:
    """A comma or semicolon too many, a full type address, a tab inside a string: read all the same."""
    got = parse_page(page(f"<h1>x</h1>{TEXT}", f'<script type="application/ld+json">{script}</script>'), ADDRESS)

    assert got.authors == ("Ana Ruiz",)


def test_readers_who_comment_are_no_authors() -> None:
    """Microdata of comments says `author` as well."""
    comment = '<div itemprop="comment"><span itemprop="author">Rex</span></div>'
    got = parse_page(page(f'<h1>x</h1><b itemprop="author">Ana Ruiz</b>{TEXT}{comment}'), ADDRESS)

    assert got.authors == ("Ana Ruiz",)


def test_the_site_is_not_an_author() -> None:
    """Neither under its stated name nor under that in its address."""
    for name in ("The Daily", "news"):
        head = ld({"@type": "NewsArticle", "author": name}) + '<meta property="og:site_name" content="The Daily">'
        assert parse_page(page(f"<h1>x</h1>{TEXT}", head), ADDRESS).authors == ()


@pytest.mark.parametrize(
    "masthead",
    [
        "<p>By Ana Ruiz and Luis Gil</p><p>12 November 2026</p>",
        '<div class="byline">Ana Ruiz, Luis Gil</div><div class="entry-date">November 12, 2026</div>',
        '<a rel="author" href="/a">Ana Ruiz</a><time datetime="2026-11-12">x</time>',
        "<p>Autor: Ana Ruiz, Luis Gil</p><ul><li>Datum:12. November 2026</li></ul>",
    ],
)
def test_what_is_shown_around_the_headline(masthead: str) -> None:
    """Without structured data the lines under the headline speak."""
    got = parse_page(page(f"<div><article><h1>Budget approved</h1>{masthead}{TEXT}</article></div>"), ADDRESS)

    assert got.authors[:1] == ("Ana Ruiz",)
    assert got.published == datetime(2026, 11, 12, tzinfo=UTC)


def test_dateline_and_address() -> None:
    """A press release begins with place and date; many addresses hold the day."""
    dated = page(f"<h1>Budget approved</h1><p>BRUSSELS, 12 November 2026 – {SENTENCE * 5}</p>")

    assert parse_page(dated, ADDRESS).published == datetime(2026, 11, 12, tzinfo=UTC)
    assert parse_page(page(TEXT), "https://news.example/2026/11/09/item").published == datetime(2026, 11, 9, tzinfo=UTC)


def test_an_impossible_date_is_none() -> None:
    """30 February is not 2 March."""
    head = '<meta property="article:published_time" content="2026-02-30T10:00:00Z">'

    assert parse_page(page(f"<h1>x</h1>{TEXT}", head), ADDRESS).published is None


def test_title_of_a_blog_stands_in_h2() -> None:
    """Its own name stands in h1; the window's title agrees with the smaller heading."""
    got = parse_page(
        page(f"<h1>My days</h1><h2>Why tanks rust</h2>{TEXT}", "<title>My days » Why tanks rust</title>"), None
    )

    assert got.title == "Why tanks rust"


def test_documents_likeliest_first() -> None:
    """The stated PDF, then what is offered as the full text; forms, privacy notes and menus are no documents."""
    body = f"""<nav><a href="/menu.pdf">Download PDF</a></nav><article><h1>Air defence study</h1>{TEXT}
        <a href="/privacy.pdf">Privacy</a><a href="https://far.example/x.pdf">see there</a>
        <a href="/air-defence-study.pdf">Full report</a><a href="/annex.pdf">Annex</a></article>
        <footer><a href="/statutes.pdf">PDF</a></footer>"""
    got = parse_page(page(body, '<meta name="citation_pdf_url" content="/main.pdf">'), "https://news.example/a")

    assert got.documents == tuple(f"https://news.example/{name}.pdf" for name in ("main", "air-defence-study", "annex"))
