"""The shape of config/quotes.toml and what can be wrong with it. Opens no file and matches no text."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import ClassVar

from parsers.configured import STRICT
from parsers.judging.topic_file import Words


@dataclass(frozen=True, slots=True)
class QuoteFile:
    """config/quotes.toml: plain words, no phrase signs. Each language is read with its own words and those of `every`.

    Attributes:
        verbs: forms of verbs that say that somebody speaks: `said`, `a déclaré`.
        sources: what stands before a speaker in place of a verb: `according to`.
        titles: what stands before a person's name, as it is written of the one who speaks (not `prezydenta`).
        bodies: words of names that are no person's: `Ministry`, `Watch`.
        between: what may stand between verb and name: `yesterday`.
        links: what joins parts of a title: `of`.
        stops: what says that the name behind it is not the speaker's: `to`, `with`, `that`.
        that: what may stand between a verb and quoted words that go on with the sentence: `that`.
        articles: before a title or an organisation.
        pronouns: in place of a name. particles: small words within a name: `von der`.
        finite: words that a sentence has and a catchword has not: `is`.
        doubt: words before a passage by which nobody said it: `denied`, `deepfake`.
    """

    __pydantic_config__: ClassVar = STRICT

    verbs: Words
    sources: Words
    titles: Words
    bodies: Words
    between: Words
    links: Words
    stops: Words
    that: Words
    articles: Words
    pronouns: Words
    particles: Words
    finite: Words
    doubt: Words


def problems_of(file: QuoteFile) -> list[tuple[str, str]]:
    """What types cannot say, as (path, reason): empty lists, signs that mean nothing here, words of two lists."""
    found: list[tuple[str, str]] = []
    for name in (one.name for one in fields(file)):
        words: Words = getattr(file, name)
        if not any(getattr(words, key.name).strip() for key in fields(Words)):
            found.append((name, "has no word in any language"))
        found += [(f"{name}.{key}", reason) for key, reason in _faults(words)]
    for key in (one.name for one in fields(Words)):
        verbs = {word.lower() for word in rows(getattr(file.verbs, key))}
        for group in ("titles", "stops", "articles", "links", "between"):
            for word in rows(getattr(getattr(file, group), key)):
                if word.lower() in verbs:
                    found.append((f"{group}.{key}", f"{word!r} is a word of verbs.{key} as well"))
    return found


def _faults(words: Words) -> Iterator[tuple[str, str]]:
    for key in (one.name for one in fields(Words)):
        row = getattr(words, key)
        if row.strip() and not all(piece.strip() for piece in row.strip().removesuffix(",").split(",")):
            yield key, "has a comma too many"
        for word in rows(row):
            if any(sign in word for sign in "*|_"):
                yield key, f"{word!r}: `*`, `|` and `_` mean nothing here; write each form"


def rows(row: str) -> list[str]:
    """The words between commas."""
    return [piece for one in row.split(",") if (piece := " ".join(one.split()))]
