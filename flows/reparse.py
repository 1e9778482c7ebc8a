"""Reads the archived answers again with today's parsers and stores what reads differently. Uses no network."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows.collect import COPY_WINDOW, group_stories
from flows.gather import parsed, read_document
from flows.judging import judge_item, rules_of
from flows.progress import Tell, silent
from flows.report import Report
from flows.runs import closed_on_failure, sources_named
from flows.settings import Settings
from parsers.configured import Source
from parsers.errors import Permanent, Unreadable
from parsers.judging.dedupe import CopyIndex
from parsers.judging.novelty import Decision, Known, decide, waiting_since
from parsers.judging.topics import Rules
from parsers.model import Item, JudgedItem, Page
from parsers.reading.confined import Readers
from parsers.reading.normalise import make_item
from storage.archive import Archived, archived_feeds, archived_pages, read_archived
from storage.collected import StoredEntry, known_entries, store_reread
from storage.database import open_live
from storage.items import items_by_id, recent_items
from storage.runs import begin_run, finish_run
from storage.snapshot import publish


@dataclass(frozen=True, slots=True)
class _Reread:
    """One source's archive as today's parsers read it: every entry once, as its newest answer has it.

    Attributes:
        unreadable: answers that are still not what they should be.
        problems: answers that the archive has lost.
    """

    items: tuple[tuple[Decision, Item], ...]
    unreadable: int
    problems: tuple[str, ...]


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
    rules = rules_of(settings)
    figures: Counter[str] = Counter({"answers": 0, "items read": 0, "items new": 0, "items changed": 0})
    lines: list[str] = []
    with open_live(settings.home) as con:
        feeds = {source.id: archived_feeds(con, source.id, since) for source in sources}
        pages = {source.id: archived_pages(con, source.id) for source in sources}
        if not any(feeds.values()):
            return Report("reparse", "nothing", lines=("No archived answers for that.",))
        run = None if dry_run else begin_run(con, "reparse", now, settings.hash)
    with closed_on_failure(settings, run, lambda: now):
        with Readers() as readers:
            for number, source in enumerate(sources, start=1):
                archive = (settings.home / "raw", feeds[source.id], pages[source.id])
                reread = asyncio.run(_reread(source, *archive, readers))
                figures["answers"] += len(feeds[source.id])
                figures["still unreadable"] += reread.unreadable
                lines += reread.problems
                changed = _changed(settings.home, reread, rules, figures)
                if run is not None and changed:
                    with open_live(settings.home) as con:
                        known = known_entries(con, source.id)
                        entries = [_entry(decision, judged.item.id, known) for decision, judged in changed]
                        store_reread(con, run.id, source.id, entries, [judged for _, judged in changed], now)
                tell("reparse", number, len(sources))
        if run is not None:
            group_stories(settings, now)
            with open_live(settings.home) as con:
                finish_run(con, run.id, now, "completed", dict(figures))
                publish(con, settings.home, now, zone=settings.digest.zone)
    return Report("reparse", "partial" if lines else "done", dict(figures), tuple(lines))


async def _reread(
    source: Source, folder: Path, feeds: Sequence[Archived], pages: Sequence[Archived], readers: Readers
) -> _Reread:
    behind: dict[str, list[Archived]] = defaultdict(list)
    for where in pages:
        behind[where.url].append(where)
    items: dict[str, tuple[Decision, Item]] = {}
    problems: list[str] = []
    unreadable = 0
    for where in feeds:
        try:
            feed = await parsed(source, read_archived(folder, where), readers)
        except Unreadable:
            unreadable += 1
            continue
        except Permanent as error:
            problems.append(f"{source.id}: {error}")
            continue
        for decision in decide(feed.entries, {}, where.received_at):
            if decision.verdict != "new" or decision.key in items:
                continue
            try:
                page = await _page(folder, behind.get(decision.entry.url or "", ()), readers)
            except Permanent as error:
                problems.append(f"{source.id}: {error}")
                continue  # the feed's own words must not take the place of a text that was read from a page
            items[decision.key] = (decision, make_item(decision.entry, page, source, where.received_at))
    return _Reread(tuple(items.values()), unreadable, tuple(dict.fromkeys(problems)))


async def _page(folder: Path, answers: Sequence[Archived], readers: Readers) -> Page | None:
    """The newest answer that is an article: one that is not takes no text away, neither here nor in a collection.

    Raises:
        Permanent: the archive has lost an answer.
    """
    for where in answers:
        with suppress(Unreadable):
            return await read_document(read_archived(folder, where), readers)
    return None


def _entry(decision: Decision, item_id: str, known: Mapping[str, Known]) -> StoredEntry:
    """The entry to store; one whose page is still to be tried again stays marked so."""
    before = known.get(decision.key)
    sha256 = before.entry_sha256 if before and waiting_since(before, decision.sha256) else decision.sha256
    return StoredEntry(decision.key, sha256, decision.entry, item_id)


def _changed(home: Path, reread: _Reread, rules: Rules, figures: Counter[str]) -> list[tuple[Decision, JudgedItem]]:
    """What is new or reads differently from what is stored; a copy stays a copy, and what is new may be one."""
    with open_live(home) as con:
        stored = {one.item.id: one for one in items_by_id(con, [item.id for _, item in reread.items])}
        new = [item for _, item in reread.items if item.id not in stored]
        known = recent_items(con, min(item.first_seen for item in new) - COPY_WINDOW) if new else []
    copies = CopyIndex(known)
    changed = []
    for decision, item in reread.items:
        before = stored.get(item.id)
        figures["items read"] += 1
        if before is not None and before.item.content_sha256 == item.content_sha256:
            continue
        figures["items new" if before is None else "items changed"] += 1
        copy_of = before.copy_of if before else copies.find(item)
        changed.append((decision, JudgedItem(item, judge_item(rules, item).judgement, copy_of)))
    return changed
