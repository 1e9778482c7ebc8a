"""Makes an edition from what the database knew at a moment, and makes it again from what was noted then.

Reads by `known_at` alone, also the first time, so there is one way only. Stores nothing and renders nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from digests.background import Continued
from digests.compose import compose
from digests.edition import Coverage, Edition, Period, before, week
from digests.ends import End, ends_of
from digests.ranking import Material
from digests.render import fitted
from digests.settings import DigestSettings
from flows.settings import Settings
from parsers.configured import Source
from parsers.judging.dates_ahead.calendar_events import CalendarEvent
from parsers.judging.documents.citations import Citation, citations
from parsers.judging.health import Memory
from parsers.judging.states import DOUBTFUL, STATES, TROUBLE
from parsers.model import Item, JudgedItem
from storage.database import Connection
from storage.editions import EditionRow, sent_story_ids
from storage.extraction import stored_calendar
from storage.items import (
    count_eligible,
    counts_by_topic,
    items_by_id,
    items_dated_ahead,
    items_published_between,
    late_items,
    undated_items,
)
from storage.reuse import reuses_of
from storage.runs import collected_between
from storage.seeds import stored_seeds
from storage.sources import FeedState, feed_states
from storage.stories import stories_since
from storage.threads import threaded

AROUND = timedelta(days=1)
"""How near to the end of last week a collection must be for a change against it to be shown: what feeds still hold of a
week that nobody read is a remainder, and would make a trend that never was."""
AHEAD = timedelta(days=60)
"""How far the calendar of an edition is kept with it."""
COVERED = timedelta(days=2)
"""A source whose last answer is from before the last two days of a week may have news of that week that we missed."""
FAILURES = 3
"""So many in a row are no hiccup, where nobody weighed them."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """All that an edition is made from beside what is known at its moment; kept with it, so that it can be made again.

    Attributes:
        digest: without the mail server, of which no edition speaks.
        topics: (id, name).
        last_was_read: whether a collection was near the end of the week before, so that its counts can be compared.
        correction: what was wrong in the revision before.
        continued: story id -> what it continues. calendar: events ahead.
    """

    digest: DigestSettings
    sources: Mapping[str, Source]
    topics: tuple[tuple[str, str], ...]
    coverage: Coverage
    seed_notes: tuple[str, ...]
    last_was_read: bool
    correction: str | None = None
    continued: Mapping[str, Continued] = field(default_factory=dict)
    calendar: tuple[CalendarEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """An edition, with how each item that it could have shown ended. `eligible`: how many these are, counted apart."""

    edition: Edition
    ends: tuple[End, ...]
    eligible: int
    known_at: datetime
    circumstances: Circumstances


CIRCUMSTANCES: TypeAdapter[Circumstances] = TypeAdapter(Circumstances)
"""Writes them as JSON and brings them back."""
_Judged = Callable[[JudgedItem], JudgedItem]


def edition_id(settings: DigestSettings, period: Period) -> str:
    """Like `2026-W46/weekly/en`."""
    return f"{period.iso}/{settings.id}/{settings.language}"


def circumstances_of(
    con: Connection, settings: Settings, period: Period, correction: str | None = None
) -> Circumstances:
    """As they are now. `correction`: what was wrong in the revision before."""
    last = before(period)
    return Circumstances(
        digest=replace(settings.digest, smtp=None),
        sources={source.id: replace(source, headers={}) for source in settings.sources},
        topics=tuple((topic.id, topic.name) for topic in settings.topics.topics),
        coverage=coverage_of(settings.sources, feed_states(con), period),
        seed_notes=_seed_notes(con),
        last_was_read=collected_between(con, last.end - AROUND, last.end + AROUND),
        correction=correction,
        continued=_continued(con, edition_id(settings.digest, period), period),
        calendar=tuple(stored_calendar(con, period.end.date(), period.end.date() + AHEAD)),
    )


def make(con: Connection, given: Circumstances, period: Period, revision: int, known_at: datetime) -> Made:
    """The edition from what was known at that moment, cut to the size that mail programs show whole.

    Raises:
        Permanent: an item that it could have shown is not accounted for.
    """
    material = material_of(con, given, period, known_at)
    edition = composed(con, given, material, period, revision, known_at)
    name = edition_id(given.digest, period)
    eligible = count_eligible(con, name, period.start, period.end, known_at)
    return Made(edition, ends_of(edition, material, given.digest), eligible, known_at, given)


def made_again(con: Connection, row: EditionRow) -> Made | None:
    """A stored revision from what it was made from; None for one of another program, which noted something else."""
    given = _noted(row)
    if given is None:
        return None
    period = week(row.id.partition("/")[0], given.digest.zone)
    return make(con, given, period, row.revision, row.known_at)


def with_weeks_of(given: Circumstances, row: EditionRow) -> Circumstances:
    """The same with the calendar and the threads of a revision before: weeks later its events would be over."""
    noted = _noted(row)
    return replace(given, calendar=noted.calendar, continued=noted.continued) if noted else given


def _noted(row: EditionRow) -> Circumstances | None:
    if row.circumstances is None:
        return None
    try:
        return CIRCUMSTANCES.validate_json(row.circumstances)
    except ValidationError:
        return None


def material_of(
    con: Connection,
    given: Circumstances,
    period: Period,
    known_at: datetime,
    judged: _Judged = lambda one: one,
) -> Material:
    """The items and stories of the week. `judged` gives each item another judgement than the stored one, if wanted."""
    name, start, end = edition_id(given.digest, period), period.start, period.end
    items = [judged(one) for one in items_published_between(con, start, end, known_at)]
    late = [judged(one) for one in late_items(con, name, start, end, known_at)]
    relevant = [one.item for one in (*items, *late) if one.judgement.relevance != "off"]
    reuses = reuses_of(con, [item.id for item in relevant], known_at)
    named = {one.origin_id for one in reuses if one.origin_id} | {item for one in given.calendar for item in one.items}
    elsewhere = sorted(named - {one.item.id for one in (*items, *late)})
    return Material(
        items=items,
        stories=stories_since(con, before(period).start, known_at),
        sources=given.sources,
        late=late,
        undated=undated_items(con, start, end, known_at),
        early=items_dated_ahead(con, start, end, known_at),
        earlier=sent_story_ids(con, name, known_at),
        reuses=reuses,
        documents={item.id: _cited(item) for item in relevant},
        continued=given.continued,
        calendar=given.calendar,
        held={one.item.id: one for one in items_by_id(con, elsewhere, known_at)},
    )


def _cited(item: Item) -> Sequence[Citation]:
    return citations(item.title, item.text or item.summary, item.language, item.published, item.url)


def _continued(con: Connection, name: str, period: Period) -> dict[str, Continued]:
    """Story id -> what it continues, of the stories of the week that continue another one or a seed."""
    of_week = [story.id for story in stories_since(con, period.start)]
    carried = sent_story_ids(con, name)
    return {
        one.story_id: Continued(
            since=one.first.astimezone(ZoneInfo(period.zone)).date(),
            stories=len(one.stories),
            title=one.title or "",
            edition=max(
                (carried[other] for other in one.stories if other in carried and other != one.story_id), default=None
            ),
            seed=f"the {one.seed_year} seed" if one.seed_year else None,
            seed_paragraph=one.seed_paragraph,
            state=one.state,
        )
        for one in threaded(con, of_week)
        if one.earlier_id or one.seed_file
    }


def composed(
    con: Connection, given: Circumstances, material: Material, period: Period, revision: int, known_at: datetime
) -> Edition:
    """The edition of this material, cut to its size."""
    last = before(period)
    edition = compose(
        material,
        settings=given.digest,
        period=period,
        topics=given.topics,
        counts_this=counts_by_topic(con, period.start, period.end, known_at),
        counts_last=counts_by_topic(con, last.start, last.end, known_at) if given.last_was_read else None,
        coverage=given.coverage,
        seed_notes=given.seed_notes,
        correction=given.correction,
        revision=revision,
    )
    return fitted(edition, given.digest.max_html_bytes)


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


def _seed_notes(con: Connection) -> tuple[str, ...]:
    absent = [seed.title for seed in stored_seeds(con).values() if seed.text_origin == "abstract"]
    if not absent:
        return ()
    which = "seed document is" if len(absent) == 1 else "seed documents are"
    return (f"{len(absent)} {which} known by our own abstract only; topics rest on the catalogue there.",)
