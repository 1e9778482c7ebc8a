"""What people configure, as frozen data: one class for each kind of table in config/*.toml. Reads no file.

`flows.settings` loads the files into these classes and finds what types cannot say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Gt, Le, MinLen

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
NonEmpty = Annotated[str, MinLen(1)]
Names = NonEmpty | Annotated[tuple[NonEmpty, ...], MinLen(1)]
Share = Annotated[float, Ge(0), Le(1)]
Positive = Annotated[int, Gt(0)]
Seconds = Annotated[float, Gt(0), Le(600)]
STRICT: Mapping[str, str] = {"extra": "forbid"}
"""Read by pydantic when the settings are loaded: an unknown key is a problem."""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How the web is asked: the `[fetch]` table of config/collect.toml.

    Attributes:
        connect, total: seconds for one connection, and for a whole answer but waiting for its turn.
        redirects, concurrency, per_host: counts; the latter two of requests at the same time.
        user_agent: who asks. Put an address in it where you can be reached.
    """

    __pydantic_config__: ClassVar = STRICT

    connect: Seconds = 10.0
    total: Seconds = 20.0
    redirects: Annotated[int, Ge(0), Le(20)] = 5
    concurrency: Annotated[int, Ge(1), Le(256)] = 16
    per_host: Annotated[int, Ge(1), Le(16)] = 2
    user_agent: NonEmpty = "Seabridge/0.1 (news monitor)"


@dataclass(frozen=True, slots=True)
class Keep:
    """How long bytes are kept: the `[keep]` table of config/collect.toml. Entries and items are kept for good.

    Attributes:
        raw_days, raw_megabytes: age and size of all WARC files together; the oldest go first.
        quarantine_days: since a document that could not be read was seen last.
        snapshots: published files that stay, the newest among them.
        backups: copies made by `seabridge backup` that stay.
    """

    __pydantic_config__: ClassVar = STRICT

    raw_days: Positive = 730
    raw_megabytes: Positive = 20_000
    quarantine_days: Positive = 90
    snapshots: Positive = 3
    backups: Positive = 7


@dataclass(frozen=True, slots=True)
class Site:
    """Where things stand on the article pages of a site: a `[[sites]]` table of config/sites.toml. CSS selectors.

    Attributes:
        hosts: names of the site, each with all names below it.
        until: the last day on which pages looked like this; answers received later are read without the rule.
        text, title, authors, published: None: found as on any page.
        without: what is cut out of the text.
    """

    __pydantic_config__: ClassVar = STRICT

    hosts: Annotated[tuple[NonEmpty, ...], MinLen(1)]
    until: date | None = None
    text: NonEmpty | None = None
    title: NonEmpty | None = None
    authors: NonEmpty | None = None
    published: NonEmpty | None = None
    without: tuple[NonEmpty, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Records:
    """How to read an answer that is a list of records, JSON or XML, but no feed (form `api`).

    All are names joined by dots, from the root for `entries` (in XML the root element counts), then from the record.

    Attributes:
        entries: the list of records; in XML the elements that are records.
        id: its own identifier; without one an entry is known by its link.
        title, summary: of several names, what the record has of them is joined by ` · `.
        url, published: where the record has them. A date to come, like that of a hearing, is none of publication.
        document: address of its PDF.
    """

    __pydantic_config__: ClassVar = STRICT

    entries: NonEmpty
    title: Names
    id: NonEmpty | None = None
    url: NonEmpty | None = None
    summary: Names | None = None
    published: NonEmpty | None = None
    document: NonEmpty | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """How to read a page of links that has no feed. All but the last two are CSS selectors, relative to one block.

    Attributes:
        block: one entry of the list; an anchor stands for all around it that links to no other article.
        link: the anchor inside the block; its text is the title unless `title` is given.
        date: an element whose `datetime` attribute or text is the date.
        date_in_url: regular expression with groups `year`, `month`, `day` over the link.
        day_first: False where 11/06/26 is the sixth of November, as in America.
    """

    __pydantic_config__: ClassVar = STRICT

    block: NonEmpty
    link: NonEmpty = "a[href]"
    title: str | None = None
    summary: str | None = None
    date: str | None = None
    date_in_url: str | None = None
    day_first: bool = True


@dataclass(frozen=True, slots=True)
class Source:
    """One feed, query or listing page that is monitored: a `[[sources]]` table of config/sources.toml.

    Attributes:
        family: the publisher behind the source; two sources of one family never corroborate each other.
        weight: 1 (background) to 5 (primary document), used for ranking and for choosing the lead.
        status: what is known of the address: seen working, likely, no feed, behind a firewall ...
        enabled: False needs a `reason`.
        pages: whether the article page behind a new entry is fetched.
        user_agent, headers: sent instead of ours, and beside ours, to this source.
        verify_tls: False: its certificate is not checked. Needs a `reason`, and `seabridge status` says so.
        older: address of older entries, relative to `url`, with `{page}` for a number that counts from `older_from`;
            used by `seabridge collect --since`. WordPress feeds, RFC 5005 and a listing that names its next page by
            `rel=next` need none.
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
    user_agent: NonEmpty | None = None
    headers: Mapping[NonEmpty, str] = field(default_factory=dict)
    verify_tls: bool = True
    older: NonEmpty | None = None
    older_from: Annotated[int, Ge(0), Le(2)] = 2
    listing: Listing | None = None
    records: Records | None = None
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
