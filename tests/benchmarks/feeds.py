"""Prints what it costs to make clean entries of real feeds, against feedparser alone in the same run.

    python tests/benchmarks/feeds.py [SHARED] [ROUNDS]

Processor time of this process and its children, medians of interleaved rounds. `ours` is all told: the way to a child
and back, reading, cleaning. `nothing new` is what a visit costs that finds no change but in the feed's own dates.
"""

import io
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))

import feedparser  # noqa: E402

from parsers.reading.confined import Readers, ReadLimits  # noqa: E402
from parsers.reading.lists import wellformed  # noqa: E402
from parsers.reading.lists.channels import feed_fingerprint  # noqa: E402
from parsers.reading.lists.feeds import parse_feed  # noqa: E402
from parsers.reading.plain import decode  # noqa: E402

URL = "https://feeds.example/all/feed"


def own() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def in_child(bodies: Sequence[bytes], readers: Readers) -> float:
    """Processor time of both sides of a pool of one, whose child tells its own (it is not ours to be waited for)."""
    child, before = readers.read(time.process_time).result(), own()
    for future in [readers.read(parse_feed, body, URL, "") for body in bodies]:
        future.result()
    return readers.read(time.process_time).result() - child + own() - before


def per_round(work: Callable[[], object]) -> float:
    before = own()
    work()
    return own() - before


def main(shared: Path, rounds: int) -> None:
    bodies = [path.read_bytes() for path in sorted((shared / "feeds").glob("*.xml"))]
    texts = [decode(body)[0].lstrip("\ufeff \t\r\n") for body in bodies]
    works: dict[str, Callable[[], object]] = {
        "feedparser, its defaults": lambda: [feedparser.parse(io.BytesIO(body)) for body in bodies],
        "feedparser, no sanitiser": lambda: [
            feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False) for body in bodies
        ],
        "decode": lambda: [decode(body) for body in bodies],
        "wellformed": lambda: [wellformed.read(text) for text in texts],
        "parse_feed, same process": lambda: [parse_feed(body, URL) for body in bodies],
        "nothing new": lambda: [feed_fingerprint(body) for body in bodies],
    }
    seconds: dict[str, list[float]] = {name: [] for name in works}
    all_told: list[float] = []
    with Readers(1, ReadLimits(documents_per_child=1_000_000)) as readers:
        in_child(bodies, readers)
        for _ in range(rounds):
            for name, work in works.items():
                seconds[name].append(per_round(work))
            all_told.append(in_child(bodies, readers))
    entries = sum(len(parse_feed(body, URL).entries) for body in bodies)
    bare = statistics.median(seconds["feedparser, its defaults"])
    print(f"{len(bodies)} feeds, {sum(map(len, bodies)):,} bytes, {entries} entries; medians of {rounds} rounds")
    print(f"{'':28}{'s':>8}{'ratio':>8}{'entries/s':>12}")
    for name, values in [*seconds.items(), ("ours, all told", all_told)]:
        median = statistics.median(values)
        print(f"{name:28}{median:8.4f}{median / bare:8.3f}{entries / median:12,.0f}")
    unread = sum(wellformed.read(text) is None for text in texts)
    print(f"read by feedparser because they are unusual: {unread} of {len(texts)}")


if __name__ == "__main__":
    main(
        Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY.parent / "shared",
        int(sys.argv[2]) if len(sys.argv) > 2 else 5,
    )
