"""Who took over whose text, and how many independent texts stand behind a story."""

import random
import time
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from builders import CONFIG
from pydantic import TypeAdapter

from parsers.judging.texts.agency_file import Agencies, AgencyFile, compile_agencies
from parsers.judging.texts.reuse import Account, Origin, Reuse, Standing, reuses, standing
from parsers.model import Item, Kind

NINE = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
DAY = datetime(2026, 11, 10, tzinfo=UTC)
FOOTER = "About us: this house informs its readers every day about what its members do and why they are doing it. " * 3


@cache
def agencies() -> Agencies:
    file = TypeAdapter(AgencyFile).validate_python(tomllib.loads((CONFIG / "agencies.toml").read_text()))
    return compile_agencies(file)


@cache
def vocabulary() -> list[str]:
    parts = ["def", "arm", "nav", "pol", "mar", "tor", "lin", "ves"]
    return [f"{first}{second}{third}" for first in parts for second in parts for third in ("ing", "our", "ed")]


def prose(seed: int, words: int = 120) -> str:
    return " ".join(random.Random(seed).choices(vocabulary(), k=words))


def item(name: str, text: str, published: datetime | None = NINE, **more: object) -> Item:
    made = Item(
        id=name,
        key=name,
        source_id=f"source-{name}",
        url=None,
        title=f"Headline of {name}",
        summary="",
        text=text,
        text_origin="page",
        language="en",
        published=published,
        updated=None,
        first_seen=NINE,
        authors=(),
        content_sha256="",
    )
    return replace(made, **more)  # type: ignore[arg-type]


def found(*items: Item, kinds: Mapping[str, Kind] = {}, families: Mapping[str, str] = {}) -> list[tuple[object, ...]]:
    """(item, origin, agency, because) of each."""
    forwards = reuses(items, kinds, families, agencies())
    assert set(reuses(items[::-1], kinds, families, agencies())) == set(forwards)
    return [(one.item_id, one.origin_id, one.agency, one.because) for one in forwards]


def test_the_earlier_text_is_the_origin() -> None:
    """Between two reports time tells; the share is of the later one's own words."""
    first, second = item("a", prose(1)), item("b", f"{prose(2, 60)} {prose(1)}", NINE + timedelta(hours=1))

    assert found(second, first) == [("b", "a", None, "time")]
    (one,) = reuses([first, second], {}, {}, agencies())
    assert one.share == pytest.approx(2 / 3, abs=0.01)


def test_a_press_release_is_the_origin_of_press() -> None:
    """Whatever the times say: many offices put the release on the page hours after it was sent."""
    release, report = item("r", prose(1), NINE + timedelta(hours=9)), item("b", f"{prose(1, 70)} {prose(2, 60)}")

    assert found(report, release, kinds={"r": "press-release"}) == [("b", "r", None, "press-release")]
    assert found(report, release, kinds={"r": "primary"}) == [("b", "r", None, "press-release")]


@pytest.mark.parametrize(
    ("release", "report", "origin"),
    [
        (NINE + timedelta(hours=12), NINE, "r"),
        (NINE + timedelta(hours=13), NINE, "b"),
        (NINE + timedelta(days=3), NINE, "b"),
        (DAY, NINE, "r"),
        (DAY + timedelta(days=1), NINE, "b"),
        (NINE + timedelta(days=1), DAY, "b"),
        (NINE + timedelta(hours=9), DAY, "r"),
        (DAY, DAY, "r"),
        (DAY + timedelta(days=1), DAY, "b"),
        (NINE - timedelta(days=9), NINE, "r"),
        (None, NINE, "r"),
        (NINE, None, "r"),
    ],
)
def test_what_an_office_posts_again(release: datetime | None, report: datetime | None, origin: str) -> None:
    """More than half a day later, or on a later day, it is the office that took over: the minister's own article."""
    both = item("r", prose(1), release), item("b", prose(1), report)
    because = "press-release" if origin == "r" else "time"

    assert found(*both, kinds={"r": "press-release"}) == [("b" if origin == "r" else "r", origin, None, because)]


def test_the_release_comes_before_another_report_of_it() -> None:
    """Ten reports that print one release have one origin, not a chain."""
    release = item("r", prose(1), NINE)
    reports = [item(f"b{n}", prose(1), NINE + timedelta(hours=n + 1)) for n in range(10)]

    assert found(release, *reports, kinds={"r": "press-release"}) == [
        (one.id, "r", None, "press-release") for one in reports
    ]


@pytest.mark.parametrize(
    ("first", "second", "origin"),
    [
        (DAY, NINE, "b"),
        (NINE, DAY, "a"),
        (DAY - timedelta(days=1), NINE, "a"),
        (DAY, DAY + timedelta(days=1), "a"),
        (None, NINE, "b"),
        (NINE, None, "a"),
    ],
)
def test_days_without_an_hour_and_no_date(first: datetime | None, second: datetime | None, origin: str) -> None:
    """A day alone never wins against an hour of that day, and nothing undated against a date."""
    (one,) = found(item("a", prose(1), first), item("b", prose(1), second))

    assert one[1] == origin


@pytest.mark.parametrize("published", [DAY, NINE, None])
def test_ties_go_to_the_longer_text_then_to_the_source(published: datetime | None) -> None:
    """What is taken over is cut; of two equal ones the order of their names decides."""
    assert found(item("a", prose(1), published), item("b", prose(1, 120) + " more", published))[0][:2] == ("a", "b")
    assert found(item("a", prose(1), published), item("b", prose(1), published))[0][:2] == ("b", "a")


def test_who_names_a_statement_has_it_from_there() -> None:
    """Where times do not tell."""
    statement, report = item("a", prose(1), DAY), item("b", f"The office said in a statement: {prose(1)}", DAY)

    assert found(statement, report) == [("b", "a", None, "named")]


def test_agencies() -> None:
    """An item of the agency itself is the origin; without one the credit stands alone; one publisher's own is none."""
    own = item("r", prose(1), NINE + timedelta(minutes=1), publisher="Reuters")
    credited = item("b", f"BRUSSELS (Reuters) - {prose(1)}", NINE)
    elsewhere = item("c", f"PARIS (AFP) - {prose(3)}")

    assert found(own, credited, elsewhere) == [
        ("r", None, "Reuters", "named"),
        ("b", "r", "Reuters", "named"),
        ("c", None, "AFP", "named"),
    ]
    by_family = reuses([item("r", prose(1))], {}, {"r": "reuters"}, agencies())
    assert by_family == (Reuse("r", None, "Reuters", 1.0, "named"),)


def test_what_is_no_reuse() -> None:
    """Another language, one publisher's own editions, a fifth of the words, two short texts, nothing at all."""
    first = item("a", prose(1))
    later = NINE + timedelta(hours=1)

    assert not found(first, item("b", prose(1), later, language="fr"))
    assert not found(first, item("b", prose(1), later), families={"a": "house", "b": "house"})
    assert not found(first, item("b", f"{prose(1, 30)} {prose(2)}", later))
    assert not found(item("a", prose(1, 20)), item("b", prose(1, 20), later))
    assert not found(item("a", ""), item("b", "", later))
    assert not found()


def test_two_reports_that_quote_one_statement() -> None:
    """A long quotation makes no copy of two reports, and none of the statement before half of a report is quoted."""
    words = prose(1, 60)
    statement = item("r", words, NINE - timedelta(hours=1))
    reports = [item(name, f"{prose(n, 100)} “{words}”") for n, name in enumerate("ab", 2)]
    kinds: dict[str, Kind] = {"r": "press-release"}

    assert not found(statement, *reports, kinds=kinds)
    mostly = item("c", f"{prose(5, 30)} “{words}”")
    assert found(statement, mostly, kinds=kinds) == [("c", "r", None, "press-release")]


def test_what_a_site_prints_under_every_item_is_not_taken_over() -> None:
    """A footer that two houses share, as a publisher and its agency do."""
    mine = [item(f"a{n}", f"{prose(n, 60)} {FOOTER}", source_id="one") for n in range(6)]
    theirs = [
        item(f"b{n}", f"{prose(10 + n, 60)} {FOOTER}", NINE + timedelta(hours=1), source_id="two") for n in range(6)
    ]
    families = {one.id: one.source_id for one in [*mine, *theirs]}

    assert not found(*mine, *theirs, families=families)


@pytest.mark.parametrize("versions", [2, 5, 9])
def test_versions_of_one_text(versions: int) -> None:
    """However often one publisher brings its text up to date, who prints it took it over."""
    mine = [item(f"a{n}", prose(1, 100 + n), NINE + timedelta(minutes=n), source_id="one") for n in range(versions)]
    other = item("b", prose(1, 100), NINE + timedelta(hours=2))
    families = {one.id: one.source_id for one in [*mine, other]}

    assert [made[:1] + made[2:] for made in found(*mine, other, families=families)] == [("b", None, "time")]


def test_one_form_filled_in_for_two_countries() -> None:
    """Most words are those of the form; what each title names stands in its own text alone."""
    one, other = (
        item(name, f"{prose(1, 60)} sale to {who} {prose(2, 60)}", NINE + timedelta(hours=n), title=f"{who}: a sale")
        for n, (name, who) in enumerate([("a", "Denmark"), ("b", "Finland")])
    )
    assert not found(one, other)
    assert found(one, replace(other, title="A sale is near")) == [("b", "a", None, "time")]


def test_sentences_that_name_an_agency_join_nobody() -> None:
    """Two reports that each have one detail from Kyodo are two texts; so is a dateline of it beside them."""
    told = [item(n, f"Kyodo reported on Tuesday that it rained. {prose(i)}") for i, n in enumerate("ab")]
    accounts = [account(one.id) for one in told]

    assert standing(accounts, reuses(told, {}, {}, agencies())).texts == 2


def test_the_agency_s_own_page() -> None:
    """An item on the host of an agency is the origin, also where another house has it minutes before."""
    own = item("o", prose(1), NINE + timedelta(minutes=5), url="https://www.ansa.it/europa/1")
    early = item("b", prose(1), NINE, url="https://paper.example/1")

    assert ("b", "o", "ANSA", "named") in found(own, early)


def test_hundreds_of_one_text() -> None:
    """All lead to the first; each looks at a few of the oldest."""
    many = [item(f"{n:05}", prose(1, 60), NINE + timedelta(seconds=n)) for n in range(400)]
    result = reuses(many, {}, {}, agencies())

    assert {one.origin_id for one in result} == {"00000"}
    assert len(result) == 399


# ---------------------------------------------------------------- standing


def account(name: str, family: str = "", kind: Kind = "news", hours: float = 0) -> Account:
    return Account(name, family or f"family-{name}", f"Outlet {name}", kind, NINE + timedelta(hours=hours))


def took(name: str, origin: str | None = None, agency: str | None = None) -> Reuse:
    return Reuse(name, origin, agency, 0.8 if origin else None, "time" if origin else "named")


def test_twelve_outlets_three_texts() -> None:
    """The reader's line: whoever printed the release is one text with it, and the release is the origin."""
    release = account("r", kind="press-release", hours=-1)
    prints = [account(f"p{n}") for n in range(9)]
    own = [account("x"), account("y")]
    made = [Reuse(one.item_id, "r", None, 0.6, "press-release") for one in prints]

    assert standing([release, *prints, *own], made) == Standing(
        12, 3, Origin("Outlet r", "press-release", "r", NINE - timedelta(hours=1), 9)
    )


def test_editions_of_one_publisher_are_one_voice() -> None:
    """Three editions of one house and a second outlet."""
    accounts = [account("a", "house"), account("b", "house"), account("c", "house"), account("d")]

    assert standing(accounts, []) == Standing(2, 2, None)


def test_outlets_that_name_one_agency_are_one_text() -> None:
    """Whether or not their words are the same; the agency's own item, where it is held, is the origin."""
    accounts = [account(name) for name in "abc"]
    credited = [took("a", agency="AFP"), took("b", agency="AFP")]

    assert standing(accounts, credited) == Standing(3, 2, Origin("AFP", "agency", None, None, 2))
    own = account("o", hours=-1)
    held = [*credited, Reuse("o", None, "AFP", 1.0, "named")]
    assert standing([own, *accounts], held).origin == Origin("AFP", "agency", "o", NINE - timedelta(hours=1), 2)


def test_a_chain_leads_to_its_beginning() -> None:
    """Who prints the reprint prints the original; a cycle in what was stored ends."""
    accounts = [account(name, hours=hours) for hours, name in enumerate("abc")]

    assert standing(accounts, [took("c", "b"), took("b", "a")]) == Standing(
        3, 1, Origin("Outlet a", "report", "a", NINE, 2)
    )
    assert standing(accounts, [took("a", "b"), took("b", "a")]).texts == 2


def test_reprints_of_an_agency_lead_to_the_agency() -> None:
    """Two papers print what a third one credits to AFP."""
    accounts = [account(name) for name in "abc"]
    made = [took("a", agency="AFP"), took("b", "a"), took("c", "a")]

    assert standing(accounts, made) == Standing(3, 1, Origin("AFP", "agency", None, None, 3))


def test_an_origin_that_stands_in_another_story() -> None:
    """Joins those that took it over, and is not told: nothing is known of it here."""
    assert standing([account("a"), account("b")], [took("a", "z"), took("b", "z")]) == Standing(2, 1, None)


def test_few_reprints_are_not_where_most_comes_from() -> None:
    """One reprint among seven texts gives the story no origin."""
    accounts = [account(str(n)) for n in range(7)]

    assert standing(accounts, [took("1", "0")]) == Standing(7, 6, None)
    assert standing([], []) == Standing(0, 0, None)


def test_a_chain_of_thousands() -> None:
    """Each step is gone once: a walk from every item to the beginning would be eighteen million steps."""
    accounts = [account(f"{n:05}") for n in range(6_000)]
    made = [took(f"{n:05}", f"{n - 1:05}", "AFP" if n == 4_000 else None) for n in range(1, 6_000)]

    start = time.perf_counter()
    told = standing(accounts, made)

    assert (told.outlets, told.texts) == (6_000, 1)
    assert told.origin == Origin("Outlet 00000", "report", "00000", NINE, 3_999)
    assert time.perf_counter() - start < 1.5
