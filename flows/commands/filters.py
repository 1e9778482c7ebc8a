"""The filters: parse feed|page|pdf, classify, cluster. JSON lines on stdin become JSON lines on stdout."""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

import typer

parse = typer.Typer(no_args_is_help=True, help="Read documents named on stdin, JSON lines in and out.")


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
        _write(parse_lines(what, sys.stdin, readers))


@parse.command()
def feed() -> None:
    """{"id","path","url"?} -> {"id","format","title","entries":[...],"problems":[]}"""
    _parse("feed")


@parse.command()
def page() -> None:
    """{"id","path","url"?} -> {"id","url","title","text","authors","published","modified",...,"problems":[]}"""
    _parse("page")


@parse.command()
def pdf() -> None:
    """{"id","path"} -> the same as page, and "pages"."""
    _parse("pdf")


def classify() -> None:
    """{"id","title","text","language"?,"published"?} -> {"id","relevance",...,"topics":[...],"rules_version"}"""
    from flows.filters import classify_lines
    from flows.judging import rules_of
    from flows.settings import load

    _write(classify_lines(sys.stdin, rules_of(load())))


def cluster() -> None:
    """{"id","title","text","published","language","source"} -> {"id","story","copy_of"?}; all lines are read first."""
    from flows.filters import cluster_lines

    _write(cluster_lines(sys.stdin))


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(parse, name="parse")
    app.command()(classify)
    app.command()(cluster)
