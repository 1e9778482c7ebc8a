"""Collection: every source heard, every entry accounted for.

1. Begin a run, or go on with one that was killed; learn what is known.
2. Choose the sources whose turn it is and visit them all at once; their documents are read in child processes.
3. In the order of the configuration: judge what is new, find copies, judge the source's health, store it all at once.
4. Bring the seed documents in.
5. Find what the relevant items name, quote, cite and announce; group those of the last weeks into stories, if there
   is news; bring the calendar up to date.
6. Let go of bytes that are older than they are to be kept.
7. Check that every entry is accounted for, and publish the snapshot for analysts, if it would show something else.

The order of storing is fixed, so a run that was killed and resumed leaves the same rows as an undisturbed one.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice

from flows.ahead import renew_calendar
from flows.corpus import fetch_seed, local_seeds
from flows.desk import RETRY_AFTER_SECONDS, Desk
from flows.extraction import extract, read_agencies, read_words
from flows.gather import Gathered, gather
from flows.judging import judge_gathered, rules_for_children
from flows.parts import part_named
from flows.progress import Tell, silent
from flows.report import Report
from flows.rules import accepted_rules
from flows.runs import clock_from, closed_on_failure, sources_named
from flows.settings import Settings
from flows.status import Trouble, troubles
from flows.stories import count_stories, group_stories, is_behind, name_publishers
from flows.tally import Tally, report_of, state_of
from flows.turn import turn_of
from flows.upkeep import upkeep
from parsers.configured import FetchLimits, Source
from parsers.errors import SeabridgeError
from parsers.judging.health import Event, Health, Visit, after
from parsers.judging.novelty import Known
from parsers.judging.texts.dedupe import CopyIndex
from parsers.judging.topics import Rules, judge_document
from parsers.model import Item
from parsers.reading.confined import Readers
from parsers.reading.web.fetch import Web
from storage.archive import Archive, Archived, store_archived
from storage.collected import Brought, FetchRow, known_entries_of, store_visits, unbalanced
from storage.database import GLANCE, Connection, open_live, refuse_full_disk
from storage.items import recent_items
from storage.lake_lock import alone
from storage.overrides import overrides_in_force
from storage.published import is_published
from storage.rules import rules_in_force
from storage.runs import Run, begin_run, finish_run, renew
from storage.seeds import store_seeds, stored_seeds
from storage.snapshot import publish
from storage.sources import FeedState, arrivals, feed_states, left_behind, sync_sources

_log = logging.getLogger(__name__)
COPY_WINDOW = timedelta(days=30)
"""How far back an item may be a copy of another one."""
STORED_AT_ONCE = 200
"""Sources. Closing the database writes it out, which costs as much as storing ten."""
STORING_WAITS = 2.0
"""Seconds, for more sources to be stored together with the first that is ready."""
MOST_BEGUN, MOST_HELD = 32, 15_000_000
"""Visits at one time, and bytes that wait to be stored: what is fetched faster than it is stored takes up memory."""
NOT_REACHED = frozenset({"dns", "connection", "timeout"})
MANY = 5
"""Sources that fail together because we are offline; fewer may well fail by themselves."""
RENEW_EVERY = 300.0
"""Seconds. A twelfth of a lease: some renewals may find the database busy before another process takes the run over."""


@dataclass(frozen=True, slots=True)
class Network:
    """How the world is reached.

    Attributes:
        hosts: names -> loopback addresses (demo, tests).
        seeds: fetch absent seeds.
        pauses: as of a `Desk`.
    """

    limits: FetchLimits = field(default_factory=FetchLimits)
    hosts: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    seeds: bool = True
    pauses: Sequence[float] = RETRY_AFTER_SECONDS


def collect(
    settings: Settings,
    now: datetime,
    *,
    only: Sequence[str] = (),
    due: bool = False,
    since: datetime | None = None,
    part: str = "",
    dry_run: bool = False,
    network: Network | None = None,
    tell: Tell = silent,
) -> Report:
    """Read the sources and store what is new.

    Args:
        only: ids of sources; empty for all that are enabled, save those that are gone or asked to be left alone.
        due: only those whose next visit is due, by what their servers ask for and how often they bring news.
        since: walk back through older entries to this moment, where sources let us; midnight UTC where it has no zone.
        part: like `2/3`, the second of three parts of the sources, for several hosts on one lake. Each is a run of its
            own; what two of them find in the same minutes is not compared, so a copy may stand beside its original.
        dry_run: fetch, read and judge, but store nothing.

    Raises:
        Busy: another collection is running, of that part if there are parts.
        Misconfigured: an id in `only` is not known, or there is no such part.
    """
    moment = clock_from(now)
    since = since if since is None or since.tzinfo else since.replace(tzinfo=UTC)
    share = part_named(part)
    sources = [source for source in sources_named(settings, only) if (only or source.enabled) and share.has(source)]
    words, agencies = read_words(settings), read_agencies(settings)
    request = _request(only, due=due, since=since)
    if not dry_run:
        refuse_full_disk(settings.home)
    with open_live(settings.home) as con:
        run = None if dry_run else _begin(con, settings, share.flow, request, now)
    with closed_on_failure(settings, run, moment):
        with open_live(settings.home) as con:
            states = feed_states(con)
            turn = turn_of(sources, states, now, named=bool(only), due=due)
            waiting = [source for source in turn.visited if run is None or source.id not in run.done_sources]
            memory = _remember(con, waiting, states, now)
        copies = CopyIndex(memory.recent)  # takes seconds, in which nobody should have to wait for the database
        network = network or Network(settings.fetch)
        in_force = accepted_rules(settings, now)
        visit = _Visit(settings, now, since, network, in_force.rules, memory, copies, run, tell, moment)
        if in_force.waiting:
            visit.tally.events.append(in_force.waiting)
        asyncio.run(visit.all(waiting, seeds=share.is_first))
        with open_live(settings.home, wait=GLANCE) as con:
            accepted = rules_in_force(con)
        if accepted and accepted.version not in (in_force.rules.version, in_force.proposed.version):
            visit.tally.events.append(
                "other rules were accepted meanwhile: seabridge reclassify judges what came by them"
            )
        if run is not None:
            extract(settings, words)
            visit.tally.stories = count_stories(settings, now)
            are_others = name_publishers(settings)
            if visit.tally.items > 0 or run.after_failure or are_others or is_behind(settings, now):
                visit.tally.stories = group_stories(settings, agencies, now, visit.moment())
            else:
                renew_calendar(settings, now)  # a day later what was ahead is over
            if share.is_first:
                visit.tally.events += upkeep(settings, visit.moment(), run.id)
            visit.tally.trouble = _close(settings, run, visit)
    return report_of(visit.tally, turn, already=len(turn.visited) - len(waiting))


async def _to_the_end(work: Awaitable[None]) -> None:
    """What a thread does cannot be cancelled: whoever is must wait until it is done, or both would use the archive."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


def _request(only: Sequence[str], *, due: bool, since: datetime | None) -> str:
    """What is asked for, in words that are equal for equal requests."""
    words = " ".join(sorted(set(only))) or ("due" if due else "all")
    return f"{words} since {since.isoformat()}" if since else words


@dataclass(frozen=True, slots=True)
class _Memory:
    """What storage knew when the run began. `recent`: what new items may be copies of, and what that copies."""

    states: Mapping[str, FeedState]
    arrivals: Mapping[str, Sequence[int]]
    left_behind: frozenset[str]
    known: Mapping[str, Mapping[str, Known]]
    recent: Sequence[tuple[Item, str | None]]
    seeds: Mapping[str, str]


def _begin(con: Connection, settings: Settings, flow: str, request: str, now: datetime) -> Run:
    sync_sources(con, settings.sources, now)
    return begin_run(con, flow, now, settings.hash, request=request)


def _remember(con: Connection, sources: Sequence[Source], states: Mapping[str, FeedState], now: datetime) -> _Memory:
    return _Memory(
        states=states,
        arrivals=arrivals(con, [source.id for source in sources], now),
        left_behind=left_behind(con),
        known=known_entries_of(con, [source.id for source in sources]),
        recent=recent_items(con, now - COPY_WINDOW),
        seeds={seed.id: seed.text_origin for seed in stored_seeds(con).values()},
    )


@dataclass(frozen=True, slots=True)
class _Visit:
    """One round through the sources and seeds. `copies` learns while it goes on; `moment`: `now`, moved on by then."""

    settings: Settings
    now: datetime
    since: datetime | None
    network: Network
    rules: Rules
    memory: _Memory
    copies: CopyIndex
    run: Run | None
    tell: Tell
    moment: Callable[[], datetime]
    tally: Tally = field(default_factory=Tally)
    begun: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_BEGUN))
    room: asyncio.Event = field(default_factory=asyncio.Event)

    async def all(self, sources: Sequence[Source], *, seeds: bool) -> None:
        """Visit all at once; judge and store one after the other, in the order given; then the seeds, if asked for."""
        renewing = asyncio.create_task(self._renew_lease())
        try:
            await self._all(sources, seeds=seeds)
        finally:
            renewing.cancel()

    async def _all(self, sources: Sequence[Source], *, seeds: bool) -> None:
        run_id = self.run.id if self.run else "dry-run"
        self._hold(0)
        raw = self.settings.home / "raw"
        with Readers() as readers, Archive(raw, run_id) as archive, rules_for_children(self.rules) as rules:
            async with Web(self.network.limits, hosts=self.network.hosts, clock=lambda: self.now) as web:
                desk = Desk(web.get, readers, self.now, rules, self.settings.sites, self.network.pauses)
                visits = deque(asyncio.create_task(self._gather(source, desk)) for source in sources)
                while visits:
                    await visits[0]
                    await self._some(list(islice(visits, STORED_AT_ONCE)))
                    batch: list[Gathered] = []
                    while visits and visits[0].done() and len(batch) < STORED_AT_ONCE:
                        batch.append(visits.popleft().result())
                    await _to_the_end(asyncio.to_thread(self._take, batch, archive))
                    self._hold(-sum(gathered.weight for gathered in batch))
                    self.tell("sources", len(sources) - len(visits), len(sources))
                if seeds:
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

    async def _gather(self, source: Source, desk: Desk) -> Gathered:
        """One visit, begun in the order of the sources, when there is room for what it may bring."""
        async with self.begun:
            await self.room.wait()
            gathered = await self._visit(source, desk)
        self._hold(gathered.weight)
        self.tally.heard |= gathered.fetch.kind not in NOT_REACHED
        return gathered

    async def _some(self, visits: Sequence["asyncio.Task[Gathered]"]) -> None:
        """Wait for more visits to store together; while nobody has answered, until somebody does or all have failed."""
        while not self.tally.heard and (waiting := [visit for visit in visits if not visit.done()]):
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        clock = asyncio.get_running_loop().time
        until = clock() + STORING_WAITS
        while self.room.is_set() and clock() < until and not all(visit.done() for visit in visits):
            await asyncio.sleep(0.05)

    def _hold(self, weight: int) -> None:
        """So many more bytes, or fewer, wait to be stored; new visits begin while they are not too many."""
        self.tally.held += weight
        if self.tally.held < MOST_HELD:
            self.room.set()
        else:
            self.room.clear()

    async def _visit(self, source: Source, desk: Desk) -> Gathered:
        """A fault of our own that one source sets off is that source's failure; the others go on."""
        try:
            state, known = self.memory.states.get(source.id), self.memory.known[source.id]
            return await gather(source, state, known, desk, since=self.since)
        except Exception as error:
            _log.exception("reading %s failed", source.id)
            detail = f"a fault of Seabridge, please report it: {type(error).__name__}: {error}"
            row = FetchRow(source.id, source.url, self.now, 0.0, "failed", kind="internal", detail=detail)
            return Gathered(source, row, Visit(self.now, "failed", kind="internal", detail=detail))

    def _take(self, batch: Sequence[Gathered], archive: Archive) -> None:
        """Judge, archive and store what some sources brought, in their order."""
        kept = [] if self.run is None else self._archived(batch, archive)
        with open_live(self.settings.home) as con, alone(con):  # from here on nobody decides what would be lost
            overrides = overrides_in_force(con)
            judged = [judge_gathered(one, self.copies, self.rules, overrides, self.now) for one in batch]
            # Many sources, and nobody answers: it is our own network that is down, and no source is to blame.
            cut_off = not self.tally.heard and len(self.memory.known) >= MANY
            healths = [self._health(one, cut_off=cut_off) for one in batch]
            for gathered, made, (_, events) in zip(batch, judged, healths, strict=True):
                self.tally.count(gathered, made, events)
            if self.run is None:
                return
            brought = [
                Brought(one.fetch, made.entries, made.items, made.dispositions, one.quarantined, health, events)
                for one, made, (health, events) in zip(batch, judged, healths, strict=True)
            ]
            store_archived(con, kept)
            store_visits(con, self.run.id, brought, self.now, self.moment())

    def _archived(self, batch: Sequence[Gathered], archive: Archive) -> list[Archived]:
        return [one for gathered in batch for one in archive.add(gathered.source.id, gathered.feeds, gathered.pages)]

    def _health(self, gathered: Gathered, *, cut_off: bool) -> tuple[Health | None, tuple[Event, ...]]:
        source_id = gathered.source.id
        state = self.memory.states.get(source_id)
        before = state.health if state else None
        if cut_off:
            return before, ()
        health, events = after(source_id, gathered.visit, before, self.memory.arrivals[source_id])
        if source_id in self.memory.left_behind and gathered.fetch.outcome != "failed":
            events = (*events, Event("recovered", "answers at its new address"))
        return health, events

    async def _seeds(self, desk: Desk) -> None:
        """Store the seeds; those without a file are asked for at their addresses once, until one answer was stored."""
        seeds = []
        for seed in local_seeds(self.settings.corpus, self.settings.seeds):
            if seed.text_origin == "abstract" and self.memory.seeds.get(seed.record.id) in ("seed", "page", "pdf"):
                continue
            wanted = seed.text_origin == "abstract" and self.network.seeds
            seeds.append(await fetch_seed(seed.record, desk) if wanted else seed)
        if self.run is not None and seeds:
            judgements = {seed.record.id: judge_document(self.rules, seed.text, seed.record.topics) for seed in seeds}
            with open_live(self.settings.home) as con:
                store_seeds(con, seeds, judgements, self.now)


def _close(settings: Settings, run: Run, visit: _Visit) -> list[Trouble]:
    """End the run and publish; gives the sources that are not as they should be."""
    tally, already = visit.tally, len(run.done_sources)
    summary = {f"sources {name}": number for name, number in tally.sources.items()}
    with open_live(settings.home) as con:
        if wrong := unbalanced(con, run.id):
            told = ", ".join(f"{source_id} {difference:+}" for source_id, difference in wrong)
            raise SeabridgeError(f"entries of {run.id} are not accounted for, please report it: {told}")
        finish_run(con, run.id, visit.moment(), state_of(tally, already), summary | dict(tally.outcomes))
        if not is_published(con, settings.home, settings.digest.zone):
            publish(con, settings.home, visit.now, zone=settings.digest.zone, keep=settings.keep.snapshots)
        enabled = {source.id for source in settings.sources if source.enabled}
        return [one for one in troubles(feed_states(con)) if one.source in enabled]
