"""Writes all views of a snapshot as Parquet and CSV, with their dictionary. Never opens the live database.

Of the view `v_items` the file items.csv and the folder items, in it `year=2026/week=2026-W46/items.parquet`.
"""

import hashlib
import itertools
import json
import operator
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
from pyarrow.parquet import ParquetWriter

from parsers.errors import Misconfigured, Problem
from storage.exported_views import BY_WEEK, Relation, dictionary, exported_relations
from storage.folders import put_in_place, refuse_strangers, unfinished
from storage.results import QueryResult, write_result
from storage.writing import disk_watched

SETTINGS: dict[str, str | int | bool | float | list[str]] = {"threads": 1, "memory_limit": "700MB"}
"""One thread: where a view leaves open which of several values it takes, several threads would not agree on it."""
ROW_GROUP = 10_000
UNDATED = "__HIVE_DEFAULT_PARTITION__"
"""What DuckDB, Arrow and Polars read as NULL in the name of a folder. `none` would make `year` a text for all rows."""
NO_ITEMS = "1970-W01"
"""Where no row has a week, a file without rows stands here: from NULL alone Arrow cannot tell the type of a folder."""
FORMAT = "seabridge export 1"
NOTICE = (
    "Titles, summaries and texts belong to their publishers: read and count them, ask before you pass them on."
    " Labels, stories and counts were made by Seabridge and may be wrong."
)
_README = """# Export of Seabridge

{notice}

Snapshot of {published_at}; what each column means is in dictionary.csv; rows and SHA-256 of each file in counts.json.

- Parquet, one folder for each relation: `pandas.read_parquet("items")`, `arrow::open_dataset("items")`,
  `SELECT * FROM read_parquet('items/**/*.parquet', hive_partitioning = true)`. Large relations are cut by `year` and
  `week`, which are in the names of the folders only; undated rows come back with NULL there.
- Labels and evidence are those that count now; item_history has what items were before, not what they are.
- CSV, one file for each relation: RFC 4180, UTF-8, lists as JSON text, an empty cell for NULL. A cell that a
  spreadsheet would take for a formula begins with an apostrophe.
- Times are in UTC; weeks are ISO weeks in {zone}.
"""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written. `rows`: relation -> rows."""

    rows: Mapping[str, int]
    files: int
    bytes: int


def export_snapshot(
    snapshot: Path,
    folder: Path,
    *,
    formats: Sequence[str] = ("parquet", "csv"),
    weeks: tuple[str | None, str | None] = (None, None),
    program: str,
    tell: Callable[[str, int, int], None],
) -> Exported:
    """Write the export beside `folder` and put it there whole; equal snapshots and arguments give equal bytes.

    Args:
        folder: new, empty, or an earlier export, which is replaced.
        weeks: first and last, like 2026-W46; what has no week in a relation that is cut by weeks is left out then.
        program: our version, for counts.json.

    Raises:
        Misconfigured: there is no readable snapshot, the folder holds other things or cannot be written, no space.
        Busy: another export into this folder is at work.
    """
    folder = folder.resolve()
    try:
        refuse_strangers(folder, _files_of(folder))
        with disk_watched(folder), unfinished(folder) as work, _reading(snapshot, work / ".spill") as con:
            relations = list(exported_relations(con, weeks))
            counts: list[tuple[str, str, int]] = []
            for number, relation in enumerate(relations):
                tell("export", number, len(relations))
                counts += [(relation.name, *one) for one in _write(con, relation, work, formats)]
            exported = _describe(con, relations, work, counts, weeks, program)
            con.close()
            shutil.rmtree(work / ".spill", ignore_errors=True)
            put_in_place(work, folder)
    except duckdb.Error as problem:
        reason = f"cannot be exported ({str(problem).partition(chr(10))[0]}); make a new one: seabridge publish"
        raise Misconfigured([Problem(str(snapshot), "", reason)]) from problem
    except OSError as problem:
        reason = f"cannot be written: {problem.strerror or problem}; name another folder or give yourself the right"
        raise Misconfigured([Problem(str(folder), "", reason)]) from problem
    return exported


def _files_of(folder: Path) -> set[str]:
    """What the export in this folder is made of; nothing if there is none."""
    try:
        counts = json.loads((folder / "counts.json").read_bytes())
        return {"counts.json", *(file["path"] for file in counts["files"])} if counts["format"] == FORMAT else set()
    except (OSError, ValueError, TypeError, KeyError):
        return set()


@contextmanager
def _reading(snapshot: Path, spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """One connection for all: who publishes meanwhile puts another file there, and this one goes on with its own."""
    if not snapshot.is_file():
        raise Misconfigured([Problem(str(snapshot), "", "there is no snapshot yet; seabridge publish makes one")])
    with duckdb.connect(str(snapshot), read_only=True, config=SETTINGS | {"temp_directory": str(spill)}) as con:
        con.execute("SET TimeZone='UTC'")
        con.execute("SET enable_progress_bar=false")
        yield con


def _write(
    con: duckdb.DuckDBPyConnection, relation: Relation, work: Path, formats: Sequence[str]
) -> Iterator[tuple[str, int]]:
    """Write the files of one relation; yields the name and rows of each."""
    reader = con.execute(relation.sql, list(relation.weeks)).to_arrow_reader(ROW_GROUP)
    by_week = relation.view in BY_WEEK
    schema = reader.schema.remove(reader.schema.get_field_index("week")) if by_week else reader.schema
    head = _csv(tuple(relation.columns), ())
    with ExitStack() as opened:
        table = opened.enter_context((work / f"{relation.name}.csv").open("xb")) if "csv" in formats else None
        if table:
            table.write(head)
        total, dated = 0, False
        for week, parts in itertools.groupby(_row_groups(reader, by_week), key=operator.itemgetter(0)):
            path, rows, dated = _parquet_path(relation, week), 0, dated or week is not None
            with _parquet(work / path, schema) if "parquet" in formats else nullcontext() as writer:
                for _, part in parts:
                    rows += part.num_rows
                    if writer:
                        writer.write_table(part.select(schema.names), row_group_size=ROW_GROUP)
                    if table:
                        values = tuple(zip(*(column.to_pylist() for column in part.columns), strict=True))
                        lines = _csv(tuple(relation.columns), values, tuple(relation.columns.values()))
                        table.write(lines[len(head) :])
            total += rows
            if writer:
                yield path, rows
        if "parquet" in formats and by_week and not dated:
            path = _parquet_path(relation, NO_ITEMS)
            with _parquet(work / path, schema):
                yield path, 0
        if table:
            yield f"{relation.name}.csv", total


def _parquet_path(relation: Relation, week: str | None) -> str:
    folders = [relation.name]
    if relation.view in BY_WEEK:
        folders += [f"year={week.partition('-')[0]}" if week else f"year={UNDATED}", f"week={week or UNDATED}"]
    return "/".join([*folders, f"{relation.name}.parquet"])


@contextmanager
def _parquet(path: Path, schema: pyarrow.Schema) -> Iterator[ParquetWriter]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file, ParquetWriter(file, schema, compression="zstd") as writer:
        yield writer


def _row_groups(reader: pyarrow.RecordBatchReader, by_week: bool) -> Iterator[tuple[str | None, pyarrow.Table]]:
    """The rows in their order, ROW_GROUP at a time, never two weeks together; of a whole relation at least one piece.

    Equal rows make equal pieces, however DuckDB hands them out.
    """
    week: str | None = None
    rest = reader.schema.empty_table()
    empty = True
    for batch in reader:
        weeks = batch["week"].to_pylist() if by_week else [None] * batch.num_rows
        start = 0
        for next_week, run in itertools.groupby(weeks):
            if next_week != week and rest.num_rows:
                yield week, rest.combine_chunks()
                rest = rest.slice(0, 0)
            week, empty, length = next_week, False, sum(1 for _ in run)
            rest = pyarrow.concat_tables([rest, pyarrow.Table.from_batches([batch.slice(start, length)])])
            start += length
            while rest.num_rows >= ROW_GROUP:
                yield week, rest.slice(0, ROW_GROUP).combine_chunks()
                rest = rest.slice(ROW_GROUP)
    if rest.num_rows or (empty and not by_week):
        yield week, rest.combine_chunks()


def _csv(columns: tuple[str, ...], rows: tuple[tuple[Any, ...], ...], types: tuple[str, ...] = ()) -> bytes:
    out = BytesIO()
    write_result(QueryResult(columns, types, rows, False), "csv", out)
    return out.getvalue()


def _describe(
    con: duckdb.DuckDBPyConnection,
    relations: Sequence[Relation],
    work: Path,
    counts: Sequence[tuple[str, str, int]],
    weeks: tuple[str | None, str | None],
    program: str,
) -> Exported:
    head, words = ("relation", "column", "type", "meaning", "relation_meaning"), tuple(dictionary(con, relations))
    (work / "dictionary.csv").write_bytes(_csv(head, words))
    (work / "dictionary.json").write_bytes(_json([dict(zip(head, row, strict=True)) for row in words]))
    published_at, schema, duckdb_version, zone = con.execute(
        "SELECT strftime(published_at, '%Y-%m-%dT%H:%M:%SZ'), schema_version, duckdb_version, zone FROM v_snapshot"
    ).fetchall()[0]
    text = _README.format(notice=NOTICE, published_at=published_at, zone=zone)
    (work / "README.md").write_text(text, encoding="utf-8")
    described = [("", name, 0) for name in ("dictionary.csv", "dictionary.json", "README.md")]
    files = [
        {
            "path": path,
            "relation": name,
            "rows": rows,
            "bytes": (work / path).stat().st_size,
            "sha256": _sha256(work / path),
        }
        for name, path, rows in [*counts, *described]
    ]
    about = {
        "format": FORMAT,
        "notice": NOTICE,
        "program": program,
        "published_at": published_at,
        "schema_version": schema,
        "duckdb_version": duckdb_version,
        "zone": zone,
        "weeks": list(weeks),
        "files": files,
    }
    (work / "counts.json").write_bytes(_json(about))
    rows = {relation.name: 0 for relation in relations}
    for name, path, number in counts:
        rows[name] = number if path.endswith(".csv") else rows[name] + number
    return Exported(rows, len(files) + 1, sum(int(str(file["bytes"])) for file in files))


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
