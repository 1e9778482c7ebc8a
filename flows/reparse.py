"""Reads the archived answers again with today's parsers and stores what reads differently. Uses no network."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows.collect import group_stories
from flows.gather import parsed, read_document
from flows.judging import judge_item, rules_of
from flows.progress import Tell, silent
from flows.report import Report
from flows.settings import Settings
from parsers.errors import Permanent, Unreadable
from parsers.judging.novelty import Decision, decide
from parsers.judging.topics import Rules
from parsers.model import Item, JudgedItem, Page, Source
from parsers.reading.confined import Readers
from parsers.reading.normalise import make_item
from storage.archive import Archived, archived, read_archived
from storage.collected import StoredEntry, store_reread
from storage.database import open_live
from storage.items import items_by_id
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
        since: only answers received from then on; midnight UTC where it has no zone.
        only: ids of sources; empty for all.
    """
    since = since.replace(tzinfo=UTC) if since and since.tzinfo is None else since
    sources = [source for source in settings.sources if not only or source.id in only]
    rules = rules_of(settings)
    figures: Counter[str] = Counter({"answers": 0, "items read": 0, "items new": 0, "items changed": 0})
    lines: list[str] = []
    with open_live(settings.home) as con:
        kept = {source.id: archived(con, source.id, since) for source in sources}
        if not any(kept.values()):
            return Report("reparse", "nothing", lines=("No archived answers for that.",))
        run = None if dry_run else begin_run(con, "reparse", now, settings.hash)
    finished = False
    try:
        with Readers() as readers:
            for number, source in enumerate(sources, start=1):
                reread = asyncio.run(_reread(settings.home / "raw", source, kept[source.id], readers))
                figures["answers"] += len(kept[source.id])
                figures["still unreadable"] += reread.unreadable
                lines += reread.problems
                changed = _changed(settings.home, reread, rules, figures)
                if run is not None and changed:
                    with open_live(settings.home) as con:
                        entries = [StoredEntry(d.key, d.sha256, d.entry, judged.item.id) for d, judged in changed]
                        store_reread(con, run.id, source.id, entries, [judged for _, judged in changed], now)
                tell("reparse", number, len(sources))
        finished = True
    finally:
        if run is not None:
            with open_live(settings.home) as con:
                finish_run(con, run.id, now, "completed" if finished else "failed", dict(figures))
    if run is not None:
        group_stories(settings, now)
        with open_live(settings.home) as con:
            publish(con, settings.home, now, zone=settings.digest.zone)
    return Report("reparse", "partial" if lines else "done", dict(figures), tuple(lines))


async def _reread(folder: Path, source: Source, kept: Sequence[Archived], readers: Readers) -> _Reread:
    pages = {where.url: where for where in reversed(kept) if where.url != source.url}
    items: dict[str, tuple[Decision, Item]] = {}
    problems: list[str] = []
    unreadable = 0
    for where in kept:
        if where.url != source.url:
            continue
        try:
            feed = await parsed(source, read_archived(folder, where), readers)
        except Unreadable:
            unreadable += 1
            continue
        except Permanent as error:
            problems.append(f"{source.id}: {error}")
            continue
        for decision in decide(feed.entries, {}, where.received_at):
            if decision.verdict == "new" and decision.key not in items:
                page = await _page(folder, pages.get(decision.entry.url or ""), readers)
                items[decision.key] = (decision, make_item(decision.entry, page, source, where.received_at))
    return _Reread(tuple(items.values()), unreadable, tuple(problems))


async def _page(folder: Path, where: Archived | None, readers: Readers) -> Page | None:
    if where is None:
        return None
    try:
        return await read_document(read_archived(folder, where), readers)
    except (Permanent, Unreadable):
        return None  # as when it was collected: the feed's own words serve


def _changed(home: Path, reread: _Reread, rules: Rules, figures: Counter[str]) -> list[tuple[Decision, JudgedItem]]:
    """What is new or reads differently from what is stored; a copy stays a copy."""
    with open_live(home) as con:
        stored = {one.item.id: one for one in items_by_id(con, [item.id for _, item in reread.items])}
    changed = []
    for decision, item in reread.items:
        before = stored.get(item.id)
        figures["items read"] += 1
        if before is not None and before.item.content_sha256 == item.content_sha256:
            continue
        figures["items new" if before is None else "items changed"] += 1
        judged = judge_item(rules, item)
        changed.append((decision, JudgedItem(item, judged.judgement, before.copy_of if before else None)))
    return changed
