"""The views: weeks in the digest's zone, counts without copies, nothing lost."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from stored import store_visit

from parsers.judging.health import Visit, after
from parsers.model import Story
from storage.database import Connection
from storage.runs import begin_run
from storage.sources import sync_sources
from storage.stories import store_stories

BRUSSELS = ZoneInfo("Europe/Brussels")


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        (datetime(2026, 11, 15, 23, 30, tzinfo=BRUSSELS), "2026-W46"),
        (datetime(2026, 11, 15, 23, 30, tzinfo=UTC), "2026-W47"),
        (datetime(2027, 1, 1, 12, tzinfo=BRUSSELS), "2026-W53"),
        (datetime(2026, 10, 25, 23, 59, tzinfo=BRUSSELS), "2026-W43"),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), "2026-W44"),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), "2026-W14"),
        (None, None),
    ],
)
def test_week_is_the_iso_week_in_the_zone_of_the_digest(con: Connection, make, moment, week):
    """Late on Sunday, around New Year and when the clocks change."""
    make.store(con, make.judged(1, published=moment))
    assert con.execute("SELECT week FROM v_items").fetchall() == [(week,)]
    isocalendar = moment and moment.astimezone(BRUSSELS).isocalendar()
    assert week == (isocalendar and f"{isocalendar.year}-W{isocalendar.week:02}")


def test_zone_decides_the_week(con: Connection, make):
    """The same moment is Monday in Brussels and Sunday in Washington."""
    make.store(con, make.judged(1, published=datetime(2026, 11, 16, 0, 30, tzinfo=BRUSSELS)))
    con.execute("UPDATE snapshot_info SET zone = 'America/New_York'")
    assert con.execute("SELECT week FROM v_items").fetchall() == [("2026-W46",)]


def test_week_counts_copies_apart(con: Connection, make):
    """Core, related and off add up to the originals."""
    related, off = make.judgement(relevance="related"), make.judgement(relevance="off")
    items = (make.judged(1), make.judged(2, by=related), make.judged(3, by=off), make.judged(4, copy_of=f"{1:016x}"))
    make.store(con, *items)
    rows = con.execute("SELECT items, copies, core, related, off_topic FROM v_week").fetchall()
    assert rows == [(4, 1, 1, 1, 1)]


def test_trend_knows_weeks_without_news(con: Connection, make, now):
    """A silent week counts as zero: 2 items, nothing, 1 item give a mean of 1 before the third week."""
    two_weeks = timedelta(days=14)
    make.store(con, make.judged(1, published=now - two_weeks), make.judged(2, published=now - two_weeks))
    make.store(con, make.judged(3, published=now))
    rows = con.execute(
        "SELECT items, mean_before, change FROM v_topic_trend WHERE topic = 'pesco' ORDER BY week"
    ).fetchall()
    assert rows == [(2, None, None), (0, 2.0, -2.0), (1, 1.0, 0.0)]


def test_trend_goes_across_new_year(con: Connection, make):
    """2026 has 53 weeks, and the one after W53 is 2027-W01."""
    for number, day in enumerate((datetime(2026, 12, 30, tzinfo=UTC), datetime(2027, 1, 6, tzinfo=UTC))):
        make.store(con, make.judged(number, published=day, first_seen=day))
    rows = con.execute("SELECT DISTINCT week FROM v_topic_trend ORDER BY week").fetchall()
    assert rows == [("2026-W53",), ("2027-W01",)]


def test_stories_count_publishers_not_feeds(con: Connection, make, now):
    """Two feeds of one publisher are two sources and one family."""
    sources = [make.source(), make.source(id="alpha-2", name="Alpha 2"), make.source(id="beta", family="b", weight=5)]
    sync_sources(con, sources, now)
    items = [make.judged(number, source_id=source.id) for number, source in enumerate(sources)]
    make.store(con, *items)
    ids = tuple(one.item.id for one in items)
    store_stories(con, [Story(ids[0], ids)], (), now)
    rows = con.execute("SELECT items, sources, families, strongest_title, topics FROM v_stories").fetchall()
    assert rows == [(3, 3, 2, "Title 2", ["dialogue", "pesco"])]
    assert con.execute("SELECT source_id FROM v_story_sources ORDER BY 1").fetchall() == [
        ("alpha",),
        ("alpha-2",),
        ("beta",),
    ]


def test_source_health_shows_silent_sources_too(con: Connection, make, now):
    """A source that was never asked is in the list, with zeros."""
    sync_sources(con, [make.source(), make.source(id="beta")], now)
    make.store(con, make.judged(1))
    make.store(con, outcome="failed", kind="timeout", detail="too slow")
    rows = con.execute(
        "SELECT source_id, fetches, failures, consecutive_failures, items, last_kind FROM v_source_health ORDER BY 1"
    ).fetchall()
    assert rows == [("alpha", 2, 1, 1, 1, "timeout"), ("beta", 0, 0, 0, 0, None)]


def test_source_health_tells_state_and_next_visit(con: Connection, make, now):
    """The columns that an operator asks for; a source that was never visited has no state and no trouble."""
    sync_sources(con, [make.source(), make.source(id="beta")], now)
    health, events = after("alpha", Visit(now, "failed", "status", 403, "answered 403"), None, ())
    run = begin_run(con, "collect", now, "hash").id
    store_visit(con, run, make.fetch(outcome="failed", kind="status"), [], [], [], now, health, events)
    rows = con.execute(
        "SELECT source_id, state, state_since, trouble, next_visit_at, quiet_until FROM v_source_health ORDER BY 1"
    ).fetchall()
    assert rows == [("alpha", "blocked", now, 1.0, health.next_visit_at, None), ("beta", None, None, 0.0, None, None)]
    rows = con.execute("SELECT told_at, source_name, kind, run_id FROM v_source_events").fetchall()
    assert rows == [(now, "Alpha", "trouble", run)]


def test_item_without_labels_has_an_empty_list(con: Connection, make):
    """Not NULL, so that len(topics) = 0 finds it; and without story or source it is still there."""
    make.store(con, make.judged(1, by=make.judgement(labels=(), relevance="off")))
    assert con.execute("SELECT topics, story_id, source_name FROM v_items").fetchall() == [([], None, None)]


def test_dispositions_without_a_fetch_do_not_hide(con: Connection, make):
    """The balance looks from both sides."""
    make.store(con, make.judged(1))
    con.execute("DELETE FROM fetches")
    assert con.execute("SELECT entries_in, entries_out, difference FROM v_disposition_balance").fetchall() == [
        (0, 1, -1)
    ]
