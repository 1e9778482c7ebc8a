"""Keeps the archive whole and within its limits, at the end of every collection. Collects nothing, prunes no item."""

from collections.abc import Iterator
from datetime import datetime

from flows.settings import Settings
from storage.database import open_live
from storage.retention import Pruned, mend, prune_archive, prune_quarantine


def upkeep(settings: Settings, now: datetime, running: str | None = None) -> tuple[str, ...]:
    """Mend what a kill left over, then let go of what is too old or too much; sentences for the report, mostly none.

    The entries and items that were read from answers which go stay, and so do the files of the run `running`.
    """
    raw = settings.home / "raw"
    try:
        with open_live(settings.home) as con:
            lines = mend(raw, con)
            lines += _told(prune_archive(con, raw, settings.keep, now, running))
            quarantined = prune_quarantine(con, settings.keep, now)
    except OSError as error:  # the news of this run are stored, whatever is the matter with the folder
        return (f"{raw} could not be kept in order: {error.strerror}",)
    if quarantined:
        days = settings.keep.quarantine_days
        lines.append(f"{quarantined} unreadable documents went from the quarantine, not seen for {days} days")
    return tuple(lines)


def _told(pruned: Pruned) -> Iterator[str]:
    if pruned.files:
        megabytes = f"{pruned.bytes / 1e6:.1f} MB"
        yield f"{len(pruned.files)} files of answers ({megabytes}) went from raw/, the last of them {pruned.files[-1]}"
    if pruned.lost:
        yield f"{len(pruned.lost)} files are gone from raw/ and cannot be read again, {pruned.lost[0]} for one"
    if pruned.files or pruned.lost:
        yield f"{pruned.answers} answers can no longer be read again; what was read from them stays"
    yield from (f"{one} could not be removed from raw/" for one in pruned.stuck)
