"""begin_run: one living run for each flow, taken over only from the dead."""

import os
from datetime import timedelta

import pytest

from parsers.errors import Busy
from storage.database import Connection, open_live
from storage.runs import LEASE, RESUME_WITHIN, begin_run, check_lease, finish_run, last_runs, renew

BEGIN = """
import os, signal, sys, pathlib
from datetime import datetime
from storage.collected import Brought, FetchRow, store_visits
from storage.database import open_live
from storage.runs import begin_run
home, now = pathlib.Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
with open_live(home) as con:
    run = begin_run(con, "collect", now, "hash")
    store_visits(con, run.id, [Brought(FetchRow("alpha", "https://alpha.test", now, 0.1, "read"))], now)
print(run.id, flush=True)
sys.stdin.readline()
"""


def test_run_id_tells_flow_and_time(con: Connection, now):
    """Ids are readable; a second run in the same second gets a number."""
    first = begin_run(con, "collect", now, "hash")
    finish_run(con, first.id, now, "completed", {})
    assert (first.id, first.resumed, first.done_sources) == (f"collect-{now:%Y%m%dT%H%M%S}Z", False, frozenset())
    assert begin_run(con, "collect", now, "hash").id == f"{first.id}-2"


def test_living_holder_keeps_the_flow(tmp_path, child, now):
    """While the process that runs a flow lives, others are told its PID; other flows are free."""
    holder = child(BEGIN, tmp_path, now.isoformat())
    run_id = holder.stdout.readline().strip()
    with open_live(tmp_path) as con:
        with pytest.raises(Busy) as caught:
            begin_run(con, "collect", now + timedelta(minutes=1), "hash")
        assert caught.value.pid == holder.pid
        assert run_id in str(caught.value)
        assert not begin_run(con, "digest", now, "hash").resumed


@pytest.mark.slow
def test_run_of_a_killed_process_is_resumed(tmp_path, child, now):
    """After kill -9 the same run goes on at once, with the sources that were stored."""
    holder = child(BEGIN, tmp_path, now.isoformat())
    run_id = holder.stdout.readline().strip()
    holder.kill()  # not waited for: a zombie is dead as well
    with open_live(tmp_path) as con:
        run = begin_run(con, "collect", now + timedelta(minutes=1), "hash")
        assert (run.id, run.resumed, run.done_sources) == (run_id, True, frozenset({"alpha"}))
        assert run.started_at == now
        finish_run(con, run.id, now, "completed", {"entries": 3})
        assert last_runs(con, 1)[0].resumed == 1


def test_reused_process_number_is_not_the_holder(con: Connection, now):
    """A process with the holder's number but another start is somebody else."""
    run = begin_run(con, "collect", now, "hash")
    con.execute("UPDATE leases SET process_started = 'another boot:1'")
    assert begin_run(con, "collect", now, "hash").id == run.id


def test_holder_on_another_host_keeps_the_flow_until_the_lease_ends(con: Connection, now):
    """Whether a process of another machine lives cannot be seen, so only its lease counts."""
    run = begin_run(con, "collect", now, "hash", lease=LEASE / 2)
    con.execute("UPDATE leases SET host = 'elsewhere', pid = 1")
    with pytest.raises(Busy):
        begin_run(con, "collect", now + LEASE / 4, "hash")
    assert begin_run(con, "collect", now + LEASE / 2, "hash").id == run.id


def test_renewed_lease_holds_longer(con: Connection, now):
    """`renew` starts the time anew."""
    run = begin_run(con, "collect", now, "hash")
    renew(con, run.id, now + LEASE / 2)
    with pytest.raises(Busy) as caught:
        begin_run(con, "collect", now + LEASE, "hash")
    assert caught.value.pid == os.getpid()


def test_run_that_was_taken_over_cannot_write(con: Connection, now, make):
    """A process that was thought dead is stopped when it comes back: fetches, renewals and the end are refused."""
    run = begin_run(con, "collect", now, "hash")
    con.execute("UPDATE leases SET pid = pid + 1")
    for late in (
        lambda: make.store(con, make.judged(1), run_id=run.id),
        lambda: renew(con, run.id, now),
        lambda: finish_run(con, run.id, now, "completed", {}),
    ):
        with pytest.raises(Busy, match="taken over"):
            late()
    assert con.execute("SELECT count(*) FROM items").fetchall() == [(0,)]
    assert last_runs(con, 1)[0].state == "running"


def test_closed_run_cannot_be_written(con: Connection, now):
    """A finished run stays as it is."""
    run = begin_run(con, "collect", now, "hash")
    finish_run(con, run.id, now, "partial", {})
    with pytest.raises(Busy, match="closed"):
        check_lease(con, run.id)


def test_old_unfinished_run_is_closed_as_failed(con: Connection, now):
    """After ten days off nobody wants the rest of the old run: its sources are asked again in a new one."""
    old = begin_run(con, "collect", now, "hash")
    later = now + RESUME_WITHIN
    new = begin_run(con, "collect", later, "hash")
    assert (new.resumed, new.id != old.id) == (False, True)
    assert [(run.id, run.state) for run in last_runs(con, 5)] == [(new.id, "running"), (old.id, "failed")]


@pytest.mark.parametrize(("request_", "resumed"), [("one", False), ("all", True)])
def test_only_an_equal_request_goes_on(con: Connection, now, request_, resumed):
    """Who asks for one source does not finish the run for all of them: that one is closed, and a new one begins."""
    old = begin_run(con, "collect", now, "hash", request="all")
    con.execute("UPDATE leases SET process_started = 'another boot:1'")
    new = begin_run(con, "collect", now + timedelta(minutes=5), "hash", request=request_)
    assert (new.resumed, new.id == old.id) == (resumed, resumed)
    state = "running" if resumed else "failed"
    assert con.execute("SELECT state, request FROM runs WHERE run_id = ?", [old.id]).fetchall() == [(state, "all")]


def test_run_after_a_failure_knows_it(con: Connection, now):
    """What a run that did not end well has stored is still to be worked up, by the next run, whatever it asks for."""
    first = begin_run(con, "collect", now, "hash", request="all")
    assert not first.after_failure
    con.execute("UPDATE leases SET process_started = 'another boot:1'")
    second = begin_run(con, "collect", now + timedelta(minutes=1), "hash", request="one")
    assert second.after_failure
    finish_run(con, second.id, now, "completed", {})
    assert not begin_run(con, "collect", now + timedelta(minutes=2), "hash", request="one").after_failure


def test_last_runs_come_newest_first_with_their_figures(con: Connection, now):
    """The summary comes back as it was given."""
    for hour in range(3):
        run = begin_run(con, "collect", now + timedelta(hours=hour), "hash")
        finish_run(con, run.id, now + timedelta(hours=hour, minutes=5), "completed", {"entries": hour, "note": "é"})
    rows = last_runs(con, 2)
    assert [row.summary["entries"] for row in rows] == [2, 1]
    assert rows[0].finished_at == now + timedelta(hours=2, minutes=5)
    assert (rows[0].config_hash, rows[0].summary["note"]) == ("hash", "é")
