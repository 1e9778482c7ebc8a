"""Backs the database up, puts a copy back, goes on after a loss, and gives unused room back. Collects nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from flows.report import Report
from parsers.errors import Misconfigured, Problem
from storage.backups import backup as back_up
from storage.backups import backups_folder, list_backups
from storage.compaction import compact as write_anew
from storage.database import LIVE_NAME, open_live
from storage.highwater import refuse_missing
from storage.lake_address import lake_url
from storage.recovery import recover as go_on
from storage.recovery import restore as put_back
from storage.snapshot import snapshot_path

REFILL = (
    "Collect what feeds still hold: seabridge collect",
    "Read what the archive has of the lost time: seabridge reparse",
)
"""The ways in which a gap is filled: what is still out there, and what was received before the loss."""
MAIL = "Who got which edition since then is not known here: compare with the mail server's log before you send again."


def backup(home: Path, now: datetime, keep: int, to: Path | None = None) -> Report:
    """Make a verified copy in `to`, or in HOME/backups; the newest `keep` stay."""
    _refuse_absent(home)
    with open_live(home) as con:
        made = back_up(con, to or backups_folder(home), now, keep)
    lines = tuple(f"removed: {path}" for path in made.removed)
    return Report("backup", "done", {"bytes": made.bytes} | _counts(made.rows), lines, (str(made.path),))


def restore(home: Path, now: datetime, copy: Path | None = None, *, yes: bool = False) -> Report:
    """Put `copy` (default: the newest backup, else the published snapshot) in the place of the database.

    Where a database is there it only says what would happen, unless `yes`.
    """
    _refuse_lake(home)
    chosen = copy or newest_copy(home)
    if not chosen.is_file():
        raise Misconfigured([Problem(str(chosen), "", "is no file: name a backup, or leave it out for the newest")])
    live = home / LIVE_NAME
    if live.exists() and not yes:
        lines = (
            f"{chosen} would take the place of {live}, which would be kept under another name.",
            "What was stored since that copy was made would not be there any more. Do it: add --yes",
        )
        return Report("restore", "decision", {"copy": str(chosen)}, lines)
    done = put_back(home, chosen, now)
    told = tuple(_told(chosen, done.latest, done.absent))
    return Report("restore", "done", _counts(done.rows), told, tuple(map(str, (live, *done.aside))))


def newest_copy(home: Path) -> Path:
    """The newest backup in HOME/backups, or the published snapshot, which lacks what is not public.

    Raises:
        Misconfigured: there is neither.
    """
    found = list_backups(backups_folder(home))
    if found:
        return found[0][1]
    snapshot = snapshot_path(home)
    if not snapshot.is_file():
        reason = "neither a backup nor a snapshot is there; name a copy: seabridge restore FILE"
        raise Misconfigured([Problem(str(backups_folder(home)), "", reason)])
    return snapshot


def recover(home: Path, now: datetime) -> Report:
    """Go on with what is left after the database's log was damaged, cut short or removed, and say what is not there."""
    _refuse_lake(home)
    found = go_on(home, now)
    lines = []
    if found.log:
        lines.append(f"The damaged log is kept as {found.log}; the first {found.kept} bytes of it could be used.")
    if found.commits == found.wanted and not found.log:
        return Report("recover", "nothing", {"commits": found.commits}, ("Nothing is missing.",))
    since = f"after {found.latest:%Y-%m-%d %H:%M:%S} UTC" if found.latest else "from the beginning"
    until = f" until {found.until:%Y-%m-%d %H:%M:%S} UTC" if found.until else ""
    lines.append(f"Lost is what was stored {since}{until}: {found.wanted - found.commits} of {found.wanted} commits.")
    if found.runs:
        lines.append(f"Only the archive knows of these runs: {', '.join(found.runs)}")
    figures = {"commits": found.commits, "commits lost": found.wanted - found.commits}
    return Report("recover", "done", figures, (*lines, *REFILL, MAIL), (str(found.log),) if found.log else ())


def compact(home: Path) -> Report:
    """Write the database anew without the room of deleted rows."""
    _refuse_absent(home)
    done = write_anew(home)
    saved = done.before - done.after
    figures = {"bytes before": done.before, "bytes after": done.after} | _counts(done.rows)
    line = f"{saved / 1e6:.1f} MB smaller" if saved > 0 else "There was nothing to give back."
    return Report("compact", "done", figures, (line,))


def _told(copy: Path, latest: datetime | None, absent: Sequence[str]) -> list[str]:
    since = f"after {latest:%Y-%m-%d %H:%M:%S} UTC" if latest else "at all"
    lines = [f"{copy} is the database now; what was stored {since} is not in it."]
    if absent:
        lines.append(f"A snapshot shows the public part only. Not there any more: {', '.join(absent)}.")
    return [*lines, *REFILL, MAIL]


def _counts(rows: Mapping[str, int]) -> dict[str, int | str]:
    return {name: number for name, number in rows.items() if number}


def _refuse_lake(home: Path) -> None:
    if lake_url(home) is not None:
        reason = (
            "lives in a lake, and this is for a live file: copy catalogue (pg_dump) and data folder together while no"
            " flow runs; `seabridge tidy` puts it in order"
        )
        raise Misconfigured([Problem(str(home), "", reason)])


def _refuse_absent(home: Path) -> None:
    _refuse_lake(home)
    refuse_missing(home / LIVE_NAME)
    if not (home / LIVE_NAME).is_file():
        raise Misconfigured([Problem(str(home / LIVE_NAME), "", "is not there yet; seabridge collect makes it")])
