"""Moves a home from its live file into a lake, and back. Each way all or nothing, checked, and safe to repeat."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from parsers.errors import Busy, Misconfigured, Permanent, Problem
from storage.database import GLANCE, LIVE_NAME, Connection, open_live
from storage.highwater import set_mark
from storage.lake import open_lake, tidy_lake
from storage.lake_address import forget_lake, lake_url, parse_lake_url, remember_lake
from storage.lake_lock import alone
from storage.lake_moves import FILE, LAKE, copy_all, different, holds_something, live_file, rows_of, running


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved: table -> rows. `to`: where it is now; `kept`: where it was, which nobody writes to any more."""

    to: str
    kept: str
    rows: Mapping[str, int]


def migrate_to(home: Path, url: str, now: datetime) -> Moved:
    """Copy the live file of `home` into a lake, compare the two, and live in the lake from now on.

    The live file stays under another name. After a kill at any moment, do it again: the lake has all or nothing.

    Raises:
        Busy: a flow is running, or another process has the file.
        Misconfigured: the home lives in a lake already, it has no live file, or the lake holds something else.
        Permanent: what arrived is not what was sent; nothing was changed.
    """
    where = str(parse_lake_url(url))
    live = home / LIVE_NAME
    before = lake_url(home)
    if before is not None and (str(parse_lake_url(before)) != where or not live.is_file()):
        raise Misconfigured([Problem(str(home), "", f"lives in a lake already: {parse_lake_url(before)}")])
    if not live.is_file():
        raise Misconfigured([Problem(str(live), "", "is not there, so there is nothing to move; is this the home?")])
    if before is None:
        with open_live(home, wait=GLANCE):
            pass  # brings it to the newest schema, and its log into the file
    kept = home / f"live.moved-{now:%Y%m%dT%H%M%SZ}.duckdb"
    with open_lake(url, create=before is None) as con:
        if before is None:
            with live_file(con, live, read_only=True), alone(con):
                _refuse_running(con, FILE, now)
                _fill(con, where)
                remember_lake(home, url)  # both while nobody can open the file: whoever waits for it must not write
                live.replace(kept)
        else:  # an earlier attempt was killed just before it could rename the file
            live.replace(kept)
        rows = rows_of(con, LAKE)
    return Moved(where, str(kept), rows)


def migrate_back(home: Path, now: datetime) -> Moved:
    """Copy the lake of `home` into a new live file, compare the two, and live in the file from now on.

    The lake stays as it is, and a home elsewhere that names it still lives in it.

    Raises:
        Busy: a flow is running.
        Misconfigured: the home lives in no lake, or has a live file beside it.
        Permanent: what arrived is not what was sent; nothing was changed.
    """
    url, live = _lake_of(home), home / LIVE_NAME
    if live.exists():
        raise Misconfigured([Problem(str(live), "", "is there beside the lake; move it away first")])
    folder = home / "migrating"
    fresh = folder / LIVE_NAME
    for rest in (fresh, folder / f"{LIVE_NAME}.wal"):
        rest.unlink(missing_ok=True)  # left by an attempt that was killed
    with open_live(folder):
        pass
    with open_lake(url) as con, alone(con):
        _refuse_running(con, LAKE, now)
        with live_file(con, fresh, read_only=False):
            _copy(con, LAKE, FILE)
            rows = rows_of(con, FILE)
        set_mark(live, 0)  # what the file of before had counted is not in this one
        fresh.replace(live)
        forget_lake(home)
    folder.rmdir()
    return Moved(str(live), str(parse_lake_url(url)), rows)


def tidy(home: Path) -> str:
    """Put the small files of the home's lake together; gives the lake, in words.

    Raises:
        Misconfigured: the home lives in no lake.
    """
    url = _lake_of(home)
    with open_lake(url) as con:
        tidy_lake(con)
    return str(parse_lake_url(url))


def _lake_of(home: Path) -> str:
    url = lake_url(home)
    if url is None:
        raise Misconfigured([Problem(str(home), "", "lives in no lake but in its live file")])
    return url


def _fill(con: Connection, where: str) -> None:
    """Copy, unless an earlier attempt that was killed afterwards has done it."""
    held = holds_something(con, LAKE)
    if not held:
        _copy(con, FILE, LAKE)
    elif different(con, FILE, LAKE, content_only=True):
        reason = (
            f"holds something else already ({', '.join(held[:3])}): name an empty database and an empty folder; if it"
            " is what an earlier attempt has left, drop that database and empty that folder"
        )
        raise Misconfigured([Problem(where, "", reason)])


def _copy(con: Connection, source: str, target: str) -> None:
    try:
        copy_all(con, source, target)
    except ValueError as problem:
        raise Permanent(f"{problem}; nothing was changed, please report it") from problem


def _refuse_running(con: Connection, database: str, now: datetime) -> None:
    flows = running(con, database, now)
    if flows:
        raise Busy(database, None, f"{flows[0]}; wait until it has ended")
