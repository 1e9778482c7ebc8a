"""Compares judgements with labels given by people: precision, recall, F1, ranking. Judges nothing, reads no file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

from parsers.model import Judgement, Relevance

_Z = 1.96
"""Of the normal distribution, for intervals that hold the true share 95 times in 100."""
_BANDS = 5

Interval = tuple[float, float]
"""Lowest and highest share that the cases speak for, at 95 %."""


@dataclass(frozen=True, slots=True)
class Gold:
    """What a person decided about one item."""

    language: str
    topics: frozenset[str]
    relevance: Relevance


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares 0..1, each with its interval. `support`: how often the label was right to give.

    Without any case a share is 0 and its interval is everything.
    """

    precision: float
    recall: float
    f1: float
    support: int
    precision_interval: Interval
    recall_interval: Interval
    f1_interval: Interval


@dataclass(frozen=True, slots=True)
class Band:
    """Cases whose scores lie close together: the mean of what was `said`, and the share that `was` so."""

    cases: int
    said: float
    was: float


@dataclass(frozen=True, slots=True)
class Scores:
    """Figures over all items.

    Attributes:
        micro: all labels pooled; macro_f1: mean F1 of the topics that people gave.
        on_topic: anything but off against off.
        relevance_accuracy: share of items with the right one of core, related, off.
        core_average_precision: of the ranking by relevance_score, core against the rest.
        core_bands, label_bands: whether scores mean what they say, from low to high: relevance_score against core,
            the score of a given label against a person's giving it.
    """

    items: int
    micro: Rates
    macro_f1: float
    topics: Mapping[str, Rates]
    languages: Mapping[str, Rates]
    on_topic: Rates
    relevance_accuracy: float
    core_average_precision: float
    core_bands: Sequence[Band]
    label_bands: Sequence[Band]


def score(gold: Sequence[Gold], predicted: Sequence[Judgement]) -> Scores:
    """Both in the same order. Raises ValueError when their lengths differ."""
    pairs = [(g, p, frozenset(label.topic for label in p.labels)) for g, p in zip(gold, predicted, strict=True)]
    known = sorted({topic for g, _, given in pairs for topic in g.topics | given})
    topics = {t: _rates((t in g.topics, t in given) for g, _, given in pairs) for t in known}
    supported = [rates.f1 for rates in topics.values() if rates.support]
    languages = {
        language: _pooled((g.topics, given) for g, _, given in pairs if g.language == language)
        for language in sorted({g.language for g in gold})
    }
    return Scores(
        items=len(pairs),
        micro=_pooled((g.topics, given) for g, _, given in pairs),
        macro_f1=sum(supported) / len(supported) if supported else 0.0,
        topics=topics,
        languages=languages,
        on_topic=_rates((g.relevance != "off", p.relevance != "off") for g, p, _ in pairs),
        relevance_accuracy=sum(g.relevance == p.relevance for g, p, _ in pairs) / len(pairs) if pairs else 0.0,
        core_average_precision=_average_precision([(p.relevance_score, g.relevance == "core") for g, p, _ in pairs]),
        core_bands=_bands([(p.relevance_score, g.relevance == "core") for g, p, _ in pairs]),
        label_bands=_bands([(label.score, label.topic in g.topics) for g, p, _ in pairs for label in p.labels]),
    )


def _rates(cases: Iterable[tuple[bool, bool]]) -> Rates:
    return _pooled((frozenset("x" if right else ""), frozenset("x" if given else "")) for right, given in cases)


def _pooled(cases: Iterable[tuple[frozenset[str], frozenset[str]]]) -> Rates:
    hit = wrong = missed = 0
    for right, given in cases:
        hit += len(right & given)
        wrong += len(given - right)
        missed += len(right - given)
    precision = hit / (hit + wrong) if hit + wrong else 0.0
    recall = hit / (hit + missed) if hit + missed else 0.0
    f1 = 2 * hit / (2 * hit + wrong + missed) if hit else 0.0
    # F1 = 2 J / (1 + J), where J = hit / (hit + wrong + missed) is a plain share.
    low, high = _wilson(hit, hit + wrong + missed)
    return Rates(
        precision,
        recall,
        f1,
        hit + missed,
        _wilson(hit, hit + wrong),
        _wilson(hit, hit + missed),
        (min(f1, 2 * low / (1 + low)), max(f1, 2 * high / (1 + high))),
    )


def _wilson(hits: int, cases: int) -> Interval:
    """The score interval of a share (Wilson 1927): honest for few cases and for shares near 0 and 1."""
    if not cases:
        return 0.0, 1.0
    share, spread = hits / cases, _Z * _Z / cases
    middle = (share + spread / 2) / (1 + spread)
    reach = sqrt(spread * (share * (1 - share) + spread / 4)) / (1 + spread)
    return max(0.0, min(share, middle - reach)), min(1.0, max(share, middle + reach))  # rounding: 1 is within its own


def _bands(cases: Sequence[tuple[float, bool]]) -> tuple[Band, ...]:
    ranked = sorted(
        cases, key=lambda case: case[0]
    )  # not by what was so, or a band of equal scores would be split by it
    edges = [len(ranked) * number // _BANDS for number in range(_BANDS + 1)]
    bands = [ranked[low:high] for low, high in pairwise(edges) if low < high]
    return tuple(
        Band(len(band), sum(said for said, _ in band) / len(band), sum(was for _, was in band) / len(band))
        for band in bands
    )


def _average_precision(ranked: Sequence[tuple[float, bool]]) -> float:
    """Items of equal score stay in the order given."""
    hits, total = 0, 0.0
    for place, (_, wanted) in enumerate(sorted(ranked, key=lambda pair: -pair[0]), 1):
        if wanted:
            hits += 1
            total += hits / place
    return total / hits if hits else 0.0
