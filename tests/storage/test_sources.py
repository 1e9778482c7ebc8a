"""The configuration mirrored, the answers and the health of sources remembered, events kept, news counted by day."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from stored import store_visit

from parsers.judging.findings import Finding, Memory
from parsers.judging.health import Event, Health, Visit, after
from parsers.judging.volume import Habit
from parsers.model import Rhythm
from storage.database import Connection
from storage.runs import begin_run
from storage.sources import arrivals, asked_sources, feed_states, recent_events, sync_sources


def test_table_mirrors_the_configuration(con: Connection, make, now):
    """Changes are taken over, the time of the first listing stays, removed sources stay with the time they went."""
    sync_sources(con, [make.source(), make.source(id="beta")], now)
    later = now + timedelta(days=1)
    sync_sources(con, [make.source(name="Alpha News", weight=5)], later)
    rows = con.execute("SELECT source_id, name, weight, listed_at, gone_at FROM sources ORDER BY 1").fetchall()
    assert rows == [("alpha", "Alpha News", 5, now, None), ("beta", "Alpha", 3, now, later)]


def test_source_that_comes_back_is_no_longer_gone(con: Connection, make, now):
    """Going is not for ever."""
    for sources in ([make.source()], [], [make.source()]):
        sync_sources(con, sources, now)
    assert con.execute("SELECT gone_at FROM sources").fetchall() == [(None,)]


def test_answer_is_remembered(con: Connection, make, now):
    """Validators, hash and time of the last success come back."""
    make.store(con, etag='"1"', last_modified="Mon", body_sha256="abc", moved_to="https://new.test")
    state = feed_states(con)["alpha"]
    assert (state.etag, state.last_modified, state.body_sha256, state.moved_to) == (
        '"1"',
        "Mon",
        "abc",
        "https://new.test",
    )
    assert (state.consecutive_failures, state.last_success_at, state.last_outcome) == (0, now, "read")


def test_failure_is_counted_and_forgets_nothing(con: Connection, make, now):
    """Failures add up and keep validators; a 304 ends the count and keeps them too."""
    make.store(con, etag='"1"', body_sha256="abc")
    for _ in range(2):
        make.store(con, outcome="failed", kind="timeout", detail="too slow", status=None)
    state = feed_states(con)["alpha"]
    assert (state.consecutive_failures, state.last_kind, state.last_detail) == (2, "timeout", "too slow")
    assert (state.etag, state.body_sha256, state.last_success_at) == ('"1"', "abc", now)
    make.store(con, outcome="unchanged", status=304)
    state = feed_states(con)["alpha"]
    assert (state.consecutive_failures, state.last_kind, state.etag, state.body_sha256) == (0, None, '"1"', "abc")


def test_validators_that_the_server_dropped_are_dropped(con: Connection, make):
    """An answer without ETag replaces one with ETag: sending the old one on would be wrong."""
    make.store(con, etag='"1"')
    make.store(con, etag=None)
    assert feed_states(con)["alpha"].etag is None


def test_new_address_starts_without_a_past(con: Connection, make, now):
    """Validators of another address are never used, not even after a failure at the new one."""
    sync_sources(con, [make.source()], now)
    make.store(con, etag='"1"')
    moved = make.source(url="https://alpha.test/new")
    sync_sources(con, [moved], now)
    assert feed_states(con) == {}
    make.store(con, url=moved.url, outcome="failed", kind="dns")
    state = feed_states(con)["alpha"]
    assert (state.url, state.etag, state.consecutive_failures, state.last_success_at) == (moved.url, None, 1, None)


# ---------------------------------------------------------------- health and events


def _full(now: datetime) -> Health:
    """A health of which nothing is left at its default."""
    return Health(
        state="blocked",
        state_since=now - timedelta(days=2),
        trouble=2.75,
        next_visit_at=now + timedelta(hours=9),
        quiet_until=now + timedelta(hours=1),
        detail='answered 403 \u2028 "here"',
        failures=4,
        failing_since=now - timedelta(days=3),
        memory=Memory(
            findings=(Finding("stale", now, "of 2016"), Finding("undated", now, "")),
            answered_at=now - timedelta(days=4),
            news_at=now - timedelta(days=5),
            news_today=3,
            habit=Habit((20, 8), (12, 1)),
            entries=30,
            newest=now - timedelta(days=90),
            language="en",
            rhythm=Rhythm(timedelta(minutes=90), (0, 1), (6,)),
            restless=2,
            moved_to="https://b.test/",
        ),
    )


def test_health_comes_back_as_it_was(con: Connection, make, now):
    """Every field, set or not, and beside it columns for SQL."""
    run = begin_run(con, "collect", now, "hash").id
    full, plain = _full(now), Health("ok", now, 0.0, now)
    rhythm = replace(plain, memory=Memory(rhythm=Rhythm()))
    for name, health in (("a", full), ("b", plain), ("c", rhythm)):
        store_visit(con, run, make.fetch(name), [], [], [], now, health)
    states = feed_states(con)
    assert (states["a"].health, states["b"].health, states["c"].health) == (full, plain, rhythm)
    rows = con.execute(
        "SELECT state, state_since, trouble, next_visit_at, quiet_until FROM feed_states WHERE source_id = 'a'"
    ).fetchall()
    assert rows == [("blocked", full.state_since, 2.75, full.next_visit_at, full.quiet_until)]
    assert con.execute("SELECT source_id, state FROM fetches ORDER BY 1").fetchall() == [
        ("a", "blocked"), ("b", "ok"), ("c", "ok")
    ]  # fmt: skip


def test_health_is_stored_with_the_fetch_or_not_at_all(con: Connection, make, now):
    """A second call of a resumed run changes neither health nor events."""
    run = begin_run(con, "collect", now, "hash").id
    health, event = Health("ok", now, 0.0, now), Event("moved", "to b.test")
    store_visit(con, run, make.fetch(), [], [], [], now, health, [event])
    store_visit(con, run, make.fetch(), [], [], [], now, _full(now), [event, event])
    assert feed_states(con)["alpha"].health == health
    assert [(one.source_id, one.at, one.event) for one in recent_events(con, now)] == [("alpha", now, event)]


def test_new_address_has_no_health(con: Connection, make, now):
    """What was wrong with the old address, 410 included, says nothing of the new one."""
    sync_sources(con, [make.source()], now)
    run = begin_run(con, "collect", now, "hash").id
    store_visit(con, run, make.fetch(outcome="failed", kind="gone"), [], [], [], now, _full(now))
    sync_sources(con, [make.source(url="https://alpha.test/new")], now)
    assert feed_states(con) == {}


def test_n_1_failures_are_weighed_over_runs(con: Connection, make, now):
    """N-1: what storage gives back goes on where the last visit ended: trouble grows, nothing is switched off."""
    for number in range(3):
        at = now + timedelta(days=number)
        state = feed_states(con).get("alpha")
        health, events = after("alpha", Visit(at, "failed", "dns"), state.health if state else None, ())
        run = begin_run(con, f"collect {number}", at, "hash").id
        store_visit(con, run, make.fetch(outcome="failed", kind="dns"), [], [], [], at, health, events)
    health = feed_states(con)["alpha"].health
    assert health is not None
    assert (health.state, health.trouble, health.failures, health.failing_since) == ("dns", 0.75, 3, now)


def test_recent_events_are_those_since_then(con: Connection, make, now):
    """Newest first; of one visit in the order in which they were told."""
    for days in (9, 2, 1):
        at = now - timedelta(days=days)
        told = [Event("fixed", f"{days}"), Event("moved", f"{days}")]
        run = begin_run(con, f"collect {days}", at, "hash").id
        store_visit(con, run, make.fetch(), [], [], [], at, None, told)
    found = [(one.event.kind, one.event.detail) for one in recent_events(con, now - timedelta(days=7))]
    assert found == [("fixed", "1"), ("moved", "1"), ("fixed", "2"), ("moved", "2")]
    assert con.execute("SELECT count(*) FROM v_source_events").fetchall() == [(6,)]


def test_sources_that_are_asked(con: Connection, make, now):
    """Only those that are enabled and configured, each with whether its certificate is checked."""
    trusting = {"verify_tls": False, "reason": "old server"}
    sources = [
        make.source(),
        make.source(id="beta", **trusting),
        make.source(id="gamma", **trusting, enabled=False),
        make.source(id="delta", **trusting),
    ]
    sync_sources(con, sources, now)
    assert asked_sources(con) == {"alpha": True, "beta": False, "delta": False}
    sync_sources(con, sources[:3], now)
    assert asked_sources(con) == {"alpha": True, "beta": False}


# ---------------------------------------------------------------- arrivals


def _store_news(con: Connection, make, at: datetime, *numbers: int, source_id: str = "alpha", **fetched) -> None:
    run = begin_run(con, f"news {source_id} {at}", at, "hash").id
    entries = [make.stored(make.judged(number, published=at)) for number in numbers]
    store_visit(con, run, make.fetch(source_id, started_at=at, **fetched), entries, [], [], at)


def test_arrivals_are_counted_by_day(con: Connection, make, now):
    """Whole UTC days before now, oldest first; neither today nor the first feed counts."""
    days = [now - timedelta(days=back) for back in range(6)]
    _store_news(con, make, days[5], *range(30))
    _store_news(con, make, days[4], 29, 30, 31)
    _store_news(con, make, days[2].replace(hour=0, minute=0), 32)
    _store_news(con, make, days[2].replace(hour=23, minute=59), 33, 34, 35)
    _store_news(con, make, days[0], 36)
    assert arrivals(con, ["alpha", "beta"], now) == {"alpha": (2, 0, 4, 0), "beta": ()}
    assert arrivals(con, [], now) == {}


def test_arrivals_reach_back_four_weeks(con: Connection, make, now):
    """28 days of a source that is known for longer; entries seen again are counted on the day they came."""
    for back in range(40, 0, -1):
        _store_news(con, make, now - timedelta(days=back), back, back + 1)
    assert arrivals(con, ["alpha"], now)["alpha"] == (1,) * 28


def test_a_walk_back_through_older_entries_is_no_busy_day(con: Connection, make, now):
    """Only what is dated within two days of when it was seen is news; what has no date is."""
    _store_news(con, make, now - timedelta(days=3), 0)
    seen = now - timedelta(days=1)
    ages = (timedelta(days=30), timedelta(hours=49), timedelta(hours=47), -timedelta(hours=47), -timedelta(hours=49))
    found = [make.judged(number, published=seen - age) for number, age in enumerate(ages, start=1)]
    found.append(make.judged(9, published=None))
    run = begin_run(con, "walk", seen, "hash").id
    store_visit(con, run, make.fetch(started_at=seen), [make.stored(one) for one in found], [], [], seen)
    assert arrivals(con, ["alpha"], now)["alpha"] == (0, 3)


def test_arrivals_of_a_new_or_failing_source(con: Connection, make, now):
    """A source that was read today for the first time, or never, has no days; failures are no reads."""
    _store_news(con, make, now - timedelta(days=9), outcome="failed", kind="dns")
    assert arrivals(con, ["alpha"], now)["alpha"] == ()
    _store_news(con, make, now - timedelta(days=2), 1, 2, 3)
    _store_news(con, make, now, 1, source_id="beta")
    assert arrivals(con, ["alpha", "beta"], now) == {"alpha": (0,), "beta": ()}


def test_arrivals_begin_anew_with_a_new_address(con: Connection, make, now):
    """Its first feed may call everything new."""
    _store_news(con, make, now - timedelta(days=9), *range(10))
    _store_news(con, make, now - timedelta(days=3), *range(100, 130), url="https://alpha.test/new")
    _store_news(con, make, now - timedelta(days=1), 200, url="https://alpha.test/new")
    assert arrivals(con, ["alpha"], now)["alpha"] == (0, 1)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
def test_days_are_in_utc_wherever_the_machine_is(con: Connection, make, zone):
    """The zone of the session or of `now` moves no entry to another day."""
    con.execute(f"SET TimeZone = '{zone}'")
    _store_news(con, make, datetime(2026, 11, 10, 12, tzinfo=UTC), 1)
    _store_news(con, make, datetime(2026, 11, 12, 23, 30, tzinfo=UTC), 2)
    _store_news(con, make, datetime(2026, 11, 13, 0, 30, tzinfo=UTC), 3, 4)
    assert arrivals(con, ["alpha"], datetime(2026, 11, 14, 0, 1, tzinfo=UTC))["alpha"] == (0, 1, 2)
