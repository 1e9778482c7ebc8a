from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from digests.ics import ics
from parsers.judging.dates_ahead.calendar_events import CalendarEvent

MADE = datetime(2026, 6, 15, 6, 0, tzinfo=UTC)
EVENT = CalendarEvent(
    "0123456789abcdef",
    "NATO leaders meet in Ankara",
    date(2026, 7, 7),
    date(2026, 7, 8),
    "days",
    "NATO leaders will meet in Ankara on 7-8 July.",
    ("a", "b"),
    "ahead",
)


def test_an_event_lasts_whole_days_and_its_end_is_exclusive() -> None:
    """7-8 July ends on the 9th, as RFC 5545 counts."""
    (event,) = Calendar.from_ical(ics([EVENT], "Seabridge", MADE)).events
    assert event["uid"] == "0123456789abcdef@seabridge"
    assert (event.start, event.end) == (date(2026, 7, 7), date(2026, 7, 9))
    assert event["summary"] == "NATO leaders meet in Ankara"
    assert event["transp"] == "TRANSPARENT"
    assert event["last-modified"].dt == MADE


def test_what_has_no_known_day_says_so() -> None:
    """A month or a week is shown as such, in the title and in the text."""
    month = replace(EVENT, starts=date(2026, 7, 1), ends=date(2026, 7, 31), precision="month")
    week = replace(EVENT, starts=date(2026, 6, 22), ends=date(2026, 6, 28), precision="week")
    first, second = Calendar.from_ical(ics([month, week], "Seabridge", MADE)).events
    assert first["summary"] == "NATO leaders meet in Ankara (in July 2026: day not known)"
    assert first["description"].startswith("in July 2026: day not known.")
    assert "in the week of 22 June 2026: day not known" in second["summary"]


def test_a_moved_event_tells_its_old_days() -> None:
    """Who has the old day in mind finds it."""
    moved = replace(EVENT, moved_from=(date(2026, 6, 30), date(2026, 6, 30)))
    (event,) = Calendar.from_ical(ics([moved], "Seabridge", MADE)).events
    assert "the date named before: 30 June 2026" in event["description"]


@pytest.mark.parametrize(
    "hostile",
    [
        "A\r\nATTACH:https://evil.example/x\r\nEND:VEVENT",
        "A\nBEGIN:VALARM\nACTION:PROCEDURE",
        "commas, semi;colons: back\\slash and \\n",
        "\x00\x07\u202egnitirw\u202c \u2028DTSTART:19700101\u0085",
        "ł" * 500 + "🇪🇺" * 100,
        '";VALUE=URI:javascript:1',
    ],
)
def test_hostile_text_stays_text(hostile: str) -> None:
    """Nothing from outside becomes a property or a component, and no line is longer than 75 octets."""
    event = replace(EVENT, what=hostile, sentence=hostile)
    written = ics([event], hostile, MADE)
    calendar = Calendar.from_ical(written)
    (read,) = calendar.events
    assert {name.lower() for name in read} == {
        "uid", "dtstamp", "last-modified", "summary", "dtstart", "dtend", "description", "transp", "class",
    }  # fmt: skip
    assert not read.subcomponents
    assert len(calendar.subcomponents) == 1
    assert read.start == EVENT.starts
    assert not {"\n", "\r", "\x00", "\u202e"} & set(read["summary"] + read["description"])
    lines = written.split("\r\n")
    assert max(len(line.encode()) for line in lines) <= 75
    assert not any("\n" in line or "\r" in line for line in lines)


def test_the_same_events_give_the_same_file() -> None:
    """A subscriber's program sees a change only where something changed."""
    assert ics([EVENT], "Seabridge", MADE) == ics([EVENT], "Seabridge", MADE)
    later = ics([EVENT], "Seabridge", MADE + timedelta(days=1))
    assert later.count("UID:0123456789abcdef@seabridge") == 1


def test_no_events_are_a_calendar_too() -> None:
    """An empty calendar can be subscribed to."""
    calendar = Calendar.from_ical(ics([], "Seabridge", MADE))
    assert calendar.events == []
    assert calendar["version"] == "2.0"
