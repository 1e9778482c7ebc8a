"""How reports, tables and progress are shown. Data goes to stdout, progress to stderr."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import typer

from flows.progress import Tell, silent
from flows.report import Report


def finish(report: Report, as_json: bool) -> None:
    """Show a report and end the command with its exit code."""
    if as_json:
        sys.stdout.write(report.as_json() + "\n")
    else:
        if report.figures:
            sys.stdout.write(table([(name, str(value)) for name, value in report.figures.items()]) + "\n")
        for line in report.lines:
            sys.stdout.write(f"{line}\n")
        for path in report.files:
            sys.stdout.write(f"written: {path}\n")
        sys.stdout.write(f"{report.flow}: {report.state}\n")
    if report.exit_code:
        raise typer.Exit(report.exit_code)


def table(rows: Sequence[Sequence[str]], head: Sequence[str] = ()) -> str:
    """Columns aligned with spaces; the last one is not padded."""
    lines = [list(head), *map(list, rows)] if head else [list(row) for row in rows]
    if not lines:
        return ""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def json_line(value: object) -> None:
    """One JSON document on one line of stdout."""
    line = json.dumps(value, ensure_ascii=False, default=str)
    if not line.isascii() and any("\ud800" <= character <= "\udfff" for character in line):
        line = json.dumps(value, default=str)  # half a surrogate pair, as in an `id` that is echoed, is no UTF-8
    sys.stdout.write(line + "\n")


@contextmanager
def progress() -> Iterator[Tell]:
    """A progress bar on stderr when that is a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, object] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)  # type: ignore[arg-type]

        yield tell
