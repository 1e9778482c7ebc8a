"""open_live: alone, in UTC, with words that a person can act on."""

import base64
import errno
import os
import stat
import subprocess
import sys
import threading
import zlib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import duckdb
import pytest

from parsers.errors import Busy, Misconfigured
from storage import database
from storage.database import GLANCE, Connection, insert_rows, open_live, schema_version, transaction

HOLD = """
import sys, pathlib
from storage.database import open_live
with open_live(pathlib.Path(sys.argv[1])):
    print("open", flush=True)
    sys.stdin.readline()
"""

MADE_BY_2_0_0 = (
    "eNrt2SELwlAQwPE3HWqzmYwvP4ZOBEFEfCaLxWSb25pVZrWaNFiEfYclsfsh/ACC1aJNZhgiiIoIgsL/V467gwvXjjsXPDHeHKTu"
    "tTr7tHjLqKQsZT3vuxV74Dhe2fVfz4nz9XC2khO5nh6bw8xOAAAAAACAr9hWg6DY1w3jcTt1q5tJyCWhzeoAAAAAAPgbtai7nC+y"
    "p2se3xEf3P/8/wEAAAAA+C0XtRk1DQ=="
)
"""The headers of an empty file that DuckDB 2.0.0 made: its first 12,288 bytes, deflated."""


def test_s_8_busy_names_the_pid_of_the_holder(tmp_path, child):
    """S-8: another process that holds the file is named by its PID, and nothing is waited for when wait is 0."""
    holder = child(HOLD, tmp_path)
    assert holder.stdout.readline() == "open\n"
    with pytest.raises(Busy) as caught, open_live(tmp_path, wait=0):
        pass
    assert caught.value.pid == holder.pid
    assert str(holder.pid) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_waits_until_the_holder_lets_go(tmp_path, child):
    """The file is opened as soon as the other process has closed it."""
    holder = child(HOLD, tmp_path)
    assert holder.stdout.readline() == "open\n"
    holder.stdin.write("\n")
    holder.stdin.flush()
    with open_live(tmp_path, wait=30) as con:
        assert con.execute("SELECT count(*) FROM runs").fetchall() == [(0,)]


@pytest.mark.parametrize(("wait", "least", "most"), [({}, 240, 300), ({"wait": GLANCE}, 3, 5)])
def test_a_step_waits_minutes_and_a_person_seconds(tmp_path, child, monkeypatch, wait, least, most):
    """Another step may hold the file for minutes: only then does a step give up, and only then."""
    holder = child(HOLD, tmp_path)
    assert holder.stdout.readline() == "open\n"
    pauses = [0.0]
    monkeypatch.setattr(database.time, "monotonic", lambda: sum(pauses))
    monkeypatch.setattr(database.time, "sleep", pauses.append)
    with pytest.raises(Busy), open_live(tmp_path, **wait):
        pass
    assert least <= sum(pauses) <= most


@pytest.mark.parametrize(
    "problem",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        duckdb.TransactionException(
            'Failed to commit: Could not write file "live.duckdb.wal": No space left on device'
        ),
        duckdb.IOException('IO Error: Could not write file "x": Disk quota exceeded'),
        duckdb.FatalException("FATAL Error: Failed: database has been invalidated: No space left on device"),
    ],
)
def test_a_full_disk_is_told(tmp_path, problem):
    """Whoever meets it, it is one sentence with the file and the remedy."""

    def meet() -> None:
        with open_live(tmp_path):
            raise problem

    with pytest.raises(Misconfigured, match=r"live\.duckdb: no space left .* run again$"):
        meet()


def test_other_faults_stay_what_they_are(tmp_path):
    """Only a full disk is translated."""

    def meet() -> None:
        with open_live(tmp_path):
            raise OSError(errno.EACCES, "Permission denied")

    with pytest.raises(PermissionError):
        meet()


def test_folder_is_made(tmp_path):
    """A missing home is created, with parents."""
    with open_live(tmp_path / "a" / "b"):
        pass
    assert (tmp_path / "a" / "b" / "live.duckdb").is_file()


def test_home_that_is_a_file_is_refused(tmp_path):
    """A home that cannot be a folder is a problem of the configuration, not a traceback."""
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured, match="cannot be made"), open_live(tmp_path / "file" / "home"):
        pass


@pytest.mark.parametrize("content", [b"<html>not a database</html>" * 500, b"\0" * 5000])
def test_damaged_file_is_named(tmp_path, content):
    """What is not a database is refused with the path, and left as it is."""
    path = tmp_path / "live.duckdb"
    path.write_bytes(content)
    with pytest.raises(Misconfigured, match=r"live\.duckdb"), open_live(tmp_path):
        pass
    assert path.read_bytes() == content


def test_old_duckdb_is_refused(tmp_path, monkeypatch):
    """A DuckDB that loses rows when the disk is full is not used."""
    monkeypatch.setattr(duckdb, "__version__", "1.4.5")
    with pytest.raises(Misconfigured, match=r"1\.5\.5"), open_live(tmp_path):
        pass


def test_sessions_run_in_utc_whatever_the_machine_says(tmp_path, child):
    """Midnight in Brussels comes back as the same moment on a machine in New York."""
    code = """
import sys, pathlib
from datetime import datetime
from zoneinfo import ZoneInfo
from storage.database import insert_rows, open_live
with open_live(pathlib.Path(sys.argv[1])) as con:
    con.execute("CREATE TABLE moments (seen_at TIMESTAMPTZ)")
    insert_rows(con, "moments", "seen_at", [(datetime(2026, 7, 1, tzinfo=ZoneInfo("Europe/Brussels")),)])
    print(con.execute("SELECT seen_at::VARCHAR FROM moments").fetchall()[0][0])
"""
    printed, _ = child(code, tmp_path, TZ="America/New_York").communicate()
    assert printed == "2026-06-30 22:00:00+00\n"


def test_transaction_rolls_back(con: Connection):
    """An exception inside the block undoes all of it."""
    con.execute("CREATE TABLE numbers (number INTEGER PRIMARY KEY)")

    def fail_late() -> None:
        with transaction(con):
            insert_rows(con, "numbers", "number", [(1,)])
            insert_rows(con, "numbers", "number", [(1,)])

    with pytest.raises(duckdb.ConstraintException):
        fail_late()
    assert con.execute("FROM numbers").fetchall() == []


def test_rows_come_back_as_they_went_in(con: Connection):
    """Nothing in a value is lost or changed: NUL, emoji, direction marks, quotes, bytes, empty lists, microseconds."""
    con.execute("CREATE TABLE kinds (t VARCHAR, l VARCHAR[], b BLOB, n BIGINT, d DOUBLE, y BOOLEAN, w TIMESTAMPTZ)")
    moment = datetime(2026, 10, 25, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    rows = [
        ("a\0b \u202e😀 ''\"\\n {}", ["x", "", "é"], bytes(range(256)), 2**62, 0.1, True, moment),
        ("", [], b"", -1, 1e-300, False, datetime(987, 1, 1, tzinfo=UTC)),
        (None, None, None, None, None, None, None),
    ]
    assert insert_rows(con, "kinds", "t l b n d y w", rows) == 3
    assert con.execute("FROM kinds").fetchall() == rows


def test_time_without_zone_is_refused(con: Connection):
    """A naive time would be taken for UTC in silence."""
    con.execute("CREATE TABLE moments (seen_at TIMESTAMPTZ)")
    with pytest.raises(ValueError, match="without zone"):
        insert_rows(con, "moments", "seen_at", [(datetime(2026, 1, 1),)])  # noqa: DTZ001 - the fault under test


def test_replace_keeps_what_it_is_told_to_keep(con: Connection):
    """A second write of the same key changes all columns but those to keep; without `key` it fails."""
    con.execute("CREATE TABLE seen (name VARCHAR PRIMARY KEY, first INTEGER, last INTEGER)")
    insert_rows(con, "seen", "name first last", [("a", 1, 1)])
    insert_rows(con, "seen", "name first last", [("a", 2, 2), ("b", 2, 2)], key="name", keep=("first",))
    assert con.execute("FROM seen ORDER BY name").fetchall() == [("a", 1, 2), ("b", 2, 2)]
    with pytest.raises(duckdb.ConstraintException):
        insert_rows(con, "seen", "name first last", [("b", 3, 3)])


def test_no_rows_are_no_work(con: Connection):
    """An empty list writes nothing and does not fail."""
    assert insert_rows(con, "runs", "run_id", []) == 0


def test_schema_version_is_that_of_the_newest_file():
    """The version counts the numbered files."""
    assert schema_version() == len(list(Path("storage/sql").glob("[0-9]*.sql")))


def test_s_9_a_reader_of_the_live_file_is_refused(tmp_path, child):
    """S-9: DuckDB lets nobody in beside the writer, not even to read; our word for it points to the snapshot."""
    holder = child(HOLD, tmp_path)
    assert holder.stdout.readline() == "open\n"
    with pytest.raises(duckdb.IOException, match="lock"):
        duckdb.connect(str(tmp_path / "live.duckdb"), read_only=True)
    with pytest.raises(Busy, match="read the published snapshot instead"), open_live(tmp_path, wait=0):
        pass


def test_s_17_a_file_of_a_newer_duckdb_is_refused(tmp_path):
    """S-17: both versions are named and what to do; the file stays as it is."""
    path = tmp_path / "live.duckdb"
    content = zlib.decompress(base64.b64decode(MADE_BY_2_0_0)).ljust(274_432, b"\0")
    path.write_bytes(content)
    with pytest.raises(Misconfigured) as caught, open_live(tmp_path):
        pass
    assert f"was written by DuckDB 2.0.0, in storage version 999; this is DuckDB {duckdb.__version__}" in str(
        caught.value
    )
    assert "which reads between 64 and 68. Install the newer one, or `seabridge restore`" in str(caught.value)
    assert path.read_bytes() == content


def test_s_17_files_stay_readable_for_older_programs(tmp_path):
    """S-17: we make files in the oldest storage version that this DuckDB writes, so that a step back stays possible."""
    with open_live(tmp_path):
        pass
    content = (tmp_path / "live.duckdb").read_bytes()
    assert (content[8:12], int.from_bytes(content[12:20], "little")) == (b"DUCK", 64)


AS_NOBODY = """
import os, pathlib, sys
sys.path.insert(0, os.getcwd())
import pyarrow
from parsers.errors import Misconfigured
from storage.database import open_live
from storage import migrations
migrations.load_migrations(), migrations.views_sql()
os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    with open_live(pathlib.Path(sys.argv[1])):
        print("opened")
except Misconfigured as problem:
    print(problem)
"""


@pytest.mark.parametrize("case", ["read-only folder", "read-only file", "missing folder", "wrong owner"])
def test_s_19_a_home_that_cannot_be_written(tmp_path, case):
    """S-19: told at the first opening, before anything is fetched: which file, whose it is, and what to do."""
    if os.geteuid() != 0:
        pytest.skip("only root may become another user, and root itself may write everything")
    home = tmp_path / "home"
    with open_live(home):
        pass
    for folder in (tmp_path, *list(tmp_path.parents)[:3]):
        folder.chmod(folder.stat().st_mode | 0o011)
    if case == "missing folder":
        home = tmp_path / "locked" / "home"
        home.parent.mkdir(mode=0o555)
    elif case != "wrong owner":
        for path in (home, *home.iterdir()):
            os.chown(path, 65534, 65534)
        (home if case == "read-only folder" else home / "live.duckdb").chmod(0o555 if "folder" in case else 0o400)
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(home)], cwd=Path.cwd(), capture_output=True, text=True, check=False
    )
    expected = {
        "read-only folder": f"{home}: cannot be written by user 65534: it belongs to user 65534, mode 0555. Run as",
        "read-only file": f"{home}/live.duckdb: cannot be written by user 65534: it belongs to user 65534, mode 0400.",
        "missing folder": f"{home}: the folder cannot be made: Permission denied",
        "wrong owner": f"{home}: cannot be written by user 65534: it belongs to user 0, mode 0755. Run as its owner",
    }
    assert done.stdout.startswith(expected[case]), done.stderr


def test_s_20_two_threads_change_the_same_row(tmp_path):
    """S-20: they take turns as processes do, so none of them fails and no change is lost."""
    with open_live(tmp_path) as con:
        con.execute("CREATE TABLE counted (number INTEGER)")
        con.execute("INSERT INTO counted VALUES (0)")
    failed = []

    def count():
        try:
            for _ in range(10):
                with open_live(tmp_path) as con, transaction(con):
                    con.execute("UPDATE counted SET number = number + 1")
        except BaseException as problem:
            failed.append(problem)

    threads = [threading.Thread(target=count) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with open_live(tmp_path) as con:
        assert con.execute("FROM counted").fetchall() == [(30,)]


def test_s_20_a_thread_does_not_wait_for_ever(tmp_path):
    """S-20: bounded: after its seconds a thread is told that its own process is in the way; the same one is let in."""
    told = []

    def knock():
        try:
            with open_live(tmp_path, wait=0.1):
                told.append("in")
        except Busy as busy:
            told.append(busy.pid)

    with open_live(tmp_path) as con:
        con.execute("CREATE TABLE first (x INTEGER)")
        thread = threading.Thread(target=knock)
        thread.start()
        thread.join()
        with open_live(tmp_path) as again:
            again.execute("FROM first")
    assert told == [os.getpid()]


def test_only_the_owner_may_read_what_holds_addresses(tmp_path):
    """Mode 0600 for the database, its log from the first byte on, and the mark."""
    with open_live(tmp_path) as con:
        for _ in range(2):
            with transaction(con):
                con.execute("UPDATE snapshot_info SET zone = 'Europe/Paris'")
            files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
            assert files == dict.fromkeys(("live.duckdb", "live.duckdb.wal", "live.duckdb.mark"), 0o600)
            con.execute("CHECKPOINT")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["live.duckdb", "live.duckdb.mark"]


def test_an_opening_without_a_change_leaves_no_log(tmp_path):
    """A log that stays behind looks like the work of a kill."""
    for _ in range(2):
        with open_live(tmp_path):
            pass
    assert [path.name for path in tmp_path.iterdir()] == ["live.duckdb"]
