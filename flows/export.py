"""Exports the published snapshot for analysts who prefer files. Opens no live database and publishes nothing."""

from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from digests.edition import week as week_named
from flows.progress import Tell, silent
from flows.report import Report
from parsers.errors import Misconfigured, Problem
from storage.exports import export_snapshot
from storage.snapshot import snapshot_path


def export(
    home: Path,
    folder: Path,
    *,
    formats: Sequence[str] = ("parquet", "csv"),
    first: str | None = None,
    last: str | None = None,
    tell: Tell = silent,
) -> Report:
    """Write `folder` with every view as Parquet and CSV; `first` and `last` are weeks like 2026-W46.

    Raises:
        Misconfigured: there is no such week, or what `export_snapshot` refuses.
    """
    problems = [
        problem for name, week in (("--from", first), ("--to", last)) if week for problem in _faults(name, week)
    ]
    if first and last and first > last and not problems:
        problems.append(Problem("command line", "--to", f"{last} is before {first}"))
    if problems:
        raise Misconfigured(problems)
    done = export_snapshot(
        snapshot_path(home),
        folder,
        formats=formats,
        weeks=(first, last),
        program=metadata.version("seabridge"),
        tell=tell,
    )
    return Report("export", "done", dict(done.rows) | {"files": done.files, "bytes": done.bytes}, files=(str(folder),))


def _faults(option: str, week: str) -> list[Problem]:
    try:
        week_named(week, "UTC")
    except ValueError as problem:
        return [Problem("command line", option, f"{week}: {problem}; write one like 2026-W46")]
    return []
