"""Publishes what analysts may see as a read-only file beside the live database. Shows no person and no open work."""

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from parsers.errors import Misconfigured, Problem
from storage.comments import describe
from storage.database import database_path
from storage.highwater import log_path
from storage.lake import lake_bytes
from storage.lake_lock import alone, lake_behind
from storage.migrations import SQL_FOLDER, latest_version, views_sql
from storage.quoting import literal
from storage.search import build_search
from storage.writing import disk_watched, sync, transaction

SNAPSHOT_NAME = "seabridge.duckdb"
_MARGIN = 20 << 20
_MEMORY = "500MB"
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
    "entities": frozenset(),
    "mentions": frozenset(),
    "extracted_items": frozenset(),
    "quotes": frozenset(),
    "citations": frozenset(),
    "item_documents": frozenset(),
    "item_families": frozenset(),
    "calendar_dates": frozenset(),
    "calendar_events": frozenset(),
    "office_holders": frozenset(),
    "overrides": frozenset(),
    "rules": frozenset({"content"}),  # 1.4 MB for each version; the file config/topics.toml is there for people
    "dispositions": frozenset(),
    "quarantine": frozenset({"content"}),
    "story_items": frozenset(),
    "text_reuse": frozenset(),
    "story_standings": frozenset(),
    "continuations": frozenset(),
    "threads": frozenset(),
    "seeds": frozenset(),
    "seed_paragraphs": frozenset(),
    "seed_labels": frozenset(),
    "editions": frozenset({"circumstances"}),
    "edition_items": frozenset(),
    "edition_dispositions": frozenset(),
}
"""The tables that are published, each with the columns that are not. What is not named here stays in the live file."""
_DECIDED = "WHERE (edition_id, revision) IN (SELECT edition_id, revision FROM editions WHERE state <> 'draft')"
_ONLY: Mapping[str, str] = dict.fromkeys(("editions", "edition_items", "edition_dispositions"), _DECIDED)
"""The rows that are published where not all are: a draft is open work."""
_LONG_TEXTS = ("items", "item_versions", "entries")
"""Stored as they are. To compress them saves two fifths of the file and takes two thirds of the time of publishing it,
and whoever searches them has to undo it: at 1,000,000 items 18.6 s and 2.1 GB against 7.0 s and 3.5 GB."""


def snapshot_path(home: Path) -> Path:
    """Where the newest snapshot lies or will lie."""
    return home / "published" / SNAPSHOT_NAME


def older_snapshots(home: Path) -> list[Path]:
    """Those before the newest, the oldest first, named by when they were made: seabridge-20261116T060000Z.duckdb."""
    newest = snapshot_path(home)
    return sorted(newest.parent.glob(f"{newest.stem}-*Z{newest.suffix}"))


def publish(
    con: duckdb.DuckDBPyConnection, home: Path, now: datetime, zone: str = "Europe/Brussels", *, keep: int = 3
) -> Path:
    """Write a new snapshot and put it in the place of the old one, at once; readers of the old one are not disturbed.

    Args:
        con: the live database.
        zone: in which the views count weeks; a name of the IANA time zone database.
        keep: how many snapshots there are afterwards at most, this one included.

    Raises:
        Misconfigured: the zone does not exist, the disk has no room for a copy, or dictionary.toml lacks a column.
    """
    _refuse_unknown_zone(zone)
    target = snapshot_path(home)
    unfinished = target.with_suffix(".new")
    with disk_watched(target), alone(con):  # two hosts of a lake share the folder
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear(unfinished)  # left by a publication that was killed
        _refuse_full_disk(con, target)
        with transaction(con):
            con.execute("UPDATE snapshot_info SET zone = $1 WHERE zone <> $1", [zone])
        try:
            _copy_tables(con, unfinished)
            _complete(unfinished, now)
            _put_in_place(unfinished, target, now)
        finally:
            _clear(unfinished)
        for path in older_snapshots(home)[: 1 - keep or None]:
            path.unlink(missing_ok=True)
    return target


def _refuse_unknown_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as problem:  # unknown, absolute path, folder
        raise Misconfigured([Problem("zone", "", f"there is no time zone {zone!r}")]) from problem


def _clear(unfinished: Path) -> None:
    for path in (unfinished, unfinished.with_suffix(".new.wal")):
        path.unlink(missing_ok=True)
    shutil.rmtree(_spill(unfinished), ignore_errors=True)


def _spill(unfinished: Path) -> Path:
    return unfinished.with_suffix(".new.tmp")


def _refuse_full_disk(con: duckdb.DuckDBPyConnection, target: Path) -> None:
    """A disk that fills up stops the live database as well, so ask before. Texts are longer here, and indexed."""
    needed = 5 * lake_bytes(con) if lake_behind(con) else 2 * _bytes_of(Path(database_path(con)))
    needed += _MARGIN
    free = shutil.disk_usage(target.parent).free
    if free < needed:
        reason = f"a new snapshot needs {needed >> 20} MB, the disk has {free >> 20} MB left; the old snapshot stays"
        raise Misconfigured([Problem(str(target), "", reason)])


def _bytes_of(live: Path) -> int:
    log = log_path(live)
    return live.stat().st_size + (log.stat().st_size if log.exists() else 0)


def _copy_tables(con: duckdb.DuckDBPyConnection, target: Path) -> None:
    """All tables in one transaction, so that they show the same moment; rows in their order, which is that of time."""
    with _attached(con, target), _set(con, memory_limit=_MEMORY, force_compression="auto"), transaction(con):
        for table, private in PUBLIC.items():
            con.execute(f"SET force_compression = '{'uncompressed' if table in _LONG_TEXTS else 'auto'}'")
            without = f"EXCLUDE ({', '.join(sorted(private))})" if private else ""
            rows = _ONLY.get(table, "")
            con.execute(f"CREATE TABLE publishing.{table} AS SELECT * {without} FROM {table} {rows}")  # noqa: S608


def _complete(target: Path, now: datetime) -> None:
    """Index, counts, views and comments, in an instance of its own: the live one is not burdened with what this takes.

    The file is attached and not opened, in the way it was written: a checkpoint with row groups of the usual size would
    write all tables once more (at 100,000 items 9 s, 1.6 GB of memory, and twice the file).
    """
    con = duckdb.connect()
    try:
        con.execute(f"SET memory_limit = '{_MEMORY}'")
        con.execute(f"SET temp_directory = {literal(str(_spill(target)))}")
        con.execute("SET enable_progress_bar = false")  # it would be written to stdout, even into a pipe
        with _attached(con, target):
            con.execute("USE publishing")
            with transaction(con):
                build_search(con, now)
                _describe(con, now)
            con.execute("USE memory")
    finally:
        con.close()


def _describe(con: duckdb.DuckDBPyConnection, now: datetime) -> None:
    con.execute("CREATE TABLE snapshot_counts (relation VARCHAR, rows BIGINT)")
    for table in sorted(PUBLIC):
        con.execute(f"INSERT INTO snapshot_counts SELECT '{table}', count(*) FROM {table}")  # noqa: S608
    con.execute(views_sql())
    con.execute((SQL_FOLDER / "snapshot_views.sql").read_text(encoding="utf-8"))
    con.execute(
        "UPDATE snapshot_info SET published_at = ?, schema_version = ?, duckdb_version = ?",
        [now, latest_version(), duckdb.__version__],
    )
    describe(con)


@contextmanager
def _attached(con: duckdb.DuckDBPyConnection, target: Path) -> Iterator[None]:
    """The new file, without a log: what is not finished is thrown away. Rows are written in small groups as they come;
    with those of 122,880 rows that are usual it took twice the time and memory, and readers can skip less."""
    con.execute(f"ATTACH {literal(str(target))} AS publishing (ROW_GROUP_SIZE 20480, RECOVERY_MODE 'no_wal_writes')")
    try:
        yield
        con.execute("CHECKPOINT publishing")
    finally:
        with contextlib.suppress(duckdb.Error):  # whatever stopped us has been told
            con.execute("DETACH publishing")


@contextmanager
def _set(con: duckdb.DuckDBPyConnection, **values: str) -> Iterator[None]:
    before = {name: con.execute(f"SELECT current_setting('{name}')").fetchall()[0][0] for name in values}
    for name, value in values.items():
        con.execute(f"SET {name} = '{value}'")
    try:
        yield
    finally:
        for name, value in before.items():
            con.execute(f"SET {name} = '{value}'")


def _put_in_place(unfinished: Path, target: Path, now: datetime) -> None:
    """On the disk first, then under its name. The old one keeps its bytes under a second name."""
    unfinished.chmod(0o444)
    os.utime(unfinished, (now.timestamp(), now.timestamp()))
    sync(unfinished)
    if target.exists():
        made = datetime.fromtimestamp(target.stat().st_mtime, UTC)
        older = target.with_stem(f"{target.stem}-{made:%Y%m%dT%H%M%SZ}")
        older.unlink(missing_ok=True)
        os.link(target, older)
    unfinished.replace(target)
    sync(target.parent)
