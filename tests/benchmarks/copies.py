"""Prints what it costs to look many items up among the known ones, and to say whose text they took over.

    python tests/benchmarks/copies.py [ITEMS ...]

Every size in a process of its own, since memory is counted at its highest. Items have 3,000 characters; one in five is
a copy, one in ten has the footer of its site, and the words are as frequent as words are (Zipf).
"""

import resource
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, product
from pathlib import Path
from random import Random

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))

from parsers.judging.texts.agency_file import AgencyFile, compile_agencies  # noqa: E402
from parsers.judging.texts.dedupe import CopyIndex  # noqa: E402
from parsers.judging.texts.reuse import reuses  # noqa: E402
from parsers.model import Item  # noqa: E402

SIZES = (10_000, 30_000, 100_000)
WORDS = 340
START = datetime(2026, 9, 1, tzinfo=UTC)
SYLLABLES = [f"{first}{second}" for first in "bdfgklmnprst" for second in "aeo"]
FOOTER = " ".join(f"footer{number}" for number in range(40))


def items(count: int, seed: int = 1) -> Iterator[Item]:
    rng = Random(seed)
    vocabulary = ["".join(word) for word in islice(product(SYLLABLES, repeat=4), 30_000)]
    weights = [1 / (rank + 10) for rank in range(len(vocabulary))]
    recent: list[str] = []
    for number in range(count):
        if recent and rng.random() < 0.2:
            text = rng.choice(recent)[: rng.randrange(1_000, 3_000)]
        else:
            text = " ".join(rng.choices(vocabulary, weights, k=WORDS))[:3_000]
            recent = [*recent[-200:], text]
        yield _item(number, f"{text} {FOOTER}" if number % 10 == 0 else text, rng)


def _item(number: int, text: str, rng: Random) -> Item:
    when = START + timedelta(minutes=number)
    return Item(
        id=f"{number:016x}",
        key=f"https://news.example/articles/{number}",
        source_id=f"source-{rng.randrange(150)}",
        url=f"https://news.example/articles/{number}",
        title=f"Headline number {number} about {text[:30]}",
        summary="",
        text=text,
        text_origin="page",
        language="en",
        published=when,
        updated=None,
        first_seen=when,
        authors=(),
        content_sha256="",
    )


def of_index(count: int) -> str:
    index, found, spent, last = CopyIndex(), 0, 0.0, 0.0
    for number, item in enumerate(items(count)):
        begun = time.perf_counter()
        original = index.find(item)
        index.add(item, original)
        spent += time.perf_counter() - begun
        found += original is not None
        if number >= count - 1_000:
            last += time.perf_counter() - begun
    return f"find and add {spent:7.1f} s, of which the last 1,000 {last:5.2f} s; {found:,} copies"


def of_reuses(count: int) -> str:
    path = REPOSITORY / "config" / "agencies.toml"
    from pydantic import TypeAdapter

    agencies = compile_agencies(TypeAdapter(AgencyFile).validate_python(tomllib.loads(path.read_text())))
    many = list(items(count))
    begun = time.perf_counter()
    found = reuses(many, {}, {item.id: item.source_id for item in many}, agencies)
    return f"reuses       {time.perf_counter() - begun:7.1f} s; {len(found):,} found"


def alike(count: int) -> str:
    index, rng = CopyIndex(), Random(2)
    text = " ".join(f"word{number}" for number in range(WORDS))
    begun = time.perf_counter()
    for number in range(count):
        item = _item(number, text, rng)
        index.add(item, index.find(item))
    return f"one text     {time.perf_counter() - begun:7.1f} s"


PARTS = {"index": of_index, "reuses": of_reuses, "alike": alike}


def main(sizes: list[int]) -> None:
    for part in PARTS:
        for size in sizes if part != "alike" else sizes[:1]:
            answer = subprocess.run(
                [sys.executable, __file__, part, str(size)], check=True, capture_output=True, text=True
            )
            print(f"{size:8,} items: {answer.stdout.strip()}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] in PARTS:
        answer = PARTS[sys.argv[1]](int(sys.argv[2]))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000
        print(f"{answer}; {peak:,.0f} MB at the most")
    else:
        main([int(size) for size in sys.argv[1:]] or list(SIZES))
