"""Makes tests/data/schemas/NNNN.duckdb.zst: the database that this program writes, for the tests of all later ones.

Run once, by hand, before a new schema version becomes the newest: `.venv/bin/python tests/schemas.py`. It holds a part
of the sample week, so all texts are ours. A fixture is never made again: later programs cannot write that version.
"""

import dataclasses
import socket
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

import duckdb
import zstandard

sys.path.insert(0, str(Path.cwd()))  # the program to be kept is the one of the current folder

from flows import demo as shown
from flows.sample_server import SAMPLE_NOW, SORRY, sample_sources
from flows.settings import load
from storage.database import schema_version

FOLDER = Path("tests", "data", "schemas")
SOURCES = {"atlantic-gazette", "rheinbote", "alliance-bulletin"}


def main() -> None:
    target = FOLDER / f"{schema_version():04}.duckdb.zst"
    if target.exists():
        sys.exit(f"{target} is there already and stays as it is")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        target.write_bytes(zstandard.compress(_shrunk(_written(Path(folder))), 19))
    print(f"{target}: {target.stat().st_size >> 10} kB")


def _written(home: Path) -> Path:
    """The live database after a week of four sources, with an edition that was sent and a decision of a person."""
    settings = load(config=Path("config").absolute(), home=home)
    settings = dataclasses.replace(settings, corpus=home / "no corpus")
    sources = tuple(one for one in sample_sources() if one.id in SOURCES or SORRY[0] in one.url)
    with (
        patch.object(shown, "sample_sources", return_value=sources),
        patch.object(socket, "gethostname", return_value="host.example"),
    ):
        shown.demo(settings)
    _decide(settings)
    return home / "live.duckdb"


def _decide(settings: "shown.Settings") -> None:
    from flows.overrides import override

    with duckdb.connect(str(settings.home / "live.duckdb"), read_only=True) as con:
        (item,) = con.execute("SELECT min(item_id) FROM v_items WHERE relevance = 'core'").fetchall()[0]
    override(settings, SAMPLE_NOW, item, ["dialogue"], "add", "A sample of a decision")


def _shrunk(live: Path) -> bytes:
    """The same tables in a file without empty blocks."""
    small = live.with_name("small.duckdb")
    with duckdb.connect(str(live)) as con:
        # What names this machine, and a megabyte of our own configuration, from which no later program can judge.
        con.execute(
            "UPDATE deliveries SET process_started = '', detail = replace(detail, ?, '/home')", [str(live.parent)]
        )
        con.execute("UPDATE runs SET summary = replace(summary, ?, '/home')", [str(live.parent)])
        con.execute("UPDATE rules SET content = '{}'")
        con.execute(f"ATTACH '{small}' AS small")
        con.execute("COPY FROM DATABASE live TO small")
    return small.read_bytes()


if __name__ == "__main__":
    main()
