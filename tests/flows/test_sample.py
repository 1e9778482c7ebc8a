"""The sample week: complete, readable, awkward where it promises to be, and served over real HTTP on loopback only."""

import gzip
import http.client
import io
import re
import threading
from calendar import timegm
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser
import pypdfium2
import pytest
from bs4 import BeautifulSoup, Tag
from pydantic import TypeAdapter

from flows.sample.outlets import Article, Outlet, load, read_toml
from flows.sample_server import SAMPLE_MIDWEEK, SAMPLE_NOW, SLOW_HOST, SORRY, SampleWeek, sample_sources
from parsers.configured import Source

BROKEN = {SORRY[0], SLOW_HOST}
EVENTS = {
    "Hague declaration": {
        "atlantic-gazette": "/2025/06/hague-summit-five-per-cent",
        "courrier-continent": "/defense/sommet-de-la-haye-5-pour-cent",
        "rheinbote": "/politik/nato-gipfel-den-haag-fuenf-prozent",
        "kurier-wislany": "/swiat/szczyt-nato-haga-5-procent",
        "alliance-bulletin": "/news/2025/06/25/summit-declaration",
    },
    "EU-Canada partnership": {
        "brussels-ledger": "/articles/eu-canada-security-partnership",
        "courrier-continent": "/defense/ue-canada-partenariat",
        "cronica-meseta": "/internacional/ue-canada-asociacion",
        "hudson-evening-post": "/world/canada-europe-defense-pact.html",
    },
    "British F-35A": {
        "atlantic-gazette": "/2025/06/britain-f35a-nuclear-role",
        "rheinbote": "/politik/briten-f35a-atomare-teilhabe",
        "gazzetta-adriatica": "/esteri/londra-f35a-deterrenza.html",
        "hudson-evening-post": "/world/britain-nuclear-jets.html",
    },
    "European Council": {
        "brussels-ledger": "/articles/european-council-june-2025",
        "courrier-continent": "/defense/conseil-europeen-autonomie",
        "gazzetta-adriatica": "/esteri/consiglio-europeo-difesa.html",
        "kurier-wislany": "/swiat/rada-europejska-ukraina-26",
    },
    "German budget": {
        "atlantic-gazette": "/2025/06/german-budget-defence-share",
        "rheinbote": "/politik/haushalt-2025-verteidigung",
        "kurier-wislany": "/swiat/niemiecki-budzet-obrona",
    },
}


@pytest.fixture(scope="module")
def week() -> Iterator[SampleWeek]:
    with SampleWeek() as running:
        yield running


def get(week: SampleWeek, url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (lower case) and body as sent, from where the week says the host listens."""
    parts = urlsplit(url)
    address, port = week.hosts[parts.hostname or ""]
    connection = http.client.HTTPConnection(address, port, timeout=20)
    try:
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request("GET", target, headers={"Host": parts.netloc, **headers})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def working(form: str) -> list[Source]:
    return [s for s in sample_sources() if s.form == form and urlsplit(s.url).hostname not in BROKEN]


def parsed(week: SampleWeek, source: Source) -> Any:
    return feedparser.parse(io.BytesIO(get(week, source.url)[2]))


def blocks(week: SampleWeek, source: Source) -> list[Tag]:
    assert source.listing is not None
    return list(BeautifulSoup(get(week, source.url)[2], "lxml").select(source.listing.block))


def links(week: SampleWeek) -> list[str]:
    found = [entry.link for source in working("feed") for entry in parsed(week, source).entries if "link" in entry]
    for source in working("listing"):
        assert source.listing is not None
        anchors = [block.select_one(source.listing.link) for block in blocks(week, source)]
        found += [urljoin(source.url, str(anchor["href"])) for anchor in anchors if anchor]
    return found


def entries(week: SampleWeek, source_id: str) -> list[Any]:
    return list(parsed(week, next(s for s in sample_sources() if s.id == source_id)).entries)


def outlet(host: str, *, midweek: bool = False) -> Outlet:
    return next(o for o in load(midweek=midweek) if o.host == f"{host}.example")


def article(host: str, path: str, *, midweek: bool = False) -> Article:
    return next(a for a in outlet(host, midweek=midweek).articles if a.path == path)


def shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + 5]) for i in range(len(words) - 4)}


# ---------------------------------------------------------------- sources


def test_sources_are_thirteen_valid_ones_on_this_machine() -> None:
    """The list has the shape of the real configuration, every source is local, and one family has two sources."""
    sources = sample_sources()
    rows = read_toml("sources.toml")["sources"]
    assert TypeAdapter(tuple[Source, ...]).validate_python(rows) == sources
    assert len({source.id for source in sources}) == 13
    assert all(source.local and source.name.endswith("(sample)") for source in sources)
    assert Counter(source.family for source in sources).most_common(2) == [
        ("gazette-group", 2),
        ("union-press-room", 1),
    ]
    assert len({source.publisher_type for source in sources}) >= 5


def test_every_source_has_a_host_that_is_served(week: SampleWeek) -> None:
    """Whoever resolves names with `hosts` reaches each source on the loopback address."""
    assert {urlsplit(source.url).hostname for source in sample_sources()} == set(week.hosts)
    assert {address for address, _ in week.hosts.values()} == {"127.0.0.1"}
    assert all(host.endswith(".example") for host in week.hosts)


# ---------------------------------------------------------------- feeds, listings, pages


def test_eight_feeds_parse_in_four_formats(week: SampleWeek) -> None:
    """feedparser reads each feed without complaint, in the format and language that the source declares."""
    versions: Counter[str] = Counter()
    for source in working("feed"):
        feed = parsed(week, source)
        assert not feed.bozo, (source.id, feed.get("bozo_exception"))
        assert feed.entries
        versions[feed.version] += 1
        assert (feed.feed.get("language") or source.language) == source.language
    assert versions == {"rss20": 4, "atom10": 2, "rss10": 1, "rss091u": 1}
    assert {source.language for source in sample_sources()} == {"en", "fr", "de", "es", "it", "pl"}


def test_three_listings_can_be_read_with_their_selectors(week: SampleWeek) -> None:
    """Each block has a link with a title and a summary, and a date in the page or in the address."""
    listings = working("listing")
    assert len(listings) == 3
    for source in listings:
        listing = source.listing
        assert listing is not None
        assert listing.summary is not None
        found = blocks(week, source)
        assert len(found) >= 5
        for block in found:
            anchor = block.select_one(listing.link)
            assert anchor is not None
            assert anchor.get_text(strip=True)
            assert block.select_one(listing.summary) is not None
            if listing.date is not None:
                assert block.select_one(listing.date) is not None
            else:
                assert re.search(listing.date_in_url or "never", str(anchor["href"]))


def test_week_is_big_enough(week: SampleWeek) -> None:
    """At least 60 entries on Monday, fewer but most of them already on Thursday."""
    monday = sum(len(parsed(week, s).entries) for s in working("feed")) + sum(
        len(blocks(week, s)) for s in working("listing")
    )
    with SampleWeek(at=SAMPLE_MIDWEEK) as earlier:
        thursday = sum(len(parsed(earlier, s).entries) for s in working("feed"))
    assert monday >= 60
    assert 35 <= thursday < monday


def test_every_link_answers_with_its_article(week: SampleWeek) -> None:
    """Nothing that a feed or listing points to is missing."""
    found = links(week)
    assert len(found) >= 60
    answers = {url: get(week, url)[0] for url in found}
    assert {url for url, status in answers.items() if status != 200} == set()


def test_pages_hold_their_text_and_say_that_they_are_samples(week: SampleWeek) -> None:
    """A page carries all paragraphs of its article, 80 to 250 words, and the footer that calls it a sample."""
    layouts = set()
    for paper in load(midweek=False):
        layouts.add(paper.layout)
        for piece in paper.articles:
            if piece.path is None or piece.file is not None:
                continue
            soup = BeautifulSoup(get(week, paper.link(piece))[2], "lxml")
            text = soup.get_text(" ")
            assert all(paragraph in text for paragraph in piece.paragraphs), piece.path
            assert 80 <= len(piece.body.split()) <= 250, piece.path
            assert "sample" in text.lower()
            assert soup.h1 is not None
            assert soup.h1.get_text(strip=True)
    assert len(layouts) == 4


# ---------------------------------------------------------------- what real weeks hold


@pytest.mark.parametrize("event", EVENTS)
def test_same_event_stands_in_several_papers(event: str) -> None:
    """Three outlets or more tell each of these events, in two languages or more, and none copies another."""
    papers = EVENTS[event]
    texts = [shingles(article(host, path).body) for host, path in papers.items()]
    assert len(papers) >= 3
    assert len({outlet(host).language for host in papers}) >= 2
    assert all(len(a & b) < 0.3 * len(a) for i, a in enumerate(texts) for b in texts[i + 1 :])


def test_a_press_release_is_reprinted_twice() -> None:
    """Both reprints share at least 60 % of their five-word shingles with the release."""
    release = shingles(article("union-press-room", "/press-releases/2025-06-23-edip-mandate").body)
    for host, path in (
        ("brussels-ledger", "/articles/edip-council-mandate"),
        ("hudson-evening-post", "/world/europe-defense-industry-program.html"),
    ):
        reprint = shingles(article(host, path).body)
        assert len(release & reprint) / len(reprint) >= 0.6
        assert len(release & reprint) / len(release | reprint) >= 0.6


@pytest.mark.parametrize("source_id", ["atlantic-gazette", "brussels-ledger"])
def test_an_article_changes_after_midweek(source_id: str) -> None:
    """Same guid and address, other title and text on Monday than on Thursday."""
    changed = []
    with SampleWeek(at=SAMPLE_MIDWEEK) as running:
        thursday = {entry.id: entry for entry in entries(running, source_id)}
        pages = {entry.id: get(running, entry.link)[2] for entry in thursday.values()}
        running.at = SAMPLE_NOW
        for entry in entries(running, source_id):
            before = thursday.get(entry.id)
            if before is not None and before.title != entry.title:
                changed.append(entry.id)
                assert before.link == entry.link
                assert pages[entry.id] != get(running, entry.link)[2]
    assert len(changed) == 1


def test_midweek_knows_nothing_of_later_days() -> None:
    """On Thursday morning no entry is dated later, and a page of Friday is not there yet."""
    with SampleWeek(at=SAMPLE_MIDWEEK) as running:
        for source in working("feed"):
            for entry in parsed(running, source).entries:
                if "published_parsed" in entry:
                    assert datetime.fromtimestamp(timegm(entry.published_parsed), UTC) <= SAMPLE_MIDWEEK
        assert get(running, "http://atlantic-gazette.example/2025/06/baltic-states-leave-mine-ban")[0] == 404


def test_every_midweek_version_replaces_an_article() -> None:
    """A midweek file that names an unknown address would be lost without a word."""
    for paper in load(midweek=False):
        later = {piece.path: piece for piece in paper.articles}
        earlier = {piece.path: piece for piece in outlet(paper.host.removesuffix(".example"), midweek=True).articles}
        differing = {path for path in later if later[path] != earlier[path]}
        name = f"midweek/{paper.host.removesuffix('.example')}.toml"
        try:
            rows = read_toml(name)["articles"]
        except FileNotFoundError:
            rows = []
        assert differing == {row["path"] for row in rows}


def test_dates_that_are_missing_wrong_or_old() -> None:
    """Two entries without date, one over a day ahead of the clock, several of last week, some over 90 days old."""
    everything = [piece for paper in load(midweek=False) for piece in paper.articles]
    dates = [piece.published for piece in everything if piece.published]
    monday = SAMPLE_NOW.replace(hour=0)
    assert len(everything) - len(dates) == 2
    assert sum(date > SAMPLE_NOW + timedelta(days=1) for date in dates) == 1
    assert sum(date < SAMPLE_NOW - timedelta(days=90) for date in dates) >= 2
    assert sum(monday - timedelta(days=14) <= date < monday - timedelta(days=7) for date in dates) >= 10
    assert sum(monday - timedelta(days=7) <= date < monday for date in dates) >= 50


def test_undated_entries_are_undated_everywhere(week: SampleWeek) -> None:
    """Neither the feed nor the page gives these two a date."""
    undated = [
        entry
        for source in working("feed")
        if source.id != "gazzetta-adriatica"
        for entry in parsed(week, source).entries
        if "published" not in entry and "updated" not in entry
    ]
    assert len(undated) == 2
    for entry in undated:
        page = get(week, entry.link)[2].decode()
        assert "datePublished" not in page
        assert "<time" not in page


def test_the_old_format_has_dates_on_pages_only(week: SampleWeek) -> None:
    """RSS 0.91 gives neither date nor guid; each page gives the date."""
    for entry in entries(week, "gazzetta-adriatica"):
        assert "published" not in entry
        assert "id" not in entry
        assert re.search(r'<meta name="date" content="2025-06-', get(week, entry.link)[2].decode())


def test_hostile_titles_reach_the_reader_as_they_are(week: SampleWeek) -> None:
    """A script, an encoded word that hides a mail header, and a character that turns the reading direction."""
    raw = get(week, "http://atlantic-gazette.example/feeds/security.xml")[2].decode()
    assert "&lt;script&gt;alert(" in raw
    assert "=?utf-8?q?x=0d=0aBcc:_victim@example.com?=" in raw
    assert any("\u202e" in entry.title for entry in entries(week, "brussels-ledger"))


def test_feed_oddities(week: SampleWeek) -> None:
    """A guid twice in one feed, an entry without link, one without title, trackers on links, HTML in summaries."""
    guids = Counter(entry.id for entry in entries(week, "kurier-wislany"))
    assert sorted(guids.values())[-2:] == [1, 2]
    assert sum("link" not in entry for entry in entries(week, "cronica-meseta")) == 1
    assert sum(not entry.get("title") for entry in entries(week, "courrier-continent")) == 1
    assert all("utm_source=rss" in entry.link for entry in entries(week, "atlantic-gazette"))
    assert all("<p>" in entry.summary for entry in entries(week, "courrier-continent"))
    assert sum("content" in entry for entry in entries(week, "brussels-ledger")) >= 3


def test_one_entry_is_a_pdf_of_two_pages(week: SampleWeek) -> None:
    """The link answers a PDF with text, a running header and a page number on both pages."""
    (link,) = (entry.link for entry in entries(week, "harbour-institute") if entry.link.endswith(".pdf"))
    status, headers, body = get(week, link)
    assert (status, headers["content-type"]) == (200, "application/pdf")
    document = pypdfium2.PdfDocument(body)
    try:
        texts = [document[number].get_textpage().get_text_range() for number in range(len(document))]
    finally:
        document.close()
    assert len(texts) == 2
    assert all("Harbour Institute (sample)" in text and f"{n} / 2" in text for n, text in enumerate(texts, 1))
    assert "military mobility" in texts[0]


@pytest.mark.parametrize(
    "word", ["SAFE on two wheels", "ASAP", "Diana, une princesse", "pesco", "military history", "NATO phonetic"]
)
def test_traps_for_the_classifier_are_there(word: str) -> None:
    """Off-topic pieces that use the words of the field are part of the week."""
    assert any(word in piece.title for paper in load(midweek=False) for piece in paper.articles)


def test_facts_name_their_source() -> None:
    """Each fact has a date, one line, and an address or the plain word that nobody checked it."""
    facts = read_toml("facts.toml")["facts"]
    assert len(facts) >= 40
    for fact in facts:
        assert re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", fact["date"])
        assert "\n" not in fact["fact"]
        assert fact["source"].startswith("http") or fact["source"] == "general knowledge, not verified"


# ---------------------------------------------------------------- the server


def test_unchanged_resources_answer_304(week: SampleWeek) -> None:
    """Both validators work, for feeds and pages, with and without compression."""
    for url in [source.url for source in working("feed") + working("listing")] + links(week)[:3]:
        _, headers, _ = get(week, url)
        _, zipped, _ = get(week, url, **{"Accept-Encoding": "gzip"})
        for answer in (headers, zipped):
            status, _, body = get(week, url, **{"If-None-Match": answer["etag"]})
            assert (status, body) == (304, b"")
        assert get(week, url, **{"If-Modified-Since": headers["last-modified"]})[0] == 304
        assert get(week, url, **{"If-None-Match": '"other"'})[0] == 200


def test_validators_change_with_the_content() -> None:
    """A feed fetched on Thursday is sent in full on Monday."""
    url = "http://atlantic-gazette.example/feeds/security.xml"
    with SampleWeek(at=SAMPLE_MIDWEEK) as running:
        _, headers, _ = get(running, url)
        running.at = SAMPLE_NOW
        assert get(running, url, **{"If-None-Match": headers["etag"]})[0] == 200
        assert get(running, url, **{"If-Modified-Since": headers["last-modified"]})[0] == 200


def test_compression_only_when_asked_for(week: SampleWeek) -> None:
    """gzip carries the same bytes and is named in the header."""
    url = "http://rheinbote.example/politik.rdf"
    _, plain, body = get(week, url)
    _, headers, packed = get(week, url, **{"Accept-Encoding": "gzip, deflate"})
    assert "content-encoding" not in plain
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed) == body


def test_unknown_addresses_answer_404(week: SampleWeek) -> None:
    """A path of another host is not served under this one."""
    assert get(week, "http://rheinbote.example/atom.xml")[0] == 404


def test_one_feed_address_answers_html(week: SampleWeek) -> None:
    """The Lost Herald says sorry with status 200 and a page in the place of a feed."""
    status, headers, body = get(week, "http://lost-herald.example/feed.xml")
    assert status == 200
    assert headers["content-type"].startswith("text/html")
    assert not feedparser.parse(io.BytesIO(body)).entries


def test_the_slow_host_is_let_go_when_the_week_ends() -> None:
    """A request that is held for an hour ends without answer as soon as the block is left."""
    endings: list[BaseException] = []

    def ask(running: SampleWeek, sent: threading.Event) -> None:
        connection = http.client.HTTPConnection(*running.hosts[SLOW_HOST], timeout=60)
        connection.request("GET", "/rss.xml", headers={"Host": SLOW_HOST})
        sent.set()
        try:
            connection.getresponse()
        except http.client.RemoteDisconnected as ending:
            endings.append(ending)
        finally:
            connection.close()

    with SampleWeek(hold=3600) as running:
        sent = threading.Event()
        client = threading.Thread(target=ask, args=(running, sent), daemon=True)
        client.start()
        assert sent.wait(30)
        assert get(running, "http://rheinbote.example/politik.rdf")[0] == 200
        assert not endings
    client.join(30)
    assert len(endings) == 1


def test_hosts_are_known_only_while_served() -> None:
    """Outside its block the week has no address to offer."""
    with pytest.raises(RuntimeError, match="with"):
        _ = SampleWeek().hosts
