"""Every item that an edition could have shown ends in it once, with a reason, and as the reader sees it."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from digests.cuts import kept
from digests.edition import Edition
from digests.ends import IN_EDITION, End, ends_of
from digests.ranking import Material
from digests.render import fitted, render_html
from digests.settings import DigestSettings, SectionSettings
from parsers.configured import Source
from parsers.errors import Permanent
from parsers.judging.texts.reuse import Reuse
from parsers.model import JudgedItem, Kind, Label, Relevance, Story

Judge = Callable[..., JudgedItem]
Edit = Callable[..., Edition]
Account = Callable[..., Mapping[str, tuple[str, str]]]
LAST = "2026-W45/weekly/en"


@pytest.fixture
def account(edit: Edit, settings: DigestSettings, sources: dict[str, Source]) -> Account:
    """Item id -> how and why it ended, from composing to the cut to size."""

    def build(
        *items: JudgedItem, stories: Sequence[Story] = (), max_bytes: int = 80_000, **given: Any
    ) -> Mapping[str, tuple[str, str]]:
        tight = replace(settings, max_html_bytes=max_bytes, **{n: given.pop(n) for n in ROOM & given.keys()})
        material = Material(items, stories, sources, **given)
        edition = fitted(edit(*items, stories=stories, settings=tight, **given), max_bytes)
        return {end.item_id: (end.outcome, end.reason) for end in ends_of(edition, material, tight)}

    return build


ROOM = {"story_budget", "publisher_cap", "sections"}


def of_kind(judged: JudgedItem, kind: Kind) -> JudgedItem:
    return replace(judged, judgement=replace(judged.judgement, kind=kind))


def pinned(judged: JudgedItem, topic: str) -> JudgedItem:
    return replace(judged, judgement=replace(judged.judgement, labels=(Label(topic, 1.0, (), "pinned"),)))


def test_a_story_and_its_voices(judged: Judge, account: Account) -> None:
    """Headline, listed sources, copies marked as the same text, and those beyond the list as a number."""
    items = [
        judged("top", "dialogue", name="a", score=0.9),
        *(judged(f"v{n}", "pesco", source="nato", name=f"b{n}", day=n % 7) for n in range(5)),
        judged("c", "pesco", source="bruegel", name="c", copy_of="b0"),
        judged("d", "pesco", source="gazette", name="d", copy_of="c"),
    ]
    ends = account(*items, stories=[Story("b0", ("b0", "b1", "b2", "b3", "b4", "c", "d"))])
    assert ends == {
        "a": ("lead", "headline of the top story a, on dialogue"),
        "b0": ("shown", "headline of story b0 in section pesco"),
        **{f"b{n}": ("source", "listed with story b0, from nato") for n in range(1, 5)},
        "c": ("same-text", "listed with story b0, as a copy of b0"),
        "d": ("counted", "one of 1 further articles of story b0"),
    }


def test_why_a_story_found_no_room(judged: Judge, account: Account) -> None:
    """Edition, section and publisher are told apart, each with its number; all articles of the story share it."""
    sections = (SectionSettings("dialogue", 3), SectionSettings("pesco", 1), SectionSettings("other", 3))
    items = [
        judged("lead", "dialogue", name="a", score=0.9),
        judged("cap", "dialogue", name="b", score=0.8),
        judged("pesco", "pesco", source="nato", name="c"),
        judged("pesco too", "pesco", source="bruegel", name="d", score=0.5),
        judged("more of it", "pesco", source="bruegel", name="d2", score=0.4),
    ]
    story = [Story("d", ("d", "d2"))]
    ends = account(*items, stories=story, sections=sections, publisher_cap=1)
    assert ends["b"] == (
        "no-room",
        "no room for story b: publisher family commission leads 1 of at most 1 stories already",
    )
    assert ends["d"] == ends["d2"] == ("no-room", "no room for story d: section pesco was full (1 of 1)")
    ends = account(*items, stories=story, sections=sections, story_budget=1)
    assert ends["c"] == ("no-room", "no room for story c: the edition was full (1 of 1)")
    assert [end for end, _ in ends.values()].count("no-room") == 4


def test_what_is_in_no_story(judged: Judge, account: Account) -> None:
    """Each with what kept it out; a person's topic does not save what was judged off, but does save a notice."""
    off = judged("off", relevance="off", score=0.034, name="off")
    short = replace(off, item=replace(off.item, id="short"), judgement=replace(off.judgement, problems=("too short",)))
    items = [
        off,
        short,
        replace(pinned(off, "pesco"), item=replace(off.item, id="pinned-off")),
        of_kind(judged("vacancy", "pesco", name="job"), "job"),
        pinned(of_kind(judged("vacancy", "pesco", name="pinned-job"), "job"), "pesco"),
        judged("old", "pesco", name="old"),
        judged("old again", "pesco", name="again", copy_of="old", source="nato"),
        judged("one", "dialogue", name="one", copy_of="two"),
        judged("two", "dialogue", name="two", copy_of="one"),
    ]
    ends = account(*items, stories=[Story("old", ("old",))], earlier={"old": LAST})
    assert ends == {
        "off": ("off-topic", "off topic: relevance 0.03"),
        "short": ("off-topic", "off topic: relevance 0.03 (too short)"),
        "pinned-off": ("off-topic", "off topic: relevance 0.03"),
        "job": ("job-notice", "a job notice to which no person gave a topic"),
        "pinned-job": ("shown", "headline of story pinned-job in section pesco"),
        "old": ("carried", f"carried by {LAST}"),
        "again": ("copy-of", f"copy of old, carried by {LAST}"),
        "one": ("copy-of", "copy of two"),
        "two": ("copy-of", "copy of one"),
    }


def test_story_named_after_an_item_that_was_not_carried_itself(judged: Judge, account: Account) -> None:
    """The id of a story is that of an item too: an edition that had the story keeps the item out, and that is said."""
    items = [judged("first", "pesco", name="a"), judged("news", "pesco", name="c", source="nato", relevance="related")]
    ends = account(*items, stories=[Story("a", ("a", "b", "c"))], earlier={"a": LAST, "b": LAST})
    assert ends["a"] == ("carried", f"carried by {LAST}, or the story named after it was")
    assert ends["c"][0] == "shown"


def test_late_undated_and_early(judged: Judge, account: Account) -> None:
    """Five late items stand in the block; the day is that of the digest's zone; undated and early ones never show."""
    late = [judged(f"l{n}", "pesco", day=-8, score=0.9 - n / 10, name=f"l{n}") for n in range(6)]
    dateless = judged("u", "pesco", name="u")
    dateless = replace(dateless, item=replace(dateless.item, published=None))
    early = judged("e", "pesco", name="e", day=5)
    early = replace(early, item=replace(early.item, first_seen=late[0].item.first_seen))
    ends = account(late=[*late, judged("off", relevance="off", name="off")], undated=[dateless], early=[early])
    assert ends["l0"] == ("late-shown", "came late, published 2026-11-01 10:00: number 1 of the late arrivals")
    assert ends["l5"] == (
        "late-no-room",
        "came late, published 2026-11-01 10:00: 5 better late arrivals filled the block",
    )
    assert ends["off"][0] == "off-topic"
    assert ends["u"] == ("undated", "no date that can be read; first seen 2026-11-09 12:00")
    assert ends["e"] == ("future-dated", "dated 2026-11-14 10:00, but seen already 2026-11-01 12:00")


def test_what_was_cut_to_keep_the_mail_small(judged: Judge, edit: Edit, account: Account) -> None:
    """A story that `fitted` took out ends as cut with all its articles, those that were only counted too."""
    items = [
        judged("a", "dialogue", name="a", score=0.9),
        *(judged(f"b{n}", "pesco", name=f"b{n}", text="Many words. " * 60) for n in range(8)),
    ]
    stories = [Story("b0", tuple(f"b{n}" for n in range(8)))]
    size = _size(edit(*items, stories=stories)) - 1
    ends = account(*items, stories=stories, max_bytes=size)
    assert ends["a"][0] == "lead"
    reason = f"story b0 was taken out, else the mail would be larger than {size} bytes"
    assert [ends[f"b{n}"] for n in range(8)] == [("cut", reason)] * 8


def test_late_arrival_that_was_cut(judged: Judge, edit: Edit, account: Account) -> None:
    """It is told apart from one that was never among the best."""
    late = [judged("late", "pesco", day=-8, score=0.9 - n / 10, name=f"l{n}", text="Words. " * 60) for n in range(6)]
    size = _size(edit(late=late)) - 1
    ends = account(late=late, max_bytes=size)
    assert [ends[f"l{n}"][0] for n in range(6)] == ["late-shown"] * 4 + ["cut", "late-no-room"]
    assert ends["l4"][1].endswith(f"taken out, else the mail would be larger than {size} bytes")


@dataclass(frozen=True)
class Drawn:
    """One item of a week to be; `copy`, `took`: the number of another, beyond the last one: of an unknown."""

    part: Literal["items", "late", "undated", "early"]
    story: int
    copy: int | None
    source: str
    topics: tuple[str, ...]
    relevance: Relevance
    kind: Kind
    pin: bool
    carried: bool
    took: int | None


ALONE = 99
DRAWN = st.builds(
    Drawn,
    part=st.sampled_from([*["items"] * 6, *["late"] * 4, "undated", "early"]),
    story=st.sampled_from([*[0] * 5, 1, 2, 3, 4, 5, *[ALONE] * 5]),
    copy=st.sampled_from([*[None] * 8, *range(8), 35]),
    source=st.sampled_from(["commission", "nato", "bruegel", "gazette", "gazette-2", "gone"]),
    topics=st.lists(st.sampled_from(["dialogue", "pesco", "nato-eu"]), max_size=2, unique=True).map(tuple),
    relevance=st.sampled_from(["core", "core", "related", "related", "off"]),
    kind=st.sampled_from(["news", "news", "news", "opinion", "job"]),
    pin=st.booleans(),
    carried=st.sampled_from([False, False, False, True]),
    took=st.sampled_from([*[None] * 8, *range(8), 35]),
)


def _material(judged: Judge, sources: Mapping[str, Source], drawn: Sequence[Drawn]) -> Material:
    parts: dict[str, list[JudgedItem]] = {"items": [], "late": [], "undated": [], "early": []}
    stories: dict[int, list[str]] = {}
    for number, one in enumerate(drawn):
        item = judged(
            f"headline {number}",
            *one.topics,
            source=one.source,
            relevance=one.relevance,
            name=f"i{number:02d}",
            copy_of=None if one.copy is None else f"i{one.copy:02d}",
            text="Ministers agreed on a text. " * 20,
            day=-8 if one.part == "late" else number % 7,
        )
        item = of_kind(item, one.kind)
        parts[one.part].append(pinned(item, "pesco") if one.pin else item)
        if one.story != ALONE:
            stories.setdefault(one.story, []).append(item.item.id)
    told = [Story(ids[0], tuple(ids)) for ids in stories.values()]
    earlier = {f"i{number:02d}": LAST for number, one in enumerate(drawn) if one.carried}
    reuses = [
        Reuse(f"i{number:02d}", f"i{one.took:02d}", None, 0.9, "time")
        for number, one in enumerate(drawn)
        if one.took is not None
    ]
    return Material(parts["items"], told, sources, parts["late"], parts["undated"], parts["early"], earlier, reuses)


@run(deadline=None, max_examples=60)
@given(
    drawn=st.lists(DRAWN, max_size=8) | st.lists(DRAWN, min_size=16, max_size=32),
    room=st.tuples(st.integers(1, 12), st.integers(1, 4), st.integers(1, 4)),
    share=st.just(1.0) | st.floats(0, 1),
)
def test_every_item_of_any_week_ends_once_and_as_the_reader_sees_it(
    judged: Judge,
    edit: Edit,
    sources: dict[str, Source],
    settings: DigestSettings,
    *,
    drawn: list[Drawn],
    room: tuple[int, int, int],
    share: float,
) -> None:
    """Whatever the kinds, copies of copies, pins, earlier editions, budgets and size of the mail."""
    stories, cap, budget = room
    sections = tuple(SectionSettings(section.topic, budget) for section in settings.sections)
    tight = replace(settings, story_budget=stories, publisher_cap=cap, sections=sections)
    material = _material(judged, sources, drawn)
    whole = edit(material=material, settings=tight)
    least, most = (_size(one) for one in (replace(kept(whole, 0), arrivals=()), whole))
    tight = replace(tight, max_html_bytes=least + math.ceil((most - least) * share) + 200)
    edition = fitted(whole, tight.max_html_bytes)

    ends = ends_of(edition, material, tight)

    everything = [*material.items, *material.late, *material.undated, *material.early]
    assert [end.item_id for end in ends] == sorted(one.item.id for one in everything)
    linked = {str(a["href"]) for a in BeautifulSoup(render_html(edition), "lxml").select(".story a")}
    assert linked == {one.item.url for one in everything if _of(ends, one).outcome in IN_EDITION}
    outcomes = Counter(end.outcome for end in ends)
    assert outcomes["counted"] == sum(story.more_voices for story in edition.stories)
    assert outcomes["lead"] == (edition.lead is not None)
    assert outcomes["shown"] == sum(len(section.stories) for section in edition.sections)
    assert outcomes["late-shown"] == len(edition.arrivals)
    assert outcomes["cut"] == 0 or edition != whole
    assert {end.item_id for end in ends if end.outcome == "undated"} == {one.item.id for one in material.undated}
    assert {end.item_id for end in ends if end.outcome == "future-dated"} == {one.item.id for one in material.early}
    for one in (*material.items, *material.late):
        off, carried = one.judgement.relevance == "off", one.item.id in material.earlier
        notice = one.judgement.kind == "job" and not any(label.origin == "pinned" for label in one.judgement.labels)
        outcome = _of(ends, one).outcome
        assert (outcome == "off-topic") == off
        assert (outcome == "job-notice") == (notice and not off)
        assert (outcome == "carried") == (carried and not off and not notice)
        assert one.copy_of or outcome not in {"copy-of", "same-text"}
    assert all(end.reason for end in ends)


def _of(ends: Sequence[End], judged: JudgedItem) -> End:
    return next(end for end in ends if end.item_id == judged.item.id)


def _size(edition: Edition) -> int:
    return len(render_html(edition).encode())


def _without_its_source(edition: Edition) -> Edition:
    (section,) = edition.sections
    (story,) = section.stories
    return replace(edition, sections=(replace(section, stories=(replace(story, voices=story.voices[:1]),)),))


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        pytest.param(lambda e, m: (e, replace(m, items=[*m.items, m.items[0]])), "(a)", id="handed over twice"),
        pytest.param(lambda e, m: (e, replace(m, early=[m.items[2]])), "(c)", id="in two lists"),
        pytest.param(lambda e, m: (e, replace(m, stories=[])), "(c)", id="other stories"),
        pytest.param(
            lambda e, m: (_without_its_source(e), m),
            "0 further articles, and there are 1",
            id="a source that is neither listed nor counted",
        ),
        pytest.param(lambda e, m: (e, replace(m, items=m.items[:2])), "(c)", id="an item that was never handed over"),
        pytest.param(lambda e, m: (replace(e, late=1), m), "1 late items, and there are 0", id="late ones miscounted"),
        pytest.param(lambda e, m: (replace(e, undated=2), m), "2 undated items", id="undated ones miscounted"),
        pytest.param(lambda e, m: (replace(e, sections=()), m), "stories without room", id="a story that vanished"),
    ],
)
def test_accounts_that_do_not_balance_are_refused(
    judged: Judge,
    edit: Edit,
    sources: dict[str, Source],
    settings: DigestSettings,
    spoil: Callable[[Edition, Material], tuple[Edition, Material]],
    told: str,
) -> None:
    """The message names the edition and the items or the number that is wrong."""
    items = [
        judged("top", "dialogue", name="a", score=0.9),
        judged("b", "pesco", name="b", relevance="related"),
        judged("c", "pesco", name="c", source="nato", relevance="related"),
    ]
    material = Material(items, [Story("b", ("b", "c"))], sources)
    edition, other = spoil(edit(material=material), material)
    with pytest.raises(Permanent, match="edition 2026-W46/weekly/en") as problem:
        ends_of(edition, other, settings)
    assert told in str(problem.value)


def test_an_item_in_two_stories_is_refused(judged: Judge, account: Account) -> None:
    """It would be shown twice; the edition is not kept."""
    items = [judged(name, "pesco", name=name, source="nato") for name in ("a", "b", "c")]
    with pytest.raises(Permanent, match=r"2026-W46/weekly/en does not account for 1 of its items \(b\)"):
        account(*items, stories=[Story("a", ("a", "b")), Story("c", ("c", "b"))])
