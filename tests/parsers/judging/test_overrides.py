"""What people decided, over what the rules found."""

from datetime import UTC, datetime, timedelta

import pytest

from parsers.judging.overrides import corrected
from parsers.model import Action, Evidence, Judgement, Label, Override, Relevance

WORD = Evidence("PESCO", 0, 5, "title", 1.0)
NOW = datetime(2026, 11, 16, tzinfo=UTC)


def judged(relevance: Relevance, *labels: tuple[str, float]) -> Judgement:
    return Judgement(relevance, 0.8, tuple(Label(topic, score, (WORD,)) for topic, score in labels), "rules 1")


def decided(*decisions: tuple[Action, str]) -> list[Override]:
    return [
        Override("1", topic, action, "because", NOW + timedelta(seconds=number))
        for number, (action, topic) in enumerate(decisions)
    ]


def shown(judgement: Judgement) -> list[tuple[str, float, str]]:
    return [(label.topic, label.score, label.origin) for label in judgement.labels]


def test_no_decision_changes_nothing() -> None:
    """The very judgement comes back."""
    before = judged("core", ("pesco", 0.9))
    assert corrected(before, ()) is before


def test_a_person_is_sure() -> None:
    """An added topic has the score 1 and no evidence; one that the machine found too keeps its evidence."""
    after = corrected(
        judged("core", ("pesco", 0.9), ("dialogue", 0.7)), decided(("add", "nato-eu"), ("add", "dialogue"))
    )
    assert {(label.topic, label.score, label.origin, label.evidence) for label in after.labels} == {
        ("nato-eu", 1.0, "added", ()),
        ("dialogue", 1.0, "added", (WORD,)),
        ("pesco", 0.9, "machine", (WORD,)),
    }
    assert (after.relevance, after.relevance_score) == ("core", 0.8)


def test_pinned_topics_come_first() -> None:
    """Before machine and added topics, and of two the one pinned last."""
    before = judged("core", ("pesco", 1.0), ("dialogue", 0.7), ("nato-eu", 0.6))
    after = corrected(before, decided(("pin", "nato-eu"), ("add", "enlargement"), ("pin", "dialogue")))
    assert shown(after)[:2] == [("dialogue", 1.0, "pinned"), ("nato-eu", 1.0, "pinned")]
    assert {topic for topic, *_ in shown(after)[2:]} == {"pesco", "enlargement"}


def test_the_last_topic_removed() -> None:
    """Nothing is left to read the item for: it is off, and nobody would call it core."""
    after = corrected(judged("core", ("pesco", 0.9)), decided(("remove", "pesco")))
    assert (after.relevance, after.relevance_score, after.labels) == ("off", 0.0, ())


def test_one_of_two_removed() -> None:
    """The rest stays as it was."""
    after = corrected(judged("related", ("pesco", 0.9), ("dialogue", 0.5)), decided(("remove", "pesco")))
    assert (after.relevance, shown(after)) == ("related", [("dialogue", 0.5, "machine")])


@pytest.mark.parametrize("action", ["add", "pin"])
def test_an_item_that_was_off(action: Action) -> None:
    """A topic makes it related; that the machine was unsure of core stays."""
    after = corrected(judged("off"), decided((action, "pesco")))
    assert (after.relevance, after.relevance_score, len(after.labels)) == ("related", 0.8, 1)


def test_removing_what_is_not_there() -> None:
    """Changes nothing, and does so again."""
    before = judged("core", ("pesco", 0.9))
    assert corrected(before, decided(("remove", "dialogue"))) == before
    assert corrected(judged("off"), decided(("remove", "dialogue"))).relevance == "off"
