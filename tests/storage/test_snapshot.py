"""publish: whole or not at all, open to readers, without any person in it."""

import hashlib
import random
import re
import stat
import subprocess
import time
from datetime import timedelta

import duckdb
import pytest

from parsers.errors import Misconfigured
from storage import snapshot
from storage.analyst import run_query
from storage.database import Connection, open_live, schema_version
from storage.deliveries import PlannedDelivery, plan_deliveries
from storage.editions import EditionRow, EditionState, store_edition
from storage.messages import Message, freeze_messages
from storage.snapshot import PUBLIC, older_snapshots, publish, snapshot_path


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
    tables = {name for (name,) in _ask(published, "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'")}
    assert tables == {*PUBLIC, "snapshot_counts"}
    for table in PUBLIC:
        count = f"SELECT count(*) FROM {table}"
        assert _ask(published, count) == con.execute(count).fetchall()


def test_drafts_are_not_published(con: Connection, tmp_path, now):
    """What nobody has approved is open work: neither its text nor its items nor its row in a view are there."""
    states: list[EditionState] = ["draft", "approved", "issued"]
    for number, state in enumerate(states, start=1):
        bytes_of = {"subject": state, "model_json": "{}", "html": f"{state} html", "text": state, "sha256": state}
        row = EditionRow(
            "2026-W46/weekly/en", number, now, now, "UTC", **bytes_of, state=state, created_at=now, known_at=now
        )
        store_edition(con, row, [f"item {state}"])
    path = publish(con, tmp_path, now)

    assert _ask(path, "SELECT state FROM editions ORDER BY 1") == [("approved",), ("issued",)]
    assert _ask(path, "SELECT state, items FROM v_editions ORDER BY 1") == [("approved", 1), ("issued", 1)]
    assert _ask(path, "SELECT item_id FROM edition_items ORDER BY 1") == [("item approved",), ("item issued",)]
    assert b"draft html" not in path.read_bytes()


def test_s_25_no_person_is_published(published):
    """S-25: no table, column or byte tells of recipients, messages or processes: neither address, mask nor hash."""
    columns = _ask(published, "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal")
    names = " ".join(f"{table}.{column}" for table, column in columns)
    assert not re.search(r"mail|recipient|deliver|message|address|masked|password|token|\bhost|\bpid", names)
    content = published.read_bytes()
    for secret in (b"anna", b"secret.test", b"a***", hashlib.sha256(b"anna@secret.test").hexdigest().encode()):
        assert secret not in content


def test_every_new_table_needs_a_decision(con: Connection):
    """A table that is neither published nor known as private would be forgotten or leaked."""
    tables = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    private = {"migrations", "high_water", "archive", "leases", "delivery_plans", "deliveries", "messages"}
    assert tables - set(PUBLIC) == private


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
    """An analyst sees how old the data is, and of which versions."""
    told = "SELECT published_at, newest_item_at, schema_version, duckdb_version, zone FROM v_snapshot"
    assert _ask(published, told) == [(now, now, schema_version(), duckdb.__version__, "Europe/Brussels")]
    assert _ask(published, "SELECT fts_built_at, search_items FROM v_snapshot") == [(now, 2)]


def test_snapshot_counts_itself(published):
    """Every table with the rows it has: a torn file would not agree with itself."""
    counts = dict(_ask(published, "FROM snapshot_counts"))
    assert counts.keys() == PUBLIC.keys()
    assert counts == {table: _ask(published, f"SELECT count(*) FROM {table}")[0][0] for table in PUBLIC}
    assert counts["items"] == 2


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


def test_s_10_open_reader_keeps_its_snapshot(published, con: Connection, make, tmp_path, now, child):
    """S-10: a notebook that holds the old file goes on reading it; whoever opens later sees the new one."""
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


@pytest.mark.parametrize("step", ["_copy_tables", "_complete", "_put_in_place"])
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


def test_s_10_same_process_must_close_first(published, con: Connection, make, tmp_path, now):
    """S-10: whoever connects again while the old file is open in the process gets the old one (so DuckDB is)."""
    held = duckdb.connect(str(published), read_only=True)
    make.store(con, make.judged(3))
    publish(con, tmp_path, now)
    assert _ask(published, "SELECT count(*) FROM items") == [(2,)]
    held.close()
    assert _ask(published, "SELECT count(*) FROM items") == [(3,)]


def test_last_ones_are_kept(published, con: Connection, make, tmp_path, now):
    """The newest under its name, those before under their time, as many as asked for; the rest goes."""
    for hour in range(1, 5):
        make.store(con, make.judged(2 + hour))
        publish(con, tmp_path, now + timedelta(hours=hour), keep=3)
    names = ["seabridge-20261116T080000Z.duckdb", "seabridge-20261116T090000Z.duckdb"]
    assert [path.name for path in older_snapshots(tmp_path)] == names
    assert sorted(path.name for path in published.parent.iterdir()) == [*names, "seabridge.duckdb"]
    found = [_ask(path, "SELECT count(*) FROM items") for path in (*older_snapshots(tmp_path), published)]
    assert found == [[(4,)], [(5,)], [(6,)]]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o444 for path in published.parent.iterdir())

    publish(con, tmp_path, now + timedelta(hours=5), keep=1)
    assert [path.name for path in published.parent.iterdir()] == ["seabridge.duckdb"]


def test_reader_of_a_pruned_one_is_not_disturbed(published, con: Connection, tmp_path, now):
    """A notebook may keep a snapshot open for longer than it is kept."""
    with duckdb.connect(str(published), read_only=True) as reader:
        for hour in range(1, 4):
            publish(con, tmp_path, now + timedelta(hours=hour), keep=1)
        assert reader.execute("SELECT title FROM items ORDER BY 1").fetchall() == [("Title 1",), ("Title 2",)]
        assert reader.execute("SELECT published_at FROM v_snapshot").fetchall() == [(now,)]


def test_settings_of_the_live_connection_come_back(published, con: Connection, tmp_path, now):
    """The flow that goes on afterwards has its memory and its way to store."""
    settings = "SELECT current_setting('memory_limit'), current_setting('force_compression')"
    con.execute("SET memory_limit = '300MiB'")
    before = con.execute(settings).fetchall()
    publish(con, tmp_path, now)
    assert con.execute(settings).fetchall() == before


ODD = {"empty": "", "NUL": "a\0b", "RTL": "\u202eדֻּגְמָה عربي", "50 MB": "wörd " * 10_000_000}


def test_s_21_odd_values_come_through(con: Connection, make, tmp_path, now):
    """S-21: what is stored is published, character for character, and search goes on."""
    items = [make.judged(number, text=text) for number, text in enumerate(ODD.values())]
    make.store(con, *items, make.judged(9, title="\0 needle \u202e"))
    path = publish(con, tmp_path, now)
    for number, text in enumerate(ODD.values()):
        stored = _ask(path, f"SELECT octet_length(encode(text)), md5(text) FROM items WHERE item_id = '{number:016x}'")
        assert stored == [(len(text.encode()), hashlib.md5(text.encode()).hexdigest())]
    assert _ask(path, "SELECT item_id FROM search_items('needle')") == [(f"{9:016x}",)]
    assert _ask(path, "SELECT item_id FROM search_items('wörd')") == [(f"{3:016x}",)]


@pytest.mark.slow
def test_s_22_killed_publication(published, con: Connection, make, tmp_path, now, child):
    """S-22: kill -9 at random moments: readers find the old file whole, the live file opens, the next one cleans up."""
    make.store(con, *map(make.judged, range(10, 2_000)))
    start = time.monotonic()
    before = publish(con, tmp_path, now).read_bytes()
    usual = time.monotonic() - start
    con.close()
    code = """
import sys, pathlib
from datetime import datetime
from storage.database import open_live
from storage.snapshot import publish
with open_live(pathlib.Path(sys.argv[1])) as con:
    print("begin", flush=True)
    publish(con, pathlib.Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
    print("end", flush=True)
"""
    left_behind = 0
    chance = random.Random(22)
    for number in range(8):
        publisher = child(code, tmp_path, (now + timedelta(hours=1 + number)).isoformat())
        assert publisher.stdout.readline() == "begin\n"
        time.sleep(chance.random() * usual)
        publisher.kill()
        if publisher.communicate()[0] != "end\n":
            assert _ask(published, "SELECT count(*) FROM items") == [(1_992,)]
            left_behind += any(".new" in path.name for path in published.parent.iterdir())
    assert left_behind > 0
    with open_live(tmp_path) as again:
        publish(again, tmp_path, now + timedelta(days=1), keep=1)
    assert [path.name for path in published.parent.iterdir()] == ["seabridge.duckdb"]
    assert len(published.read_bytes()) == pytest.approx(len(before), rel=0.1)


def _mounted(folder, size):
    """A small disk of its own, where that is permitted."""
    folder.mkdir()
    asked = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder]
    if subprocess.run(asked, check=False, capture_output=True).returncode != 0:
        pytest.skip("a disk that fills up needs the right to mount one")


@pytest.mark.parametrize("step", ["copying", "indexing"])
def test_s_7_disk_that_fills_up_meanwhile(con: Connection, make, tmp_path, now, monkeypatch, step):
    """S-7: somebody else takes the room meanwhile: one sentence, the old snapshot, and a live file that works."""
    disk = tmp_path / "published"
    _mounted(disk, "24m")
    monkeypatch.setattr(snapshot, "_refuse_full_disk", lambda *_: None)
    try:
        make.store(con, make.judged(1))
        path = publish(con, tmp_path, now)
        before = path.read_bytes()
        chance = random.Random(7)
        text = " ".join(f"{chance.getrandbits(60):x}" for _ in range(300))
        many = 6_000 if step == "copying" else 2_500
        make.store(con, *(make.judged(number, text=f"{number} {text}"[:4_000]) for number in range(10, many)))
        if step == "indexing":
            (disk / "stranger").write_bytes(bytes(9 << 20))
        with pytest.raises(Misconfigured, match="no space left"):
            publish(con, tmp_path, now)
        assert path.read_bytes() == before
        assert not any(".new" in one.name for one in disk.iterdir())
        make.store(con, make.judged(2))
        con.execute("CHECKPOINT")
        assert con.execute("SELECT count(*) FROM items").fetchall() == [(many - 10 + 2,)]
    finally:
        subprocess.run(["umount", disk], check=True)


def test_s_7_full_disk_is_noticed_before(published, con: Connection, tmp_path, now, monkeypatch):
    """S-7: a disk that fills up would stop the live database too, so nothing is begun."""
    full = type("Usage", (), {"free": 1 << 20})
    monkeypatch.setattr(snapshot.shutil, "disk_usage", lambda _: full)
    with pytest.raises(Misconfigured, match="1 MB left"):
        publish(con, tmp_path, now)
    assert [path.name for path in published.parent.iterdir()] == ["seabridge.duckdb"]


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "/etc/passwd", "", "../UTC"])
def test_unknown_zone_is_refused(con: Connection, tmp_path, now, zone):
    """Before anything is written."""
    with pytest.raises(Misconfigured, match="time zone"):
        publish(con, tmp_path, now, zone)
    assert not snapshot_path(tmp_path).exists()
