"""Runs one query of an analyst, as if it were hostile, in a process of its own. Opens no database itself."""

import io
import json
import math
import pickle
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from parsers.errors import Busy, Misconfigured, Permanent, Problem
from storage.analyst_words import MOST_BYTES_SAID, in_words
from storage.results import QueryResult, ResultFormat, write_result

__all__ = ["QueryFailed", "QueryResult", "ResultFormat", "run_query", "write_result"]

_CHILD = Path(__file__).with_name("analyst_child.py")
_LONGEST_QUERY = 1_000_000
_HOLDER = re.compile(r"held in (?P<program>\S+) \(PID (?P<pid>\d+)\)")
_HARMLESS = {
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "time"),
    ("datetime", "timedelta"),
    ("datetime", "timezone"),
    ("decimal", "Decimal"),
    ("uuid", "UUID"),
}


class QueryFailed(Permanent):
    """The query is wrong, not allowed, too big or too slow; `str()` says which, on one line that steers no terminal."""


def run_query(
    database: Path, sql: str, *, values: Sequence[str | int] = (), timeout: float = 30.0, max_rows: int = 100_000
) -> QueryResult:
    """Run one SELECT, WITH, VALUES, PIVOT, DESCRIBE, SUMMARIZE, SHOW or EXPLAIN in a child process that is shut in.

    Args:
        database: the published file, or the live one for operators; it is opened read-only.
        values: for the parameters $1, $2 ... of our own queries.
        timeout: seconds until the child is killed.

    Raises:
        QueryFailed: what is wrong, with DuckDB's own words where they help.
        Busy: another process holds the file; only the live one is ever held.
        Misconfigured: there is no such file, or it is none of ours.
    """
    if not database.is_file():
        raise Misconfigured([Problem(str(database), "", "there is no snapshot yet: publish one first")])
    order = {
        "database": str(database),
        "sql": _sendable(sql),
        "values": list(values),
        "seconds": math.ceil(timeout),
        "max_rows": max_rows,
    }
    try:
        done = subprocess.run(  # noqa: S603 - our own script with our own interpreter
            [sys.executable, "-I", str(_CHILD)],
            input=json.dumps(order).encode("ascii"),
            capture_output=True,
            timeout=timeout,
            check=False,
            env={},  # a query that escaped would find no password here
            start_new_session=True,  # Ctrl-C is for us; we kill the child
        )
    except subprocess.TimeoutExpired as problem:
        raise QueryFailed(f"stopped after {timeout:g} s: narrow the period, or allow more time") from problem
    if done.returncode != 0:
        raise QueryFailed(_how_it_died(done.returncode))
    return _received(done.stdout, database)


def _sendable(sql: str) -> str:
    if len(sql) > _LONGEST_QUERY:
        raise QueryFailed(f"the query has {len(sql):,} characters; {_LONGEST_QUERY:,} are allowed")
    if "\0" in sql or any("\ud800" <= one <= "\udfff" for one in sql):
        raise QueryFailed("the query is no text in UTF-8")
    return sql


def _how_it_died(code: int) -> str:
    if code in (-signal.SIGXCPU, -signal.SIGALRM):
        return "stopped: it used too much processor time"
    return "the query used too much memory or processor time and was stopped"


def _received(data: bytes, database: Path) -> QueryResult:
    """What the child says, believed in nothing: it has run foreign SQL."""
    try:
        answer = cast("dict[str, Any]", _Unpickler(io.BytesIO(data)).load())
        if "error" in answer:
            kind, text = str(answer["kind"]), str(answer["error"])
        else:
            rows = [tuple(row) for batch in answer["batches"] for row in _Unpickler(io.BytesIO(batch)).load()]
            columns = tuple(map(str, answer["columns"]))
            if any(len(row) != len(columns) for row in rows):
                raise pickle.UnpicklingError("rows of different lengths")
            full = str(answer["full"])
            result = QueryResult(columns, tuple(map(str, answer["types"])), tuple(rows), bool(full), full == "bytes")
            kind, text = "", ""
    except Exception as problem:  # a pickle made by hand raises whatever it likes
        raise QueryFailed("the result cannot be handed over: it holds something that is no value") from problem
    if kind == "Opening":
        raise _not_opened(database, text)
    if kind:
        raise QueryFailed(in_words(kind, text))
    if result.passed_bytes and not result.rows:
        raise QueryFailed(f"the first row alone is larger than {MOST_BYTES_SAID}: shorten it, as with left(text, 1000)")
    return result


def _not_opened(database: Path, text: str) -> Busy | Misconfigured:
    reason = text.strip().partition("\n")[0]
    if "Could not set lock" not in text:
        advice = "`seabridge publish` makes a snapshot anew, `seabridge doctor` looks at the live file"
        return Misconfigured([Problem(str(database), "", f"cannot be opened: {reason}; {advice}")])
    holder = _HOLDER.search(text)
    who = f"{holder['program']} (PID {holder['pid']})" if holder else "another process"
    advice = "wait for it, or ask the published snapshot, without --live"
    return Busy(str(database), int(holder["pid"]) if holder else None, f"{database} is held by {who}; {advice}")


class _Unpickler(pickle.Unpickler):
    """The child has run foreign SQL, so its answer may hold values and nothing that acts."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _HARMLESS:
            raise pickle.UnpicklingError(f"{module}.{name} is no value")
        return super().find_class(module, name)
