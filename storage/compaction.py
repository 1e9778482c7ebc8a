"""Gives back the room of deleted and replaced rows, which DuckDB keeps in the file for good. Changes no row."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from parsers.errors import Busy
from storage.copies import copy_whole, refuse_full_disk
from storage.database import LIVE_NAME, closed_live, open_live
from storage.highwater import commits_in, log_path, marked, restrict, set_mark
from storage.writing import sync


@dataclass(frozen=True, slots=True)
class Compacted:
    """Bytes of the file before and after, and the rows of each table, which are the same."""

    before: int
    after: int
    rows: Mapping[str, int]


def compact(home: Path) -> Compacted:
    """Write the live database anew into a file beside it, verify that, and put it in its place in one step.

    Whoever opens the database at that moment opens the one or the other, never half of it.

    Raises:
        Misconfigured: the disk has no room for a second file, or the new one reads differently; the old one stays.
        Busy: another process wrote between the copy and the change; nothing was changed.
    """
    unfinished = home / f"{LIVE_NAME}.compacted"
    with open_live(home) as con:
        con.execute("CHECKPOINT")
        path = home / LIVE_NAME
        before = path.stat().st_size
        refuse_full_disk(home, before, "compaction")
        (name,) = con.execute("SELECT current_database()").fetchall()[0]
        rows = copy_whole(con, name, unfinished)
        seen, commits = marked(path), commits_in(con) or 0
    with closed_live(home) as path:
        log = log_path(path)
        if marked(path) != seen or (log.exists() and log.stat().st_size):
            unfinished.unlink()
            raise Busy(str(path), None, f"{path} was written while it was compacted; nothing was changed, try again")
        restrict(unfinished)
        unfinished.replace(path)
        sync(home)
        set_mark(path, commits)
    return Compacted(before, path.stat().st_size, rows)
