"""publish: whole or not at all, open to readers, without any person in it."""

import re
import stat

import duckdb
import pytest

from parsers.errors import Misconfigured
from storage import snapshot
from storage.analyst import run_query
from storage.database import Connection, open_live, schema_version
from storage.deliveries import PlannedDelivery, plan_deliveries
from storage.editions import EditionRow, EditionState, store_edition
from storage.messages import Message, freeze_messages
from storage.snapshot import PUBLIC, publish, snapshot_path


@pytest.fixture
def published(con: Connection, make, tmp_path, now):
    make.store(con, make.judged(1), make.judged(2))
    plan_deliveries(con, "2026-W46/weekly/en", 1, [PlannedDelivery("anna-hash", "a***@secret.test")], now)
    freeze_messages(con, "2026-W46/weekly/en", 1, [Message("anna-hash", "<1@x>", b"To: anna@secret.test")], now)
    return publish(con, tmp_path, now)


def _ask(path, sql):
    with duckdb.connect(str(path), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_published_tables_hold_what_the_live_ones_hold(published, con: Connection):
    """Every public table is there with all its rows, and nothing else is."""
    tables = {name for (name,) in _ask(published, "SELECT table_name FROM duckdb_tables()")}
    assert tables == set(PUBLIC)
    for table in PUBLIC:
        count = f"SELECT count(*) FROM {table}"
        assert _ask(published, count) == con.execute(count).fetchall()


def test_drafts_are_not_published(con: Connection, tmp_path, now):
    """What nobody has approved is open work: neither its text nor its items nor its row in a view are there."""
    states: list[EditionState] = ["draft", "approved", "issued"]
    for number, state in enumerate(states, start=1):
        bytes_of = {"subject": state, "model_json": "{}", "html": f"{state} html", "text": state, "sha256": state}
        row = EditionRow("2026-W46/weekly/en", number, now, now, "UTC", **bytes_of, state=state, created_at=now)
        store_edition(con, row, [f"item {state}"])
    path = publish(con, tmp_path, now)

    assert _ask(path, "SELECT state FROM editions ORDER BY 1") == [("approved",), ("issued",)]
    assert _ask(path, "SELECT state, items FROM v_editions ORDER BY 1") == [("approved", 1), ("issued", 1)]
    assert _ask(path, "SELECT item_id FROM edition_items ORDER BY 1") == [("item approved",), ("item issued",)]
    assert b"draft html" not in path.read_bytes()


def test_no_person_is_published(published):
    """No table, column or byte tells of recipients, messages or processes."""
    columns = _ask(published, "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal")
    names = " ".join(f"{table}.{column}" for table, column in columns)
    assert not re.search(r"mail|recipient|deliver|message|address|masked|password|token|\bhost|\bpid", names)
    content = published.read_bytes()
    for secret in (b"anna", b"secret.test", b"a***"):
        assert secret not in content


def test_every_new_table_needs_a_decision(con: Connection):
    """A table that is neither published nor known as private would be forgotten or leaked."""
    tables = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert tables - set(PUBLIC) == {"migrations", "archive", "leases", "delivery_plans", "deliveries", "messages"}


def test_every_relation_and_column_is_explained(published):
    """The dictionary has no gap, and it knows all views."""
    gaps = "SELECT relation, column_name FROM v_dictionary WHERE meaning IS NULL OR relation_meaning IS NULL"
    assert _ask(published, gaps) == []
    views = {name for (name,) in _ask(published, "SELECT view_name FROM duckdb_views() WHERE NOT internal")}
    explained = {name for (name,) in _ask(published, "SELECT relation FROM v_dictionary WHERE relation_kind = 'view'")}
    assert views == explained
    assert {"v_items", "v_week", "v_topic_trend", "v_source_health", "v_disposition_balance", "v_snapshot"} <= views


def test_every_view_answers_in_both_files(published, con: Connection):
    """The same definitions hold in the snapshot and in the live database."""
    for (view,) in _ask(published, "SELECT view_name FROM duckdb_views() WHERE NOT internal"):
        _ask(published, f"FROM {view}")
        con.execute(f"FROM {view}").fetchall()


def test_snapshot_tells_version_and_time(published, now):
    """An analyst sees how old the data is."""
    assert _ask(published, "SELECT published_at, schema_version, duckdb_version, zone FROM v_snapshot") == [
        (now, schema_version(), duckdb.__version__, "Europe/Brussels")
    ]


def test_file_is_read_only_and_alone(published):
    """Nobody writes into it by mistake, and no half-made file is left."""
    assert stat.S_IMODE(published.stat().st_mode) == 0o444
    assert [path.name for path in published.parent.iterdir()] == ["seabridge.duckdb"]


def test_snapshot_is_readable_while_another_process_holds_the_live_file(published, tmp_path, child, con: Connection):
    """Analysts and flows never wait for each other."""
    con.close()
    hold = """
import sys, pathlib
from storage.database import open_live
with open_live(pathlib.Path(sys.argv[1])):
    print("open", flush=True)
    sys.stdin.readline()
"""
    holder = child(hold, tmp_path)
    assert holder.stdout.readline() == "open\n"
    assert run_query(published, "SELECT count(*) FROM v_items").rows == ((2,),)
    assert holder.poll() is None


def test_open_reader_keeps_its_snapshot(published, con: Connection, make, tmp_path, now, child):
    """A notebook that holds the old file goes on reading it; whoever opens later sees the new one."""
    read = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
for _ in range(2):
    print(con.execute("SELECT count(*) FROM items").fetchall()[0][0], flush=True)
    sys.stdin.readline()
"""
    reader = child(read, published)
    assert reader.stdout.readline() == "2\n"
    make.store(con, make.judged(3))
    publish(con, tmp_path, now)
    reader.stdin.write("\n")
    reader.stdin.flush()
    assert reader.stdout.readline() == "2\n"
    assert run_query(published, "SELECT count(*) FROM items").rows == ((3,),)


@pytest.mark.parametrize("step", ["_copy_tables", "_describe"])
def test_publication_that_breaks_leaves_the_old_file(
    published, con: Connection, make, tmp_path, now, monkeypatch, step
):
    """The new file takes the place of the old one only when it is complete, and the next publication works."""
    before = published.read_bytes()
    make.store(con, make.judged(3))

    def broken(*_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(snapshot, step, broken)
        with pytest.raises(OSError, match="no space"):
            publish(con, tmp_path, now)
    assert published.read_bytes() == before
    publish(con, tmp_path, now)
    assert _ask(published, "SELECT count(*) FROM items") == [(3,)]


@pytest.mark.slow
def test_killed_publication_leaves_the_old_file(published, con: Connection, tmp_path, now, child):
    """kill -9 between copying and describing: the old file is whole, the live file opens, the next one works."""
    before = published.read_bytes()
    con.close()
    code = """
import os, signal, sys, pathlib
from datetime import datetime
from storage import snapshot
from storage.database import open_live
snapshot._describe = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
with open_live(pathlib.Path(sys.argv[1])) as con:
    snapshot.publish(con, pathlib.Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
"""
    assert child(code, tmp_path, now.isoformat()).wait() == -9
    assert published.read_bytes() == before
    with open_live(tmp_path) as again:
        publish(again, tmp_path, now)
    assert _ask(published, "SELECT count(*) FROM items") == [(2,)]
    assert [path.name for path in published.parent.iterdir()] == ["seabridge.duckdb"]


def test_full_disk_is_noticed_before(published, con: Connection, tmp_path, now, monkeypatch):
    """A disk that fills up would stop the live database too, so nothing is begun."""
    full = type("Usage", (), {"free": 1 << 20})
    monkeypatch.setattr(snapshot.shutil, "disk_usage", lambda _: full)
    with pytest.raises(Misconfigured, match="1 MB left"):
        publish(con, tmp_path, now)


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "/etc/passwd", "", "../UTC"])
def test_unknown_zone_is_refused(con: Connection, tmp_path, now, zone):
    """Before anything is written."""
    with pytest.raises(Misconfigured, match="time zone"):
        publish(con, tmp_path, now, zone)
    assert not snapshot_path(tmp_path).exists()
