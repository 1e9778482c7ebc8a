"""Makes clean entries of what a feed, sitemap or listing says, field by field. Knows none of their formats.

Nothing is dropped in silence: what cannot be used is named in the `problems` of the entry or of all of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from parsers.model import Entry
from parsers.reading.dates import parse_date
from parsers.reading.links import absolute
from parsers.reading.plain import one_line, plain, undo_double_encoding

MOST_ENTRIES = 2_000
"""The newest of one source that are read; a weekly digest has no use for an archive."""
LONGEST_MARKUP = 2_000_000
"""Characters of one field that are read."""
LONGEST_NAME = 200
"""Characters of an author, a tag or a publisher that are kept."""
UNSET = datetime(1970, 1, 1, tzinfo=UTC)
"""What a program writes that had no date to give."""
NOTHING: tuple[str, bool | None] = ("", None)


@dataclass(frozen=True, slots=True)
class Said:
    """The fields of one entry as they stand in the source, whatever its format.

    Attributes:
        links: addresses in order of preference, absolute or not.
        title, summary, content: (value, is_html), the latter None where the format leaves it open.
        publisher: the outlet behind the entry, where the source is not that itself.
        files: (address, type, is_enclosure).
        day_first: how 11/06/26 is read, see `parse_date`.
    """

    links: Sequence[str] = ()
    guid: str = ""
    title: tuple[str, bool | None] = NOTHING
    summary: tuple[str, bool | None] = NOTHING
    content: tuple[str, bool | None] = NOTHING
    published: str = ""
    updated: str = ""
    authors: Sequence[str] = ()
    tags: Sequence[str] = ()
    language: str = ""
    publisher: str = ""
    files: Sequence[tuple[str, str, bool]] = ()
    day_first: bool = True


def clean_entries(said: Sequence[Said], url: str, language: str = "") -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """All entries in their order, the newest `MOST_ENTRIES` if there are more, and what is to be said of them together.

    Args:
        url: where they were found; relative links are resolved against it.
        language: of the source; holds for entries that give none.
    """
    problems = []
    if len(said) > MOST_ENTRIES:
        problems.append(f"{len(said)} entries, of which only the {MOST_ENTRIES} newest were read")
        kept = _newest([_moment(one.published, one) or _moment(one.updated, one) for one in said])
        said = [said[position] for position in kept]
    entries = tuple(_entry(one, url, language) for one in said)
    empty = [str(number) for number, entry in enumerate(entries, 1) if is_empty(entry)]
    if empty:
        problems.append(f"neither title nor link nor text in entry {', '.join(empty[:20])}")
    return entries, tuple(problems)


def is_empty(entry: Entry) -> bool:
    """Whether nothing of an entry could ever be shown."""
    return not (entry.title or entry.url or entry.summary or entry.content)


def _newest(dates: Sequence[datetime | None]) -> list[int]:
    """Positions of the latest dates, ascending. What has no date counts as oldest; equals keep their order."""
    floor = datetime.min.replace(tzinfo=UTC)
    latest = sorted(range(len(dates)), key=lambda position: dates[position] or floor, reverse=True)
    return sorted(latest[:MOST_ENTRIES])


def _entry(said: Said, url: str, language: str) -> Entry:
    problems: list[str] = []
    guid = " ".join(plain(said.guid[:2_000], is_html=False).split())
    link = _first_address(said.links, url, problems)
    if link is None and guid.lower().startswith(("http://", "https://")):
        link = absolute(guid)
    published, updated = _date(said.published, said, problems), _date(said.updated, said, problems)
    return Entry(
        guid=guid or None,
        url=link,
        title=_title(said.title),
        summary=_text(said.summary, "summary", problems),
        content=_text(said.content, "content", problems),
        published=published,
        updated=updated,
        published_raw=one_line(said.published or said.updated, 100, is_html=False) or None,
        authors=_labels(author for author in said.authors if "@" not in author),
        tags=_labels(said.tags),
        language=one_line(said.language or language, 35) or None,
        publisher=one_line(undo_double_encoding(said.publisher[:LONGEST_MARKUP]), LONGEST_NAME) or None,
        attachments=_pdfs(said.files, url),
        problems=tuple(problems),
    )


def _first_address(links: Iterable[str], base: str, problems: list[str]) -> str | None:
    for link in dict.fromkeys(filter(None, links)):
        address = absolute(link, base)
        if address:
            return address
        problems.append(f"link dropped, it is no http(s) address: {one_line(link, 80, is_html=False)}")
    return None


def _moment(raw: str, said: Said) -> datetime | None:
    return parse_date(raw, day_first=said.day_first) if raw else None


def _date(raw: str, said: Said, problems: list[str]) -> datetime | None:
    date = _moment(raw, said)
    if date == UNSET:
        date = None
    if raw and date is None:
        problems.append(f"date not readable: {one_line(raw, 80, is_html=False)}")
    return date


def _title(title: tuple[str, bool | None]) -> str:
    text, is_html = title
    return one_line(undo_double_encoding(text[:LONGEST_MARKUP]), is_html=is_html)


def _text(said: tuple[str, bool | None], name: str, problems: list[str]) -> str:
    markup, is_html = said
    if len(markup) > LONGEST_MARKUP:
        problems.append(f"{name} of {len(markup)} characters, of which {LONGEST_MARKUP} were read")
    return plain(undo_double_encoding(markup[:LONGEST_MARKUP]), is_html=is_html)


def _labels(names: Iterable[str]) -> tuple[str, ...]:
    """Names or tags on one line each, without empty ones and doubles, at most 50."""
    lines = (one_line(undo_double_encoding(name), LONGEST_NAME) for name in names)
    return tuple(dict.fromkeys(line for line in lines if line))[:50]


def _pdfs(files: Iterable[tuple[str, str, bool]], base: str) -> tuple[str, ...]:
    """Addresses of PDFs: by type, or an enclosure by its name (types of enclosures are often wrong)."""
    found = []
    for link, kind, is_enclosure in files:
        is_pdf = kind.lower().startswith("application/pdf")
        # Cheap first: most addresses that an entry gives lead to pages and pictures.
        address = absolute(link, base) if is_pdf or (is_enclosure and ".pdf" in link.lower()) else None
        if address and (is_pdf or urlsplit(address).path.lower().endswith(".pdf")):
            found.append(address)
    return tuple(dict.fromkeys(found))[:20]
