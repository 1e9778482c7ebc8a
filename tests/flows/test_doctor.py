"""The doctor: each fault of machine, libraries, configuration and data is found, named, and has its remedy."""

import json
import socket
import sys
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from builders import config_folder, rss, source_table
from drivers import LoopbackWeb, Postbox, Seabridge

from flows import doctor
from flows.sample_server import SAMPLE_NOW
from storage.backups import backup, backups_folder
from storage.database import open_live
from storage.highwater import set_mark
from storage.snapshot import snapshot_path


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
        "integrity": "pass",
        "collection": "pass",
        "backup": "warn",
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


def test_what_does_not_hold_together(ready: Seabridge) -> None:
    """Rows twice, rows that point nowhere and sheets that do not balance are each told, with a remedy."""
    with open_live(ready.home) as con:
        con.execute("INSERT INTO items FROM items LIMIT 2")
        con.execute("DELETE FROM editions")
        con.execute("DELETE FROM dispositions WHERE position = 0")
    code, found = checks(ready)
    assert (code, found["integrity"]["verdict"]) == (1, "fail")
    says = found["integrity"]["says"]
    assert "items has 2 rows twice (item_id)" in says
    assert "edition_items have nothing in editions" in says
    assert "sheets of kind fetch do not balance" in says


def test_deep(ready: Seabridge) -> None:
    """Deep: every row and every answer is read; a damaged answer is named. A backup of today is fine."""
    with open_live(ready.home) as con:
        backup(con, backups_folder(ready.home), SAMPLE_NOW, 7)
    found = {check.id: check for check in doctor.examine(ready.home, SAMPLE_NOW, deep=True)}
    assert "rows could be read" in found["database"].says
    assert (found["archive"].verdict, found["backup"].verdict) == ("pass", "pass")
    later = SAMPLE_NOW + timedelta(days=9)
    raw = next((ready.home / "raw").glob("*.warc.gz"))
    content = bytearray(raw.read_bytes())
    content[len(content) // 2] ^= 255
    raw.write_bytes(bytes(content))
    found = {check.id: check for check in doctor.examine(ready.home, later, deep=True)}
    assert (found["archive"].verdict, found["backup"].verdict) == ("fail", "warn")
    assert raw.name in found["archive"].says


def test_a_loss_and_a_damaged_snapshot(ready: Seabridge) -> None:
    """S-12: what the database lost is found here too, with its remedy; a snapshot that does not open fails."""
    live = ready.home / "live.duckdb"
    set_mark(live, 10_000)
    snapshot_path(ready.home).chmod(0o600)
    snapshot_path(ready.home).write_bytes(b"<html>")
    code, found = checks(ready)
    assert code == 1
    assert (found["database"]["verdict"], found["snapshot"]["verdict"]) == ("fail", "fail")
    assert "of 10000 commits" in found["database"]["says"]
    assert "seabridge recover" in found["database"]["says"]
