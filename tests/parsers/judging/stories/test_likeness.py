"""What words stand for, and how alike two items are: across languages, by what the headline says, without a date."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from parsers.judging.stories.likeness import Rarity, likenesses, log_odds, traits
from parsers.judging.stories.meanings import LANGUAGES, NAMES, WORDS, meaning
from parsers.judging.stories.sounds import feature, plain, words
from parsers.model import Item

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)


def item(name: str, title: str, text: str, language: str = "en") -> Item:
    return Item(
        id=name,
        key=name,
        source_id=name,
        url=None,
        title=title,
        summary="",
        text=text,
        text_origin="feed",
        language=language,
        published=NOON,
        updated=None,
        first_seen=NOON,
        authors=(),
        content_sha256="",
    )


def compared(one: Item, other: Item) -> tuple[float, tuple[float, float, float, float]]:
    rarity = Rarity()
    for each in (one, other):
        rarity.see(traits(each))
    left, right = rarity.known(traits(one)), rarity.known(traits(other))
    return log_odds(left, right), likenesses(left, right)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("bridge", "en"), ("mostu", "pl")),
        (("Russian", "en"), ("rosyjskiego", "pl")),
        (("drones", "en"), ("dronow", "pl")),
        (("ceasefire", "en"), ("Waffenruhe", "de")),
        (("UN", "en"), ("ONZ", "pl")),
        (("Crimea", "en"), ("Krymski", "pl")),
    ],
)
def test_words_of_the_news_meet_across_languages(one: tuple[str, str], other: tuple[str, str]) -> None:
    """Inflected, and names also where they are adjectives in small letters."""
    assert meaning(*one) == meaning(*other) is not None


@pytest.mark.parametrize(
    ("word", "language"),
    [
        ("us", "en"),
        ("mostly", "en"),
        ("couple", "en"),
        ("planet", "en"),
        ("training", "en"),
        ("Daniel", "pl"),
        ("x", ""),
    ],
)
def test_words_that_only_begin_alike_mean_nothing(word: str, language: str) -> None:
    """Short entries stand for themselves, those of English for little more."""
    assert meaning(word, language) is None


def test_every_row_of_the_tables_is_whole() -> None:
    """One cell for each language, at least English, in lower case and without accents, no row twice."""
    rows = [row.split("|") for table in (NAMES, WORDS) for row in table.strip().splitlines()]

    assert {len(row) for row in rows} == {len(LANGUAGES)}
    assert all(row[0].split() for row in rows)
    assert all(plain(cell) == cell.lower() for row in rows for cell in row)
    assert len({row[0].split()[0] for row in rows}) == len(rows)


def test_features() -> None:
    """Numbers of two digits that are no year, sounds of other words, nothing for short ones; U.S. is a country."""
    assert feature("2,5", "en") == ("#2.5", True)
    assert feature("2024", "en") == feature("of", "en") == ("", False)
    assert feature("Zelensky", "en") == feature(plain("Zełenski"), "pl")
    assert words(plain("The U.S. said"))[1] == "US"


def test_the_headline_tells_two_events_of_one_affair_apart() -> None:
    """With one text, titles that the other item holds too make a pair likelier than titles that it does not."""
    text = "The Boreas tank programme of Ghent and Tarvik was on the table of Minister Lindqvist in the evening."
    one = item("a", "Lindqvist presents Boreas programme", text)

    same, told = compared(one, item("b", "Boreas programme presented by Lindqvist", text))
    other, untold = compared(one, item("b", "Okonjo resigns after scandal in harbour", text))
    assert told[3] > 0.5 > untold[3]
    assert same > other


def test_an_undated_item_has_to_be_clearly_more_alike() -> None:
    """What is enough for two items of one day is not enough where one day is unknown."""
    one = item("a", "Boreas tank signed in Ghent", "The tank of Lindqvist costs 240 million.")

    assert compared(one, replace(one, id="b"))[0] > compared(one, replace(one, id="b", published=None))[0] + 3
