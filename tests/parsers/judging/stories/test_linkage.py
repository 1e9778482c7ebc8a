"""Linkage and communities: which points come together when their likeness is known."""

from itertools import combinations

from parsers.judging.stories.communities import communities
from parsers.judging.stories.linkage import NEVER, by_company, likelihood, link

SINGLE = [[0], [1], [2], [3]]


def full(points: range, value: float) -> dict[tuple[int, int], float]:
    return dict.fromkeys(combinations(points, 2), value)


def test_one_near_pair_does_not_chain_two_clusters() -> None:
    """The average over all pairs decides."""
    likely = {(0, 1): 0.9, (2, 3): 0.9, (1, 2): 0.8}

    assert sorted(link(likely, SINGLE)) == [[0, 1], [2, 3]]
    assert sorted(link({**likely, (0, 2): 0.8, (0, 3): 0.8, (1, 3): 0.8}, SINGLE)) == [[0, 1, 2, 3]]


def test_a_rule_against_a_pair_keeps_clusters_apart() -> None:
    """What counts -1 outweighs likelihoods that would be enough alone."""
    likely = {(0, 1): 0.9, (0, 2): 0.6, (1, 2): 0.6}

    assert [0, 1, 2] in link(likely, SINGLE)
    assert [0, 1, 2] not in link({**likely, (1, 2): -1.0}, SINGLE)


def test_fixed_groups_grow_and_never_meet() -> None:
    """A point between two goes to the nearer one."""
    likely = {(0, 1): 0.9, (0, 2): 0.7, (1, 2): 0.95}

    assert sorted(link(likely, [[0], [1], [2]], fixed=[0, 1])) == [[0], [1, 2]]


def test_clusters_end_at_their_limit() -> None:
    """Points that are all alike make several clusters; a group that is too large from the start stays."""
    assert {len(group) for group in link(full(range(20), 0.9), [[point] for point in range(20)], most=5)} <= {
        1,
        2,
        3,
        4,
        5,
    }
    assert sorted(map(len, link(full(range(9), 0.9), [list(range(8)), [8]], most=5))) == [1, 8]


def test_company_parts_what_is_near() -> None:
    """Two points with the same neighbours are likelier together than two that have others, equally near themselves."""
    near = {0: {1: 2.0, 2: 2.0}, 1: {0: 2.0, 2: 2.0}, 2: {0: 2.0, 1: 2.0, 3: 2.0}, 3: {2: 2.0, 4: 2.0}, 4: {3: 2.0}}
    found = by_company(near)

    assert found[0, 1] > found[2, 3]
    assert by_company({0: {1: NEVER}, 1: {0: NEVER}}) == {(0, 1): -1.0}
    assert likelihood(0.0) == 0.5
    assert likelihood(-1_000.0) == 0.0


def test_communities_gather_what_names_few_neighbours() -> None:
    """Two rings of which each point knows the next two only, with one tie between them, are two clusters."""
    rings = [range(12), range(12, 24)]
    ties = {(ring[n], ring[(n + step) % 12]): 0.2 for ring in rings for n in range(12) for step in (1, 2)}
    found = communities({**ties, (3, 15): 0.1}, [[point] for point in range(24)])

    assert sorted(found) == [list(ring) for ring in rings]


def test_communities_keep_groups_limits_and_what_is_fixed() -> None:
    """Groups stay whole, fixed ones do not meet, none grows over its limit, what has no ties stays alone."""
    ties = full(range(6), 0.5)

    assert sorted(communities(ties, [[0, 9], [1], [2], [3], [4], [5]])) == [[0, 1, 2, 3, 4, 5, 9]]
    assert sorted(communities({(0, 1): 0.5}, [[0], [1]], fixed=[0, 1])) == [[0], [1]]
    assert max(map(len, communities(ties, [[point] for point in range(6)], most=3))) <= 3
    assert communities({}, [[0], [1]]) == [[0], [1]]
    assert communities({}, []) == []
