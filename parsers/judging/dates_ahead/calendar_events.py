"""Makes one event of all the dates that items give it, over languages. Finds no dates and stores nothing.

Two dates are of one event when their days overlap and what they tell of is the same: a summit of the same
body, else the same names and words. Dates of two bodies on one day stay two events. Of several dates the closest
one counts, and of those that contradict each other the newest.
"""

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import product
from typing import Literal

from parsers.judging.dates_ahead.calendar_dates import CalendarDate
from parsers.judging.dates_ahead.spans import Precision

State = Literal["ahead", "reported", "past"]

REPORTED_WITHIN = timedelta(days=14)
MOVED_WITHIN = timedelta(days=400)
MOVED_MONTHS = 13
MAX_OF_A_WORD = 100
MAX_COMPARED = 20
"""Events that a date is compared with: ten thousand items may name one body on one day."""
_STEM = 6
_LEAST_LETTERS = 4
_BY_BODY = "summit"
"""The kind of which a body has one at a time, so that its name tells them apart; so does a council's that meets."""
_RANK: dict[Precision, int] = {
    "day": 0,
    "days": 0,
    "week": 1,
    "month": 2,
    "season": 3,
    "quarter": 3,
    "half": 4,
    "year": 5,
}
_WORD = re.compile(r"[^\W\d_]+")
_PLAIN_WORDS = """
summit council meetin minist defenc defens foreig leader presid will talks gipfel treffe sommet
reunio consei consej consig rada rady szczyt spotka toppmo mote mini verte vertic cumbre with from
that this their have been after before next held host sign vote plan take place expect schedu wird
werden soll auch eine einer dans pour avec sera seront auront para como sobre entre della delle sara
saranno oraz bedzie zostan komme inom secur union europe state states nation offici announ secret
genera
"""
"""Beginnings of words that stand in all sorts of events."""
_PLAIN = frozenset(_PLAIN_WORDS.split())


@dataclass(frozen=True, slots=True)
class Cited:
    """A date that an item gives. `source_family`: publishers that count as one."""

    item_id: str
    source_family: str
    published: datetime
    date: CalendarDate


@dataclass(frozen=True, slots=True)
class Named:
    """An item that may report what has happened: the entities that it names and its title."""

    item_id: str
    published: datetime
    entities: frozenset[str]
    title: str = ""


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One event ahead, from all items that name it.

    Attributes:
        id: 16 hexadecimal digits, from the item that named it first and its date; stays when items join.
        starts, ends, precision: as in `CalendarDate`.
        what, sentence: of the first item that gives this date, so that they seldom change.
        items: that name it, in the order of publication.
        state: `reported`: over, and an item since then names it; `past`: over, and none does.
        moved_from: the first and last day that were named before it was put off or brought forward.
    """

    id: str
    what: str
    starts: date
    ends: date
    precision: Precision
    sentence: str
    items: tuple[str, ...]
    state: State
    key: str | None = None
    moved_from: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    """What a date tells of, to be compared."""

    cited: Cited
    kind: str
    ids: frozenset[str]
    stems: frozenset[str]
    tokens: frozenset[str]
    """What it is looked up by: also its item, and the body of an event."""


@dataclass(slots=True)
class _Event:
    """What was told of it, in order; `best`: whose date counts. `places`: words and months under which it is known."""

    told: list[_Told] = field(default_factory=list)
    best: _Told | None = None
    places: set[tuple[str, int]] = field(default_factory=set)


def _best(told: Sequence[_Told]) -> _Told:
    """The first to give the date that counts: the closest, of several the one that most publishers give, then the
    newest; since it was moved only.
    """
    since = max((one.cited.published for one in told if one.cited.date.moved), default=None)
    pool = [one for one in told if since is None or one.cited.published >= since]
    closest = min(_RANK[one.cited.date.precision] for one in pool)
    pool = [one for one in pool if _RANK[one.cited.date.precision] == closest]
    families: defaultdict[tuple[date, date], set[str]] = defaultdict(set)
    for one in pool:
        families[_days(one)].add(one.cited.source_family)
    newest = max(pool, key=lambda one: (len(families[_days(one)]), one.cited.published, one.cited.item_id))
    return next(one for one in pool if _days(one) == _days(newest))


def _days(one: _Told) -> tuple[date, date]:
    return one.cited.date.starts, one.cited.date.ends


def events(cited: Sequence[Cited], today: date, named: Sequence[Named] = ()) -> tuple[CalendarEvent, ...]:
    """All events of these dates, also those that are over, the first ones first.

    Args:
        cited: in any order; of one item several may be of one event.
        today: the first day that is not over.
        named: items since then, for `state`; none: nothing is `reported`.
    """
    grown = _grown(cited)
    ids = _ids(grown)
    found = [_made(one, one_id, today, named) for one, one_id in zip(grown, ids, strict=True)]
    return tuple(sorted(found, key=lambda event: (event.starts, event.ends, event.what, event.id)))


def _grown(cited: Sequence[Cited]) -> list[_Event]:
    """Dates in order of publication, the close ones before the coarse, each with the event that it fits best."""
    order = sorted(
        (_told(one) for one in cited),
        key=lambda one: (
            _RANK[one.cited.date.precision] > 1,
            one.cited.published,
            one.cited.item_id,
            one.cited.date.place == "text",
            one.cited.date.start,
        ),
    )
    grown: list[_Event] = []
    known: defaultdict[tuple[str, int], list[_Event]] = defaultdict(list)
    for one in order:
        fits = [(likeness, event) for event in _near(known, one) if (likeness := _likeness(one, event)) > 0]
        if fits:
            event = max(fits, key=lambda fit: fit[0])[1]
        else:
            event = _Event()
            grown.append(event)
        event.told.append(one)
        event.best = _best(event.told[-MAX_OF_A_WORD:])
        for place in product(sorted(one.tokens), _months(one)):
            if place not in event.places:
                event.places.add(place)
                known[place].append(event)
    return grown


def _near(known: Mapping[tuple[str, int], list[_Event]], one: _Told) -> list[_Event]:
    """The events that share most names and words with a date, in its months; of one that was moved in the year around.

    A name or word of very many events says little: its latest ones are looked at.
    """
    months = _months(one)
    if one.cited.date.moved:
        months = range(months[0] - MOVED_MONTHS, months[-1] + MOVED_MONTHS + 1)
    shared: Counter[int] = Counter()
    by_number: dict[int, _Event] = {}
    for place in product(sorted(one.tokens), months):
        for event in known.get(place, ())[-MAX_OF_A_WORD:]:
            shared[id(event)] += 1
            by_number[id(event)] = event
    return [by_number[number] for number, _ in shared.most_common(MAX_COMPARED)]


def _months(one: _Told) -> range:
    """The months of its days, counted from year 0."""
    start, end = _days(one)
    return range(12 * start.year + start.month, 12 * end.year + end.month + 1)


def _told(cited: Cited) -> _Told:
    kind, _, ids = (cited.date.key or "").partition(":")
    bodies = frozenset(filter(None, ids.split(",")))
    words = stems(cited.date.what)
    tokens = {f"item {cited.item_id}", *bodies, *(body.split("-")[0] for body in bodies), *words}
    return _Told(cited, kind, bodies, words, frozenset(tokens))


def stems(text: str) -> frozenset[str]:
    """The words of a text that tell events apart, without accents and endings."""
    plain = "".join(
        c for c in unicodedata.normalize("NFKD", text.lower().replace("ł", "l")) if not unicodedata.combining(c)
    )
    return frozenset(word[:_STEM] for word in _WORD.findall(plain) if len(word) >= _LEAST_LETTERS) - _PLAIN


def _likeness(one: _Told, event: _Event) -> float:
    """How much a date tells of an event; 0: it tells of another one."""
    if event.best is None:
        return 0.0
    apart = min(_gap(one, event.best), _gap(one, event.told[-1]))
    if apart and not (one.cited.date.moved and apart <= MOVED_WITHIN):
        return 0.0
    return max((_same(one, other) for other in event.told[-3:]), default=0.0)


def _gap(one: _Told, other: _Told) -> timedelta:
    """From the end of the one to the beginning of the other; nothing where they overlap."""
    (start, end), (start2, end2) = _days(one), _days(other)
    return max(start - end2, start2 - end, timedelta())


def _same(one: _Told, other: _Told) -> float:
    if one.cited.item_id == other.cited.item_id and one.cited.date.place != other.cited.date.place:
        return 1.0 if _days(one) == _days(other) else 0.0  # a title tells what its text tells
    shared = len(one.stems & other.stems)
    share = shared / max(1, min(len(one.stems), len(other.stems)))
    if not (one.ids and other.ids):
        return share if share >= 0.6 and shared >= 3 else 0.0
    ids = one.ids & other.ids
    by_body = one.kind == _BY_BODY or any(one.kind in body.split("-") for body in ids)
    if by_body:
        related = bool(ids) or any(_part_of(a, b) or _part_of(b, a) for a in one.ids for b in other.ids)
    else:  # one names more than the other, but not each what the other does not: two guests of one country
        related = one.ids <= other.ids or other.ids <= one.ids
    if related and one.kind == other.kind and (by_body or shared >= 2 or len(ids) >= 2):
        return 1 + share
    return share if shared >= (3 if related else 4) and share >= (0.6 if related else 0.8) else 0.0


def _part_of(body: str, event: str) -> bool:
    """Whether an event is one of a body: `nato` and `nato-summit-ankara-2026`."""
    return event.startswith(f"{body}-")


def _ids(grown: Iterable[_Event]) -> list[str]:
    """Of each event, from its first item and the date there; a second one of an item on one day is counted on."""
    times: Counter[str] = Counter()
    found = []
    for event in grown:
        first = min(event.told, key=lambda one: (one.cited.published, one.cited.item_id, *_days(one)))
        name = f"{first.cited.item_id} {first.cited.date.starts} {first.cited.date.ends}"
        times[name] += 1
        found.append(hashlib.sha256(f"{name} {times[name]}".encode()).hexdigest()[:16])
    return found


def _made(event: _Event, event_id: str, today: date, named: Sequence[Named]) -> CalendarEvent:
    best = _best(event.told)
    order = sorted(event.told, key=lambda one: (one.cited.published, one.cited.item_id))
    before = next((_days(one) for one in reversed(order) if _gap(one, best)), None)
    chosen = best.cited.date
    return CalendarEvent(
        event_id,
        chosen.what,
        chosen.starts,
        chosen.ends,
        chosen.precision,
        chosen.sentence,
        tuple(dict.fromkeys(one.cited.item_id for one in order)),
        _state(event, best, today, named),
        chosen.key,
        before,
    )


def _state(event: _Event, best: _Told, today: date, named: Sequence[Named]) -> State:
    starts, ends = _days(best)
    if ends >= today:
        return "ahead"
    until = ends + REPORTED_WITHIN
    words = frozenset().union(*(one.stems for one in event.told))
    for item in named:
        if not starts <= item.published.date() <= until:
            continue
        if len(best.ids) >= (1 if best.kind == _BY_BODY else 2) and best.ids <= item.entities:
            return "reported"
        if len(stems(item.title) & words) >= 3:
            return "reported"
    return "past"
