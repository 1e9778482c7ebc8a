"""Fits the weights by which items are grouped into stories, and says how well such weights do on other events.

    python tests/benchmarks/story_weights.py [SHARED] [SEED ...]

Prints the tables for likeness.py, fitted to all pairs of the labelled set within the window of days, by logistic
regression for pairs in one language and in two. Then the cross-validation: events that are easily confused stay
together, every pair is judged by weights fitted without the events of either item, and how pairs are joined (START,
PASSED_OVER of linkage.py) is chosen for each part by the other parts: the best B-cubed F1 of those settings that join
at most ALLOWED of the pairs that are easily confused.
"""

import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from stories import REPOSITORY, predict, read_items, scorer

from parsers.judging.stories import linkage
from parsers.judging.stories.likeness import (
    OTHER_LANGUAGE,
    SAME_LANGUAGE,
    UNLIKELY,
    Rarity,
    Weights,
    days_apart,
    is_series,
    likenesses,
    traits,
)

PARTS = 5
RIDGE = 0.3
"""How strongly weights are held near 0."""
ALLOWED = 0.085
STARTS = (-5.0, -4.8, -4.6, -4.4, -4.2, -4.0)
PASSED = (-0.8, -1.1, -1.4)
MOST_ITEMS = 1_000

Row = dict[str, Any]
Pair = tuple[int, int]


def regression(rows: Sequence[Sequence[float]], truth: Sequence[bool]) -> list[float]:
    """Weights of the columns, and last of 1, by Newton's method."""
    full = [(*row, 1.0) for row in rows]
    width = len(full[0])
    weights = [0.0] * width
    for _ in range(25):
        slope = [-RIDGE * weight for weight in weights[:-1]] + [0.0]
        bend = [[RIDGE if one == other < width - 1 else 0.0 for other in range(width)] for one in range(width)]
        for row, true in zip(full, truth, strict=True):
            likely = linkage.likelihood(sum(map(float.__mul__, weights, row)))
            for one, value in enumerate(row):
                slope[one] += value * (true - likely)
                for other in range(width):
                    bend[one][other] += likely * (1 - likely) * value * row[other]
        step = solved(bend, slope)
        weights = [weight + by for weight, by in zip(weights, step, strict=True)]
        if max(map(abs, step)) < 1e-6:
            break
    return weights


def solved(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for place in range(len(rows)):
        best = max(range(place, len(rows)), key=lambda number: abs(rows[number][place]))
        rows[place], rows[best] = rows[best], rows[place]
        rows[place] = [value / rows[place][place] for value in rows[place]]
        for number, row in enumerate(rows):
            if number != place:
                rows[number] = [value - row[place] * by for value, by in zip(row, rows[place], strict=True)]
    return [row[-1] for row in rows]


class Pairs:
    """All pairs of items within the window, with their likenesses."""

    def __init__(self, rows: Sequence[Row]) -> None:
        items = read_items(rows)
        rarity = Rarity()
        for item in items:
            rarity.see(traits(item))
        known = [rarity.known(traits(item)) for item in items]
        self.rows = rows
        self.columns: dict[Pair, tuple[float, ...]] = {}
        self.series: list[Pair] = []
        for one, other in combinations(range(len(items)), 2):
            days = days_apart(items[one].published, items[other].published)
            if days is not None and is_series(known[one], known[other]):
                self.series.append((one, other))
            elif days is not None:
                self.columns[one, other] = (*likenesses(known[one], known[other]), days)
        numbers = {row["id"]: number for number, row in enumerate(rows)}
        groups = {number: [number] for number in range(len(rows))}
        for told in predict(items):
            if told["copy_of"] is not None:
                into, joined = (groups[numbers[str(told[key])]] for key in ("id", "copy_of"))
                if into is not joined:
                    into.extend(joined)
                    groups.update(dict.fromkeys(joined, into))
        self.groups = list({id(group): group for group in groups.values()}.values())

    def fitted(self, pairs: Iterable[Pair]) -> dict[bool, list[float]]:
        """Whether both are in one language -> weights."""
        sides: dict[bool, tuple[list[tuple[float, ...]], list[bool]]] = {True: ([], []), False: ([], [])}
        for one, other in pairs:
            rows, truth = sides[self.rows[one]["language"] == self.rows[other]["language"]]
            rows.append(self.columns[one, other])
            truth.append(self.rows[one]["event"] == self.rows[other]["event"])
        return {side: regression(*data) for side, data in sides.items()}

    def odds(self, pair: Pair, weights: dict[bool, list[float]]) -> float:
        one, other = (self.rows[number] for number in pair)
        own = weights[one["language"] == other["language"]]
        return own[-1] + sum(map(float.__mul__, own[:-1], self.columns[pair]))

    def clusters(self, odds: dict[Pair, float], start: float, passed: float) -> list[int]:
        """Number of the cluster of each item."""
        near: dict[int, dict[int, float]] = {number: {} for number in range(len(self.rows))}
        for (one, other), value in [*odds.items(), *((pair, linkage.NEVER) for pair in self.series)]:
            if value > UNLIKELY or value <= linkage.NEVER:
                near[one][other] = near[other][one] = value
        before = linkage.START, linkage.PASSED_OVER
        linkage.START, linkage.PASSED_OVER = start, passed
        found = linkage.link(linkage.by_company(near), self.groups, (), MOST_ITEMS)
        linkage.START, linkage.PASSED_OVER = before
        cluster_of = {point: number for number, cluster in enumerate(found) for point in cluster}
        return [cluster_of[number] for number in range(len(self.rows))]


def parts_of(rows: Sequence[Row], seed: int) -> list[int]:
    """The part of each item: parts of about one size, events that are easily confused in one."""
    tied: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        others = row.get("hard_with") or []
        for other in (others,) if isinstance(others, str) else others:
            tied[row["event"]].add(other)
            tied[other].add(row["event"])
    kin_of: dict[str, int] = {}
    for number, event in enumerate(sorted({row["event"] for row in rows})):
        waiting = [event]
        while waiting:
            each = waiting.pop()
            if each not in kin_of:
                kin_of[each] = number
                waiting += tied[each]
    sizes = Counter(kin_of[row["event"]] for row in rows)
    order = sorted(sizes)
    random.Random(seed).shuffle(order)
    filled = [0] * PARTS
    part: dict[int, int] = {}
    for kin in sorted(order, key=lambda kin: -sizes[kin]):
        part[kin] = min(range(PARTS), key=filled.__getitem__)
        filled[part[kin]] += sizes[kin]
    return [part[kin_of[row["event"]]] for row in rows]


def validated(pairs: Pairs, score: Any, seed: int) -> list[str | int]:
    """The cluster of each item, judged by weights and settings that do not know its event."""
    part = parts_of(pairs.rows, seed)
    judged: dict[Pair, list[float]] = defaultdict(list)
    for number in range(PARTS):
        weights = pairs.fitted(pair for pair in pairs.columns if number not in (part[pair[0]], part[pair[1]]))
        for pair in pairs.columns:
            if number in (part[pair[0]], part[pair[1]]):
                judged[pair].append(pairs.odds(pair, weights))
    odds = {pair: sum(values) / len(values) for pair, values in judged.items()}
    tried = {(start, passed): pairs.clusters(odds, start, passed) for start in STARTS for passed in PASSED}
    found: list[str | int] = [""] * len(pairs.rows)
    for number in range(PARTS):
        others = [place for place in range(len(found)) if part[place] != number]
        told = {setting: figures(pairs.rows, clusters, score, others) for setting, clusters in tried.items()}
        allowed = [setting for setting in tried if told[setting][2] <= ALLOWED] or [(min(STARTS), min(PASSED))]
        best = max(allowed, key=lambda setting: (told[setting][1], setting))
        for place, cluster in enumerate(tried[best]):
            if part[place] == number:
                found[place] = f"{best} {cluster}"
    return found


def figures(rows: Sequence[Row], clusters: Sequence[object], score: Any, places: Sequence[int]) -> tuple[float, ...]:
    """F1 over pairs, B-cubed F1, share of the pairs that are easily confused."""
    told = score(
        [rows[place] for place in places], [{"id": rows[place]["id"], "story": clusters[place]} for place in places]
    )
    return told["pairwise"][2], told["bcubed"][2], told["hard"]["joined"] / max(1, told["hard"]["item_pairs"])


def main(shared: Path, seeds: Sequence[int]) -> None:
    lines = (shared / "eval" / "stories_dev.jsonl").read_text(encoding="utf-8").splitlines()
    pairs = Pairs([json.loads(line) for line in lines if line.strip()])
    fitted = pairs.fitted(pairs.columns)
    for name, side in (("SAME_LANGUAGE", True), ("OTHER_LANGUAGE", False)):
        columns = zip(Weights.__slots__, fitted[side], strict=True)
        print(f"{name} = Weights({', '.join(f'{column}={weight:.1f}' for column, weight in columns)})")
    score = scorer(shared).score
    everything = range(len(pairs.rows))
    sums = []
    for seed in seeds:
        sums.append(figures(pairs.rows, validated(pairs, score, seed), score, everything))
        print(f"held out, seed {seed}:  " + "  ".join(f"{value:.3f}" for value in sums[-1]), flush=True)
    means = [sum(column) / len(sums) for column in zip(*sums, strict=True)]
    print("held out, mean:    " + "  ".join(f"{value:.3f}" for value in means) + "   (pairs, B-cubed, confusable)")
    table = {
        side: [getattr(weights, column) for column in Weights.__slots__]
        for side, weights in ((True, SAME_LANGUAGE), (False, OTHER_LANGUAGE))
    }
    odds = {pair: pairs.odds(pair, table) for pair in pairs.columns}
    for start in STARTS:
        for passed in PASSED:
            told = figures(pairs.rows, pairs.clusters(odds, start, passed), score, everything)
            print(f"table, {start} {passed}:  " + "  ".join(f"{value:.3f}" for value in told))


if __name__ == "__main__":
    words = sys.argv[1:]
    shared_folders = [Path(word) for word in words if not word.isdigit()] or [REPOSITORY.parent / "shared"]
    main(shared_folders[0], [int(word) for word in words if word.isdigit()] or [1, 2, 3, 4])
