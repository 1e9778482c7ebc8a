"""Joins points into clusters by the likeness of pairs. Does not know what the points are.

Two points are as near as the company they keep: the likeness of two is taken from the neighbours that they share
(Jarvis and Patrick 1973, "Clustering using a similarity measure based on shared near neighbors"), which tells two
reports of one event from two events of one affair better than their own words do. Clusters grow by average linkage,
the nearest first, so that no single point chains two of them.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from heapq import heapify, heappop, heappush, nlargest

SHARED = 8.0
"""What the share of common neighbours, 0..1, adds to the log odds of two points."""
PASSED_OVER = -1.1
"""... and what each unit adds by which the nearest neighbour of one or the other is nearer than these two are.
-0.8 finds more pairs, and joins a fifth more of those that are easily confused."""
START = -4.6
LIKELY = 0.5
"""Average likelihood above which two clusters are one."""
NEIGHBOURS = 32
"""Of each point so many count, the nearest ones."""
AVERAGED = 24
"""A point is held against so many points of a cluster: in a larger one it need not be near to all."""
NEVER = -20.0
"""Log odds that are a rule's no: they count as -1 where others count 0 to 1."""
LEAST = 0.02
"""Likelihoods below it are taken for 0."""

Odds = Mapping[int, float]
"""Point -> log odds that it belongs to the one at hand."""


def likelihood(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds)) if log_odds > -50 else 0.0


def nearest(odds: Odds) -> dict[int, float]:
    """The nearest neighbours, at most NEIGHBOURS."""
    if len(odds) <= NEIGHBOURS:
        return dict(odds)
    return dict(nlargest(NEIGHBOURS, odds.items(), key=lambda pair: (pair[1], -pair[0])))


def by_company(odds: Mapping[int, Odds]) -> dict[tuple[int, int], float]:
    """Likelihood of each pair (smaller, larger), judged by the neighbours of both.

    Args:
        odds: point -> its neighbours; a pair counts when either names the other, with the same value.
    """
    company: dict[int, dict[int, float]] = {}
    length: dict[int, float] = {}
    best: dict[int, float] = {}
    for point, near in odds.items():
        around = {other: likelihood(value) for other, value in nearest(near).items()}
        around[point] = 1.0
        company[point] = around
        length[point] = math.sqrt(sum([value * value for value in around.values()]))
        best[point] = max(near.values(), default=0.0)
    found: dict[tuple[int, int], float] = {}
    for point, near in odds.items():
        for other, value in near.items():
            pair = (point, other) if point < other else (other, point)
            if pair in found or other not in company:
                continue
            one, two = company[point], company[other]
            shared = sum([one[each] * two[each] for each in sorted(one.keys() & two.keys())])
            passed = max(0.0, min(best[point], best[other]) - value)
            if value <= NEVER:
                found[pair] = -1.0
                continue
            together = START + SHARED * shared / (length[point] * length[other]) + PASSED_OVER * passed
            found[pair] = likelihood(together)
    return found


def link(
    likely: Mapping[tuple[int, int], float],
    groups: Sequence[Collection[int]],
    fixed: Collection[int] = (),
    most: int = 500,
) -> list[list[int]]:
    """The clusters, each with its points in order.

    Args:
        likely: pair (smaller, larger) -> likelihood, those not named are 0; below 0 speaks against.
        groups: the clusters to start with: every point in exactly one.
        fixed: numbers of groups that may grow, of which no two come together.
        most: points that a cluster may grow to; what is larger at the start stays and takes none.
    """
    members = {number: sorted(group) for number, group in enumerate(groups)}
    group_of = {point: number for number, group in members.items() for point in group}
    bound = set(fixed)
    sums = _sums(likely, group_of)

    def average(one: int, other: int) -> float:
        small, large = sorted((len(members[one]), len(members[other])))
        return sums[one][other] / (small * min(large, AVERAGED))

    def allowed(one: int, other: int) -> bool:
        return not (one in bound and other in bound) and len(members[one]) + len(members[other]) <= most

    heap = [
        (-value, one, other)
        for one, near in sums.items()
        for other in near
        if one < other and (value := average(one, other)) >= LIKELY and allowed(one, other)
    ]
    heapify(heap)
    following = len(members)
    while heap:
        value, one, other = heappop(heap)
        if one not in members or other not in members:
            continue
        near, far = sums.pop(one), sums.pop(other)
        if len(near) < len(far):
            near, far = far, near
        for each, amount in far.items():
            near[each] = near.get(each, 0.0) + amount
        new, following = following, following + 1
        members[new] = members.pop(one) + members.pop(other)
        if one in bound or other in bound:
            bound.add(new)
        near.pop(one, None)
        near.pop(other, None)
        sums[new] = near
        for each, amount in near.items():
            around = sums[each]
            around.pop(one, None)
            around.pop(other, None)
            around[new] = amount
            if (value := average(each, new)) >= LIKELY and allowed(each, new):
                heappush(heap, (-value, each, new))
    return [sorted(group) for group in members.values()]


def _sums(likely: Mapping[tuple[int, int], float], group_of: Mapping[int, int]) -> dict[int, dict[int, float]]:
    sums: dict[int, dict[int, float]] = {number: {} for number in group_of.values()}
    for (one, other), value in sorted(likely.items()):
        first, second = group_of[one], group_of[other]
        if first != second and abs(value) >= LEAST:
            sums[first][second] = sums[first].get(second, 0.0) + value
            sums[second][first] = sums[second].get(first, 0.0) + value
    return sums
