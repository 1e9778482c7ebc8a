"""Which events of the calendar an edition names: those of the days after its week. Finds no dates in texts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from digests.background import Ahead
from digests.edition import Period
from digests.plain import language_tag, one_line, web_address
from digests.ranking import Material, is_unshown
from digests.settings import OTHER
from parsers.configured import Source
from parsers.judging.dates_ahead.calendar_events import CalendarEvent
from parsers.judging.texts.families import outlet_of
from parsers.model import JudgedItem

DAYS = 30
MOST = 12
_LONG = timedelta(days=31)
_EXACT = frozenset({"day", "days"})
_WHAT, _NAME = 160, 80


def ahead_of(material: Material, period: Period, order: Sequence[str]) -> tuple[tuple[Ahead, ...], int]:
    """At most MOST events of the DAYS from the end of the week on, by their first day, and how many more there are.

    An event is among them if it may begin or end in these days; of one that is told for more than a month, like `in
    2026`, the end counts alone. Events that are over, and those that only irrelevant articles announce, are left out.

    Args:
        order: ids of the topics.
    """
    first = period.end.date()
    items = by_id(material)
    near = {
        event.id: event
        for event in material.calendar
        if event.state == "ahead" and _is_near(event, first) and _is_of_interest(event, items) and _what(event)
    }
    ordered = sorted(near.values(), key=lambda event: (max(event.starts, first), event.ends, event.what, event.id))
    zone = ZoneInfo(period.zone)
    return tuple(_ahead(event, items, material.sources, order, zone) for event in ordered[:MOST]), len(ordered[MOST:])


def by_id(material: Material) -> Mapping[str, JudgedItem]:
    """All items that are at hand."""
    lists = (material.items, material.late, material.undated, material.early)
    return {**material.held, **{one.item.id: one for items in lists for one in items}}


def _is_near(event: CalendarEvent, first: date) -> bool:
    last = first + timedelta(days=DAYS - 1)
    vague = event.precision not in _EXACT and event.ends - event.starts >= _LONG
    return first <= event.ends <= last or (not vague and first <= event.starts <= last)


def _is_of_interest(event: CalendarEvent, items: Mapping[str, JudgedItem]) -> bool:
    return any(item not in items or _is_relevant(items[item]) for item in event.items)


def _is_relevant(judged: JudgedItem) -> bool:
    return judged.judgement.relevance != "off" and not is_unshown(judged)


def _what(event: CalendarEvent) -> str:
    return one_line(event.what, _WHAT)


def _ahead(
    event: CalendarEvent,
    items: Mapping[str, JudgedItem],
    sources: Mapping[str, Source],
    order: Sequence[str],
    zone: ZoneInfo,
) -> Ahead:
    citing = [items[item] for item in event.items if item in items and _is_relevant(items[item])]
    labelled = {label.topic for one in citing for label in one.judgement.labels}
    topics = tuple(topic for topic in order if topic in labelled) or ((OTHER,) if citing else ())
    shown = Ahead(event.id, _what(event), event.starts, event.ends, event.precision, event.moved_from, topics)
    if not citing:
        return shown
    item = max(citing, key=lambda one: (one.copy_of is None, _age(one), one.item.id)).item
    source = sources.get(item.source_id)
    return replace(
        shown,
        item=item.id,
        source=one_line(outlet_of(item, source) if source else item.source_id, _NAME),
        url=web_address(item.url),
        said=item.published.astimezone(zone) if item.published else None,
        language=language_tag(item.language),
    )


def _age(judged: JudgedItem) -> float:
    return judged.item.published.timestamp() if judged.item.published else 0.0
