"""The edition of a week: what was published in it, composed, rendered and stored, with its page in the static archive.

An edition that went out to anybody stays as it is, byte for byte; what must change becomes a new revision.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import TypeAdapter

from digests.compose import compose
from digests.edition import Coverage, Edition, Period, before, period_of
from digests.edition import week as week_named
from digests.render import fitted, render_archive, render_html, render_index, render_json, render_text
from flows.progress import Tell, silent
from flows.report import Report
from flows.settings import Settings
from parsers.configured import Source
from parsers.errors import Misconfigured, Problem
from parsers.judging.health import Memory
from parsers.judging.states import DOUBTFUL, STATES, TROUBLE
from parsers.model import JudgedItem
from storage.database import Connection, open_live
from storage.editions import EditionRow, get_edition, list_editions, sent_story_ids, store_edition
from storage.items import counts_by_topic, items_published_between, late_and_undated
from storage.runs import collected_between
from storage.seeds import stored_seeds
from storage.snapshot import publish
from storage.sources import FeedState, feed_states
from storage.stories import stories_since

MODEL: TypeAdapter[Edition] = TypeAdapter(Edition)
"""Stores an edition as JSON and brings it back."""
_SITE_FILES = (".html", ".txt", ".json")
AROUND = timedelta(days=1)
"""How near to the end of last week a collection must be for a change against it to be shown: what feeds still hold of a
week that nobody read is a remainder, and would make a trend that never was."""
COVERED = timedelta(days=2)
"""A source whose last answer is from before the last two days of a week may have news of that week that we missed."""
FAILURES = 3
"""So many in a row are no hiccup, where nobody weighed them."""


def digest(
    settings: Settings, now: datetime, *, week: str | None = None, dry_run: bool = False, tell: Tell = silent
) -> Report:
    """Compose the edition of `week` (default: the last completed one) and store it as a draft.

    Raises:
        Misconfigured: there is no such week, or it is not over yet.
    """
    period = chosen_period(settings, now, week)
    with open_live(settings.home) as con:
        stored = get_edition(con, edition_id(settings, period))
        if stored is not None and (stored.state != "draft" or stored.revision > 1):
            what = stored.state if stored.state != "draft" else "a correction that waits to be sent"
            lines = (f"{stored.id} is {what} and stays as it is.",)
            return Report("digest", "nothing", {"edition": stored.id}, lines, archive_files(settings, [stored]))
        if not feed_states(con):
            line = "Nothing was collected yet, so there is nothing to compose from: seabridge collect"
            return Report("digest", "nothing", lines=(line,))
        edition = composed(con, settings, period, revision=1)
    tell("digest", 1, 2)
    row = rendered(edition, now)
    if not dry_run:
        keep(settings, row, edition, now)
    tell("digest", 2, 2)
    return _report(settings, row, edition, dry_run)


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


def edition_id(settings: Settings, period: Period) -> str:
    """Like `2026-W46/weekly/en`."""
    return f"{period.iso}/{settings.digest.id}/{settings.digest.language}"


def composed(
    con: Connection,
    settings: Settings,
    period: Period,
    revision: int,
    correction: str | None = None,
    judged: Callable[[JudgedItem], JudgedItem] = lambda one: one,
) -> Edition:
    """The edition from what is stored, cut to the size that mail programs show whole.

    Args:
        correction: what was wrong in the revision before.
        judged: gives each item the judgement it is to have, where that is not the stored one.
    """
    last = before(period)
    was_read = collected_between(con, last.end - AROUND, last.end + AROUND)
    counts_last = counts_by_topic(con, last.start, last.end) if was_read else None
    late, undated = late_and_undated(con, edition_id(settings, period), period.start, period.end)
    edition = compose(
        settings=settings.digest,
        period=period,
        items=[judged(one) for one in items_published_between(con, period.start, period.end)],
        stories=stories_since(con, last.start),
        sources={source.id: source for source in settings.sources},
        topics=[(topic.id, topic.name) for topic in settings.topics.topics],
        counts_this=counts_by_topic(con, period.start, period.end),
        counts_last=counts_last,
        coverage=coverage_of(settings.sources, feed_states(con), period),
        late=[judged(one) for one in late],
        undated=undated,
        seed_notes=_seed_notes(con),
        correction=correction,
        earlier=sent_story_ids(con, edition_id(settings, period)),
        revision=revision,
    )
    return fitted(edition, settings.digest.max_html_bytes)


def coverage_of(sources: Sequence[Source], states: Mapping[str, FeedState], period: Period) -> Coverage:
    """A source counts as read if it answered after the week, or in its last two days and is not in trouble since.

    Else it is named with its state, and so is one that was read but lacked news or dates at the end of the week.
    """
    read: list[str] = []
    failed: list[tuple[str, str]] = []
    doubtful: list[tuple[str, str]] = []
    for source in sources:
        if not source.enabled:
            continue
        state = states.get(source.id)
        if state is None:
            failed.append((source.name, "never read"))
        elif not _was_read(state, period):
            failed.append((source.name, _failure(state)))
        else:
            read.append(source.name)
            doubtful += [(source.name, words) for words in _doubt(state, period)]
    return Coverage(tuple(read), tuple(failed), sum(not source.enabled for source in sources), tuple(doubtful))


def _was_read(state: FeedState, period: Period) -> bool:
    if state.last_success_at is None or state.last_success_at < period.end - COVERED:
        return False
    trouble = state.health.trouble if state.health else state.consecutive_failures / FAILURES
    return state.last_success_at > period.end or trouble < TROUBLE


def _failure(state: FeedState) -> str:
    if state.health and state.health.trouble:
        return STATES[state.health.state].words
    return state.last_detail or "no answer at the end of the week"


def _doubt(state: FeedState, period: Period) -> Sequence[str]:
    """What was the matter with the answers of a source while the week ended: at most one thing, the gravest."""
    memory = state.health.memory if state.health else Memory()
    for finding in memory.findings:
        began = memory.news_at if finding.name == "silent" and memory.news_at else finding.since
        if finding.name in DOUBTFUL and began < period.end:
            return [STATES[finding.name].words]
    return []


def rendered(edition: Edition, now: datetime) -> EditionRow:
    """The edition with its bytes, as a draft; the hash is over what readers get."""
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
    )


def keep(settings: Settings, row: EditionRow, edition: Edition, now: datetime) -> None:
    """Store the edition, write its pages, publish the snapshot."""
    items = [voice.item for story in (*edition.stories, *edition.arrivals) for voice in story.voices]
    with open_live(settings.home) as con:
        store_edition(con, row, items)
        rows = list_editions(con)
        publish(con, settings.home, now, zone=settings.digest.zone)
    write_site(settings, rows)


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


def _seed_notes(con: Connection) -> tuple[str, ...]:
    absent = [seed.title for seed in stored_seeds(con).values() if seed.text_origin == "abstract"]
    if not absent:
        return ()
    which = "seed document is" if len(absent) == 1 else "seed documents are"
    return (f"{len(absent)} {which} known by our own abstract only; topics rest on the catalogue there.",)


def _report(settings: Settings, row: EditionRow, edition: Edition, dry_run: bool) -> Report:
    figures: dict[str, int | str] = {
        "edition": row.id,
        "revision": row.revision,
        "stories": len(edition.stories),
        "sources read": len(edition.coverage.read),
        "sources failed": len(edition.coverage.failed),
        "words": edition.words,
        "HTML bytes": len(row.html.encode()),
    }
    return Report(
        "digest", "done", figures, (f"Subject: {row.subject}",), () if dry_run else archive_files(settings, [row])
    )
