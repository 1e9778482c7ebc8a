"""One publisher is one family, whichever way its items come and however its name is written."""

import time
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from parsers.configured import Source
from parsers.judging.texts.families import Families, families_of, family_of, outlet_of
from parsers.model import Item

CONFIG = Path(__file__).parents[4] / "config"


@pytest.fixture(scope="module")
def sources() -> dict[str, Source]:
    """As shipped."""
    tables = tomllib.loads((CONFIG / "sources.toml").read_text(encoding="utf-8"))["sources"]
    return {source.id: source for source in TypeAdapter(list[Source]).validate_python(tables)}


@pytest.fixture(scope="module")
def known(sources: dict[str, Source]) -> Families:
    return families_of(sources.values())


def item(publisher: str | None = None, url: str | None = "https://news.google.com/rss/articles/x") -> Item:
    return Item(
        id="i",
        key="i",
        source_id="gn-fr",
        url=url,
        title="",
        summary="",
        text="",
        text_origin="title",
        language="en",
        published=None,
        updated=None,
        first_seen=datetime(2026, 11, 9, tzinfo=UTC),
        authors=(),
        content_sha256="",
        publisher=publisher,
    )


@pytest.mark.parametrize(
    ("publisher", "family"),
    [
        ("Reuters", "reuters"),
        ("AP News", "ap"),
        ("POLITICO.eu", "politico"),
        ("Le Monde.fr", "lemonde-europe"),
        ("EL PAÍS", "elpais-int"),
        ("Deutsche Welle", "dw-europe"),
        ("U.S. Department of War (.gov)", "us-department-of-war"),
        ("U.S. Department of State (.gov)", "us-state-department"),
        ("The White House (.gov)", "white-house"),
        ("NATO", "nato"),
        ("Defense News", "defense-news"),
        ("Breaking Defense", "breaking-defense"),
    ],
)
def test_outlet_behind_a_search_that_is_configured_itself(
    sources: dict[str, Source], known: Families, publisher: str, family: str
) -> None:
    """It is no second voice beside its own feed."""
    assert family_of(item(publisher), sources["gn-euus-dialogue"], known) == family


def test_outlets_behind_one_search_are_different_publishers(sources: dict[str, Source], known: Families) -> None:
    """The ways to write one name meet; two names do not, and neither is the search."""
    search = sources["gn-euus-dialogue"]
    names = ("The Guardian", "Guardian", "theguardian.com", "Example Times", "Times of Example Town", "Défense Info")
    assert [family_of(item(name), search, known) for name in names] == [
        "guardian",
        "guardian",
        "guardian",
        "exampletimes",
        "timesexampletown",
        "defenseinfo",
    ]
    assert family_of(item("Газета"), search, known) == "газета"


def test_address_tells_where_the_search_names_no_outlet(sources: dict[str, Source], known: Families) -> None:
    """By the host, as far as it is not that of the search."""
    search = sources["gdelt-euus"]
    addresses = {
        "https://www.reuters.com/world/x": "reuters",
        "https://press.armedservices.house.gov/x": "us-congress",
        "https://www.theguardian.com/x": "guardian",
        "https://www.gdeltproject.org/x": "gdelt",
        "https://[broken": "gdelt",
        None: "gdelt",
    }
    assert {url: family_of(item(url=url), search, known) for url in addresses} == addresses
    assert family_of(item("!!!"), sources["gn-fr"], known) == "google-news"


def test_other_sources_speak_for_one_publisher(sources: dict[str, Source], known: Families) -> None:
    """A search for one site has that publisher, whatever name its results carry."""
    assert family_of(item("NATO's ACT"), sources["gn-nato"], known) == "nato"
    assert family_of(item("Reuters"), sources["euractiv"], known) == "euractiv"
    assert outlet_of(item("Reuters"), sources["euractiv"]) == sources["euractiv"].name
    assert outlet_of(item("Example Times"), sources["gn-fr"]) == "Example Times"
    assert outlet_of(item(), sources["gn-fr"]) == sources["gn-fr"].name


def test_name_that_two_families_claim_is_nobodys(sources: dict[str, Source]) -> None:
    """Better two voices of which one may be an echo than the wrong publisher."""
    one = replace(sources["euractiv"], name="The Post")
    two = replace(sources["euobserver"], name="Post, Europe section")
    assert family_of(item("The Post"), sources["gn-fr"], families_of([one, two])) == "post"


def test_hostile_names_cost_nothing(sources: dict[str, Source], known: Families) -> None:
    """Any length, any characters: an answer at once."""
    began = time.monotonic()
    for name in ("a." * 50_000, " through" * 20_000, ".co.com" * 20_000, "\u0301" * 100_000, "(/:|" * 30_000):
        assert len(family_of(item(name), sources["gn-fr"], known)) <= 300
    assert time.monotonic() - began < 5
