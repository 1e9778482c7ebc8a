"""What continues what, how threads grow and end, and what floods and bad dates do to them."""

import json
import random
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

import pytest

from parsers.judging.names.entity_file import Entity
from parsers.judging.stories.matters import matter_places
from parsers.judging.stories.thread_evidence import Holders, evidence, told
from parsers.judging.stories.thread_words import skeleton, words_of
from parsers.judging.stories.threads import (
    MOST_STORIES,
    Continues,
    StoryFacts,
    continuations,
    seed_of,
    state_of,
    threads,
)

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAY = timedelta(days=1)
SUBJECTS = ("frigates", "budgets", "satellites", "conscription", "shipyards", "radars", "helicopters", "barracks")


def story(name: str, title: str, day: float = 0, language: str = "en", **facts: object) -> StoryFacts:
    when = START + day * DAY
    return replace(StoryFacts(name, when, when, (title,), (), (language,)), **facts)  # type: ignore[arg-type]


def others(number: int = 300) -> list[StoryFacts]:
    """The news of the months around: each of its own place, all of the same alliance and war."""
    draw = random.Random(5)
    made = []
    for count in range(number):
        place = "".join(draw.choice("bdfgklmnprstv") + draw.choice("aeiou") for _ in range(4)).title()
        title = f"NATO and Ukraine: {place} ponders {draw.choice(SUBJECTS)}"
        made.append(story(f"other-{count}", title, draw.uniform(-60, 60), entities={"nato": 1, "ukraine": 1}))
    return made


def pairs(links: tuple[Continues, ...]) -> set[tuple[str, str]]:
    return {(link.story_id, link.earlier_id) for link in links}


# ---------------------------------------------------------------- continuing


def test_a_matter_goes_on() -> None:
    """A purchase that two stories name by the same rare names is one matter; the reasons are what they share."""
    first = story("first", "Estonia picks Brakstad to build Lindholm radar station", 0)
    later = story("later", "Lindholm radar station delayed: Brakstad asks for more", 24)
    (link,) = continuations([later], [first, *others()])
    assert (link.story_id, link.earlier_id) == ("later", "first")
    assert 0.5 <= link.strength <= 1
    assert any("Brakstad" in reason for reason in link.because)
    assert any("Lindholm" in reason for reason in link.because)


def test_names_meet_across_languages() -> None:
    """Other languages write names otherwise; a matter does not end at the border."""
    first = story("first", "Zelensky envoy Yermolenko meets Grushkov in Kherson", 0)
    later = story("later", "Jermolenko i Gruszkow znów rozmawiają o Chersoniu", 9, "pl")
    assert pairs(continuations([later], [first, *others()])) == {("later", "first")}


@pytest.mark.parametrize(
    ("before", "after", "language"),
    [
        ("Sikorski meets Meloni in Warsaw", "Sikorsky helicopters land in Milan", "en"),
        ("Macron and Ruto sign pact", "Micron beats forecasts as Rutte attends opening", "en"),
        ("Costa meets Fico over gas", "Coast guard finds Foca wreck", "en"),
        ("Sudan debates Leyen visit", "Sedan maker Lyon recalls cars", "en"),
        ("Tusk i Fico w Bratysławie", "Task force bada wrak statku Foca", "pl"),
    ],
)
def test_in_one_language_names_are_spelled_alike(before: str, after: str, language: str) -> None:
    """Who shares consonants alone is somebody else there: no matter goes on."""
    first, later = story("first", before, 0, language), story("later", after, 5, language)
    assert continuations([later], [first, *others(120)]) == ()


def test_in_one_language_names_have_endings() -> None:
    """Cases of one name are that name still."""
    first = story("first", "Umowa podpisana w Tarnie, cieszy się Lund", 0, "pl")
    later = story("later", "Radar dla Tarny gotowy mimo Lundu", 9, "pl")
    around = [replace(other, languages=("pl",)) for other in others()]
    assert pairs(continuations([later], [first, *around])) == {("later", "first")}


def test_the_arrangement_by_its_name() -> None:
    """An arrangement that both name, with whom it is made, links stories that share no word of their titles."""
    named = {"eda-us-arrangement": 2, "eda": 2}
    matter = frozenset({"eda-us-arrangement"})
    first = story("first", "Ministers give a mandate for talks", 0, entities=named, matters=matter)
    later = story("later", "Pentagon signs with the agency", 250, entities=named, matters=matter)
    assert pairs(continuations([later], [first, *others()])) == {("later", "first")}


def test_a_document_links_and_outlasts_words() -> None:
    """After half a year words alone link nothing; a document that both cite, beside them, still does."""
    first = story("first", "Senate takes up Brakstad amendment on Lindholm", 0)
    later = story("later", "Brakstad amendment: Lindholm vote again", 210)
    assert continuations([later], [first, *others()]) == ()
    cited = frozenset({"us-bill:118:s:2226"})
    linked = continuations([replace(later, documents=cited)], [replace(first, documents=cited), *others()])
    assert pairs(linked) == {("later", "first")}
    assert "us-bill:118:s:2226" in linked[0].because


def test_one_alliance_is_no_matter() -> None:
    """What hundreds of stories name links none of them: no thread `war in Ukraine`."""
    assert continuations(others(600), []) == ()


def test_one_spokesman_is_no_matter() -> None:
    """The name and office of who speaks are one piece of evidence, however many words they have."""
    first = story("first", "Statement by Deputy Spokesperson Ingrid Halvorsen-Brekke on flood relief in Peru", 0)
    later = story("later", "Statement by Deputy Spokesperson Ingrid Halvorsen-Brekke on chess players", 8)
    assert continuations([later], [first, *others()]) == ()


def test_ministers_who_meet_again_are_no_matter() -> None:
    """Two people of whom both stories tell do not make them one matter."""
    named = {"antony-blinken": 1, "josep-borrell": 1}
    first = story("first", "Talks about Serbia", 0, entities=named)
    later = story("later", "Dinner after the Hormuz meeting", 8, entities=named)
    assert continuations([later], [first, *others()]) == ()


def test_the_nearest_step_is_continued() -> None:
    """Of the steps of a matter a story continues one, and time breaks a tie: the links are a tree, each link back."""
    steps = [story(f"step-{n}", "Brakstad wins Lindholm radar contract round", 20 * n) for n in range(5)]
    links = continuations(steps, others())
    assert pairs(links) == {(f"step-{n}", f"step-{n - 1}") for n in range(1, 5)}


def test_the_order_of_stories_does_not_matter() -> None:
    """Links follow from what stories say, not from how they come."""
    steps = [story(f"step-{n}", f"Brakstad and {word}: Lindholm radar", 3 * n) for n, word in enumerate(SUBJECTS)]
    known = others()
    links = continuations(steps, known)
    assert len(links) == len(steps) - 1
    random.Random(2).shuffle(steps)
    assert continuations(steps, known[::-1]) == links
    assert pairs(continuations(steps[:4], [*known, *steps])) == {
        (link.story_id, link.earlier_id) for link in links if link.story_id in {one.id for one in steps[:4]}
    }


# ---------------------------------------------------------------- weights


def weights(one: str, other: str, *entities: str) -> dict[str, float]:
    """Label of each piece that two stories share -> its weight; both name the entities."""
    named = dict.fromkeys(entities, 1)
    tellings = [told([("en", title)], (), named, frozenset(), frozenset()) for title in (one, other)]
    holders = Holders(tellings)
    for title in (one, other):
        holders.add([("en", title)], named, ())
    for other_story in others(100):
        holders.add([("en", other_story.titles[0])], (), ())
    return {piece.label: piece.weight for piece in evidence(holders, *tellings)}


def test_words_side_by_side_are_one_piece() -> None:
    """The second word of a run adds something, and much less than a word for itself."""
    alone = weights("Brakstad waits", "why Brakstad hurries")["Brakstad"]
    run = weights("Brakstad Lindholm waits", "why Brakstad Lindholm hurries")
    assert list(run) == ["Brakstad Lindholm"]
    assert 1.2 * alone < run["Brakstad Lindholm"] < 1.6 * alone


def test_the_name_of_a_known_person_counts_half() -> None:
    """Hundreds of matters have the same minister in their titles."""
    titles = "Brakstad waits", "why Brakstad hurries"
    assert 0.4 < weights(*titles, "ola-brakstad")["ola-brakstad"] / weights(*titles)["Brakstad"] < 0.6


def test_each_further_entity_counts_less() -> None:
    """Those who name one minister name the next one too: the fourth is worth half of the first."""
    first, *_, fourth = weights("", "", "vienna", "oslo", "ghent", "lund").values()
    assert 0.4 < fourth / first < 0.6


# ---------------------------------------------------------------- bad input


def test_one_title_for_ten_thousand_stories() -> None:
    """A flood of one title links nothing, keeps what else there is, and takes seconds."""
    flood = [story(f"flood-{n}", "Brakstad Lindholm radar contract", n / 1000) for n in range(10_000)]
    first = story("first", "Varga resigns from Odolan inquiry", 1)
    later = story("later", "Odolan inquiry: Varga returns", 9)
    started = process_time()
    links = continuations([*flood[5_000:], later], [*flood[:5_000], first])
    assert process_time() - started < 60
    assert pairs(links) == {("later", "first")}


def test_stories_that_say_nothing() -> None:
    """No titles, no entities, an unknown language: no link and no error."""
    empty = [replace(story(f"empty-{n}", ""), titles=(), languages=()) for n in range(20)]
    unknown = [replace(story(f"unknown-{n}", "…!? 12 2026"), languages=()) for n in range(20)]
    assert continuations([*empty, *unknown], others(50)) == ()
    assert continuations([], others(50)) == ()


def test_undated_stories_are_in_no_thread() -> None:
    """Nobody knows what an undated story follows."""
    first = story("first", "Estonia picks Brakstad to build Lindholm radar station")
    undated = replace(first, id="undated", first=None, last=None)
    assert continuations([undated], [first, *others()]) == ()
    assert continuations([replace(first, id="later")], [undated, *others()]) == ()
    assert [thread.id for thread in threads([undated, first], [Continues("undated", "first", 1.0, ())])] == ["first"]


def test_a_date_ahead() -> None:
    """A story dated years ahead continues nothing and is continued by nothing of today."""
    first = story("first", "Estonia picks Brakstad to build Lindholm radar station")
    ahead = story("ahead", "Brakstad builds Lindholm radar station", 1_500)
    today = story("today", "Brakstad delays Lindholm radar station", 3)
    assert pairs(continuations([today, ahead], [first, *others()])) == {("today", "first")}


def test_hostile_titles_take_linear_time() -> None:
    """A title of 100,000 characters of any kind is read in no time."""
    started = process_time()
    for text in (
        "a" * 100_000,
        "-1" * 50_000,
        "a-" * 50_000,
        "a " * 50_000,
        "1" * 100_000,
        "é́" * 50_000,
        "sch" * 33_000,
    ):
        continuations([story("one", text, 1)], [story("two", text)])
    assert process_time() - started < 10


# ---------------------------------------------------------------- threads


def test_a_thread_is_a_chain_and_its_branches() -> None:
    """A thread has the id of its first story and all that continues it, in order; alone is a thread too."""
    made = [story(name, "", day) for name, day in (("c", 9), ("a", 0), ("b", 4), ("alone", 2))]
    links = [Continues("b", "a", 0.7, ()), Continues("c", "a", 0.7, ()), Continues("alone", "nowhere", 0.7, ())]
    chain, alone = threads(made, links)
    assert (chain.id, chain.stories, chain.first, chain.last) == ("a", ("a", "b", "c"), START, START + 9 * DAY)
    assert (alone.id, alone.stories) == ("alone", ("alone",))


def test_a_thread_has_an_end() -> None:
    """What goes on from a full thread goes on in the next one, wherever in the full one it starts from."""
    number = 2 * MOST_STORIES + 5
    made = [story(f"{n:03}", "", n) for n in range(number)]
    chain = [Continues(f"{n:03}", f"{n - 1:03}", 0.8, ()) for n in range(1, number)]
    star = [Continues(f"{n:03}", "000", 0.8, ()) for n in range(1, number)]
    for links in (chain, star):
        assert [len(thread.stories) for thread in threads(made, links)] == [MOST_STORIES, MOST_STORIES, 5]
        assert sorted(one for thread in threads(made, links) for one in thread.stories) == [one.id for one in made]


@pytest.mark.parametrize(
    ("first", "last", "state"),
    [
        (0, 0, "new"),
        (7, 1, "new"),
        (8, 1, "developing"),
        (300, 14, "developing"),
        (30, 15, "quiet"),
        (300, 56, "quiet"),
        (300, 57, "closed"),
        (-2, -2, "new"),
        (30, -2, "developing"),
    ],
)
def test_states(first: int, last: int, state: str) -> None:
    """Days since the first and the last item say how a thread stands; dates ahead are today's."""
    assert state_of(START - first * DAY, START - last * DAY, START) == state


# ---------------------------------------------------------------- seeds


def test_the_seed_paragraph_of_a_thread() -> None:
    """Named only where it is clear: two items or more, no other paragraph near, no mention in passing."""
    place, other = ("003.txt", 5), ("002.txt", 34)
    clear = story("a", "x", seeds={place: 2.0, other: 1.0})
    assert seed_of([clear]) == place
    assert seed_of([clear, story("b", "y", 5)]) == place
    assert seed_of([]) is None
    assert seed_of([story("a", "x", seeds={place: 1.0})]) is None
    assert seed_of([story("a", "x", seeds={place: 3.0, other: 2.0})]) is None
    assert seed_of([clear, story("b", "y", 5), story("c", "z", 6)]) is None
    assert seed_of([replace(clear, titles=("x",) * 5)]) is None


def test_which_paragraph_tells_of_a_matter() -> None:
    """The seed that names it most often, of equal ones the oldest; what is no matter has no paragraph."""
    entities = [
        Entity(id="arrangement", kind="treaty", name="An arrangement"),
        Entity(id="dialogue", kind="treaty", name="A dialogue"),
        Entity(id="exercise", kind="exercise", name="An exercise"),
        Entity(id="agency", kind="organisation", name="An agency"),
    ]
    named = [
        (("2016.txt", 43), ["dialogue"]),
        (("2021.txt", 3), ["dialogue", "agency"]),
        (("2021.txt", 5), ["arrangement", "agency"]),
        (("2021.txt", 8), ["dialogue", "dialogue"]),
        (("2022.txt", 9), ["arrangement"]),
    ]
    assert matter_places(entities, named) == {
        "arrangement": ("2021.txt", 5),
        "dialogue": ("2021.txt", 8),
        "exercise": None,
    }


# ---------------------------------------------------------------- words and real stories


def test_words_of_a_title() -> None:
    """Names by consonants, numbers without years, no words of form."""
    assert skeleton("Zelensky") == skeleton("Zelenskyy") == skeleton("Selenskyj".replace("S", "Z"))
    assert [word.written for word in words_of("F-16/MiG-29", "en")] == ["F-16", "MiG-29"]
    assert words_of("Spokesperson", "en") == words_of("2024", "en") == words_of("…", "en") == ()
    assert [word.key for word in words_of("Kiel-based", "de-AT")] == ["de:kiel", "de:based"]


def test_real_events(shared: Path) -> None:
    """Of the links between real events three in four join neighbours as marked; the marks know no longer chains."""
    rows = [json.loads(line) for line in (shared / "eval" / "stories_dev.jsonl").read_text("utf-8").splitlines()]
    events = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row["published"], row["id"])):
        events[row["event"]].append(row)
    neighbours = {
        name: {other for row in rows for other in _list(row.get("hard_with"))} for name, rows in events.items()
    }
    stories = [
        StoryFacts(
            name,
            datetime.fromisoformat(rows[0]["published"]).replace(tzinfo=UTC),
            datetime.fromisoformat(rows[-1]["published"]).replace(tzinfo=UTC),
            tuple(row["title"] for row in rows[:5]),
            tuple(row["text"] for row in rows[:2]),
            tuple(row["language"] for row in rows[:5]),
        )
        for name, rows in events.items()
    ]
    links = continuations(stories, [])
    marked = [link for link in links if link.earlier_id in neighbours[link.story_id]]
    assert len(marked) >= 12
    assert len(marked) >= 0.75 * len(links)


def _list(value: object) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())  # type: ignore[call-overload]
