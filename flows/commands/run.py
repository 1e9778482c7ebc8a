"""The commands that run a flow: run, collect, digest, send, reclassify, reparse, publish."""

from datetime import datetime
from typing import Annotated, Any

import typer

DryRun = Annotated[bool, typer.Option("--dry-run", help="Do all the work, write and send nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout instead of text.")]
Week = Annotated[str | None, typer.Option(help="ISO week like 2026-W46; default: the last completed one.")]
Only = Annotated[
    list[str] | None, typer.Option("--source", help="Id of a source; may be repeated. Default: all enabled.")
]


def _launch(flow: str, as_json: bool, **parameters: Any) -> None:
    from flows.commands.show import finish, progress
    from flows.launch import launch

    with progress() as tell:
        report = launch(flow, tell=tell, **parameters)
    finish(report, as_json)


def run(dry_run: DryRun = False, json: AsJson = False) -> None:
    """Collect, digest and send: the whole week in one command.

    Example: seabridge run --dry-run
    """
    _launch("weekly", json, dry_run=dry_run)


def collect(
    source: Only = None,
    due: Annotated[
        bool, typer.Option("--due", help="Only sources whose next visit is due, as the schedule does.")
    ] = False,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Also older entries back to this day, where sources have them."),
    ] = None,
    part: Annotated[
        str, typer.Option(metavar="K/N", help="Only part K of N of the sources, for several hosts on one lake.")
    ] = "",
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Read the sources, judge what is new, store it, publish the snapshot.

    A source that fails is a row and a line; the run goes on and ends with 4. A run that was killed is resumed.
    Sources that are gone, or asked to be left alone for a while, are only visited by name.

    Example: seabridge collect --source eda-news --source nato-news
    """
    _launch("collect", json, only=tuple(source or ()), due=due, since=since, part=part, dry_run=dry_run)


def digest(week: Week = None, dry_run: DryRun = False, json: AsJson = False) -> None:
    """Compose the edition of a week, with its archive page under SEABRIDGE_HOME/site.

    An edition that was sent to anybody is never changed; see `seabridge editions correct`.
    """
    _launch("digest", json, week=week, dry_run=dry_run)


def send(
    week: Week = None,
    to: Annotated[str | None, typer.Option(help="Send a [TEST] to this address only; nothing is recorded.")] = None,
    resolve: Annotated[
        str | None, typer.Option(help="For deliveries of unknown fate: resend or assume-sent.", metavar="CHOICE")
    ] = None,
    allow_stale: Annotated[bool, typer.Option("--allow-stale", help="Send an edition older than its limit.")] = False,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Send the edition of a week to everybody who has not got it: through [smtp] of digest.toml, else as files in
    SEABRIDGE_HOME/outbox. Nobody gets the same edition twice.
    """
    _launch("send", json, week=week, to=to, resolve=resolve, allow_stale=allow_stale, dry_run=dry_run)


def reclassify(
    accept: Annotated[
        str, typer.Option(help="Version of the configured rules: they are in force from now on.", metavar="VERSION")
    ] = "",
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Judge every stored item again under the rules of config/. Old labels stay queryable, people's decisions stand.

    Rules that nobody has accepted are not applied: it says what they would change, and ends with 6.

    Example: seabridge reclassify --accept 24df699f2c77
    """
    _launch("reclassify", json, accept=accept, dry_run=dry_run)


def reparse(
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only answers received from this day.")
    ] = None,
    source: Only = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Read the archived answers again with today's parsers, store what reads differently, and say what that is.

    Uses no network. Texts that became much shorter, and answers that can no longer be read, are told first.

    Example: seabridge reparse --since 2026-11-01 --source eda-news --dry-run
    """
    _launch("reparse", json, since=since, only=tuple(source or ()), dry_run=dry_run)


def publish(dry_run: DryRun = False, json: AsJson = False) -> None:
    """Write the read-only snapshot for analysts again, from what is stored."""
    _launch("publish", json, dry_run=dry_run)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    for command in (run, collect, digest, send, reclassify, reparse, publish):
        app.command()(command)
