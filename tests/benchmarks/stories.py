"""Prints how well and how fast items are grouped into stories.

    python tests/benchmarks/stories.py [SHARED]         on the labelled development set, with its copies
    python tests/benchmarks/stories.py 10000 30000      on made items: seconds, memory, and adding a day to them

Figures as defined by the scorer of the set: F1 over pairs of items in one story, B-cubed F1, pairs of copies, and how
many of the events marked as easily confused were joined. The made items are a thousand a day, about events that
several outlets report; each size runs in a process of its own.
"""

import importlib.util
import json
import random
import resource
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from multiprocessing import get_context
from pathlib import Path
from types import ModuleType
from typing import Any

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))

from parsers.judging.stories.grouping import StoryIndex, group  # noqa: E402
from parsers.judging.texts.dedupe import CopyIndex  # noqa: E402
from parsers.model import Item  # noqa: E402


def scorer(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_stories", shared / "eval" / "score_stories.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(shared)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_items(rows: Iterable[dict[str, Any]]) -> list[Item]:
    return [_item(row) for row in rows]


def _item(row: dict[str, Any]) -> Item:
    published = datetime.fromisoformat(row["published"]).replace(tzinfo=UTC)
    return Item(
        id=row["id"],
        key=row["id"],
        source_id=row["source"],
        url=None,
        title=row["title"],
        summary="",
        text=row["text"],
        text_origin="feed",
        language=row["language"],
        published=published,
        updated=None,
        first_seen=published,
        authors=(),
        content_sha256="",
    )


def predict(items: list[Item]) -> list[dict[str, str | None]]:
    """One prediction for each item, in the form that the scorer reads."""
    index = CopyIndex()
    copies = {}
    for item in sorted(items, key=lambda item: (item.first_seen, item.id)):
        original = index.find(item)
        index.add(item, original)
        if original is not None:
            copies[item.id] = original
    stories = {identity: story.id for story in group(items, copies) for identity in story.items}
    return [{"id": item.id, "story": stories[item.id], "copy_of": copies.get(item.id)} for item in items]


def measure(shared: Path) -> dict[str, Any]:
    lines = (shared / "eval" / "stories_dev.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    found: dict[str, Any] = scorer(shared).score(rows, predict(read_items(rows)))
    return found


def main(shared: Path) -> None:
    found = measure(shared)
    print(f"items {found['items']}  events {found['events']}  stories {found['stories']}")
    for name in ("pairwise", "bcubed", "copies"):
        print("{:9} P {:.3f}  R {:.3f}  F1 {:.3f}".format(name, *found[name]))
    print(f"events of two or more items split: {found['split_events']} of {found['multi_events']}")
    hard = found["hard"]
    print(f"events easily confused, joined: {hard['merged']} of {hard['event_pairs']}")
    print(f"pairs of their items, joined: {hard['joined']} of {hard['item_pairs']}")


# ---------------------------------------------------------------- cost

PER_DAY = 1_000
START = datetime(2026, 1, 1, 6, tzinfo=UTC)


def made_items(number: int, *, seed: int = 1, first_day: int = 0, words: int = 150) -> list[Item]:
    """Items about made events, in words of our own making: 1 to 30 items an event, within two days of it."""
    source = random.Random(seed)
    vocabulary = _words(random.Random(0), 20_000)
    rare = list(accumulate(1 / (rank + 5) for rank in range(len(vocabulary))))
    items: list[Item] = []
    while len(items) < number:
        begins = first_day + len(items) / PER_DAY
        telling = [word.capitalize() for word in _words(source, 6)] + source.choices(vocabulary, k=14)
        for _ in range(min(1 + int(source.expovariate(0.25)), 30, number - len(items))):
            told = source.choices(telling, k=words // 4) + source.choices(
                vocabulary, cum_weights=rare, k=words * 3 // 4
            )
            source.shuffle(told)
            text = ". ".join(" ".join(told[start : start + 12]) for start in range(0, words, 12))
            title = " ".join(source.sample(telling, 5) + source.choices(vocabulary, cum_weights=rare, k=4))
            items.append(
                _made(f"{seed}-{len(items):06}", title, text, begins + source.random() * 2, source.randrange(300))
            )
    return items


def _words(source: random.Random, number: int) -> list[str]:
    return [
        "".join(source.choice("bdfgklmnprstvz") + source.choice("aeiou") for _ in range(source.randint(2, 5)))
        for _ in range(number)
    ]


def _made(name: str, title: str, text: str, day: float, outlet: int) -> Item:
    moment = START + timedelta(days=day)
    return Item(
        id=name,
        key=name,
        source_id=f"outlet-{outlet}",
        url=None,
        title=title,
        summary="",
        text=text,
        text_origin="page",
        language="en",
        published=moment,
        updated=None,
        first_seen=moment,
        authors=(),
        content_sha256="",
    )


def cost(number: int) -> tuple[int, float, int, float, float]:
    """Items, seconds to group them, bytes beside the items at the peak, seconds to add a day: to an index, by group."""
    items = made_items(number)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    index = StoryIndex()
    index.add(items)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    stories = index.holding(items)
    day = made_items(PER_DAY, seed=2, first_day=max(0, number // PER_DAY - 1))
    began = time.perf_counter()
    index.add(day)
    added = time.perf_counter() - began
    began = time.perf_counter()
    group([*items, *day], stories=stories, settled=[story.id for story in stories[::2]])
    return number, seconds, peak * 1024, added, time.perf_counter() - began


def costs(sizes: Iterable[int]) -> None:
    print(f"{'items':>8} {'seconds':>9} {'ratio':>6} {'MB':>7} {'add a day':>10} {'by group()':>11}")
    first = 0.0
    for size in sizes:
        with get_context("spawn").Pool(1) as pool:
            number, seconds, peak, added, regrouped = pool.apply(cost, (size,))
        first = first or seconds / number
        ratio = seconds / number / first
        print(f"{number:8} {seconds:9.1f} {ratio:6.2f} {peak / 1e6:7.0f} {added:10.1f} {regrouped:11.1f}", flush=True)


if __name__ == "__main__":
    if sizes := [int(word) for word in sys.argv[1:] if word.isdigit()]:
        costs(sizes)
    else:
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY.parent / "shared")
