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


def test_what_an_edition_carried_is_told_to_be_alike_or_not() -> None:
    """That it is kept hides nothing: the sentence says as well what the two are alone."""
    far = replace(FIRST, id="far", title="Other", text="Nothing of it here at all")

    assert ties([FIRST, SECOND], settled={"b"})[1].why.endswith("the two alone are alike enough.")
    assert ties([FIRST, far], settled={"far"})[1].why.endswith("the two alone are not alike enough.")


def test_a_large_story_is_compared_with_its_earliest() -> None:
    """Each item is held against two hundred others, and against what it repeats wherever that stands."""
    many = [item(f"{number:03}", f"Q{number}a", f"Z{number}e") for number in range(500)]
    many[150] = replace(FIRST, id="150")
    many[230] = replace(THIRD, id="230")
    many[400] = replace(FIRST, id="400")
    many[450] = replace(THIRD, id="450")
    found = ties(many, {"499": "420"})

    assert found[400].other == "150"
    assert found[450].other != "230"
    assert (found[499].other, found[499].why) == ("420", "It repeats the text of the other.")
