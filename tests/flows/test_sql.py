"""`seabridge sql` as a person and a script meet it: lists, cookbook, formats, a terminal, limits, the live file."""

import csv
import fcntl
import io
import json
import os
import pty
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from drivers import REPOSITORY, Ended, Seabridge

from storage.database import LIVE_NAME, open_live

ENDLESS = "SELECT levenshtein(repeat('a', 100000), repeat('b', 100000))"
LIMIT = 20.0
"""Seconds within which something must have happened, on a busy machine."""


def until(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + LIMIT
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def queries_of(pid: int) -> list[psutil.Process]:
    """The processes that run a query for this command."""
    return psutil.Process(pid).children(recursive=True)


def on_terminal(seabridge: Seabridge, width: int, *arguments: str) -> Ended:
    """The command on a terminal of this width; its stderr apart."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-m", "flows", *arguments],
        cwd=REPOSITORY,
        env={**{name: value for name, value in os.environ.items() if name != "COLUMNS"}, **seabridge.environment},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        os.close(theirs)
        shown = b""
        while part := _read(ours):
            shown += part
        assert process.stderr
        told = process.stderr.read()
    os.close(ours)
    return Ended(process.returncode, shown.decode().replace("\r\n", "\n"), told)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other side has gone
        return b""


@pytest.fixture
def cookbook(ready: Seabridge) -> Seabridge:
    """With two examples of one's own beside the configuration."""
    folder = ready.config / "queries"
    folder.mkdir()
    (folder / "901-zebra-count.sql").write_text("-- How many zebras\n-- are there?\nSELECT 7 AS zebras\n")
    (folder / "902-zebra-names.sql").write_text("-- What are they called?\nSELECT 'Zoe' AS name\n")
    return ready


def test_nothing_given_shows_first_steps(ready: Seabridge) -> None:
    """Without a query: three lines to try, and the code of wrong usage."""
    told = ready("sql")
    assert (told.code, told.out) == (2, "")
    assert told.err.count("  seabridge sql ") == 3


@pytest.mark.parametrize(
    "words",
    [("SELECT 1", "--tables"), ("-e", "1", "--examples"), ("SELECT 1", "-f", "x.sql"), ("--describe", "a", "-f", "-")],
)
def test_one_thing_at_a_time(ready: Seabridge, words: tuple[str, ...]) -> None:
    """Two wishes in one command are refused."""
    told = ready("sql", *words)
    assert (told.code, told.out) == (2, "")


@pytest.mark.parametrize("words", [("-",), ("-f", "-")])
def test_query_from_standard_input(ready: Seabridge, words: tuple[str, ...]) -> None:
    """`-` reads the query from a pipe."""
    assert ready("sql", *words, "--format", "csv", stdin=b"SELECT 7 AS n").out.split() == ["n", "7"]
    assert ready("sql", *words, stdin=b"").code == 1
    assert ready("sql", *words, stdin=b"\xff\xfe").code == 2


def test_lists(ready: Seabridge) -> None:
    """--tables and --describe tell what can be asked, in every form; a wrong name gets near ones."""
    tables = json.loads(ready("sql", "--tables", "--format", "json").out)
    rows = {row["relation"]: row for row in tables}
    assert rows["v_items"]["kind"] == "view"
    assert rows["v_items"]["rows"] == rows["items"]["rows"] > 50
    assert "deliveries" not in rows
    told = ready("sql", "--describe", "v_week", "--format", "csv")
    assert told.err.startswith("v_week (view): ")
    assert next(csv.DictReader(io.StringIO(told.out)))["column"] == "week"
    wrong = ready("sql", "--describe", "v_wek")
    assert (wrong.code, wrong.out) == (2, "")
    assert "did you mean v_week" in wrong.err


def test_cookbook(cookbook: Seabridge) -> None:
    """Examples are listed, found by number or words, shown as SQL, and run."""
    listed = json.loads(cookbook("sql", "--examples", "zebra", "--format", "json").out)
    assert [row["number"] for row in listed] == [901, 902]
    assert listed[0]["question"] == "How many zebras are there?"
    assert cookbook("sql", "--examples", "901").out.endswith("SELECT 7 AS zebras\n")
    for name in ("901", "zebra-count", "901-zebra-count", "how zebras"):
        assert cookbook("sql", "-e", name, "--format", "csv").out.split() == ["zebras", "7"]
    several, none = cookbook("sql", "-e", "zebra"), cookbook("sql", "-e", "zebra-cuont")
    assert (several.code, none.code) == (2, 2)
    assert "901-zebra-count, 902-zebra-names" in several.err
    assert "did you mean zebra-count" in none.err


def test_cookbook_that_is_wrong(cookbook: Seabridge) -> None:
    """A file without its question is named, and so is one that is no text."""
    (cookbook.config / "queries" / "903-a.sql").write_text("SELECT 1")
    (cookbook.config / "queries" / "904-b.sql").write_bytes(b"-- \xff?\nSELECT 1")
    told = cookbook("sql", "--examples")
    assert told.code == 2
    assert "903-a.sql" in told.err
    assert "904-b.sql: is not UTF-8" in told.err


def test_s_26_cut_results_say_so_and_end_with_4(ready: Seabridge) -> None:
    """S-26: 10,000,000 rows end at the cap, which stderr and the exit code tell; a cap of one's own is no surprise."""
    cut = ready("sql", "FROM range(10000000)", "--format", "csv")
    assert (cut.code, cut.out.count("\r\n")) == (4, 100_001)
    assert "only the first 100,000 rows" in cut.err
    wished = ready("sql", "FROM range(10000000)", "--max-rows", "5")
    assert wished.code == 0
    assert "(the first 5 rows; the rest was left out)" in wished.out
    assert "only the first 5 rows" in wished.err


def test_terminal(ready: Seabridge) -> None:
    """A terminal gets a hundred rows that fit its width, and nothing that steers it; no Parquet."""
    shown = on_terminal(ready, 70, "sql", "SELECT range AS n, repeat('word ', 90) AS words FROM range(5000)")
    assert shown.code == 0
    lines = shown.out.splitlines()
    assert len(lines) == 103
    assert max(map(len, lines)) <= 70
    assert "--max-rows" in shown.err
    assert "--format csv" in shown.err
    for form in ("table", "csv", "json", "markdown"):
        driven = on_terminal(ready, 70, "sql", "SELECT chr(27) || ']0;x' || chr(7) || chr(155) AS a", "--format", form)
        assert driven.code == 0
        assert not set(driven.out) & set("\x1b\x07\x9b")
    assert on_terminal(ready, 70, "sql", "SELECT 1", "--format", "parquet").code == 2


def test_s_23_error_text_steers_no_terminal(ready: Seabridge) -> None:
    """S-23: what a hostile query holds comes back in the message, without its escape sequences."""
    told = ready("sql", 'SELECT "\x1b[2Jx"')
    assert (told.code, told.out, "\x1b" in told.err) == (1, "", False)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_s_24_no_query_outlives_the_command(ready: Seabridge, how: signal.Signals, tmp_path: Path) -> None:
    """S-24: Ctrl-C, a polite and a hard kill end the process of the query too, and no file is left."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    ready.environment["TMPDIR"] = str(scratch)
    before = sorted(ready.home.rglob("*"))
    command = ready.start("sql", ENDLESS)
    until(lambda: queries_of(command.pid))
    (query,) = queries_of(command.pid)
    until(lambda: query.cpu_times().user > 0.3)
    command.send_signal(how)
    assert command.wait(LIMIT) != 0
    command.communicate()
    until(lambda: not query.is_running() or query.status() == psutil.STATUS_ZOMBIE)
    assert list(scratch.iterdir()) == []
    assert sorted(ready.home.rglob("*")) == before


def test_live(ready: Seabridge) -> None:
    """Operators see what is not published; while a flow has the file they get 5, its PID and the way out."""
    query = "SELECT count(*) AS n FROM deliveries"
    refused = ready("sql", query)
    assert (refused.code, "--live" in refused.err) == (1, True)
    assert ready("sql", query, "--live", "--format", "json").code == 0
    assert ready("sql", "DELETE FROM deliveries", "--live").code == 1
    with open_live(ready.home):
        busy = ready("sql", query, "--live")
    assert (busy.code, busy.out) == (5, "")
    assert f"PID {os.getpid()}" in busy.err
    assert "published snapshot" in busy.err


def test_live_reads_what_a_crash_left_in_the_log(ready: Seabridge, tmp_path: Path) -> None:
    """Committed rows that are still in the write-ahead log are shown, and the log stays."""
    with open_live(ready.home) as con:
        con.execute("CHECKPOINT")
        con.execute("CREATE TABLE late AS SELECT 7 AS n")
        for name in (LIVE_NAME, f"{LIVE_NAME}.wal"):
            shutil.copy(ready.home / name, tmp_path / name)
    for name in (LIVE_NAME, f"{LIVE_NAME}.wal"):
        shutil.copy(tmp_path / name, ready.home / name)
    assert ready("sql", "FROM late", "--live", "--format", "csv").out.split() == ["n", "7"]
    assert (ready.home / f"{LIVE_NAME}.wal").stat().st_size > 0


def test_no_data_yet(seabridge: Seabridge) -> None:
    """An empty home: both ways say how to get data, and make no file."""
    for words in (("SELECT 1",), ("SELECT 1", "--live"), ("--tables",), ("--describe", "items")):
        told = seabridge("sql", *words)
        assert (told.code, told.out) == (2, "")
        assert "seabridge collect" in told.err
        assert "seabridge demo" in told.err
    assert not seabridge.home.exists()


def test_only_light_libraries_are_loaded(ready: Seabridge) -> None:
    """A query answers at once: neither Prefect nor what reads pages, pandas or Arrow is loaded for it."""
    code = """
import atexit, sys
atexit.register(lambda: sys.stderr.write(" ".join(sys.modules)))
sys.argv = ["seabridge", "sql", "SELECT 1"]
from flows.__main__ import main
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        env={"PATH": "/usr/bin:/bin", **ready.environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("1\n")
    loaded = set(done.stderr.split())
    assert "storage.analyst" in loaded
    assert loaded & {"pyarrow", "pandas", "numpy", "prefect", "lxml", "httpcore", "flows.settings"} == set()
