"""Rules for single sites: which one holds on a day, what it finds, and that one which has gone stale is seen."""

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from parsers.configured import Site
from parsers.reading.articles.pages import parse_page
from parsers.reading.articles.sites import site_for

ROOT = Path(__file__).parents[4]
PAGES = ROOT / "tests" / "data" / "pages" / "sites"
DAY = date(2026, 11, 12)
SENTENCE = "The committee approved the budget for the air defence programme after a long debate on Tuesday. "


def ours() -> tuple[Site, ...]:
    tables = tomllib.loads((ROOT / "config" / "sites.toml").read_text(encoding="utf-8"))["sites"]
    return TypeAdapter(tuple[Site, ...]).validate_python(tables)


def test_the_longest_name_of_a_host_decides() -> None:
    """A rule for a department goes before that of the house; names match dot by dot and in any case."""
    house, department = Site(hosts=("house.example",)), Site(hosts=("press.house.example", "other.example"))

    assert site_for("https://www.house.example/a", (department, house), DAY) is house
    assert site_for("https://Press.House.example/a", (house, department), DAY) is department
    assert site_for("https://greenhouse.example/a", (house,), DAY) is None
    assert site_for("not an address", (house,), DAY) is None


def test_an_old_rule_holds_until_its_last_day() -> None:
    """Pages kept from the time before a redesign are read as they looked then."""
    old, new = Site(hosts=("house.example",), until=date(2026, 6, 30)), Site(hosts=("house.example",))

    assert site_for("https://house.example/a", (new, old), date(2026, 6, 30)) is old
    assert site_for("https://house.example/a", (new, old), date(2026, 7, 1)) is new
    assert site_for("https://house.example/a", (old,), date(2026, 7, 1)) is None


@pytest.mark.parametrize(
    ("name", "url", "title", "published", "text"),
    [
        (
            "state",
            "https://www.state.gov/joint-statement",
            "Joint statement on munitions output",
            datetime(2026, 11, 12, tzinfo=UTC),
            (
                "The two governments will place their orders for artillery shells together from next "
                "spring, officials said after a day of talks.\n\nFirst deliveries are due within fourteen "
                "months.\n\nBoth sides keep the right to buy alone."
            ),
        ),
        (
            "parliament",
            "https://www.europarl.europa.eu/news/en/press-room/1",
            "Committee backs loans for common purchases",
            datetime(2026, 11, 3, 9, 20, tzinfo=UTC),
            (
                "Loans run for thirty years\n\nTwo states have to buy together\n\nThe committee voted on "
                "Tuesday for loans to states that buy air defence together, by 31 votes to 9.\n\nThe "
                "plenary decides in December, and talks with the states may begin in January."
            ),
        ),
        (
            "commission",
            "https://defence-industry-space.ec.europa.eu/call_en",
            "Call for drone makers opens",
            datetime(2026, 11, 5, tzinfo=UTC),
            (
                "Makers of small drones can apply for a share of ninety million euros until the end of "
                "February, the directorate announced.\n\nHalf of the sum is set aside for firms with fewer "
                "than fifty people, and each group must come from three states."
            ),
        ),
    ],
)
def test_our_rules_read_pages_of_that_shape(name: str, url: str, title: str, published: datetime, text: str) -> None:
    """Each rule that ships finds title, date and text on a page built as the site builds them."""
    site = site_for(url, ours(), DAY)
    assert site is not None

    got = parse_page((PAGES / f"{name}.html").read_bytes(), url, site=site)

    assert (got.title, got.published, got.text) == (title, published, text)
    assert got.problems == ()


def test_a_rule_that_finds_nothing_is_said_and_does_no_harm() -> None:
    """Rot is visible: each selector without a hit is a problem, and the page is read like any other."""
    site = Site(
        hosts=("x.example",), text=".gone", title="h1.gone", authors=".gone", published=".gone", without=(".no",)
    )
    body = f"<html><body><h1>Budget approved</h1><p>{SENTENCE * 5}</p></body></html>".encode()

    got = parse_page(body, "https://x.example/a", site=site)

    assert (got.title, got.text) == ("Budget approved", (SENTENCE * 5).strip())
    assert got.problems == tuple(
        f"site rule for x.example: {name} matched nothing" for name in ("text", "title", "authors", "published")
    )


def test_what_the_rule_excludes_is_cut_out() -> None:
    """`without` works inside `text`, names are taken out of a byline, a date from its attribute."""
    site = Site(
        hosts=("x.example",), text=".b", authors=".who", published="time", title="h2", without=(".b .quiz", ".b h4")
    )
    body = f"""<html><body><h1>The Daily</h1><h2>Budget approved</h2>
        <p class=who>By Ana Ruiz and Luis Gil</p>
        <time datetime="2026-11-02T08:00:00Z">today</time>
        <div class=b><p>{SENTENCE}</p><div class=quiz><p>{SENTENCE}</p>
        </div><h4>More</h4><p>{SENTENCE}</p></div><p>{SENTENCE * 9}</p></body></html>"""

    got = parse_page(body.encode(), "https://x.example/a", site=site)

    assert (got.title, got.authors) == ("Budget approved", ("Ana Ruiz", "Luis Gil"))
    assert got.published == datetime(2026, 11, 2, 8, tzinfo=UTC)
    assert got.text == f"{SENTENCE.strip()}\n\n{SENTENCE.strip()}"
