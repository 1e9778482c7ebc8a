"""The shape of config/topics.toml and what can be wrong with it. Opens no file and matches no text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Annotated, ClassVar

from annotated_types import Gt, Le, MinLen

from parsers.configured import STRICT, NonEmpty, Positive, Share
from parsers.judging.phrases import split_words


@dataclass(frozen=True, slots=True)
class Words:
    """Comma-separated phrases by language (`every`: the same in all). All are looked for in all texts."""

    __pydantic_config__: ClassVar = STRICT

    every: str = ""
    en: str = ""
    fr: str = ""
    de: str = ""
    es: str = ""
    it: str = ""
    pl: str = ""
    nl: str = ""
    sv: str = ""


@dataclass(frozen=True, slots=True)
class Phrases(Words):
    """Phrases that speak for a topic.

    Attributes:
        weight: 1 is just enough for the label, 0.5 needs a second phrase.
        near: conditions that must all hold within 18 words; `us|eu` holds if a word of either group stands there.
        around: the same anywhere in the same window or in the title.
        unless: groups; none of them may stand there.
    """

    __pydantic_config__: ClassVar = STRICT

    weight: Annotated[float, Gt(0), Le(3)] = 1.0
    near: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Anchor:
    """Paragraphs of one seed document that give a topic its meaning."""

    __pydantic_config__: ClassVar = STRICT

    file: NonEmpty
    paragraphs: Annotated[tuple[Positive, ...], MinLen(1)]


@dataclass(frozen=True, slots=True)
class Topic:
    """One of the topics. `core`: how close the topic by itself is to relations between Europe and the United States.

    `around` and `unless` hold for all its phrases.
    """

    __pydantic_config__: ClassVar = STRICT

    id: NonEmpty
    name: NonEmpty
    definition: NonEmpty
    core: Share
    seeds: tuple[Anchor, ...]
    phrases: Annotated[tuple[Phrases, ...], MinLen(1)]
    around: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Groups that decide relevance: the two sides, the subject, and traps that give an item away as another matter."""

    __pydantic_config__: ClassVar = STRICT

    america: tuple[str, ...]
    europe: tuple[str, ...]
    subject: tuple[str, ...]
    traps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TopicFile:
    """config/topics.toml."""

    __pydantic_config__: ClassVar = STRICT

    scope: Scope
    groups: Mapping[str, Words]
    topics: Annotated[tuple[Topic, ...], MinLen(1)]


def _languages(words: Words) -> Iterator[tuple[str, str]]:
    for language in fields(Words):
        yield language.name, getattr(words, language.name)


def phrases_of(words: Words) -> list[str]:
    """All phrases, whatever the language, in the order of the file."""
    return [p.strip() for _, row in _languages(words) if row.strip() for p in row.split(",") if p.strip()]


def problems_of(file: TopicFile) -> list[tuple[str, str]]:
    """What types cannot say, as (path, reason): names used twice or undefined, phrases empty or matching anything."""
    found: list[tuple[str, str]] = []
    seen: dict[str, int] = {}
    for number, topic in enumerate(file.topics):
        path = f"topics[{number}]"
        if topic.id in seen:
            found.append((f"{path}.id", f"{topic.id!r} is already the id of topics[{seen[topic.id]}]"))
        seen.setdefault(topic.id, number)
        found += _unknown(file, path, {"around": topic.around, "unless": topic.unless})
        for place, entry in enumerate(topic.phrases):
            here = f"{path}.phrases[{place}]"
            found += _unknown(file, here, {"near": entry.near, "around": entry.around, "unless": entry.unless})
            found += _faults(here, entry)
    for name, group in file.groups.items():
        found += _faults(f"groups.{name}", group)
    return [*found, *_unknown(file, "scope", asdict(file.scope))]


def _unknown(file: TopicFile, path: str, named: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    for key, conditions in named.items():
        for name in (name for condition in conditions for name in condition.split("|")):
            if name not in file.groups:
                yield f"{path}.{key}", f"there is no group {name!r}"


def _faults(path: str, words: Words) -> Iterator[tuple[str, str]]:
    rows = [(language, row) for language, row in _languages(words) if row.strip()]
    if not rows:
        yield path, "has no phrase in any language"
    for language, row in rows:
        pieces = [piece.strip() for piece in row.strip().removesuffix(",").split(",")]
        for number, phrase in enumerate(pieces, 1):
            for ways in split_words(phrase) or [[]]:
                if not ways:
                    yield f"{path}.{language}", f"phrase {number} is empty"
                elif all(len(word.strip("*_%")) < 2 for word in ways):
                    yield f"{path}.{language}", f"phrase {number}, {phrase!r}, would match nearly everything"
                elif "_" in (ways[0], ways[-1]):
                    yield f"{path}.{language}", f"phrase {number}, {phrase!r}, begins or ends with a gap"
