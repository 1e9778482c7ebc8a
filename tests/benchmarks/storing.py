"""Writing and reading back by the storage functions, beside bare DuckDB doing the same in the same run.

    .venv/bin/python tests/benchmarks/storing.py [--items 100000] [--archive 1000000] [--characters 3000]

1. `store_visits` of that many classified items (entries, items, judgements, labels, evidence, dispositions) into an
   empty database, against bare INSERTs of Arrow tables that hold the same rows, made beforehand.
2. The same number onto a database that holds the archive already.
3. The week's selection from it as the digest asks for it, against a bare scan that fetches the same rows by their ids.

The archive is made by SQL, in the shape that the storage functions leave; every fourth item in it is relevant and has
three labels with four matches each. What is written by the storage functions is all relevant, the most expensive case.
"""

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow

from parsers.configured import Source
from parsers.model import Disposition, Entry, Evidence, Item, JudgedItem, Judgement, Label
from storage.collected import Brought, FetchRow, StoredEntry, store_visits
from storage.database import Connection, open_live
from storage.items import items_published_between
from storage.runs import begin_run
from storage.sources import sync_sources

NOW = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
BATCH = 10_000
"""Entries handed over at once: what some dozens of sources bring."""
TABLES = ("entries", "items", "judgements", "labels", "evidence", "dispositions", "fetches", "feed_states")
TOPICS = tuple(f"topic-{number}" for number in range(21))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--archive", type=int, default=1_000_000)
    parser.add_argument("--characters", type=int, default=3_000)
    parser.add_argument("--folder", type=Path, default=None, help="where the databases lie while it runs")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        home = Path(folder)
        stored = write(home / "empty", given.items, given.characters)
        bare = timed_bare(home)
        row("write onto nothing", stored, "bare Arrow INSERTs", bare)
        archive(home / "full", given.archive, given.characters)
        print(f"archive of {given.archive} items: {size(home / 'full')} MB", flush=True)
        onto = write(home / "full", given.items, given.characters)
        row("write onto the archive", onto, "onto nothing", stored)
        week(home / "full")
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB")


def row(what: str, seconds: float, other: str, against: float) -> None:
    print(f"{what:28} {seconds:7.2f} s   {other:24} {against:7.2f} s   ratio {seconds / against:.2f}", flush=True)


def size(home: Path) -> int:
    return (home / "live.duckdb").stat().st_size >> 20


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def write(home: Path, number: int, characters: int) -> float:
    """Seconds in storing alone: making the values is the parsers' work."""
    spent = 0.0
    with open_live(home) as con:
        source = Source("alpha", "Alpha", "https://alpha.test/f", "feed", "en", "EU", "press", "alpha", 3, "likely")
        sync_sources(con, [source], NOW)
        con.execute("SET threads = 2")
    for batch in range(0, number, BATCH):
        visit = brought(batch, min(BATCH, number - batch), characters)
        begin = time.perf_counter()
        with open_live(home) as con:
            run = begin_run(con, f"collect {batch}", NOW, "hash")
            store_visits(con, run.id, [visit], NOW + timedelta(seconds=batch))
        spent += time.perf_counter() - begin
    return spent


def brought(start: int, number: int, characters: int) -> Brought:
    judged = [article(start + position, characters) for position in range(number)]
    entries = [
        StoredEntry(
            one.item.key, one.item.content_sha256, Entry(one.item.key, one.item.url, one.item.title), one.item.id
        )
        for one in judged
    ]
    ends = [
        Disposition(position, one.item.title, one.item.url, "stored", "", one.item.id)
        for position, one in enumerate(judged)
    ]
    fetch = FetchRow("alpha", "https://alpha.test/f", NOW, 0.1, "read", 200, 1000, entries=number)
    return Brought(fetch, entries, judged, ends)


def article(number: int, characters: int) -> JudgedItem:
    chance = random.Random(number)
    words = [f"w{chance.randrange(30_000)}" for _ in range(characters // 7)]
    item = Item(
        id=f"{chance.getrandbits(64):016x}{number:048x}",
        key=f"https://alpha.test/{number}",
        source_id="alpha",
        url=f"https://alpha.test/{number}",
        title=" ".join(words[:9]),
        summary=" ".join(words[:30]),
        text=" ".join(words),
        text_origin="page",
        language="en",
        published=NOW - timedelta(minutes=number % 10_000),
        updated=None,
        first_seen=NOW,
        authors=("A. Writer",),
        content_sha256=f"{number:064x}",
    )
    labels = tuple(
        Label(topic, 0.5, tuple(Evidence(words[n], n * 6, n * 6 + 5, "text", 1.0) for n in range(4)))
        for topic in chance.sample(TOPICS, 3)
    )
    return JudgedItem(item, Judgement("related" if number % 3 else "core", 0.5, labels, "rules 1"))


def timed_bare(home: Path) -> float:
    """The rows that are there now, as Arrow tables, into a database without keys, views or questions."""
    with open_live(home / "empty") as con:
        tables = {name: con.execute(f"FROM {name}").to_arrow_table() for name in TABLES}
    con = duckdb.connect(str(home / "bare.duckdb"))
    con.execute("SET threads = 2")
    for name, table in tables.items():
        con.register("given", table.slice(0, 0))
        con.execute(f"CREATE TABLE {name} AS FROM given")
        con.unregister("given")
    begin = time.perf_counter()
    for batch in slices(tables):
        con.execute("BEGIN")
        for name, table in batch.items():
            con.register("given", table)
            con.execute(f"INSERT INTO {name} FROM given")
            con.unregister("given")
        con.execute("COMMIT")
        con.close()
        con = duckdb.connect(str(home / "bare.duckdb"))
        con.execute("SET threads = 2")
    con.close()
    return time.perf_counter() - begin


def slices(tables: dict[str, pyarrow.Table]) -> Iterator[dict[str, pyarrow.Table]]:
    """As many batches as the storage functions were given, opened and closed as they do it."""
    batches = -(-len(tables["items"]) // BATCH)
    for number in range(batches):
        yield {
            name: table.slice(number * len(table) // batches, -(-len(table) // batches))
            for name, table in tables.items()
        }


def archive(home: Path, number: int, characters: int) -> None:
    with open_live(home) as con:
        for start in range(0, number, 100_000):
            fill(con, start, min(100_000, number - start), number, characters)


def fill(con: Connection, start: int, number: int, total: int, characters: int) -> None:
    """Items of earlier weeks, one a minute, the last of them in the week before NOW."""
    con.execute("BEGIN")
    con.execute(
        "CREATE TEMP TABLE made AS SELECT sha256('archive ' || i) AS item_id, i AS n,"
        " CAST($now AS TIMESTAMPTZ) - to_minutes(CAST($total - i AS BIGINT)) AS moment,"
        " (SELECT string_agg('w' || CAST(hash(i * 1000 + w) % 30000 AS VARCHAR), ' ') FROM range($words) AS r(w))"
        " AS text"
        " FROM range($start, $end) AS s(i)",
        {"now": NOW, "total": total, "words": characters // 7, "start": start, "end": start + number},
    )
    for sql in FILL:
        con.execute(sql)
    con.execute("DROP TABLE made")
    con.execute("COMMIT")


FILL: Sequence[str] = (
    """
    INSERT INTO items BY NAME
    SELECT item_id, 'k' || n AS entry_key, 'alpha' AS source_id, 'https://alpha.test/a' || n AS url, text[:60] AS title,
        text[:200] AS summary, text, 'page' AS text_origin, 'en' AS language, moment AS published_at,
        moment AS first_seen_at, ['A. Writer'] AS authors, sha256(text) AS content_sha256, [] AS problems, [] AS tags,
        1 AS version, moment AS valid_from
    FROM made
    """,
    """
    INSERT INTO entries BY NAME
    SELECT 'alpha' AS source_id, 'k' || n AS entry_key, sha256(text) AS entry_sha256, item_id, text[:60] AS title,
        '' AS summary, '' AS content, [] AS authors, [] AS tags, [] AS attachments, [] AS problems,
        moment AS first_seen_at, moment AS last_seen_at
    FROM made
    """,
    """
    INSERT INTO judgements BY NAME
    SELECT item_id, 'rules 1' AS rules_version, if(n % 4 = 0, 'related', 'off') AS relevance, 0.5 AS relevance_score,
        'news' AS kind, if(n % 4 = 0, ['topic-1', 'topic-2', 'topic-3'], []) AS topics, [] AS problems,
        moment AS valid_from
    FROM made
    """,
    """
    INSERT INTO labels BY NAME
    SELECT item_id, moment AS judged_at, 'rules 1' AS rules_version, 'topic-' || t AS topic, 0.5 AS score,
        t AS position, 'machine' AS origin
    FROM made, range(1, 4) AS r(t) WHERE n % 4 = 0
    """,
    """
    INSERT INTO evidence BY NAME
    SELECT item_id, moment AS judged_at, 'rules 1' AS rules_version, 'topic-' || (1 + t % 3) AS topic,
        t // 3 AS position, 'w' || t AS matched, t AS start_char, t + 5 AS end_char, 'text' AS place,
        1.0 AS weight, false AS learned
    FROM made, range(12) AS r(t) WHERE n % 4 = 0
    """,
    """
    INSERT INTO dispositions BY NAME
    SELECT 'run ' || (n // 100) AS run_id, 'alpha' AS source_id, n % 100 AS position, text[:60] AS title,
        'stored' AS outcome, '' AS reason, item_id
    FROM made
    """,
)


def week(home: Path) -> None:
    """The digest's question and a bare scan of the same rows; each once to warm up, then the best of three."""
    start = NOW - 2 * WEEK
    with open_live(home) as con:
        con.execute("SET threads = 2")
        found = items_published_between(con, start, start + WEEK)
        asked = min(timed(lambda: items_published_between(con, start, start + WEEK)) for _ in range(3))
        scan = "FROM items WHERE published_at >= ? AND published_at < ?"
        bare = min(timed(lambda: con.execute(scan, [start, start + WEEK]).fetchall()) for _ in range(3))
    row(f"week: {len(found)} items, judged", asked, "bare scan of their rows", bare)


if __name__ == "__main__":
    main()
