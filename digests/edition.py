"""The edition as one model, from which mail, text, JSON and archive page are made, and the week it covers.

Chooses nothing and renders nothing.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from digests.background import Ahead, Continued, StoryDocument, StoryOrigin
from digests.date_words import days_words
from digests.settings import DigestSettings


@dataclass(frozen=True, slots=True)
class Period:
    """One ISO week in the digest's zone. `start` is its first moment, `end` the first moment after it, both aware."""

    start: datetime
    end: datetime
    zone: str
    iso: str

    @property
    def words(self) -> str:
        """Like `9–15 November 2026`."""
        return days_words(self.start.date(), (self.end - timedelta(days=1)).date())


def week(iso: str, zone: str) -> Period:
    """The week named like `2026-W46`. Raises ValueError where there is no such week."""
    match = re.fullmatch(r"(\d{4})-W(\d{2})", iso)
    if match is None:
        raise ValueError(f"{iso!r} is not a week; write one like 2026-W46")
    return _from_monday(date.fromisocalendar(int(match[1]), int(match[2]), 1), zone)


def period_of(now: datetime, settings: DigestSettings) -> Period:
    """The last ISO week that was over at `now` (aware) in the digest's zone."""
    today = now.astimezone(ZoneInfo(settings.zone)).date()
    return _from_monday(today - timedelta(days=today.weekday() + 7), settings.zone)


def before(period: Period) -> Period:
    """The week before."""
    return _from_monday(period.start.date() - timedelta(days=7), period.zone)


def _from_monday(monday: date, zone: str) -> Period:
    year, number, _ = monday.isocalendar()
    start, end = (datetime.combine(day, time(), ZoneInfo(zone)) for day in (monday, monday + timedelta(days=7)))
    return Period(start, end, zone, f"{year}-W{number:02d}")


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which sources stand behind an edition, by name.

    Attributes:
        failed: not read, with the reason in words that stand after the name.
        disabled: a number.
        doubtful: among those read, with what their answers lacked, in such words.
    """

    read: tuple[str, ...]
    failed: tuple[tuple[str, str], ...] = ()
    disabled: int = 0
    doubtful: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Voice:
    """One article of a story: who said it and where. `copy` is True where it repeats another one word for word."""

    item: str
    source: str
    country: str
    language: str
    publisher_type: str
    title: str
    url: str | None
    published: datetime | None
    copy: bool = False


@dataclass(frozen=True, slots=True)
class Tag:
    """A topic as shown."""

    topic: str
    name: str


@dataclass(frozen=True, slots=True)
class EditionStory:
    """One story as the reader sees it.

    Attributes:
        id: of the story.
        rank: 1 for the first; smaller counts more.
        title, url, summary: of the article that leads; the summary is an extract, not our words.
        why: the words that gave it its topics, as they stand in the article.
        published: aware, in the digest's zone.
        voices: the leading article first, then the others; `more_voices` did not find room.
        topics: its section first, then the others.
        update_of: id of the earlier edition that carried the story, if one did.
        marks: what a reader must know of the text: sample, opinion and other kinds, abstract only, headline only.
        outlets, texts: how many publishers report it here, and how many texts these are that nobody took over.
        origin: the text that others took over, where it is known.
        documents: primary documents that its articles cite; `more_documents` did not find room.
        continued: the thread that it continues.
        publishers: of an edition made before texts were compared: how many publishers reported it. 0 in others.
    """

    id: str
    rank: int
    title: str
    url: str | None
    summary: str
    why: tuple[str, ...]
    published: datetime | None
    language: str
    voices: tuple[Voice, ...]
    topics: tuple[Tag, ...]
    more_voices: int = 0
    update_of: str | None = None
    marks: tuple[str, ...] = ()
    outlets: int = 1
    texts: int = 1
    origin: StoryOrigin | None = None
    documents: tuple[StoryDocument, ...] = ()
    more_documents: int = 0
    continued: Continued | None = None
    publishers: int = 0


@dataclass(frozen=True, slots=True)
class EditionSection:
    """Stories of one topic. `more`: how many did not find room."""

    topic: str
    name: str
    stories: tuple[EditionStory, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Count:
    """Items of one topic this week and last week; `last` is None in a first edition."""

    topic: str
    name: str
    this: int
    last: int | None

    @property
    def change(self) -> int | None:
        return None if self.last is None else self.this - self.last


@dataclass(frozen=True, slots=True)
class Imprint:
    """Who sends the digest and how one leaves it: `unsubscribe` is a mailto URI, `archive_url` this edition's page."""

    sender: str
    reply_to: str
    unsubscribe: str
    archive_url: str | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """One issue of the digest.

    Attributes:
        id: like `2026-W46/weekly/en`; with `revision` (from 1) it names these very contents.
        lead: the top story, None where nothing squarely on the subject was found.
        late, undated: items that came in this week with an older date, or with none; counted nowhere else.
        arrivals: the best of the late items, each by itself; not among `stories`.
        notes: what a reader must know before reading on.
        basis: what the edition rests on, in sentences: sources read, late and undated items.
        selection: names of the topics that the reader chose, empty for the whole edition.
        ahead: events of the next days, the first one first; `more_ahead` did not find room.
        subject, preheader, words, minutes: follow from the rest, see `digests.wording.finished`; words are those
            of titles, extracts, reasons and events ahead, a minute is 230 of them.
    """

    id: str
    revision: int
    name: str
    language: str
    period: Period
    lead: EditionStory | None
    sections: tuple[EditionSection, ...]
    counts: tuple[Count, ...]
    coverage: Coverage
    late: int
    undated: int
    notes: tuple[str, ...]
    basis: tuple[str, ...]
    imprint: Imprint
    subject: str = ""
    preheader: str = ""
    words: int = 0
    minutes: int = 0
    selection: tuple[str, ...] = ()
    arrivals: tuple[EditionStory, ...] = ()
    ahead: tuple[Ahead, ...] = ()
    more_ahead: int = 0

    @property
    def title(self) -> str:
        """Like `EU-US Defence Weekly, 9–15 November 2026`."""
        return f"{self.name}, {self.period.words}"

    @property
    def stories(self) -> tuple[EditionStory, ...]:
        """All stories in the order of reading."""
        head = (self.lead,) if self.lead else ()
        return head + tuple(story for section in self.sections for story in section.stories)

    @property
    def more(self) -> int:
        """Stories that found no room."""
        return sum(section.more for section in self.sections)

    @property
    def slug(self) -> str:
        """Name of the edition's files, like `2026-W46-weekly-en`, with `-r2` for a correction."""
        return slug_of(self.id, self.revision)


def slug_of(edition_id: str, revision: int = 1) -> str:
    """The name of an edition's files."""
    return edition_id.replace("/", "-") + (f"-r{revision}" if revision > 1 else "")
