"""A disk that fills up: on a real small one, each of our writes ends in one sentence and an intact database."""

import os
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from parsers.errors import Misconfigured
from storage import database
from storage.database import Connection, needed_free, open_live, refuse_full_disk, transaction
from storage.integrity import faults

WORD = "Gemeinsame Beschaffung von Luftverteidigung "


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 48 MB in memory; always unmounted."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=48m", "none", str(place)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("this user may not mount a small disk")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def _fill(disk: Path, leaving: int) -> Path:
    """Take all of the disk but so many bytes."""
    ballast = disk / "ballast"
    stat = os.statvfs(disk)
    with ballast.open("wb") as file:
        file.write(bytes(max(0, stat.f_bavail * stat.f_frsize - leaving)))
    return ballast


def _items(home: Path) -> int:
    with open_live(home) as con:
        assert list(faults(con)) == []
        return int(con.execute("SELECT count(*) FROM items").fetchall()[0][0])


def _words(number: int) -> str:
    """Text that cannot be compressed away."""
    return WORD + os.urandom(20_000).hex() + str(number)


def _store_until_full(con: Connection, make: SimpleNamespace) -> int:
    """Store through our own path, item by item; gives how many were acknowledged when the disk was full."""
    for number in range(10_000):
        try:
            make.store(con, make.judged(number, text=_words(number)))
        except duckdb.Error:
            return number
    raise AssertionError("the disk never filled up")


def test_s_3_the_log_fills_the_disk(disk: Path, make: SimpleNamespace) -> None:
    """S-3: the transaction is rolled back, reading goes on, and all that was committed is there."""
    acknowledged: list[int] = []

    def store() -> None:
        with open_live(disk / "home") as con:
            con.execute("SET checkpoint_threshold = '1GB'")
            _fill(disk, 3_000_000)
            for number in range(1_000):
                try:
                    make.store(con, make.judged(number, text=_words(number)))
                except duckdb.Error:
                    found = con.execute("SELECT count(*) FROM items").fetchall()
                    assert found == [(number,)]
                    acknowledged.append(number)
                    raise

    with pytest.raises(Misconfigured, match="no space left on this disk; what was committed is safe: make room"):
        store()
    (disk / "ballast").unlink()
    assert _items(disk / "home") == acknowledged[0] > 10


def test_s_4_a_checkpoint_fills_the_disk(disk: Path, make: SimpleNamespace) -> None:
    """S-4: DuckDB stops for good: one sentence; opened again all that was committed is there, also while it is full."""
    acknowledged: list[int] = []

    def store() -> None:
        with open_live(disk / "home") as con:
            con.execute("SET checkpoint_threshold = '4MB'")
            _fill(disk, 6_000_000)
            acknowledged.append(_store_until_full(con, make))
            con.execute("CHECKPOINT")

    with pytest.raises(Misconfigured, match=r"(no space left|is the disk full)"):
        store()
    (disk / "ballast").unlink()
    assert _items(disk / "home") >= acknowledged[0] > 10


def test_s_5_one_transaction_larger_than_the_disk(disk: Path, make: SimpleNamespace) -> None:
    """S-5: told, the earlier rows are there, and with a little room the next small one goes in."""
    home = disk / "home"
    (disk / "ballast").write_bytes(bytes(8_000_000))
    with open_live(home) as con:
        make.store(con, make.judged(1))

    def store() -> None:
        with open_live(home) as con, transaction(con):
            con.execute("CREATE TABLE large AS SELECT md5(CAST(range AS VARCHAR)) AS word FROM range(5_000_000)")

    with pytest.raises(Misconfigured, match="no space left"):
        store()
    (disk / "ballast").unlink()
    with open_live(home) as con:
        make.store(con, make.judged(2))
    assert _items(home) == 2


@pytest.mark.parametrize("spill", ["full", "missing"])
def test_s_6_a_query_that_cannot_spill(tmp_path: Path, make: SimpleNamespace, spill: str) -> None:
    """S-6: out of memory and no room or no place to spill: this one query fails, the next one and the rows are fine."""
    with open_live(tmp_path) as con:
        make.store(con, make.judged(1))
        con.execute("SET memory_limit = '50MB'")
        if spill == "full":
            con.execute(f"SET temp_directory = '{tmp_path / 'spill'}'")
            con.execute("SET max_temp_directory_size = '1MB'")
        else:
            con.execute("SET temp_directory = ''")
        with pytest.raises(duckdb.OutOfMemoryException):
            con.execute("SELECT md5(CAST(range AS VARCHAR)) AS word FROM range(5_000_000) ORDER BY word").fetchall()
        assert con.execute("SELECT count(*) FROM items").fetchall() == [(1,)]
        con.execute("SET memory_limit = '1GB'")
        make.store(con, make.judged(2))
    assert _items(tmp_path) == 2


def test_s_7_a_run_needs_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """S-7: before anything is fetched: room for three logs and a snapshot, told in megabytes."""
    with open_live(tmp_path):
        pass
    needed = needed_free(tmp_path)
    assert needed == 3 * database.EXPECTED_LOG + 2 * (tmp_path / "live.duckdb").stat().st_size
    monkeypatch.setattr(database.shutil, "disk_usage", lambda _: SimpleNamespace(free=needed))
    refuse_full_disk(tmp_path)
    refuse_full_disk(tmp_path / "not" / "there" / "yet")
    monkeypatch.setattr(database.shutil, "disk_usage", lambda _: SimpleNamespace(free=needed - 1))
    with pytest.raises(Misconfigured, match=r"live\.duckdb: a run needs \d+ MB, this disk has \d+ MB left: make room"):
        refuse_full_disk(tmp_path)


def test_a_full_disk_is_told_before_an_upgrade(tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """S-15: an upgrade keeps a copy first; where it has no room nothing is changed."""
    from storage import migrations

    with duckdb.connect(str(tmp_path / "live.duckdb")) as con:
        migrations.apply_first(con, 7)
    before = (tmp_path / "live.duckdb").read_bytes()
    full: Any = SimpleNamespace(free=1000)
    monkeypatch.setattr(migrations.shutil, "disk_usage", lambda _: full)
    with pytest.raises(Misconfigured, match=r"the upgrade needs .* nothing was changed"), open_live(tmp_path):
        pass
    assert (tmp_path / "live.duckdb").read_bytes() == before
