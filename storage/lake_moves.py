"""Copies all tables from one attached database to another and compares them. Does not say which is the right one."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb

from storage.holders import Holder, is_dead
from storage.lake_schema import LAKE, tables_of
from storage.quoting import literal
from storage.writing import transaction

FILE = "moving"
"""The name under which the live file is attached beside the lake."""
_OWN = frozenset({"migrations", "snapshot_info"})
"""Tables that every database fills by itself; they move too, but do not count as content."""


@contextmanager
def live_file(con: duckdb.DuckDBPyConnection, path: Path, *, read_only: bool) -> Iterator[None]:
    """The live file, attached as FILE beside a lake. No other process can write to it meanwhile."""
    con.execute(f"ATTACH {literal(str(path))} AS {FILE}{' (READ_ONLY)' if read_only else ''}")
    try:
        yield
    finally:
        con.execute(f"DETACH {FILE}")


def running(con: duckdb.DuckDBPyConnection, database: str, now: datetime) -> list[str]:
    """The flows that a living process is running in an attached database, each in words."""
    held = con.execute(
        f"SELECT flow, run_id, host, pid, process_started FROM {database}.leases WHERE expires_at > ?",  # noqa: S608
        [now],
    ).fetchall()
    return [f"{flow} is running as {run} in {Holder(*who)}" for flow, run, *who in held if not is_dead(Holder(*who))]


def holds_something(con: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    """The tables of an attached database that have rows; its migrations are no content."""
    return [table for table, rows in rows_of(con, database).items() if rows and table not in _OWN]


def rows_of(con: duckdb.DuckDBPyConnection, database: str) -> Mapping[str, int]:
    """Table -> its rows, of an attached database."""
    return {
        table: int(con.execute(f'SELECT count(*) FROM {database}."{table}"').fetchall()[0][0])  # noqa: S608 - own names
        for table in tables_of(con, database)
    }


def copy_all(con: duckdb.DuckDBPyConnection, source: str, target: str) -> None:
    """Replace all tables of `target` with those of `source`, all or nothing.

    What was copied is read again and compared before it is committed.

    Raises:
        ValueError: names the tables that came out different; nothing has changed.
    """
    with transaction(con):
        for table in tables_of(con, source):
            con.execute(f'DELETE FROM {target}."{table}"')  # noqa: S608 - names of our own schema
            con.execute(f'INSERT INTO {target}."{table}" BY NAME FROM {source}."{table}"')
        other = different(con, source, target)
        if other:
            raise ValueError(f"different after copying: {', '.join(other)}")


def different(con: duckdb.DuckDBPyConnection, one: str, other: str, *, content_only: bool = False) -> list[str]:
    """The tables that have other rows in two databases, whatever their order; `content_only`: without migrations.

    By their number, and by the sum and the exclusive or of a hash over all columns: a row that is there twice in the
    place of another one shows in the sum, two sums that are equal by chance show in the other.
    """
    tables = {table: list(columns) for table, columns in tables_of(con, one).items()}
    but: Collection[str] = _OWN if content_only else ()
    return [
        table
        for table, columns in tables.items()
        if table not in but and _sum(con, one, table, columns) != _sum(con, other, table, columns)
    ]


def _sum(con: duckdb.DuckDBPyConnection, database: str, table: str, columns: Sequence[str]) -> tuple[object, ...]:
    row = ", ".join(f'"{column}"' for column in columns)
    hashes = f'SELECT hash({row}) AS h FROM {database}."{table}"'  # noqa: S608
    found: tuple[object, ...] = con.execute(f"SELECT count(*), sum(h), bit_xor(h) FROM ({hashes})").fetchall()[0]  # noqa: S608
    return found


__all__ = ["FILE", "LAKE", "copy_all", "different", "holds_something", "live_file", "rows_of", "running"]
