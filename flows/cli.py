"""The command `seabridge`. Puts the commands together; each is in flows/commands."""

import sys
from importlib import metadata
from typing import Annotated

import typer

from flows.commands import ahead, analyst, care, editions, export, filters, lake, operate, run, sources, topics

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""Weekly digest of EU-US defence cooperation: collect, judge, store, mail.

Try it: seabridge demo. Go live: copy config/recipients.example.toml to config/recipients.toml, then seabridge run.

Environment: SEABRIDGE_HOME (default ./var), SEABRIDGE_CONFIG (default ./config), SEABRIDGE_SEEDS (default ./corpus).

Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 nothing to do, 4 done in part, 5 busy, 6 needs a decision.""",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"seabridge {metadata.version('seabridge')}\n")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Options of the command itself."""


run.add_to(app)
operate.add_to(app)
analyst.add_to(app)
ahead.add_to(app)
export.add_to(app)
care.add_to(app)
lake.add_to(app)
filters.add_to(app)
app.add_typer(topics.app, name="topics")
app.add_typer(sources.app, name="sources")
app.add_typer(editions.recipients, name="recipients")
app.add_typer(editions.app, name="editions")
