"""write_result: five forms, no formula, nothing that steers a terminal."""

import csv
import io
import json
from datetime import UTC, datetime
from decimal import Decimal

import duckdb
import pytest

from storage.analyst import run_query
from storage.analyst_table import columns_of
from storage.database import open_live
from storage.results import QueryResult, write_result
from storage.snapshot import publish

EVERY_TYPE = """
SELECT uuid(), DATE '2026-01-01', TIME '10:00', INTERVAL 3 DAY, 1.5::DECIMAL(5, 2), 'x'::BLOB, 1::BIT, ['x'::BLOB],
    1::HUGEINT, {'a': [now()]}, MAP {'k': 1}, NULL, row(1, 2), 'inf'::DOUBLE, union_value(k := 1)
"""


def _written(result: QueryResult, form, width: int | None = None) -> bytes:
    out = io.BytesIO()
    write_result(result, form, out, width=width)
    return out.getvalue()


def _cells(*values: object) -> QueryResult:
    return QueryResult(("cell",), ("VARCHAR",), tuple((value,) for value in values), False)


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "-", "+4 people", "=-5"],
    ids="S-27 {!r}".format,
)
def test_s_27_formula_gets_an_apostrophe(cell):
    """S-27: in CSV, body and header, and in Markdown."""
    result = QueryResult((cell,), ("VARCHAR",), ((cell,),), False)
    assert list(csv.reader(io.StringIO(_written(result, "csv").decode(), newline=""))) == [[f"'{cell}"]] * 2
    assert "| '" in _written(result, "markdown").decode().splitlines()[2]


@pytest.mark.parametrize("cell", ["-5", "+3.14", "-1e-9", -5, -0.25, Decimal("-1.50"), "a=b", "'=1", ""])
def test_numbers_and_plain_text_stay(cell):
    """A negative number is a number."""
    result = QueryResult(("first", "cell"), ("INTEGER", "VARCHAR"), ((1, cell),), False)
    rows = list(csv.reader(io.StringIO(_written(result, "csv").decode(), newline="")))
    assert rows[1] == ["1", str(cell)]


def test_csv_quotes_what_needs_it():
    """Commas, quotes and line breaks come back; NULL is empty; lists are JSON; times are RFC 3339."""
    moment = datetime(2026, 11, 16, 6, tzinfo=UTC)
    result = QueryResult(
        ("a", "b"), ("VARCHAR", "VARCHAR"), (('x,"y"\nz', None), ([1, "é"], moment), (True, b"\0")), False
    )
    rows = list(csv.reader(io.StringIO(_written(result, "csv").decode(), newline="")))
    assert rows[1:] == [['x,"y"\nz', ""], ['[1, "é"]', "2026-11-16T06:00:00+00:00"], ["true", "AA=="]]


def test_json_is_a_list_of_objects():
    """One line for each row; equal names get a number; what JSON has no word for is text."""
    result = QueryResult(("a", "a"), ("DOUBLE", "DOUBLE"), ((float("nan"), 1.5), (None, Decimal("0.10"))), False)
    written = _written(result, "json")
    assert json.loads(written) == [{"a": "nan", "a_2": 1.5}, {"a": None, "a_2": "0.10"}]
    assert len(written.splitlines()) == 2
    assert json.loads(_written(_cells(), "json")) == []


def test_table_is_aligned_and_harmless():
    """Numbers to the right, escape sequences and direction marks replaced, long cells cut, one line for each row."""
    moment = datetime(2026, 11, 16, 6, tzinfo=UTC)
    result = QueryResult(
        ("name", "n", "at"),
        ("VARCHAR", "BIGINT", "TIMESTAMP WITH TIME ZONE"),
        (("\x1b[31mred\x07\u202e\nx\u00ad\u200d", 5, None), ("日本", 1234, moment), ("y" * 999, None, None)),
        True,
    )
    lines = _written(result, "table").decode().splitlines()
    assert lines[2].startswith("\ufffd[31mred\ufffd\ufffd x ")
    assert lines[2].endswith("   5")
    assert lines[3].startswith("日本" + " " * 156)
    assert lines[3].endswith("  1234  2026-11-16T06:00:00Z")
    assert lines[4].startswith("y" * 159 + "…")
    assert lines[5] == "(the first 3 rows; the rest was left out)"
    assert len(lines) == 6


@pytest.mark.parametrize("width", [20, 40, 64, 80, 200])
def test_table_fits_the_terminal(width):
    """The widest texts give first; an id, a time and a number stay whole, else every row becomes a record."""
    moment = datetime(2026, 11, 16, 6, tzinfo=UTC)
    result = QueryResult(
        ("item_id", "title", "at", "n"),
        ("VARCHAR", "VARCHAR", "TIMESTAMP WITH TIME ZONE", "BIGINT"),
        (("da92b54373f25906", "日本 and é́ " * 30, moment, 12345), ("x", "short", None, 1)),
        False,
    )
    lines = _written(result, "table", width).decode().splitlines()
    assert max(map(columns_of, lines)) <= width
    text = "\n".join(lines)
    assert "12345" in text
    if width >= 40:
        assert "da92b54373f25906" in text
        assert "2026-11-16T06:00:00Z" in text
    assert ("-- row 2 --" in lines) == (width < 66)


def test_wide_result_is_shown_as_records():
    """Five thousand columns have no place beside each other."""
    names = tuple(f"column_{number}" for number in range(5000))
    lines = _written(QueryResult(names, ("INTEGER",) * 5000, (tuple(range(5000)),), False), "table", 80)
    assert lines.decode().splitlines()[0::5000] == ["-- row 1 --", "column_4999  4999"]


def test_a_terminal_is_never_steered():
    """Escape sequences and direction marks: in a file CSV keeps them, on a terminal no form hands them over."""
    text = "\x1b]0;owned\x07\x9b31m\u202e"
    for form in ("table", "csv", "markdown", "json"):
        shown = _written(_cells(text), form, 80).decode()
        assert not set(shown) & set("\x1b\x07\x9b\u202e")
    assert json.loads(_written(_cells(text), "json", 80)) == [{"cell": text}]
    assert text in _written(_cells(text), "csv").decode()


def test_cut_by_bytes_is_told():
    """The footer names the reason."""
    lines = _written(QueryResult(("a",), ("INTEGER",), ((1,),), True, True), "table").decode().splitlines()
    assert lines[-1] == "(the first 1 row; with the rest it would pass 64 MB)"


def test_markdown_cell_cannot_leave_its_cell():
    """Bars, line breaks, backslashes and HTML are text."""
    lines = _written(_cells("a|b\n\\|<img src=x>"), "markdown").decode().splitlines()
    assert lines[2] == "| a\\|b \\\\\\|&lt;img src=x&gt; |"


@pytest.mark.parametrize("form", ["table", "csv", "json", "markdown", "parquet"])
def test_every_form_takes_every_type(form, tmp_path, now):
    """Also those that have no place in JSON or Parquet, and a result without rows."""
    with open_live(tmp_path) as con:
        path = publish(con, tmp_path, now)
    for sql in (EVERY_TYPE, "SELECT 1 AS a WHERE false"):
        assert _written(run_query(path, sql), form)


def test_parquet_keeps_types(tmp_path, now):
    """Numbers, times, lists and bytes are read back as such, by any reader of Parquet."""
    with open_live(tmp_path) as con:
        path = publish(con, tmp_path, now)
    sql = """
        SELECT 1::BIGINT AS n, TIMESTAMPTZ '2026-11-16 06:00:00+00' AS t, ['a'] AS l, '\\x00\\xFF'::BLOB AS b,
            1.50::DECIMAL(5, 2) AS d, 2 AS N
    """
    (tmp_path / "r.parquet").write_bytes(_written(run_query(path, sql), "parquet"))
    with duckdb.connect() as con:
        con.execute("SET TimeZone='UTC'")
        found = con.execute(f"SELECT * FROM '{tmp_path / 'r.parquet'}'")
        assert [str(column[1]) for column in found.description] == [
            "BIGINT",
            "TIMESTAMP WITH TIME ZONE",
            "VARCHAR[]",
            "BLOB",
            "DECIMAL(5,2)",
            "INTEGER",
        ]
        assert found.fetchall() == [(1, now, ["a"], b"\x00\xff", Decimal("1.50"), 2)]
