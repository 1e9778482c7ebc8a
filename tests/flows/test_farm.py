"""One collection over a farm of hostile sources beside healthy ones, by the command that an operator types."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import pytest
from builders import config_folder, web_server
from farm import Plot, cultivated, document_plots, feed_plots, healthy, network_plots

from storage.snapshot import snapshot_path

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parents[2]
HEALTHY = 50
DEADLINE = 240.0
"""Seconds; far more than a run takes, far less than one that hangs."""
MOST_MEMORY = 500
"""MB of the collecting process itself; what its children may take is limited one by one."""
LIMITS = "[fetch]\nconnect = 2.0\ntotal = 4.0\n"
COLLECT = """
from functools import partial
from parsers.reading import confined
confined.ReadLimits = partial(confined.ReadLimits, cpu=6)
from flows.__main__ import main
main()
"""
"""`seabridge` with 6 seconds of processor for a document instead of 30: one document uses up whatever it is given, all
others need half a second."""
Moment = tuple[int, float]
"""So many seconds after so many requests of a run."""
HOSTILE = [*network_plots(), *feed_plots(), *document_plots()]
PLOTS = [plot for number in range(HEALTHY) for plot in (healthy(number), *HOSTILE[number : number + 1])]
PLOTS += HOSTILE[HEALTHY:]


@dataclass(frozen=True)
class Harvest:
    """A home and what the last collection into it reported."""

    home: Path
    port: int
    report: Any
    memory: int
    asked_proxy: Sequence[str]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(snapshot_path(self.home)), read_only=True) as con:
            return con.execute(sql).fetchall()


def harvested(folder: Path, kills: Sequence[Moment] = (), port: int = 0) -> Harvest:
    """A collection over a fresh farm, killed without warning at these moments and begun again each time."""
    asked: list[str] = []
    requests: list[None] = []
    with (
        cultivated(PLOTS, port, lambda: requests.append(None)) as tables,
        web_server({}, asked.append) as proxy,
    ):
        config = config_folder(folder / "config", tables)
        (config / "collect.toml").write_text(LIMITS)
        environment = {
            "SEABRIDGE_HOME": str(folder / "home"),
            "SEABRIDGE_CONFIG": str(config),
            "SEABRIDGE_SEEDS": str(folder / "none"),
            "SEABRIDGE_NOW": "2025-06-20T06:00:00+00:00",
            "HTTP_PROXY": f"http://127.0.0.1:{proxy}",
            "ALL_PROXY": f"http://127.0.0.1:{proxy}",
        }
        for number, seconds in kills:
            requests.clear()
            process = start(environment)
            while len(requests) < number and process.poll() is None:
                time.sleep(0.01)
            time.sleep(seconds)
            assert process.poll() is None, "it was over before it could be killed"
            os.kill(process.pid, signal.SIGKILL)
            process.communicate(timeout=10)  # ends when its children have ended, too
        process = start(environment)
        most = [0]
        watcher = threading.Thread(target=watch, args=(process, most))
        watcher.start()
        out, err = process.communicate(timeout=DEADLINE)
        watcher.join()
    assert process.returncode == 4, err
    port = urlsplit(tables[0]["url"]).port or 0
    return Harvest(folder / "home", port, json.loads(out), most[0], asked)


def start(environment: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", COLLECT, "collect", "--json"],
        cwd=REPOSITORY,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def watch(process: "subprocess.Popen[str]", most: list[int]) -> None:
    """Most MB that the process itself held in memory."""
    while process.poll() is None:
        try:
            lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
        except OSError:
            return
        most[0] = max([*(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), most[0]])
        time.sleep(0.2)


@pytest.fixture(scope="module")
def harvest(tmp_path_factory: pytest.TempPathFactory) -> Harvest:
    """One undisturbed run for all tests of this module."""
    return harvested(tmp_path_factory.mktemp("farm"))


SAID = """
SELECT unnest(problems) FROM fetches WHERE source_id = '{0}'
UNION ALL SELECT unnest(problems) FROM items WHERE source_id = '{0}'
UNION ALL SELECT unnest(problems) FROM entries WHERE source_id = '{0}'
UNION ALL SELECT reason FROM quarantine WHERE source_id = '{0}'
"""


@pytest.mark.parametrize("plot", HOSTILE, ids=lambda plot: plot.id)
def test_every_row_of_the_catalogue_ends_in_its_one_outcome(harvest: Harvest, plot: Plot) -> None:
    """Exactly one row says how the visit ended, with its reason; what could not be read is kept with its bytes."""
    name = plot.id.lower()
    assert harvest.rows(f"SELECT outcome, kind, entries FROM fetches WHERE source_id = '{name}'") == [
        (plot.outcome, plot.kind, plot.entries)
    ]
    told = harvest.rows(SAID.format(name))
    assert any(plot.said in problem for (problem,) in told) or not plot.said, told


def test_healthy_sources_are_unharmed(harvest: Harvest) -> None:
    """All entries of all healthy sources are stored as items."""
    found = harvest.rows(
        "SELECT source_id, count(item_id) FROM dispositions WHERE source_id LIKE 'healthy-%' GROUP BY ALL"
    )
    assert dict(found) == {f"healthy-{number}": 2 for number in range(HEALTHY)}


def test_the_report_names_every_source_that_failed(harvest: Harvest) -> None:
    """Exit code, report and rows tell the same."""
    failed = {plot.id.lower() for plot in HOSTILE if plot.outcome == "failed"}
    lines = [line for line in harvest.report["lines"] if line.startswith("failed: ")]
    assert {line.split("(", 1)[1].split(")")[0] for line in lines} == failed
    assert harvest.report["state"] == "partial"
    assert harvest.report["figures"]["sources failed"] == len(failed)


def test_every_entry_is_accounted_for(harvest: Harvest) -> None:
    """In = sum(out), for every source."""
    assert harvest.rows("SELECT * FROM v_disposition_balance WHERE difference <> 0") == []
    assert harvest.rows("SELECT count(*) FROM v_disposition_balance")[0][0] == len(PLOTS)


def test_memory_is_bounded(harvest: Harvest) -> None:
    """Bombs of a hundred megabytes are never held whole."""
    assert 0 < harvest.memory < MOST_MEMORY


def test_n_24_a_proxy_in_the_environment_is_not_used(harvest: Harvest) -> None:
    """It would talk to addresses that we refuse."""
    assert list(harvest.asked_proxy) == []


STATE = "SELECT item_id, source_id, title, text_origin, copy_of, version FROM items ORDER BY ALL"
OUTCOMES = "SELECT source_id, position, outcome, item_id FROM dispositions ORDER BY ALL"


def test_killed_three_times_it_ends_in_the_same_state(harvest: Harvest, tmp_path: Path) -> None:
    """What was committed stays, and the rest is made up for: the same items and outcomes as without a kill."""
    disturbed = harvested(tmp_path, kills=((20, 0.0), (20, 2.5), (20, 4.5)), port=harvest.port)
    assert disturbed.rows(STATE) == harvest.rows(STATE)
    assert disturbed.rows(OUTCOMES) == harvest.rows(OUTCOMES)
    assert disturbed.rows("SELECT * FROM v_disposition_balance WHERE difference <> 0") == []
