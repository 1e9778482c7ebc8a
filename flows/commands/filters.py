"""The filters: parse feed|page|pdf, classify, cluster. JSON lines on stdin become JSON lines on stdout."""

import io
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import typer

parse = typer.Typer(no_args_is_help=True, help="Read documents named on stdin, JSON lines in and out.")


def _lines() -> Iterable[str]:
    """Standard input, whatever the locale says; bytes that are not UTF-8 spoil their own line alone."""
    return io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace")


def _write(answers: Iterable[Mapping[str, Any]]) -> None:
    """One line each, at once; 4 at the end if any line failed."""
    from flows.commands.show import json_line

    failed = False
    for answer in answers:
        failed |= "error" in answer
        json_line(answer)
        sys.stdout.flush()
    if failed:
        raise typer.Exit(4)


def _parse(what: str) -> None:
    from flows.filters import parse_lines
    from parsers.reading.confined import Readers

    with Readers() as readers:
        _write(parse_lines(what, _lines(), readers))


@parse.command()
def feed() -> None:
    """Read feeds of any format: entries with addresses, dates, texts.

    \b
    in:  {"id","path","url"?}
    out: {"id","format","title","entries":[{"id","url","title",...}],"problems":[]}
    """
    _parse("feed")


@parse.command()
def page() -> None:
    """Read the article on an HTML page: title, text, authors, dates.

    \b
    in:  {"id","path","url"?}
    out: {"id","url","title","text","authors","published",...,"problems":[]}
    """
    _parse("page")


@parse.command()
def pdf() -> None:
    """Read the text of a PDF, page furniture left out.

    \b
    in:  {"id","path"}
    out: the same as of a page, and "pages"
    """
    _parse("pdf")


def classify() -> None:
    """Judge titles and texts: relevance, topics, and the words that are the evidence.

    \b
    in:  {"id","title","text","language"?,"published"?,"url"?}
    out: {"id","relevance","relevance_score","topics":[...],"kind","problems","rules_version"}
    """
    from flows.filters import classify_lines
    from flows.rules import configured_rules
    from flows.settings import load

    _write(classify_lines(_lines(), configured_rules(load())))


def cluster() -> None:
    """Group items into stories and find copies; all lines are read first.

    \b
    in:  {"id","title","text","published","language","source"}
    out: {"id","story","copy_of"?}
    """
    from flows.filters import cluster_lines

    _write(cluster_lines(_lines()))


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(parse, name="parse")
    app.command()(classify)
    app.command()(cluster)
