"""Joins points into wide clusters, by what they have in common with all of a cluster. Does not know what they are.

Each point moves to the cluster that it is tied to most, less a toll for every point that is there already (the
constant Potts model, Traag, Van Dooren and Nesterov 2011, "Narrow scope for resolution-limit-free community
detection"), until none gains by it; then clusters move as points do (Blondel et al. 2008, "Fast unfolding of
communities in large networks"). What that gives does not depend on how much else there is.
"""

from collections.abc import Collection, Mapping, Sequence

TOLL = 0.008
"""What two points must be tied by on average to be in one cluster. Points name few neighbours, so it is low."""
ROUNDS = 10
"""How often points may move before clusters do; few move after the third."""
LEVELS = 10


def communities(
    ties: Mapping[tuple[int, int], float],
    groups: Sequence[Sequence[int]],
    fixed: Collection[int] = (),
    most: int = 500,
) -> list[list[int]]:
    """The clusters, each with its points in order.

    Args:
        ties: pair of points -> how much they are tied, above 0.
        groups: what stays together: every point in exactly one.
        fixed: numbers of groups that may grow, of which no two come together.
        most: points that a cluster may grow to.
    """
    place = {point: number for number, group in enumerate(groups) for point in group}
    near: list[dict[int, float]] = [{} for _ in groups]
    for (one, other), tie in sorted(ties.items()):
        first, second = place[one], place[other]
        if first != second:
            near[first][second] = near[first].get(second, 0.0) + tie
            near[second][first] = near[second].get(first, 0.0) + tie
    members = [list(group) for group in groups]
    bound = set(fixed)
    for _ in range(LEVELS):
        found = _moved(near, [len(group) for group in members], bound, most)
        numbers = {cluster: number for number, cluster in enumerate(sorted(set(found)))}
        if len(numbers) == len(members):
            break
        merged: list[list[int]] = [[] for _ in numbers]
        ties_between: list[dict[int, float]] = [{} for _ in numbers]
        for number, cluster in enumerate(found):
            into = numbers[cluster]
            merged[into] += members[number]
            for other, tie in near[number].items():
                across = numbers[found[other]]
                if across != into:
                    ties_between[into][across] = ties_between[into].get(across, 0.0) + tie
        bound = {numbers[found[number]] for number in bound}
        members, near = merged, ties_between
    return [sorted(group) for group in members]


def _moved(near: Sequence[Mapping[int, float]], sizes: Sequence[int], bound: Collection[int], most: int) -> list[int]:
    """The cluster of each point, named after one of its points."""
    cluster = list(range(len(near)))
    filled = list(sizes)
    waiting = [number for number in range(len(near)) if near[number] and number not in bound]
    for _ in range(ROUNDS):
        again: set[int] = set()
        for number in waiting:
            here, size = cluster[number], sizes[number]
            tied: dict[int, float] = {}
            for other, tie in near[number].items():
                tied[cluster[other]] = tied.get(cluster[other], 0.0) + tie
            best, gain = here, tied.get(here, 0.0) - TOLL * size * (filled[here] - size)
            for each, tie in sorted(tied.items()):
                worth = tie - TOLL * size * filled[each]
                if each != here and worth > gain + 1e-12 and filled[each] + size <= most:
                    best, gain = each, worth
            if best != here:
                filled[here] -= size
                filled[best] += size
                cluster[number] = best
                again.update(other for other in near[number] if cluster[other] != best and other not in bound)
        if not again:
            break
        waiting = sorted(again)
    return cluster
