"""Compares judgements with labels given by people: precision, recall, F1, ranking. Judges nothing, reads no file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from parsers.model import Judgement, Relevance


@dataclass(frozen=True, slots=True)
class Gold:
    """What a person decided about one item."""

    language: str
    topics: frozenset[str]
    relevance: Relevance


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares 0..1. `support`: how often the label was right to give. Without any case a share is 0."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Scores:
    """Figures over all items.

    Attributes:
        micro: all labels pooled; macro_f1: mean F1 of the topics that people gave.
        on_topic: anything but off against off.
        relevance_accuracy: share of items with the right one of core, related, off.
        core_average_precision: of the ranking by relevance_score, core against the rest.
    """

    items: int
    micro: Rates
    macro_f1: float
    topics: Mapping[str, Rates]
    languages: Mapping[str, Rates]
    on_topic: Rates
    relevance_accuracy: float
    core_average_precision: float


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
    f1 = 2 * precision * recall / (precision + recall) if hit else 0.0
    return Rates(precision, recall, f1, hit + missed)


def _average_precision(ranked: Sequence[tuple[float, bool]]) -> float:
    """Items of equal score stay in the order given."""
    hits, total = 0, 0.0
    for place, (_, wanted) in enumerate(sorted(ranked, key=lambda pair: -pair[0]), 1):
        if wanted:
            hits += 1
            total += hits / place
    return total / hits if hits else 0.0
