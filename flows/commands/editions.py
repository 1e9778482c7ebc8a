"""The commands around editions and recipients: list, show, approve, correct, rebuild; recipients check."""

import sys
from typing import Annotated, Literal

import typer

app = typer.Typer(no_args_is_help=True, help="What was made and sent: list, show, approve, correct, rebuild.")
recipients = typer.Typer(no_args_is_help=True, help="Who gets the digest.")
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout instead of text.")]
Name = Annotated[str, typer.Argument(help="Edition like 2026-W46/weekly/en, or just its week 2026-W46.")]


@app.command("list")
def list_all(json: AsJson = False) -> None:
    """All editions with all revisions, newest first."""
    from flows.commands.show import json_line, table
    from flows.editions import listed
    from flows.environment import home_folder

    rows = listed(home_folder())
    if json:
        for row in rows:
            json_line(row)
        return
    head = ("edition", "revision", "state", "have it", "subject")
    cells = [
        (str(r["id"]), str(r["revision"]), str(r["state"]), f"{r['accepted']}/{r['candidates']}", str(r["subject"]))
        for r in rows
    ]
    sys.stdout.write((table(cells, head) if cells else "no editions yet; try: seabridge digest") + "\n")


@app.command()
def show(
    edition: Name,
    revision: Annotated[int | None, typer.Option(help="Default: the newest.")] = None,
    format: Annotated[Literal["text", "html", "json"], typer.Option("--format", help="Which rendering.")] = "text",  # noqa: A002
) -> None:
    """Write one edition to stdout, as its readers get it."""
    from flows.editions import shown
    from flows.settings import load

    sys.stdout.write(shown(load(), edition, revision, format))


@app.command()
def approve(edition: Name) -> None:
    """Let the newest revision go out, where digest.toml says approval = true. From then on it does not change."""
    from flows.editions import approve as allow
    from flows.environment import current_time
    from flows.settings import load

    sys.stdout.write(f"{allow(load(), edition, current_time())}\n")


@app.command()
def correct(
    edition: Name,
    note: Annotated[str, typer.Option(help="What was wrong, in a sentence; readers see it first.")],
) -> None:
    """Make a new revision from what is stored now, marked as a correction. `seabridge send` delivers it."""
    from flows.editions import correct as mend
    from flows.environment import current_time
    from flows.settings import load

    sys.stdout.write(f"{mend(load(), edition, note, current_time())}\n")


@app.command()
def rebuild(
    edition: Name,
    revision: Annotated[int | None, typer.Option(help="Default: the newest.")] = None,
) -> None:
    """Make an edition again from what was known when it was made, and say whether every byte comes out the same.

    Changes nothing. Ends with 1 where it differs.
    """
    from flows.editions import rebuilt
    from flows.settings import load

    sys.stdout.write(f"{rebuilt(load(), edition, revision)}\n")


@recipients.command()
def check(json: AsJson = False) -> None:
    """Read recipients.toml and say who would get what; every problem is named. Sends nothing."""
    from digests.addresses import masked, recipient_id
    from flows.commands.show import json_line, table
    from flows.settings import load
    from parsers.errors import Misconfigured, Problem

    settings = load()
    if not settings.recipients:
        example = settings.config / "recipients.example.toml"
        raise Misconfigured([Problem("recipients.toml", "", f"not found or empty; copy {example}")])
    if json:
        for one in settings.recipients:
            json_line({"id": recipient_id(one.address), "topics": list(one.topics), "format": one.format})
        return
    rows = [(masked(one.address), one.format, ", ".join(one.topics) or "all topics") for one in settings.recipients]
    sys.stdout.write(table(rows, ("recipient", "format", "topics")) + "\n")
