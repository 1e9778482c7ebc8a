"""kill -9 at random moments of our own writing, under three ways of emptying the log."""

import random
from pathlib import Path
from typing import Any

import pytest

from storage.database import open_live
from storage.integrity import faults

WRITING = """
import os, pathlib, signal, sys, time
sys.path[:0] = [os.getcwd(), "tests", "tests/storage"]
import pyarrow
from datetime import UTC, datetime
from parsers.model import Disposition
from storage.collected import Brought, FetchRow, store_visits
from storage.database import open_live
from storage.runs import begin_run
NOW = datetime(2026, 11, 16, 6, tzinfo=UTC)
home, threshold = pathlib.Path(sys.argv[1]), sys.argv[2]
def write(told):
    with open_live(home) as con:
        con.execute(f"SET checkpoint_threshold = '{threshold}'")
        first = con.execute("SELECT count(*) FROM fetches").fetchall()[0][0]
        run = begin_run(con, f"flow {first} {os.getpid()}", NOW, "hash")
        for number in range(first, first + 10_000):
            fetch = FetchRow(f"source {number}", "https://alpha.test/", NOW, 0.1, "read", 200, 1, entries=3)
            ends = [Disposition(place, "t" * 900, None, "off-topic", "x") for place in range(3)]
            store_visits(con, run.id, [Brought(fetch, dispositions=ends)], NOW)
            os.write(told, f"{number + 1}\\n".encode())
for line in sys.stdin:
    hear, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        write(told)
    os.close(told)
    beginning = os.read(hear, 100)
    time.sleep(float(line))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    with os.fdopen(hear, "rb") as rest:
        heard = (beginning + rest.read()).split()
    print(int(heard[-1]), flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("threshold", ["16MB", "100KB", "1KB"])
def test_s_1_killed_while_it_writes(tmp_path: Path, child: Any, threshold: str) -> None:
    """S-1: 17 kills for each of three settings: every acknowledged visit is there, whole, and it opens each time."""
    chance = random.Random(threshold)
    with open_live(tmp_path):
        pass
    writer = child(WRITING, tmp_path, threshold)
    before = 0
    for _ in range(17):
        writer.stdin.write(f"{chance.uniform(0, 0.2)}\n")
        writer.stdin.flush()
        acknowledged = int(writer.stdout.readline())
        with open_live(tmp_path) as con:
            stored, ends = con.execute(
                "SELECT (SELECT count(*) FROM fetches), (SELECT count(*) FROM dispositions)"
            ).fetchall()[0]
            assert list(faults(con)) == []
        assert before < acknowledged <= stored <= acknowledged + 1
        assert ends == 3 * stored
        before = stored
