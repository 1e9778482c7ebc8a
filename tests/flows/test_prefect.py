"""A real `seabridge serve`: what it offers, what it records, how it stops, and what it leaves alone."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from builders import Answer, config_folder, source_table, web_server
from drivers import REPOSITORY

from flows.launch import SERVED
from flows.sample.render import resources
from flows.sample_server import SAMPLE_NOW, sample_sources
from storage.analyst import run_query
from storage.holders import this_process
from storage.snapshot import snapshot_path

pytestmark = [pytest.mark.prefect, pytest.mark.slow]

HERE = "127.0.0.1"
HOSTS = ("brussels-ledger", "harbour-institute", "atlantic-gazette")
READER = "ada.lovelace@reader.example"
PATIENCE = 90
ENDED = {"COMPLETED", "FAILED", "CANCELLED", "CRASHED"}
SAME = (
    "SELECT * EXCLUDE (run_id, fetched_at) FROM v_dispositions ORDER BY ALL",
    "SELECT * EXCLUDE (first_seen_at, valid_from) FROM v_items ORDER BY ALL",
    "SELECT * EXCLUDE (judged_at) FROM v_labels ORDER BY ALL",
    "SELECT * FROM v_stories ORDER BY ALL",
)


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


@dataclass
class Site:
    """One home with its configuration, and the server that serves it while `process` runs."""

    folder: Path
    port: int
    process: subprocess.Popen[str] | None = None

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def api(self) -> str:
        return f"http://{HERE}:{self.port}/api"

    def environment(self, **more: str) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "SEABRIDGE_"))}
        ours = {
            "SEABRIDGE_HOME": str(self.home),
            "SEABRIDGE_CONFIG": str(self.folder / "config"),
            "SEABRIDGE_SEEDS": str(self.folder / "none"),
            "SEABRIDGE_NOW": SAMPLE_NOW.isoformat(),
        }
        return plain | ours | more

    def run(self, *arguments: str, **environment: str) -> Ended:
        done = subprocess.run(
            [sys.executable, "-m", "flows", *arguments],
            cwd=REPOSITORY,
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def start(self) -> None:
        with (self.folder / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flows", "serve", "--port", str(self.port)],
                cwd=REPOSITORY,
                env=self.environment(),
                stdout=log,
                stderr=log,
                text=True,
            )
        process = self.process
        until(lambda: self.note().get("by", {}).get("pid") == process.pid or process.poll() is not None)
        assert process.poll() is None, (self.folder / "serve.log").read_text()

    def note(self) -> dict[str, Any]:
        path = self.home / SERVED
        return dict(json.loads(path.read_text())) if path.exists() else {}

    def stop(self, with_signal: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(with_signal)
        return self.process.wait(timeout=PATIENCE)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.api}{path}", data, {"Content-Type": "application/json"}, method=method)
        for patience in range(20, -1, -1):
            try:
                with urllib.request.urlopen(request, timeout=30) as reply:
                    content = reply.read()
                return json.loads(content) if content else None
            except urllib.error.HTTPError as error:
                if error.code != 503 or not patience:  # 503: its SQLite was busy, ask again
                    raise
                time.sleep(0.5)
        return None

    def deployments(self) -> dict[str, dict[str, Any]]:
        """By `flow/name`."""
        flows = {flow["id"]: flow["name"] for flow in self.ask("POST", "/flows/filter", {})}
        return {f"{flows[d['flow_id']]}/{d['name']}": d for d in self.ask("POST", "/deployments/filter", {})}

    def press(self, deployment: str, parameters: Mapping[str, Any] | None = None, **more: Any) -> str:
        """Start a run as the UI's button does; gives its id."""
        body = {"parameters": parameters or {}, **more}
        return str(self.ask("POST", f"/deployments/{self.deployments()[deployment]['id']}/create_flow_run", body)["id"])

    def flow_run(self, run_id: str) -> dict[str, Any]:
        return dict(self.ask("GET", f"/flow_runs/{run_id}"))

    def ended(self, run_id: str) -> dict[str, Any]:
        until(lambda: self.flow_run(run_id)["state_type"] in ENDED)
        return self.flow_run(run_id)

    def newest(self) -> dict[str, Any]:
        """The flow run that began last."""
        started = {"start_time": {"is_null_": False}}
        runs = self.ask("POST", "/flow_runs/filter", {"sort": "START_TIME_DESC", "limit": 1, "flow_runs": started})
        return dict(runs[0])

    def artifacts(self, run_id: str) -> dict[str, Any]:
        found = self.ask("POST", "/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run_id]}}})
        return {one["key"]: one["data"] for one in found}

    def rows(self) -> list[list[tuple[object, ...]]]:
        return [list(run_query(snapshot_path(self.home), sql).rows) for sql in SAME]


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)


def due(minutes: int) -> dict[str, Any]:
    """The state of a run that should have begun so many minutes ago, on Prefect's clock."""
    moment = datetime.now(UTC) - timedelta(minutes=minutes)
    return {"type": "SCHEDULED", "state_details": {"scheduled_time": moment.isoformat()}}


def children(pid: int) -> set[int]:
    """All processes below this one."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            found |= {int(stat.parent.name)} | children(int(stat.parent.name))
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HERE, 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def web() -> Iterator[tuple[dict[tuple[str, str], Answer], int, Event]]:
    """Three outlets of the sample week under one loopback address; what is asked of /held waits for the event."""
    answers: dict[tuple[str, str], Answer] = {}
    release = Event()
    with web_server(answers, heard=lambda path: release.wait() if path == "/held" else None, address=HERE) as port:
        for (host, path), resource in resources(SAMPLE_NOW, midweek=False).items():
            if host.removesuffix(".example") in HOSTS:
                body = resource.body.replace(f"http://{host}".encode(), f"http://{HERE}:{port}".encode())
                answers[HERE, path] = (200, resource.content_type, body)
        yield answers, port, release
        release.set()


@pytest.fixture(scope="module")
def new_site(
    tmp_path_factory: pytest.TempPathFactory, web: tuple[dict[tuple[str, str], Answer], int, Event]
) -> Callable[..., Site]:
    """Makes homes that read the three outlets, or with `only_broken` the one that has a fault; `port`: its server's."""

    def make(port: int = 0, *, only_broken: bool = False) -> Site:
        folder = tmp_path_factory.mktemp("site")
        tables = []
        for source in sample_sources():
            if source.id in HOSTS and not only_broken:
                path = source.url.partition(".example")[2]
                tables.append(asdict(source) | {"url": f"http://{HERE}:{web[1]}{path}"})
        held = source_table("held", f"http://{HERE}:{web[1]}/held", enabled=only_broken, reason="for one test")
        config_folder(folder / "config", [*tables, held], recipients=(READER,))
        return Site(folder, port)

    return make


@pytest.fixture(scope="module")
def plain(new_site: Callable[..., Site]) -> Site:
    """The same sources, collected without any server."""
    site = new_site()
    assert site.run("collect").code == 0
    return site


@pytest.fixture(scope="module")
def served(new_site: Callable[..., Site], plain: Site) -> Iterator[Site]:
    """A running `seabridge serve`, its schedules switched off: the real clock must not start a run in between."""
    site = new_site(free_port())
    site.start()
    fresh = site.deployments()
    site.folder.joinpath("fresh.json").write_text(json.dumps(fresh))
    scheduled = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
    until(lambda: site.ask("POST", "/flow_runs/count", scheduled) > 0)
    site.folder.joinpath("planned").write_text(str(site.ask("POST", "/flow_runs/count", scheduled)))
    for deployment in fresh.values():
        for schedule in deployment["schedules"]:
            site.ask("PATCH", f"/deployments/{deployment['id']}/schedules/{schedule['id']}", {"active": False})
    yield site
    if site.process is not None and site.process.poll() is None:
        site.stop(signal.SIGINT)


def test_five_deployments_with_their_schedules(served: Site) -> None:
    """An operator finds hourly collecting, the weekly digest on Monday at seven in Brussels, and three buttons."""
    fresh = json.loads(served.folder.joinpath("fresh.json").read_text())
    schedules = {name: one["schedules"] for name, one in fresh.items()}
    assert set(fresh) == {"collect/hourly", "weekly/weekly", "digest/by-hand", "send/by-hand", "reclassify/by-hand"}
    assert {name for name, plans in schedules.items() if plans} == {"collect/hourly", "weekly/weekly"}
    [hourly], [weekly] = schedules["collect/hourly"], schedules["weekly/weekly"]
    assert (hourly["slug"], weekly["slug"], hourly["active"], weekly["active"]) == ("hourly", "weekly", True, True)
    assert weekly["schedule"]["timezone"] == hourly["schedule"]["timezone"] == "Europe/Brussels"
    assert weekly["schedule"]["cron"] == "0 7 * * mon"
    assert hourly["schedule"]["cron"].split()[1:] == ["*"] * 4
    for name, one in fresh.items():
        assert one["entrypoint"] == f"flows.orchestrated.{name.partition('/')[0]}"
        assert one["tags"] == ["seabridge"]
        assert one["global_concurrency_limit"]["limit"] == 1
        assert one["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"


def test_the_schedules_make_runs(served: Site) -> None:
    """The server really plans ahead: a scheduler that fails on every pass looks healthy from outside."""
    assert int(served.folder.joinpath("planned").read_text()) > 0


def test_parameters_explain_themselves(served: Site) -> None:
    """Every field of the form has a title, a description and a safe default; a button to send only rehearses."""
    for name, deployment in served.deployments().items():
        assert deployment["description"], name
        for field_name, shape in deployment["parameter_openapi_schema"]["properties"].items():
            assert shape["title"], (name, field_name)
            assert len(shape["description"]) > 10, (name, field_name)
            assert "default" in shape, (name, field_name)
    form = served.deployments()["send/by-hand"]["parameter_openapi_schema"]["properties"]
    assert form["dry_run"]["default"] is True
    assert "pattern" in json.dumps(form["week"])
    assert "to" not in form


def test_a_pressed_button_does_what_the_command_does(served: Site, plain: Site) -> None:
    """A run started through the API completes and leaves the same rows as the command in a home without a server."""
    run = served.ended(served.press("collect/hourly"))
    assert run["state_type"] == "COMPLETED", run["state"]
    assert run["name"] == "collect-2025-06-30-0500"
    assert served.rows() == plain.rows()
    assert len(plain.rows()[0]) > 20


def test_a_command_is_recorded_while_it_is_served(served: Site) -> None:
    """The command shows its report and nothing else; the server has the run with its figures."""
    done = served.run("collect", "--json")
    assert (done.code, done.err) == (0, "")
    report = json.loads(done.out)
    run = served.newest()
    assert (run["state_type"], run["name"], run["deployment_id"]) == ("COMPLETED", "collect-2025-06-30-0500", None)
    assert set(run["tags"]) == {"seabridge", "command-line"}
    figures = {row["figure"]: row["value"] for row in json.loads(served.artifacts(run["id"])["collect-figures"])}
    assert figures == {name.strip(): value for name, value in report["figures"].items()}


def test_the_week_without_a_reader_in_prefect(served: Site) -> None:
    """A whole week runs through Prefect, its edition can be read there, and no reader's address is in its database."""
    week = served.ended(served.press("weekly/weekly"))
    assert (week["state_type"], week["name"]) == ("COMPLETED", "weekly-2025-W26")
    artifacts = served.artifacts(week["id"])
    assert "collect" in artifacts["weekly-figures"]
    assert "2025-W26" in artifacts["edition"]
    assert all(line.startswith("    ") or not line for line in artifacts["edition"].splitlines())
    assert list((served.home / "outbox").glob("*.eml"))

    assert served.run("send", "--dry-run").code == 0  # names its recipients, masked
    assert served.run("send", "--to", READER).code == 0
    assert served.newest()["parameters"]["dry_run"] is True  # the test message is not recorded at all
    with closing(sqlite3.connect(served.home / "prefect" / "prefect.db")) as database:
        dump = "\n".join(database.iterdump())
    assert "weekly-2025-W26" in dump
    assert READER not in dump
    assert READER.partition("@")[2] not in dump


def test_what_fails_is_failed_there_too(served: Site, new_site: Callable[..., Site], web: Any) -> None:
    """Exit codes are those of the plain command, and no failed step looks completed."""
    unknown = served.run("collect", "--source", "nobody")
    assert (unknown.code, unknown.out) == (2, "")
    assert unknown.err == "seabridge: sources.toml: nobody: no source has this id\n"
    assert served.newest()["state_type"] == "FAILED"

    web[0][HERE, "/held"] = (500, "text/plain", b"broken")
    web[2].set()
    deaf = new_site(only_broken=True).run("collect", PREFECT_API_URL=served.api)
    web[2].clear()
    assert (deaf.code, deaf.err) == (1, "")
    assert deaf.out.endswith("collect: failed\n")
    run = served.newest()
    assert run["state_type"] == "FAILED"
    assert "No source could be read" in run["state"]["message"]
    trouble = json.loads(served.artifacts(run["id"])["collect-sources-in-trouble"])
    assert [row["state"] for row in trouble] == ["server-error"]


def test_a_second_serve_is_refused(served: Site) -> None:
    """One home has one server: the second is told who serves it."""
    second = served.run("serve", "--port", str(free_port()))
    assert second.code == 5
    assert "is served already" in second.err
    assert served.process is not None
    assert str(served.process.pid) in second.err


def test_stopped_in_the_middle_and_started_again(served: Site, web: Any) -> None:
    """SIGTERM ends runs, server and note; what was paused stays paused; of missed runs the latest is made up for."""
    served.ask("POST", f"/deployments/{served.deployments()['weekly/weekly']['id']}/pause_deployment")
    web[2].clear()
    halted = served.press("collect/hourly", {"only": ["held"]})
    until(lambda: bool(served.flow_run(halted)["state_type"] == "RUNNING"))
    missed = [  # while the worker is busy with that one, and so until the next start
        served.press("reclassify/by-hand", {"dry_run": True}, state=due(minutes)) for minutes in (3, 2, 1)
    ]
    assert served.process is not None
    family = children(served.process.pid)
    assert len(family) >= 2  # the server and the run
    assert served.stop(signal.SIGTERM) == 0
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))
    assert not (served.home / SERVED).exists()
    assert served.run("publish").code == 0  # the database is free, and no server is looked for

    served.start()
    assert served.flow_run(halted)["state_type"] in ("CANCELLED", "CRASHED")
    active = [s["active"] for one in served.deployments().values() for s in one["schedules"]]
    assert active == [False, False]
    assert {name for name, one in served.deployments().items() if one["paused"]} == {"weekly/weekly"}
    assert served.ended(missed[-1])["state_type"] == "COMPLETED"
    assert {run["id"] for run in served.ask("POST", "/flow_runs/filter", {"limit": 200})} & set(missed) == {missed[-1]}


def test_ctrl_c_ends_it_and_a_killed_one_leaves_no_server(served: Site) -> None:
    """SIGINT ends all with 0. After SIGKILL the server ends by itself, and the stale note disturbs nobody."""
    assert served.process is not None
    family = children(served.process.pid)
    served.stop(signal.SIGKILL)
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))
    assert (served.home / SERVED).exists()
    assert served.run("status").code == 0
    assert served.run("publish").code == 0
    served.start()
    family = children(served.process.pid)
    assert served.stop(signal.SIGINT) == 0
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))
    assert not (served.home / SERVED).exists()


def test_a_dead_address_is_told(plain: Site) -> None:
    """PREFECT_API_URL is the operator's word: where nobody answers nothing runs, and the line says what to do."""
    dead = f"http://{HERE}:{free_port()}/api"
    done = plain.run("collect", PREFECT_API_URL=dead)
    assert (done.code, done.out) == (2, "")
    assert f"PREFECT_API_URL: nothing answers at {dead}; start that server, or unset" in done.err


def test_another_program_on_a_stale_address_is_no_server(plain: Site, web: Any) -> None:
    """A note whose process lives but whose port belongs to another web server is ignored."""
    web[0][HERE, "/api/health"] = (200, "text/html", b"<p>fine</p>")
    note = {"api": f"http://{HERE}:{web[1]}/api", "by": asdict(this_process())}
    (plain.home / SERVED).write_text(json.dumps(note))
    done = plain.run("publish")
    (plain.home / SERVED).unlink()
    assert (done.code, done.err) == (0, "")
