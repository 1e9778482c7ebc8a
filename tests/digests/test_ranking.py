"""Every story is placed once, the best come first, budgets and caps hold."""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from digests.ranking import Material, candidates, refused
from digests.settings import DigestSettings
from parsers.configured import Source
from parsers.judging.texts.reuse import Reuse
from parsers.model import JudgedItem, Story

Judge = Callable[..., JudgedItem]
ORDER = ["dialogue", "pesco", "defence-industry"]


def test_subject_before_weight_before_score(judged: Judge, sources: dict[str, Source]) -> None:
    """A core story from a small source beats a related one from a great source; among core ones the source counts."""
    items = [
        judged("related, great source", "pesco", relevance="related", score=0.99, name="a"),
        judged("core, small source", "pesco", source="gazette", score=0.6, name="b"),
        judged("core, great source", "pesco", score=0.5, name="c"),
        judged("core, great source, better", "pesco", score=0.7, name="d"),
    ]
    assert [found.id for found in candidates(Material(items, [], sources), ORDER)] == ["d", "c", "b", "a"]


def test_independent_publishers_lift_a_story(judged: Judge, sources: dict[str, Source]) -> None:
    """Two families lift a story by one; a second title of the same house does not."""
    pair = [judged("x", "pesco", source="bruegel", name="a"), judged("x2", "pesco", source="gazette", name="b")]
    house = [judged("y", "pesco", source="gazette", name="c"), judged("y2", "pesco", source="gazette-2", name="d")]
    single = judged("z", "pesco", source="bruegel", name="e")
    stories = [Story("a", ("a", "b")), Story("c", ("c", "d"))]
    found = candidates(Material([*pair, *house, single], stories, sources), ORDER)
    assert [(story.id, story.standing.texts) for story in found] == [("a", 2), ("e", 1), ("c", 1)]


def test_text_taken_over_lifts_nothing(judged: Judge, sources: dict[str, Source]) -> None:
    """Three outlets that print one press release stand where the release stands alone."""
    release = judged("x", "pesco", name="a", source="bruegel")
    prints = [judged(f"x{n}", "pesco", name=f"x{n}", source=source) for n, source in enumerate(("gazette", "nato"))]
    reuses = [Reuse(one.item.id, "a", None, 0.8, "press-release") for one in prints]
    stories = [Story("a", ("a", "x0", "x1"))]
    (honest,) = candidates(Material([release, *prints], stories, sources, reuses=reuses), ORDER)
    (naive,) = candidates(Material([release, *prints], stories, sources), ORDER)
    assert (honest.standing.outlets, honest.standing.texts, naive.standing.texts) == (3, 1, 3)
    assert naive.rank[2] - honest.rank[2] == 2


def test_texts_beyond_three_more_lift_no_further(judged: Judge, sources: dict[str, Source]) -> None:
    """A story that everybody tells does not drown what only an institution says."""
    outlets = {f"o{n}": replace(sources["gazette"], id=f"o{n}", family=f"o{n}") for n in range(9)}
    ranks = []
    for number in (4, 9):
        items = [judged(name, "pesco", source=name, name=name) for name in list(outlets)[:number]]
        (story,) = candidates(Material(items, [Story("o0", tuple(outlets))], outlets), ORDER)
        ranks.append(story.rank[2])
    assert ranks == [5, 5]


def test_opinion_corroborates_nothing(judged: Judge, sources: dict[str, Source]) -> None:
    """It is no outlet that reports; where nobody reports there is one text."""
    report = judged("x", "pesco", name="a")
    opinion = judged("y", "pesco", name="b", source="nato")
    opinion = replace(opinion, judgement=replace(opinion.judgement, kind="opinion"))
    for items in ([report, opinion], [opinion]):
        (story,) = candidates(Material(items, [Story("a", ("a", "b"))], sources), ORDER)
        assert (story.standing.outlets, story.standing.texts) == (1, 1)


def test_outlets_behind_a_search_are_publishers(judged: Judge, sources: dict[str, Source]) -> None:
    """Two that it names count as two, and as the house they are where their own feed is read too."""
    search = replace(sources["bruegel"], id="search", name="A search", family="search", publisher_type="query")
    named = [
        replace(one, item=replace(one.item, publisher=publisher))
        for publisher in ("Example Times", "Harbour Post", "Die Gazette")
        for one in [judged(publisher, "pesco", source="search", name=publisher)]
    ]
    own = judged("own", "pesco", source="gazette", name="own")
    story = Story("own", ("own", *(one.item.id for one in named)))
    (found,) = candidates(Material([own, *named], [story], {**sources, "search": search}), ORDER)
    assert found.standing.outlets == 3
    assert {article.outlet for article in found.articles} == {"Example Times", "Harbour Post", "Die Gazette"}


def test_best_topic_is_the_section(judged: Judge, sources: dict[str, Source]) -> None:
    """The leading article decides with the others: its topic stands against one, not against what three share."""
    lead = judged("x", "pesco", "dialogue", score=0.6, name="a")
    other = judged("y", "defence-industry", score=0.9, source="nato", name="b")
    (story,) = candidates(Material([lead, other], [Story("a", ("a", "b"))], sources), ORDER)
    assert story.topics == ("pesco", "dialogue", "defence-industry")
    voices = [judged(f"v{n}", "dialogue", score=0.9, source="nato", name=f"v{n}") for n in range(3)]
    (story,) = candidates(Material([lead, *voices], [Story("a", ("a", "v0", "v1", "v2"))], sources), ORDER)
    assert story.topics == ("dialogue", "pesco")
    (bare,) = candidates(Material([judged("no topic", name="c")], [], sources), ORDER)
    assert bare.section == "other"


def test_off_topic_and_repeats_stay_out(judged: Judge, sources: dict[str, Source]) -> None:
    """Off the subject, carried before, or word for word what was carried before: no candidate."""
    items = [
        judged("off", relevance="off", name="a"),
        judged("carried", "pesco", name="b"),
        judged("copy of what was carried", "pesco", copy_of="b", name="c"),
    ]
    assert candidates(Material(items, [], sources, earlier={"b": "2026-W45/weekly/en"}), ORDER) == []


def test_news_on_a_carried_story_is_an_update(judged: Judge, sources: dict[str, Source]) -> None:
    """A new article brings the story back, with the latest edition that had it, and without the old article."""
    items = [judged("old", "pesco", name="b"), judged("new", "pesco", name="d", source="nato")]
    earlier = {"a": "2026-W44/weekly/en", "b": "2026-W45/weekly/en"}
    (story,) = candidates(Material(items, [Story("a", ("a", "b", "d"))], sources, earlier=earlier), ORDER)
    assert story.update_of == "2026-W45/weekly/en"
    assert [article.item.id for article in story.articles] == ["d"]


def test_copies_do_not_count_as_publishers(judged: Judge, sources: dict[str, Source]) -> None:
    """A syndicated copy is kept beside the story but is no second voice; a copy of something unknown stands for it."""
    items = [judged("x", "pesco", name="a"), judged("x", "pesco", source="gazette", copy_of="a", name="b")]
    (story,) = candidates(Material(items, [Story("a", ("a", "b"))], sources), ORDER)
    assert (story.standing.outlets, story.standing.texts, len(story.copies)) == (2, 1, 1)
    assert len(candidates(Material([items[1]], [], sources), ORDER)) == 1


def test_source_that_left_the_configuration(judged: Judge, sources: dict[str, Source]) -> None:
    """Its items still find a place, with the least weight."""
    items = [judged("x", "pesco", source="gone", name="a"), judged("y", "pesco", source="gazette-2", name="b")]
    found = candidates(Material(items, [], sources), ORDER)
    assert {story.id for story in found} == {"a", "b"}


def test_cap_on_a_publisher_but_not_on_a_search(
    judged: Judge, sources: dict[str, Source], settings: DigestSettings
) -> None:
    """One house leads at most so many stories; a search is not a house."""
    roomy = replace(settings, sections=(replace(settings.sections[0], topic="pesco", budget=20),), publisher_cap=2)
    search = replace(sources["nato"], publisher_type="query")
    items = [judged(f"s{n}", "pesco", source=source) for n in range(5) for source in ("gazette", "nato")]
    found = candidates(Material(items, [], {**sources, "nato": search}), ["pesco"])
    without_room = refused(found, None, roomy)
    houses = [story.articles[0].source.id for story in found if story.id not in without_room]
    assert (houses.count("gazette"), houses.count("nato")) == (2, 5)
    assert set(without_room.values()) == {"publisher family gazette leads 2 of at most 2 stories already"}


def test_cap_on_an_outlet_that_a_search_names(
    judged: Judge, sources: dict[str, Source], settings: DigestSettings
) -> None:
    """It is a house like any other, however its items came."""
    roomy = replace(settings, sections=(replace(settings.sections[0], topic="pesco", budget=20),), publisher_cap=2)
    search = replace(sources["nato"], publisher_type="query")
    items = [judged(f"s{n}", "pesco", source="nato") for n in range(5)]
    items = [replace(one, item=replace(one.item, publisher="The Example Times")) for one in items]
    found = candidates(Material(items, [], {"nato": search}), ["pesco"])
    assert set(refused(found, None, roomy).values()) == {
        "publisher family exampletimes leads 2 of at most 2 stories already"
    }


@run(deadline=None, max_examples=60)
@given(
    week=st.lists(
        st.tuples(st.sampled_from(["commission", "nato", "gazette", "bruegel"]), st.sampled_from([*ORDER, ""])),
        max_size=40,
    ),
    budget=st.integers(1, 12),
    cap=st.integers(1, 4),
)
def test_budgets_hold_for_any_week(
    judged: Judge,
    sources: dict[str, Source],
    settings: DigestSettings,
    *,
    week: list[tuple[str, str]],
    budget: int,
    cap: int,
) -> None:
    """Never more than the edition, a section or a publisher may have, and never two of one id."""
    tight = replace(settings, story_budget=budget, publisher_cap=cap)
    items = [judged(f"t{n}", *([t] if t else []), source=s) for n, (s, t) in enumerate(week)]
    found = candidates(Material(items, [], sources), ORDER)
    lead = found[0] if found else None
    without_room = refused(found, lead, tight)
    shown = [story for story in found if story.id not in without_room]
    assert len(found) == len({story.id for story in found}) == len(week)
    assert len(shown) == len(found) - len(without_room) <= budget
    for family in sources:
        assert sum(story.articles[0].source.family == family for story in shown) <= cap
    for section in tight.sections:
        assert sum(story.section == section.topic and story is not lead for story in shown) <= section.budget
