"""An edition as HTML, text, JSON and archive page, all from the one model.

Chooses no stories; `fitted` alone may leave some out, and then for all formats alike.
"""

import json
import re
import textwrap
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined

from digests.ahead import DAYS
from digests.background import Ahead
from digests.cuts import kept
from digests.date_words import days_words, span_words
from digests.edition import Edition, Voice, slug_of
from digests.wording import counted, finished, headline, number_of, open_since, origin_name, origin_told, since

SCHEMA = "seabridge/edition/2"
_COLUMNS = 78
_INLINER = css_inline.CSSInliner(minify_css=True, load_remote_stylesheets=False)
_PUBLISHER_TYPES = {"query": "", "trade-press": "trade press", "research-service": "research service"}


def render_html(edition: Edition) -> str:
    """The HTML part: the same for every recipient of this edition."""
    return _page("edition.html.j2", edition=edition, archive=False)


def render_archive(edition: Edition) -> str:
    """The page for the static archive: the mail without what concerns its recipient."""
    return _page("edition.html.j2", edition=edition, archive=True)


def render_index(editions: Sequence[Edition]) -> str:
    """The front page of the static archive, newest edition first. Raises ValueError where there is none."""
    if not editions:
        raise ValueError("an archive needs at least one edition")
    ordered = sorted(editions, key=lambda edition: (edition.id, edition.revision), reverse=True)
    return _page("index.html.j2", editions=ordered)


def render_text(edition: Edition) -> str:
    """The text part: no line longer than 78 columns but those that are one address."""
    text = _ENVIRONMENT.get_template("edition.txt.j2").render(edition=edition)
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n") + "\n"


def render_json(edition: Edition) -> str:
    """The edition for programs; times are RFC 3339, unknown is null."""
    values = {
        "schema": SCHEMA,
        **asdict(edition),
        "title": edition.title,
        "more": edition.more,
        "stories": [story.id for story in edition.stories],
    }
    return json.dumps(values, ensure_ascii=False, indent=2, default=_moment) + "\n"


def fitted(edition: Edition, max_bytes: int) -> Edition:
    """`edition` with as many stories, best first, as an HTML part of `max_bytes` holds.

    The events ahead give way first, the last one first; late items go when there is no story left.

    Raises:
        ValueError: where not even an edition without stories fits.
    """
    if _size(edition) <= max_bytes:
        return edition
    if edition.ahead:
        fewer = replace(edition, ahead=edition.ahead[:-1], more_ahead=edition.more_ahead + 1)
        return fitted(finished(fewer), max_bytes)
    fits, too_many = 0, len(edition.stories)
    if _size(kept(edition, 0)) > max_bytes and edition.arrivals:
        return fitted(finished(replace(edition, arrivals=edition.arrivals[:-1])), max_bytes)
    if _size(kept(edition, 0)) > max_bytes:
        raise ValueError(f"edition {edition.id} does not fit into {max_bytes} bytes even without stories")
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        fits, too_many = (middle, too_many) if _size(kept(edition, middle)) <= max_bytes else (fits, middle)
    return kept(edition, fits)


def _size(edition: Edition) -> int:
    return len(render_html(edition).encode())


def _page(template: str, **values: object) -> str:
    return str(_INLINER.inline(_ENVIRONMENT.get_template(template).render(**values)))


def _day(moment: datetime | None) -> str:
    return f"{moment.day} {moment:%b %Y}" if moment else "no date"


def _moment(value: object) -> str:
    if isinstance(value, date):  # and every datetime is one
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in an edition")


def _change(change: int | None) -> str:
    """`+3`, `−2` with a real minus sign, nothing where nothing changed or nothing is known."""
    return f"{change:+d}".replace("-", "−") if change else ""


def _wrapped(text: str, indent: int = 0) -> str:
    return textwrap.fill(
        text,
        _COLUMNS,
        initial_indent=" " * indent,
        subsequent_indent=" " * indent,
        break_on_hyphens=False,
    )


def _origin(voice: Voice, language: str) -> list[str]:
    """What stands beside the name of a source: country, kind, language where it is not the digest's, day."""
    country = "" if voice.country == "INT" else voice.country
    spoken = "" if voice.language == language else voice.language
    kind = _PUBLISHER_TYPES.get(voice.publisher_type, voice.publisher_type)
    return [part for part in (country, kind, spoken, _day(voice.published)) if part]


def _when(event: Ahead, edition: Edition) -> str:
    words = span_words(event.starts, event.ends, event.precision, edition.period.end.year)
    return words[0].upper() + words[1:]


def _said(event: Ahead, edition: Edition) -> list[str]:
    """Who announced it and when, and the day it had before."""
    who = [event.source, _day(event.said)] if event.source else []
    year = edition.period.end.year
    return [*who, f"moved from {days_words(*event.moved_from, year)}"] if event.moved_from else who


def _page_of(edition_id: str, edition: Edition) -> str | None:
    """The archive page of an earlier edition, beside that of this one."""
    folder, slash, _ = (edition.imprint.archive_url or "").rpartition("/")
    return f"{folder}/{slug_of(edition_id)}.html" if slash else None


def _environment() -> Environment:
    """Escapes in every template, whatever its name; `select_autoescape` would leave `*.html.j2` open."""
    environment = Environment(
        loader=PackageLoader("digests"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "change": _change,
        "counted": counted,
        "headline": headline,
        "open_since": open_since,
        "origin": _origin,
        "origin_name": origin_name,
        "origin_told": origin_told,
        "page_of": _page_of,
        "said": _said,
        "since": since,
        "when": _when,
        "wrapped": _wrapped,
    }
    environment.globals |= {"number_of": number_of, "days_ahead": DAYS}
    return environment


_ENVIRONMENT = _environment()
