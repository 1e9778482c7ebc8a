"""Prints what to expect of the topics on real items that nobody saw: `python tests/benchmarks/held_out.py ../shared`.

Of the 332 real items of eval/topics_dev.jsonl a third was never read while phrases were written. The same third is held
out here: weights are learned from the labelled items of the repository and the other two thirds, in 15 seconds, and the
third is judged by them. Items on one event are on the same side. The weights that ship have learned from all 332.
"""

import random
import re
import sys
import tempfile
from collections import Counter, defaultdict
from math import log, sqrt
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))

from flows.labelled import Labelled, read_labelled  # noqa: E402
from flows.settings import load  # noqa: E402
from flows.training import learn  # noqa: E402
from parsers.judging.scoring import Rates, score  # noqa: E402
from parsers.judging.topics import RuleBook, compile_rules, judge  # noqa: E402

SEED = 20261122
ALIKE = 0.22
"""Cosine from which on two items are taken to be on one event."""


def main(shared: Path) -> None:
    settings = load(config=REPOSITORY / "config", home=Path(tempfile.gettempdir()))
    topics = [topic.id for topic in settings.topics.topics]
    own = read_labelled([REPOSITORY / "tests" / "data" / "labelled" / "taught"], topics)
    real = read_labelled([shared / "eval" / "topics_dev.jsonl"], topics)
    held = held_out(real)
    known = [item for number, item in enumerate(real) if number not in held]
    unseen = [real[number] for number in sorted(held)]
    weights = learn(settings.topics, [*own, *known], "")
    rules = compile_rules(RuleBook(settings.topics, settings.kinds, weights))
    scores = score([item.gold for item in unseen], [judge(rules, item.title, item.text) for item in unseen])
    print(f"{scores.items} items that neither phrases nor weights have seen")
    print(f"micro {_told(scores.micro)}  macro F1 {scores.macro_f1:.3f}  on topic {_told(scores.on_topic)}")
    print(f"relevance {scores.relevance_accuracy:.3f}  average precision of core {scores.core_average_precision:.3f}")
    print("  ".join(f"{language} {rates.f1:.2f}" for language, rates in scores.languages.items() if rates.support))
    print("  ".join(f"{topic} {rates.f1:.2f} ({rates.support})" for topic, rates in scores.topics.items()))


def _told(rates: Rates) -> str:
    low, high = rates.f1_interval
    return f"P {rates.precision:.3f} R {rates.recall:.3f} F1 {rates.f1:.3f} [{low:.3f}, {high:.3f}]"


def held_out(items: list[Labelled]) -> set[int]:
    """Numbers of a third of the items, whole groups of like ones, but for groups of twenty and more."""
    words = [Counter(_words(f"{item.title} {item.title} {item.text}")) for item in items]
    holders = Counter(word for counts in words for word in counts)
    rows = [_profile(counts, holders, len(items)) for counts in words]
    parent = list(range(len(items)))

    def root(number: int) -> int:
        while parent[number] != number:
            number = parent[number]
        return number

    for one in range(len(items)):
        for other in range(one):
            if sum(value * rows[other].get(word, 0) for word, value in rows[one].items()) > ALIKE:
                parent[root(one)] = root(other)
    groups: dict[int, list[int]] = defaultdict(list)
    for number in range(len(items)):
        groups[root(number)].append(number)
    order = sorted(groups)
    random.Random(SEED).shuffle(order)
    held: set[int] = set()
    for group in order:
        if len(held) < len(items) / 3 and len(groups[group]) < 20:
            held.update(groups[group])
    return held


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", text.lower()) if len(word) > 3 or word.isdigit()]


def _profile(counts: Counter[str], holders: Counter[str], number: int) -> dict[str, float]:
    row = {w: (1 + log(c)) * log(number / holders[w]) for w, c in counts.items() if holders[w] > 1}
    length = sqrt(sum(value * value for value in row.values())) or 1
    return {word: value / length for word, value in row.items()}


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
