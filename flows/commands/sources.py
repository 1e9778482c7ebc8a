"""The commands around sources: list, check, add."""

import sys
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="What is read: list it, try it, add to it.")
AsJson = Annotated[bool, typer.Option("--json", help="JSON lines on stdout instead of a table.")]


@app.command("list")
def list_sources(
    disabled: Annotated[
        bool, typer.Option("--disabled", help="Only those that are not read, with the reason.")
    ] = False,
    json: AsJson = False,
) -> None:
    """All sources of config/sources.toml."""
    from dataclasses import asdict

    from flows.commands.show import json_line, table
    from flows.settings import load

    chosen = [source for source in load().sources if not (disabled and source.enabled)]
    if json:
        for source in chosen:
            json_line(asdict(source))
        return
    rows = [
        (s.id, s.form, s.language, s.country, s.publisher_type, str(s.weight), s.status, s.reason or s.name)
        for s in chosen
    ]
    head = ("id", "form", "lang", "country", "publisher", "weight", "status", "reason" if disabled else "name")
    sys.stdout.write(table(rows, head) + "\n")


@app.command()
def check(
    ids: Annotated[list[str] | None, typer.Argument(help="Ids; default: all that are enabled.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are disabled.")] = False,
    json: AsJson = False,
) -> None:
    """Ask each source once and say what it answers and what to do. Stores nothing.

    Ends with 4 if a source is in trouble. Run it on the first day, and when the digest names failing sources.
    """
    from flows.commands.show import json_line, progress, table
    from flows.environment import current_time
    from flows.settings import load
    from flows.sources import check as try_out
    from parsers.errors import Misconfigured, Problem

    sources = load().sources
    known = {source.id for source in sources}
    if unknown := [name for name in ids or () if name not in known]:
        raise Misconfigured([Problem("sources.toml", name, "no source has this id") for name in unknown])
    readable = [s for s in sources if s.form != "api" or s.records]
    chosen = [s for s in readable if (s.id in ids if ids else (s.enabled or everything))]
    with progress() as tell:
        checked = try_out(chosen, current_time(), tell=tell)
    if json:
        for one in checked:
            json_line(one.as_json())
    else:
        rows = [
            (
                one.source.id,
                one.state,
                str(one.status or "-"),
                str(one.entries),
                f"{one.newest:%Y-%m-%d}" if one.newest else "-",
                _share(one.dated),
                _share(one.with_text),
                f"{one.advice} ({one.detail})" if ids and one.detail else one.advice,
            )
            for one in checked
        ]
        head = ("source", "state", "HTTP", "entries", "newest", "dated", "text", "what to do")
        sys.stdout.write(table(rows, head) + "\n")
        fine = sum(one.state == "ok" for one in checked)
        sys.stdout.write(f"{fine} of {len(checked)} answer as they should.\n")
        if checked and all(one.state == "dns" for one in checked):
            sys.stdout.write("No name at all is known: is the network there?\n")
    if any(one.state != "ok" for one in checked):
        raise typer.Exit(4)


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="A feed, or a page that has one.")],
    id: Annotated[str | None, typer.Option("--id", help="Id of the new source; default: from the host.")] = None,  # noqa: A002
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the table, write nothing.")] = False,
) -> None:
    """Find the feed of a page, try it, and add it to config/sources.toml for you to complete."""
    from flows.environment import current_time
    from flows.settings import load
    from flows.sources import discover, table_of

    settings = load()
    found = discover(url, current_time())
    name, text = table_of(found, settings, id)
    sys.stdout.write(f"{found.feed.format}, {len(found.feed.entries)} entries, for example:\n")
    for entry in found.feed.entries[:3]:
        when = f"{entry.published:%Y-%m-%d}" if entry.published else "undated   "
        sys.stdout.write(f"  {when}  {entry.title}\n")
    sys.stdout.write(text)
    if not dry_run:
        path = settings.config / "sources.toml"
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
        load()
        sys.stdout.write(f"\nAdded as {name}. Now set country, publisher_type and weight in {path}.\n")


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"
