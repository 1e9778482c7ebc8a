"""Prints how fast entities are found in texts beside a bare scan for words: `entities.py [FILE [LENGTH]]`.

FILE has one JSON object a line with title and text; without it one of tests/data/labelled/ is read. They are put
together to items of LENGTH characters (3,000). Below that, one text of growing length: the time for a character stays.
"""

import json
import pickle
import re
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from pydantic import TypeAdapter

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))

from parsers.judging.names.entities import mentions  # noqa: E402
from parsers.judging.names.entity_file import EntityPart, joined  # noqa: E402
from parsers.judging.names.gazetteer import Gazetteer, compile_entities  # noqa: E402
from parsers.judging.phrases import scan  # noqa: E402

ROUNDS = 5


def seconds(read: Callable[[str], object], texts: Sequence[str]) -> float:
    """For one text, in the best of some rounds: what others do on the machine is not ours."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        for text in texts:
            read(text)
        best = min(best, time.process_time() - started)
    return best / len(texts)


def compiled() -> Gazetteer:
    """The shipped entities; prints what that takes."""
    marks = [time.process_time()]
    shape = TypeAdapter(EntityPart)
    paths = sorted((REPOSITORY / "config" / "entities").glob("*.toml"))
    file = joined(shape.validate_python(tomllib.loads(path.read_text("utf-8"))) for path in paths)
    marks.append(time.process_time())
    gazetteer = compile_entities(file)
    marks.append(time.process_time())
    kept = pickle.dumps(gazetteer)
    marks.append(time.process_time())
    pickle.loads(kept)
    marks.append(time.process_time())
    reading, compiling, keeping, opening = (after - before for before, after in pairwise(marks))
    print(
        f"{len(file.entities)} entities, {len(gazetteer.book.phrases):,} phrases; seconds: read {reading:.2f},"
        f" compiled {compiling:.2f}, kept {keeping:.2f} ({len(kept) / 1e6:.1f} MB), opened again {opening:.2f}"
    )
    return gazetteer


def main(path: Path, length: int) -> None:
    gazetteer = compiled()
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    whole = "\n\n".join(f"{row['title']}\n\n{row['text']}" for row in rows)
    texts = [whole[start : start + length] for start in range(0, len(whole) - length + 1, length)]
    found = sum(len(mentions(gazetteer, "", text, "en")) for text in texts)
    print(f"\n{len(texts)} items of {length:,} characters, {found / len(texts):.1f} mentions each")
    table = {
        r"bare re.findall(\w+)": seconds(lambda text: re.findall(r"\w+", text), texts),
        "scan": seconds(lambda text: scan(gazetteer.book, text), texts),
        "mentions": seconds(lambda text: mentions(gazetteer, "", text, "en"), texts),
    }
    first = next(iter(table.values()))
    print(f"{'':24}{'items/s':>9}{'µs':>7}{'of the time of the first':>26}")
    for step, one in table.items():
        print(f"{step:24}{1 / one:9,.0f}{one * 1e6:7,.0f}{one / first:26.2f}")
    print(f"\n{'characters':>12}{'ms':>9}{'ns a character':>16}")
    for size in (10_000, 100_000, 1_000_000):
        text = (whole * (size // len(whole) + 1))[:size]
        one = seconds(lambda text: mentions(gazetteer, "", text, "en"), [text])
        print(f"{size:12,}{one * 1e3:9.1f}{one / size * 1e9:16.0f}")


if __name__ == "__main__":
    data = REPOSITORY / "tests" / "data" / "labelled" / "unseen" / "en-plain-3.jsonl"
    main(Path(sys.argv[1]) if sys.argv[1:] else data, int(sys.argv[2]) if sys.argv[2:] else 3_000)
