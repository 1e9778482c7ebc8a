"""Says in one sentence why a query was refused, and what is possible instead. Runs nothing."""

import re

from storage.analyst_table import cut, harmless
from storage.migrations import load_migrations

MOST_BYTES_SAID = "64 MB"
_LONGEST = 400
"""Characters of a message: DuckDB repeats a value that it cannot convert, and that may be the text of an article."""
_READING = "only reading is (SELECT, WITH, VALUES, PIVOT, DESCRIBE, SUMMARIZE, SHOW, EXPLAIN)"
_INSTEAD = {
    "COPY": "to write a file, use --format and your shell's >",
    "EXPORT": "to write a file, use --format and your shell's >",
    "SET": "the settings are fixed",
    "VARIABLE_SET": "the settings are fixed",
    "LOAD": "no extension can be loaded",
    "ATTACH": "no other database can be opened",
    "CREATE": "name a part of a query with WITH",
}
_TABLES = "`seabridge sql --tables` lists what there is"
_OUT_OF_REACH = f"files, the network and other databases are out of reach here; {_TABLES}"
_NO_TABLE = re.compile(r"Table with name (?P<name>.+?) does not exist!")
_TOO_DEEP = ("memory exhausted", "Max expression depth", "expression tree is too deep")


def in_words(kind: str, text: str) -> str:
    """The sentence for an error of analyst_child.py.

    Args:
        kind: name of DuckDB's exception, or the child's own word: Statements, StatementType, ValueError.
        text: what DuckDB said, several lines; for the child's own words the number or type of the statements.
    """
    match kind:
        case "Statements":
            said = "there is no query: give one SELECT" if text == "0" else "one query at a time; join its parts WITH"
        case "StatementType":
            instead = f"; {_INSTEAD[text]}" if text in _INSTEAD else ""
            said = f"{text.replace('_', ' ')} is not allowed here, {_READING}{instead}"
        case "PermissionException":
            said = _OUT_OF_REACH
        case "OutOfMemoryException":
            said = "it needs more memory than it may have: leave out long columns such as text, or narrow the period"
        case "CatalogException":
            said = _missing(text)
        case _:
            said = _of_duckdb(text)
    return cut(harmless(said[: 4 * _LONGEST]), _LONGEST)


def _missing(text: str) -> str:
    if "exists in the" in text and "extension" in text:
        return f"{text.partition(' is not in the catalog')[0]} needs an extension, and none can be loaded here"
    found = _NO_TABLE.search(text)
    if not found:
        return _of_duckdb(text)
    name = found["name"].lower()
    if "/" in name or "\\" in name:
        return _OUT_OF_REACH
    if name in _live_tables():
        return f"{name} is not published: it shows persons or open work. Operators find it with --live"
    return f"{_of_duckdb(text)}; {_TABLES}"


def _live_tables() -> set[str]:
    """Every table that a migration makes: what the snapshot has of them is found there."""
    return {
        name.lower()
        for one in load_migrations()
        for name in re.findall(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+)", one.sql, re.IGNORECASE)
    }


def _of_duckdb(text: str) -> str:
    """What is wrong and the line it points at, without the caret below it and the advice about settings."""
    if any(words in text for words in _TOO_DEEP):
        return "the query is nested too deeply"
    first, *rest = text.strip().splitlines() or [""]
    return " | ".join([first, *(line.strip() for line in rest if line.startswith(("LINE ", "Candidate", "Did you")))])
