"""Backup, restore, compaction: a copy is proven, whole or not there, and what was in its place is never thrown away."""

import stat
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from parsers.errors import Busy, Misconfigured
from storage import compaction, copies
from storage.backups import backup, backups_folder, list_backups
from storage.compaction import compact
from storage.database import Connection, open_live, transaction
from storage.integrity import faults
from storage.recovery import restore
from storage.snapshot import publish, snapshot_path


@pytest.fixture
def home(tmp_path: Path, make: SimpleNamespace) -> Path:
    """A home with three items."""
    with open_live(tmp_path / "home") as con:
        make.store(con, *(make.judged(number) for number in range(3)))
    return tmp_path / "home"


def _rows(home: Path, sql: str = "SELECT item_id FROM items ORDER BY item_id") -> list[Any]:
    with open_live(home) as con:
        return con.execute(sql).fetchall()


def _backup(home: Path, now: datetime, keep: int = 7) -> Path:
    with open_live(home) as con:
        return backup(con, backups_folder(home), now, keep).path


def test_a_backup_has_every_row(home: Path, now: datetime) -> None:
    """It opens, reads the same in every table, has views and comments, and is for its owner's eyes only."""
    with open_live(home) as con:
        made = backup(con, backups_folder(home), now, 7)
        wanted = copies.facts_of(con, "live")
    with duckdb.connect(str(made.path), read_only=True) as copy:
        found = copies.facts_of(copy, made.path.stem)
        assert copy.execute("SELECT count(*) FROM v_items").fetchall() == [(3,)]
    differing = {name for name in wanted if found[name] != wanted[name]}
    assert differing <= {"high_water"}
    assert made.rows["items"] == 3
    assert made.bytes == made.path.stat().st_size
    assert made.path.name == "live-20261116T060000Z.duckdb"
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert [path.name for path in made.path.parent.iterdir()] == [made.path.name]


def test_the_newest_backups_are_kept(home: Path, now: datetime) -> None:
    """Only the last ones stay, and a file that is not ours is not touched."""
    stranger = backups_folder(home) / "live-of-mine.duckdb"
    stranger.parent.mkdir()
    stranger.touch()
    for day in range(4):
        _backup(home, now + timedelta(days=day), keep=2)
    assert [made for made, _ in list_backups(backups_folder(home))] == [
        now + timedelta(days=3),
        now + timedelta(days=2),
    ]
    assert stranger.exists()


def test_a_copy_that_differs_is_no_backup(home: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Verified means compared: a copy that reads otherwise is removed and said."""
    monkeypatch.setattr(copies, "_facts_of_file", lambda con, path: {})
    with pytest.raises(Misconfigured, match="the copy differs from live in"):
        _backup(home, now)
    assert list(backups_folder(home).iterdir()) == []


def test_a_full_disk_is_told_before_a_backup(home: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is begun that cannot be finished."""
    monkeypatch.setattr(copies.shutil, "disk_usage", lambda _: SimpleNamespace(free=1 << 20))
    with pytest.raises(Misconfigured, match="a backup needs"):
        _backup(home, now)


@pytest.mark.slow
def test_s_11_backups_while_others_write(home: Path, now: datetime, child: Any) -> None:
    """S-11: never a copy by the system: through DuckDB, while the writer waits for its turn, every copy is whole."""
    writer = child(
        """
import pathlib, sys
from storage.database import open_live, transaction
for number in range(10_000):
    with open_live(pathlib.Path(sys.argv[1])) as con, transaction(con):
        con.execute("INSERT INTO runs (run_id, flow, started_at, state, config_hash)"
            " VALUES (?, 'x', now(), 'completed', 'h')", [str(number)])
        con.execute("INSERT INTO feed_states (source_id, url, last_outcome, last_attempt_at, consecutive_failures)"
            " VALUES (?, '', '', now(), 0)", [str(number)])
    print(number, flush=True)
""",
        home,
    )
    assert writer.stdout.readline() == "0\n"
    for second in range(4):
        path = _backup(home, now + timedelta(seconds=second))
        with duckdb.connect(str(path), read_only=True) as copy:
            runs, states = copy.execute(
                "SELECT (SELECT count(*) FROM runs WHERE flow = 'x'), (SELECT count(*) FROM feed_states WHERE url = '')"
            ).fetchall()[0]
            assert runs == states > 0
    assert writer.poll() is None


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        pytest.param(lambda content: content[:5000] + bytes([content[5000] ^ 1]) + content[5001:], "", id="S-14-flip"),
        pytest.param(lambda content: content[: len(content) // 3], "", id="S-14-truncated"),
        pytest.param(lambda content: b"", "not a valid DuckDB", id="S-14-empty"),
        pytest.param(lambda content: b"<html>404</html>" * 999, "not a valid DuckDB", id="S-14-html"),
    ],
)
@pytest.mark.parametrize("kind", ["backup", "snapshot"])
def test_s_14_a_damaged_file_is_replaced_and_kept(
    home: Path, now: datetime, make: SimpleNamespace, damage: Any, says: str, kind: str
) -> None:
    """S-14: a damaged file is refused with the remedy, which puts a copy in its place and keeps the file aside."""
    live = home / "live.duckdb"
    copy = _backup(home, now) if kind == "backup" else snapshot_path(home)
    with open_live(home) as con:
        if kind == "snapshot":
            publish(con, home, now)
    items = _rows(home)
    broken = damage(live.read_bytes())
    live.write_bytes(broken)
    with pytest.raises(Misconfigured, match=f"cannot be opened.*{says}.*`seabridge restore`"):
        _rows(home)
    assert live.read_bytes() == broken
    done = restore(home, copy, now)
    assert [path.read_bytes() for path in done.aside] == [broken]
    assert _rows(home) == items
    with open_live(home) as con:
        assert list(faults(con)) == []
        make.store(con, make.judged(77))
    assert len(_rows(home)) == 4


def test_a_damage_inside_is_met_while_reading(home: Path, make: SimpleNamespace) -> None:
    """S-14: a block that nothing needs at the opening is damaged: whoever reads it is told the remedy."""
    with open_live(home) as con:
        make.store(con, *(make.judged(number, text="".join(map(chr, range(200, 9000)))) for number in range(100, 160)))
    live = home / "live.duckdb"
    content = bytearray(live.read_bytes())
    for place in range(3 * 4096 + 100, len(content), 262_144):
        content[place] ^= 1
    live.write_bytes(bytes(content))
    with pytest.raises(Misconfigured, match="`seabridge restore`"), open_live(home) as con:
        copies.facts_of(con, "live")


def test_s_14_what_a_snapshot_lacks_is_said(home: Path, now: datetime) -> None:
    """S-14: without a backup the snapshot serves; ledger, archive and what else is not public is named as absent."""
    with open_live(home) as con:
        publish(con, home, now)
    done = restore(home, snapshot_path(home), now)
    assert {"all of deliveries", "all of messages", "all of archive", "editions that were not approved"} <= set(
        done.absent
    )
    assert done.rows["items"] == 3
    assert _rows(home, "SELECT count(*) FROM v_items") == [(3,)]
    assert done.latest == now


def test_the_log_goes_aside_with_its_database(home: Path, now: datetime, child: Any) -> None:
    """An old log beside a restored database would be played into it without a word."""
    copy = _backup(home, now)
    dying = child(
        """
import os, pathlib, sys
from storage.database import open_live, transaction
with open_live(pathlib.Path(sys.argv[1])) as con:
    with transaction(con):
        con.execute("DELETE FROM items")
    os.kill(os.getpid(), 9)
""",
        home,
    )
    assert dying.wait() == -9
    done = restore(home, copy, now)
    assert [path.name for path in done.aside] == [
        "live.before-restore-20261116T060000Z.duckdb.wal",
        "live.before-restore-20261116T060000Z.duckdb",
    ]
    assert len(_rows(home)) == 3
    again = restore(home, copy, now)
    assert [path.name for path in again.aside] == ["live.before-restore-20261116T060000Z-2.duckdb"]


@pytest.mark.parametrize("content", [None, b"<html>", "newer", "other"])
def test_a_copy_that_cannot_serve_is_refused(home: Path, now: datetime, tmp_path: Path, content: Any) -> None:
    """Before anything is moved: absent, damaged, of a newer program (S-16) or of another one."""
    copy = tmp_path / "copy.duckdb"
    if content == "newer":
        _backup(home, now).rename(copy)
        with duckdb.connect(str(copy)) as con:
            con.execute("INSERT INTO migrations (version, name, checksum) VALUES (99, 'later', '')")
    elif content == "other":
        duckdb.connect(str(copy)).close()
    elif content:
        copy.write_bytes(content)
    with pytest.raises(Misconfigured, match=r"copy\.duckdb: "):
        restore(home, copy, now)
    assert len(_rows(home)) == 3
    assert list(home.glob("*restore*")) == []


def test_a_database_in_use_is_not_replaced(home: Path, now: datetime, child: Any) -> None:
    """Whoever has it open would write into a file that has no name any more."""
    copy = _backup(home, now)
    holder = child(
        """
import pathlib, sys
from storage.database import open_live
with open_live(pathlib.Path(sys.argv[1])):
    print("open", flush=True)
    sys.stdin.readline()
""",
        home,
    )
    assert holder.stdout.readline() == "open\n"
    with pytest.raises(Busy):
        restore(home, copy, now)


def _swollen(con: Connection) -> None:
    with transaction(con):
        con.execute("CREATE TABLE much AS SELECT md5(CAST(range AS VARCHAR)) AS word FROM range(300_000)")
        con.execute("COMMENT ON TABLE much IS 'words'")
    with transaction(con):
        con.execute("DELETE FROM much WHERE substr(word, 1, 1) <> 'a'")


def test_compaction_gives_the_room_back(home: Path) -> None:
    """The file is smaller, has the same rows and comments, counts its commits on, and the next writer goes on."""
    with open_live(home) as con:
        _swollen(con)
    wanted = _rows(home, "SELECT count(*), bit_xor(hash(word)) FROM much")
    done = compact(home)
    assert done.after < 0.6 * done.before
    assert done.after == (home / "live.duckdb").stat().st_size
    assert _rows(home, "SELECT count(*), bit_xor(hash(word)) FROM much") == wanted
    assert _rows(home, "SELECT comment FROM duckdb_tables() WHERE table_name = 'much'") == [("words",)]
    assert stat.S_IMODE((home / "live.duckdb").stat().st_mode) == 0o600
    assert list(home.glob("*compacted*")) == []


def test_compaction_gives_way_to_a_writer(home: Path, make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who wrote between the copy and the change must not lose it: nothing is changed then."""
    inside = compaction.closed_live

    def closed_live(home: Path) -> Any:
        with open_live(home) as con:
            make.store(con, make.judged(50))
        return inside(home)

    monkeypatch.setattr(compaction, "closed_live", closed_live)
    with pytest.raises(Busy, match="was written while it was compacted"):
        compact(home)
    assert len(_rows(home)) == 4


@pytest.mark.slow
def test_who_waits_for_a_compaction_finds_the_new_file(home: Path, child: Any) -> None:
    """Writers that knock all the time while the file is changed under them lose nothing."""
    code = """
import pathlib, sys
from storage.database import open_live, transaction
for number in range(9):
    with open_live(pathlib.Path(sys.argv[1])) as con, transaction(con):
        con.execute("INSERT INTO runs (run_id, flow, started_at, state, config_hash)"
            " VALUES (?, 'x', now(), 'completed', 'h')", [f"{sys.argv[2]} {number}"])
"""
    writers = [child(code, home, name) for name in "ab"]
    compacted = 0
    while any(writer.poll() is None for writer in writers):
        try:
            compact(home)
            compacted += 1
        except Busy:
            continue
    assert [writer.wait() for writer in writers] == [0, 0]
    assert _rows(home, "SELECT count(*) FROM runs WHERE flow = 'x'") == [(18,)]
    assert compacted
