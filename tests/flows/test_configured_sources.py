"""The sources that Seabridge comes with: whether each can be read by its own rules.

The pages under tests/data/listings have the shape that is publicly known of these sites, with invented articles. That
a rule reads its page here does not prove that the site still looks so: only `seabridge sources check` can.
"""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

import pytest

from flows.settings import load
from parsers.configured import Listing, Records, Source
from parsers.reading.dates import date_from_url
from parsers.reading.links import host_of
from parsers.reading.lists.aggregators import GOOGLE_NEWS
from parsers.reading.lists.listings import parse_listing
from parsers.reading.lists.records import parse_records

DATA = Path(__file__).parent.parent / "data"
SOURCES = {source.id: source for source in load().sources}
WITHOUT_PAGE = {"brookings": "disabled: a script builds the list"}
"""Listings of which nothing is known that a page could be made of, with the reason."""

EXPECTED: dict[str, list[tuple[str, str, str]]] = {
    "eeas-press": [
        ("/eeas/fleet-exercise-ends-baltic_en", "Fleet exercise ends in the Baltic with seven nations", "2026-11-12"),
        ("/delegations/canada/joint-note-procurement_en", "Joint note on procurement rules", "2026-11-03"),
        (
            "/eeas/remarks-doorstep-harbour_en?channel=home",
            "Remarks on the way into the harbour meeting",
            "2026-10-30",
        ),
    ],
    "eu-del-us": [
        (
            "/delegations/united-states-america/harbour-visit-norfolk_en",
            "Ambassador visits the harbour of Norfolk",
            "2026-11-12",
        ),
        ("/delegations/canada/joint-note-procurement_en", "Joint note on procurement rules", "2026-11-03"),
        (
            "/delegations/united-states-america/remarks-think-tank-evening_en",
            "Remarks at an evening of think tanks",
            "2026-10-30",
        ),
    ],
    "ec-defis": [
        ("/call-for-drone-engines-opens-2026-11-10_en", "Call for drone engines opens", "2026-11-10"),
        ("/two-launchers-one-pad-2026-11-04_en", "Two launchers share one pad", "2026-11-04"),
        ("/factory-tour-of-ministers-2026-10-29_en", "Factory tour of ministers", "2026-10-29"),
    ],
    "eda-news": [
        (
            "/news-and-events/news/2026/11/12/swarm-of-gliders-crosses-the-strait",
            "Swarm of gliders crosses the strait",
            "2026-11-12",
        ),
        (
            "/news-and-events/news/2026/11/09/arrangement-with-a-partner-renewed",
            "Arrangement with a partner renewed",
            "2026-11-09",
        ),
        ("/news-and-events/news/2026/10/31/camp-of-medics-in-the-north", "Camp of medics in the north", "2026-10-31"),
    ],
    "useu": [
        ("/joint-statement-on-shipbuilding-talks/", "Joint statement on shipbuilding talks", "2026-11-05"),
        ("/scholars-from-six-states-arrive/", "Scholars from six states arrive", "2026-10-20"),
    ],
    "eucom": [
        (
            "/pressrelease/43901/bridge-company-trains-on-the-elbe",
            "Bridge company trains on the Elbe",
            "2026-11-11",
        ),
        ("/article/43888/medics-learn-with-allies", "Medics learn with allies", "2026-11-06"),
    ],
    "hasc": [
        ("/news/documentsingle.aspx?DocumentID=9901", "Chair opens inquiry into shipyard delays", "2026-11-12"),
        ("/news/documentsingle.aspx?DocumentID=9894", "Subcommittee marks up munitions title", "2026-11-04"),
        ("/news/press-releases/letter-on-basing-agreements", "Letter on basing agreements", "2026-10-30"),
    ],
    "sasc": [
        (
            "/press-releases/leaders-announce-conference-on-the-authorization-act",
            "Leaders announce conference on the authorization act",
            "2026-11-06",
        ),
        (
            "/press-releases/members-return-from-three-allied-capitals",
            "Members return from three allied capitals",
            "2026-10-07",
        ),
        (
            "/press-releases/statement-on-the-loss-of-a-tanker-crew",
            "Statement on the loss of a tanker crew",
            "2026-09-08",  # 09/08/26
        ),
        (
            "/press-releases/ranking-member-writes-about-stockpiles",
            "Ranking member writes about stockpiles",
            "2026-09-02",
        ),
    ],
    "nato-news": [
        (
            "/en/news-and-events/articles/news/2026/11/13/air-chiefs-meet-in-ramstein",
            "Air chiefs meet in Ramstein",
            "2026-11-13",
        ),
        (
            "/en/news-and-events/articles/news/2026/11/13/deputy-visits-a-shipyard?selectedLocale=",
            "Deputy visits a shipyard",
            "2026-11-13",
        ),
        (
            "/en/news-and-events/articles/news/2026/11/11/wreaths-laid-at-headquarters",
            "Wreaths laid at headquarters",
            "2026-11-11",
        ),
    ],
    "nato-texts": [
        (
            "/en/about-us/official-texts-and-resources/official-texts/2026/07/08/summit-declaration-of-the-example-city",
            "Summit declaration of the example city",
            "2026-07-08",
        ),
        (
            "/en/about-us/official-texts-and-resources/official-texts/2026/02/12/pledge-on-spare-parts",
            "Pledge on spare parts",
            "2026-02-12",
        ),
    ],
    "shape": [
        ("/news-releases/a-corps-moves-across-two-borders", "A corps moves across two borders", "2026-02-11"),
        ("/news-releases/exercise-season-opens-in-the-south", "Exercise season opens in the south", "2026-02-02"),
    ],
    "euiss-commentary": [
        ("/publications/commentary/what-a-quiet-strait-tells-us", "What a quiet strait tells us", "2026-07-09"),
        ("/publications/commentary/the-price-of-spare-parts", "The price of spare parts", "2026-06-18"),
    ],
    "csis": [
        ("/analysis/counting-shells-across-the-ocean", "Counting Shells across the Ocean", "2026-11-09"),
        ("/analysis/a-harbour-for-every-frigate", "A Harbour for Every Frigate", "2026-10-28"),
    ],
    "cnas": [
        (
            "/publications/reports/ten-lessons-from-a-blockade-game",
            "Ten Lessons from a Blockade Game",
            "2026-11-03",
        ),
        ("/publications/commentary/the-alliance-needs-welders", "The Alliance Needs Welders", "2026-10-22"),
    ],
    "egmont": [
        ("/a-small-state-buys-big-radars-alone/", "A small state buys big radars alone", "2026-07-16"),
        ("/belgium-and-the-long-list-of-ports/", "Belgium and the long list of ports", "2026-07-02"),
    ],
    "ifri": [
        ("/en/studies/heavy-lift-for-a-light-army", "Heavy Lift for a Light Army", "2026-07-16"),
        ("/en/memos/german-yards-and-french-reactors", "German Yards and French Reactors", "2026-07-01"),
    ],
    "agence-europe": [
        (
            "/en/bulletin/article/13990/3/member-states-compare-notes-on-ammunition",
            "Member States compare notes on ammunition",
            "",
        ),
        (
            "/en/bulletin/article/13990/4/agency-signs-with-a-partner-overseas",
            "Agency signs with a partner overseas",
            "",
        ),
    ],
}


def rules_of(source_id: str) -> Listing:
    rules = SOURCES[source_id].listing
    assert rules
    return rules


def test_every_listing_has_a_page_or_a_reason() -> None:
    """No rule for a list goes untried without a word."""
    listings = {source.id for source in SOURCES.values() if source.form == "listing"}

    assert set(EXPECTED) | set(WITHOUT_PAGE) == listings
    assert not any(SOURCES[source_id].enabled for source_id in WITHOUT_PAGE)


@pytest.mark.parametrize("source_id", EXPECTED)
def test_listings_give_the_articles_and_nothing_else(source_id: str) -> None:
    """Not the navigation, the pager, the sidebar, the cookie box or the foot of the page; each with its own date."""
    source = SOURCES[source_id]
    feed = parse_listing((DATA / "listings" / f"{source_id}.html").read_bytes(), source.url, rules_of(source_id))
    host = f"https://{host_of(source.url)}"

    read = [(str(one.url), one.title, one.published and one.published.date().isoformat()) for one in feed.entries]
    assert read == [(host + path, title, date or None) for path, title, date in EXPECTED[source_id]]
    assert feed.problems == ()


@pytest.mark.parametrize(
    ("source_id", "address"),
    [
        ("ec-defis", "https://defence-industry-space.ec.europa.eu/two-launchers-one-pad-2026-07-16_en"),
        ("eda-news", "https://eda.europa.eu/news-and-events/news/2026/07/16/two-launchers-one-pad"),
        ("nato-news", "https://www.nato.int/en/news-and-events/articles/news/2026/07/16/two-launchers"),
        ("nato-texts", "https://www.nato.int/en/about-us/official-texts-and-resources/official-texts/2026/07/16/two"),
    ],
)
def test_dates_in_addresses_are_read(source_id: str, address: str) -> None:
    """Each pattern fits an address of the form that the site was seen to use."""
    pattern = rules_of(source_id).date_in_url

    assert pattern
    assert date_from_url(address, pattern) == datetime(2026, 7, 16, tzinfo=UTC)


def test_american_lists_put_the_month_first() -> None:
    """A date like 11/06/26 must not be read as one in June, and nobody in Europe writes November so."""
    listings = [source for source in SOURCES.values() if source.listing]

    assert {one.id for one in listings if not rules_of(one.id).day_first} == {
        one.id for one in listings if one.country == "US"
    }


def test_every_pattern_for_addresses_is_tried() -> None:
    """A pattern added later needs an example above."""
    with_pattern = {source.id for source in SOURCES.values() if source.listing and source.listing.date_in_url}

    assert with_pattern == {"ec-defis", "eda-news", "nato-news", "nato-texts"}


@pytest.mark.parametrize(
    ("source_id", "file", "first"),
    [
        (
            "senate-hearings",
            "senate-hearings.xml",
            (
                "https://www.senate.gov/isvp/?comm=armed&filename=armed111926",
                "Armed Services · Hearings to examine the industrial base for munitions.",
                datetime(2026, 11, 12, 16, 2, 11, tzinfo=UTC),
            ),
        ),
        (
            "gdelt-euus",
            "gdelt.json",
            (
                "https://paper.example/2026/11/13/yards-on-both-shores",
                "Yards on both shores sign a pact",
                datetime(2026, 11, 13, 9, 45, tzinfo=UTC),
            ),
        ),
    ],
)
def test_records_are_read(source_id: str, file: str, first: tuple[str, str, datetime]) -> None:
    """The names in the configuration fit an answer of the interface."""
    source = SOURCES[source_id]
    assert source.records
    entry, *others = parse_records((DATA / "records" / file).read_bytes(), source.url, source.records).entries

    assert (entry.url, entry.title, entry.published) == first
    assert all(other.title for other in others)


def test_hearings_are_known_by_number_and_published_before_they_are_held() -> None:
    """The day of the hearing, which lies ahead, is told in words: as a date it would keep the entry out."""
    source = SOURCES["senate-hearings"]
    assert source.records
    body = (DATA / "records" / "senate-hearings.xml").read_bytes()
    first, second = parse_records(body, source.url, source.records).entries

    assert (first.guid, first.summary) == ("990001", "Thursday · 19-NOV-2026 09:30 AM · SD-G50")
    assert (second.guid, second.url) == ("990002", None)
    assert max(one.published for one in (first, second) if one.published) < datetime(2026, 11, 19, tzinfo=UTC)


def test_every_interface_is_tried() -> None:
    """An api added later needs an answer above."""
    assert {source.id for source in SOURCES.values() if source.form == "api"} == {"senate-hearings", "gdelt-euus"}
    assert isinstance(SOURCES["senate-hearings"].records, Records)


def queries() -> list[Source]:
    return [source for source in SOURCES.values() if host_of(source.url) == GOOGLE_NEWS]


@pytest.mark.parametrize("source", queries(), ids=lambda source: source.id)
def test_queries_are_whole(source: Source) -> None:
    """A search of Google News is limited in time and names one edition in all three parameters; no link is followed."""
    found = re.fullmatch(
        r"https://[^?]+\?q=\S+\+when:(\d+)d&hl=([a-zA-Z-]+)&gl=([A-Z]{2})&ceid=([A-Z]{2}:[a-z]{2})", source.url
    )

    assert found, source.url
    assert found[4] == f"{found[3]}:{found[2][:2]}"
    assert source.language == found[2][:2]
    assert (source.form, source.pages) == ("query", False)
    assert 2 <= int(found[1]) <= 30


def test_older_entries_have_addresses_of_their_own() -> None:
    """Each pattern gives the second page, then the third, on the same host; numbers as the site's pager counts them."""
    pages = {
        source.id: [
            urljoin(source.url, source.older.replace("{page}", str(source.older_from + step))) for step in (0, 1)
        ]
        for source in SOURCES.values()
        if source.older
    }

    assert {source_id: second for source_id, (second, _) in pages.items() if source_id != "eprs-portal"} == {
        "eeas-press": "https://www.eeas.europa.eu/eeas/press-material_en?page=1",
        "ec-defis": "https://defence-industry-space.ec.europa.eu/newsroom/latest-news_en?page=1",
        "hasc": "https://armedservices.house.gov/news/documentquery.aspx?DocumentTypeID=27&Page=2",
        "sasc": "https://www.armed-services.senate.gov/press-releases?page=2",
        "csis": "https://www.csis.org/analysis?page=1",
        "egmont": "https://www.egmontinstitute.be/publications/page/2/",
    }
    assert pages["eprs-portal"][0] == f"{SOURCES['eprs-portal'].url}&page=1"
    assert all(second != third for second, third in pages.values())


def test_disabled_sources_have_a_stand_in_or_a_reason_that_lasts() -> None:
    """What can be read is read: only a refusal by the site, or a feed that is gone, keeps a source off."""
    disabled = {source.id for source in SOURCES.values() if not source.enabled}

    assert disabled == {"state-press", "ep-press", "shape", "eprs-portal", "brookings", "ecfr", "reuters-sitemap"}


def test_sources_agree_with_the_reference(shared: Path) -> None:
    """Every source of the list is there, at its address; the few that differ are named here, with the reason."""
    differ = {
        "breakingdefense",  # a mirror that answers where the site refuses
        "gdelt-euus",  # a keyword of two letters less, a longer time, the newest first
        "gn-state",  # "European Union" as one phrase
    }
    listed = [json.loads(line) for line in (shared / "data" / "sources.jsonl").read_text().splitlines()]

    assert {one["id"] for one in listed} <= set(SOURCES)
    assert {one["id"] for one in listed if SOURCES[one["id"]].url != one["feed_url"]} == differ
