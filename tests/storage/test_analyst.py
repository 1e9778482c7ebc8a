"""run_query: an analyst may ask anything and break nothing."""

import os
import pickle

import pytest

from parsers.errors import Misconfigured
from storage import analyst
from storage.analyst import QueryFailed, run_query
from storage.database import open_live
from storage.snapshot import publish


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    from datetime import UTC, datetime

    home = tmp_path_factory.mktemp("home")
    with open_live(home) as con:
        return publish(con, home, datetime(2026, 11, 16, tzinfo=UTC))


def test_values_come_back_with_their_types(snapshot):
    """Times are in UTC; lists and structs are Python's."""
    result = run_query(
        snapshot, "SELECT 1 AS n, [1, NULL] AS l, {'a': 'x'} AS s, TIMESTAMPTZ '2026-07-01 00:00:00+02' AS t"
    )
    assert result.columns == ("n", "l", "s", "t")
    assert result.types == ("INTEGER", "INTEGER[]", "STRUCT(a VARCHAR)", "TIMESTAMP WITH TIME ZONE")
    assert [str(value) for value in result.rows[0]] == ["1", "[1, None]", "{'a': 'x'}", "2026-06-30 22:00:00+00:00"]
    assert not result.truncated


@pytest.mark.parametrize(
    "sql",
    [
        "WITH a AS (SELECT 1) FROM a",
        "DESCRIBE v_items",
        "SUMMARIZE sources",
        "SHOW TABLES",
        "EXPLAIN SELECT 1",
        "PIVOT (SELECT 'a' AS k, 1 AS v) ON k USING sum(v)",
        "SELECT 1; -- the end",
        "SELECT uuid(), DATE '2026-01-01', TIME '10:00', INTERVAL 3 DAY, 1.5::DECIMAL(5, 2), 'x'::BLOB, 1::BIT",
        "SELECT '0044-03-15 (BC)'::TIMESTAMP, 'infinity'::TIMESTAMPTZ, 'nan'::DOUBLE, MAP {[1]: 2}",
    ],
)
def test_reading_is_allowed(snapshot, sql):
    """Whatever reads works, with every type."""
    assert run_query(snapshot, sql).columns


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_blob('/proc/self/environ')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd.csv'",
        "SELECT getenv('HOME')",
        "COPY (SELECT 1) TO '{out}'",
        "COPY sources TO '{out}' (FORMAT parquet)",
        "EXPORT DATABASE '{out}'",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '{out}'",
        "ATTACH '{live}' AS live",
        "SELECT * FROM '{live}'",
        "ATTACH ':memory:' AS other",
        "INSTALL httpfs",
        "LOAD '{out}'",
        "SET memory_limit = '90GB'",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "RESET threads",
        "PRAGMA threads = 8",
        "PRAGMA enable_profiling",
        "CALL enable_logging(storage = 'file', storage_path = '{out}')",
        "SET log_query_path = '{out}'",
        "CREATE TABLE extra (x INTEGER)",
        "CREATE TEMP TABLE extra AS SELECT 1",
        "CREATE SECRET s (TYPE s3)",
        "INSERT INTO sources SELECT * FROM sources",
        "DELETE FROM items",
        "DROP VIEW v_items",
        "CHECKPOINT",
        "SELECT 1; SELECT 2",
        "CREATE TEMP TABLE t AS SELECT 1; SELECT * FROM t",
        "SELECT * FROM deliveries",
        "SELECT * FROM messages",
        "",
        "-- nothing",
    ],
)
def test_everything_else_is_refused_on_one_line(snapshot, sql, tmp_path):
    """Files, settings, other databases, writing, second statements, tables that were not published."""
    out, live = tmp_path / "stolen", snapshot.parent.parent / "live.duckdb"
    before = snapshot.read_bytes()
    with pytest.raises(QueryFailed) as caught:
        run_query(snapshot, sql.format(out=out, live=live))
    assert "\n" not in str(caught.value)
    assert not out.exists()
    assert snapshot.read_bytes() == before


@pytest.mark.slow
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT repeat('x', 4000000000)",
        "SELECT repeat('x', 900000000)",
        "SELECT len(range(200000000))",
        "SELECT lpad('x', 2000000000, 'y')",
        "SELECT count(DISTINCT i) FROM (SELECT random() AS i FROM range(50000000))",
    ],
)
def test_memory_is_bounded(snapshot, sql):
    """What DuckDB's own limit does not stop, the limit of the process does."""
    with pytest.raises(QueryFailed, match=r"[Mm]emory|stopped"):
        run_query(snapshot, sql)


@pytest.mark.slow
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT levenshtein(repeat('a', 100000), repeat('b', 100000))",
        "SELECT count(*) FROM range(10000000000000)  AS a(x) WHERE x % 7 = 3",
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n > 0) SELECT max(n) FROM r",
    ],
)
def test_time_is_bounded(snapshot, sql):
    """A query that ignores an interrupt is killed with its process."""
    with pytest.raises(QueryFailed, match="stopped"):
        run_query(snapshot, sql, timeout=2)


def test_rows_are_bounded_and_that_is_told(snapshot):
    """A result that is cut says so; one that just fits does not."""
    result = run_query(snapshot, "FROM range(1000000000000)", max_rows=250)
    assert (len(result.rows), result.truncated) == (250, True)
    result = run_query(snapshot, "FROM range(250)", max_rows=250)
    assert (len(result.rows), result.truncated) == (250, False)


def test_bytes_are_bounded(snapshot):
    """At most 64 MB are handed over, whole rows."""
    result = run_query(snapshot, "SELECT repeat('x', 1000000) FROM range(200)")
    assert result.truncated
    assert 30 < len(result.rows) < 70


def test_syntax_error_is_told_in_the_words_of_duckdb(snapshot):
    """What is wrong and where."""
    with pytest.raises(QueryFailed, match=r'syntax error at or near "BY".*SELECT \* FROM items ODER BY 1'):
        run_query(snapshot, "SELECT * FROM items ODER BY 1")


def test_missing_snapshot_is_told(tmp_path):
    """Nothing is created where nothing was published."""
    with pytest.raises(Misconfigured, match="no snapshot yet"):
        run_query(tmp_path / "published" / "seabridge.duckdb", "SELECT 1")
    assert list(tmp_path.iterdir()) == []


def test_answer_of_the_child_may_hold_values_only():
    """A pickle that would run something is not run."""
    with pytest.raises(pickle.UnpicklingError):
        analyst._Unpickler(__import__("io").BytesIO(pickle.dumps(os.getcwd))).load()
