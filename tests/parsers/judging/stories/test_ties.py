"""Ties: a person sees what holds a story together."""

from dataclasses import replace
from datetime import UTC, datetime

from parsers.judging.stories.ties import ties
from parsers.model import Item

NOON = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)


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


FIRST = item(
    "a", "Ghent meeting signs Boreas tank", "Minister Lindqvist set aside 240 million euros in Ghent for tanks."
)
SECOND = item("b", "Boreas tank signed in Ghent", "The tank costs 240 million euros, said Lindqvist.")
THIRD = item("c", "Czołg Boreas podpisany", "Lindqvist w Ghent: 240 mln euro.", "pl")


def test_what_two_items_share() -> None:
    """Words, names and numbers, as the item spells them, and the member that is nearest."""
    first, second = ties([FIRST, SECOND])
    third = ties([FIRST, SECOND, THIRD])[2]

    assert (first.item, first.other, second.other) == ("a", "b", "a")
    assert {"Ghent", "Boreas", "Lindqvist"} <= set(first.names)
    assert first.numbers == ("240",)
    assert {"million", "euros"} <= set(first.words)
    assert first.likeness > 0.5
    assert third.other in {"a", "b"}
    assert "Lindqvist" in third.names


def test_why() -> None:
    """A copy is told as one, what an edition carried as kept, one alone as alone."""
    copy = replace(FIRST, id="copy", title="Other", text="Nothing of it here at all")

    assert "repeats" in ties([FIRST, copy], {"copy": "a"})[1].why
    assert "edition" in ties([FIRST, SECOND], settled={"b"})[1].why
    assert "alone are alike" in ties([FIRST, SECOND], settled={"b"})[0].why
    assert "near to several" in ties([FIRST, copy])[1].why
    assert ties([FIRST])[0].other is None
    assert ties([]) == ()


def test_a_large_story_takes_bounded_time() -> None:
    """Each of five hundred items is held against two hundred others at most."""
    many = [replace(SECOND, id=f"{number:03}") for number in range(500)]

    assert len(ties(many)) == 500
