"""Prints what collecting many feeds costs, beside lemon24/reader on the same feeds in the same run.

    python tests/benchmarks/collection.py [--feeds 250 500 1000] [--entries 30] [--reader PYTHON]

All feeds come from a server on this machine. `--reader` names a Python that has the package `reader` installed; without
it only Seabridge is measured. Both sides start from nothing and store everything; Seabridge also judges every entry,
looks for copies and groups stories, which reader does not. Memory is the proportional set size (PSS) of all processes
of a side together, sampled five times a second.
"""

import argparse
import asyncio
import contextlib
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
VOCABULARY = """
council minister budget agreement committee report statement meeting summit industry production contract
exercise frigate missile satellite training procurement regulation directive resolution parliament
chamber election harbour railway hospital museum football harvest weather tourism festival library
university research energy market inflation currency export tariff border customs police court verdict
appeal climate flood bridge tunnel battalion brigade artillery drone radar cyber network exercise
headquarters commander readiness deterrence
"""

SEABRIDGE = """
import sys
from datetime import datetime
from pathlib import Path
from flows.collect import collect
from flows.settings import load
report = collect(load(Path(sys.argv[1]), Path(sys.argv[2])), datetime.fromisoformat(sys.argv[3]))
print(dict(report.figures))
assert report.figures["entries"] == int(sys.argv[4]), report.figures
"""
READER = """
import sys
from reader import make_reader
reader = make_reader(sys.argv[1])
for number in range(int(sys.argv[3])):
    reader.add_feed(f"{sys.argv[2]}/{number}.xml")
reader.update_feeds(workers=int(sys.argv[5]))
found = reader.get_entry_counts().total
assert found == int(sys.argv[4]), found
"""


def feed(number: int, entries: int) -> bytes:
    """An RSS 2.0 feed with summaries of about 300 characters of HTML; the same for the same number."""
    vocabulary = VOCABULARY.split()
    chance = random.Random(number)

    def words(count: int) -> str:
        return " ".join(chance.choices(vocabulary, k=count))

    items = "".join(
        f"<item><title>{words(9).capitalize()}</title><link>https://feed{number}.example/{n}</link>"
        f"<guid isPermaLink='false'>{number}-{n}</guid><dc:creator>{words(2).title()}</dc:creator>"
        f"<category>{words(1)}</category>"
        f"<pubDate>{NOW - timedelta(hours=n * 4 + 1):%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
        f"<description><![CDATA[<p>{words(20)} <a href='/more'>{words(3)}</a></p><p>{words(20)}</p>]]></description>"
        "</item>"
        for n in range(entries)
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?><rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel>"
        f"<title>Feed {number}</title><link>https://feed{number}.example/</link>{items}</channel></rss>"
    ).encode()


@contextlib.contextmanager
def served(feeds: int, entries: int) -> Iterator[str]:
    """The feeds at /N.xml of a server in a process of its own; gives its address."""
    server = subprocess.Popen(
        [sys.executable, __file__, "--serve", str(feeds), str(entries)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.wait()


async def serve(feeds: int, entries: int) -> None:
    bodies = [feed(number, entries) for number in range(feeds)]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                body = bodies[int(head.partition(b"/")[2].partition(b".")[0])]
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: %d\r\n\r\n" % len(body)
                )
                writer.write(body)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


def measured(command: list[str], environment: dict[str, str] | None = None) -> tuple[float, float, float]:
    """(seconds of wall clock, seconds of processor, most MB of memory) of a command and all its children."""
    before = os.times()
    started = time.perf_counter()
    process = subprocess.Popen(command, env=os.environ | (environment or {}), stdout=subprocess.DEVNULL)
    most = [0.0]
    watcher = threading.Thread(target=lambda: _watch(process, most))
    watcher.start()
    code = process.wait()
    seconds = time.perf_counter() - started
    watcher.join()
    after = os.times()
    if code:
        raise SystemExit(f"{command[0]} ended with {code}")
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return seconds, spent, most[0]


def _watch(process: subprocess.Popen[bytes], most: list[float]) -> None:
    while process.poll() is None:
        most[0] = max(most[0], sum(_pss(pid) for pid in _family(process.pid)) / 1e3)
        time.sleep(0.2)


def _family(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def _pss(pid: int) -> int:
    """Proportional set size in kB; 0 for a process that is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def main(feeds: int, entries: int, reader: str | None, workers: int) -> None:
    from builders import config_folder, source_table

    with served(feeds, entries) as address, tempfile.TemporaryDirectory() as folder:
        tables = [source_table(f"feed-{n}", f"{address}/{n}.xml") for n in range(feeds)]
        config = config_folder(Path(folder) / "config", tables, every_language=True)
        limits = "[fetch]\nper_host = 16\nconcurrency = 16\n"
        (config / "collect.toml").write_text(limits)
        home = str(Path(folder) / "home")
        ours = [sys.executable, "-c", SEABRIDGE, str(config), home, NOW.isoformat(), str(feeds * entries)]
        environment = {"PYTHONPATH": str(REPOSITORY), "SEABRIDGE_SEEDS": str(Path(folder) / "none")}
        for name, command in (("seabridge", ours),):
            _print(name, feeds, *measured(command, environment))
        if reader:
            database = str(Path(folder) / "reader.sqlite")
            theirs = [reader, "-c", READER, database, address, str(feeds), str(feeds * entries), str(workers)]
            _print("reader", feeds, *measured(theirs))


def _print(name: str, feeds: int, wall: float, spent: float, memory: float) -> None:
    print(
        f"{name:16} {feeds:5} feeds  wall {wall:6.1f} s  processor {spent:6.1f} s  memory {memory:5.0f} MB", flush=True
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        asyncio.run(serve(int(sys.argv[2]), int(sys.argv[3])))
    parser = argparse.ArgumentParser()
    parser.add_argument("--feeds", type=int, nargs="+", default=[250, 500, 1000])
    parser.add_argument("--entries", type=int, default=30)
    parser.add_argument("--reader", help="a Python with the package `reader`")
    parser.add_argument("--workers", type=int, default=8, help="threads that reader may use")
    chosen = parser.parse_args()
    for size in chosen.feeds:
        main(size, chosen.entries, chosen.reader, chosen.workers)
