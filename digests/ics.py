"""Writes events ahead as a calendar file that programs subscribe to (RFC 5545). Decides nothing about the events."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from digests.date_words import days_words, span_words
from digests.plain import one_line
from parsers.judging.dates_ahead.calendar_events import CalendarEvent

MOST_TEXT = 2_000
MOST_SUMMARY = 160
_LAST_DAY = date.max - timedelta(days=1)


def ics(events: Sequence[CalendarEvent], name: str, made: datetime) -> str:
    """The events as all-day entries, in their order, with a UID that stays; lines end with CRLF.

    What has no known day lasts from the first to the last day that the words allow, says so in its title and text, and
    leaves the reader's time free.

    Args:
        name: of the calendar, as people read it.
        made: aware.
    """
    from icalendar import Calendar, Event  # noqa: PLC0415 - it loads every time zone

    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Seabridge//Calendar//EN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", one_line(name, MOST_SUMMARY))
    stamp = made.astimezone(UTC).replace(microsecond=0)
    for event in events:
        entry = Event()
        entry.add("uid", f"{event.id}@seabridge")
        entry.add("dtstamp", stamp)
        entry.add("last-modified", stamp)
        entry.add("summary", one_line(_summary(event), MOST_SUMMARY))
        entry.add("dtstart", event.starts)
        entry.add("dtend", min(event.ends, _LAST_DAY) + timedelta(days=1))
        entry.add("description", one_line(_description(event), MOST_TEXT))
        entry.add("transp", "TRANSPARENT")
        entry.add("class", "PUBLIC")
        calendar.add_component(entry)
    return str(calendar.to_ical(), "utf-8")


def _summary(event: CalendarEvent) -> str:
    return f"{event.what} ({_unknown(event)})" if _unknown(event) else event.what


def _description(event: CalendarEvent) -> str:
    said = event.sentence if event.sentence.endswith((".", "!", "?", "…")) else f"{event.sentence}."
    parts = [f"{_unknown(event)}." if _unknown(event) else "", said]
    if event.moved_from:
        parts.append(f"Moved; the date named before: {days_words(*event.moved_from)}.")
    parts.append(f"Named by {len(event.items)} item{'s' if len(event.items) > 1 else ''}.")
    return " ".join(filter(None, parts))


def _unknown(event: CalendarEvent) -> str:
    """Nothing for an event whose days are known."""
    if event.precision in ("day", "days"):
        return ""
    return f"{span_words(event.starts, event.ends, event.precision)}: day not known"
