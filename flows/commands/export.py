"""The command export: the published snapshot as files for pandas, R, Polars and spreadsheets."""

from pathlib import Path
from typing import Annotated, Literal

import typer


def export(
    folder: Annotated[Path, typer.Argument(help="A new folder, or an earlier export, which is replaced as a whole.")],
    format: Annotated[  # noqa: A002
        Literal["parquet", "csv", "both"], typer.Option("--format", help="Which files are written.")
    ] = "both",
    first: Annotated[str | None, typer.Option("--from", help="First ISO week, like 2026-W46.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last ISO week.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout instead of text.")] = False,
) -> None:
    """Write every view of the published snapshot as Parquet, by year and week, and as CSV, with their dictionary.

    The same snapshot gives the same bytes. With --from or --to, only these weeks of items, of what belongs to items,
    and of fetched entries; undated items are left out then.
    """
    from flows.commands.show import finish, progress
    from flows.environment import home_folder
    from flows.export import export as write

    formats = ("parquet", "csv") if format == "both" else (format,)
    with progress() as tell:
        report = write(home_folder(), folder, formats=formats, first=first, last=last, tell=tell)
    finish(report, json)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(export)
