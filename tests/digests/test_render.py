"""HTML, text, JSON and archive say the same; hostile text stays text; the mail needs no style, image or colour."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from jinja2 import UndefinedError
from pydantic import TypeAdapter

from digests import render
from digests.background import Continued
from digests.edition import Coverage, Edition
from digests.render import fitted, render_archive, render_html, render_index, render_json, render_text
from digests.settings import DigestSettings, SectionSettings
from parsers.configured import Source
from parsers.judging.dates_ahead.calendar_events import CalendarEvent
from parsers.judging.documents.citations import Citation
from parsers.judging.texts.reuse import Reuse
from parsers.model import JudgedItem, Story

Judge = Callable[..., JudgedItem]
Edit = Callable[..., Edition]
TEMPLATES = Path(render.__file__).parent / "templates"
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</td></tr></table><h1>Owned</h1>",
    "<style>body{display:none}</style>",
    "{{ 7*7 }} {% raw %} ${7*7}",
    "\u202eodilaV\u202c",
    "&amp;amp; &lt;b&gt;",
    "W" * 1000,
    "<!-- ",
    "]]>",
]


@pytest.fixture
def edition(judged: Judge, edit: Edit, settings: DigestSettings) -> Edition:
    """A week with all that an edition can show."""
    items = [
        judged("Ministers agree on a timetable", "dialogue", "pesco", score=0.95, name="a"),
        judged("Timetable agreed", "dialogue", source="bruegel", name="b"),
        judged("Ministers agree on a timetable", "dialogue", source="nato", copy_of="a", name="c"),
        judged("Kanada tritt zwei Vorhaben bei", "pesco", source="gazette", language="de", name="d", origin="title"),
        judged("Follow-up on spending", "burden-sharing", source="nato", name="f"),
        *(judged(f"On {topic}", topic, source="bruegel", name=topic) for topic in ("nato-eu", "us-politics")),
        *(
            judged(f"{topic} {n}", topic, name=f"{topic}{n}")
            for topic in ("enlargement", "ukraine-war")
            for n in range(4)
        ),
    ]
    return edit(
        *items,
        settings=replace(settings, archive_url="https://seabridge.example/editions/"),
        stories=[Story("a", ("a", "b", "c")), Story("e", ("e", "f"))],
        earlier={"e": "2026-W45/weekly/en"},
        counts_this={"pesco": 3, "dialogue": 2, "nato-eu": 5},
        counts_last={"pesco": 5, "dialogue": 2, "enlargement": 1},
        coverage=Coverage(("A", "B"), (("Congress.gov", "403"),)),
        late=[judged(f"late {n}", "pesco", day=-8) for n in range(3)],
        seed_notes=["One document is present only as an abstract."],
        **background("Bruegel", ("a", "b", "c")),
    )


def background(word: str, story: Sequence[str]) -> dict[str, Any]:
    """All that stands behind a story and ahead of it, with `word` wherever something comes from outside."""
    first, second = story[:2]
    reuses = [Reuse(second, first, None, 0.9, "time")]
    address = "https://example.org/document/"
    documents = [
        Citation(f"com:{number}", "com", f"{word} {number}", f"{address}{number}", word, "text", 0, 1)
        for number in range(6)
    ]
    return {
        "reuses": reuses,
        "documents": {first: documents, second: [replace(documents[0], document_id="x", url=f"javascript:{word}")]},
        "continued": {first: Continued(date(2026, 3, 3), 4, word, "2026-W40/weekly/en", f"the seed {word}", 12)},
        "calendar": [
            CalendarEvent(f"{number}", f"{word} {number}", day, day, "day", word, items, "ahead")
            for number, items in enumerate([(first,), (second,), ("unknown",)])
            for day in [date(2026, 11, 20 + number)]
        ],
    }


def soup_of(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "lxml")


def web_links(html: str) -> list[str]:
    links = [str(a["href"]) for a in soup_of(html).find_all("a")]
    return [link for link in links if not link.startswith(("#", "mailto:"))]


def test_all_formats_tell_the_same_stories(edition: Edition) -> None:
    """Titles in the same order, and the same addresses, in HTML, text, archive and JSON."""
    html, text, values = render_html(edition), render_text(edition), json.loads(render_json(edition))
    titles = [story.title for story in (*edition.stories, *edition.arrivals)]
    headings = [h3.get_text(strip=True).removeprefix("Update:").strip() for h3 in soup_of(html).find_all("h3")]
    assert headings == titles
    positions = [re.search(rf"(?m)^(Update: )?{re.escape(title)}$", text) for title in titles]
    assert all(a and b and a.start() < b.start() for a, b in pairwise(positions))
    assert set(web_links(html)) == set(re.findall(r"(?m)^\s*(https?://\S+)$", text))
    assert values["stories"] == [story.id for story in edition.stories]
    assert [h3.get_text() for h3 in soup_of(render_archive(edition)).find_all("h3")] == [
        h3.get_text() for h3 in soup_of(html).find_all("h3")
    ]


def test_structure_for_screen_readers(edition: Edition) -> None:
    """Language, title, one h1, no heading level skipped, and only the table of numbers is a table."""
    soup = soup_of(render_html(edition))
    assert soup.html is not None
    assert soup.html["lang"] == "en"
    assert render_html(edition).index('charset="utf-8"') < 1024
    assert soup.title is not None
    assert soup.title.get_text() == "EU-US Defence Weekly, 9–15 November 2026"
    levels = [int(str(heading.name)[1]) for heading in soup.find_all(re.compile("^h[1-6]$"))]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for table in soup.find_all("table"):
        is_data = bool(table.find("th", recursive=True)) and not table.find("table")
        assert (table.get("role") == "presentation") != is_data
    counts = soup.select_one("table.counts")
    assert counts is not None
    assert counts.caption is not None
    assert all(th.get("scope") in {"col", "row"} for th in counts.find_all("th"))
    german = soup.find("a", string="Kanada tritt zwei Vorhaben bei")
    assert german is not None
    assert german["lang"] == "de"


def test_links_say_where_they_lead(edition: Edition) -> None:
    """Every link is absolute or inside the mail, has words of its own, and every inner one has its target."""
    soup = soup_of(render_html(edition))
    for a in soup.find_all("a"):
        href = str(a["href"])
        assert href.startswith(("https://", "http://", "mailto:", "#"))
        assert a.get_text(strip=True)
        assert a.get_text(strip=True).lower() not in {"read more", "here", "link"}
        if href.startswith("#"):
            assert soup.find(id=href[1:])


def test_no_images_no_tracking_no_code(edition: Edition) -> None:
    """Nothing is loaded, nothing runs, nothing counts readers."""
    html = render_html(edition)
    assert soup_of(html).find_all(["img", "script", "iframe", "object", "embed", "form", "svg", "link", "video"]) == []
    assert not re.search(r"utm_|url\(|@import|fbclid", html)


def test_readable_without_style(edition: Edition) -> None:
    """What is left in <style> is dark mode and narrow screens alone; all else is on the elements."""
    soup = soup_of(render_html(edition))
    styles = [style.get_text() for style in soup.find_all("style")]
    assert sum(len(style) for style in styles) < 8_000
    assert [style.strip().startswith("@media (prefers-color-scheme: dark)") for style in styles] == [True]
    paper = soup.select_one("table.paper")
    assert paper is not None
    assert "background-color" in str(paper["style"])
    assert all("color" in str(p.get("style", "")) for p in soup.select("p.summary, p.meta, p.why"))
    assert not re.search(r"display:\s*flex|position:|float:|rem;|calc\(|var\(", render_html(edition))


@pytest.mark.parametrize(
    ("sheet", "grounds"),
    [("style.css.j2", ["#fdfdfc", "#f6f1e6"]), ("dark.css.j2", ["#1b2128", "#2b2619"])],
)
def test_contrast(sheet: str, grounds: list[str]) -> None:
    """Every colour of text keeps 4.5 to 1 (WCAG AA) on every ground that text stands on, by day and by night."""
    colours = set(re.findall(r"[{;] color: (#[0-9a-f]{6})", (TEMPLATES / sheet).read_text()))
    assert len(colours) > 4
    for ground in grounds:
        for colour in colours:
            light, dark = sorted((luminance(ground), luminance(colour)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (colour, ground)


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_first_words_are_the_preheader(edition: Edition) -> None:
    """The inbox shows the preheader, once; screen readers skip it."""
    soup = soup_of(render_html(edition))
    assert soup.body is not None
    first = soup.body.find("div")
    assert first is not None
    assert soup.body.get_text().strip().startswith(edition.preheader)
    assert first["aria-hidden"] == "true"
    assert "display:none" in str(first["style"]).replace(" ", "")


def test_ways_out_near_the_top_and_at_the_end(edition: Edition) -> None:
    """Unsubscribe and the web version come within the first 20,000 bytes, unsubscribe again in the footer."""
    html = render_html(edition)
    assert html.index("mailto:leave@") < 20_000
    assert html.index("https://seabridge.example/editions/2026-W46-weekly-en.html") < 20_000
    assert html.count("mailto:leave@") == 2


def test_archive_is_the_mail_without_its_recipient(edition: Edition) -> None:
    """Taking the recipient's blocks out of the mail gives the archive page, in which there is no address."""
    mail, archive = soup_of(render_html(edition)), soup_of(render_archive(edition))
    assert len(mail.select(".recipient")) == 2
    for block in mail.select(".recipient"):
        block.decompose()
    assert mail.get_text(" ", strip=True) == archive.get_text(" ", strip=True)
    assert not re.search(r"[\w.]+@[\w.]+", archive.get_text() + " ".join(str(a["href"]) for a in archive.find_all("a")))


def test_text_fits_the_screen(edition: Edition) -> None:
    """No line beyond 78 columns but those that are one address; the top story comes at once."""
    text = render_text(edition)
    long = [line for line in text.splitlines() if len(line) > 78]
    assert all(re.fullmatch(r"\s*(https?|mailto):\S+", line) for line in long)
    assert text.index("Ministers agree on a timetable") < 600
    assert "\n\n\n" not in text


def test_text_is_not_escaped(judged: Judge, edit: Edit) -> None:
    """Ampersands and quotes are literal in text and escaped in HTML."""
    edition = edit(judged('A & B <"C">', "pesco"))
    assert 'A & B <"C">' in render_text(edition)
    assert "A &amp; B &lt;" in render_html(edition)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_stays_text(judged: Judge, edit: Edit, sources: dict[str, Source], hostile: str) -> None:
    """Wherever hostile text stands, the elements of the page are those of a tame one."""

    def page(word: str) -> BeautifulSoup:
        named = {**sources, "nato": replace(sources["nato"], name=word, country=word)}
        edition = edit(
            judged(word, "pesco", source="nato", summary=f"{word} and more", words=(word,), language="de", name="x"),
            judged(word, "pesco", source="bruegel", name="y"),
            stories=[Story("x", ("x", "y"))],
            sources=named,
            topics=[(count.topic, f"{count.name} {word}") for count in edit().counts],
            coverage=Coverage((word,), ((word, word),)),
            seed_notes=[word],
            counts_this={"pesco": 1},
            **background(word, ("x", "y")),
        )
        return soup_of(render_html(edition))

    tame, wild = page("harmless"), page(hostile)
    assert [tag.name for tag in wild.find_all(True)] == [tag.name for tag in tame.find_all(True)]
    assert [sorted(tag.attrs) for tag in wild.find_all(True)] == [sorted(tag.attrs) for tag in tame.find_all(True)]
    assert not set("\u202e\u202c") & set(wild.get_text())


def test_only_web_links_are_links(judged: Judge, edit: Edit) -> None:
    """A script address is shown as a headline without a link."""
    html = render_html(edit(judged("Click", "pesco", url="javascript:alert(1)")))
    assert "javascript" not in html
    assert soup_of(html).find("bdi", string="Click")


def test_every_template_escapes() -> None:
    """Whatever a template is called, a variable in it is escaped, and a missing one is an error."""
    names = [path.name for path in TEMPLATES.glob("*.j2")]
    assert names
    for name in [*names, "new.txt", "new.html.j2", "new"]:
        assert render._ENVIRONMENT.from_string("{{ x }}").render(x="<") == "&lt;", name
        autoescape = render._ENVIRONMENT.autoescape
        assert (autoescape(name) if callable(autoescape) else autoescape) is True
    with pytest.raises(UndefinedError):
        render._ENVIRONMENT.from_string("{{ missing }}").render()


def test_numbers_are_plain(edition: Edition) -> None:
    """Changes carry a sign, unchanged is blank, topics without items are named in a sentence."""
    soup = soup_of(render_html(edition))
    rows = {
        row.find_all(["th", "td"])[0].get_text(): [cell.get_text() for cell in row.find_all("td")]
        for row in soup.select("table.counts tbody tr")
    }
    assert rows["PESCO and third-country participation"] == ["3", "−2"]
    assert rows["EU-US Security and Defence Dialogue"] == ["2", ""]
    assert rows["NATO-EU cooperation"] == ["5", "+5"]
    assert rows["Enlargement and accession"] == ["0", "−1"]
    assert "Nothing on " in soup.get_text()
    assert "Military mobility" not in rows


def test_first_edition_claims_no_change(judged: Judge, edit: Edit) -> None:
    """Without a week before there is no column of changes."""
    html = render_html(edit(judged("x", "pesco"), counts_this={"pesco": 1}))
    assert [th.get_text() for th in soup_of(html).select("thead th")] == ["Topic", "Items"]


def test_200_stories_fit(judged: Judge, edit: Edit, settings: DigestSettings) -> None:
    """A flood is cut by rank to the size that mail programs show, and the rest is counted."""
    roomy = replace(
        settings,
        story_budget=300,
        publisher_cap=300,
        sections=tuple(SectionSettings(section.topic, 300) for section in settings.sections),
    )
    topics = [section.topic for section in settings.sections]
    items = [judged(f"Headline number {n} " * 8, topics[n % 22], text="Many words. " * 60) for n in range(200)]
    whole = edit(*items, settings=roomy)
    assert len(render_html(whole).encode()) > 100_000
    edition = fitted(whole, settings.max_html_bytes)
    html = render_html(edition)
    assert 60_000 < len(html.encode()) <= 80_000
    assert len(edition.stories) + edition.more == 200
    assert "more stories" in html
    assert html.count("mailto:leave@") == 2
    assert max(story.rank for story in edition.stories) == len(edition.stories)
    assert fitted(edition, settings.max_html_bytes) is edition
    with pytest.raises(ValueError, match="even without stories"):
        fitted(whole, 5_000)


def test_topics_without_room_are_named_together(judged: Judge, edit: Edit, settings: DigestSettings) -> None:
    """A section in which nothing found room has no heading of its own; its number is said at the end of the stories."""
    edition = edit(judged("a", "pesco"), judged("b", "dialogue", score=0.1), settings=replace(settings, story_budget=1))
    html, text = render_html(edition), render_text(edition)
    assert "1 story on EU-US Security and Defence Dialogue" in html
    assert "1 story on EU-US Security and Defence Dialogue" in text
    assert soup_of(html).find(id="dialogue") is None


def test_json_comes_back_as_the_edition(edition: Edition) -> None:
    """What was written for programs can be read back and gives the same mail again."""
    again = TypeAdapter(Edition).validate_json(render_json(edition))
    assert again.id == edition.id
    assert render_html(again) == render_html(edition)
    assert render_text(again) == render_text(edition)


def test_edition_of_before_texts_were_compared_stays_as_it_was(edition: Edition) -> None:
    """Its JSON has none of the newer keys and one that is gone: the page says what it said."""
    values = json.loads(render_json(edition))
    for key in ("ahead", "more_ahead"):
        del values[key]
    stories = [values["lead"], *(story for section in values["sections"] for story in section["stories"])]
    for story in [*stories, *values["arrivals"]]:
        for key in ("outlets", "texts", "origin", "documents", "more_documents", "continued"):
            del story[key]
        story["publishers"] = 3 if story is values["lead"] else 1
    again = TypeAdapter(Edition).validate_json(json.dumps(values))
    assert render_html(again).count("3 independent publishers") == 1
    assert "; 3 independent publishers" in render_text(again)
    assert "outlet" not in render_html(again) + render_text(again)


def test_late_items_stand_in_a_block_with_their_dates(judged: Judge, edit: Edit) -> None:
    """In mail, text, page and JSON; an edition without them has no such heading."""
    edition = edit(judged("new", "pesco"), late=[judged("It came late", "pesco", day=-8, source="nato", name="l")])
    for shown in (render_html(edition), render_archive(edition), render_text(edition)):
        block = shown[shown.casefold().index("late arrivals") :]
        assert block.index("It came late") < block.index("1 Nov 2026") < block.casefold().index("what this edition")
    assert [story["id"] for story in json.loads(render_json(edition))["arrivals"]] == ["l"]
    assert "late arrivals" not in render_text(edit(judged("new", "pesco"))).casefold()


def test_late_items_give_way_where_there_is_no_room(judged: Judge, edit: Edit) -> None:
    """An edition that is too large without any story loses its late items before it fails."""
    edition = edit(
        late=[judged("late " * 30, "pesco", day=-8, name=f"l{n}", text="Many words. " * 60) for n in range(5)]
    )
    small = fitted(edition, len(render_html(edition).encode()) - 1)
    assert len(small.arrivals) == 4


def test_events_give_way_before_stories(judged: Judge, edit: Edit) -> None:
    """The farthest one first, counted in `more`; with all of them gone the stories go."""
    whole = edit(judged("a", "pesco", name="a"), judged("b", "dialogue", name="b"), **background("E", ("a", "b")))
    size = len(render_html(whole).encode())
    fitting = fitted(whole, size - 1)
    assert ([event.id for event in fitting.ahead], fitting.more_ahead, len(fitting.stories)) == (["0", "1"], 1, 2)
    assert "and 1 more" in render_text(fitting)
    none = replace(whole, ahead=(), more_ahead=3)
    fitting = fitted(whole, len(render_html(none).encode()) - 1)
    assert (len(fitting.ahead), len(fitting.stories)) == (0, 1)


def test_index_lists_the_latest_first(edition: Edition) -> None:
    """All editions and corrections, each with its own page."""
    later = replace(edition, id="2026-W47/weekly/en")
    soup = soup_of(render_index([edition, later, replace(edition, revision=2)]))
    assert [str(a["href"]) for a in soup.select("h3 a")] == [
        "2026-W47-weekly-en.html",
        "2026-W46-weekly-en-r2.html",
        "2026-W46-weekly-en.html",
    ]
    with pytest.raises(ValueError, match="at least one"):
        render_index([])


def test_empty_edition_is_a_whole_mail(edit: Edit) -> None:
    """A week without stories still says what was read, and has its headings."""
    html, text = render_html(edit()), render_text(edit())
    assert "No qualifying news this week." in html
    assert "2 of 2 sources read" in text
    assert len(soup_of(html).find_all("h1")) == 1
