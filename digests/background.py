"""What an edition says beside the news itself: whose text it is, what it continues and cites, what lies ahead.

Data only; `digests.sourcing` and `digests.ahead` make it from what was judged.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Continued:
    """What a story continues.

    Attributes:
        since: day of the first item of its thread. `stories`: how many the thread has, this one included.
        title: headline of the story before this one; empty where there is none, and only the seed is continued.
        edition: id of the latest earlier edition that carried a story of the thread.
        seed, seed_paragraph: the seed document whose paragraph it continues, in words like `the 2021 seed`.
    """

    since: date
    stories: int
    title: str
    edition: str | None = None
    seed: str | None = None
    seed_paragraph: int | None = None
    state: Literal["new", "developing", "quiet", "closed"] = "developing"


@dataclass(frozen=True, slots=True)
class StoryOrigin:
    """The text that others took over.

    Attributes:
        kind: a press release, a document itself, the text of an agency that others name, or another outlet's report.
        at: aware, in the digest's zone; a day alone where its hour is not known.
        outlets: how many took it over.
        item, url: of the item, where it is held.
    """

    name: str
    kind: Literal["press-release", "primary", "agency", "report"]
    at: datetime | date | None
    outlets: int
    item: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class StoryDocument:
    """A primary document that a story cites. `id`: one for all ways to write it; `name`: as readers know it."""

    id: str
    kind: str
    name: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Ahead:
    """An event that lies ahead.

    Attributes:
        what: in the words of the article that announces it, whose language is `language`.
        starts, ends: first and last day that are possible under its `precision`. `moved_from`: those named before.
        topics: ids of the topics of the articles that announce it, as far as they are held.
        item, source, url, said: of the latest of these articles; unknown where it is not held.
    """

    id: str
    what: str
    starts: date
    ends: date
    precision: str
    moved_from: tuple[date, date] | None = None
    topics: tuple[str, ...] = ()
    item: str | None = None
    source: str = ""
    url: str | None = None
    said: datetime | None = None
    language: str = ""
