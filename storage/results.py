"""Writes a query result as table, CSV, JSON, Parquet or Markdown. Asks nothing."""

import base64
import contextlib
import csv
import html
import io
import json
import math
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Literal

import duckdb

from storage.analyst_table import harmless, laid_out

ResultFormat = Literal["table", "csv", "json", "parquet", "markdown"]
_LONGEST_CELL = 2_000
"""Characters of a cell that a table looks at; it shows fewer."""
_STEERING = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class QueryResult:
    """A table of values.

    Attributes:
        types: DuckDB's names, such as `TIMESTAMP WITH TIME ZONE`.
        rows: lists, structs and maps as Python lists and dictionaries; times with zone are in UTC.
        truncated: True when rows were left out, because of `max_rows` or because the result passed 64 MB.
        passed_bytes: True when it was the bytes.
    """

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool
    passed_bytes: bool = False


def write_result(result: QueryResult, form: ResultFormat, out: BinaryIO, *, width: int | None = None) -> None:
    """Write the whole result as bytes: text in UTF-8, CSV with CRLF as in RFC 4180, JSON as a list of objects.

    CSV and Markdown cells that a spreadsheet would take for a formula get a leading apostrophe. Equal column names get
    a number in JSON and Parquet. Tables and Markdown hold nothing that steers a terminal.

    Args:
        width: columns of the terminal that shows it, None for a file or pipe. A table fits into them, and CSV holds
            nothing that steers the terminal; in a file it keeps every character.
    """
    writers: Mapping[str, Callable[[QueryResult], bytes]] = {
        "table": lambda one: _table(one, width),
        "csv": lambda one: _csv(one, str if width is None else harmless),
        "json": _json,
        "parquet": _parquet,
        "markdown": _markdown,
    }
    out.write(writers[form](result))


def _table(result: QueryResult, width: int | None) -> bytes:
    numeric = [
        bool(result.rows) and all(isinstance(row[number], int | float | Decimal | None) for row in result.rows)
        for number in range(len(result.columns))
    ]
    rows = [[harmless(_shown(value)) for value in row] for row in result.rows]
    lines = laid_out(list(map(harmless, result.columns)), rows, numeric, width)
    return "\n".join([*lines, _footer(result), ""]).encode()


def _shown(value: Any) -> str:
    text = _text(value)[:_LONGEST_CELL]
    return text.replace("+00:00", "Z") if isinstance(value, datetime) else text


def _markdown(result: QueryResult) -> bytes:
    lines = [[_markdown_cell(name) for name in result.columns], ["---"] * len(result.columns)]
    lines += [[_markdown_cell(_text(value)) for value in row] for row in result.rows]
    text = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"{text}\n\n{_footer(result)}\n".encode()


def _csv(result: QueryResult, cleaned: Callable[[str], str]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_no_formula(cleaned(name)) for name in result.columns])
    writer.writerows([_no_formula(cleaned(_text(value))) for value in row] for row in result.rows)
    return out.getvalue().encode()


def _json(result: QueryResult) -> bytes:
    names = _distinct(result.columns)
    lines = [
        json.dumps(dict(zip(names, map(_json_value, row), strict=True)), ensure_ascii=False) for row in result.rows
    ]
    lines = [_STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", line) for line in lines]
    return ("[" + ",\n ".join(lines) + "]\n").encode()


def _parquet(result: QueryResult) -> bytes:
    """DuckDB writes it, from a second connection that holds nothing but this result."""
    names = ['"' + name.replace('"', '""') + '"' for name in _distinct(result.columns)]
    values = [[row[number] for row in result.rows] for number in range(len(names))]
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as con:
        con.execute("SET TimeZone='UTC'")
        columns = [_parquet_column(con, kind, column) for kind, column in zip(result.types, values, strict=True)]
        selected = [f"{_unnested(number, kind)} AS {names[number - 1]}" for number, (kind, _) in enumerate(columns, 1)]
        con.execute(f"CREATE TABLE result AS SELECT {', '.join(selected)}", [data for _, data in columns])
        target = Path(folder, "result.parquet")
        con.execute("COPY result TO $target (FORMAT parquet)", {"target": str(target)})
        return target.read_bytes()


def _parquet_column(con: duckdb.DuckDBPyConnection, kind: str, values: Sequence[Any]) -> tuple[str, str]:
    """Type and JSON data; what does not come back from JSON as it was (BIT, a BLOB inside a list) becomes text."""
    data = json.dumps([_json_value(one) for one in values])
    if kind == "BLOB" or "BLOB" not in kind:
        with contextlib.suppress(duckdb.Error):
            con.execute(f"CREATE OR REPLACE TEMP TABLE trial AS SELECT {_unnested(1, kind)} AS value", [data])
            return kind, data
    return "VARCHAR", json.dumps([None if one is None else _text(one) for one in values])


def _unnested(number: int, kind: str) -> str:
    if kind == "BLOB":
        return f"from_base64(unnest(CAST(CAST(${number} AS JSON) AS VARCHAR[])))"
    return f"unnest(CAST(CAST(${number} AS JSON) AS {kind}[]))"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(_json_value(value), ensure_ascii=False)
    return str(_json_value(value))


def _json_value(value: Any) -> Any:
    """Times as in RFC 3339, bytes as base64, decimals and the like as text that loses nothing."""
    plain: Any
    match value:
        case None | bool() | int() | str():
            plain = value
        case float():
            plain = value if math.isfinite(value) else str(value)
        case date() | time():
            plain = value.isoformat()
        case bytes():
            plain = base64.b64encode(value).decode("ascii")
        case timedelta():
            plain = f"{value.days} days {value.seconds}.{value.microseconds:06} seconds"
        case list():
            plain = [_json_value(one) for one in value]
        case dict():
            plain = {str(_json_value(key)): _json_value(one) for key, one in value.items()}
        case _:
            plain = str(value)
    return plain


def _no_formula(cell: str) -> str:
    return (
        f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) and not _NUMBER.fullmatch(cell) else cell
    )


def _markdown_cell(text: str) -> str:
    line = " ".join(harmless(_no_formula(text)).split())
    return html.escape(line, quote=False).replace("\\", "\\\\").replace("|", "\\|")


def _footer(result: QueryResult) -> str:
    rows = f"{len(result.rows):,} row{'' if len(result.rows) == 1 else 's'}"
    if result.passed_bytes:
        return f"(the first {rows}; with the rest it would pass 64 MB)"
    return f"(the first {rows}; the rest was left out)" if result.truncated else f"({rows})"


def _distinct(names: Sequence[str]) -> list[str]:
    """Names as DuckDB compares them, without regard to case: `n`, `N` becomes `n`, `N_2`."""
    found: list[str] = []
    taken: set[str] = set()
    for name in names:
        fresh, number = name, 1
        while fresh.lower() in taken:
            number += 1
            fresh = f"{name}_{number}"
        taken.add(fresh.lower())
        found.append(fresh)
    return found
