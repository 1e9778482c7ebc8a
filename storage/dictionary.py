"""Writes the data dictionary from the comments of a database. Knows none of the words: dictionary.toml has them.

python -m storage.dictionary > storage/DICTIONARY.md
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from storage.comments import COLUMNS, MACROS, RELATIONS, full_name
from storage.database import open_live
from storage.snapshot import publish

_HEAD = """# What the snapshot holds

Every view, macro, table and column of `published/seabridge.duckdb` with its meaning. The same words are in the file
itself: `FROM v_dictionary`. Made by `python -m storage.dictionary` from `storage/sql/dictionary.toml`.

Begin with the views. Times are in UTC; weeks are ISO weeks in the zone that `v_snapshot` names.
"""


def dictionary_markdown(con: duckdb.DuckDBPyConnection) -> str:
    """The comments of a database as a document: views, macros, tables."""
    return "\n".join([_HEAD, *_relations(con, "VIEW", "Views"), *_macros(con), *_relations(con, "TABLE", "Tables")])


def _relations(con: duckdb.DuckDBPyConnection, kind: str, title: str) -> Iterator[str]:
    yield f"## {title}\n"
    columns = con.execute(COLUMNS).fetchall()
    for schema, relation, its_kind, comment in con.execute(RELATIONS).fetchall():
        if its_kind == kind:
            yield f"### {full_name(schema, relation)}\n\n{comment}\n\n| column | type | meaning |\n|---|---|---|"
            for of_schema, of_relation, column, data_type, meaning in columns:
                if (of_schema, of_relation) == (schema, relation):
                    yield f"| {column} | {data_type} | {_cell(meaning)} |"
            yield ""


def _macros(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    yield "## Macros\n"
    for schema, macro, gives_rows, parameters, comment in con.execute(MACROS).fetchall():
        call = f"{full_name(schema, macro)}({', '.join(parameters)})"
        yield f"- `{'FROM ' if gives_rows else ''}{call}`: {comment}"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Write the document of a fresh, empty snapshot to stdout."""
    with TemporaryDirectory() as folder, open_live(Path(folder)) as live:
        path = publish(live, Path(folder), datetime(2026, 1, 1, tzinfo=UTC))
        with duckdb.connect(str(path), read_only=True) as con:
            sys.stdout.write(dictionary_markdown(con))


if __name__ == "__main__":
    main()
