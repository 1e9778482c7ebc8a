"""Storing and reading in a lake against the live file, with one writer and with several at once.

    .venv/bin/python tests/benchmarks/lake.py [batches of each writer] [sources of a batch] [writers]

Every writer is a process; each batch is one `store_visits` with five judged items of each source, opened and closed as
a collection does it. All figures come from one run on one machine: compare them with each other, not with others.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

from postgres import running_postgres  # noqa: E402

from parsers.model import Disposition, Entry, Evidence, Item, JudgedItem, Judgement, Label  # noqa: E402
from storage.collected import Brought, FetchRow, StoredEntry, store_visits  # noqa: E402
from storage.database import Connection, open_live  # noqa: E402
from storage.items import items_published_between  # noqa: E402
from storage.lake import lake_bytes, open_lake, tidy_lake  # noqa: E402
from storage.runs import begin_run  # noqa: E402

NOW = datetime(2026, 11, 16, 6, tzinfo=UTC)
ITEMS = 5
JUDGEMENT = Judgement("core", 0.9, (Label("pesco", 0.8, (Evidence("PESCO", 0, 5, "text", 1.0),)),), "rules 1")


def opened(where: str) -> AbstractContextManager[Connection]:
    return open_lake(where) if where.startswith("postgres:") else open_live(Path(where))


def visit(source: str) -> Brought:
    items = [
        JudgedItem(
            Item(
                f"{source}-{number}",
                f"key {number}",
                source,
                f"https://{source}.test/{number}",
                f"Title {number} of {source}",
                "Summary " * 20,
                "PESCO and what else was written about it. " * 70,
                "page",
                "en",
                NOW - timedelta(hours=number * 40),
                None,
                NOW,
                (),
                f"sha {number}",
            ),
            JUDGEMENT,
        )
        for number in range(ITEMS)
    ]
    entries = [
        StoredEntry(one.item.key, "sha", Entry(one.item.key, None, one.item.title), one.item.id) for one in items
    ]
    ends = [Disposition(n, one.item.title, one.item.url, "stored", item_id=one.item.id) for n, one in enumerate(items)]
    fetch = FetchRow(source, f"https://{source}.test", NOW, 0.1, "read", entries=ITEMS)
    return Brought(fetch, entries, items, ends)


def write(where: str, writer: str, batches: int, sources: int) -> None:
    """The work of one child: tells when it is ready, begins when it is told to, and says what it took."""
    with opened(where) as con:
        run = begin_run(con, f"writer {writer}", NOW, "hash")
    work = [[visit(f"w{writer}-{batch}-{one}") for one in range(sources)] for batch in range(batches)]
    print("ready", flush=True)
    sys.stdin.readline()
    stored = 0.0
    for batch in work:
        with opened(where) as con:
            began = time.perf_counter()
            store_visits(con, run.id, batch, NOW)
            stored += time.perf_counter() - began
    print(f"{stored / batches:.3f}", flush=True)


def together(where: str, writers: int, batches: int, sources: int) -> tuple[float, float]:
    """Seconds until all have stored everything, and seconds of one `store_visits` on average, waiting included."""
    command = [sys.executable, __file__, "write", where]
    children = [
        subprocess.Popen(
            [*command, f"{writers}.{number}", str(batches), str(sources)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(writers)
    ]
    assert [child.stdout and child.stdout.readline() for child in children] == ["ready\n"] * writers
    began = time.perf_counter()
    answers = [child.communicate("go\n")[0] for child in children]
    return time.perf_counter() - began, sum(map(float, answers)) / writers


def week(where: str) -> tuple[float, float, int]:
    """Seconds to open, seconds to read the items of a week, and how many these are."""
    began = time.perf_counter()
    with opened(where) as con:
        open_at = time.perf_counter()
        found = items_published_between(con, NOW - timedelta(days=7), NOW)
        return open_at - began, time.perf_counter() - open_at, len(found)


def main(arguments: Sequence[str]) -> None:
    batches, sources, writers = (int(given) for given in (*arguments, *("5", "40", "4")[len(arguments) :]))
    with tempfile.TemporaryDirectory() as folder, running_postgres() as server:
        live, data = Path(folder, "home"), Path(folder, "data")
        data.mkdir()
        url = server.url(server.database(), data)
        with open_lake(url, create=True), open_live(live):
            pass
        print(f"{batches} batches of {sources} sources with {ITEMS} items each, for every writer\n")
        print(f"{'':24}{'live file':>12}{'lake':>12}")
        for count in (1, writers):
            rows = [together(where, count, batches, sources) for where in (str(live), url)]
            items = count * batches * sources * ITEMS
            print(f"{count} writers, items/s   " + "".join(f"{items / seconds:12.0f}" for seconds, _ in rows))
            print("  seconds of a batch    " + "".join(f"{each:12.2f}" for _, each in rows))
        for word in ("as written", "tidied"):
            rows = [week(where) for where in (str(live), url)]
            assert rows[0][2] == rows[1][2]
            print(f"open, s ({word})".ljust(24) + "".join(f"{row[0]:12.2f}" for row in rows))
            print(f"week of {rows[0][2]} items, s".ljust(24) + "".join(f"{row[1]:12.2f}" for row in rows))
            if word == "as written":
                with open_lake(url) as con:
                    began = time.perf_counter()
                    tidy_lake(con)
                    print("tidying, s".ljust(36) + f"{time.perf_counter() - began:12.2f}")
        with open_lake(url) as con:
            sizes = (live / "live.duckdb").stat().st_size, lake_bytes(con)
        print("MB".ljust(24) + "".join(f"{size / 1e6:12.1f}" for size in sizes))


if __name__ == "__main__":
    if sys.argv[1:2] == ["write"]:
        write(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
    else:
        main(sys.argv[1:])
