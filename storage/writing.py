"""Writes to an open database: transactions, rows in bulk, a full disk told. Knows no table and no meaning."""

import base64
import contextlib
import errno
import json
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from parsers.errors import Misconfigured, Problem

_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing: commits at the end of the block, rolls back on any exception."""
    con.execute("BEGIN TRANSACTION")
    try:
        yield
        con.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(duckdb.Error):  # a failed COMMIT has rolled back already
            con.execute("ROLLBACK")
        raise


@contextmanager
def disk_watched(path: Path) -> Iterator[None]:
    """Around what writes to `path`: a full disk becomes one sentence, whether we meet it or DuckDB does.

    Raises:
        Misconfigured: there is no space left; all other errors stay as they are.
    """
    try:
        yield
    except (OSError, duckdb.Error) as problem:
        if not _is_full(problem):
            raise
        reason = "no space left on this disk; what was committed is safe: make room and run again"
        raise Misconfigured([Problem(str(path), "", reason)]) from problem


def _is_full(problem: OSError | duckdb.Error) -> bool:
    if isinstance(problem, OSError):
        return problem.errno in _FULL
    return any(os.strerror(number) in str(problem) for number in _FULL)  # DuckDB quotes the system and has no number


def insert_rows(
    con: duckdb.DuckDBPyConnection,
    table: str,
    columns: str,
    rows: Sequence[Sequence[Any]],
    *,
    replace: bool = False,
    keep: Collection[str] = (),
) -> int:
    """Insert many rows in one statement; returns how many.

    Args:
        table, columns: names from our own code, never from outside; columns are separated by blanks.
        rows: one sequence for each row, in the order of `columns`; datetimes must be aware.
        replace: update rows whose primary key exists, instead of failing with duckdb.ConstraintException.
        keep: columns that an update leaves alone (`first_seen_at`).
    """
    if not rows:
        return 0
    names = columns.split()
    types, keys = _table_shape(con, table)
    selected, lists = [], []
    for name in names:
        blob = types[name] == "BLOB"
        selected.append(f"from_base64(unnest(given.{name}))" if blob else f"unnest(given.{name})")
        lists.append(f"{name} {'VARCHAR' if blob else types[name]}[]")
    given = f"SELECT CAST(CAST(? AS JSON) AS STRUCT({', '.join(lists)})) AS given"
    conflict = ""
    if replace:
        updates = [f"{name} = excluded.{name}" for name in names if name not in keys and name not in keep]
        conflict = f"ON CONFLICT DO UPDATE SET {', '.join(updates)}"
    # One document, not one for each column: a parameter costs DuckDB 0.12 ms wherever pandas is not installed.
    values = _as_json({name: [row[number] for row in rows] for number, name in enumerate(names)})
    into = f"INSERT INTO {table} ({', '.join(names)})"
    con.execute(f"{into} SELECT {', '.join(selected)} FROM ({given}) {conflict}", [values])  # noqa: S608 - own names
    return len(rows)


def as_json_list(values: Sequence[Any]) -> str:
    """One column as JSON, for `unnest(CAST(CAST(? AS JSON) AS type[]))`.

    A Python list as parameter costs 70 microseconds for each value where pandas is not installed (DuckDB looks for it
    again and again): 5,000 rows of 8 columns took 3.6 s that way and take 0.3 s this way.
    """
    return _as_json(list(values))


def _as_json(values: object) -> str:
    return json.dumps(values, default=_as_text, ensure_ascii=False, allow_nan=False)


def _as_text(value: object) -> str:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"a time without zone cannot be stored: {value}")
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    raise TypeError(f"cannot be stored: {type(value).__name__}")


def _table_shape(con: duckdb.DuckDBPyConnection, table: str) -> tuple[dict[str, str], frozenset[str]]:
    # Not from duckdb_columns() and duckdb_constraints(), which go through all tables: 2.5 ms instead of 0.3.
    columns = con.execute(f"PRAGMA table_info('{table}')").fetchall()
    return {name: kind for _, name, kind, *_ in columns}, frozenset(name for _, name, *_, is_key in columns if is_key)
