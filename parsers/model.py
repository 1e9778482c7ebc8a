"""The nouns of Seabridge as frozen data, one for every arrow of an item's life. Holds no rules and reads nothing.

fetch -> Response -> parse -> Entry (what the source said) -> normalise -> Item (what we make of it)
-> judge -> Judgement -> group -> Story
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from parsers.configured import SeedRecord

Relevance = Literal["core", "related", "off"]
Kind = Literal["news", "opinion", "retrospective", "live", "agenda", "job", "press-release", "primary"]
"""What sort of text an item is, beside what it is about; `primary` is the document itself: a statement, a law."""
Origin = Literal["machine", "added", "pinned"]
"""Who gave a label: the rules, or a person; a pinned topic comes before all others."""
Action = Literal["add", "remove", "pin", "withdraw"]
TextOrigin = Literal["page", "feed", "title", "pdf", "seed", "abstract"]
Outcome = Literal[
    "stored",
    "changed",
    "same",
    "copy-of",
    "off-topic",
    "undated",
    "future-dated",
    "too-old",
    "blocked",
    "quarantined",
]
"""Where a fetched entry ended: exactly one for each, so that `entries in = sum(outcomes)` can be checked."""


# ---------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class Request:
    """One address to get, with the validators of the last answer from that very address.

    Attributes:
        local: addresses on this machine are allowed.
        max_bytes: of the body, decoded.
        headers: sent beside ours; one that we set ourselves is replaced, save those that frame the message.
        robots: whether robots.txt of every host on the way is asked first (pages), or not (feeds, which are offered).
        verify_tls: False: the certificate is not checked.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None
    user_agent: str | None = None
    local: bool = False
    max_bytes: int = 10_000_000
    headers: Mapping[str, str] = field(default_factory=dict)
    robots: bool = False
    verify_tls: bool = True


@dataclass(frozen=True, slots=True)
class Response:
    """Bytes as received, after transfer and content coding were undone.

    Attributes:
        requested_url, url: asked for, and answered after redirects.
        moved_to: where a permanent redirect (301, 308) from the first address points, else None.
        headers: lower-case names.
        not_modified: True for a 304; the body is then empty.
    """

    requested_url: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime
    seconds: float
    moved_to: str | None = None
    not_modified: bool = False

    @property
    def etag(self) -> str | None:
        return self.headers.get("etag")

    @property
    def last_modified(self) -> str | None:
        return self.headers.get("last-modified")

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")


@dataclass(frozen=True, slots=True)
class Entry:
    """What the source said of one article, cleaned to plain text but not interpreted.

    Attributes:
        guid: the source's own identifier, verbatim.
        url: absolute http(s) address, or None where the source gave none that is safe to follow.
        published, updated: aware, or None where the source gave none that can be read.
        summary, content: plain text, paragraphs separated by a blank line.
        publisher: the outlet that an aggregator names, else None.
        attachments: addresses of PDFs that the entry points to.
        problems: what was dropped or repaired, in words.
    """

    guid: str | None
    url: str | None
    title: str
    summary: str = ""
    content: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    published_raw: str | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str | None = None
    publisher: str | None = None
    attachments: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a feed wants to be asked, in its own words (RSS 2.0 `ttl`, `skipHours`, `skipDays`; `sy:` module).

    Attributes:
        every: the shortest time between two visits.
        not_hours: 0..23 in UTC. `not_days`: 0 (Monday) to 6, in UTC.
    """

    every: timedelta | None = None
    not_hours: tuple[int, ...] = ()
    not_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A parsed feed or list.

    Attributes:
        format: rss, rdf, atom, json, sitemap, listing or api (with a version where known).
        rhythm: how often it wants to be asked.
        older: address of the next document with older entries (RFC 5005 `prev-archive` and `next`).
        parts: addresses of the documents that hold the entries, newest first: what an index of sitemaps gives.
    """

    format: str
    title: str
    entries: tuple[Entry, ...]
    url: str | None = None
    language: str | None = None
    rhythm: Rhythm = Rhythm()
    older: str | None = None
    parts: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """The article on a page or in a PDF. `text` is plain, paragraphs separated by a blank line; unknown is None.

    `documents`: addresses of PDFs that the page offers as its own text, the likeliest first.
    """

    url: str | None
    title: str | None
    text: str
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    modified: datetime | None = None
    language: str | None = None
    site_name: str | None = None
    summary: str | None = None
    canonical_url: str | None = None
    pages: int | None = None
    documents: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of a seed. `start`, `end`: positions in the original text; `is_text` False for page furniture."""

    number: int
    text: str
    start: int
    end: int
    is_text: bool = True


@dataclass(frozen=True, slots=True)
class Seed:
    """A seed document as read. `text_origin`: seed (the file), page or pdf (fetched), abstract (catalogue only)."""

    record: SeedRecord
    text: str
    text_origin: TextOrigin
    paragraphs: tuple[Paragraph, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """What we make of an entry and its page: the unit that is judged, stored and sent. Every fallback was applied.

    Attributes:
        id: 16 hexadecimal digits, stable for (source, key).
        key: identity inside the source, see `normalise.entry_key`: guid and link, guid, link, else a hash.
        url: the address to show, canonical, trackers removed; None if the source gave none.
        published: aware UTC or None; never guessed from the time of the fetch.
        text: the longest honest text at hand; `text_origin` says where it came from.
        publisher: the outlet that an aggregator names, else None.
        content_sha256: over title, summary and text; tells `same` from `changed`.
    """

    id: str
    key: str
    source_id: str
    url: str | None
    title: str
    summary: str
    text: str
    text_origin: TextOrigin
    language: str
    published: datetime | None
    updated: datetime | None
    first_seen: datetime
    authors: tuple[str, ...]
    content_sha256: str
    problems: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    publisher: str | None = None


# ---------------------------------------------------------------- judging


@dataclass(frozen=True, slots=True)
class SeedParagraph:
    """The place in a seed document that gives a topic its meaning."""

    file: str
    paragraph: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """One match that spoke for a label. `start`, `end` count in `place` (title or text) as it stands in the Item.

    Attributes:
        weight: of a phrase what it counted, where 1 would just be enough; of a learned word the log odds it added.
        seed: the paragraph of the seeds that holds the phrase, else the nearest one of those behind the topic.
        learned: a word that labelled items taught, in no phrase of topics.toml.
    """

    text: str
    start: int
    end: int
    place: Literal["title", "text"]
    weight: float
    seed: SeedParagraph | None = None
    learned: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """One topic of one item. `score`: how likely it is that an analyst would give it, 0..1."""

    topic: str
    score: float
    evidence: tuple[Evidence, ...]
    origin: Origin = "machine"


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that was decided about one text under one version of the rules.

    Attributes:
        relevance_score: how likely it is that an analyst would call it core, 0..1.
        labels: the strongest first.
        problems: why this judgement may be worth less than others: "too short", "cut at ... characters".
    """

    relevance: Relevance
    relevance_score: float
    labels: tuple[Label, ...]
    rules_version: str
    kind: Kind = "news"
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Override:
    """What a person decided about one topic of one item; `withdraw` leaves it to the rules again."""

    item_id: str
    topic: str
    action: Action
    reason: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class JudgedItem:
    """An item with its judgement and, when it repeats another item, that item's id."""

    item: Item
    judgement: Judgement
    copy_of: str | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """Items about one event. `id` is that of its earliest item; `items` in order of publication."""

    id: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Disposition:
    """How one fetched entry ended. `position` counts from 0 in the feed; `item_id` is None where no item was kept."""

    position: int
    title: str
    url: str | None
    outcome: Outcome
    reason: str = ""
    item_id: str | None = None
    copy_of: str | None = None
