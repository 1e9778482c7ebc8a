import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

from parsers.judging.dates_ahead.calendar_dates import CalendarDate
from parsers.judging.dates_ahead.calendar_events import CalendarEvent, Cited, Named, events
from parsers.judging.dates_ahead.spans import Precision

TODAY = date(2026, 6, 15)


def cited(
    item: str,
    day: str,
    starts: str,
    ends: str = "",
    *,
    what: str,
    key: str | None,
    precision: Precision = "day",
    moved: bool = False,
    place: str = "text",
) -> Cited:
    """One date of an item of its own publisher; `day`: of publication."""
    first, last = date.fromisoformat(starts), date.fromisoformat(ends or starts)
    said = CalendarDate(
        first, last, precision, what, key, "then", f"{what}.", "title" if place == "title" else "text", 0, 9, moved
    )
    return Cited(item, f"family of {item}", datetime.fromisoformat(day).replace(tzinfo=UTC), said)


SUMMIT = (
    cited(
        "a",
        "2026-06-01",
        "2026-07-01",
        "2026-07-31",
        what="Nato-Gipfel in Ankara",
        key="summit:nato",
        precision="month",
    ),
    cited(
        "b",
        "2026-06-02",
        "2026-07-07",
        "2026-07-08",
        what="NATO leaders meet in Ankara",
        key="summit:nato",
        precision="days",
    ),
    cited("c", "2026-06-03", "2026-07-07", what="Sommet de l'Otan", key="summit:nato-summit-ankara-2026"),
)


def only(found: tuple[CalendarEvent, ...]) -> CalendarEvent:
    assert len(found) == 1
    return found[0]


def test_one_event_of_many_items_and_languages() -> None:
    """A body's summit is one event whatever the language, with its closest dates, in any order of the items."""
    for order in permutations(SUMMIT):
        found = only(events(order, TODAY))
        assert found.items == ("a", "b", "c")
        assert (found.starts, found.precision) == (date(2026, 7, 7), "day")
        assert found.state == "ahead"


def test_the_id_stays_when_items_join() -> None:
    """What subscribers hold keeps its id while later items name the event, and when they name it more closely."""
    alone = only(events(SUMMIT[:1], TODAY))
    assert only(events(SUMMIT[:2], TODAY)).id == alone.id
    assert only(events(SUMMIT, TODAY)).id == alone.id


def test_two_councils_of_one_day_stay_two_events() -> None:
    """Bodies tell events apart, and so do words where two events are of one body."""
    one_day = [
        cited(
            "a",
            "2026-06-01",
            "2026-06-22",
            what="Foreign Affairs Council meets in Brussels",
            key="council:foreign-affairs-council",
        ),
        cited("b", "2026-06-01", "2026-06-22", what="NATO-Ukraine Council meets in Brussels", key="council:nato"),
        cited("c", "2026-06-01", "2026-06-22", what="NATO defence ministers discuss ammunition", key="council:nato"),
        cited(
            "d",
            "2026-06-02",
            "2026-06-22",
            what="Rat für Auswärtige Angelegenheiten tagt",
            key="council:foreign-affairs-council",
        ),
    ]
    assert sorted(event.items for event in events(one_day, TODAY)) == [("a", "d"), ("b",), ("c",)]


def test_visits_of_two_people_to_one_country_stay_two_events() -> None:
    """A country and a day are not enough."""
    visits = [
        cited("a", "2026-06-01", "2026-06-18", what="Trump will visit Poland", key="visit:donald-trump,poland"),
        cited("b", "2026-06-01", "2026-06-18", what="Starmer will visit Poland", key="visit:keir-starmer,poland"),
        cited("c", "2026-06-02", "2026-06-18", what="Donald Trump is due in Poland", key="visit:donald-trump,poland"),
    ]
    assert sorted(event.items for event in events(visits, TODAY)) == [("a", "c"), ("b",)]


def test_an_event_without_a_body_is_told_by_its_words() -> None:
    """Same words, same day: one event; same words, another day: another."""
    what = "vote on the drone certification regulation in committee"
    found = events(
        [
            cited("a", "2026-06-01", "2026-06-18", what=what, key="vote:"),
            cited("b", "2026-06-02", "2026-06-18", what=f"Lawmakers {what}", key=None),
            cited("c", "2026-06-02", "2026-06-25", what=what, key="vote:"),
        ],
        TODAY,
    )
    assert [event.items for event in found] == [("a", "b"), ("c",)]


def test_title_and_text_of_an_item_tell_of_one_event() -> None:
    """The day of the headline is the day of the text."""
    told = [
        cited("a", "2026-06-01", "2026-06-18", what="Go-ahead for Aspides", key=None, place="title"),
        cited("a", "2026-06-01", "2026-06-18", what="Foreign ministers start the operation", key="council:eu"),
    ]
    assert only(events(told, TODAY)).items == ("a",)


def test_an_event_that_is_put_off_stays_one_event() -> None:
    """The new day counts, the old one is kept beside it, and the id stays."""
    key = "council:foreign-affairs-council"
    before = cited("a", "2026-06-01", "2026-06-22", what="Foreign Affairs Council meets", key=key)
    later = cited("b", "2026-06-05", "2026-07-06", what="Foreign Affairs Council is postponed", key=key, moved=True)
    again = cited("c", "2026-06-08", "2026-07-06", what="Foreign Affairs Council meets", key=key)
    found = only(events([again, later, before], TODAY))
    assert found.items == ("a", "b", "c")
    assert found.starts == date(2026, 7, 6)
    assert found.moved_from == (date(2026, 6, 22), date(2026, 6, 22))
    assert found.id == only(events([before], TODAY)).id


def test_the_next_council_is_another_event() -> None:
    """Without a word of moving, another day is another meeting."""
    key = "council:foreign-affairs-council"
    found = events(
        [
            cited("a", "2026-06-01", "2026-06-22", what="Foreign Affairs Council meets", key=key),
            cited("b", "2026-06-02", "2026-07-20", what="Foreign Affairs Council meets", key=key),
        ],
        TODAY,
    )
    assert len(found) == 2


def test_of_dates_that_contradict_each_other_most_publishers_count_then_the_newest() -> None:
    """8-9 July of two publishers beats 7-8 July of one."""
    rows = [
        cited(
            "a",
            "2026-06-01",
            "2026-07-08",
            "2026-07-09",
            what="NATO summit Ankara",
            key="summit:nato",
            precision="days",
        ),
        cited(
            "b",
            "2026-06-02",
            "2026-07-08",
            "2026-07-09",
            what="NATO summit Ankara",
            key="summit:nato",
            precision="days",
        ),
        cited(
            "c",
            "2026-06-03",
            "2026-07-07",
            "2026-07-08",
            what="NATO summit Ankara",
            key="summit:nato",
            precision="days",
        ),
    ]
    assert only(events(rows, TODAY)).starts == date(2026, 7, 8)
    assert only(events(rows[1:], TODAY)).starts == date(2026, 7, 7)


def test_what_is_over_is_past_or_reported() -> None:
    """The last day counts as ahead; over and named by an item since it began: reported; else past."""
    (council,) = [cited("a", "2026-06-01", "2026-06-12", what="NATO summit in Ankara", key="summit:nato")]
    since = datetime(2026, 6, 13, tzinfo=UTC)
    assert only(events([council], date(2026, 6, 12))).state == "ahead"
    assert only(events([council], TODAY)).state == "past"
    assert only(events([council], TODAY, [Named("b", since, frozenset({"nato", "us"}))])).state == "reported"
    assert only(events([council], TODAY, [Named("b", since, frozenset({"us"}))])).state == "past"
    assert only(events([council], TODAY, [Named("b", since - timedelta(9), frozenset({"nato"}))])).state == "past"


def test_ten_thousand_items_of_one_event_are_one_event() -> None:
    """Work stays bounded, and the event is one."""
    rows = [
        cited(
            f"i{number:05}", "2026-06-01", "2026-06-22", what="NATO ministers meet about ammunition", key="council:nato"
        )
        for number in range(10_000)
    ]
    assert len(only(events(rows, TODAY)).items) == 10_000


def test_nothing_gives_nothing() -> None:
    """No dates, no events."""
    assert events([], TODAY) == ()


_OF_MANY = """
import random
from datetime import UTC, date, datetime, timedelta
from parsers.judging.dates_ahead.calendar_dates import CalendarDate
from parsers.judging.dates_ahead.calendar_events import Cited, events
chance = random.Random(1)
words = "ammunition frigate budget corridor hearing protocol drones satellites bridges sanctions tanker radar".split()
cited = []
for number in range(400):
    what = " ".join(chance.sample(words, 4))
    day = date(2026, 12, 1) + timedelta(days=chance.randrange(40))
    said = CalendarDate(day, day, "day", what, None, "then", what, "text", 0, 4)
    cited.append(Cited(f"item{number}", "family", datetime(2026, 11, 1, number // 60, number % 60, tzinfo=UTC), said))
for event in events(cited, date(2026, 11, 2)):
    print(event.id, event.starts, event.items)
"""


def test_one_result_in_every_process() -> None:
    """Which events are compared, and which of two equally like ones a date joins, follows from no hash seed."""
    told = [
        subprocess.run(
            [sys.executable, "-c", _OF_MANY],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    ]
    assert told[0] == told[1] == told[2]
    assert len(told[0].splitlines()) < 400
