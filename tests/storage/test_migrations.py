"""migrate: each file once, in one transaction, never backwards."""

import shutil
from pathlib import Path

import duckdb
import pytest

from parsers.errors import Misconfigured
from storage import migrations
from storage.database import Connection, open_live
from storage.integrity import ONCE
from storage.migrations import SQL_FOLDER, apply_first, latest_version, load_migrations, migrate
from storage.sources import feed_states

SECOND = f"{latest_version() + 1:04}_more.sql"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "sql"
    shutil.copytree(SQL_FOLDER, copy)
    load_migrations.cache_clear()
    return copy


def _tables(con: Connection) -> set[str]:
    return {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}


def test_second_opening_applies_nothing(tmp_path):
    """Opening again leaves the record of migrations as it was."""
    with open_live(tmp_path) as con:
        first = con.execute("FROM migrations").fetchall()
    with open_live(tmp_path) as con:
        assert con.execute("FROM migrations").fetchall() == first
        assert migrate(con, tmp_path / "live.duckdb") == 0
    assert len(first) == latest_version()


def test_failed_migration_leaves_the_old_schema(tmp_path, folder):
    """An error in the middle of a file undoes the file; a corrected file then goes through."""
    with open_live(tmp_path) as con:
        bad = folder / SECOND
        bad.write_text("CREATE TABLE extra (x INTEGER); INSERT INTO extra VALUES (1); SELECT * FROM nowhere;")
        with pytest.raises(duckdb.CatalogException):
            migrate(con, tmp_path / "live.duckdb", folder)
        assert "extra" not in _tables(con)
        assert len(con.execute("FROM migrations").fetchall()) == latest_version()
        bad.write_text("CREATE TABLE extra (x INTEGER)")
        load_migrations.cache_clear()
        assert migrate(con, tmp_path / "live.duckdb", folder) == 1
        assert "extra" in _tables(con)


def test_s_15_copy_is_kept_before_an_upgrade(tmp_path, folder):
    """S-15: the state before an upgrade lies beside the database, complete and of the old version."""
    with open_live(tmp_path) as con:
        con.execute("UPDATE snapshot_info SET zone = 'Europe/Paris'")
        (folder / SECOND).write_text("ALTER TABLE runs DROP COLUMN summary")
        migrate(con, tmp_path / "live.duckdb", folder)
    kept = tmp_path / f"live.before-{SECOND[:4]}.duckdb"
    with duckdb.connect(str(kept), read_only=True) as old:
        assert old.execute("SELECT zone FROM snapshot_info").fetchall() == [("Europe/Paris",)]
        assert len(old.execute("FROM migrations").fetchall()) == latest_version()
        old.execute("SELECT summary FROM runs")


def test_s_16_newer_schema_is_refused_with_both_versions(tmp_path):
    """S-16: a database of a later program is not touched; the message names both versions."""
    newer = latest_version() + 7
    with open_live(tmp_path) as con:
        con.execute(
            "INSERT INTO migrations (version, name, checksum) SELECT v, 'later', '' FROM range($1, $2 + 1) AS r(v)",
            [latest_version() + 1, newer],
        )
    with pytest.raises(Misconfigured) as caught, open_live(tmp_path):
        pass
    assert f"version {newer}" in str(caught.value)
    assert f"version {latest_version()} " in str(caught.value)


def test_edited_migration_is_refused(tmp_path, folder):
    """A file that was changed after it had been applied is named."""
    with open_live(tmp_path) as con:
        first = next(folder.glob("0001_*.sql"))
        first.write_text(first.read_text() + "\n-- an afterthought")
        with pytest.raises(Misconfigured, match=first.name):
            migrate(con, tmp_path / "live.duckdb", folder)


def test_gap_in_the_numbers_is_refused(folder):
    """0001, 0003 is a mistake of ours and is found before anything is applied."""
    (folder / f"{latest_version() + 2:04}_later.sql").write_text("SELECT 1")
    with pytest.raises(Misconfigured, match="without a gap"):
        load_migrations(folder)


def test_changed_views_are_renewed(tmp_path, folder):
    """A new definition of a view needs no migration."""
    with open_live(tmp_path) as con:
        views = folder / "views.sql"
        views.write_text(views.read_text() + "\nCREATE OR REPLACE VIEW v_snapshot AS SELECT 42 AS answer;")
        migrate(con, tmp_path / "live.duckdb", folder)
        assert con.execute("FROM v_snapshot").fetchall() == [(42,)]


def test_large_tables_have_no_keys_and_small_ones_have(con: Connection):
    """A key on a large table costs three times the time and all memory; what it would guard `integrity` counts.

    Secondary indexes and foreign keys would block later changes.
    """
    kinds = con.execute("SELECT table_name, constraint_type FROM duckdb_constraints()").fetchall()
    assert _tables(con) - {table for table, kind in kinds if kind == "PRIMARY KEY"} <= set(ONCE)
    assert {kind for _, kind in kinds} == {"PRIMARY KEY", "NOT NULL"}
    assert con.execute("FROM duckdb_indexes()").fetchall() == []


@pytest.mark.slow
def test_s_18_killed_migration_is_repeated(tmp_path, child):
    """S-18: a process that is killed in the middle of a migration leaves a database that migrates as before."""
    code = """
import os, signal, sys, pathlib
from storage import database, migrations
def half(con, one):
    con.execute(one.sql)
    os.kill(os.getpid(), signal.SIGKILL)
migrations._apply = half
with database.open_live(pathlib.Path(sys.argv[1])):
    pass
"""
    dying = child(code, tmp_path)
    assert dying.wait() == -9
    with open_live(tmp_path) as con:
        assert len(con.execute("FROM migrations").fetchall()) == latest_version()


def test_health_is_added_to_a_database_of_version_3(tmp_path):
    """What was remembered stays; failures in a row become trouble, and nothing is claimed of a health nobody judged."""
    path = tmp_path / "live.duckdb"
    with duckdb.connect(str(path)) as con:
        for one in load_migrations()[:3]:
            migrations._apply(con, one)
        con.execute(
            "INSERT INTO feed_states (source_id, url, etag, consecutive_failures, last_outcome, last_kind,"
            " last_attempt_at) VALUES ('a', 'https://a.test', 'x', 3, 'failed', 'dns', now())"
        )
    with open_live(tmp_path) as con:
        assert con.execute("SELECT state, trouble, health FROM feed_states").fetchall() == [(None, 3.0, None)]
        state = feed_states(con)["a"]
    assert (state.etag, state.consecutive_failures, state.health) == ("x", 3, None)


@pytest.mark.parametrize("version", range(1, latest_version()))
def test_s_15_every_version_becomes_the_newest(tmp_path, version):
    """S-15: from each earlier schema, in one transaction, with a copy of before and an empty log; rows stay."""
    path = tmp_path / "live.duckdb"
    with duckdb.connect(str(path)) as con:
        apply_first(con, version)
        con.execute(
            "INSERT INTO runs (run_id, flow, started_at, state, config_hash) VALUES ('a', 'collect', now(), 'x', '')"
        )
    with open_live(tmp_path) as con:
        assert len(con.execute("FROM migrations").fetchall()) == latest_version()
        assert con.execute("SELECT run_id FROM runs").fetchall() == [("a",)]
        assert con.execute("SELECT wal_size FROM pragma_database_size()").fetchall() == [("0 bytes",)]
    kept = tmp_path / f"live.before-{version + 1:04}.duckdb"
    with duckdb.connect(str(kept), read_only=True) as old:
        assert old.execute("SELECT max(version) FROM migrations").fetchall() == [(version,)]
    assert kept.stat().st_mode & 0o777 == 0o600


def test_s_15_several_versions_in_one_transaction(tmp_path, folder):
    """S-15: when the second of two fails the first is undone with it: no version in between is ever seen."""
    first, second = (folder / f"{latest_version() + number:04}_more.sql" for number in (1, 2))
    with open_live(tmp_path) as con:
        first.write_text("CREATE TABLE extra (x INTEGER PRIMARY KEY)")
        second.write_text("SELECT * FROM nowhere")
        with pytest.raises(duckdb.CatalogException):
            migrate(con, tmp_path / "live.duckdb", folder)
        assert "extra" not in _tables(con)
        assert len(con.execute("FROM migrations").fetchall()) == latest_version()
