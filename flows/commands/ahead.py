"""The lists that stories leave for people: what lies ahead, and the primary documents that nobody has read."""

import sys
from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="JSON lines on stdout instead of a table.")]


def calendar(
    days: Annotated[int, typer.Option(min=1, max=3_650, help="How far ahead.")] = 90,
    past: Annotated[bool, typer.Option("--past", help="Also events of the last 30 days: were they reported?")] = False,
    ics: Annotated[Path | None, typer.Option(help="Write a calendar file that any calendar program opens.")] = None,
    json: AsJson = False,
) -> None:
    """What lies ahead: dated events that items announce, each with the sentence that says so.

    Example: seabridge calendar --days 30 --ics defence.ics
    """
    from flows.ahead import calendar_lines, write_ics
    from flows.commands.show import json_line, table
    from flows.environment import current_time, home_folder

    home, now = home_folder(), current_time()
    if ics is not None:
        number = write_ics(home, ics, now, days=days, past=past)
        if json:
            json_line({"written": str(ics), "events": number})
        else:
            sys.stdout.write(f"written: {ics} ({number} {'event' if number == 1 else 'events'})\n")
        return
    lines = calendar_lines(home, now, days=days, past=past)
    if json:
        for line in lines:
            json_line(line.as_json())
    elif lines:
        cells = [(line.when, line.event.state, str(len(line.event.items)), line.event.what) for line in lines]
        sys.stdout.write(table(cells, ("when", "state", "items", "what")) + "\n")
    else:
        sys.stdout.write("Nothing is announced for these days.\n")


def documents(
    everything: Annotated[bool, typer.Option("--all", help="Also those that an item of ours is.")] = False,
    days: Annotated[int | None, typer.Option(min=1, help="Only those cited in so many days.")] = None,
    json: AsJson = False,
) -> None:
    """Unread primary sources: documents that items cite and that no item of ours is, the most cited first.

    Example: seabridge documents --days 30
    """
    from dataclasses import asdict

    from flows.ahead import unread_documents
    from flows.commands.show import json_line, table
    from flows.environment import current_time, home_folder

    found = unread_documents(home_folder(), current_time(), everything=everything, days=days)
    if json:
        for one in found:
            json_line(asdict(one))
    elif found:
        cells = [
            (one.name, str(one.stories), str(one.items), one.held_item_id or "unread", one.url or "no address known")
            for one in found
        ]
        sys.stdout.write(table(cells, ("document", "stories", "items", "item", "address")) + "\n")
    else:
        lately = f" that was cited in the last {days} days" if days else ""
        sys.stdout.write(f"No primary document{lately} waits to be read.\n")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(calendar)
    app.command()(documents)
