"""Prints how fast texts are judged beside a bare multi-pattern scan: `judging_speed.py [FILE [CONFIG]]`.

FILE has one JSON object a line with title and text; without it one of tests/data/labelled/ is read, of which most items
are on topic. They are put together to 3,000 characters, once all of them (dense), once those that are off topic
(ordinary, if there are any). CONFIG is a folder like config/. The automaton does not know where words end, so it finds
too much, and folds nothing.
"""

import json
import pickle
import re
import resource
import sys
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))

from flows.corpus import local_seeds  # noqa: E402
from flows.settings import load  # noqa: E402
from parsers.judging.phrases import compile_phrases, scan, split_words  # noqa: E402
from parsers.judging.topics import RuleBook, Rules, compile_rules, judge  # noqa: E402

try:
    import ahocorasick_rs
except ImportError:
    ahocorasick_rs = None

LENGTH = 3_000
ROUNDS = 5

Item = tuple[str, str]


def seconds(read: Callable[[str, str], object], items: Sequence[Item]) -> float:
    """For one item, in the best of some rounds: what others do on the machine is not ours."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        for title, text in items:
            read(title, text)
        best = min(best, time.process_time() - started)
    return best / len(items)


def together(rows: Sequence[dict[str, str]]) -> list[Item]:
    """Items of LENGTH characters, each with the title of a row in it."""
    items, title, texts = [], "", ""
    for row in rows:
        title = title or row["title"]
        texts += f"{row['title']}\n\n{row['text']}\n\n"
        if len(texts) >= LENGTH:
            items.append((title, texts[:LENGTH]))
            title = texts = ""
    return items


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bare_scan(phrases: Sequence[str]) -> Callable[[str, str], object] | None:
    if ahocorasick_rs is None:
        print("no bare scan to compare with: pip install ahocorasick_rs")
        return None
    ways = [[word.removesuffix("*").lower() for word in way] for phrase in phrases for way in split_words(phrase)]
    automaton = ahocorasick_rs.AhoCorasick(sorted({" ".join(way) for way in ways if "_" not in way}))
    return lambda title, text: automaton.find_matches_as_indexes(f"{title}\n{text}".lower(), overlapping=True)


def compiled(config: Path) -> Rules:
    """The rules as a run has them; prints what that takes."""
    marks = [time.process_time()]
    settings = load(config, home=Path(mkdtemp()))
    marks.append(time.process_time())
    seeds = local_seeds(settings.corpus, settings.seeds)
    marks.append(time.process_time())
    rules = compile_rules(RuleBook(settings.topics, settings.kinds, settings.weights), seeds)
    marks.append(time.process_time())
    kept = pickle.dumps(rules)
    marks.append(time.process_time())
    pickle.loads(kept)
    marks.append(time.process_time())
    reading, finding, compiling, keeping, opening = (after - before for before, after in pairwise(marks))
    print(
        f"{len(rules.phrases.phrases):,} phrases; seconds: config/ read and checked {reading:.2f}, seeds {finding:.2f},"
        f" rules compiled {compiling:.2f}, kept {keeping:.2f} ({len(kept) / 1e6:.1f} MB), opened again {opening:.2f}"
    )
    return rules


def main(path: Path, config: Path) -> None:
    before = megabytes()
    rules = compiled(config)
    ready = megabytes()
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    off = [row for row in rows if judge(rules, row["title"], row["text"]).relevance == "off"]
    for name, items in (("dense", together(rows)), ("ordinary", together(off))):
        if not items:
            continue
        print(f"\n{name}: {len(items)} items of {LENGTH:,} characters")
        unseen = compile_phrases(rules.phrases.phrases)
        started = time.process_time()
        for title, text in items:
            scan(unseen, f"{title}\n{text}")
        table = {
            r"bare re.findall(\w+)": seconds(lambda title, text: re.findall(r"\w+", f"{title}\n{text}"), items),
            "scan, for the first time": (time.process_time() - started) / len(items),
            "scan": seconds(lambda title, text: scan(rules.phrases, f"{title}\n{text}"), items),
            "judgement": seconds(lambda title, text: judge(rules, title, text), items),
        }
        if bare := bare_scan(rules.phrases.phrases):
            table = {"bare automaton": seconds(bare, items), **table}
        first = next(iter(table.values()))
        print(f"{'':24}{'items/s':>9}{'µs':>7}{'of the time of the first':>26}")
        for step, one in table.items():
            print(f"{step:24}{1 / one:9,.0f}{one * 1e6:7,.0f}{one / first:26.2f}")
    print(f"\npeak memory: {before:.0f} MB before the rules, {ready:.0f} with them, {megabytes():.0f} at the end")


if __name__ == "__main__":
    data = REPOSITORY / "tests" / "data" / "labelled" / "unseen" / "en-plain-3.jsonl"
    given = [Path(argument) for argument in sys.argv[1:]]
    main(*(given + [data, REPOSITORY / "config"][len(given) :]))
