"""open_lake: the storage functions on DuckLake with a real PostgreSQL, for writers of several hosts at once."""

import os
import random
import select
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from postgres import PASSWORD, Postgres, running_postgres
from stored import store_visit

from parsers.errors import Busy, Misconfigured, Temporary
from parsers.model import Story
from storage.collected import known_entries
from storage.database import Connection, open_live
from storage.items import get_item, items_published_between
from storage.judgements import store_judgements
from storage.lake import MARK, lake_bytes, open_lake, tidy_lake
from storage.lake_address import LakeAddress, lake_url, parse_lake_url, remember_lake
from storage.lake_lock import alone
from storage.lake_moves import FILE, LAKE, different, live_file, rows_of
from storage.migrations import latest_version
from storage.runs import begin_run, finish_run
from storage.stories import store_stories

URL = "postgres://ada:it%27s%20secret@db.example:5433/news?data=/srv/lake&sslmode=require"
WRITER = """
import pathlib, sys
from datetime import datetime
sys.path.insert(0, "tests")
from stored import store_visit
from parsers.model import Disposition, Entry, Evidence, Item, JudgedItem, Judgement, Label
from storage.collected import FetchRow, StoredEntry
from storage.lake import open_lake
from storage.runs import begin_run, finish_run
url, part, now = sys.argv[1], sys.argv[2], datetime.fromisoformat(sys.argv[3])
judgement = Judgement("core", 0.9, (Label("pesco", 0.8, (Evidence("PESCO", 0, 5, "text", 1.0),)),), "rules 1")

def visit(con, run, source):
    items = [
        JudgedItem(
            Item(f"{source}-{n}", f"key {n}", source, None, f"Title {n}", "", "PESCO", "page", "en", now, None, now, (),
                f"sha {n}"),
            judgement,
        )
        for n in range(5)
    ]
    entries = [StoredEntry(i.item.key, "sha", Entry(i.item.key, None, i.item.title), i.item.id) for i in items]
    ends = [Disposition(n, i.item.title, None, "stored", item_id=i.item.id) for n, i in enumerate(items)]
    store_visit(con, run.id, FetchRow(source, "https://x.test", now, 0.1, "read"), entries, items, ends, now)

with open_lake(url) as con:
    run = begin_run(con, f"collect {part}", now, "hash")
    print("begun", flush=True)
    for number in range(5):
        source = f"source-{part}-{number}"
        if source not in run.done_sources:
            visit(con, run, source)
            print(source, flush=True)
    finish_run(con, run.id, now, "completed", {})
    print("done", flush=True)
"""
RACER = """
import sys
from datetime import datetime
from parsers.errors import Busy
from storage.lake import open_lake
from storage.runs import begin_run
url, now = sys.argv[1], datetime.fromisoformat(sys.argv[2])
with open_lake(url) as con:
    print("ready", flush=True)
    for line in sys.stdin:
        try:
            begin_run(con, line.strip(), now, "hash")
            print("won", flush=True)
        except Busy:
            print("busy", flush=True)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="module")
def empty(server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A new lake, to be copied: making one takes a second. Database and folder."""
    made = server.database(), tmp_path_factory.mktemp("data")
    with open_lake(server.url(*made), create=True):
        pass
    return made


@pytest.fixture
def url(server: Postgres, empty: tuple[str, Path]) -> str:
    """Of an empty lake. Its folder is shared with those of other tests: no two files have the same name."""
    database, data = empty
    return server.url(server.database(like=database), data)


def test_the_url_has_all_parts_and_never_shows_the_password() -> None:
    """A URL comes back as it was, save the password, which is in no text of the address."""
    address = parse_lake_url(URL)
    assert address == LakeAddress("db.example", 5433, "ada", "it's secret", "news", "require", Path("/srv/lake"))
    assert "secret" not in f"{address} {address!r}"
    assert parse_lake_url(str(address)) == replace(address, password=None)
    socket = "postgres://postgres@/news?data=/srv/a%20b&host=/run/postgresql"
    assert str(parse_lake_url(socket)) == socket


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("mysql://u:secret@h/db?data=/d", "postgres://"),
        ("postgres://u:secret@h/?data=/d", "no database"),
        ("postgres://u:secret@h/db", "no data="),
        ("postgres://u:secret@h/db?data=d", "no absolute path"),
        ("postgres://u:secret@h/db?data=s3://bucket/prefix", "only a folder"),
        ("postgres://u:secret@h:x/db?data=/d", "port"),
        ("postgres://u:secret@[h/db?data=/d", "host"),
        ("postgres://u:secret@h/db?data=/d&password=secret", "'password' is not known"),
        ("postgres://u:secret@h/db?data=/d&data=/e", "twice"),
        ("postgres://u:secret@h/db?data=/d&sslmode=x'", "sslmode"),
        ("postgres://u:secret@h/db%0a?data=/d", "control"),
        ("", "postgres://"),
    ],
)
def test_a_wrong_url_is_refused_in_words(url: str, word: str) -> None:
    """What is wrong is named, with an example of a right one and without the password."""
    with pytest.raises(Misconfigured) as refused:
        parse_lake_url(url)
    assert word in str(refused.value)
    assert "secret" not in str(refused.value).replace("'password'", "")


def test_a_home_remembers_its_lake(tmp_path: Path) -> None:
    """The URL is kept in a file that its owner alone can read; an empty one is a mistake, none means a live file."""
    assert lake_url(tmp_path) is None
    remember_lake(tmp_path, URL)
    assert lake_url(tmp_path) == URL
    assert (tmp_path / "lake.url").stat().st_mode & 0o777 == 0o600
    (tmp_path / "lake.url").write_text("\n")
    with pytest.raises(Misconfigured, match="is empty"):
        lake_url(tmp_path)


def work(con: Connection, make: SimpleNamespace, now) -> None:
    """All that one database goes through: news, a change, a copy, other rules, stories; hostile text."""
    run = begin_run(con, "collect", now, "hash")
    nasty = "NUL \x00, right to left \u202e, \U0001f4f0, '; DROP TABLE items; --"
    items = [make.judged(1, title=nasty), make.judged(2, text="x" * 3_000_000), make.judged(3, "0" * 15 + "1")]
    make.store(con, *items, run_id=run.id)
    finish_run(con, run.id, now, "completed", {"read": 1})
    later = now + timedelta(hours=1)
    run = begin_run(con, "collect", later, "hash")
    changed = make.judged(1, title=nasty, text="changed", content_sha256="other")
    store_visit(con, run.id, make.fetch(), [make.stored(changed)], [changed], [make.disposition(0, changed)], later)
    finish_run(con, run.id, later, "partial", {"read": 1})
    store_judgements(con, [(items[1].item.id, make.judgement(rules_version="rules 2"))], later)
    store_stories(con, [Story(items[0].item.id, tuple(one.item.id for one in items))], (), later)


@pytest.mark.slow
def test_the_same_calls_leave_the_same_rows_in_a_lake_as_in_a_file(url: str, make, now, tmp_path: Path) -> None:
    """Every table is equal, and what is read back is what was stored, NUL and bidirectional marks and all (S-21)."""
    with open_live(tmp_path) as con:
        work(con, make, now)
        expected = items_published_between(con, now - timedelta(days=7), now)
    with open_lake(url) as con:
        work(con, make, now)
        assert items_published_between(con, now - timedelta(days=7), now) == expected
        assert len(expected) == 3
        assert len(known_entries(con, "alpha")) == 3
        assert con.execute("SELECT count(*) FROM v_balance WHERE difference <> 0").fetchall() == [(0,)]
        with live_file(con, tmp_path / "live.duckdb", read_only=True):
            assert rows_of(con, FILE)["item_versions"] == 1
            assert different(con, FILE, LAKE, content_only=True) == []


@pytest.mark.slow
def test_a_lake_is_put_in_order_without_losing_a_row(url: str, empty: tuple[str, Path], make, now) -> None:
    """`tidy_lake` puts the files of many transactions together and drops what a kill left over; rows stay."""
    _, data = empty
    with open_lake(url) as con:
        for number in range(6):
            make.store(con, make.judged(number))
        count = "SELECT file_count FROM ducklake_table_info('lake') WHERE table_name = 'items'"
        assert con.execute(count).fetchall() == [(6,)]
        before = rows_of(con, LAKE)
        file = next(data.rglob("items/*.parquet"))
        left_over, under_way = (file.with_name(f"ducklake-{name}.parquet") for name in ("killed", "unfinished"))
        for path in (left_over, under_way):
            path.write_bytes(file.read_bytes())
        os.utime(left_over, (0, 0))
        tidy_lake(con)
        assert not left_over.exists()
        assert under_way.exists()
        assert con.execute(count).fetchall() == [(1,)]
        assert rows_of(con, LAKE) == before
        assert lake_bytes(con) > 0
        assert get_item(con, "0" * 16) is not None


def test_what_is_wrong_is_told_before_anything_is_done(
    server: Postgres, empty: tuple[str, Path], url: str, tmp_path: Path
) -> None:
    """Wrong password, no server, no database, no lake, no folder, a folder that is not mounted, another folder."""
    database, data = empty
    cases = [
        (server.url(database, data, "wrong-word"), Misconfigured, "password authentication failed"),
        ("postgres://ada:wrong-word@127.0.0.1:1/db?data=/tmp", Temporary, "does not answer.*refused"),
        (server.url("nowhere", data), Misconfigured, 'database "nowhere" does not exist'),
        (server.url("postgres", data), Misconfigured, "no lake in this database; seabridge migrate-to"),
        (server.url(database, tmp_path / "none"), Misconfigured, "none.*No such file.*mount it"),
        (server.url(database, tmp_path), Misconfigured, "made with another folder"),
    ]
    for wrong, error, words in cases:
        with pytest.raises(error, match=words) as refused, open_lake(wrong):
            pass
        assert "wrong-word" not in str(refused.value)
        assert PASSWORD not in str(refused.value)
    with (
        pytest.raises(Misconfigured, match="folder of its own"),
        open_lake(server.url(server.database(), data), create=True),
    ):
        pass
    (data / MARK).rename(data / "hidden")
    try:
        with pytest.raises(Misconfigured, match="mount the folder"), open_lake(url):
            pass
    finally:
        (data / "hidden").rename(data / MARK)


def test_the_password_is_in_no_table_that_sql_can_read(url: str) -> None:
    """Names and paths of what is attached, settings and secrets: nothing tells it."""
    with open_lake(url) as con:
        for relation in ("duckdb_databases()", "duckdb_settings()", "duckdb_secrets()", "ducklake_options('lake')"):
            said = str(con.execute(f"FROM {relation}").fetchall())
            assert len(said) > 20
            assert PASSWORD[:6] not in said


@pytest.mark.slow
def test_a_lake_follows_the_schema(url: str, server: Postgres, make, now) -> None:
    """What an older program did not have is added and rows stay; a newer lake is refused (S-15, S-16)."""
    with open_lake(url) as con:
        make.store(con, make.judged(1))
        con.execute("DROP TABLE mentions")
        con.execute("ALTER TABLE runs DROP COLUMN request")
        con.execute("DELETE FROM migrations WHERE version > 2")
    with open_lake(url) as con:
        assert get_item(con, make.item(1).id) is not None
        assert con.execute("SELECT request FROM runs").fetchall() == [("",)]
        assert con.execute("FROM mentions").fetchall() == []
        assert con.execute("SELECT count(*) FROM migrations").fetchall() == [(latest_version(),)]
        con.execute("INSERT INTO migrations VALUES (99, 'of tomorrow', '', now())")
    with pytest.raises(Misconfigured, match="install the newer program"), open_lake(url):
        pass


def test_a_table_that_is_stored_in_another_way_is_not_guessed_at(url: str) -> None:
    """A column that the program does not know means another layout: the way out is told, nothing is changed."""
    with open_lake(url) as con:
        con.execute("ALTER TABLE items ADD COLUMN mood VARCHAR")
        con.execute("DELETE FROM migrations WHERE version > 2")
    with pytest.raises(Misconfigured, match=r"items\.mood.*migrate-back"), open_lake(url):
        pass


@pytest.mark.slow
def test_a_writer_waits_and_then_names_the_one_it_waited_for(url: str, make, now) -> None:
    """While one writes another one reads, but does not write: Busy after its patience, on what host and PID (S-8)."""
    with open_lake(url) as one, open_lake(url, wait=0.3) as other:
        with alone(one):
            with pytest.raises(Busy, match=r"is held by seabridge on .* PID"):
                begin_run(other, "collect", now, "hash")
            assert other.execute("SELECT count(*) FROM runs").fetchall() == [(0,)]
        begin_run(other, "collect", now, "hash")
        freed = threading.Event()
        with ExitStack() as held:
            held.enter_context(alone(other))
            thread = threading.Thread(target=lambda: (make.store(one, make.judged(1)), freed.set()))
            thread.start()
            assert not freed.wait(0.5)
        thread.join(30)
        assert freed.is_set()


@pytest.mark.slow
def test_a_writer_that_is_cut_off_stores_nothing_in_secret(url: str, server: Postgres, make, now) -> None:
    """The server frees the lock of a connection that ends: what was under way is taken back, the next try works."""
    end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{parse_lake_url(url).database}'"
    with open_lake(url) as con:
        make.store(con, make.judged(1))
        with alone(con):
            server.sql(end, "postgres")
            with pytest.raises(Temporary, match=r"cut off; nothing of this was stored"):
                make.store(con, make.judged(2))
        make.store(con, make.judged(3))
        assert con.execute("SELECT title FROM items ORDER BY title").fetchall() == [("Title 1",), ("Title 3",)]


@pytest.mark.slow
def test_a_source_that_two_hosts_visit_at_once_is_stored_once(url: str, make, now) -> None:
    """The second one finds what the first has just stored, and changes it, though it began before."""
    with open_lake(url) as one, open_lake(url) as other:
        runs = [begin_run(con, f"collect {number}", now, "hash") for number, con in enumerate((one, other))]
        assert get_item(other, make.item(1).id) is None
        make.store(one, make.judged(1), make.judged(2), run_id=runs[0].id)
        make.store(other, make.judged(1), make.judged(2, title="new", content_sha256="other"), run_id=runs[1].id)
        rows = rows_of(one, LAKE)
        assert (rows["items"], rows["entries"], rows["item_versions"], rows["fetches"]) == (2, 2, 1, 2)
        assert one.execute("SELECT count(*) FROM v_items").fetchall() == [(2,)]


@pytest.mark.slow
def test_two_processes_that_race_for_a_lease_never_both_win(url: str, child, now) -> None:
    """50 races of begin_run, both let go at the same moment: one wins, the other is told that it is busy."""
    racers = [child(RACER, url, now.isoformat()) for _ in range(2)]
    assert [racer.stdout.readline() for racer in racers] == ["ready\n"] * 2
    for number in range(50):
        for racer in racers:
            racer.stdin.write(f"race {number}\n")
            racer.stdin.flush()
        assert sorted(racer.stdout.readline() for racer in racers) == ["busy\n", "won\n"]


@pytest.mark.slow
def test_writers_on_several_hosts_that_are_killed_lose_nothing_and_repeat_nothing(url: str, child, now) -> None:
    """Four writers at once, killed at random moments and started again: every acknowledged row is there once, whole."""
    pauses = random.Random(9)
    told: Counter[str] = Counter()
    parts = [f"{number}/4" for number in range(1, 5)]
    writers = {part: child(WRITER, url, part, now.isoformat()) for part in parts}
    kills = heard = 0
    while writers:
        ready, _, _ = select.select([writer.stdout for writer in writers.values()], [], [], 120)
        assert ready, "no writer says anything any more"
        for part, writer in list(writers.items()):
            if writer.stdout not in ready:
                continue
            line = writer.stdout.readline().strip()
            if line == "done":
                assert writer.wait(60) == 0
                del writers[part]
            elif line != "begun":
                told[line] += 1
                assert line, f"the writer of {part} ended by itself"
            heard += 1
            if part in writers and kills < 5 and heard % 4 == 0:
                kills += 1
                time.sleep(pauses.random() * 0.4)  # to be somewhere in the next transaction
                writer.kill()
                told.update(filter(lambda one: one.startswith("source"), writer.stdout.read().split()))
                writer.wait(60)
                writers[part] = child(WRITER, url, part, now.isoformat())
    assert kills == 5
    expected = {f"source-{part}-{number}" for part in parts for number in range(5)}
    assert set(told) <= expected
    assert set(told.values()) == {1}
    with open_lake(url) as con:
        for table, each in (("items", 5), ("entries", 5), ("dispositions", 5), ("fetches", 1)):
            found = con.execute(f"SELECT source_id, count(*) FROM {table} GROUP BY source_id").fetchall()
            assert dict(found) == dict.fromkeys(expected, each), table
        whole = """
            SELECT count(*), count(DISTINCT i.item_id), count(j.relevance), count(l.topic), count(e.matched)
            FROM items AS i LEFT JOIN judgements AS j USING (item_id) LEFT JOIN labels AS l USING (item_id)
            LEFT JOIN evidence AS e USING (item_id)
        """
        assert con.execute(whole).fetchall() == [(100, 100, 100, 100, 100)]
        assert con.execute("SELECT * FROM v_balance WHERE difference <> 0").fetchall() == []
        assert con.execute("SELECT flow, state FROM runs ORDER BY flow").fetchall() == [
            (f"collect {part}", "completed") for part in parts
        ]
        assert con.execute("FROM leases").fetchall() == []
