"""export_snapshot: the views as files that any tool opens, whole or not at all, the same bytes every time."""

import csv
import hashlib
import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet
import pytest

from parsers.errors import Busy, Misconfigured
from parsers.model import Story
from storage import exports
from storage.database import Connection
from storage.exported_views import BY_WEEK
from storage.exports import Exported, export_snapshot
from storage.snapshot import publish
from storage.sources import sync_sources
from storage.stories import store_stories

FORMULAS = ("=1+1", "+32 2 555", "-cmd", "@SUM(A1)", "\tx", "\rx")
NEW_YEAR = datetime(2027, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def snapshot(con: Connection, make, tmp_path, now) -> Path:
    """Two weeks, a new year, undated items, a story, texts that are awkward in CSV."""
    sync_sources(con, [make.source()], now)
    awkward = [make.judged(20 + number, title=title) for number, title in enumerate(FORMULAS)]
    make.store(
        con,
        *awkward,
        make.judged(1, title='Quoted "words", two\nlines', authors=("Ä. Ö", 'B "C"')),
        make.judged(2, published=now - timedelta(days=10)),
        make.judged(3, published=NEW_YEAR),
        make.judged(4, published=None),
        make.judged(5, published=None),
    )
    make.store(con, make.judged(2, published=now - timedelta(days=10), title="Changed", content_sha256="other"))
    store_stories(con, [Story(f"{1:016x}", (f"{1:016x}", f"{2:016x}"))], (), now)
    return publish(con, tmp_path, now)


def _silent(what: str, done: int, total: int) -> None:
    """Say nothing."""


def _export(snapshot: Path, folder: Path, tell=_silent, **wanted) -> Exported:
    return export_snapshot(snapshot, folder, program="1.2.3", tell=tell, **wanted)


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_parquet_has_the_rows_of_the_views(snapshot, tmp_path):
    """read_parquet with hive_partitioning gives what the view gives; of labels and evidence the current ones."""
    done = _export(snapshot, tmp_path / "out")
    with duckdb.connect(str(snapshot), read_only=True) as con:
        con.execute("SET TimeZone='UTC'")
        views = [name for (name,) in con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()]
        for view in set(views) - {"v_dictionary", "v_snapshot"}:
            name = view.removeprefix("v_")
            columns = [name for name, *_ in con.execute(f"DESCRIBE {view}").fetchall()]
            read = f"read_parquet('{tmp_path}/out/{name}/**/*.parquet', hive_partitioning = true)"
            chosen = {
                "v_labels": "WHERE is_current",
                "v_evidence": "WHERE is_current",
                "v_item_history": "WHERE valid_to IS NOT NULL",
            }.get(view, "")
            asked = ", ".join(f'"{column}"' for column in columns)
            ours = con.execute(f"SELECT {asked} FROM {read} ORDER BY ALL").fetchall()
            assert ours == con.execute(f"SELECT {asked} FROM {view} {chosen} ORDER BY ALL").fetchall(), view
            assert done.rows[name] == len(ours)
    assert done.rows["items"] == 11
    assert (done.rows["labels"], done.rows["item_history"]) == (22, 1)


def test_first_of_january_is_in_the_iso_year_before(snapshot, tmp_path):
    """2027-01-01 lies in 2026-W53; undated items are in the folder that readers take for NULL."""
    _export(snapshot, tmp_path / "out", formats=("parquet",))
    weeks = sorted(str(path.parent.relative_to(tmp_path / "out" / "items")) for path in tmp_path.rglob("items.parquet"))
    undated = "__HIVE_DEFAULT_PARTITION__"
    assert weeks == [
        "year=2026/week=2026-W45",
        "year=2026/week=2026-W46",
        "year=2026/week=2026-W53",
        f"year={undated}/week={undated}",
    ]
    rows = pyarrow.parquet.read_table(tmp_path / "out" / "items", columns=["item_id", "published_at", "year", "week"])
    by_id = {row["item_id"]: row for row in rows.to_pylist()}
    assert by_id[f"{3:016x}"] == {"item_id": f"{3:016x}", "published_at": NEW_YEAR, "year": 2026, "week": "2026-W53"}
    assert (by_id[f"{4:016x}"]["year"], by_id[f"{4:016x}"]["week"]) == (None, None)
    assert str(rows.schema.field("published_at").type) == "timestamp[us, tz=UTC]"


def test_same_snapshot_gives_the_same_bytes(snapshot, tmp_path, monkeypatch):
    """Again, with more threads of DuckDB, and in another process on one processor."""
    _export(snapshot, tmp_path / "first")
    first = _bytes(tmp_path / "first")
    _export(snapshot, tmp_path / "again")
    assert _bytes(tmp_path / "again") == first
    monkeypatch.setitem(exports.SETTINGS, "threads", 4)
    _export(snapshot, tmp_path / "threads")
    assert _bytes(tmp_path / "threads") == first


@pytest.mark.slow
def test_another_process_gives_the_same_bytes(snapshot, tmp_path, child):
    """No hash seed, time zone or number of processors of a process gets into the files."""
    code = """
import os, sys
from pathlib import Path
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from storage.exports import export_snapshot
export_snapshot(Path(sys.argv[1]), Path(sys.argv[2]), program="1.2.3", tell=lambda *a: None)
"""
    _export(snapshot, tmp_path / "first")
    other = child(code, snapshot, tmp_path / "other", PYTHONHASHSEED="7", TZ="Asia/Tokyo")
    assert other.wait() == 0
    assert _bytes(tmp_path / "other") == _bytes(tmp_path / "first")


def test_large_weeks_are_cut_into_row_groups(snapshot, tmp_path, monkeypatch):
    """Pieces smaller than a week give the same rows in the same order, in CSV too."""
    _export(snapshot, tmp_path / "whole")
    monkeypatch.setattr(exports, "ROW_GROUP", 3)
    _export(snapshot, tmp_path / "cut")
    read = pyarrow.parquet.read_table
    assert read(tmp_path / "cut" / "evidence").to_pylist() == read(tmp_path / "whole" / "evidence").to_pylist()
    assert _bytes(tmp_path / "cut")["items.csv"] == _bytes(tmp_path / "whole")["items.csv"]
    file = pyarrow.parquet.ParquetFile(tmp_path / "cut/items/year=2026/week=2026-W46/items.parquet")
    assert file.metadata.num_row_groups == 3
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


def test_s_27_csv_is_safe_in_a_spreadsheet(snapshot, tmp_path):
    """S-27: cells that begin like a formula get an apostrophe; lines end as in RFC 4180, lists are JSON."""
    _export(snapshot, tmp_path / "out", formats=("csv",))
    rows = {row["item_id"]: row for row in _csv(tmp_path / "out" / "items.csv")}
    assert [rows[f"{20 + number:016x}"]["title"] for number in range(len(FORMULAS))] == [f"'{one}" for one in FORMULAS]
    assert rows[f"{1:016x}"]["title"] == 'Quoted "words", two\nlines'
    assert json.loads(rows[f"{1:016x}"]["authors"]) == ["Ä. Ö", 'B "C"']
    assert rows[f"{3:016x}"]["published_at"] == "2027-01-01T12:00:00+00:00"
    assert (tmp_path / "out" / "items.csv").read_bytes().endswith(b"\r\n")
    assert not (tmp_path / "out" / "items").exists()


def test_dictionary_and_counts_tell_of_every_file(snapshot, tmp_path, now):
    """Each exported column has a meaning; each file its rows and its SHA-256."""
    _export(snapshot, tmp_path / "out")
    words = {(row["relation"], row["column"]) for row in _csv(tmp_path / "out" / "dictionary.csv") if row["meaning"]}
    assert len(json.loads((tmp_path / "out" / "dictionary.json").read_bytes())) == len(words)
    counts = json.loads((tmp_path / "out" / "counts.json").read_bytes())
    assert (counts["program"], counts["published_at"]) == ("1.2.3", f"{now:%Y-%m-%dT%H:%M:%SZ}")
    assert {file["path"] for file in counts["files"]} | {"counts.json"} == set(_bytes(tmp_path / "out"))
    for file in counts["files"]:
        path = tmp_path / "out" / file["path"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == file["sha256"]
        if file["relation"] and path.suffix == ".csv":
            assert len(_csv(path)) == file["rows"]
            header = path.read_text(encoding="utf-8").partition("\n")[0].strip().split(",")
            assert {(file["relation"], column) for column in header} <= words
        if path.suffix == ".parquet":
            assert pyarrow.parquet.read_metadata(path).num_rows == file["rows"]
    assert ("items", "year") in words
    assert "belong to their publishers" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")


def test_weeks_that_are_asked_for(snapshot, tmp_path):
    """Both ends belong to it, undated items do not; relations without weeks are whole."""
    done = _export(snapshot, tmp_path / "out", weeks=("2026-W45", "2026-W46"))
    assert {row["week"] for row in _csv(tmp_path / "out" / "items.csv")} == {"2026-W45", "2026-W46"}
    assert (done.rows["items"], done.rows["labels"], done.rows["source_health"]) == (8, 16, 1)
    assert _export(snapshot, tmp_path / "last", weeks=("2026-W53", None)).rows["items"] == 1


def test_week_without_items_can_be_read(snapshot, tmp_path):
    """An empty relation has its columns, so that nobody's script fails on a quiet week."""
    _export(snapshot, tmp_path / "out", weeks=("2020-W01", "2020-W01"))
    table = pyarrow.parquet.read_table(tmp_path / "out" / "items")
    assert table.num_rows == 0
    assert {"item_id", "topics", "year", "week"} <= set(table.column_names)


def test_earlier_export_is_replaced_and_nothing_else(snapshot, tmp_path):
    """Ours is replaced whole; a folder or file with anything of another is refused and stays."""
    folder = tmp_path / "out"
    folder.mkdir()
    _export(snapshot, folder)
    _export(snapshot, folder, formats=("csv",))
    assert not (folder / "items").exists()
    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == ["out"]

    (folder / "notes.txt").write_text("mine")
    with pytest.raises(Misconfigured, match=r"notes\.txt.*name a new folder"):
        _export(snapshot, folder)
    assert (folder / "notes.txt").read_text() == "mine"
    with pytest.raises(Misconfigured, match="is a file"):
        _export(snapshot, folder / "notes.txt")
    with pytest.raises(Misconfigured, match=r"holds seabridge\.duckdb"):
        _export(snapshot, snapshot.parent)


def test_snapshot_replaced_meanwhile(snapshot, con: Connection, make, tmp_path, now):
    """What is published while the export runs is not in it: all files tell of one moment."""
    _export(snapshot, tmp_path / "before")

    def publish_another(what: str, done: int, total: int) -> None:
        if done == 0:
            make.store(con, make.judged(50))
            publish(con, tmp_path, now + timedelta(hours=1))

    _export(snapshot, tmp_path / "meanwhile", publish_another)
    assert _bytes(tmp_path / "meanwhile") == _bytes(tmp_path / "before")
    assert _export(snapshot, tmp_path / "after").rows["items"] == 12


def test_two_exports_into_one_folder(snapshot, tmp_path):
    """The second is told to wait, and the first is not disturbed."""

    def meddle(what: str, done: int, total: int) -> None:
        with pytest.raises(Busy, match="wait for it"):
            _export(snapshot, tmp_path / "out")

    assert _export(snapshot, tmp_path / "out", meddle).rows["items"] == 11


@pytest.mark.slow
def test_killed_export_leaves_the_earlier_one(snapshot, tmp_path, child):
    """kill -9 in the middle: the folder is as it was, and the next export clears up."""
    code = """
import os, signal, sys
from pathlib import Path
from storage.exports import export_snapshot
def tell(what, done, total):
    if done == total // 2:
        os.kill(os.getpid(), signal.SIGKILL)
export_snapshot(Path(sys.argv[1]), Path(sys.argv[2]), program="9", tell=tell)
"""
    _export(snapshot, tmp_path / "out")
    before = _bytes(tmp_path / "out")
    assert child(code, snapshot, tmp_path / "out").wait() == -9
    assert _bytes(tmp_path / "out") == before
    _export(snapshot, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == ["out"]


def test_full_disk(snapshot, tmp_path):
    """No space left: one clear sentence, and neither half an export nor a rest of one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=100k", "none", disk], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("cannot mount a small disk here")
    try:
        with pytest.raises(Misconfigured, match="no space left"):
            _export(snapshot, disk / "out")
        assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", disk], check=True)


def test_without_a_snapshot_or_with_a_damaged_one(tmp_path):
    """The remedy is named, and no folder is left."""
    with pytest.raises(Misconfigured, match="seabridge publish"):
        _export(tmp_path / "none.duckdb", tmp_path / "out")
    damaged = tmp_path / "damaged.duckdb"
    damaged.write_bytes(os.urandom(10_000))
    with pytest.raises(Misconfigured, match="seabridge publish"):
        _export(damaged, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_folder_that_cannot_be(snapshot, tmp_path):
    """A path below a file is told as what it is."""
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured, match="cannot be written"):
        _export(snapshot, tmp_path / "file" / "out")


def test_disk_that_cannot_exchange_folders(snapshot, tmp_path, monkeypatch):
    """Where the system cannot change the places of two folders at once, the earlier export is replaced all the same."""
    monkeypatch.setattr("ctypes.CDLL", lambda *a, **k: object())
    _export(snapshot, tmp_path / "out")
    _export(snapshot, tmp_path / "out", formats=("csv",))
    assert not (tmp_path / "out" / "items").exists()
    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == ["out"]


def test_relations_by_week_are_there(snapshot):
    """A view that was renamed would be exported whole, and nobody would see it."""
    with duckdb.connect(str(snapshot), read_only=True) as con:
        views = {name for (name,) in con.execute("SELECT view_name FROM duckdb_views()").fetchall()}
    assert set(BY_WEEK) <= views
