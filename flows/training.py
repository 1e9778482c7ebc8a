"""Learns config/topics.model.json from labelled items, with scikit-learn, which the product itself does without.

The phrases stay what people wrote. Two steps are learned (see parsers/judging/learned.py for what they mean):

1. Leaning: for each topic, for on-topic and for core, a logistic regression over stems, groups and the strengths of
   all topics. Every item counts; weights too small to matter are left out.
2. Weighing: one logistic regression for all topics over the signs of an item, with a bias for each topic; then one for
   on-topic and one for core. Only `fresh` items count, which nobody who wrote the rules had seen, and each is leaned by
   weights that were learned without it: else both steps would be trusted more than they deserve.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from pydantic import TypeAdapter
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from flows.labelled import Labelled
from parsers.errors import Misconfigured, Problem
from parsers.judging import learned
from parsers.judging.learned import CORE, ITEM_SIGNS, ON_TOPIC, TOPIC_SIGNS, Presence, Weights
from parsers.judging.strength import Strength
from parsers.judging.topic_file import TopicFile
from parsers.judging.topics import findings, untaught

FOLDS = 8
FEWEST = 50
"""Fresh items that the second step can be learned from at all."""
RARE, COMMON = 4, 0.6
"""A feature must stand in so many items, and in no greater share of them."""
LEAN_C, WEIGH_C, ITEM_C = 10.0, 0.1, 1.0
"""Inverse strengths of regularisation, chosen by cross-validation."""
TOO_SMALL = 0.5
"""Leanings below this are left out: they change no figure, and are most of the file."""

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Examples:
    """Items as the two steps see them; `wanted`: items x (topics, on-topic, core)."""

    counts: list[Counter[str]]
    strengths: list[Mapping[int, Strength]]
    presence: list[Presence]
    wanted: Array

    def of(self, numbers: Sequence[int]) -> "Examples":
        return Examples(
            [self.counts[n] for n in numbers],
            [self.strengths[n] for n in numbers],
            [self.presence[n] for n in numbers],
            self.wanted[list(numbers)],
        )


@dataclass(frozen=True, slots=True)
class Leaning:
    """What the first step learned: rarity of each feature, weights features x outputs, and biases."""

    idf: Mapping[str, float]
    weights: Array
    bias: Array


def learn(file: TopicFile, items: Sequence[Labelled], about: str) -> Weights:
    """Weights for the topics of `file`. The same items in the same order give the same weights.

    Args:
        about: in words, what the items are.

    Raises:
        Misconfigured: too few items are fresh, or all of them are of one relevance.
    """
    fresh = [number for number, item in enumerate(items) if item.fresh]
    kinds = {items[number].gold.relevance for number in fresh}
    if len(fresh) < FEWEST or not {"core", "off"} <= kinds:
        reason = f"{len(fresh)} of the items are fresh; at least {FEWEST} are needed, core ones and others that are off"
        raise Misconfigured([Problem("labelled items", "fresh", reason)])
    examples = _examples(file, items)
    leanings = _leaned_without_itself(examples)[fresh]
    judged = examples.of(fresh)
    topics = len(file.topics)

    weigher = _fitted(_topic_rows(judged, leanings), judged.wanted[:, :topics].ravel(), WEIGH_C)
    chances = np.zeros((len(fresh), topics))
    for others, part in _folds(len(fresh)):
        known = _fitted(
            _topic_rows(judged.of(others), leanings[others]), judged.wanted[others, :topics].ravel(), WEIGH_C
        )
        rows = _topic_rows(judged.of(part), leanings[part])
        chances[part] = known.predict_proba(rows)[:, 1].reshape(len(part), topics)
    closeness = [topic.core for topic in file.topics]
    signs = np.array(
        [
            learned.item_signs(list(chances[n]), closeness, list(leanings[n]), judged.presence[n])
            for n in range(len(fresh))
        ]
    )
    return _as_weights(
        file,
        about,
        _lean(examples),
        weigher,
        _fitted(signs, judged.wanted[:, topics], ITEM_C),
        _fitted(signs, judged.wanted[:, topics + 1], ITEM_C),
    )


def written(weights: Weights) -> str:
    """The weights as config/topics.model.json has them: one line for each output, so that a change can be read."""
    plain = TypeAdapter(Weights).dump_python(weights)
    leans = ",\n".join(f"{_json(output)}:{_json(lean)}" for output, lean in plain.pop("lean").items())
    rest = ",\n".join(f"{_json(key)}:{_json(value)}" for key, value in plain.items())
    return f'{{\n{rest},\n"lean":{{\n{leans}\n}}\n}}\n'


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _examples(file: TopicFile, items: Sequence[Labelled]) -> Examples:
    rules = untaught(file)
    found = [findings(rules, item.title, item.text) for item in items]
    wanted = [
        [
            *(topic.id in item.gold.topics for topic in file.topics),
            item.gold.relevance != "off",
            item.gold.relevance == "core",
        ]
        for item in items
    ]
    return Examples(
        [learned.features(one.reading, one.strengths, [topic.id for topic in file.topics]) for one in found],
        [one.strengths for one in found],
        [one.presence for one in found],
        np.array(wanted, dtype=bool),
    )


def _folds(count: int) -> Iterator[tuple[list[int], list[int]]]:
    """(all other numbers, every eighth number), eight times."""
    for fold in range(FOLDS):
        part = list(range(fold, count, FOLDS))
        yield sorted(set(range(count)) - set(part)), part


def _leaned_without_itself(examples: Examples) -> Array:
    leanings = np.zeros(examples.wanted.shape)
    for others, part in _folds(len(examples.counts)):
        leaning = _lean(examples.of(others))
        leanings[part] = _profiles([examples.counts[n] for n in part], leaning.idf) @ leaning.weights + leaning.bias
    return leanings


def _lean(examples: Examples) -> Leaning:
    holders = Counter(feature for counts in examples.counts for feature in counts)
    number = len(examples.counts)
    kept = [f for f, count in sorted(holders.items()) if RARE <= count < COMMON * number or f[0] in learned.MARKS]
    idf = {feature: log((1 + number) / (1 + holders[feature])) + 1 for feature in kept}
    rows = _profiles(examples.counts, idf)
    weights = np.zeros((len(idf), examples.wanted.shape[1]))
    bias = np.zeros(examples.wanted.shape[1])
    for output, column in enumerate(examples.wanted.T):
        if column.any() and not column.all():  # of what nobody labelled there is nothing to learn
            fitted = _fitted(rows, column, LEAN_C, balanced=True)
            weights[:, output], bias[output] = fitted.coef_[0], fitted.intercept_[0]
    weights[np.abs(weights) < TOO_SMALL] = 0
    return Leaning(idf, weights, bias)


def _profiles(counts: Sequence[Counter[str]], idf: Mapping[str, float]) -> csr_matrix:
    numbers = {feature: number for number, feature in enumerate(idf)}
    values: list[float] = []
    columns: list[int] = []
    ends = [0]
    for one in counts:
        row = learned.unit({numbers[f]: (1 + log(count)) * idf[f] for f, count in one.items() if f in numbers})
        columns += row
        values += row.values()
        ends.append(len(values))
    return csr_matrix((values, columns, ends), shape=(len(counts), len(idf)))


def _topic_rows(examples: Examples, leanings: Array) -> Array:
    """One row for each item and topic: the signs, and which topic it is."""
    topics = leanings.shape[1] - 2
    rows = [
        [*signs, *(float(other == number) for other in range(topics))]
        for strengths, presence, own in zip(examples.strengths, examples.presence, leanings, strict=True)
        for number, signs in enumerate(learned.topic_signs(strengths, list(own[:-2]), presence))
    ]
    return np.array(rows)


def _fitted(rows: Any, wanted: Array, c: float, *, balanced: bool = False) -> LogisticRegression:
    weighting = "balanced" if balanced else None
    return LogisticRegression(C=c, class_weight=weighting, max_iter=5_000).fit(rows, wanted)


def _as_weights(
    file: TopicFile,
    about: str,
    leaning: Leaning,
    weigher: LogisticRegression,
    on_topic: LogisticRegression,
    core: LogisticRegression,
) -> Weights:
    features = list(leaning.idf)
    used = np.flatnonzero(leaning.weights.any(axis=1))
    outputs = [*(topic.id for topic in file.topics), ON_TOPIC, CORE]
    signs, biases = np.split(weigher.coef_[0], [len(TOPIC_SIGNS)])
    return Weights(
        made_from=about,
        idf={features[n]: round(leaning.idf[features[n]], 3) for n in used},
        lean={
            output: {
                "": round(float(leaning.bias[column]), 3),
                **{
                    features[n]: round(float(leaning.weights[n, column]), 2) for n in used if leaning.weights[n, column]
                },
            }
            for column, output in enumerate(outputs)
        },
        topic={sign: round(float(weight), 4) for sign, weight in zip(TOPIC_SIGNS, signs, strict=True)},
        bias={
            topic.id: round(float(bias + weigher.intercept_[0]), 4)
            for topic, bias in zip(file.topics, biases, strict=True)
        },
        on_topic=_named(on_topic),
        core=_named(core),
    )


def _named(fitted: LogisticRegression) -> dict[str, float]:
    weights = {sign: round(float(weight), 4) for sign, weight in zip(ITEM_SIGNS, fitted.coef_[0], strict=True)}
    return {"": round(float(fitted.intercept_[0]), 4), **weights}
