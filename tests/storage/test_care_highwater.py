"""The high-water mark: what was acknowledged and is not there any more is told, and nothing else is."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from parsers.errors import Misconfigured
from parsers.model import Response
from storage.archive import Archive
from storage.database import Connection, open_live, transaction
from storage.highwater import commits_in, log_path, mark_path, marked, set_mark, write_mark
from storage.recovery import recover

DYING = """
import os, pathlib, sys
from storage.database import open_live, transaction
with open_live(pathlib.Path(sys.argv[1])) as con:
    for number in range(30):
        with transaction(con):
            con.execute("INSERT INTO runs (run_id, flow, started_at, state, config_hash)"
                " VALUES (?, 'collect', TIMESTAMPTZ '2026-11-16 06:00:00+00', 'completed', 'h')", [f"run {number:02}"])
    os.kill(os.getpid(), 9)
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home behind a process that was killed after 30 acknowledged commits; all of them are in the log."""
    home = tmp_path_factory.mktemp("killed")
    repository = Path(__file__).parents[2]
    with open_live(home):
        pass
    done = subprocess.run([sys.executable, "-c", DYING, str(home)], cwd=repository, check=False)
    assert done.returncode == -9
    return home


@pytest.fixture
def home(killed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(killed, tmp_path / "home"))


def _runs(home: Path) -> int:
    with open_live(home) as con:
        return int(con.execute("SELECT count(*) FROM runs").fetchall()[0][0])


def _cut(log: Path, share: float) -> None:
    log.write_bytes(log.read_bytes()[: int(log.stat().st_size * share)])


def _length_changed(log: Path, share: float) -> None:
    """A damaged length in front of an entry: DuckDB takes it for the end of the log and says nothing."""
    content = bytearray(log.read_bytes())
    content[3] ^= 1
    log.write_bytes(bytes(content))


def test_nothing_is_missing_after_a_kill(home: Path) -> None:
    """The log of a killed process is played in, all of it, and nobody is alarmed."""
    assert (_runs(home), log_path(home / "live.duckdb").exists()) == (30, False)


@pytest.mark.parametrize("damage", [_cut, _length_changed])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_s_12_a_log_that_was_cut_short_is_told(
    home: Path, now: datetime, damage: Callable[[Path, float], None], share: float
) -> None:
    """S-12: DuckDB would open it with a prefix and no word; we name what is lost, since when, and both remedies."""
    damage(log_path(home / "live.duckdb"), share)
    with pytest.raises(Misconfigured, match=r"of 30 commits: what was stored (after|ever).* is lost") as caught:
        _runs(home)
    assert "seabridge recover" in str(caught.value)
    assert "seabridge restore" in str(caught.value)
    found = recover(home, now)
    assert found.wanted == 30
    assert found.commits < 30
    assert found.until is not None
    assert _runs(home) >= found.commits


def test_s_12_a_log_that_was_removed_is_told(home: Path) -> None:
    """S-12: somebody tidied up and took the log away: all that was in it is missing, and that is said."""
    log_path(home / "live.duckdb").unlink()
    with pytest.raises(Misconfigured, match="has 0 of 30 commits"):
        _runs(home)


def test_an_older_copy_in_its_place_is_told(home: Path, tmp_path: Path) -> None:
    """The file of last week put back by hand is no damage to DuckDB, but it lacks a week."""
    shutil.copyfile(home / "live.duckdb", tmp_path / "old")
    assert _runs(home) == 30
    shutil.copyfile(tmp_path / "old", home / "live.duckdb")
    with pytest.raises(Misconfigured, match="of 30 commits"):
        _runs(home)


def test_a_database_that_is_gone_is_not_made_anew(home: Path) -> None:
    """An empty database in the place of a lost one would look like a fresh start."""
    shutil.move(home / "live.duckdb", home / "elsewhere")
    with pytest.raises(Misconfigured, match="is gone; 30 commits had been noted"):
        _runs(home)
    assert not (home / "live.duckdb").exists()


@pytest.mark.parametrize("byte", [-100, -700])
def test_s_13_a_damaged_log_is_moved_aside(home: Path, now: datetime, byte: int) -> None:
    """S-13: one byte flipped: refused with the remedy, which keeps the log aside and uses what is whole of it."""
    log = log_path(home / "live.duckdb")
    content = bytearray(log.read_bytes())
    content[byte] ^= 1
    log.write_bytes(bytes(content))
    with pytest.raises(Misconfigured, match=r"write-ahead log is damaged .*`seabridge recover`"):
        _runs(home)
    found = recover(home, now)
    assert found.log == home / "live.duckdb.wal.corrupt.20261116T060000Z"
    assert found.log.read_bytes() == content
    assert 0 < found.kept < len(content)
    assert 20 <= found.commits < found.wanted == 30
    assert found.latest is not None
    assert _runs(home) >= found.commits


def test_s_13_a_zeroed_tail_is_moved_aside(home: Path, now: datetime) -> None:
    """S-13: zeros where the end of the log was, as behind a loss of power: the same."""
    log = log_path(home / "live.duckdb")
    log.write_bytes(log.read_bytes()[:-300] + bytes(300))
    with pytest.raises(Misconfigured, match="seabridge recover"):
        _runs(home)
    found = recover(home, now)
    assert found.log is not None
    assert 0 < found.commits < 30
    assert _runs(home) >= found.commits


def test_runs_that_only_the_archive_knows_are_named(home: Path, now: datetime) -> None:
    """What was received before the loss lies in raw/: its runs are named, and `reparse` reads them again."""
    with Archive(home / "raw", "collect-20261116T060000Z") as archive:
        archive.add("alpha", [_answer(now)])
    _cut(log_path(home / "live.duckdb"), 0.5)
    assert recover(home, now).runs == ("collect-20261116T060000Z",)


def test_recovery_without_a_loss_changes_nothing(home: Path, now: datetime) -> None:
    """Asked for where all is well, it says so."""
    assert _runs(home) == 30
    found = recover(home, now)
    assert (found.commits, found.wanted, found.log) == (30, 30, None)


def test_the_mark_is_whole_whenever_the_machine_stops(tmp_path: Path) -> None:
    """Half a record in one of its two places leaves the other one; what is not ours is no mark."""
    database = tmp_path / "live.duckdb"
    for number in range(1, 12):
        write_mark(database, number)
    assert marked(database) == 11
    content = bytearray(mark_path(database).read_bytes())
    content[4096:4098] = b"99"
    mark_path(database).write_bytes(bytes(content))
    assert marked(database) == 10
    mark_path(database).write_bytes(b"\xff" * 5000)
    assert marked(database) is None
    set_mark(database, 3)
    assert marked(database) == 3
    assert mark_path(database).stat().st_mode & 0o777 == 0o600


def test_every_commit_is_counted(tmp_path: Path) -> None:
    """In the database and beside it, and across openings; a rollback is no commit."""

    def fail(con: Connection) -> None:
        with transaction(con):
            raise KeyError

    for _ in range(2):
        with open_live(tmp_path) as con:
            with transaction(con):
                con.execute("UPDATE snapshot_info SET zone = 'Europe/Paris'")
            with pytest.raises(KeyError):
                fail(con)
            assert commits_in(con) == marked(tmp_path / "live.duckdb")
    assert marked(tmp_path / "live.duckdb") == 2


def _answer(now: datetime) -> Response:
    address = "https://alpha.test/feed"
    return Response(address, address, 200, {"content-type": "text/xml"}, b"<rss/>", now, 0.1)
