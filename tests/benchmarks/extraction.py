"""Prints how well and at what cost pages are read: shingle F1 of the text, title, date, authors; beside trafilatura.

    python tests/benchmarks/extraction.py [SHARED]

Metric: shingles of four words as multisets, precision and recall averaged over the pages, F1 of the two means; it is
that of the public article-extraction-benchmark. The two halves of the set show how far a difference is chance.
Cost is CPU time, the least of three rounds, against trafilatura's default; ours includes title, names and dates,
theirs does not. Facts are those of page_facts.toml. They were noted with our own output in view and rules were
mended on all of these pages: figures for title, date and authors are those of a development set, not of unseen pages.
"""

import gzip
import json
import logging
import re
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import trafilatura

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))

from parsers.model import Page  # noqa: E402
from parsers.reading.articles.pages import parse_page  # noqa: E402

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


def cost(read: Callable[[bytes, str], str], pages: Iterable[tuple[bytes, str]]) -> float:
    """Seconds of CPU for all pages."""
    began = time.process_time()
    for body, url in pages:
        read(body, url)
    return time.process_time() - began


def told(text: str | None) -> str:
    return " ".join(re.findall(r"\w+", text or "")).casefold()


def on_day(page: Page, day: date) -> bool:
    """Whether the moment falls on that day somewhere on Earth (UTC-12 to UTC+14): pages give the day of their zone."""
    hours = (-12, 0, 14)
    return page.published is not None and any((page.published + timedelta(hours=h)).date() == day for h in hours)


def facts(pages: Mapping[str, Page], truth: Mapping[str, Any]) -> None:
    for name, keys in (("first half", sorted(truth)[:30]), ("second half", sorted(truth)[30:])):
        titles = [key for key in keys if told(pages[key].title) == told(truth[key]["title"])]
        dated = [key for key in keys if "day" in truth[key]]
        days = [key for key in dated if on_day(pages[key], truth[key]["day"])]
        true = {(key, told(author)) for key in keys for author in truth[key]["authors"]}
        found = {(key, told(author)) for key in keys for author in pages[key].authors}
        f1 = 2 * len(true & found) / (len(true) + len(found))
        print(f"{name:12} title {len(titles)}/{len(keys)}  date {len(days)}/{len(dated)}  author F1 {f1:.3f}")
        for key in keys:
            missed = {author for at, author in true ^ found if at == key}
            if key not in titles or (key in dated and key not in days) or missed:
                print(f"    {key}: {pages[key].title!r} {pages[key].published} {pages[key].authors}")


def main(shared: Path) -> None:
    folder = shared / "eval" / "pages"
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    bodies = {key: gzip.decompress((folder / f"{key}.html.gz").read_bytes()) for key in truth}
    inputs = [(bodies[key], truth[key]["url"]) for key in sorted(truth)]
    unit = min(cost(plain_trafilatura, inputs) for _ in range(3))
    print(f"{len(truth)} pages{'':20}precision  recall      F1   halves        empty   cost")
    for name, read in VARIANTS.items():
        pairs = [
            (shingles(truth[key]["articleBody"]), shingles(read(bodies[key], truth[key]["url"])))
            for key in sorted(truth)
        ]
        halves = f"{score(pairs[::2])[2]:.4f} {score(pairs[1::2])[2]:.4f}"
        precision, recall, f1 = score(pairs)
        empty = sum(1 for _, found in pairs if not found)
        relative = min(cost(read, inputs) for _ in range(3)) / unit
        print(f"{name:28} {precision:8.4f} {recall:8.4f} {f1:8.4f}   {halves}   {empty:3}   {relative:.2f}")
    known = tomllib.loads((Path(__file__).parent / "page_facts.toml").read_text(encoding="utf-8"))
    facts({key: parse_page(bodies[key], truth[key]["url"]) for key in known}, known)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY.parent / "shared")
