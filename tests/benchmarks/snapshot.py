"""What publishing costs: `.venv/bin/python tests/benchmarks/snapshot.py [items] [words of a text]`.

A live database of made-up words is filled by SQL (no part of what is measured). One process publishes it, while another
opens the published file in a loop, asks it three questions and closes it. The peer is a plain copy of the published
file, written through to the disk, in the same run. The longest round of the reader while publishing stands beside that
while nothing is published.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

sys.path.insert(0, str(Path(__file__).parents[2]))

from storage.database import Connection, open_live
from storage.snapshot import publish, snapshot_path

NOW = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
BATCH = 50_000
READ = """
import duckdb, sys, time
longest, rounds, began = 0.0, 0, time.monotonic()
while not select_stop():
    start = time.monotonic()
    with duckdb.connect(sys.argv[1], read_only=True) as con:
        con.execute("SELECT count(*) FROM items").fetchall()
        con.execute("FROM v_snapshot").fetchall()
        con.execute("SELECT topic, count(*) FROM labels GROUP BY topic").fetchall()
    longest = max(longest, time.monotonic() - start)
    rounds += 1
    time.sleep(0.02)
print(rounds, longest)
"""
READ = "import select\ndef select_stop():\n    return bool(select.select([sys.stdin], [], [], 0)[0])\n" + READ
PUBLISH = """
import json, pathlib, resource, sys, time
from datetime import datetime
from storage.database import open_live
from storage.snapshot import publish
home = pathlib.Path(sys.argv[1])
with open_live(home) as con:
    start = time.monotonic()
    publish(con, home, datetime.fromisoformat(sys.argv[2]))
    seconds = time.monotonic() - start
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([seconds, used.ru_maxrss, used.ru_utime + used.ru_stime]))
"""
VOCABULARY = """
CREATE TEMP TABLE vocabulary AS
SELECT rank, list_reduce(
    [chr(97 + CAST(hash(rank * 131 + k) % 26 AS INTEGER)) FOR k IN range(3 + CAST(hash(rank) % 8 AS INTEGER))],
    lambda a, b: a || b
) AS word
FROM range(60000) AS t(rank)
"""
SENTENCES = """
CREATE TEMP TABLE sentences AS
SELECT number, string_agg(word, ' ') || '.' AS sentence
FROM (
    -- Few words are said often and many seldom, as in any language.
    SELECT number, CAST(floor(exp((hash(number * 97 + k) % 1000000) / 1000000 * ln(59999))) AS INTEGER) AS rank
    FROM range(50000) AS a(number), range(15) AS b(k)
)
JOIN vocabulary USING (rank)
GROUP BY number
"""
TEXTS = """
CREATE OR REPLACE TEMP TABLE texts AS
SELECT
    i, left(any_value(sentence), 80) AS title, string_agg(sentence, ' ') FILTER (k < 2) AS summary,
    string_agg(sentence, ' ') AS text
FROM (
    SELECT i, k, CAST(hash(i * 1000 + k) % 50000 AS BIGINT) AS number
    FROM range($first, $behind) AS t(i), range($sentences) AS r(k)
)
JOIN sentences USING (number)
GROUP BY i
ORDER BY i
"""
_WHEN = "TIMESTAMPTZ '2020-01-01 00:00:00+00' + to_seconds(i * 180)"
FILL = (
    f"""
    INSERT INTO items BY NAME
    SELECT
        printf('%016x', i) AS item_id, 'key ' || i AS entry_key, 'source ' || (i % 300) AS source_id,
        'https://example.test/' || i AS url, title, summary, text, 'page' AS text_origin,
        ['en', 'en', 'de', 'fr', 'pl'][1 + i % 5] AS language, {_WHEN} AS published_at, {_WHEN} AS first_seen_at,
        {_WHEN} AS valid_from, ['A. Writer'] AS authors, md5(text) AS content_sha256, [] AS problems, [] AS tags,
        1 AS version
    FROM texts
    """,
    f"""
    INSERT INTO entries BY NAME
    SELECT
        'source ' || (i % 300) AS source_id, 'key ' || i AS entry_key, md5(title) AS entry_sha256,
        printf('%016x', i) AS item_id, 'https://example.test/' || i AS url, title, summary, '' AS content,
        {_WHEN} AS published_at, [] AS authors, [] AS tags, [] AS attachments, [] AS problems,
        {_WHEN} AS first_seen_at, {_WHEN} AS last_seen_at
    FROM texts
    """,
    f"""
    INSERT INTO judgements BY NAME
    SELECT
        printf('%016x', i) AS item_id, 'rules 1' AS rules_version, if(i % 5 = 0, 'core', 'off') AS relevance,
        (hash(i) % 1000) / 1000 AS relevance_score, 'news' AS kind, if(i % 5 = 0, ['pesco', 'nato'], []) AS topics,
        [] AS problems, {_WHEN} AS valid_from
    FROM texts
    """,
    f"""
    INSERT INTO labels BY NAME
    SELECT
        printf('%016x', i) AS item_id, {_WHEN} AS judged_at, 'rules 1' AS rules_version, topic, 0.8 AS score,
        position, 'machine' AS origin
    FROM texts, (VALUES ('pesco', 0), ('nato', 1)) AS t(topic, position)
    WHERE i % 5 = 0
    """,
    f"""
    INSERT INTO evidence BY NAME
    SELECT
        printf('%016x', i) AS item_id, {_WHEN} AS judged_at, 'rules 1' AS rules_version, 'pesco' AS topic, position,
        'word ' || position AS matched, position * 9 AS start_char, position * 9 + 4 AS end_char, 'text' AS place,
        0.5 AS weight, false AS learned
    FROM texts, range(4) AS t(position)
    WHERE i % 5 = 0
    """,
    """
    INSERT INTO dispositions BY NAME
    SELECT
        'collect-' || (i // 500) AS run_id, 'source ' || (i % 300) AS source_id, i AS position, title,
        'https://example.test/' || i AS url, 'stored' AS outcome, '' AS reason, printf('%016x', i) AS item_id
    FROM texts
    """,
    f"""
    INSERT INTO story_items BY NAME
    SELECT printf('%016x', i) AS item_id, printf('%016x', i - i % 3) AS story_id, {_WHEN} AS valid_from
    FROM texts WHERE i % 5 = 0
    """,
)

SOURCES = """
INSERT INTO sources BY NAME
SELECT DISTINCT ON (source_id)
    source_id, source_id AS name, '' AS url, 'feed' AS form, 'en' AS language, 'EU' AS country,
    'press' AS publisher_type, source_id AS family, 3 AS weight, 'likely' AS status, true AS enabled, true AS pages,
    first_seen_at AS listed_at
FROM items
"""


def main() -> None:
    items = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    sentences = max(1, (int(sys.argv[2]) if len(sys.argv) > 2 else 450) // 15)
    with TemporaryDirectory(dir=os.environ.get("SEABRIDGE_BENCHMARK_FOLDER")) as folder:
        home = Path(folder)
        start = time.monotonic()
        with open_live(home) as con:
            publish(con, home, NOW)
        subprocess.run([sys.executable, __file__, "fill", folder, str(items), str(sentences)], check=True)
        print(f"{items:,} items of {sentences} sentences, made in {time.monotonic() - start:.0f} s", file=sys.stderr)

        _publish(home)  # now there is something to read for the reader
        reader = _reader(home)
        time.sleep(3)
        quiet = _stop(reader)
        reader = _reader(home)
        seconds, memory, processor = _publish(home)
        busy = _stop(reader)
        copies = [_copied(snapshot_path(home)) for _ in range(3)]
        found = _searched(home)
        size = snapshot_path(home).stat().st_size
    copied = sorted(copies)[1]
    print(f"published file                {size / 1e6:10,.0f} MB")
    print(f"publish                       {seconds:10.2f} s (processor: {processor:.1f} s)")
    print(f"plain copy, written through   {copied:10.2f} s (of three: {', '.join(f'{one:.2f}' for one in copies)})")
    print(f"ratio                         {seconds / copied:10.1f}   (goal at 1,000,000 items: 10)")
    print(f"memory of the publisher       {memory / 1e3:10,.0f} MB (goal: 1,000)")
    print(f"longest round of the reader   {busy[1] * 1000:10,.0f} ms while publishing ({busy[0]} rounds)")
    print(f"                              {quiet[1] * 1000:10,.0f} ms without ({quiet[0]} rounds)")
    print(f"search_items                  {found}")


def fill(con: Connection, items: int, sentences: int) -> None:
    con.execute("SET memory_limit = '2GB'")
    con.execute(VOCABULARY)
    con.execute(SENTENCES)
    for first in range(0, items, BATCH):
        con.execute(TEXTS, {"first": first, "behind": min(items, first + BATCH), "sentences": sentences})
        for statement in FILL:
            con.execute(statement)
    con.execute(SOURCES)


def _publish(home: Path) -> tuple[float, float, float]:
    """Seconds, peak memory in kilobytes, processor seconds."""
    done = subprocess.run(
        [sys.executable, "-c", PUBLISH, str(home), NOW.isoformat()], cwd=Path(__file__).parents[2], check=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    seconds, kilobytes, processor = json.loads(done.stdout)
    return seconds, kilobytes, processor


def _reader(home: Path) -> "subprocess.Popen[str]":
    code = "import sys\n" + READ
    arguments = [sys.executable, "-c", code, str(snapshot_path(home))]
    return subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _stop(reader: "subprocess.Popen[str]") -> tuple[int, float]:
    rounds, longest = reader.communicate("stop\n")[0].split()
    return int(rounds), float(longest)


def _copied(path: Path) -> float:
    copy = path.with_name("copy")
    start = time.monotonic()
    shutil.copyfile(path, copy)
    with copy.open("rb+") as file:
        os.fsync(file.fileno())
    seconds = time.monotonic() - start
    copy.unlink()
    return seconds


def _searched(home: Path) -> str:
    told = []
    with duckdb.connect(str(snapshot_path(home)), read_only=True) as con:
        titles = con.execute("SELECT title FROM items USING SAMPLE 3 (reservoir, 7)").fetchall()
        for (title,) in titles:
            words = " ".join(title.split()[1:3])
            start = time.monotonic()
            ((number,),) = con.execute("SELECT count(*) FROM search_items(?)", [words]).fetchall()
            told.append(f"{words!r}: {number} in {(time.monotonic() - start) * 1000:.0f} ms")
    return "; ".join(told)


if __name__ == "__main__":
    if sys.argv[1:2] == ["fill"]:
        with open_live(Path(sys.argv[2])) as live:
            fill(live, int(sys.argv[3]), int(sys.argv[4]))
    else:
        main()
