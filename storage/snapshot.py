"""Publishes what analysts may see as a read-only file beside the live database. Shows no person and no open work."""

import shutil
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from parsers.errors import Misconfigured, Problem
from storage.database import database_path
from storage.migrations import SQL_FOLDER, latest_version, views_sql
from storage.writing import disk_watched, transaction

SNAPSHOT_NAME = "seabridge.duckdb"
_MARGIN = 20 << 20
PUBLIC: Mapping[str, frozenset[str]] = {
    "snapshot_info": frozenset(),
    "runs": frozenset(),
    "sources": frozenset(),
    "feed_states": frozenset({"health"}),
    "source_events": frozenset(),
    "fetches": frozenset(),
    "entries": frozenset(),
    "items": frozenset(),
    "item_versions": frozenset(),
    "judgements": frozenset(),
    "labels": frozenset(),
    "evidence": frozenset(),
    "overrides": frozenset(),
    "rules": frozenset(),
    "dispositions": frozenset(),
    "quarantine": frozenset({"content"}),
    "story_items": frozenset(),
    "seeds": frozenset(),
    "seed_paragraphs": frozenset(),
    "seed_labels": frozenset(),
    "editions": frozenset(),
    "edition_items": frozenset(),
}
"""The tables that are published, each with the columns that are not. What is not named here stays in the live file."""
_DECIDED = "(SELECT edition_id, revision FROM editions WHERE state IN ('approved', 'issued'))"
_ONLY: Mapping[str, str] = {
    "editions": f"WHERE (edition_id, revision) IN {_DECIDED}",
    "edition_items": f"WHERE (edition_id, revision) IN {_DECIDED}",
}
"""The rows that are published where not all are: a draft is open work."""


def snapshot_path(home: Path) -> Path:
    """Where the snapshot lies or will lie."""
    return home / "published" / SNAPSHOT_NAME


def publish(con: duckdb.DuckDBPyConnection, home: Path, now: datetime, zone: str = "Europe/Brussels") -> Path:
    """Write a new snapshot and put it in the place of the old one, at once; readers of the old one are not disturbed.

    Args:
        con: the live database.
        zone: in which the views count weeks; a name of the IANA time zone database.

    Raises:
        Misconfigured: the zone does not exist, the disk has no room for a copy, or dictionary.toml lacks a column.
    """
    _refuse_unknown_zone(zone)
    target = snapshot_path(home)
    with disk_watched(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        _refuse_full_disk(con, target)
        unfinished = target.with_suffix(".new")
        for rest in (unfinished, unfinished.with_suffix(".new.wal")):
            rest.unlink(missing_ok=True)  # left by a publication that was killed
        con.execute("UPDATE snapshot_info SET zone = ?", [zone])
        _copy_tables(con, unfinished)
        _describe(unfinished, now)
        unfinished.chmod(0o444)
        unfinished.replace(target)
    return target


def _refuse_unknown_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as problem:  # unknown, absolute path, folder
        raise Misconfigured([Problem("zone", "", f"there is no time zone {zone!r}")]) from problem


def _refuse_full_disk(con: duckdb.DuckDBPyConnection, target: Path) -> None:
    """A disk that fills up stops the live database as well, so ask before."""
    needed = Path(database_path(con)).stat().st_size + _MARGIN
    free = shutil.disk_usage(target.parent).free
    if free < needed:
        reason = f"a new snapshot needs {needed >> 20} MB, the disk has {free >> 20} MB left; the old snapshot stays"
        raise Misconfigured([Problem(str(target), "", reason)])


def _copy_tables(con: duckdb.DuckDBPyConnection, target: Path) -> None:
    with _attached(con, target), transaction(con):  # one transaction: all tables show the same moment
        for table, private in PUBLIC.items():
            without = f"EXCLUDE ({', '.join(sorted(private))})" if private else ""
            rows = _ONLY.get(table, "")
            con.execute(f"CREATE TABLE publishing.{table} AS SELECT * {without} FROM {table} {rows}")  # noqa: S608


@contextmanager
def _attached(con: duckdb.DuckDBPyConnection, target: Path) -> Iterator[None]:
    con.execute(f"ATTACH {_literal(str(target))} AS publishing")
    try:
        yield
    finally:
        con.execute("DETACH publishing")


def _describe(target: Path, now: datetime) -> None:
    """Views and comments are made in the new file itself, where their names mean its own tables."""
    con = duckdb.connect(str(target))
    try:
        with transaction(con):
            con.execute(views_sql())
            con.execute(
                "UPDATE snapshot_info SET published_at = ?, schema_version = ?, duckdb_version = ?",
                [now, latest_version(), duckdb.__version__],
            )
            for statement in _comments(con, target):
                con.execute(statement)
        con.execute("CHECKPOINT")
    finally:
        con.close()


def _comments(con: duckdb.DuckDBPyConnection, target: Path) -> Iterator[str]:
    path = SQL_FOLDER / "dictionary.toml"
    words: Mapping[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    relations = con.execute(
        "SELECT 'TABLE', table_name FROM duckdb_tables() UNION ALL"
        " SELECT 'VIEW', view_name FROM duckdb_views() WHERE NOT internal"
    ).fetchall()
    columns = con.execute("SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal").fetchall()
    missing = [relation for _, relation in relations if relation not in words["relations"]]
    meanings = {
        (relation, column): words["exceptions"].get(f"{relation}.{column}") or words["columns"].get(column)
        for relation, column in columns
    }
    missing += [f"{relation}.{column}" for (relation, column), meaning in meanings.items() if meaning is None]
    if missing:
        raise Misconfigured([Problem(str(path), name, f"has no meaning, but {target.name} has it") for name in missing])
    for kind, relation in relations:
        yield f"COMMENT ON {kind} {relation} IS {_literal(words['relations'][relation])}"
    for (relation, column), meaning in meanings.items():
        yield f'COMMENT ON COLUMN {relation}."{column}" IS {_literal(meaning)}'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
