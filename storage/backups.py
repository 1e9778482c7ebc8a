"""Makes verified copies of the live database and keeps the last of them. Puts none of them back: see recovery.

Only the database: configuration and raw/ are plain files that do not change once written, for any tool of the operator.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from parsers.errors import Misconfigured, Problem
from storage.copies import copy_whole, refuse_full_disk
from storage.database import database_path
from storage.writing import sync

_PREFIX, _SUFFIX = "live-", ".duckdb"
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was opened again and had the same rows. `removed`: older copies that went for it."""

    path: Path
    bytes: int
    rows: Mapping[str, int]
    removed: tuple[Path, ...]


def backups_folder(home: Path) -> Path:
    """Where copies lie unless another folder is named. On the same disk: they help against damage, not against loss."""
    return home / "backups"


def list_backups(folder: Path) -> list[tuple[datetime, Path]]:
    """(when it was made, file), newest first; what does not bear such a name is not ours."""
    found = []
    for path in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        try:
            made = datetime.strptime(path.name, f"{_PREFIX}{_STAMP}{_SUFFIX}").replace(tzinfo=UTC)
        except ValueError:
            continue
        found.append((made, path))
    return sorted(found, reverse=True)


def backup(con: duckdb.DuckDBPyConnection, folder: Path, now: datetime, keep: int) -> Backup:
    """Copy the live database into `folder`, whole or not at all, and let go of all but the newest `keep` copies.

    Raises:
        Misconfigured: the folder cannot be used, the disk has no room, or the copy reads differently.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for rest in folder.glob(f".{_PREFIX}*{_SUFFIX}.new*"):
            rest.unlink()  # left by a backup that was killed
    except OSError as problem:
        raise Misconfigured([Problem(str(folder), "", f"cannot be used: {problem.strerror}")]) from problem
    refuse_full_disk(folder, Path(database_path(con)).stat().st_size, "a backup")
    path = folder / f"{_PREFIX}{now.astimezone(UTC):{_STAMP}}{_SUFFIX}"
    unfinished = folder / f".{path.name}.new"
    (name,) = con.execute("SELECT current_database()").fetchall()[0]
    rows = copy_whole(con, name, unfinished)
    unfinished.replace(path)
    sync(folder)
    removed = tuple(old for _, old in list_backups(folder)[keep:] if old != path)
    for old in removed:
        old.unlink()
    return Backup(path, path.stat().st_size, rows, removed)
