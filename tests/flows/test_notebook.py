"""The notebook: it runs from beginning to end on a published snapshot, and its charts show what the data say."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from drivers import REPOSITORY
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from storage.analyst import run_query
from storage.snapshot import snapshot_path

NOTEBOOK = REPOSITORY / "config" / "notebooks" / "topic-trends.ipynb"
SHOWN = """
import json as _json
print(_json.dumps({
    "pid": os.getpid(),
    "lines": {one.get_label(): [[*map(str, one.get_xdata())], [*map(int, one.get_ydata())]] for one in trends.lines},
    "bars": {bars.get_label(): [int(bar.get_width()) for bar in bars] for bars in places.containers},
    "countries": [one.get_text() for one in places.get_yticklabels()],
}))
"""


@dataclass(frozen=True)
class Ran:
    """What the cells left, and what the charts hold."""

    outputs: list[dict[str, Any]]
    shown: dict[str, Any]

    def images(self) -> list[bytes]:
        return [
            base64.b64decode(one["data"]["image/png"]) for one in self.outputs if "image/png" in one.get("data", {})
        ]


def run(home: Path, monkeypatch: pytest.MonkeyPatch, scratch: Path) -> Ran:
    monkeypatch.setenv("SEABRIDGE_HOME", str(home))
    for name in ("IPYTHONDIR", "MPLCONFIGDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR"):
        monkeypatch.setenv(name, str(scratch / name))
    book = nbformat.read(NOTEBOOK, as_version=4)
    cells = len(book.cells)
    book.cells.append(nbformat.v4.new_code_cell(SHOWN))
    folder = {"metadata": {"path": str(NOTEBOOK.parent)}}
    NotebookClient(book, timeout=120, kernel_name="python3", resources=folder).execute()
    outputs = [dict(one) for cell in book.cells[:cells] for one in cell.get("outputs", ())]
    return Ran(outputs, json.loads(book.cells[-1].outputs[0]["text"]))


def test_is_kept_without_outputs() -> None:
    """What is kept is code and words; what a run gave belongs to whoever ran it."""
    cells = [cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    assert cells
    assert all(cell.outputs == [] and cell.execution_count is None for cell in cells)


@pytest.mark.slow
def test_runs_and_draws(sample_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two charts with the figures of the views, the freshness, nothing on stderr, and no kernel left behind."""
    ran = run(sample_home, monkeypatch, tmp_path)
    images = ran.images()
    assert [image[:8] for image in images] == [b"\x89PNG\r\n\x1a\n"] * 2
    assert all(len(image) > 5_000 for image in images)
    assert not [one for one in ran.outputs if one.get("name") == "stderr"]
    assert not psutil.pid_exists(ran.shown["pid"])
    snapshot = snapshot_path(sample_home)
    (fresh,) = run_query(snapshot, "SELECT strftime(published_at, '%Y-%m-%d %H:%M:%S') FROM v_snapshot").rows[0]
    assert any(fresh in one.get("data", {}).get("text/plain", "") for one in ran.outputs)
    trend = run_query(snapshot, "SELECT topic, week, items FROM v_topic_trend WHERE week < '2025-W27'").rows
    totals: dict[str, int] = {}
    for topic, _, items in trend:
        totals[topic] = totals.get(topic, 0) + items
    leading = sorted(totals, key=lambda topic: (-totals[topic], topic))[:6]
    assert list(ran.shown["lines"]) == leading
    for topic in leading:
        points = sorted((week, items) for one, week, items in trend if one == topic)
        assert ran.shown["lines"][topic] == [list(column) for column in zip(*points, strict=True)]
    counted = run_query(
        snapshot,
        "SELECT country, relevance, count(*) FROM v_items WHERE relevance <> 'off' AND copy_of IS NULL GROUP BY ALL",
    ).rows
    drawn = {
        (country, relevance): number
        for relevance, numbers in ran.shown["bars"].items()
        for country, number in zip(ran.shown["countries"], numbers, strict=True)
        if number
    }
    assert drawn == {(country, relevance): number for country, relevance, number in counted}


@pytest.mark.slow
def test_without_a_snapshot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Who has none yet is told how to get one."""
    with pytest.raises(CellExecutionError, match="seabridge demo"):
        run(tmp_path / "home", monkeypatch, tmp_path)
