"""The analyst's commands: sql on the published snapshot, explain on what is stored."""

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from storage.analyst import QueryResult

Format = Literal["table", "csv", "json", "parquet", "markdown"]
_ON_A_TERMINAL = 100
_MOST_ROWS = 100_000
_LONGEST_QUERY = 1_000_000
_FIRST_STEPS = """give one query, for example
  seabridge sql "SELECT week, items, core, stories FROM v_week ORDER BY week DESC"
  seabridge sql --tables            what can be asked; --describe v_items shows its columns
  seabridge sql --examples          the cookbook; -e 1 runs its first question
`seabridge sql --help` has the rest"""


def sql(
    query: Annotated[
        str | None, typer.Argument(help="One SELECT, quoted for your shell; - reads it from standard input.")
    ] = None,
    file: Annotated[Path | None, typer.Option("-f", "--file", help="Read the query from a file; - as above.")] = None,
    example: Annotated[
        str | None, typer.Option("-e", "--example", help="Run an example of the cookbook: number, name or words.")
    ] = None,
    examples: Annotated[
        bool, typer.Option("--examples", help="List the cookbook; with a number or words, show what fits.")
    ] = False,
    tables: Annotated[bool, typer.Option("--tables", help="List what can be asked.")] = False,
    describe: Annotated[str | None, typer.Option(metavar="NAME", help="Columns of a view or table.")] = None,
    format: Annotated[Format, typer.Option("--format", help="How the rows are written.")] = "table",  # noqa: A002
    timeout: Annotated[float, typer.Option(help="Seconds until the query is stopped.", min=0.1, max=86_400)] = 30.0,
    max_rows: Annotated[
        int | None,
        typer.Option(min=1, help=f"Most rows; {_ON_A_TERMINAL} where a terminal shows them, else {_MOST_ROWS:,}."),
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="For operators: ask the live file, which flows wait for meanwhile.")
    ] = False,
) -> None:
    """Ask the published snapshot. Read-only, without files and network, with limits on time and memory.

    Example: seabridge sql "SELECT * FROM v_week"
    """
    from flows.cookbook import read_cookbook, the_one
    from flows.environment import config_folder
    from storage.analyst import run_query
    from storage.analyst_catalogue import describe_relation, list_relations
    from storage.analyst_table import harmless

    wishes = [query is not None and not examples, file, example, examples, tables, describe]
    if sum(map(bool, wishes)) != 1:
        raise _usage(_FIRST_STEPS if not any(wishes) else "one query at a time, please, or one of the lists")
    on_terminal = sys.stdout.isatty()
    if format == "parquet" and on_terminal:
        raise _usage("parquet is nothing for a terminal: send it to a file, with > FILE")
    if examples:
        _show_examples(query or "", format)
        return
    database = _database(live)
    if tables:
        relations = list_relations(database, timeout=timeout)
        _show(relations, format)
        if any((kind, rows) == ("view", None) for _, kind, rows, _ in relations.rows):
            sys.stderr.write("seabridge: in a snapshot of this size the rows of views are not counted\n")
    elif describe:
        said, result = describe_relation(database, describe, timeout=timeout)
        sys.stderr.write(f"{harmless(said)}\n")
        _show(result, format)
    else:
        text = the_one(read_cookbook(config_folder()), example).sql if example else _read(query, file)
        shown = on_terminal and format in ("table", "markdown")
        most = max_rows or (_ON_A_TERMINAL if shown else _MOST_ROWS)
        result = run_query(database, text, timeout=timeout, max_rows=most)
        _show(result, format)
        _tell_what_lacks(result, wished=shown or max_rows is not None)


def _usage(reason: str) -> Exception:
    from parsers.errors import Misconfigured, Problem

    return Misconfigured([Problem("command line", "", reason)])


def _database(live: bool) -> Path:
    from flows.environment import home_folder
    from parsers.errors import Misconfigured, Problem
    from storage.database import LIVE_NAME
    from storage.highwater import refuse_missing
    from storage.lake_address import lake_url
    from storage.snapshot import snapshot_path

    if live and lake_url(home_folder()):
        raise _usage("--live asks a live file, and this home has a lake: ask the snapshot")
    if live:
        refuse_missing(home_folder() / LIVE_NAME)
    path = home_folder() / LIVE_NAME if live else snapshot_path(home_folder())
    if not path.is_file():
        reason = (
            "no live file yet; seabridge collect makes it"
            if live
            else "no snapshot yet; seabridge collect or publish makes one"
        )
        raise Misconfigured([Problem(str(path), "", f"{reason}, and seabridge demo one to try")])
    return path


def _read(query: str | None, file: Path | None) -> str:
    """The query; of a file no more than can be a query."""
    if query is not None and query != "-":
        return query
    path = file or Path("-")
    try:
        if str(path) == "-":
            return sys.stdin.read(_LONGEST_QUERY + 1)
        with path.open(encoding="utf-8-sig") as opened:
            return opened.read(_LONGEST_QUERY + 1)
    except (OSError, UnicodeDecodeError) as error:
        from parsers.errors import Misconfigured, Problem

        raise Misconfigured([Problem(str(path), "", f"cannot be read: {error}")]) from error


def _show(result: "QueryResult", form: Format) -> None:
    from storage.analyst import write_result

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    write_result(result, form, sys.stdout.buffer, width=width)
    sys.stdout.buffer.flush()


def _show_examples(wanted: str, form: Format) -> None:
    """The list; of a single one the SQL, to be read, changed and run."""
    from flows.cookbook import matching, read_cookbook, the_one
    from flows.environment import config_folder
    from storage.analyst import QueryResult

    cookbook = read_cookbook(config_folder())
    found = matching(cookbook, wanted) or (the_one(cookbook, wanted),)
    if wanted and len(found) == 1:
        sys.stdout.write(found[0].sql.rstrip() + "\n")
        return
    rows = tuple((one.number, one.name, one.question) for one in found)
    _show(QueryResult(("number", "name", "question"), ("INTEGER", "VARCHAR", "VARCHAR"), rows, False), form)


def _tell_what_lacks(result: "QueryResult", wished: bool) -> None:
    """A result that lacks rows which nobody gave up ends with 4, done in part, for the script that reads no stderr."""
    if not result.truncated:
        return
    count = f"only the first {len(result.rows):,} row{'' if len(result.rows) == 1 else 's'}"
    if result.passed_bytes:
        advice = "with the rest the result would pass 64 MB; choose fewer columns, without text, or a shorter period"
    else:
        advice = f"--max-rows {len(result.rows) * 10} gives more"
        if len(result.rows) < _MOST_ROWS:
            advice += f", --format csv > FILE up to {_MOST_ROWS:,}"
    sys.stderr.write(f"seabridge: {count}; {advice}\n")
    if result.passed_bytes or not wished:
        raise typer.Exit(4)


def explain(
    name: Annotated[
        str, typer.Argument(metavar="ITEM|STORY", help="Id as in v_items or v_stories; of an item also its beginning.")
    ],
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout instead of text.")] = False,
) -> None:
    """Why an item has its labels: matched words with their places, weights, and the seed paragraphs behind them;
    what people decided; what gave its kind; and the phrases that did not count, with the condition that they broke.
    And why its story holds together: what ties each item to the others, whose text it is, what the story continues.
    """
    from flows.commands.show import json_line
    from flows.environment import current_time
    from flows.explain import explain as look
    from flows.settings import load

    found = look(load(), current_time(), name)
    if json:
        json_line(found.as_json())
    else:
        sys.stdout.write(found.as_text())


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(sql)
    app.command()(explain)
