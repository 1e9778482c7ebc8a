"""sync_sources and feed_states: the configuration mirrored, the answers remembered."""

from datetime import timedelta

from storage.database import Connection
from storage.sources import feed_states, sync_sources


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
