"""Runs one query for analyst.py in a process of its own, with hard limits. A script that imports nothing of ours.

stdin: JSON {database, sql, values, seconds, max_rows}. stdout: one pickled dictionary, either {"error",
"kind"} or {"columns", "types", "batches", "full"}; a batch is a pickled list of rows, with values of built-in types,
datetime, decimal and uuid only. A batch for itself, so that no row is pickled twice to learn its size.

What a query can still learn: the path of the file (duckdb_databases() and allowed_paths; DuckDB resolves whatever name
it was opened by), DuckDB's version and its settings. There is no environment, no home and no other file to learn of.
"""

import ctypes
import decimal  # noqa: F401 - DuckDB imports these four while rows are fetched, when no file can be opened any more
import json
import pickle
import resource
import signal
import sys
import uuid  # noqa: F401
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytz  # noqa: F401

ADDRESS_SPACE = 2_000 << 20
"""DuckDB's own memory_limit does not bound scalar functions: repeat('x', 4e9) took 7.7 GB without this one."""
MEMORY = "1GB"
"""Measured at 1,000,000 items: 400 MB stopped v_stories, v_topic_trend and the newest twenty of v_items; this much is
enough for every view, and for everything but sorting all texts."""
MAX_RESULT = 64 << 20
BATCH = 100
DEEPEST = 400
"""Frames of Python, for lists 200 deep: fewer than the parent has, which must be able to write what comes through."""
SETTINGS: dict[str, str | int | bool | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
    "memory_limit": MEMORY,
    "threads": 1,
    "temp_directory": "",
    "max_temp_directory_size": "0B",
}
LOCKS = (
    "SET TimeZone='UTC'",
    "SET enable_progress_bar=false",
    "SET enable_external_access=false",
    "SET disabled_filesystems='LocalFileSystem'",  # external access alone leaves the file of the database to read_blob
    "SET lock_configuration=true",
)
READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.MULTI)
"""MULTI is what DuckDB 2 makes of PIVOT; before, PIVOT was two statements of which the first had no text."""
PR_SET_PDEATHSIG = 1


def main() -> None:
    order = json.load(sys.stdin)
    _limit(order["seconds"])
    kind = "Opening"
    try:
        con = _opened(order["database"])
        kind = ""
        sys.setrecursionlimit(DEEPEST)
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))  # from here on not even a hole in DuckDB opens a file
        answer = _answer(con, order["sql"], order["values"], order["max_rows"])
    except duckdb.Error as problem:
        answer = {"error": str(problem), "kind": kind or type(problem).__name__}
    except (ValueError, OverflowError) as problem:  # a date before Christ, for one, is none in Python
        answer = {"error": f"a value cannot be handed over: {problem}", "kind": "ValueError"}
    except RecursionError:
        answer = {"error": "a value is nested too deeply to be handed over", "kind": "RecursionError"}
    except MemoryError:
        answer = {"error": "", "kind": "OutOfMemoryException"}
    sys.stdout.buffer.write(pickle.dumps(answer))


def _limit(seconds: int) -> None:
    """The parent kills after `seconds`; the alarm, the processor time and the death signal are for its own death."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds + 1, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # no file can be written; stdout is a pipe
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(seconds + 2)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _opened(database: str) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(database, read_only=True, config=SETTINGS)
    for lock in LOCKS:
        con.execute(lock)
    return con


def _answer(con: duckdb.DuckDBPyConnection, sql: str, values: list[Any], max_rows: int) -> dict[str, Any]:
    statements = con.extract_statements(sql)
    if not statements or any(one.query for one in statements[:-1]):
        return {"error": str(len(statements)), "kind": "Statements"}
    *before, last = statements
    if last.type not in READING:
        return {"error": last.type.name, "kind": "StatementType"}
    for one in before:
        con.execute(one)
    found = con.execute(last, values)
    batches: list[bytes] = []
    count, size, full = 0, 0, ""
    while not full and (batch := found.fetchmany(BATCH)):
        rows = [tuple(map(_plain, row)) for row in batch]
        if count + len(rows) > max_rows:
            rows, full = rows[: max_rows - count], "rows"
        packed = pickle.dumps(rows)
        if size + len(packed) > MAX_RESULT:
            rows, full = _fitting(rows, MAX_RESULT - size), "bytes"
            packed = pickle.dumps(rows)
        count, size = count + len(rows), size + len(packed)
        batches.append(packed)
    columns = found.description or []
    return {
        "columns": [column[0] for column in columns],
        "types": [str(column[1]) for column in columns],
        "batches": batches,
        "full": full,
    }


def _fitting(rows: list[tuple[Any, ...]], room: int) -> list[tuple[Any, ...]]:
    fitting = []
    for row in rows:
        room -= len(pickle.dumps(row))
        if room < 0:
            break
        fitting.append(row)
    return fitting


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
