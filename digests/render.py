"""An edition as HTML, text, JSON and archive page, all from the one model.

Chooses no stories; `fitted` alone may leave some out, and then for all formats alike.
"""

import json
import re
import textwrap
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined

from digests.cuts import kept
from digests.edition import Edition, Voice
from digests.wording import finished, headline, number_of

SCHEMA = "seabridge/edition/1"
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

    Raises:
        ValueError: where not even an edition without stories fits.
    """
    if _size(edition) <= max_bytes:
        return edition
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
    if isinstance(value, datetime):
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
        "headline": headline,
        "origin": _origin,
        "wrapped": _wrapped,
    }
    environment.globals["number_of"] = number_of
    return environment


_ENVIRONMENT = _environment()
