"""Says what ties each item of a story to the others, for whoever asks why they belong together. Groups nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from parsers.judging.stories.likeness import Known, Rarity, Vector, feature_words, log_odds, traits
from parsers.judging.stories.linkage import likelihood
from parsers.model import Item

SHOWN = 8
"""Shared words, names and numbers that are shown, the rarest."""
COMPARED = 200
"""Of a larger story each item is held against so many others, the earliest, and against what it repeats."""
LIKELY = 0.5


@dataclass(frozen=True, slots=True)
class Tie:
    """What binds an item to the member of its story that it is most like.

    Attributes:
        other: id of that member; None in a story of one.
        likeness: how likely the two alone tell of one event, 0..1.
        words, names, numbers: what both have, as `item` spells it, the rarest first.
        why: in one sentence.
    """

    item: str
    other: str | None
    likeness: float
    words: tuple[str, ...]
    names: tuple[str, ...]
    numbers: tuple[str, ...]
    why: str


def ties(items: Sequence[Item], copies: Mapping[str, str] = {}, *, settled: Collection[str] = ()) -> tuple[Tie, ...]:
    """The strongest tie of each item of one story, in the order of `items`.

    Args:
        copies: id of an item -> id of the one that it repeats.
        settled: ids of the items that an edition carried in this story: they stay, whatever they are like.
    """
    rarity = Rarity()
    for item in items:
        rarity.see(traits(item))
    known = [rarity.known(traits(item)) for item in items]
    places = {item.id: number for number, item in enumerate(items)}
    return tuple(_tie(number, items, known, places, copies, settled) for number in range(len(items)))


def _tie(
    number: int,
    items: Sequence[Item],
    known: Sequence[Known],
    places: Mapping[str, int],
    copies: Mapping[str, str],
    settled: Collection[str],
) -> Tie:
    item, one = items[number], known[number]
    if len(items) == 1:
        return Tie(item.id, None, 0.0, (), (), (), "It stands alone.")
    original = places.get(copies.get(item.id, ""), number)
    others = [place for place in range(min(len(items), COMPARED + 1)) if place != number][:COMPARED]
    odds = {place: log_odds(one, known[place]) for place in (others if original == number else [original])}
    best = max(odds, key=lambda place: (odds[place], -place))
    other, likely = known[best], likelihood(odds[best])
    spelled = feature_words(item)
    names = _shared(one.names, other.names)
    words = [feature for feature in _shared(one.words, other.words) if feature not in one.names]
    shown_names = tuple(spelled.get(feature, feature) for feature in names if not feature.startswith("#"))[:SHOWN]
    numbers = tuple(spelled.get(feature, feature) for feature in names if feature.startswith("#"))[:SHOWN]
    shown_words = tuple(spelled.get(feature, feature) for feature in words)[:SHOWN]
    alike = likely >= LIKELY
    if original != number:
        why = "It repeats the text of the other."
    elif item.id in settled:
        far = "alike enough" if alike else "not alike enough"
        why = f"An edition carried it in this story, so it is kept here; the two alone are {far}."
    elif alike:
        why = "The two alone are alike enough."
    else:
        why = "It is near to several of the story, to none of them enough alone."
    return Tie(item.id, items[best].id, round(likely, 3), shown_words, shown_names, numbers, why)


def _shared(one: Vector, other: Vector) -> list[str]:
    return sorted(one.keys() & other.keys(), key=lambda feature: (-one[feature] * other[feature], feature))
