"""seabridge export: what people type, what they get, and what they are told."""

import json

import pytest
import typer
from typer.testing import CliRunner

from flows.commands.export import add_to
from parsers.errors import Misconfigured


@pytest.fixture
def run(sample_home, monkeypatch):
    """The command on the sample week."""
    monkeypatch.setenv("SEABRIDGE_HOME", str(sample_home))
    app = typer.Typer()
    add_to(app)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=True)


def test_sample_week_as_files(run, tmp_path):
    """Both formats by default, one JSON object with the rows of each relation."""
    done = run(tmp_path / "out", "--json")
    assert done.exit_code == 0
    report = json.loads(done.stdout)
    counts = json.loads((tmp_path / "out" / "counts.json").read_bytes())
    assert report["state"] == "done"
    assert report["figures"]["items"] > 50
    assert report["figures"]["items"] == sum(
        file["rows"] for file in counts["files"] if file["relation"] == "items" and file["path"].endswith(".parquet")
    )
    assert (tmp_path / "out" / "items.csv").is_file()


def test_one_format_and_one_week(run, tmp_path):
    """--format, --from and --to are heard."""
    assert run(tmp_path / "out", "--format", "parquet", "--from", "2025-W26", "--to", "2025-W26").exit_code == 0
    assert [path.name for path in (tmp_path / "out" / "items").rglob("week=*")] == ["week=2025-W26"]
    assert not (tmp_path / "out" / "items.csv").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--from", "2026-W54"), "--from"),
        (("--to", "next"), "--to"),
        (("--from", "2026-W20", "--to", "2026-W19"), "2026-W19 is before 2026-W20"),
    ],
)
def test_weeks_that_are_none(run, tmp_path, words, told):
    """Named with the option, before anything is written."""
    done = run(tmp_path / "out", *words)
    assert isinstance(done.exception, Misconfigured)
    assert told in str(done.exception)
    assert not (tmp_path / "out").exists()
