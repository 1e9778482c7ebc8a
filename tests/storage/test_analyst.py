"""run_query: an analyst may ask anything and break nothing."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import duckdb
import psutil
import pytest

from parsers.errors import Busy, Misconfigured
from storage import analyst
from storage.analyst import QueryFailed, run_query
from storage.analyst_catalogue import describe_relation, list_relations
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


REFUSED = [
    "SELECT * FROM read_text('/etc/hostname')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_json('/etc/passwd')",
    "SELECT * FROM read_parquet('/etc/passwd')",
    "SELECT * FROM read_blob('/proc/self/environ')",
    "SELECT * FROM read_blob('{snapshot}')",
    "SELECT * FROM read_duckdb('{live}', table_name = 'deliveries')",
    "SELECT * FROM read_csv('/dev/stdin')",
    "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "FROM '/etc/passwd'",
    "FROM '/etc/passwd.csv'",
    "SELECT getenv('HOME')",
    "COPY (SELECT 1) TO '{out}'",
    "COPY sources TO '{out}' (FORMAT parquet)",
    "COPY sources FROM '/etc/passwd'",
    "EXPORT DATABASE '{out}'",
    "IMPORT DATABASE '/tmp'",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{out}'",
    "ATTACH '{live}' AS live",
    "ATTACH ':memory:' AS other",
    "DETACH seabridge",
    "USE system",
    "SELECT * FROM '{live}'",
    "INSTALL httpfs",
    "LOAD '{out}'",
    "SET memory_limit = '90GB'",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "SET VARIABLE x = 1",
    "RESET threads",
    "PRAGMA threads = 8",
    "PRAGMA enable_profiling",
    "PRAGMA profiling_output = '{out}'",
    "SELECT * FROM enable_profiling(format = 'json', save_location = '{out}')",
    "CALL enable_logging(storage = 'file', storage_path = '{out}')",
    "SELECT * FROM enable_logging(storage = 'file', storage_path = '{out}')",
    "SET log_query_path = '{out}'",
    "SELECT * FROM duckdb_extensions()",
    "SELECT * FROM query('COPY (SELECT 1) TO ''{out}''')",
    "CREATE TABLE extra (x INTEGER)",
    "CREATE TEMP TABLE extra AS SELECT 1",
    "CREATE SECRET s (TYPE s3)",
    "INSERT INTO sources SELECT * FROM sources",
    "DELETE FROM items",
    "DROP VIEW v_items",
    "CHECKPOINT",
    "BEGIN",
    "PREPARE p AS SELECT 1",
    "SELECT 1; SELECT 2",
    "CREATE TEMP TABLE t AS SELECT 1; SELECT * FROM t",
    "SELECT $1",
    "",
    ";",
    "-- nothing",
    "/* nothing",
    "SELECT '\x00'",
    "SELECT '\udc80'",
    "SELECT " + "(" * 20_000 + "1" + ")" * 20_000,
    "SELECT " + "+".join(["1"] * 50_000),
    "SELECT " + "1" * 1_000_000,
]


@pytest.mark.parametrize("sql", [pytest.param(sql, id=f"S-23 {sql[:60]!a}") for sql in REFUSED])
def test_s_23_everything_else_is_refused_on_one_line(snapshot, sql, tmp_path):
    """S-23: files, settings, other databases, writing, second statements, texts that are no query."""
    out, live = tmp_path / "stolen", snapshot.parent.parent / "live.duckdb"
    before = snapshot.read_bytes()
    with pytest.raises(QueryFailed) as caught:
        run_query(snapshot, sql.format(out=out, live=live, snapshot=snapshot))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) <= 400
    assert not out.exists()
    assert snapshot.read_bytes() == before


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("COPY items TO '/tmp/x'", "COPY is not allowed here, only reading is .*--format"),
        ("SET threads = 8", "SET is not allowed here.*settings are fixed"),
        ("FROM '/etc/passwd'", "files, the network and other databases are out of reach.*--tables"),
        ("FROM read_text('/etc/passwd')", "files, the network and other databases are out of reach.*--tables"),
        ("SELECT tite FROM v_items", '"tite" not found.*Candidate.*"title"'),
        ("FROM v_itms", "Did you mean.*--tables"),
        ("FROM deliveries", "deliveries is not published.*--live"),
        ("SELECT 1; SELECT 2", "one query at a time"),
        ("-- nothing", "there is no query"),
        ("SELECT " + "(" * 20_000 + "1" + ")" * 20_000, "nested too deeply"),
        ("FROM sql_auto_complete('SEL')", "needs an extension"),
        ("SELECT " + "[" * 250 + "1" + "]" * 250, "nested too deeply"),
        ("SELECT CAST(repeat('word ', 9999) AS INTEGER)", "Could not convert string 'word .{100,400}…$"),
        ('SELECT "\x1b[31mred\x07\u202e"', '"\ufffd\\[31mred\ufffd\ufffd"'),
    ],
)
def test_a_refusal_says_what_is_possible(snapshot, sql, words):
    """One sentence for people, without anything that steers their terminal."""
    with pytest.raises(QueryFailed, match=words):
        run_query(snapshot, sql)


def test_s_23_no_file_is_opened_once_the_query_runs(snapshot):
    """S-23: the process of a query cannot open any file, so that a hole in DuckDB would lead nowhere."""
    code = """
import sys
sys.path.insert(0, sys.argv[1])
import analyst_child as child
child._limit(9)
con = child._opened(sys.argv[2])
child.resource.setrlimit(child.resource.RLIMIT_NOFILE, (0, 0))
print(con.execute("SELECT now()").fetchall()[0][0].year > 2000, flush=True)
open(sys.argv[2])
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(Path(analyst.__file__).parent), str(snapshot)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "True\n"
    assert "Too many open files" in done.stderr


@pytest.mark.parametrize("table", ["deliveries", "messages", "leases"])
def test_s_25_persons_and_open_work_are_not_in_the_snapshot(snapshot, table):
    """S-25: the tables with addresses, mails and leases are not there, in no schema; nor is a column of addresses."""
    with pytest.raises(QueryFailed, match="not published"):
        run_query(snapshot, f"SELECT * FROM {table}")
    tables = "SELECT count(*) FROM duckdb_tables() WHERE table_name ILIKE $1"
    assert run_query(snapshot, tables, values=[table]).rows == ((0,),)
    columns = "FROM duckdb_columns() WHERE column_name SIMILAR TO '.*(recipient|email).*'"
    assert run_query(snapshot, columns).rows == ()


@pytest.mark.slow
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT repeat('x', 4000000000)",
        "SELECT len(range(400000000))",
        "SELECT lpad('x', 2000000000, 'y')",
        "SELECT count(DISTINCT i) FROM (SELECT random() AS i FROM range(200000000))",
        "SELECT list(i) FROM range(400000000) AS t(i)",
        "SELECT count(*) FROM range(300) a, range(300) b, range(300) c, range(300) d GROUP BY CUBE (a, b, c, d)",
    ],
    ids="S-24 {}".format,
)
def test_s_24_memory_is_bounded(snapshot, sql):
    """S-24: what DuckDB's own limit does not stop, the limit of the process does, or the clock."""
    with pytest.raises(QueryFailed, match=r"memory|stopped"):
        run_query(snapshot, sql, timeout=5)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT levenshtein(repeat('a', 100000), repeat('b', 100000))",
        "SELECT count(*) FROM range(10000000000000) AS a(x) WHERE x % 7 = 3",
        "SELECT count(*) FROM range(10000000) a(x), range(10000000) b(y) WHERE x * y % 7 = 3",
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n > 0) SELECT max(n) FROM r",
        "SELECT sleep_ms(20000)",
    ],
    ids="S-24 {}".format,
)
def test_s_24_time_is_bounded(snapshot, sql):
    """S-24: a query that ignores an interrupt is killed with its process, and the process is gone."""
    with pytest.raises(QueryFailed, match="stopped after 1 s"):
        run_query(snapshot, sql, timeout=1)
    assert [one for one in psutil.Process().children() if "analyst_child.py" in " ".join(one.cmdline())] == []


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("PIVOT (SELECT i AS k FROM range(10000) t(i)) ON k USING count(*)", 10_000),
        ("SELECT " + ", ".join(f"{i} AS c{i}" for i in range(5_000)), 5_000),
        ("SELECT regexp_matches(repeat('a', 100000) || '!', '(a+)+$')", 1),
    ],
    ids=["S-24 pivot", "S-24 wide", "S-24 regular expression"],
)
def test_s_24_what_looks_bad_but_fits_is_answered(snapshot, sql, columns):
    """S-24: ten thousand columns and a regular expression that others choke on stay within the limits."""
    assert len(run_query(snapshot, sql).columns) == columns


def test_s_26_rows_are_bounded_and_that_is_told(snapshot):
    """S-26: a result that is cut says so; one that just fits does not."""
    result = run_query(snapshot, "FROM range(10000000)", max_rows=250)
    assert (len(result.rows), result.truncated, result.passed_bytes) == (250, True, False)
    result = run_query(snapshot, "FROM range(250)", max_rows=250)
    assert (len(result.rows), result.truncated) == (250, False)


@pytest.mark.slow
def test_s_26_bytes_are_bounded_and_that_is_told(snapshot):
    """S-26: at most 64 MB are handed over, whole rows; one row that is larger is refused with the remedy."""
    result = run_query(snapshot, "SELECT repeat('x', 1000000) FROM range(100)")
    assert (result.truncated, result.passed_bytes) == (True, True)
    assert 60 < len(result.rows) < 68
    with pytest.raises(QueryFailed, match=r"larger than 64 MB.*left\(text, 1000\)"):
        run_query(snapshot, "SELECT repeat('x', 70000000)")
    with pytest.raises(QueryFailed, match=r"memory|stopped"):
        run_query(snapshot, "SELECT repeat('x', 1000000000)", timeout=5)


def test_syntax_error_is_told_in_the_words_of_duckdb(snapshot):
    """What is wrong and where."""
    with pytest.raises(QueryFailed, match=r'syntax error at or near "BY".*SELECT \* FROM items ODER BY 1'):
        run_query(snapshot, "SELECT * FROM items ODER BY 1")


def test_missing_snapshot_is_told(tmp_path):
    """Nothing is created where nothing was published."""
    with pytest.raises(Misconfigured, match="no snapshot yet"):
        run_query(tmp_path / "published" / "seabridge.duckdb", "SELECT 1")
    assert list(tmp_path.iterdir()) == []


def test_values_of_our_own_queries_are_no_sql(snapshot):
    """A value that looks like SQL is a value."""
    result = run_query(snapshot, "SELECT $1 || $2", values=["'; DROP", " TABLE items"])
    assert result.rows == (("'; DROP TABLE items",),)


class _Act:
    def __reduce__(self):
        return os.getcwd, ()


ANSWER = {"columns": ["a"], "types": ["INTEGER"], "batches": [pickle.dumps([(1,)])], "full": ""}


@pytest.mark.parametrize(
    "data",
    [
        pickle.dumps(_Act()),
        pickle.dumps({"error": _Act(), "kind": ""}),
        pickle.dumps(ANSWER | {"batches": [pickle.dumps([(_Act(),)])]}),
        pickle.dumps(ANSWER | {"columns": ["a", "b"]}),
        pickle.dumps(ANSWER | {"batches": [pickle.dumps(7)]}),
        pickle.dumps([1]),
        pickle.dumps(ANSWER)[:-20],
        b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7f.",
        b"cos\nsystem\n(S'true'\ntR.",
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"junk",
        b"",
    ],
)
def test_answer_of_the_child_may_hold_values_only(data, snapshot):
    """A pickle that would run something is not run, and one that is none of ours is refused in words."""
    assert analyst._received(pickle.dumps(ANSWER), snapshot).rows == ((1,),)
    with pytest.raises(QueryFailed, match="holds something that is no value"):
        analyst._received(data, snapshot)


@pytest.mark.slow
def test_an_honest_big_query_fits(tmp_path):
    """Sorting, grouping and joining 1,000,000 rows works within the limits, without a file to spill into."""
    path = tmp_path / "big.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE t AS SELECT i, md5(CAST(i AS VARCHAR)) AS k FROM range(1000000) AS r(i)")
    sql = """
        WITH grouped AS (SELECT k, count(*) AS n FROM t GROUP BY k),
        ranked AS (SELECT k, n, row_number() OVER (ORDER BY k) AS place FROM grouped)
        SELECT t.i, place FROM ranked JOIN t USING (k) ORDER BY k DESC
    """
    result = run_query(path, sql, max_rows=10)
    assert [row[1] for row in result.rows] == list(range(1_000_000, 999_990, -1))


def test_search_works_inside(snapshot):
    """The macro that searches needs no extension, which could not be loaded here."""
    assert run_query(snapshot, "FROM search_items('air defence')").columns[0] == "item_id"


def test_catalogue_lists_and_describes(snapshot):
    """Every relation with kind, rows and meaning; a view with its columns; a wrong name gets near ones."""
    listed = {row[0].partition("(")[0]: row[1:] for row in list_relations(snapshot).rows}
    assert listed["v_snapshot"][:2] == ("view", 1)
    assert listed["snapshot_info"][:2] == ("table", 1)
    assert all(meaning for kind, _, meaning in listed.values() if kind != "macro")
    said, described = describe_relation(snapshot, "V_WEEK")
    assert said.startswith("v_week (view): ")
    assert described.columns == ("column", "type", "meaning")
    assert described.rows[0][:2] == ("week", "VARCHAR")
    assert all(row[2] for row in described.rows)
    said, described = describe_relation(snapshot, "items_as_of")
    assert said.startswith("items_as_of(moment) (macro): ")
    assert {row[0]: row[2] for row in described.rows} == {
        row[0]: row[2] for row in describe_relation(snapshot, "v_items")[1].rows
    }
    with pytest.raises(Misconfigured, match="did you mean v_items"):
        describe_relation(snapshot, "v_itms")


def test_catalogue_of_a_large_snapshot_counts_no_views(tmp_path):
    """Counting every view of a million items would take as long as a query may."""
    path = tmp_path / "large.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE t AS FROM range(100001)")
        con.execute("CREATE VIEW v AS FROM t")
        con.execute("CREATE MACRO m(first, second) AS TABLE SELECT range FROM t WHERE range BETWEEN first AND second")
    assert [row[:3] for row in list_relations(path).rows] == [
        ("v", "view", None),
        ("m(first, second)", "macro", None),
        ("t", "table", 100_001),
    ]
    assert describe_relation(path, "m(1, 2)")[1].rows == (("range", "BIGINT", None),)


def test_busy_and_damaged_files_are_told(tmp_path):
    """A file that another process holds is busy, with its PID; what is no database is told as such."""
    path = tmp_path / "live.duckdb"
    with duckdb.connect(str(path)), pytest.raises(Busy, match=rf"PID {os.getpid()}\).*snapshot") as caught:
        run_query(path, "SELECT 1")
    assert caught.value.pid == os.getpid()
    path.write_bytes(b"<html>" * 1000)
    with pytest.raises(Misconfigured, match="cannot be opened"):
        run_query(path, "SELECT 1")
