"""The shape of config/topics.toml and what can be wrong with it. Opens no file and matches no text."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Annotated, ClassVar

from annotated_types import Gt, Le, MinLen

from parsers.configured import STRICT, NonEmpty, Positive, Share
from parsers.judging.phrases import split_words

_SOUND = re.compile(r"[^\W_]{2,}\*?(?: [^\W_]{2,}\*?)*")
"""A row of plain words: most phrases, of which there are many thousands, are no more and need no closer look."""


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
    """One of the topics; `around` and `unless` hold for all its phrases.

    Attributes:
        core: how close the topic by itself is to relations between Europe and the United States.
        floor: the F1 on the labelled items of the repository that no change may fall below.
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
    floor: Share = 0.0


@dataclass(frozen=True, slots=True)
class Scope:
    """Groups that decide relevance: the two sides, the subject, and traps that give an item away as another matter."""

    __pydantic_config__: ClassVar = STRICT

    america: tuple[str, ...]
    europe: tuple[str, ...]
    subject: tuple[str, ...]
    traps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TopicPart:
    """One file of config/topics/: more groups and topics."""

    __pydantic_config__: ClassVar = STRICT

    groups: Mapping[str, Words] = field(default_factory=dict)
    topics: tuple[Topic, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicFile:
    """config/topics.toml, with the files of config/topics/ as one after `joined`."""

    __pydantic_config__: ClassVar = STRICT

    scope: Scope
    groups: Mapping[str, Words] = field(default_factory=dict)
    topics: tuple[Topic, ...] = ()


def joined(file: TopicFile, parts: Iterable[TopicPart]) -> TopicFile:
    """All groups and topics together, in the order of the parts."""
    every: Sequence[TopicFile | TopicPart] = (file, *parts)
    groups = {name: group for one in every for name, group in one.groups.items()}
    return TopicFile(file.scope, groups, tuple(topic for one in every for topic in one.topics))


def _languages(words: Words) -> Iterator[tuple[str, str]]:
    for language in fields(Words):
        yield language.name, getattr(words, language.name)


def phrases_of(words: Words) -> list[str]:
    """All phrases, whatever the language, in the order of the file."""
    return [p.strip() for _, row in _languages(words) if row.strip() for p in row.split(",") if p.strip()]


def problems_of(file: TopicFile, parts: Mapping[str, TopicPart] | None = None) -> list[tuple[str, str, str]]:
    """What types cannot say, as (file, path, reason): names twice or undefined, phrases empty or matching anything.

    Args:
        parts: name of the file -> what it holds.
    """
    every: dict[str, TopicFile | TopicPart] = {"topics.toml": file, **(parts or {})}
    known = {name for one in every.values() for name in one.groups}
    found = [("topics.toml", f"scope.{key}", reason) for key, reason in _unknown(known, asdict(file.scope))]
    topics: dict[str, str] = {}
    groups: dict[str, str] = {}
    for name, one in every.items():
        for number, topic in enumerate(one.topics):
            path = f"topics[{number}]"
            if topic.id in topics:
                found.append((name, f"{path}.id", f"{topic.id!r} is already the id of {topics[topic.id]}"))
            topics.setdefault(topic.id, f"{path} of {name}")
            found += [(name, f"{path}{place}", reason) for place, reason in _problems_of_topic(topic, known)]
        for group, words in one.groups.items():
            if group in groups:
                found.append((name, f"groups.{group}", f"is already a group of {groups[group]}"))
            groups.setdefault(group, name)
            found += [(name, path, reason) for path, reason in faults_of(f"groups.{group}", words)]
    if not topics:
        found.append(("topics.toml", "topics", "there is no topic, neither here nor in topics/"))
    return found


def _problems_of_topic(topic: Topic, groups: Collection[str]) -> Iterator[tuple[str, str]]:
    for key, reason in _unknown(groups, {"around": topic.around, "unless": topic.unless}):
        yield f".{key}", reason
    for place, entry in enumerate(topic.phrases):
        here = f".phrases[{place}]"
        for key, reason in _unknown(groups, {"near": entry.near, "around": entry.around, "unless": entry.unless}):
            yield f"{here}.{key}", reason
        yield from faults_of(here, entry)


def _unknown(groups: Collection[str], named: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    for key, conditions in named.items():
        for name in (name for condition in conditions for name in condition.split("|")):
            if name not in groups:
                yield key, f"there is no group {name!r}"


def faults_of(path: str, words: Words) -> Iterator[tuple[str, str]]:
    """What is wrong with phrases, as (path, reason): none at all, empty ones, or ones that match nearly everything."""
    rows = [(language, row) for language, row in _languages(words) if row.strip()]
    if not rows:
        yield path, "has no phrase in any language"
    for language, row in rows:
        pieces = [piece.strip() for piece in row.strip().removesuffix(",").split(",")]
        for number, phrase in enumerate(pieces, 1):
            for ways in [] if _SOUND.fullmatch(phrase) else split_words(phrase) or [[]]:
                if not ways:
                    yield f"{path}.{language}", f"phrase {number} is empty"
                elif all(len(word.strip("*_%")) < 2 for word in ways):
                    yield f"{path}.{language}", f"phrase {number}, {phrase!r}, would match nearly everything"
                elif "_" in (ways[0], ways[-1]):
                    yield f"{path}.{language}", f"phrase {number}, {phrase!r}, begins or ends with a gap"
