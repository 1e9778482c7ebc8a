"""Care for the database as the operator sees it: what is said, what is asked, how it ends."""

from pathlib import Path

import pytest
from drivers import Seabridge

from flows.care import backup, compact, newest_copy, recover, restore
from flows.sample_server import SAMPLE_NOW
from parsers.errors import Misconfigured
from storage.database import open_live
from storage.highwater import set_mark
from storage.snapshot import snapshot_path


def _items(home: Path) -> int:
    with open_live(home) as con:
        return int(con.execute("SELECT count(*) FROM items").fetchall()[0][0])


def test_backup_and_restore(ready: Seabridge) -> None:
    """A backup says where it is and what is in it; a restore asks first (6), and keeps what was there."""
    items = _items(ready.home)
    made = backup(ready.home, SAMPLE_NOW, keep=2)
    assert (made.exit_code, made.figures["items"]) == (0, items)
    assert made.figures["bytes"] == Path(made.files[0]).stat().st_size
    assert newest_copy(ready.home) == Path(made.files[0])
    (ready.home / "live.duckdb").write_bytes(b"<html>")
    asked = restore(ready.home, SAMPLE_NOW)
    assert (asked.exit_code, (ready.home / "live.duckdb").read_bytes()) == (6, b"<html>")
    done = restore(ready.home, SAMPLE_NOW, yes=True)
    assert done.exit_code == 0
    assert Path(done.files[1]).read_bytes() == b"<html>"
    assert any("seabridge reparse" in line for line in done.lines)
    assert _items(ready.home) == items


def test_s_14_restore_from_the_snapshot(ready: Seabridge) -> None:
    """S-14: a home without a backup has its snapshot; what that does not have is said."""
    items = _items(ready.home)
    (ready.home / "live.duckdb").unlink()
    with pytest.raises(Misconfigured, match=r"is gone.*`seabridge restore`"):
        _items(ready.home)
    done = restore(ready.home, SAMPLE_NOW)
    assert str(snapshot_path(ready.home)) in done.lines[0]
    assert "all of deliveries" in done.lines[1]
    assert _items(ready.home) == items


def test_recover(ready: Seabridge) -> None:
    """Nothing missing ends with 3; a loss is named with the ways to fill it, and the database opens again."""
    assert recover(ready.home, SAMPLE_NOW).exit_code == 3
    set_mark(ready.home / "live.duckdb", 10_000)
    done = recover(ready.home, SAMPLE_NOW)
    assert done.exit_code == 0
    assert "of 10000 commits" in done.lines[0]
    assert any("seabridge collect" in line for line in done.lines)
    assert _items(ready.home) > 0


def test_compact(ready: Seabridge) -> None:
    """Bytes before and after, and no row less."""
    items = _items(ready.home)
    done = compact(ready.home)
    assert done.exit_code == 0
    assert int(done.figures["bytes after"]) <= int(done.figures["bytes before"])
    assert _items(ready.home) == items == done.figures["items"]


def test_nothing_to_care_for(tmp_path: Path) -> None:
    """Before the first collection there is nothing to copy, to restore from, to recover or to compact."""
    for work in (
        lambda: backup(tmp_path, SAMPLE_NOW, keep=2),
        lambda: restore(tmp_path, SAMPLE_NOW),
        lambda: recover(tmp_path, SAMPLE_NOW),
        lambda: compact(tmp_path),
    ):
        with pytest.raises(Misconfigured):
            work()
    assert list(tmp_path.iterdir()) == []
