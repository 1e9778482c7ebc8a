"""Databases that earlier programs wrote, one of each schema version: today's opens them, and nothing is lost."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
import zstandard

from parsers.errors import Misconfigured
from storage.analyst import run_query
from storage.database import Connection, open_live, schema_version
from storage.deliveries import list_deliveries
from storage.editions import list_editions
from storage.items import item_ids, items_by_id
from storage.migrations import SQL_FOLDER, load_migrations, migrate
from storage.overrides import overrides_in_force
from storage.seeds import stored_seeds
from storage.snapshot import publish

KEPT = {int(path.name[:4]): path for path in sorted(Path(__file__).parents[1].glob("data/schemas/*.duckdb.zst"))}
OLD = [version for version in KEPT if version < schema_version()]
_ITEMS = """
SELECT i.item_id, i.title, i.summary, i.text, i.url, i.published_at, i.first_seen_at, i.copy_of, j.relevance,
    coalesce((
        SELECT list((l.topic, l.score) ORDER BY l.position)
        FROM labels AS l WHERE l.item_id = i.item_id AND l.rules_version = i.rules_version
    ), [])
FROM items AS i JOIN judgements AS j USING (item_id, rules_version) ORDER BY i.item_id
"""
_ITEMS_SINCE_8 = """
SELECT i.item_id, i.title, i.summary, i.text, i.url, i.published_at, i.first_seen_at, i.copy_of, j.relevance,
    coalesce((
        SELECT list((l.topic, l.score) ORDER BY l.position)
        FROM labels AS l WHERE l.item_id = i.item_id AND l.judged_at = j.valid_from
    ), [])
FROM items AS i JOIN judgements AS j ON j.item_id = i.item_id AND j.valid_to IS NULL ORDER BY i.item_id
"""
_DROPPED = ("named_items",)
"""Tables that later programs do without: what they held is found anew."""


def _unpack(version: int, folder: Path) -> Path:
    path = folder / "live.duckdb"
    path.write_bytes(zstandard.decompress(KEPT[version].read_bytes()))
    return path


def _counts(con: Connection) -> Mapping[str, int]:
    tables = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()]
    return {name: con.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] for name in tables}


def _raw(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as con:
        con.execute("SET TimeZone='UTC'")
        return con.execute(sql).fetchall()


def test_every_earlier_version_has_a_fixture():
    """Who adds a migration keeps a database of the version before: `.venv/bin/python tests/schemas.py` makes it."""
    assert set(range(1, schema_version())) <= set(KEPT)
    assert all(path.stat().st_size < 150_000 for path in KEPT.values())


@pytest.mark.parametrize("version", OLD)
def test_s_15_older_version_is_upgraded(tmp_path, version):
    """S-15: every row of every table is there afterwards, a copy of the old file beside it, and no WAL is left."""
    path = _unpack(version, tmp_path)
    with duckdb.connect(str(path), read_only=True) as con:
        before = _counts(con)
    assert min(before[name] for name in ("items", "item_versions", "labels", "editions", "quarantine", "seeds")) > 0
    with open_live(tmp_path) as con:
        after = _counts(con)
        assert not path.with_suffix(".duckdb.wal").exists() or path.with_suffix(".duckdb.wal").stat().st_size == 0
    assert after["migrations"] == schema_version()
    kept = before.keys() - {"migrations", *_DROPPED}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    with duckdb.connect(str(tmp_path / f"live.before-{version + 1:04}.duckdb"), read_only=True) as con:
        assert _counts(con) == before


@pytest.mark.parametrize("version", OLD)
def test_values_are_read_by_today(tmp_path, now, version):
    """Items, labels, editions, deliveries, seeds and decisions are what the earlier program wrote."""
    path = _unpack(version, tmp_path)
    items = _raw(path, _ITEMS if version < 8 else _ITEMS_SINCE_8)
    editions = _raw(path, "SELECT edition_id, revision, html, text, sha256, state FROM editions")
    deliveries = _raw(path, "SELECT recipient_id, state, message_id FROM deliveries")
    seeds = _raw(path, "SELECT seed_id, title, text_sha256 FROM seeds ORDER BY ALL")
    decisions = _raw(path, "SELECT item_id, topic, action FROM overrides") if version >= 7 else []
    with open_live(tmp_path) as con:
        found = sorted(items_by_id(con, item_ids(con)), key=lambda one: one.item.id)
        assert [
            (
                one.item.id,
                one.item.title,
                one.item.summary,
                one.item.text,
                one.item.url,
                one.item.published,
                one.item.first_seen,
                one.copy_of,
                one.judgement.relevance,
                [(label.topic, label.score) for label in one.judgement.labels],
            )
            for one in found
        ] == items
        kept = list_editions(con)
        assert [(one.id, one.revision, one.html, one.text, one.sha256, one.state) for one in kept] == editions
        ledger = [sent for one in kept for sent in list_deliveries(con, one.id, one.revision)]
        assert [(one.recipient_id, one.state, one.message_id) for one in ledger] == deliveries
        assert sorted((one.id, one.title, one.text_sha256) for one in stored_seeds(con).values()) == seeds
        in_force = [(key, one.topic, one.action) for key, made in overrides_in_force(con).items() for one in made]
        assert in_force == decisions


@pytest.mark.parametrize("version", OLD)
def test_views_and_snapshot_of_an_upgraded_database(tmp_path, now, version):
    """Every view answers, the snapshot is published and shows the same items; a second opening changes nothing."""
    path = _unpack(version, tmp_path)
    (items,) = _raw(path, "SELECT count(*) FROM items")[0]
    with open_live(tmp_path) as con:
        for (view,) in con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall():
            con.execute(f"FROM {view}").fetchall()
        shown = publish(con, tmp_path, now)
        record = con.execute("FROM migrations ORDER BY version").fetchall()
    assert run_query(shown, "SELECT count(*) FROM v_items").rows == ((items,),)
    copies = sorted(tmp_path.glob("live.before-*"))
    with open_live(tmp_path) as con:
        assert migrate(con, path) == 0
        assert con.execute("FROM migrations ORDER BY version").fetchall() == record
    assert sorted(tmp_path.glob("live.before-*")) == copies


_KILLED = """
import os, signal, sys, pathlib
from storage import database, migrations
def die(*given, **named):
    os.kill(os.getpid(), signal.SIGKILL)
apply = migrations._apply
def inside(con, one):
    apply(con, one)
    if one.version == int(sys.argv[2]):
        die()
if sys.argv[3] == "inside":
    migrations._apply = inside
else:
    migrations._refresh_views = die
with database.open_live(pathlib.Path(sys.argv[1])):
    pass
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("version", "dies", "left"),
    [(OLD[-1], "inside", OLD[-1]), (1, "inside", 1), (1, "after", schema_version())],
)
def test_s_18_killed_upgrade_leaves_a_whole_database(tmp_path, child, version, dies, left):
    """S-18: killed inside the upgrade the database is whole as it was before, behind it in the newest version.

    DuckDB 1.5.5 cannot replay an added column with `DEFAULT []` from the WAL: such a file did not open any more.
    """
    path = _unpack(version, tmp_path)
    items = _raw(path, "SELECT item_id, title, text, published_at FROM items ORDER BY item_id")
    assert child(_KILLED, tmp_path, schema_version(), dies).wait() == -9
    with duckdb.connect(str(path)) as con:
        con.execute("SET TimeZone='UTC'")
        assert con.execute("SELECT max(version) FROM migrations").fetchall() == [(left,)]
        assert con.execute("SELECT item_id, title, text, published_at FROM items ORDER BY item_id").fetchall() == items
    with open_live(tmp_path) as con:
        assert con.execute("SELECT max(version) FROM migrations").fetchall() == [(schema_version(),)]
        assert sorted(item_ids(con)) == [row[0] for row in items]


def test_s_16_newer_version_is_refused_by_an_older_program(tmp_path):
    """S-16: a program that lacks the last migration names both versions and the remedy, and changes nothing."""
    path = _unpack(OLD[-1], tmp_path)
    with open_live(tmp_path):
        pass
    folder = tmp_path / "sql"
    shutil.copytree(SQL_FOLDER, folder)
    (folder / load_migrations()[-1].name).unlink()
    bytes_before = path.read_bytes()
    with duckdb.connect(str(path)) as con, pytest.raises(Misconfigured) as caught:
        migrate(con, path, folder)
    assert f"schema version {schema_version()}, this program knows version {schema_version() - 1}" in str(caught.value)
    assert "install the newer program, or restore the copy" in str(caught.value)
    assert path.read_bytes() == bytes_before
