"""The edition of a week: what was published in it, composed, rendered and stored, with its page in the static archive.

An edition that went out to anybody stays as it is, byte for byte; what must change becomes a new revision.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from digests.edition import Edition, Period, period_of
from digests.edition import week as week_named
from digests.render import render_archive, render_html, render_index, render_json, render_text
from flows.making import CIRCUMSTANCES, Made, circumstances_of, edition_id, make
from flows.progress import Tell, silent
from flows.report import Report
from flows.settings import Settings
from parsers.errors import Misconfigured, Problem
from storage.database import Connection, open_live
from storage.editions import EditionRow, ItemEnd, get_edition, list_editions, store_edition
from storage.lake_lock import alone
from storage.moments import known_at
from storage.snapshot import publish
from storage.sources import feed_states

MODEL: TypeAdapter[Edition] = TypeAdapter(Edition)
"""Stores an edition as JSON and brings it back."""
_SITE_FILES = (".html", ".txt", ".json")


def digest(
    settings: Settings, now: datetime, *, week: str | None = None, dry_run: bool = False, tell: Tell = silent
) -> Report:
    """Compose the edition of `week` (default: the last completed one) and store it as a draft.

    Raises:
        Misconfigured: there is no such week, or it is not over yet.
    """
    period = chosen_period(settings, now, week)
    with open_live(settings.home) as con, alone(con):  # what is stored from here on comes behind `known_at`
        stored = get_edition(con, edition_id(settings.digest, period))
        if stored is not None and (stored.state != "draft" or stored.revision > 1):
            what = stored.state if stored.state != "draft" else "a correction that waits to be sent"
            lines = (f"{stored.id} is {what} and stays as it is.",)
            return Report("digest", "nothing", {"edition": stored.id}, lines, archive_files(settings, [stored]))
        if not feed_states(con):
            line = "Nothing was collected yet, so there is nothing to compose from: seabridge collect"
            return Report("digest", "nothing", lines=(line,))
        made = make(con, circumstances_of(con, settings, period), period, 1, known_at(con, now))
        tell("digest", 1, 2)
        row = rendered(made, now)
        if not dry_run:
            keep(con, settings, row, made, now)
    tell("digest", 2, 2)
    return _report(settings, row, made, dry_run)


def chosen_period(settings: Settings, now: datetime, week: str | None) -> Period:
    """The week asked for, or the last completed one."""
    if week is None:
        return period_of(now, settings.digest)
    try:
        period = week_named(week, settings.digest.zone)
    except ValueError as error:
        raise Misconfigured([Problem("command line", "--week", str(error))]) from error
    if period.end > now:
        ends = f"{period.end:%Y-%m-%d %H:%M} {period.zone}"
        raise Misconfigured([Problem("command line", "--week", f"{week} is not over before {ends}")])
    return period


def rendered(made: Made, now: datetime) -> EditionRow:
    """The edition with its bytes, as a draft; the hash is over what readers get."""
    edition = made.edition
    html, text = render_html(edition), render_text(edition)
    return EditionRow(
        id=edition.id,
        revision=edition.revision,
        period_start=edition.period.start,
        period_end=edition.period.end,
        zone=edition.period.zone,
        subject=edition.subject,
        model_json=MODEL.dump_json(edition).decode(),
        html=html,
        text=text,
        sha256=hashlib.sha256(f"{edition.subject}\0{html}\0{text}".encode()).hexdigest(),
        state="draft",
        created_at=now,
        known_at=made.known_at,
        circumstances=CIRCUMSTANCES.dump_json(made.circumstances).decode(),
    )


def keep(con: Connection, settings: Settings, row: EditionRow, made: Made, now: datetime) -> None:
    """Store the edition, write its pages, publish the snapshot; on the connection on which it was made.

    Raises:
        Permanent: it does not balance; nothing is kept then.
    """
    edition = made.edition
    items = [voice.item for story in (*edition.stories, *edition.arrivals) for voice in story.voices]
    ends = [ItemEnd(one.item_id, one.outcome, one.reason) for one in made.ends]
    store_edition(con, row, items, ends, made.eligible)
    publish(con, settings.home, now, zone=settings.digest.zone, keep=settings.keep.snapshots)
    write_site(settings, list_editions(con))


def write_site(settings: Settings, rows: Sequence[EditionRow]) -> None:
    """The static archive: every revision as page, text and JSON, and an index. Made anew from what is stored.

    Where an edition needs approval, no draft is shown.
    """
    site = settings.home / "site"
    editions = []
    for row in rows:
        edition = MODEL.validate_json(row.model_json)
        if _is_public(settings, row):
            editions.append(edition)
        else:
            for ending in _SITE_FILES:
                (site / f"{edition.slug}{ending}").unlink(missing_ok=True)
    for edition in editions:
        pages = render_archive(edition), render_text(edition), render_json(edition)
        for ending, page in zip(_SITE_FILES, pages, strict=True):
            _write(site / f"{edition.slug}{ending}", page)
    if editions:
        _write(site / "index.html", render_index(editions))
    else:
        (site / "index.html").unlink(missing_ok=True)


def archive_files(settings: Settings, rows: Sequence[EditionRow]) -> tuple[str, ...]:
    """Where the archive pages of these editions are; those that wait for approval have none."""
    slugs = [MODEL.validate_json(row.model_json).slug for row in rows if _is_public(settings, row)]
    return tuple(str(settings.home / "site" / f"{slug}.html") for slug in slugs)


def _is_public(settings: Settings, row: EditionRow) -> bool:
    return row.state != "draft" or not settings.digest.approval


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_text(content, encoding="utf-8", newline="\n")
    temporary.replace(path)


def _report(settings: Settings, row: EditionRow, made: Made, dry_run: bool) -> Report:
    edition = made.edition
    figures: dict[str, int | str] = {
        "edition": row.id,
        "revision": row.revision,
        "stories": len(edition.stories),
        "items accounted for": f"{len(made.ends)} of {made.eligible}",
        "sources read": len(edition.coverage.read),
        "sources failed": len(edition.coverage.failed),
        "words": edition.words,
        "HTML bytes": len(row.html.encode()),
    }
    return Report(
        "digest", "done", figures, (f"Subject: {row.subject}",), () if dry_run else archive_files(settings, [row])
    )
