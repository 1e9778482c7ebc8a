"""The figures that decide whether a change of rules is an improvement are the textbook ones."""

import pytest

from parsers.judging.scoring import Gold, score
from parsers.model import Judgement, Label, Relevance


def judged(relevance: Relevance, ranking: float, *topics: str) -> Judgement:
    return Judgement(relevance, ranking, tuple(Label(topic, 1.0, ()) for topic in topics), "x")


def test_figures_on_a_worked_example() -> None:
    """Micro, macro, language, on-topic and ranking figures equal those worked out by hand."""
    gold = [
        Gold("en", frozenset({"a", "b"}), "core"),
        Gold("en", frozenset({"a"}), "related"),
        Gold("de", frozenset(), "off"),
        Gold("de", frozenset({"b"}), "core"),
    ]
    found = score(
        gold,
        [judged("core", 0.9, "a"), judged("related", 0.8, "a", "c"), judged("related", 0.4, "b"), judged("off", 0.1)],
    )
    assert (found.micro.precision, found.micro.recall, found.micro.f1) == pytest.approx((0.5, 0.5, 0.5))
    assert found.topics["a"].f1 == 1.0
    assert (found.topics["c"].precision, found.topics["c"].support) == (0.0, 0)
    assert found.macro_f1 == pytest.approx(0.5)
    assert found.languages["en"].f1 == pytest.approx(2 / 3)
    assert found.languages["de"].f1 == 0.0
    assert found.on_topic.f1 == pytest.approx(2 / 3)
    assert found.relevance_accuracy == 0.5
    assert found.core_average_precision == pytest.approx((1 + 2 / 4) / 2)


def test_nothing_scores_nothing() -> None:
    """No items is no division by zero."""
    assert score([], []).micro.f1 == 0.0


def test_lengths_must_agree() -> None:
    """A lost judgement is an error, not a better figure."""
    with pytest.raises(ValueError, match="shorter"):
        score([Gold("en", frozenset(), "off")], [])
