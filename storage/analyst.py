"""Runs one query of an analyst on the published snapshot, as if it were hostile. Never opens the live database."""

import io
import json
import math
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

from parsers.errors import Misconfigured, Permanent, Problem
from storage.results import QueryResult, ResultFormat, write_result

__all__ = ["QueryFailed", "QueryResult", "ResultFormat", "run_query", "write_result"]


_CHILD = Path(__file__).with_name("analyst_child.py")
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
    """The query is wrong, not allowed, too big or too slow; `str()` says which, on one line."""


def run_query(snapshot: Path, sql: str, *, timeout: float = 30.0, max_rows: int = 100_000) -> QueryResult:
    """Run one SELECT, WITH, DESCRIBE, SUMMARIZE or EXPLAIN in a child process that is shut in.

    Args:
        snapshot: the published file.
        timeout: seconds until the child is killed.

    Raises:
        QueryFailed: with DuckDB's own words on one line where it refused.
        Misconfigured: there is no snapshot yet.
    """
    if not snapshot.is_file():
        raise Misconfigured([Problem(str(snapshot), "", "there is no snapshot yet: publish one first")])
    order = {"snapshot": str(snapshot), "sql": sql, "seconds": math.ceil(timeout), "max_rows": max_rows}
    try:
        done = subprocess.run(  # noqa: S603 - our own script with our own interpreter
            [sys.executable, "-I", str(_CHILD)],
            input=json.dumps(order).encode("ascii"),
            capture_output=True,
            timeout=timeout,
            check=False,
            env={},  # a query that escaped would find no password here
        )
    except subprocess.TimeoutExpired as problem:
        raise QueryFailed(f"stopped after {timeout:g} s: ask for less, or narrow the period") from problem
    if done.returncode != 0 or not done.stdout:
        raise QueryFailed("the query used too much memory or processor time and was stopped")
    try:
        answer = cast("dict[str, Any]", _Unpickler(io.BytesIO(done.stdout)).load())
    except pickle.UnpicklingError as problem:
        raise QueryFailed(f"the result cannot be handed over: {problem}") from problem
    if "error" in answer:
        raise QueryFailed(_one_line(answer["error"]))
    return QueryResult(
        tuple(answer["columns"]), tuple(answer["types"]), tuple(map(tuple, answer["rows"])), answer["truncated"]
    )


class _Unpickler(pickle.Unpickler):
    """The child has run foreign SQL, so its answer may hold values and nothing that acts."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _HARMLESS:
            raise pickle.UnpicklingError(f"{module}.{name} is no value")
        return super().find_class(module, name)


def _one_line(text: str) -> str:
    """What is wrong and the line it points at, without the caret below it and the advice about settings."""
    first, *rest = text.strip().splitlines()
    return " | ".join([first, *(line.strip() for line in rest if line.startswith(("LINE ", "Candidate", "Did you")))])
