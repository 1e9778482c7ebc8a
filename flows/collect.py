"""Collection: every source heard, every entry accounted for.

1. Begin a run, or go on with one that was killed; learn what is known.
2. Visit all sources at once; their documents are read in child processes.
3. In the order of the configuration: judge what is new, find copies, store each source in one transaction.
4. Bring the seed documents in.
5. Group the items of the last weeks into stories, if there is news.
6. Publish the snapshot for analysts, if it would show something else.

The order of storing is fixed, so a run that was killed and resumed leaves the same rows as an undisturbed one.
"""

import asyncio
import hashlib
import logging
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flows.corpus import fetch_seed, local_seeds
from flows.gather import Desk, Gathered, gather
from flows.judging import Judged, judge_gathered, judge_item, rules_of
from flows.progress import Tell, silent
from flows.report import Report
from flows.runs import closed_on_failure, sources_named
from flows.settings import Settings
from parsers.configured import FetchLimits, Source
from parsers.errors import SeabridgeError
from parsers.judging.dedupe import CopyIndex
from parsers.judging.novelty import Known
from parsers.judging.stories import group
from parsers.judging.topics import Rules, judge_document
from parsers.model import Item
from parsers.reading.confined import Readers
from parsers.reading.fetch import Web
from storage.archive import Archive, store_archived
from storage.collected import FetchRow, known_entries, store_fetch, store_quarantine, unbalanced
from storage.database import GLANCE, Connection, open_live
from storage.items import items_since, recent_items
from storage.published import is_published
from storage.runs import Run, RunState, begin_run, finish_run, renew
from storage.seeds import store_seeds, stored_seeds
from storage.snapshot import publish
from storage.sources import FeedState, feed_states, sync_sources
from storage.stories import store_stories, stories_since

_log = logging.getLogger(__name__)
COPY_WINDOW = timedelta(days=30)
"""How far back an item may be a copy of another one."""
STORY_WINDOW = timedelta(days=21)
"""How far back stories are grouped anew."""
RENEW_EVERY = 300.0
"""Seconds. A twelfth of a lease: some renewals may find the database busy before another process takes the run over."""


@dataclass(frozen=True, slots=True)
class Network:
    """How the world is reached. `hosts` maps names to loopback addresses (demo, tests); `seeds`: fetch absent seeds."""

    limits: FetchLimits = field(default_factory=FetchLimits)
    hosts: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    seeds: bool = True


@dataclass(slots=True)
class Tally:
    """What the report will say; counted while the run goes on."""

    sources: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    items: int = 0
    stories: int = 0

    def count(self, gathered: Gathered, judged: Judged) -> None:
        fetch = gathered.fetch
        self.sources[fetch.outcome] += 1
        self.outcomes.update(one.outcome for one in judged.dispositions)
        self.items += len(judged.items)
        if fetch.outcome == "failed":
            self.failures.append(f"{gathered.source.name} ({gathered.source.id}): {fetch.kind}: {fetch.detail}")


def collect(
    settings: Settings,
    now: datetime,
    *,
    only: Sequence[str] = (),
    dry_run: bool = False,
    network: Network | None = None,
    tell: Tell = silent,
) -> Report:
    """Read the sources and store what is new.

    Args:
        only: ids of sources; empty for all that are enabled.
        dry_run: fetch, read and judge, but store nothing.

    Raises:
        Busy: another collection is running.
        Misconfigured: an id in `only` is not known.
    """
    began = time.monotonic()
    sources = [source for source in sources_named(settings, only) if only or source.enabled]
    with open_live(settings.home) as con:
        run = None if dry_run else _begin(con, settings, only, now)
        memory = _remember(con, sources, now)
    copies = CopyIndex(memory.recent)  # takes seconds, in which nobody should have to wait for the database
    waiting = [source for source in sources if run is None or source.id not in run.done_sources]
    visit = _Visit(settings, now, network or Network(), rules_of(settings), memory, copies, run, tell, began)
    with closed_on_failure(settings, run, visit.moment):
        asyncio.run(visit.all(waiting))
        if run is not None:
            visit.tally.stories = _stories(settings, now, news=visit.tally.items > 0 or run.after_failure)
            _close(settings, run, visit)
    return _report(visit.tally, already=len(sources) - len(waiting))


def _stories(settings: Settings, now: datetime, *, news: bool) -> int:
    """The number of stories; grouped anew for `news` only, for the work grows faster than the number of items."""
    with open_live(settings.home) as con:
        stored = len(stories_since(con, now - STORY_WINDOW))
    return group_stories(settings, now) if news or not stored else stored


def group_stories(settings: Settings, now: datetime) -> int:
    """Group the relevant items of the last weeks anew; gives the number of stories."""
    with open_live(settings.home) as con:
        judged = items_since(con, now - STORY_WINDOW, relevant_only=True)
    copies = {one.item.id: one.copy_of for one in judged if one.copy_of}
    stories = group([one.item for one in judged], copies)
    with open_live(settings.home) as con:
        store_stories(con, stories, now - STORY_WINDOW)
    return len(stories)


@dataclass(frozen=True, slots=True)
class _Memory:
    """What storage knew when the run began. `recent`: what new items may be copies of, and what that copies."""

    states: Mapping[str, FeedState]
    known: Mapping[str, Mapping[str, Known]]
    recent: Sequence[tuple[Item, str | None]]
    seeds: Mapping[str, str]


def _begin(con: Connection, settings: Settings, only: Sequence[str], now: datetime) -> Run:
    sync_sources(con, settings.sources, now)
    return begin_run(con, "collect", now, settings.hash, request=" ".join(sorted(set(only))) or "all")


def _remember(con: Connection, sources: Sequence[Source], now: datetime) -> _Memory:
    return _Memory(
        states=feed_states(con),
        known={source.id: known_entries(con, source.id) for source in sources},
        recent=recent_items(con, now - COPY_WINDOW),
        seeds={seed.id: seed.text_origin for seed in stored_seeds(con).values()},
    )


@dataclass(frozen=True, slots=True)
class _Visit:
    """One round through the sources and seeds. `copies` learns while it goes on; `began`: by `time.monotonic`."""

    settings: Settings
    now: datetime
    network: Network
    rules: Rules
    memory: _Memory
    copies: CopyIndex
    run: Run | None
    tell: Tell
    began: float
    tally: Tally = field(default_factory=Tally)

    def moment(self) -> datetime:
        """`now` moved on by the time that the run has taken so far."""
        return self.now + timedelta(seconds=time.monotonic() - self.began)

    async def all(self, sources: Sequence[Source]) -> None:
        """Visit all at once; judge and store one after the other, in the order given."""
        renewing = asyncio.create_task(self._renew_lease())
        try:
            await self._all(sources)
        finally:
            renewing.cancel()

    async def _all(self, sources: Sequence[Source]) -> None:
        run_id = self.run.id if self.run else "dry-run"
        with Readers() as readers, Archive(self.settings.home / "raw", run_id) as archive:
            async with Web(self.network.limits, hosts=self.network.hosts, clock=lambda: self.now) as web:
                desk = Desk(web.get, readers, self._is_off_topic, self.now)
                visits = [asyncio.create_task(self._gather(source, desk)) for source in sources]
                for number, visit in enumerate(visits, start=1):
                    await asyncio.to_thread(self._take, await visit, archive)
                    self.tell("sources", number, len(sources))
                await self._seeds(desk)

    async def _renew_lease(self) -> None:
        """By the clock, for nothing is stored while the first source is slow."""
        while self.run is not None:
            await asyncio.sleep(RENEW_EVERY)
            with suppress(SeabridgeError):  # who stores the next source meets the same trouble, and says so
                await asyncio.to_thread(self._renew, self.run)

    def _renew(self, run: Run) -> None:
        with open_live(self.settings.home, wait=GLANCE) as con:
            renew(con, run.id, self.moment())

    def _is_off_topic(self, item: Item) -> bool:
        return judge_item(self.rules, item).judgement.relevance == "off"

    async def _gather(self, source: Source, desk: Desk) -> Gathered:
        """A fault of our own that one source sets off is that source's failure; the others go on."""
        try:
            return await gather(source, self.memory.states.get(source.id), self.memory.known[source.id], desk)
        except Exception as error:
            _log.exception("reading %s failed", source.id)
            detail = f"a fault of Seabridge, please report it: {type(error).__name__}: {error}"
            row = FetchRow(source.id, source.url, self.now, 0.0, "failed", kind="internal", detail=detail)
            return Gathered(source, row)

    def _take(self, gathered: Gathered, archive: Archive) -> None:
        """Judge, archive and store what one source brought."""
        judged = judge_gathered(gathered, self.rules, self.copies, self.now)
        self.tally.count(gathered, judged)
        if self.run is None:
            return
        kept = archive.add(gathered.source.id, gathered.responses)
        with open_live(self.settings.home) as con:
            store_archived(con, kept)
            for broken in gathered.quarantined:
                sha256 = hashlib.sha256(broken.body).hexdigest()
                what = (broken.url, broken.kind, broken.reason, sha256, broken.body)
                store_quarantine(con, self.run.id, gathered.source.id, *what, self.now)
            store_fetch(con, self.run.id, gathered.fetch, judged.entries, judged.items, judged.dispositions, self.now)

    async def _seeds(self, desk: Desk) -> None:
        """Store the seeds; those without a file are asked for at their addresses once, until one answer was stored."""
        seeds = []
        for seed in local_seeds(self.settings.corpus, self.settings.seeds):
            if seed.text_origin == "abstract" and self.memory.seeds.get(seed.record.id) in ("seed", "page", "pdf"):
                continue
            wanted = seed.text_origin == "abstract" and self.network.seeds
            seeds.append(await fetch_seed(seed.record, desk) if wanted else seed)
        if self.run is not None and seeds:
            judgements = {seed.record.id: judge_document(self.rules, seed.text) for seed in seeds}
            with open_live(self.settings.home) as con:
                store_seeds(con, seeds, judgements, self.now)


def _close(settings: Settings, run: Run, visit: _Visit) -> None:
    tally, already = visit.tally, len(run.done_sources)
    summary = {f"sources {name}": number for name, number in tally.sources.items()}
    with open_live(settings.home) as con:
        for source_id, difference in unbalanced(con, run.id):
            tally.failures.append(f"{source_id}: {difference} entries are not accounted for, please report it")
        finish_run(con, run.id, visit.moment(), _state(tally, already), summary | dict(tally.outcomes))
        if not is_published(con, settings.home, settings.digest.zone):
            publish(con, settings.home, visit.now, zone=settings.digest.zone)


def _state(tally: Tally, already: int) -> RunState:
    """A run of which nothing came has failed; not so if sources were done before an interruption."""
    if not tally.failures:
        return "completed"
    return "failed" if set(tally.sources) == {"failed"} and not already else "partial"


def _report(tally: Tally, already: int) -> Report:
    figures: dict[str, int | str] = {
        "sources read": tally.sources["read"],
        "sources unchanged": tally.sources["unchanged"],
        "sources failed": tally.sources["failed"],
    }
    if already:
        figures["sources done before the interruption"] = already
    figures["entries"] = tally.outcomes.total()
    figures |= {f"  {outcome}": count for outcome, count in tally.outcomes.most_common()}
    figures["stories"] = tally.stories
    lines = tuple(f"failed: {failure}" for failure in tally.failures)
    if _state(tally, already) == "failed":
        return Report("collect", "failed", figures, (*lines, "No source could be read: is the network there?"))
    return Report("collect", "partial" if tally.failures else "done", figures, lines)
