"""Reads the archived answers again with today's parsers and stores what reads differently. Uses no network.

What is stored is never made worse by what is missing: an item that was read from a page keeps that text when the page
is not in the archive any more or is no article for today's reader, and an answer older than one that is lost adds
items but changes none.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from flows.collect import COPY_WINDOW
from flows.extraction import extract, read_agencies, read_words
from flows.judging import judged_anew
from flows.progress import Tell, silent
from flows.report import Report
from flows.rereading import Library, Reread, Shelf, reread, shelf_of
from flows.rules import accepted_rules
from flows.runs import clock_from, closed_on_failure, sources_named
from flows.settings import Settings
from flows.stories import group_stories
from parsers.configured import Source
from parsers.judging.assess import judge_item
from parsers.judging.novelty import Known, waiting, waiting_since
from parsers.judging.texts.dedupe import CopyIndex
from parsers.judging.topics import Rules
from parsers.model import Entry, Item, JudgedItem
from parsers.reading.confined import Readers
from storage.archive import Archived, answers_in, archived_feeds
from storage.collected import StoredEntry, known_entries, store_reread
from storage.database import open_live
from storage.items import items_by_id, recent_items
from storage.lake_lock import alone
from storage.overrides import overrides_in_force
from storage.rereading import date_back
from storage.retention import note_again, strangers
from storage.runs import Run, begin_run, finish_run, renew
from storage.snapshot import publish

BATCH = 200
"""Items that are compared and stored together: what is in memory does not grow with the archive."""
EXAMPLES = 5
"""Sentences of one kind and source that are told; the figures count all."""
MUCH_SHORTER = 0.5
"""A new text with less than this share of the old one is told first: today's parser may read less."""


@dataclass(slots=True)
class _Told:
    """Sentences about the items of one source whose texts became much shorter, and that changed otherwise.

    `new`: id, key and time of the answer of each item that was not stored before.
    """

    shorter: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    new: list[tuple[str, str, datetime]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Step:
    """What reading and storing need. `run` is None in a rehearsal; `moment` goes on from `now`."""

    settings: Settings
    rules: Rules
    library: Library
    run: Run | None
    now: datetime
    moment: Callable[[], datetime]


def reparse(
    settings: Settings,
    now: datetime,
    *,
    since: datetime | None = None,
    only: Sequence[str] = (),
    dry_run: bool = False,
    tell: Tell = silent,
) -> Report:
    """Rebuild entries and items from what was received, and report what changed.

    Args:
        since: only feeds received from then on, with the pages of their entries whenever those were received; midnight
            UTC where it has no zone.
        only: ids of sources; empty for all.

    Raises:
        Misconfigured: an id in `only` is not known.
    """
    since = since.replace(tzinfo=UTC) if since and since.tzinfo is None else since
    sources = sources_named(settings, only)
    rules, words = accepted_rules(settings, now).rules, read_words(settings)
    agencies = read_agencies(settings)
    moment = clock_from(now)
    lines = [] if dry_run else _noted_again(settings)
    with open_live(settings.home) as con:
        sources = [source for source in sources if archived_feeds(con, source.id, since)]
        if not sources:
            return Report("reparse", "nothing", lines=(*lines, "No archived answers for that."))
        run = None if dry_run else begin_run(con, "reparse", now, settings.hash)
    figures: Counter[str] = Counter({"answers": 0, "items read": 0, "items new": 0, "items changed": 0})
    troubles: list[str] = []
    with closed_on_failure(settings, run, moment):
        with Readers() as readers:
            for number, source in enumerate(sources, start=1):
                library = Library(settings.home / "raw", readers, settings.sites)
                with open_live(settings.home) as con:
                    shelf = shelf_of(con, source, since)
                told = asyncio.run(_reread_all(shelf, _Step(settings, rules, library, run, now, moment)))
                figures.update(shelf.figures)
                troubles += _troubles(shelf)
                lines += _changes(source, told)
                tell("reparse", number, len(sources))
        if run is not None:
            extract(settings, words)
            group_stories(settings, agencies, now, moment())
            with open_live(settings.home) as con:
                finish_run(con, run.id, moment(), "completed", dict(figures))
                publish(con, settings.home, now, zone=settings.digest.zone, keep=settings.keep.snapshots)
    return Report("reparse", "partial" if troubles else "done", dict(figures), (*troubles, *lines))


def _noted_again(settings: Settings) -> list[str]:
    """Bring files that the database does not know back into it; they are read while nobody waits for the database."""
    folder = settings.home / "raw"
    with open_live(settings.home) as con:
        names = strangers(folder, con)
    told = []
    for name in names:
        found: list[Archived] = []
        reason = ""
        try:
            for one in answers_in(folder, name):
                found.append(one)
        except (OSError, ValueError) as error:
            reason = f", the rest is not readable: {error}"
        if found or reason:
            with open_live(settings.home) as con:
                told.append(f"{name} was not known: {len(note_again(con, found))} answers are noted again{reason}")
    return told


async def _reread_all(shelf: Shelf, step: _Step) -> _Told:
    told = _Told()
    batch: list[Reread] = []
    async for one in reread(shelf, step.library):
        batch.append(one)
        if len(batch) == BATCH:
            _settle(batch, shelf, told, step)
            batch.clear()
    _settle(batch, shelf, told, step)
    earlier = {item_id: shelf.first[key] for item_id, key, seen in told.new if shelf.first[key] < seen}
    if step.run is not None and earlier:
        with open_live(step.settings.home) as con:
            date_back(con, step.run.id, earlier, step.moment())
    return told


def _settle(batch: Sequence[Reread], shelf: Shelf, told: _Told, step: _Step) -> None:
    """Compare with what is stored, and store what is new or reads differently."""
    with open_live(step.settings.home) as con:
        if step.run is not None:
            renew(con, step.run.id, step.moment())
        known = known_entries(con, shelf.source.id)
        stored = {one.item.id: one for one in items_by_id(con, [one.item.id for one in batch])}
        new = [one.item for one in batch if one.item.id not in stored]
        seen = sorted(item.first_seen for item in new)
        recent = recent_items(con, seen[0] - COPY_WINDOW, seen[-1] + COPY_WINDOW) if seen else []
        overrides = overrides_in_force(con, [one.item.id for one in batch])
    copies = CopyIndex(recent)
    entries: list[StoredEntry] = []
    judged: list[JudgedItem] = []
    for one in batch:
        before = stored.get(one.item.id)
        if _is_to_store(one, before, shelf, told):
            item = judge_item(step.rules, one.item, overrides.get(one.item.id, ()))
            if before is not None:
                item = replace(item, copy_of=before.copy_of)
            elif item.judgement.relevance != "off":
                item = replace(item, copy_of=copies.find(one.item))
            judged.append(item)
        entry = _entry(one, known.get(one.decision.key))
        if entry is not None and (before is None or one.may_change):
            entries.append(entry)
    shelf.figures["items read"] += len(batch)
    shelf.figures["entries changed"] += len(entries)
    if step.run is not None and (entries or judged):
        with open_live(step.settings.home) as con, alone(con):
            judged = judged_anew(con, step.rules, judged, overrides)
            store_reread(con, step.run.id, shelf.source.id, entries, judged, step.now, step.moment())


def _is_to_store(one: Reread, stored: JudgedItem | None, shelf: Shelf, told: _Told) -> bool:
    """Whether the item is new or reads differently; notes what is to be told of it."""
    item = one.item
    if stored is None:
        shelf.figures["items new"] += 1
        told.new.append((item.id, one.decision.key, item.first_seen))
        return True
    before = stored.item
    if one.missing and before.text_origin in ("page", "pdf") and item.text_origin != before.text_origin:
        if shelf.pages.get(one.missing):
            shelf.worse.append(f"{item.title}: {one.missing} is no article for today's reader; what is stored stays")
        return False
    differences = _differences(before, item, one.decision.entry) if one.may_change else []
    if not differences:
        return False
    shelf.figures["items changed"] += 1
    lengths = f" ({len(before.text)} -> {len(item.text)} characters)" if "text" in differences else ""
    sentence = f"{item.title}: {', '.join(differences)} changed{lengths}"
    if len(item.text) < MUCH_SHORTER * len(before.text):
        shelf.figures["items much shorter"] += 1
        told.shorter.append(sentence)
    else:
        told.changed.append(sentence)
    return True


def _differences(before: Item, item: Item, entry: Entry) -> list[str]:
    """The names of what reads differently."""
    names = ["title", "summary", "text"] if before.content_sha256 != item.content_sha256 else []
    names = [name for name in (*names, "url", "authors", "language") if getattr(before, name) != getattr(item, name)]
    # A source that gives nothing but the time of its last change may give another one with every answer.
    is_stable = entry.published is not None or entry.updated is None or before.published is None
    return [*names, "date"] if is_stable and before.published != item.published else names


def _entry(one: Reread, before: Known | None) -> StoredEntry | None:
    """The entry if it is to be stored; one whose page is still to be tried again stays marked so."""
    sha256 = one.decision.sha256
    since = waiting_since(before, before.entry_sha256.split()[0]) if before else None
    if since is not None:
        sha256 = waiting(sha256, since)
    if before is not None and (before.entry_sha256 == sha256 or not one.is_latest) and before.item_id == one.item.id:
        return None
    return StoredEntry(one.decision.key, sha256, one.decision.entry, one.item.id)


def _troubles(shelf: Shelf) -> list[str]:
    """What could not be read, though it could be once."""
    source = shelf.source
    lost = [
        f"{source.id}: {len(reasons)} answers are lost with {file}: {reasons[0]}; what is stored stays"
        for file, reasons in sorted(shelf.lost.items())
    ]
    return [*lost, *_some(source, shelf.worse, "answers or pages read worse than when they were collected")]


def _changes(source: Source, told: _Told) -> list[str]:
    shorter = _some(source, told.shorter, "texts are much shorter; the longer ones are kept as earlier versions")
    return [*shorter, *_some(source, told.changed, "items changed")]


def _some(source: Source, sentences: Sequence[str], what: str) -> list[str]:
    if not sentences:
        return []
    return [f"{source.id}: {len(sentences)} {what}", *(f"{source.id}: {one}" for one in sentences[:EXAMPLES])]
