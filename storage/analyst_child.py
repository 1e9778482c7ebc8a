"""Runs one query for analyst.py in a process of its own, with hard limits. A script that imports nothing of ours.

stdin: JSON {snapshot, sql, seconds, max_rows}. stdout: one pickled dictionary, either {"error"} or {"columns", "types",
"rows", "truncated"} with values of built-in types, datetime, decimal and uuid only.
"""

import json
import pickle
import resource
import sys
from datetime import UTC, datetime
from typing import Any

import duckdb

ADDRESS_SPACE = 1_500 << 20
"""DuckDB's own memory_limit does not bound scalar functions: repeat('x', 4e9) took 7.7 GB without this one."""
MAX_RESULT = 64 << 20
BATCH = 100
SETTINGS: dict[str, str | int | bool | float | list[str]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
    "memory_limit": "400MB",
    "threads": 1,
    "temp_directory": "",
    "max_temp_directory_size": "0B",
}
READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.MULTI)
"""MULTI is what DuckDB 2 makes of PIVOT; before, PIVOT was two statements of which the first had no text."""


def main() -> None:
    order = json.load(sys.stdin)
    _limit(order["seconds"])
    try:
        answer = _answer(order["snapshot"], order["sql"], order["max_rows"])
    except duckdb.Error as problem:
        answer = {"error": str(problem)}
    except (ValueError, OverflowError) as problem:  # a date before Christ, for one, is none in Python
        answer = {"error": f"a value cannot be handed over: {problem}"}
    except MemoryError:
        answer = {"error": "the result does not fit into memory: ask for fewer or shorter values"}
    sys.stdout.buffer.write(pickle.dumps(answer))


def _limit(seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds + 1, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # no file can be written; stdout is a pipe
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(snapshot: str, sql: str, max_rows: int) -> dict[str, Any]:
    con = duckdb.connect(snapshot, read_only=True, config=SETTINGS)
    con.execute("SET TimeZone='UTC'")
    con.execute("SET enable_progress_bar=false")
    con.execute("SET lock_configuration=true")
    statements = con.extract_statements(sql)
    if not statements or any(one.query for one in statements[:-1]):
        return {"error": "exactly one statement, please"}
    *before, last = statements
    if last.type not in READING:
        kind = str(last.type).rpartition(".")[2]
        return {"error": f"only queries can be run here (SELECT, WITH, DESCRIBE, SUMMARIZE, EXPLAIN), not {kind}"}
    for one in before:
        con.execute(one)
    found = con.execute(last)
    rows: list[tuple[Any, ...]] = []
    size, full = 0, False
    while not full and (batch := found.fetchmany(BATCH)):
        for row in batch:
            plain = tuple(map(_plain, row))
            size += len(pickle.dumps(plain))
            full = size > MAX_RESULT or len(rows) == max_rows
            if full:
                break
            rows.append(plain)
    columns = found.description or []
    return {
        "columns": [column[0] for column in columns],
        "types": [str(column[1]) for column in columns],
        "rows": rows,
        "truncated": full,
    }


def _plain(value: Any) -> Any:
    """The same value without the zone objects of pytz, also inside lists and structs."""
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {_plain(key): _plain(one) for key, one in value.items()}
    return value


if __name__ == "__main__":
    main()
