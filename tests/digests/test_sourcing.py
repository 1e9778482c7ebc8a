"""What is said of the text behind a story, its documents and its thread is exact, and bounded."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from digests.background import Continued
from digests.edition import Edition, EditionStory
from digests.render import render_html, render_text
from digests.settings import DigestSettings
from digests.sourcing import as_told, continued_of, documents_of, origin_of
from digests.wording import counted, open_since, origin_name, origin_told, since
from parsers.configured import Source
from parsers.judging.documents.citations import Citation
from parsers.judging.texts.reuse import Origin, Reuse
from parsers.model import JudgedItem, Kind, Story

Judge = Callable[..., JudgedItem]
Edit = Callable[..., Edition]
BRUSSELS = ZoneInfo("Europe/Brussels")


def of_kind(judged: JudgedItem, kind: Kind) -> JudgedItem:
    return replace(judged, judgement=replace(judged.judgement, kind=kind))


def at(judged: JudgedItem, moment: datetime | None) -> JudgedItem:
    return replace(judged, item=replace(judged.item, published=moment))


@pytest.fixture
def wire(judged: Judge, edit: Edit, sources: dict[str, Source]) -> Callable[..., Edition]:
    """A press release of 14:02, five outlets that print it and two that write by themselves."""
    outlets = {f"o{n}": replace(sources["nato"], id=f"o{n}", name=f"Outlet {n}", family=f"o{n}") for n in range(7)}
    eeas = replace(sources["commission"], name="EEAS press material")

    def build(moment: datetime | None = datetime(2026, 11, 9, 13, 2, tzinfo=UTC)) -> Edition:
        release = at(of_kind(judged("Plan agreed", "dialogue", name="r"), "press-release"), moment)
        items = [release, *(judged(f"Plan agreed {n}", "dialogue", source=n, name=n) for n in outlets)]
        reuses = [Reuse(f"o{n}", "r", None, 0.9, "press-release") for n in range(5)]
        return edit(
            *items,
            stories=[Story("r", ("r", *outlets))],
            sources={**sources, **outlets, "commission": eeas},
            reuses=reuses,
        )

    return build


def test_the_line_that_readers_see(wire: Callable[..., Edition]) -> None:
    """How many outlets, how many texts among them, whose text it is and since when, with the way to it."""
    edition = wire()
    words = "8 outlets, 3 independent texts; origin: EEAS press release, 14:02, taken over by 5"
    assert words in " ".join(render_text(edition).split())
    html = render_html(edition)
    assert 'origin: <a href="https://commission.example/r"' in html
    assert ">EEAS press release</a>, 14:02, taken over by 5</p>" in html


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (datetime(2026, 11, 9, 23, 30, tzinfo=UTC), "00:30, "),
        (datetime(2026, 11, 9, tzinfo=UTC), ""),
        (None, ""),
    ],
)
def test_hour_is_that_of_the_readers_and_none_is_made_up(
    wire: Callable[..., Edition], moment: datetime | None, told: str
) -> None:
    """In the digest's zone; midnight in UTC is a date without an hour."""
    assert f"EEAS press release, {told}taken over by 5" in " ".join(render_text(wire(moment)).split())


def test_day_of_another_day(judged: Judge, edit: Edit) -> None:
    """It is named where it is not that of the headline."""
    items = [judged("lead", "pesco", name="a", day=1), judged("small", "pesco", source="gazette", name="b")]
    edition = edit(*items, stories=[Story("a", ("a", "b"))], reuses=[Reuse("a", "b", None, 0.9, "time")])
    assert "2 outlets, 1 independent text; origin: Die Gazette, 9 November, 10:00\n" in render_text(edition)


def test_one_outlet_needs_no_count(judged: Judge, edit: Edit) -> None:
    """Two titles of one house are one outlet, and nothing is said."""
    items = [judged("x", "pesco", source="gazette", name="a"), judged("y", "pesco", source="gazette-2", name="b")]
    (story,) = edit(*items, stories=[Story("a", ("a", "b"))]).stories
    assert (story.outlets, counted(story)) == (1, "")


def test_agency_that_nobody_holds(judged: Judge, edit: Edit) -> None:
    """It is named without a link and without a time."""
    items = [judged("x", "pesco", name="a"), judged("y", "pesco", source="nato", name="b")]
    reuses = [Reuse(name, None, "Reuters", None, "named") for name in ("a", "b")]
    edition = edit(*items, stories=[Story("a", ("a", "b"))], reuses=reuses)
    assert "2 outlets, 1 independent text; origin: <bdi>Reuters</bdi></p>" in render_html(edition)


@pytest.mark.parametrize(
    ("name", "kind", "shown"),
    [
        ("EEAS press material", "press-release", "EEAS press release"),
        ("NATO newsroom", "press-release", "NATO press release"),
        ("EEAS through Google News", "press-release", "EEAS press release"),
        ("News", "press-release", "News press release"),
        ("Defense News", "report", "Defense News"),
        ("NATO official texts", "primary", "NATO official texts document"),
    ],
)
def test_name_of_an_origin(name: str, kind: str, shown: str) -> None:
    """An institution without the page it publishes on; an outlet as it is called."""
    origin = origin_of(Origin(name, "report", None, None, 1), {}, BRUSSELS)
    assert origin is not None
    assert origin_name(replace(origin, kind=kind)) == shown  # type: ignore[arg-type]


def test_document_itself_is_no_press_release(judged: Judge) -> None:
    """The statement whose text others print is called what it is."""
    held = {"a": of_kind(judged("x", name="a"), "primary")}
    told = origin_of(Origin("EEAS", "press-release", "a", None, 4), held, BRUSSELS)
    assert told is not None
    assert (told.kind, told.url) == ("primary", "https://commission.example/a")
    assert origin_name(told) == "EEAS document"


def test_origin_of_an_earlier_week(judged: Judge, edit: Edit) -> None:
    """The release of a Sunday that others print on Monday is named and linked, and counts as no outlet of this week."""
    sunday = of_kind(judged("release", name="r", day=-1), "press-release")
    items = [judged("x", "pesco", source="nato", name="a"), judged("y", "pesco", source="bruegel", name="b")]
    reuses = [Reuse(name, "r", None, 0.9, "press-release") for name in ("a", "b")]
    edition = edit(*items, stories=[Story("r", ("r", "a", "b"))], reuses=reuses, held={"r": sunday})
    origin = "origin: European Commission press release, 8 November, 10:00"
    text = " ".join(render_text(edition).split())
    assert f"2 outlets, 1 independent text; {origin} https://commission.example/r Also" in text


def test_origin_that_is_not_at_hand(judged: Judge, edit: Edit) -> None:
    """An item of an earlier week is linked where it is handed over, else named alone."""
    assert origin_of(None, {}, BRUSSELS) is None
    told = origin_of(Origin("X\u202e", "report", "gone", datetime(2026, 11, 9, tzinfo=UTC), 1), {}, BRUSSELS)
    assert told is not None
    assert (told.name, told.at, told.url) == ("X", date(2026, 11, 9), None)
    assert as_told(None, BRUSSELS) is None


def test_origin_has_no_link_that_is_none_of_the_web(judged: Judge) -> None:
    """Whatever address the item came with."""
    held = {"a": judged("x", name="a", url="javascript:alert(1)")}
    told = origin_of(Origin("X", "report", "a", None, 1), held, BRUSSELS)
    assert told is not None
    assert told.url is None


def cited(name: str, number: int = 0, place: str = "text", url: str | None = None) -> Citation:
    return Citation(name, "com", name.upper(), url, name, place, number, number + 1)  # type: ignore[arg-type]


def test_documents_that_most_cite_come_first() -> None:
    """Each once, by how many articles cite it, then by whether a headline does, then as they come."""
    citations = {
        "a": [cited("once"), cited("once", 9), cited("both"), cited("title", 0, "title")],
        "b": [cited("both"), cited("late"), cited("later")],
        "other": [cited("not of this story")],
    }
    documents, more = documents_of(["a", "b", "nothing"], citations)
    assert ([one.id for one in documents], more) == (["both", "title", "once", "late"], 1)
    assert documents_of(["nothing"], citations) == ((), 0)


def test_documents_are_clean(judged: Judge, edit: Edit) -> None:
    """Only web addresses are links, names are one line of bounded length."""
    bad = [cited("x\n" * 300), cited("y", url="javascript:alert(1)"), cited("", url="https://example.org/d")]
    (story,) = edit(judged("x", "pesco", name="a"), documents={"a": bad}).stories
    assert [one.url for one in story.documents] == [None, None, "https://example.org/d"]
    assert max(len(one.name) for one in story.documents) <= 80
    assert story.documents[2].name == "(no name)"


def test_documents_in_both_parts(judged: Judge, edit: Edit) -> None:
    """Four with their addresses, the others as a number; one alone in the singular."""
    many = [cited(f"d{n}", url=f"https://example.org/{n}") for n in range(6)]
    edition = edit(judged("x", "pesco", name="a"), documents={"a": many})
    assert "Documents: <a" in render_html(edition)
    assert "D3</a> and 2 more</p>" in render_html(edition)
    assert "  Document: D3\n  https://example.org/3\n  and 2 more documents\n" in render_text(edition)
    alone = edit(judged("x", "pesco", name="a"), documents={"a": many[:1]})
    assert "Document: <a" in render_html(alone)


def story_of(edition: Edition) -> EditionStory:
    return edition.stories[0]


def test_thread_of_a_story(judged: Judge, edit: Edit, settings: DigestSettings) -> None:
    """Since when, the story before with the edition that had it, and the paragraph that is open since."""
    continued = Continued(date(2026, 3, 3), 2, "Talks open", "2026-W10/weekly/en", "the 2021 seed", 12)
    public = replace(settings, archive_url="https://seabridge.example/editions/")
    given = {"items": [judged("x", "pesco", name="a")], "continued": {"a": continued}}
    text = " ".join(render_text(edit(settings=public, **given)).split())
    page = "https://seabridge.example/editions/2026-W10-weekly-en.html"
    assert (
        "Continues since 3 March 2026: Talks open (2026-W10); open since the 2021 seed, paragraph 12 " + page
    ) in text
    assert f'(<a href="{page}"' in render_html(edit(settings=public, **given))
    assert "(<bdi>2026-W10</bdi>)" in render_html(edit(**given))


def test_thread_of_many_stories_and_of_none() -> None:
    """The headline is that of the story before, which is not the first one; a seed alone is said alone."""
    thread = Continued(date(2026, 3, 3), 5, "Talks go on")
    assert since(thread) == "Continues since 3 March 2026, 5 stories so far, the one before"
    assert since(replace(thread, title="")) == ""
    assert open_since(thread) == ""
    alone = Continued(date(2026, 11, 9), 1, "", seed="the 2021 seed", seed_paragraph=12, state="new")
    assert (since(alone), open_since(alone)) == ("", "open since the 2021 seed, paragraph 12")
    assert open_since(replace(alone, seed_paragraph=None)) == "open since the 2021 seed"
    assert continued_of(replace(alone, seed=None)) is None


def test_seed_alone_is_a_sentence(judged: Judge, edit: Edit) -> None:
    """It begins with a capital letter, in both parts; an update says where it stood before, as ever."""
    alone = Continued(date(2026, 11, 9), 1, "", seed="the 2021 seed", seed_paragraph=12)
    edition = edit(
        judged("x", "pesco", name="b"),
        stories=[Story("a", ("a", "b"))],
        earlier={"a": "2026-W45/weekly/en"},
        continued={"a": alone},
    )
    for shown in (render_html(edition), render_text(edition)):
        assert "Open since the 2021 seed, paragraph 12" in shown
        assert "First carried in 2026-W45/weekly/en" in shown
    assert origin_told(story_of(edition)) == ""
