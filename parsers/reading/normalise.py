"""Makes an Item of what the source said and what its page says; every fallback lives here. Fetches nothing."""

import hashlib
import json
from datetime import UTC, datetime

from parsers.configured import Source
from parsers.model import Entry, Item, Page, TextOrigin
from parsers.reading.language import detect
from parsers.reading.links import canonical, same_address
from parsers.reading.plain import one_line, shorten

LONGEST_SUMMARY = 400
LONGEST_TITLE_FROM_TEXT = 100
UNTITLED = "untitled"
SHORTEST_PAGE = 200
"""Characters. Less is a notice ("enable JavaScript", "subscribe to read on"), not an article."""
NOT_THE_ARTICLE = frozenset({"paywall stub", "consent or login page", "soft 404", "needs javascript"})
"""Problems of a page whose text, however long, is a notice: it is the same behind every headline of the site."""
SHARE_OF_FEED = 0.7
"""A page with less than this share of the feed's text was cut by a wall or by the extraction."""


def entry_key(entry: Entry) -> str:
    """What identifies an entry inside its source, the same at every fetch. The first of these that applies:

    1. guid and link lead to one address: that address. (The BBC counts versions in the fragment of its guids, `…#0`.)
    2. guid and link: both together. So two articles of one feed that share a guid are two, and one that takes over the
       guid of another never overwrites it; an article that moves to a new address is new, and then found to be a copy.
    3. guid. 4. link. 5. hash of title and date.

    What follows for an entry that is known, with `novelty.decide`:

    - another title, text or date under the same guid and link: changed, and the former version is kept;
    - the same guid with another link: another article, so that a guid that is used again overwrites nothing;
    - another guid with the same link, and the same words or the same title, while the former guid has left the feed:
      known, under its former guid (some feeds put a session into guids). A link that many share proves nothing;
    - http or https, trackers, AMP, a session in the link, a last slash: the same link, see `links.same_address`.
    """
    address = same_address(entry.url) if entry.url else None
    if entry.guid and address:
        return address if same_address(entry.guid) == address else f"{entry.guid} {address}"
    date = entry.published or entry.updated
    return entry.guid or address or _sha256(entry.title, date.isoformat() if date else entry.published_raw)


def entry_sha256(entry: Entry) -> str:
    """Hash of what the source said; differs when an editor changed something.

    Left out because they change from fetch to fetch: the guid (may hold a session), trackers in the link, `updated`
    (some feeds put the time of the request there) and our own problems.
    """
    return _sha256(
        same_address(entry.url) if entry.url else None,
        entry.title,
        entry.summary,
        entry.content,
        entry.published.isoformat() if entry.published else entry.published_raw,
        *(list(values) for values in (entry.authors, entry.tags, entry.attachments)),
        entry.language,
    )


def make_item(entry: Entry, page: Page | None, source: Source, now: datetime) -> Item:
    """The item of an entry, with the page or PDF behind it if that was fetched.

    Args:
        now: the time of the fetch, becomes `first_seen`. Dates after it stay as they are; whoever stores judges them.
    """
    key = entry_key(entry)
    text, origin, problems = _text(entry, page)
    url = _url(entry, page)
    title = _title(entry, page, text, url)
    summary = _summary(entry, title, text)
    text = text or (title if title not in (url, UNTITLED) else "")
    return Item(
        id=hashlib.sha256(f"{source.id}{key}".encode()).hexdigest()[:16],
        key=key,
        source_id=source.id,
        url=url,
        title=title,
        summary=summary,
        text=text,
        text_origin=origin,
        language=detect(
            f"{title}\n{text}" if text else "", entry.language or (page and page.language) or source.language
        ),
        published=_published(entry, page),
        updated=_utc(entry.updated or (page.modified if page else None)),
        first_seen=now.astimezone(UTC),
        authors=entry.authors or (page.authors if page else ()),
        content_sha256=_sha256(title, summary, text),
        problems=(*entry.problems, *(page.problems if page else ()), *problems),
        tags=entry.tags,
        publisher=entry.publisher,
    )


def _text(entry: Entry, page: Page | None) -> tuple[str, TextOrigin, tuple[str, ...]]:
    """The longest honest text; empty where there is only a title."""
    said = max(entry.content, entry.summary, key=len).strip()
    if _repeats(said, entry.title):
        said = ""
    problems: tuple[str, ...] = ()
    if page and page.text and NOT_THE_ARTICLE.isdisjoint(page.problems):
        if len(page.text) >= max(SHORTEST_PAGE, SHARE_OF_FEED * len(said)):
            return page.text, "page" if page.pages is None else "pdf", ()
        problems = (f"the page gave only {len(page.text)} characters of text, which were not used",)
    return said, "feed" if said else "title", problems


def _url(entry: Entry, page: Page | None) -> str | None:
    # Without a link in the feed there is only the page, which then came from an attachment.
    url = entry.url or (page and (page.canonical_url or page.url))
    return canonical(url) if url else None


def _title(entry: Entry, page: Page | None, text: str, url: str | None) -> str:
    if entry.title.strip():
        return entry.title
    # Sitemaps and micro-blogs give none; the page nearly always has one.
    if page and page.title and (title := one_line(page.title, is_html=False)):
        return title
    # A short message is its own title.
    if text:
        return shorten(text, LONGEST_TITLE_FROM_TEXT)
    # An address tells more than nothing, and can be clicked.
    return url or UNTITLED


def _summary(entry: Entry, title: str, text: str) -> str:
    # Aggregators repeat the title and add the publisher: that is no summary.
    if entry.summary and not _repeats(entry.summary, title):
        return shorten(entry.summary, LONGEST_SUMMARY)
    start = shorten(text, LONGEST_SUMMARY)
    return "" if _repeats(start, title) else start


def _repeats(text: str, title: str) -> bool:
    """Whether a text says no more than the title, perhaps with the name of a publisher behind it."""
    line = " ".join(text.split()).casefold()
    return bool(title) and line.startswith(title.casefold()) and len(line) < len(title) + 60


def _published(entry: Entry, page: Page | None) -> datetime | None:
    # Atom asks only for `updated`; where nothing else is given it is the date that the source shows.
    # A page may lack or repeat dates of other articles, so it comes last; the time of the fetch is never one.
    return _utc(entry.published or entry.updated or (page.published if page else None))


def _utc(date: datetime | None) -> datetime | None:
    if date is None:
        return None
    try:
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except OverflowError:  # 9999-12-31 west of Greenwich
        return None


def _sha256(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()
