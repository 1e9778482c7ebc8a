"""The shape of config/kinds.toml and what can be wrong with it. Opens no file and matches no text."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, get_args

from annotated_types import Ge, Le, MinLen

from parsers.configured import STRICT
from parsers.judging.topic_file import Words, faults_of, phrases_of
from parsers.model import Kind

Whole = Literal["label", "url", "tag"]
Part = Literal["start", "title", "opening", "text"]
Shape = Literal[
    "question",
    "pluses",
    "dateline",
    "dated",
    "times",
    "numbered",
    "quotes",
    "past-years",
    "past-year-in-title",
    "speaker",
    "signed",
]
Place = Whole | Part


@dataclass(frozen=True, slots=True)
class Sign(Words):
    """Phrases (or a shape) that speak for a kind where they stand at `place`.

    Attributes:
        weight: 1 is enough by itself; a negative weight speaks against the kind.
        most: how many finds count at most.
    """

    __pydantic_config__: ClassVar = STRICT

    weight: Annotated[float, Ge(-3), Le(3)] = 1.0
    place: Place | None = None
    shape: Shape | None = None
    most: Annotated[int, Ge(1), Le(20)] = 1


@dataclass(frozen=True, slots=True)
class KindEntry:
    """All signs of one kind."""

    __pydantic_config__: ClassVar = STRICT

    kind: Kind
    signs: Annotated[tuple[Sign, ...], MinLen(1)]


@dataclass(frozen=True, slots=True)
class KindFile:
    """config/kinds.toml. Of two kinds with the same sum the earlier one is given."""

    __pydantic_config__: ClassVar = STRICT

    kinds: Annotated[tuple[KindEntry, ...], MinLen(1)]


def problems_of(file: KindFile) -> list[tuple[str, str]]:
    """What types cannot say, as (path, reason): signs of nothing or nowhere, phrases empty or matching anything."""
    found: list[tuple[str, str]] = []
    seen: dict[Kind, int] = {}
    for number, entry in enumerate(file.kinds):
        if entry.kind in seen:
            found.append((f"kinds[{number}].kind", f"{entry.kind!r} is already the kind of kinds[{seen[entry.kind]}]"))
        if entry.kind == "news":
            found.append((f"kinds[{number}].kind", "'news' is what has no other kind and needs no sign"))
        seen.setdefault(entry.kind, number)
        for place, sign in enumerate(entry.signs):
            found += _problems_of_sign(f"kinds[{number}].signs[{place}]", sign)
    return found


def _problems_of_sign(path: str, sign: Sign) -> Iterator[tuple[str, str]]:
    phrases = phrases_of(sign)
    if sign.shape:
        if phrases or sign.place:
            yield f"{path}.shape", "stands alone: no phrases, no place"
        return
    if sign.place is None:
        yield f"{path}.place", "is missing: say where the phrases count"
    if sign.place not in get_args(Whole):
        yield from faults_of(path, sign)
    else:
        if not phrases:
            yield path, "has no phrase in any language"
        for phrase in phrases:
            if "*" in phrase or "_" in phrase.split():
                yield f"{path}.{sign.place}", f"{phrase!r} is compared as a whole: `*` and `_` mean nothing there"
