"""The analyst's commands: sql on the published snapshot, explain on what is stored."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

Format = Literal["table", "csv", "json", "parquet", "markdown"]


def sql(
    query: Annotated[str | None, typer.Argument(help="One SELECT; quote it for your shell.")] = None,
    file: Annotated[Path | None, typer.Option("-f", "--file", help="Read the query from a file.")] = None,
    format: Annotated[Format, typer.Option("--format", help="How the rows are written.")] = "table",  # noqa: A002
    timeout: Annotated[float, typer.Option(help="Seconds until the query is stopped.", min=0.1)] = 30.0,
    max_rows: Annotated[int, typer.Option(help="Most rows.", min=1)] = 100_000,
) -> None:
    """Ask the published snapshot. Read-only, without files and network, with limits on time and memory.

    Example: seabridge sql "SELECT * FROM v_dictionary"
    """
    from flows.environment import home_folder
    from parsers.errors import Misconfigured, Problem
    from storage.analyst import run_query, write_result
    from storage.snapshot import snapshot_path

    if (query is None) == (file is None):
        raise Misconfigured([Problem("command line", "", "give a query, or -f FILE")])
    text = query if file is None else _read(file)
    snapshot = snapshot_path(home_folder())
    if not snapshot.is_file():
        raise Misconfigured([Problem(str(snapshot), "", "no snapshot yet; seabridge collect or publish makes one")])
    result = run_query(snapshot, text or "", timeout=timeout, max_rows=max_rows)
    write_result(result, format, sys.stdout.buffer)
    if result.truncated:
        sys.stderr.write(f"seabridge: only the first {max_rows} rows; raise --max-rows or narrow the query\n")


def _read(file: Path) -> str:
    from parsers.errors import Misconfigured, Problem

    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured([Problem(str(file), "", f"cannot be read: {error}")]) from error


def explain(
    item: Annotated[str, typer.Argument(help="Id of an item, as in v_items, or the beginning of one.")],
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout instead of text.")] = False,
) -> None:
    """Why an item has its labels: matched words with their places, weights, and the seed paragraphs behind them;
    what people decided; what gave its kind; and the phrases that did not count, with the condition that they broke.
    """
    from flows.commands.show import json_line
    from flows.environment import current_time
    from flows.explain import explain as look
    from flows.settings import load

    found = look(load(), current_time(), item)
    if json:
        json_line(found.as_json())
    else:
        sys.stdout.write(found.as_text())


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(sql)
    app.command()(explain)
