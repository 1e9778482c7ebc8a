"""Publishes the snapshot for analysts again, from what is stored. Fetches and judges nothing."""

from datetime import datetime

from flows.progress import Tell, silent
from flows.report import Report
from flows.settings import Settings
from storage.database import open_live
from storage.snapshot import publish as publish_snapshot


def publish(settings: Settings, now: datetime, *, dry_run: bool = False, tell: Tell = silent) -> Report:
    """Write HOME/published/seabridge.duckdb; readers of the old one are not disturbed."""
    tell("publish", 0, 1)
    if dry_run:
        return Report("publish", "done", lines=("Would write the snapshot.",))
    with open_live(settings.home) as con:
        path = publish_snapshot(con, settings.home, now, settings.digest.zone, keep=settings.keep.snapshots)
    tell("publish", 1, 1)
    return Report("publish", "done", {"bytes": path.stat().st_size}, files=(str(path),))
