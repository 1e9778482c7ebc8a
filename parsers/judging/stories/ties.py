"""Says what ties each item of a story to the others, for whoever asks why they belong together. Groups nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from parsers.judging.stories.likeness import Known, Rarity, Vector, feature_words, log_odds, traits
from parsers.judging.stories.linkage import likelihood
from parsers.model import Item

SHOWN = 8
"""Shared words, names and numbers that are shown, the rarest."""
COMPARED = 200
"""Of a larger story each item is held against so many others, the earliest."""
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
    return tuple(_tie(number, items, known, copies, settled) for number in range(len(items)))


def _tie(
    number: int, items: Sequence[Item], known: Sequence[Known], copies: Mapping[str, str], settled: Collection[str]
) -> Tie:
    item, one = items[number], known[number]
    others = [place for place in range(min(len(items), COMPARED + 1)) if place != number]
    if not others:
        return Tie(item.id, None, 0.0, (), (), (), "It stands alone.")
    original = next((place for place in others if copies.get(item.id) == items[place].id), None)
    odds = {place: log_odds(one, known[place]) for place in others}
    best = original if original is not None else max(others, key=lambda place: (odds[place], -place))
    other, likely = known[best], likelihood(odds[best])
    spelled = feature_words(item)
    names = _shared(one.names, other.names)
    words = [feature for feature in _shared(one.words, other.words) if feature not in one.names]
    shown_names = tuple(spelled.get(feature, feature) for feature in names if not feature.startswith("#"))[:SHOWN]
    numbers = tuple(spelled.get(feature, feature) for feature in names if feature.startswith("#"))[:SHOWN]
    shown_words = tuple(spelled.get(feature, feature) for feature in words)[:SHOWN]
    if original is not None:
        why = "It repeats the text of the other."
    elif item.id in settled:
        why = "An edition carried it in this story, so it is kept here."
    elif likely >= LIKELY:
        why = "The two alone are alike enough."
    else:
        why = "It is near to several of the story, to none of them enough alone."
    return Tie(item.id, items[best].id, round(likely, 3), shown_words, shown_names, numbers, why)


def _shared(one: Vector, other: Vector) -> list[str]:
    return sorted(one.keys() & other.keys(), key=lambda feature: (-one[feature] * other[feature], feature))
