"""Says which entities are one matter each, and which seed paragraph tells of a matter. Finds no names itself."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from parsers.judging.names.entity_file import Entity
from parsers.judging.stories.threads import SeedPlace

MATTER_KINDS = frozenset({"treaty", "operation", "exercise", "document", "event"})
"""Programmes are none: a hundred matters share the European Defence Fund."""


def matter_places(
    entities: Iterable[Entity], named: Iterable[tuple[SeedPlace, Sequence[str]]]
) -> Mapping[str, SeedPlace | None]:
    """Every matter with the seed paragraph that tells of it; None: no seed does.

    That is, in the seed that names it most often, the first of the paragraphs with the most mentions.

    Args:
        named: each paragraph with the entity of each mention in it, the oldest seed first: of equal seeds it counts.
    """
    in_paragraph: dict[str, Counter[SeedPlace]] = defaultdict(Counter)
    in_seed: dict[str, Counter[str]] = defaultdict(Counter)
    for place, mentioned in named:
        for entity in mentioned:
            in_paragraph[entity][place] += 1
            in_seed[entity][place[0]] += 1
    places: dict[str, SeedPlace | None] = {}
    for entity in (one.id for one in entities if one.kind in MATTER_KINDS):
        found, seeds = in_paragraph[entity], in_seed[entity]
        places[entity] = min(found, key=lambda place: (-seeds[place[0]], -found[place])) if found else None
    return places
