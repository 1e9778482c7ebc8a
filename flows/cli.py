"""The command `seabridge`. Puts the commands together; each is in flows/commands."""

import sys
from importlib import metadata
from typing import Annotated

import typer

from flows.commands import analyst, editions, filters, operate, run, sources, topics

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


@app.callback()
def main(
    version_wanted: Annotated[
        bool, typer.Option("--version", help="Show the version and leave.", is_eager=True)
    ] = False,
) -> None:
    if version_wanted:
        sys.stdout.write(f"seabridge {metadata.version('seabridge')}\n")
        raise typer.Exit


run.add_to(app)
operate.add_to(app)
analyst.add_to(app)
filters.add_to(app)
app.add_typer(topics.app, name="topics")
app.add_typer(sources.app, name="sources")
app.add_typer(editions.recipients, name="recipients")
app.add_typer(editions.app, name="editions")
