"""Prints shingle F1 of our article text, and of plain trafilatura, on the development pages.

    python tests/benchmarks/extraction.py [SHARED]

Metric: shingles of four words as multisets, precision and recall averaged over the pages, F1 of the two means; it is
that of the public article-extraction-benchmark. The two halves of the set show how far a difference is chance.
"""

import gzip
import json
import logging
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import trafilatura

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))

from parsers.reading.pages import parse_page  # noqa: E402

Shingles = Counter[tuple[str, ...]]


def shingles(text: str, length: int = 4) -> Shingles:
    words = re.findall(r"\w+", text)
    if len(words) <= length:
        return Counter([tuple(words)]) if words else Counter()
    return Counter(zip(*(words[start:] for start in range(length)), strict=False))


def score(pairs: Iterable[tuple[Shingles, Shingles]]) -> tuple[float, float, float]:
    """Precision, recall and F1 of (true, found)."""
    precisions, recalls = [], []
    for true, found in pairs:
        shared = (true & found).total()
        if found:
            precisions.append(shared / found.total())
        if true:
            recalls.append(shared / true.total())
    precision = sum(precisions) / max(1, len(precisions))
    recall = sum(recalls) / max(1, len(recalls))
    return precision, recall, 2 * precision * recall / ((precision + recall) or 1)


def ours(body: bytes, url: str) -> str:
    return parse_page(body, url).text


def plain_trafilatura(body: bytes, url: str, **options: Any) -> str:
    return trafilatura.extract(body, url=url, **options) or ""


VARIANTS: Mapping[str, Callable[[bytes, str], str]] = {
    "seabridge": ours,
    "trafilatura": plain_trafilatura,
    "trafilatura, no comments": partial(plain_trafilatura, include_comments=False),
    "trafilatura, precision": partial(plain_trafilatura, include_comments=False, favor_precision=True),
    "trafilatura, recall": partial(plain_trafilatura, include_comments=False, favor_recall=True),
    "trafilatura, fast": partial(plain_trafilatura, include_comments=False, fast=True),
}


def main(shared: Path) -> None:
    folder = shared / "eval" / "pages"
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    bodies = {key: gzip.decompress((folder / f"{key}.html.gz").read_bytes()) for key in truth}
    print(f"{len(truth)} pages{'':20}precision  recall      F1   halves")
    for name, read in VARIANTS.items():
        pairs = [
            (shingles(truth[key]["articleBody"]), shingles(read(bodies[key], truth[key]["url"])))
            for key in sorted(truth)
        ]
        halves = f"{score(pairs[::2])[2]:.4f} {score(pairs[1::2])[2]:.4f}"
        precision, recall, f1 = score(pairs)
        print(f"{name:28} {precision:8.4f} {recall:8.4f} {f1:8.4f}   {halves}")


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY.parent / "shared")
