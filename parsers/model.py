"""The nouns of Seabridge as frozen data, one for every arrow of an item's life. Holds no rules and reads nothing.

fetch -> Response -> parse -> Entry (what the source said) -> normalise -> Item (what we make of it)
-> judge -> Judgement -> group -> Story
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Gt, Le, MinLen

Relevance = Literal["core", "related", "off"]
Form = Literal["feed", "query", "sitemap", "listing", "api"]
PublisherType = Literal[
    "institution",
    "parliament",
    "government",
    "alliance",
    "think-tank",
    "trade-press",
    "press",
    "research-service",
    "query",
]
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

NonEmpty = Annotated[str, MinLen(1)]
Share = Annotated[float, Ge(0), Le(1)]
Positive = Annotated[int, Gt(0)]
STRICT: Mapping[str, str] = {"extra": "forbid"}
"""Read by pydantic when the settings are loaded: an unknown key is a problem."""


# ---------------------------------------------------------------- what people configure


@dataclass(frozen=True, slots=True)
class Listing:
    """How to read a page of links that has no feed. All but `date_in_url` are CSS selectors, relative to one block.

    Attributes:
        block: one entry of the list.
        link: the anchor inside the block; its text is the title unless `title` is given.
        date: an element whose `datetime` attribute or text is the date.
        date_in_url: regular expression with groups `year`, `month`, `day` over the link.
    """

    __pydantic_config__: ClassVar = STRICT

    block: NonEmpty
    link: NonEmpty = "a[href]"
    title: str | None = None
    summary: str | None = None
    date: str | None = None
    date_in_url: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One feed, query or listing page that is monitored: a `[[sources]]` table of config/sources.toml.

    Attributes:
        family: the publisher behind the source; two sources of one family never corroborate each other.
        weight: 1 (background) to 5 (primary document), used for ranking and for choosing the lead.
        status: what is known of the address: seen working, likely, no feed, behind a firewall ...
        enabled: False needs a `reason`.
        pages: whether the article page behind a new entry is fetched.
        local: the address may be on this machine (tests, demo); otherwise private addresses are refused.
    """

    __pydantic_config__: ClassVar = STRICT

    id: NonEmpty
    name: NonEmpty
    url: NonEmpty
    form: Form
    language: NonEmpty
    country: NonEmpty
    publisher_type: PublisherType
    family: NonEmpty
    weight: Annotated[int, Ge(1), Le(5)]
    status: NonEmpty
    homepage: str | None = None
    enabled: bool = True
    reason: str | None = None
    note: str | None = None
    pages: bool = True
    user_agent: str | None = None
    listing: Listing | None = None
    local: bool = False


@dataclass(frozen=True, slots=True)
class SeedRecord:
    """What the catalogue knows of one of the five seed documents: a `[[seeds]]` table of config/seeds.toml.

    Attributes:
        file: name in the corpus folder.
        bytes: size of that file; with `sha256` it tells the expected file from another one.
        published: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, as far as known.
        url: canonical address, None where nobody knows it.
        abstract: our own words; stands in for the text until the text is at hand.
        topics: topic id -> numbers of the paragraphs (from 1) that give it its meaning.
        not_text: paragraph numbers that are page furniture, footnotes, link lists.
    """

    __pydantic_config__: ClassVar = STRICT

    id: NonEmpty
    file: NonEmpty
    bytes: Positive
    sha256: Annotated[str, MinLen(64)]
    title: NonEmpty
    publisher: NonEmpty
    published: NonEmpty
    language: NonEmpty
    kind: NonEmpty
    abstract: Annotated[str, MinLen(200)]
    authors: tuple[str, ...] = ()
    url: str | None = None
    identifiers: tuple[str, ...] = ()
    series: str | None = None
    translated_from: str | None = None
    note: str | None = None
    topics: Mapping[str, tuple[Positive, ...]] = field(default_factory=dict)
    not_text: tuple[Positive, ...] = ()


# ---------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class Request:
    """One address to get, with the validators of the last answer from that very address."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    user_agent: str | None = None
    local: bool = False
    max_bytes: int = 10_000_000


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
    attachments: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A parsed feed or list. `format`: rss, rdf, atom, json, sitemap or listing (with a version where known)."""

    format: str
    title: str
    entries: tuple[Entry, ...]
    url: str | None = None
    language: str | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """The article on a page or in a PDF. `text` is plain, paragraphs separated by a blank line; unknown is None."""

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


# ---------------------------------------------------------------- judging


@dataclass(frozen=True, slots=True)
class SeedParagraph:
    """The place in a seed document that gives a topic its meaning."""

    file: str
    paragraph: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """One match that spoke for a label. `start`, `end` count in `place` (title or text) as it stands in the Item."""

    text: str
    start: int
    end: int
    place: Literal["title", "text"]
    weight: float
    seed: SeedParagraph | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """One topic of one item. `score` 0..1."""

    topic: str
    score: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that was decided about one text under one version of the rules."""

    relevance: Relevance
    relevance_score: float
    labels: tuple[Label, ...]
    rules_version: str


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
