"""The commands that care for the database: backup, restore, recover, compact."""

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout instead of text.")]


def backup(
    to: Annotated[
        Path | None, typer.Option("--to", help="Folder for the copy, best on another disk; else HOME/backups.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Copy the database, open the copy again and compare every row; the last ones are kept ([keep] in collect.toml).

    A file in use must not be copied with cp. Configuration and raw/ are plain files for a tool of your own.
    """
    from flows.care import backup as make
    from flows.commands.show import finish
    from flows.environment import current_time
    from flows.settings import load

    settings = load()
    finish(make(settings.home, current_time(), settings.keep.backups, to and to.absolute()), json)


def restore(
    copy: Annotated[
        Path | None, typer.Argument(help="A backup or a published snapshot; else the newest backup, or the snapshot.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Also if a database is there; it is kept aside.")] = False,
    json: AsJson = False,
) -> None:
    """Put a copy in the place of a damaged or lost database. Ends with 6 where one is there and --yes is not given."""
    from flows.care import restore as put_back
    from flows.commands.show import finish
    from flows.environment import current_time, home_folder

    finish(put_back(home_folder(), current_time(), copy and copy.absolute(), yes=yes), json)


def recover(json: AsJson = False) -> None:
    """Go on after a part of the database's log was lost: keep what is whole, say what is lost and how to fill the gap.

    Ends with 3 if nothing is missing.
    """
    from flows.care import recover as go_on
    from flows.commands.show import finish
    from flows.environment import current_time, home_folder

    finish(go_on(home_folder(), current_time()), json)


def compact(json: AsJson = False) -> None:
    """Give the room of deleted and replaced rows back: the file is written anew, compared, and changed in one step."""
    from flows.care import compact as write_anew
    from flows.commands.show import finish
    from flows.environment import home_folder

    finish(write_anew(home_folder()), json)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    for command in (backup, restore, recover, compact):
        app.command()(command)
