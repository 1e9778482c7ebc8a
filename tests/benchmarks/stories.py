"""Prints how well items are grouped into stories, and copies are found, on the labelled development set.

    python tests/benchmarks/stories.py [SHARED]

Figures as defined by the scorer of the set: F1 over pairs of items in one story, B-cubed F1, pairs of copies, and how
many of the events marked as easily confused were joined.
"""

import importlib.util
import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))

from parsers.judging.dedupe import CopyIndex  # noqa: E402
from parsers.judging.stories import group  # noqa: E402
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
    print(f"events easily confused, joined: {found['hard']['merged']} of {found['hard']['event_pairs']}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY.parent / "shared")
