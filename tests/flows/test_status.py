"""What an operator sees of sources that are not well."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from drivers import Seabridge
from stored import store_visit

from flows.sample_server import sample_sources
from flows.status import troubles
from parsers.judging.health import Health, Visit, after
from parsers.judging.states import STATES
from storage.collected import FetchRow
from storage.database import Connection, open_live
from storage.runs import begin_run
from storage.sources import feed_states, sync_sources

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOURCE = replace(sample_sources()[0], id="alpha", url="https://alpha.test/feed")


def visit(con: Connection, *visits: Visit, source_id: str = "alpha") -> None:
    """Store these visits one after the other, as collections do."""
    for one in visits:
        state = feed_states(con).get(source_id)
        health, events = after(source_id, one, state.health if state else None, ())
        run = begin_run(con, f"visit {source_id} {one.at}", one.at, "hash").id
        row = FetchRow(source_id, SOURCE.url, one.at, 0.1, one.outcome, one.status, kind=one.kind, detail=one.detail)
        store_visit(con, run, row, [], [], [], one.at, health, events)


def failed(at: datetime, kind: str, status: int | None = None) -> Visit:
    return Visit(at, "failed", kind, status, f"detail of {kind}")


def read(at: datetime) -> Visit:
    return Visit(at, "read", status=200, entries=5, dated=5, newest=at)


@pytest.fixture
def troubled(seabridge: Seabridge, now: datetime) -> Seabridge:
    """One source blocked for three days, one gone, one that recovered, one stale, one fine but not verified."""
    with open_live(seabridge.home) as con:
        reason = {"verify_tls": False, "reason": "old server"}
        more = {"fine": reason, "off": {"enabled": False, "reason": "enough"}}
        names = ("blocked", "gone", "back", "stale", "fine", "off")
        sync_sources(con, [replace(SOURCE, id=name, **more.get(name, {})) for name in names], now)
        visit(con, *(failed(now - days * DAY, "status", 403) for days in (3, 2, 1)), source_id="blocked")
        visit(con, read(now - 9 * DAY), failed(now - DAY, "gone", 410), source_id="gone")
        visit(con, failed(now - 2 * DAY, "html", 200), read(now - DAY), source_id="back")
        visit(con, replace(read(now - 20 * DAY), newest=now - 900 * DAY), source_id="stale")
        visit(con, read(now), source_id="fine")
        visit(con, failed(now - 8 * DAY, "dns"), source_id="off")
        visit(con, failed(now - 8 * DAY, "dns"), source_id="removed")
    seabridge.monkeypatch.setenv("SEABRIDGE_NOW", now.isoformat())
    return seabridge


def test_sources_in_trouble_are_named_with_what_to_do(troubled: Seabridge, now: datetime) -> None:
    """State, trouble, since when, last success and remedy; the worst first; not those that are well, off or removed."""
    told = troubled("status")
    table = told.out.partition("Sources in trouble (3 of 5 visited)\n")[2].partition("\n\n")[0].splitlines()[1:]
    assert [line.split()[:3] for line in table] == [
        ["blocked", "blocked", "3"],
        ["gone", "gone", "1"],
        ["stale", "stale", "0"],
    ]
    assert all(STATES[line.split()[1]].remedy in line for line in table)
    assert f"{now - 3 * DAY:%Y-%m-%d %H:%M}  never" in table[0]
    assert f"{now - DAY:%Y-%m-%d %H:%M}  {now - 9 * DAY:%Y-%m-%d %H:%M}" in table[1]
    assert "fine: its certificate is not checked" in told.out


def test_events_of_the_last_days_are_told(troubled: Seabridge) -> None:
    """Trouble, recovery and retirement, newest first; nothing of three weeks ago."""
    told = troubled("status").out.partition("Lately")[2]
    assert "recovered  answers again after 24 hours and 1 failed visit" in told
    kinds = [line.split()[3] for line in told.splitlines()[2:] if line.startswith("2026-")]
    assert kinds == ["recovered", "gone", "trouble", "trouble"]  # of one source and kind the latest


def test_json_carries_all(troubled: Seabridge, now: datetime) -> None:
    """The same for programs, with times in ISO 8601."""
    values = json.loads(troubled("status", "--json").out)
    first = values["sources_in_trouble"][0]
    assert (first["source"], first["state"], first["trouble"]) == ("blocked", "blocked", 3.0)
    assert first["since"] == (now - 3 * DAY).isoformat()
    assert first["detail"] == "detail of status"
    assert values["sources_unverified"] == ["fine"]
    assert {event["kind"] for event in values["events"]} == {"trouble", "gone", "recovered"}


def test_states_of_an_older_program(now: datetime, seabridge: Seabridge) -> None:
    """Before the first visit after an upgrade failures in a row stand in, with the name of the last one."""
    with open_live(seabridge.home) as con:
        visit(con, failed(now, "dns"))
        con.execute("UPDATE feed_states SET health = NULL, consecutive_failures = 3")
        states = feed_states(con)
    (one,) = troubles(states)
    assert (one.state, one.trouble, one.since) == ("dns", 3.0, None)
    assert troubles({"alpha": replace(states["alpha"], health=Health("ok", now, 0.0, now))}) == []
