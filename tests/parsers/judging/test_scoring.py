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


@pytest.mark.parametrize("cases", [1, 2, 3, 7, 10, 49, 1000])
def test_intervals_hold_the_share(cases: int) -> None:
    """Whatever was found, the interval lies in 0..1 and holds what was measured, whatever rounding does."""
    for hits in {0, 1, cases // 3, cases // 2, cases - 1, cases}:
        gold = [Gold("en", frozenset("a"), "core")] * cases
        found = score(gold, [judged("core", 0.9, *(["a"] if number < hits else ["b"])) for number in range(cases)])
        for rates in (found.micro, *found.topics.values(), *found.languages.values(), found.on_topic):
            for share, (low, high) in (
                (rates.precision, rates.precision_interval),
                (rates.recall, rates.recall_interval),
                (rates.f1, rates.f1_interval),
            ):
                assert 0 <= low <= share <= high <= 1


def test_interval_of_a_worked_example() -> None:
    """8 of 10: 0.49 to 0.94 by Wilson's formula; F1 from the same of 8 out of 14."""
    gold = [Gold("en", frozenset("a"), "core")] * 10 + [Gold("en", frozenset(), "off")] * 4
    found = score(gold, [judged("core", 0.9, *(["a"] if number >= 2 else [])) for number in range(14)]).topics["a"]
    assert found.recall_interval == pytest.approx((0.4902, 0.9433), abs=1e-3)
    assert (found.precision, found.f1) == pytest.approx((8 / 12, 16 / 22))
    low, high = 0.3259, 0.7862
    assert found.f1_interval == pytest.approx((2 * low / (1 + low), 2 * high / (1 + high)), abs=1e-3)


def test_without_cases_everything_is_possible() -> None:
    """A label that nobody gave and nothing found."""
    assert score([], []).micro.f1_interval == (0.0, 1.0)
    found = score([Gold("en", frozenset("a"), "core")], [judged("core", 0.9)])
    assert (found.topics["a"].precision, found.topics["a"].precision_interval) == (0.0, (0.0, 1.0))


def test_bands_say_whether_scores_mean_what_they_say() -> None:
    """Ten items in fifths from low to high, each with the mean of what was said and the share that was so."""
    gold = [Gold("en", frozenset(), "core" if number >= 5 else "off") for number in range(10)]
    found = score(gold, [judged("core", number / 10) for number in range(10)])
    assert [(band.cases, band.said, band.was) for band in found.core_bands] == [
        (2, pytest.approx(said), was) for said, was in ((0.05, 0), (0.25, 0), (0.45, 0.5), (0.65, 1), (0.85, 1))
    ]
    assert found.label_bands == ()


def test_bands_of_equal_scores_are_mixed() -> None:
    """What was said alike is not sorted by what was so: that would make the first bands look worse than the last."""
    gold = [Gold("en", frozenset(), "core" if number % 2 else "off") for number in range(20)]
    assert {band.was for band in score(gold, [judged("core", 0.5)] * 20).core_bands} == {0.5}
