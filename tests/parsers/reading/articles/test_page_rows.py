"""Bad article pages: every kind is read within its limits, or refused, and says what it is."""

import time

import pytest

from parsers.errors import Unreadable
from parsers.model import Page
from parsers.reading.articles.pages import MAX_BYTES, parse_page
from parsers.reading.confined import Readers, ReadLimits

ADDRESS = "https://news.example/2026/11/item"
SENTENCE = "The committee approved the budget for the air defence programme after a long debate on Tuesday. "
LONG = 5.0
"""Seconds that no page may take; the pages below took 17 s and 9 s once, and take a tenth of a second."""


def page(body: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode()


def read_in_time(body: bytes) -> Page:
    began = time.process_time()
    got = parse_page(body, ADDRESS)
    assert time.process_time() - began < LONG
    return got


@pytest.mark.parametrize(
    "ask",
    [
        "Already a subscriber? Sign in",
        "Jetzt abonnieren und weiterlesen",
        "Article réservé aux abonnés",
        "Contenido exclusivo para suscriptores: ya eres suscriptor",
        "Abbonati per leggere tutto l'articolo",
        "Masz już prenumeratę? Zaloguj",
        "Dit artikel is alleen voor abonnees",
        "Ця стаття лише для передплатників",
    ],
)
def test_r_1_paywall_stub(ask: str) -> None:
    """R-1: the beginning of an article that must be paid for is named a stub, in the languages of our sources."""
    got = parse_page(page(f"<h1>Secret plans</h1><p>{SENTENCE * 3}</p><div>{ask}</div>"), ADDRESS)

    assert "paywall stub" in got.problems


@pytest.mark.parametrize(
    "body",
    ["<div></div>", "<nav><ul><li><a href=/a>Home</a><li><a href=/b>News</a></ul></nav><footer>© Daily</footer>"],
)
def test_r_2_nothing_but_furniture(body: str) -> None:
    """R-2: a page without an article has no text, and says so."""
    got = parse_page(page(body), ADDRESS)

    assert got.text == ""
    assert "no article text" in got.problems


@pytest.mark.parametrize(
    "body",
    [
        "<noscript>Please enable JavaScript to view this page.</noscript>",
        "<noscript>Bitte aktivieren Sie JavaScript.</noscript><div id=app></div>",
        "<noscript>Увімкніть JavaScript</noscript>",
        '<div id="root"></div><script src="/app.js"></script>',
    ],
)
def test_r_3_needs_javascript(body: str) -> None:
    """R-3: a shell that is filled by scripts is named; its one sentence is no article."""
    got = parse_page(page(body), ADDRESS)

    assert "needs javascript" in got.problems
    assert got.text == ""


@pytest.mark.parametrize(
    ("heading", "text", "problem"),
    [
        ("Before you continue", "We use cookies. Accept all or reject.", "consent or login page"),
        ("Cookies akzeptieren", "Wir verwenden Cookies.", "consent or login page"),
        ("Log in", "Please sign in with your account.", "consent or login page"),
        ("Zaloguj się", "Podaj hasło.", "consent or login page"),
        ("Увійти", "Введіть пароль.", "consent or login page"),
        ("Just a moment...", "Checking your browser before accessing.", "consent or login page"),
        ("Pardon our interruption", "Something about your browser made us think.", "consent or login page"),
        ("Page not found", "Try the search instead.", "soft 404"),
        ("Seite nicht gefunden", "Versuchen Sie die Suche.", "soft 404"),
        ("Página no encontrada", "Use el buscador.", "soft 404"),
        ("Nie znaleziono strony", "Skorzystaj z wyszukiwarki.", "soft 404"),
        ("Сторінку не знайдено", "Спробуйте пошук.", "soft 404"),
    ],
)
def test_r_4_walls_and_missing_pages(heading: str, text: str, problem: str) -> None:
    """R-4: what answers 200 and is no article is recognised by its headline or phrases."""
    got = parse_page(page(f"<h1>{heading}</h1><p>{text}</p>"), ADDRESS)

    assert problem in got.problems


def test_r_5_too_much_html() -> None:
    """R-5: more than the limit is refused before anything is parsed."""
    with pytest.raises(Unreadable) as caught:
        parse_page(page("x" * MAX_BYTES), ADDRESS)

    assert caught.value.kind == "parse-limit"


@pytest.mark.parametrize("tag", ["div", "b", "ul><li", "table><tr><td", "blockquote"])
@pytest.mark.parametrize("closed", [True, False])
def test_r_6_nested_elements(tag: str, closed: bool) -> None:
    """R-6: 100,000 elements one in the other end in time, and the page says that the parser gave up."""
    inner = tag.rpartition("<")[2]
    body = f"<{tag}>" * 100_000 + SENTENCE * 20 + (f"</{inner}>" * 100_000 if closed else "")

    assert "truncated by parser" in read_in_time(page(body)).problems


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<br>" * 150_000 + SENTENCE * 9, id="breaks"),
        pytest.param(f'<div class="article-body"><p>{SENTENCE}' * 1_500, id="boxes"),
        pytest.param(f'<div class="sidebar"><p>{SENTENCE}' * 1_500, id="boxes-aside"),
        pytest.param("<h1>Budget approved by all</h1>" * 90_000, id="headings"),
        pytest.param('<a href="/a.pdf">Download</a>' * 90_000, id="documents"),
        pytest.param("<p>x</p>" * 300_000, id="paragraphs"),
    ],
)
def test_r_6_many_elements(body: str) -> None:
    """R-6: nor does the number of elements, flat or nested, cost more than in proportion."""
    read_in_time(page(body))


def test_r_7_one_long_text() -> None:
    """R-7: a text node as long as we read at all arrives whole; a longer one is refused, never lost in silence."""
    words = SENTENCE * (2_800_000 // len(SENTENCE))

    assert len(read_in_time(page(f"<p>{words}</p>")).text) == len(words.strip())


def test_r_7_one_word_without_end() -> None:
    """R-7: what stands for readers without scripts may begin a thousand times like a call to activate them."""
    assert (
        "needs javascript" in read_in_time(page(f"<noscript>{'activ' * 200_000}</noscript><script>x</script>")).problems
    )


def test_r_9_many_attributes() -> None:
    """R-9: an element with 100,000 attributes is refused at once; the parser would be busy for 15 s."""
    attributes = " ".join(f"a{number}=1" for number in range(100_000))
    began = time.process_time()

    with pytest.raises(Unreadable) as caught:
        parse_page(page(f"<p {attributes}>{SENTENCE}"), ADDRESS)

    assert caught.value.kind == "parse-limit"
    assert time.process_time() - began < LONG


def test_r_9_long_values_are_no_attributes() -> None:
    """R-9: a picture or a path written into one attribute is harmless, and so is a script that compares."""
    script = f"<script>for (i = 0; i<n {'; i = i + 1' * 9_000}) {{}}</script>"
    body = f'{script}<img src="data:{"A" * 50_000}"><i data-path="{"M 1 " * 20_000}"></i><p>{SENTENCE * 5}</p>'

    assert parse_page(page(body), ADDRESS).text == (SENTENCE * 5).strip()


@pytest.mark.parametrize("opening", ["<!--", "<![CDATA[", "<!", "<?", "<a ", "&"])
def test_r_10_a_megabyte_of_openings(opening: str) -> None:
    """R-10: unfinished comments, sections and tags cost no more than other bytes."""
    read_in_time(page(f"<p>{SENTENCE * 5}</p>" + opening * (1_000_000 // len(opening))))


def test_r_11_mixed_and_double_encodings() -> None:
    """R-11: the best reading wins and is named: stray bytes, a wrong declaration, UTF-8 encoded twice."""
    stray = page(f"<p>Żołnierze ćwiczą w Łodzi. {SENTENCE * 5}</p>").replace(b"Tuesday. T", b"Tues\xe9day. T", 1)
    wrong = page(f"<p>Żołnierze ćwiczą. {SENTENCE * 5}</p>", '<meta charset="iso-8859-1">')
    twice = page(f"<p>La société européenne. {SENTENCE * 5}</p>".encode().decode("cp1252"))

    assert any("broken UTF-8" in problem for problem in parse_page(stray, ADDRESS).problems)
    assert any("declared as iso-8859-1" in problem for problem in parse_page(wrong, ADDRESS).problems)
    got = parse_page(twice, ADDRESS)
    assert got.text.startswith("La société européenne.")
    assert "double-encoded text repaired" in got.problems


@pytest.mark.parametrize("address", ["https://other.example/a", "http://127.0.0.1/admin"])
def test_r_12_canonical_address_elsewhere(address: str) -> None:
    """R-12: where a page says that it belongs is recorded; reading it opens no connection."""
    got = parse_page(page(f"<p>{SENTENCE * 5}</p>", f'<link rel="canonical" href="{address}">'), ADDRESS)

    assert got.canonical_url == address
    assert got.url == ADDRESS


def test_r_13_a_changed_article_reads_differently() -> None:
    """R-13: a correction changes the text and nothing else, so that a new version can be told from the same one."""
    before = parse_page(page(f"<h1>Budget</h1><p>{SENTENCE * 5}</p>"), ADDRESS)
    same = parse_page(page(f"<h1>Budget</h1>\n\n<p>{SENTENCE * 5}</p><nav><a href=/x>New menu</a></nav>"), ADDRESS)
    after = parse_page(page(f"<h1>Budget</h1><p>{SENTENCE * 4}It was later withdrawn.</p>"), ADDRESS)

    assert same == before
    assert after.text != before.text


@pytest.mark.slow
def test_a_bad_page_leaves_its_neighbours_alone() -> None:
    """All kinds at once in limited children: each ends in a page or in one named error, and a good page is read."""
    bad = [page("<div>" * 100_000), page("<p " + " ".join(f"a{n}=1" for n in range(9_000)) + ">"), b"", b"%PDF-1.7"]
    with Readers(workers=2, limits=ReadLimits(wall=20.0, cpu=10)) as readers:
        futures = [readers.read(parse_page, body, ADDRESS) for body in (*bad, page(f"<p>{SENTENCE * 5}</p>"))]
        ends = [(future.exception(), future) for future in futures]

    assert [error.kind if isinstance(error, Unreadable) else future.result().problems for error, future in ends] == [
        ("truncated by parser", "no article text"),
        "parse-limit",
        "empty",
        "not-a-page",
        (),
    ]
