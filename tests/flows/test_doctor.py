"""The doctor: each fault of machine, libraries, configuration and data is found, named, and has its remedy."""

import json
import socket
import sys
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from builders import config_folder, rss, source_table
from drivers import LoopbackWeb, Postbox, Seabridge

from flows import doctor
from flows.sample_server import SAMPLE_NOW


def checks(seabridge: Seabridge) -> tuple[int, dict[str, dict[str, str]]]:
    told = seabridge("doctor", "--json")
    return told.code, {check["id"]: check for check in json.loads(told.out)}


def test_healthy(ready: Seabridge) -> None:
    """On a home in use nothing fails; what is missing for real sending is a warning with its remedy, exit code 0."""
    code, found = checks(ready)
    assert code == 0
    verdicts = {name: check["verdict"] for name, check in found.items()}
    assert verdicts | {"python": "", "disk": ""} == {
        "python": "",
        "duckdb": "pass",
        "prefect": "pass",
        "configuration": "pass",
        "corpus": "warn",
        "recipients": "pass",
        "mail": "warn",
        "disk": "",
        "database": "pass",
        "collection": "pass",
        "snapshot": "pass",
        "archive": "pass",
        "server": "pass",
    }
    assert all(check["remedy"] for check in found.values() if check["verdict"] != "pass")


def test_as_text(ready: Seabridge) -> None:
    """For people: a line for each check, then what to do."""
    told = ready("doctor").out
    assert "database" in told
    assert "corpus: put 000_e50b9b8327183fac.txt" in told


@pytest.mark.parametrize(
    ("version", "verdict", "named"),
    [
        ((3, 11, 7), "warn", ["CVE-2024-6923", "CVE-2026-1299", "CVE-2025-6069"]),
        ((3, 11, 15), "pass", []),
        ((3, 12, 5), "warn", ["CVE-2026-1299", "CVE-2025-6069"]),
        ((3, 14, 0), "pass", []),
    ],
)
def test_faults_of_pythons(ready: Seabridge, version: tuple[int, int, int], verdict: str, named: list[str]) -> None:
    """The interpreter's known faults that concern mail and pages are named by version; 3.11.7 has them all."""
    ready.monkeypatch.setattr(doctor, "sys", SimpleNamespace(version_info=(*version, "final", 0)))
    found = next(iter(doctor.examine(ready.home, SAMPLE_NOW)))
    assert (found.id, found.verdict) == ("python", verdict)
    assert [cve for cve in ("CVE-2024-6923", "CVE-2026-1299", "CVE-2025-6069") if cve in found.says] == named


@pytest.mark.skipif(sys.version_info[:3] != (3, 11, 7), reason="only on Python 3.11.7")
def test_this_python(ready: Seabridge) -> None:
    """Run on 3.11.7 it names the header injection."""
    _, found = checks(ready)
    assert "inject" in found["python"]["says"]


def test_broken_configuration(ready: Seabridge) -> None:
    """A configuration that cannot be used is a finding with all its problems; exit code 1."""
    (ready.config / "sources.toml").write_text("[[sources]]\nid = 1\n")
    (ready.config / "seeds.toml").write_text("x")
    code, found = checks(ready)
    assert (code, found["configuration"]["verdict"]) == (1, "fail")
    assert "seeds.toml" in found["configuration"]["remedy"]
    assert "sources.toml" in found["configuration"]["remedy"]


def test_mail_server(ready: Seabridge, postbox: Postbox) -> None:
    """A server that lets us in passes; one that is not there fails; nothing is sent."""
    assert checks(ready)[1]["mail"]["verdict"] == "pass"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        path = ready.config / "digest.toml"
        before, _, after = path.read_text().rpartition("port = ")
        path.write_text(f"{before}port = {free.getsockname()[1]}\n{after.partition(chr(10))[2]}")
    code, found = checks(ready)
    assert (code, found["mail"]["verdict"]) == (1, "fail")
    assert postbox.got == []


def test_empty_home(seabridge: Seabridge, web: LoopbackWeb, shared: Path) -> None:
    """Before the first collection the database is a warning; with the corpus at hand its check passes."""
    config_folder(seabridge.config, [source_table("one", web.put("/feed", rss()))])
    seabridge.monkeypatch.setenv("SEABRIDGE_SEEDS", str(shared / "seeds"))
    code, found = checks(seabridge)
    assert (code, found["database"]["verdict"], found["corpus"]["verdict"]) == (0, "warn", "pass")
    assert not seabridge.home.exists()


def test_no_collection_for_long(ready: Seabridge) -> None:
    """A day without a collection is told."""
    found = {check.id: check for check in doctor.examine(ready.home, datetime.fromisoformat("2025-07-02T00:00:00Z"))}
    assert found["collection"].verdict == "warn"


def test_prefect_server_that_is_not_there(ready: Seabridge) -> None:
    """A PREFECT_API_URL where nobody answers fails, with the remedy."""
    ready.monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    code, found = checks(ready)
    assert (code, found["server"]["verdict"]) == (1, "fail")
