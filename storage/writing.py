"""Writes to an open database: transactions, rows in bulk, a full disk told. Knows no table and no meaning."""

import contextlib
import errno
import json
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from parsers.errors import Misconfigured, Problem
from storage.highwater import note_commit
from storage.lake_lock import alone, check_alone

if TYPE_CHECKING:
    import pyarrow

_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing: commits at the end of the block, rolls back on any exception."""
    with alone(con):
        con.execute("BEGIN TRANSACTION")
        try:
            yield
            check_alone(con)
            con.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(duckdb.Error):  # a failed COMMIT has rolled back already
                con.execute("ROLLBACK")
            raise
        try:
            note_commit(con)
        except (OSError, duckdb.Error) as problem:  # it is stored; a mark that is too low is no alarm
            if not is_full(problem):
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
        if not is_full(problem):
            raise
        reason = "no space left on this disk; what was committed is safe: make room and run again"
        raise Misconfigured([Problem(str(path), "", reason)]) from problem


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_full(problem: OSError | duckdb.Error) -> bool:
    """Whether it says that the disk is full."""
    if isinstance(problem, OSError):
        return problem.errno in _FULL
    return any(os.strerror(number) in str(problem) for number in _FULL)  # DuckDB quotes the system and has no number


def insert_rows(
    con: duckdb.DuckDBPyConnection,
    table: str,
    columns: str,
    rows: Sequence[Sequence[Any]],
    *,
    key: str = "",
    keep: Collection[str] = (),
) -> int:
    """Insert many rows in one statement; returns how many.

    Args:
        table, columns: names from our own code, never from outside; columns are separated by blanks.
        rows: one sequence for each row, in the order of `columns`; datetimes must be aware.
        key: columns, separated by blanks; a row with equal values there is updated. No two of `rows` may have the same.
        keep: columns that an update leaves alone (`first_seen_at`).
    """
    if not rows:
        return 0
    with given(con, table, columns, rows):
        if key:
            con.execute(_merge(table, columns.split(), key.split(), keep))
        else:
            con.execute(f"INSERT INTO {table} BY NAME FROM given")
    return len(rows)


@contextmanager
def given(con: duckdb.DuckDBPyConnection, table: str, columns: str, rows: Sequence[Sequence[Any]]) -> Iterator[None]:
    """The rows as a relation `given`, with the types of these columns of `table`, while the block runs.

    As an Arrow table: a Python list as parameter costs DuckDB 70 microseconds for each value where pandas is absent.
    """
    import pyarrow

    schema = con.execute(f"SELECT {', '.join(columns.split())} FROM {table} LIMIT 0").to_arrow_table().schema  # noqa: S608
    arrays = [
        pyarrow.array(_checked(values, field), field.type)
        for field, values in zip(schema, zip(*rows, strict=True), strict=True)
    ]
    con.register("given", pyarrow.Table.from_arrays(arrays, schema=schema))
    try:
        yield
    finally:
        con.unregister("given")


def _checked(values: tuple[Any, ...], field: "pyarrow.Field[Any]") -> tuple[Any, ...]:
    if str(field.type).startswith("timestamp") and any(one is not None and one.tzinfo is None for one in values):
        raise ValueError(f"a time without zone cannot be stored in {field.name}")
    return values


def _merge(table: str, names: Sequence[str], keys: Sequence[str], keep: Collection[str]) -> str:
    same = " AND ".join(f"{table}.{name} = given.{name}" for name in keys)
    updates = ", ".join(f"{name} = given.{name}" for name in names if name not in keys and name not in keep)
    return (
        f"MERGE INTO {table} USING given ON ({same})"  # noqa: S608 - own names
        f" WHEN MATCHED THEN UPDATE SET {updates}"
        f" WHEN NOT MATCHED THEN INSERT ({', '.join(names)}) VALUES ({', '.join(f'given.{name}' for name in names)})"
    )


def as_json_list(values: Sequence[Any]) -> str:
    """One column as JSON, for `unnest(CAST(CAST(? AS JSON) AS type[]))`: the quick way to hand over a list of ids."""
    return json.dumps(values, ensure_ascii=False, allow_nan=False)
