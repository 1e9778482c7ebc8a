"""Links stories into threads: one matter over weeks and months, like a negotiation, a bill, an arrangement.

Groups no items and stores nothing. Precision first: two stories are of one matter by what few stories share, never by
a war or an alliance that all of them name. What that is worth is weighed in thread_evidence.py.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from typing import Literal

from parsers.judging.stories.thread_evidence import Holders, Piece, Told, evidence, told, total_weight

MOST_TITLES = 5
MOST_OPENINGS = 1
OPENING_CHARACTERS = 250
ENOUGH = 1.1
"""Evidence above which a story continues another: as much as two things that no third story shares, less a little."""
FADE = timedelta(days=270)
"""In this time as much is lost as one thing gives that no third story shares; half where the matter itself is named."""
REACH_OF_WORDS = timedelta(days=180)
REACH = timedelta(days=400)
"""Later, words count no more; only the matter by its name or a document links a story to one of last year."""
TOPICS_AGREE = 0.2
MOST_REASONS = 5
MOST_STORIES = 40
"""Of a thread: nobody reads more, and what grows beyond is a war, not a matter. What follows opens the next thread."""
NEW = timedelta(days=7)
DEVELOPING = timedelta(days=14)
QUIET = timedelta(days=56)
SEED_ITEMS = 2.0
SEED_LEAD = 2.0

State = Literal["new", "developing", "quiet", "closed"]
SeedPlace = tuple[str, int]
"""(seed file, paragraph)"""


@dataclass(frozen=True, slots=True)
class StoryFacts:
    """What threads are made from: one story with what its items name.

    Attributes:
        first, last: when its items were published; None: nobody knows, and the story is in no thread.
        titles: of its first items, MOST_TITLES at most. openings: of the texts of the first MOST_OPENINGS of them.
        languages: of the titles, in their order; empty ones are unknown.
        entities: id -> items that name it.
        matters: those entities that are a matter themselves (see matters.py): an arrangement, an operation, a summit.
        topics: id -> how surely the story is about it, 0..1.
        documents: ids of the primary documents that it cites.
        seeds: paragraph -> items that name the matter of which it tells (see matters.py).
    """

    id: str
    first: datetime | None
    last: datetime | None
    titles: tuple[str, ...] = ()
    openings: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    entities: Mapping[str, int] = field(default_factory=dict)
    matters: frozenset[str] = frozenset()
    topics: Mapping[str, float] = field(default_factory=dict)
    documents: frozenset[str] = frozenset()
    seeds: Mapping[SeedPlace, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Continues:
    """`story_id` continues `earlier_id`.

    Attributes:
        strength: 0..1; 0.5 is just enough.
        because: the weightiest that both share: ids of entities and documents, words as the later story writes them.
    """

    story_id: str
    earlier_id: str
    strength: float
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Thread:
    """Stories of one matter in their order; `id` is that of the first one."""

    id: str
    stories: tuple[str, ...]
    first: datetime
    last: datetime


def continuations(new: Sequence[StoryFacts], known: Sequence[StoryFacts]) -> tuple[Continues, ...]:
    """The earlier story that each new one continues, where there is one: of several the one with the most evidence.

    Earlier is what began earlier, new or known; so the links make a tree. Ordered by the id of the story; the order of
    the arguments does not matter. Of a story that is both new and known the new facts count. Stories without a date and
    those more than REACH apart are not compared. About linear: stories meet only in what few of them hold.
    """
    fresh = {story.id: story for story in new if story.first is not None}
    start = min((_first(story) for story in fresh.values()), default=None)
    if start is None:
        return ()
    near = {story.id: story for story in known if story.last is not None and story.last >= start - REACH}
    stories = sorted((story for story in (near | fresh).values() if story.first is not None), key=_begin)
    telling = {story.id: _told(story) for story in fresh.values()}
    holders = Holders(telling.values())
    for story in stories:
        holders.add((*_titles(story), *_openings(story)), story.entities, story.documents)
    links = []
    for position, story in enumerate(stories):
        if story.id not in fresh:
            continue
        best: tuple[float, str, Continues] | None = None
        for number in holders.alike(telling[story.id], position, ENOUGH - TOPICS_AGREE / 2):
            earlier = stories[number]
            if earlier.id not in telling:
                telling[earlier.id] = _told(earlier)
            pieces = evidence(holders, telling[story.id], telling[earlier.id])
            weight = _weight(story, earlier, pieces)
            if weight >= ENOUGH and (best is None or (weight, earlier.id) > best[:2]):
                because = tuple(piece.label for piece in pieces[:MOST_REASONS])
                link = Continues(story.id, earlier.id, round(min(1.0, weight / (2 * ENOUGH)), 4), because)
                best = (weight, earlier.id, link)
        if best is not None:
            links.append(best[2])
    return tuple(sorted(links, key=lambda link: link.story_id))


def _weight(story: StoryFacts, earlier: StoryFacts, pieces: Sequence[Piece]) -> float:
    gap = max(timedelta(0), _first(story) - _last(earlier))
    lasting = any(piece.lasting for piece in pieces)
    if gap > (REACH if lasting else REACH_OF_WORDS):
        return 0.0
    agreed = _agreement(story.topics, earlier.topics) - 0.5 if story.topics and earlier.topics else 0.0
    return total_weight(pieces) + TOPICS_AGREE * agreed - gap / (2 * FADE if lasting else FADE)


def _agreement(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    both = sum(one[topic] * other[topic] for topic in sorted(one.keys() & other.keys()))
    lengths = math.hypot(*one.values()) * math.hypot(*other.values())
    return both / lengths if lengths else 0.0


def _told(story: StoryFacts) -> Told:
    return told(_titles(story), _openings(story), story.entities, story.matters, story.documents)


def _titles(story: StoryFacts) -> list[tuple[str, str]]:
    titles = story.titles[:MOST_TITLES]
    return list(zip(chain(story.languages, repeat("")), titles, strict=False))


def _openings(story: StoryFacts) -> list[tuple[str, str]]:
    openings = (text[:OPENING_CHARACTERS].rpartition(" ")[0] for text in story.openings[:MOST_OPENINGS])
    return list(zip(chain(story.languages, repeat("")), openings, strict=False))


def _first(story: StoryFacts) -> datetime:
    return story.first or datetime.max.replace(tzinfo=UTC)


def _last(story: StoryFacts) -> datetime:
    return story.last or _first(story)


def _begin(story: StoryFacts) -> tuple[datetime, str]:
    return _first(story), story.id


def threads(stories: Iterable[StoryFacts], continues: Iterable[Continues]) -> tuple[Thread, ...]:
    """Every story that has a date in exactly one thread, threads by their beginning.

    A story opens a thread of its own where it continues none of `stories`, and where the thread is full: then all that
    goes on from the full thread goes on in the one that follows it.
    """
    ordered = sorted({story.id: story for story in stories if story.first is not None}.values(), key=_begin)
    earlier_of = {link.story_id: link.earlier_id for link in continues}
    thread_of: dict[str, str] = {}
    next_of: dict[str, str] = {}
    members: dict[str, list[StoryFacts]] = {}
    for story in ordered:
        thread = thread_of.get(earlier_of.get(story.id, ""))
        while thread is not None and len(members[thread]) >= MOST_STORIES:
            full, thread = thread, next_of.get(thread)
            if thread is None:
                next_of[full] = story.id
        thread = thread or story.id
        thread_of[story.id] = thread
        members.setdefault(thread, []).append(story)
    return tuple(
        Thread(thread, tuple(story.id for story in row), _first(row[0]), max(map(_last, row)))
        for thread, row in members.items()
    )


def state_of(first: datetime, last: datetime, now: datetime) -> State:
    """How a thread stands when an edition of `now` is made. A time ahead of `now` counts as `now`.

    For a weekly digest: `new` in the edition that shows it first; `developing` while one of the last two editions had
    it, so that a week without news is no end; `quiet` for eight weeks, as long as readers remember; `closed` after
    that. A closed thread can go on: then it is `developing` again.
    """
    if now - first <= NEW:
        return "new"
    since = now - last
    return "developing" if since <= DEVELOPING else "quiet" if since <= QUIET else "closed"


def seed_of(facts: Sequence[StoryFacts]) -> SeedPlace | None:
    """The seed paragraph that a thread of these stories continues, where that is unmistakable.

    At least SEED_ITEMS items name what it tells of, SEED_LEAD times as many as what any other paragraph tells of; and
    they are the half of at least half of the stories: an arrangement that one item mentions in passing is no matter.
    """
    weights: dict[SeedPlace, float] = defaultdict(float)
    for story in facts:
        for place, weight in story.seeds.items():
            weights[place] += weight
    if not weights:
        return None
    ranked = sorted(weights, key=lambda place: (-weights[place], place))
    best = ranked[0]
    second = weights[ranked[1]] if len(ranked) > 1 else 0.0
    telling = sum(2 * story.seeds.get(best, 0.0) >= max(1, len(story.titles)) for story in facts)
    clear = weights[best] >= max(SEED_ITEMS, SEED_LEAD * second)
    return best if clear and 2 * telling >= len(facts) else None
