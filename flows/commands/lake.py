"""The commands of a database that several hosts share: migrate-to, migrate-back, tidy."""

import sys
from collections.abc import Mapping
from typing import Annotated

import typer

Url = Annotated[
    str,
    typer.Argument(
        metavar="URL",
        help="postgres://user@host:5432/database?data=/shared/folder."
        " The password is best kept in ~/.pgpass or PGPASSWORD.",
        show_default=False,
    ),
]


def migrate_to(url: Url) -> None:
    """Move the live file into a lake: catalogue in PostgreSQL, data in a folder that all hosts share.

    Everything is copied, compared by counts and hashes, and only then used. The live file stays, under another name.
    """
    from flows.environment import current_time, home_folder
    from flows.migrate import migrate_to as move

    moved = move(home_folder(), url, current_time())
    _tell(moved.rows, moved.to)
    sys.stdout.write(
        f"The file of before: {moved.kept}\n"
        "Next: seabridge doctor. Give other hosts this home folder (its lake.url and raw/), and the same data folder.\n"
    )


def migrate_back() -> None:
    """Move the data of the lake back into a live file of this home. The lake stays as it is."""
    from flows.environment import current_time, home_folder
    from flows.migrate import migrate_back as move

    moved = move(home_folder(), current_time())
    _tell(moved.rows, moved.to)
    sys.stdout.write(
        f"The lake of before: {moved.kept}; take its lake.url from homes elsewhere, or they go on there.\n"
    )


def tidy() -> None:
    """Put the many small files of the lake together, and drop those that nobody needs any more."""
    from flows.environment import home_folder
    from flows.migrate import tidy as work

    sys.stdout.write(f"tidied {work(home_folder())}\n")


def _tell(rows: Mapping[str, int], target: str) -> None:
    from flows.commands.show import table

    filled = [[name, f"{number:,}"] for name, number in rows.items() if number]
    sys.stdout.write(f"{table(filled, ['table', 'rows'])}\n\nCompared and equal. The data are in {target}\n")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    for command in (migrate_to, migrate_back, tidy):
        app.command()(command)
