"""What lies ahead, and what nobody has read: the calendar and the list of unread primary documents. Announces nothing.

The calendar is made of the dates that items announce, merged across them, whenever sources were collected.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from digests.date_words import span_words
from digests.ics import ics
from flows.settings import Settings
from parsers.errors import Misconfigured, Problem
from parsers.judging.dates_ahead.calendar_events import CalendarEvent, events
from storage.database import GLANCE, open_live, refuse_no_database
from storage.documents import CitedDocument, cited_documents
from storage.extraction import dates_ahead, items_naming, store_calendar, stored_calendar

REMEMBERED = timedelta(days=30)
"""How long an event stays in the calendar when it is over: so long somebody may ask whether it took place."""


@dataclass(frozen=True, slots=True)
class CalendarLine:
    """An event as people are shown it. `when`: its date as closely as anybody told it."""

    event: CalendarEvent
    when: str

    def as_json(self) -> Mapping[str, Any]:
        event = self.event
        return {
            "id": event.id,
            "starts": event.starts.isoformat(),
            "ends": event.ends.isoformat(),
            "precision": event.precision,
            "what": event.what,
            "state": event.state,
            "moved_from": [day.isoformat() for day in event.moved_from] if event.moved_from else None,
            "sentence": event.sentence,
            "items": list(event.items),
        }


def renew_calendar(settings: Settings, now: datetime) -> int:
    """Make the calendar anew from what items announce; gives the number of events."""
    today = now.date()
    since = today - REMEMBERED
    with open_live(settings.home) as con:
        cited, named = dates_ahead(con, since), items_naming(con, since)
    found = events(cited, today, named)
    with open_live(settings.home) as con:
        store_calendar(con, found)
    return len(found)


def calendar_lines(home: Path, now: datetime, *, days: int, past: bool) -> list[CalendarLine]:
    """The events of so many days from `now` on, by date. `past`: also those that are over, as long as remembered."""
    refuse_no_database(home)
    today = now.date()
    with open_live(home, wait=GLANCE) as con:
        found = stored_calendar(con, today - REMEMBERED if past else today, today + timedelta(days=days))
    return [CalendarLine(one, span_words(one.starts, one.ends, one.precision)) for one in found]


def write_ics(home: Path, path: Path, now: datetime, *, days: int, past: bool) -> int:
    """The same as a calendar file; gives the number of events.

    Raises:
        Misconfigured: it cannot be written there.
    """
    lines = calendar_lines(home, now, days=days, past=past)
    try:
        path.write_text(ics([line.event for line in lines], "Seabridge", now), encoding="utf-8", newline="")
    except OSError as error:
        reason = f"cannot be written ({error.strerror}); name a file in a folder that is there"
        raise Misconfigured([Problem(str(path), "--ics", reason)]) from error
    return len(lines)


def unread_documents(
    home: Path, now: datetime, *, everything: bool = False, days: int | None = None
) -> list[CitedDocument]:
    """Primary documents that items cite, those cited by most stories first; without `everything` the unread ones.

    Args:
        days: only those that were cited in so many days before `now`.
    """
    refuse_no_database(home)
    since = None if days is None else now - timedelta(days=days)
    with open_live(home, wait=GLANCE) as con:
        return cited_documents(con, since=since, held=everything)
