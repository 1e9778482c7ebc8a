"""Stories: what belongs together, what does not, and that the answer hangs on nothing else."""

import importlib.util
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.judging.stories import group
from parsers.model import Item

DAY = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)


def item(name: str, title: str, text: str, *, language: str = "en", days: float | None = 0) -> Item:
    published = None if days is None else DAY + timedelta(days=days)
    return Item(
        id=name,
        key=name,
        source_id=f"source-{name}",
        url=None,
        title=title,
        summary="",
        text=text,
        text_origin="feed",
        language=language,
        published=published,
        updated=None,
        first_seen=DAY,
        authors=(),
        content_sha256="",
    )


TANK = item(
    "tank-en",
    "Ghent meeting agrees on Boreas tank",
    "Defence ministers meeting in Ghent signed the Boreas tank programme. "
    "Minister Lindqvist said 240 million euros were set aside.",
)
TANK_AGAIN = item(
    "tank-en2",
    "Six countries sign tank programme in Ghent",
    "The Boreas tank programme was signed in Ghent. "
    "According to minister Lindqvist it will cost 240 million euros at first.",
    days=0.5,
)
TANK_POLISH = item(
    "tank-pl",
    "Czołg Boreas: podpisano umowę w Ghent",
    "Ministrowie obrony podpisali umowę o czołgu Boreas. Minister Lindqvist mówi o 240 mln euro.",
    language="pl",
    days=0.8,
)
PORT = item(
    "port",
    "Port of Tarvik opens pier for American ships",
    "Tarvik opened a new pier. Mayor Okonjo welcomed the first American destroyer and 300 sailors.",
    days=0.2,
)
ITEMS = [TANK, TANK_AGAIN, TANK_POLISH, PORT]


def stories(items: list[Item], **copies: str) -> list[tuple[str, ...]]:
    return [story.items for story in group(items, copies)]


def test_one_event_in_two_languages_is_one_story() -> None:
    """Wording differs, names and numbers meet across languages; another event stays alone."""
    assert stories(ITEMS) == [("tank-en", "tank-en2", "tank-pl"), ("port",)]


def test_a_story_is_named_after_its_earliest_item() -> None:
    """Id and order come from the time of publication."""
    story = group(list(reversed(ITEMS)))[0]

    assert (story.id, story.items) == ("tank-en", ("tank-en", "tank-en2", "tank-pl"))


def test_spellings_of_a_name_meet() -> None:
    """Transliterations differ in vowels and in the letters for one sound."""
    one = item("a", "Lukashenko in Grodno", "Lukashenko met Zelensky in Grodno with Dzhugashvili.")
    other = item("b", "Łukaszenka w Grodnie", "Łukaszenka i Zełenski w Grodnie.", language="pl")

    assert stories([one, other]) == [("a", "b")]


def test_the_same_words_a_week_later_are_another_event() -> None:
    """A meeting that takes place every month is a new event each time."""
    later = item("later", TANK.title, TANK.text, days=7)

    assert stories([TANK, later]) == [("tank-en",), ("later",)]


def test_undated_items_take_part_and_come_last() -> None:
    """No date is no reason to be left out, nor to be first."""
    undated = item("undated", TANK.title, TANK.text, days=None)
    lonely = item("lonely", "Harvest fair", "Pumpkins won prizes at the fair of Ostra.", days=None)

    assert stories([lonely, undated, PORT, TANK]) == [("tank-en", "undated"), ("port",), ("lonely",)]


def test_a_copy_shares_the_story_of_its_original() -> None:
    """Whatever its own text says; a copy of something that is not here changes nothing."""
    copy = item("copy", "No words in common", "Nothing.", days=9)

    assert stories([TANK, copy], copy="tank-en") == [("tank-en", "copy")]
    assert stories([TANK, copy], copy="elsewhere") == [("tank-en",), ("copy",)]


def test_nothing_gives_nothing() -> None:
    """No items, no stories; an item without words is a story of its own."""
    assert group([]) == ()
    assert stories([item("a", "", ""), item("b", "", "")]) == [("a",), ("b",)]


@settings(max_examples=30, deadline=None)
@given(st.permutations(ITEMS))
def test_order_of_the_input_changes_nothing(items: list[Item]) -> None:
    """The same items in any order give the same stories in the same order."""
    assert group(items) == group(ITEMS)


def test_large_input_is_permutation_proof_and_complete() -> None:
    """Four hundred random items: every one in exactly one story, and shuffling changes nothing."""
    source = random.Random(5)
    names = [f"Name{chr(97 + n % 26)}{chr(97 + n // 26)}burg" for n in range(300)]
    items = [
        item(
            f"i{n:03}",
            " ".join(source.sample(names, 4)),
            " ".join(source.choices(names, k=40)),
            days=source.random() * 6,
        )
        for n in range(400)
    ]
    found = group(items)

    assert sorted(identity for story in found for identity in story.items) == sorted(one.id for one in items)
    assert group(source.sample(items, len(items))) == found


@pytest.mark.shared
def test_stories_stay_above_the_measured_floor(shared: Path) -> None:
    """On the labelled set: pairs 0.82 and B-cubed 0.90 measured; 0.78 and 0.87 demanded. Copies 0.95; 0.93 demanded."""
    path = Path(__file__).parents[2] / "benchmarks" / "stories.py"
    spec = importlib.util.spec_from_file_location("stories_benchmark", path)
    assert spec is not None
    assert spec.loader is not None
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    found = benchmark.measure(shared)

    assert found["pairwise"][2] >= 0.78
    assert found["bcubed"][2] >= 0.87
    assert found["copies"][2] >= 0.93
