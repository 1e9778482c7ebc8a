"""Puts what people decided over what the rules found. Finds nothing itself and stores nothing."""

from collections.abc import Sequence
from dataclasses import replace

from parsers.model import Judgement, Label, Origin, Override

_ORIGIN: dict[str, Origin] = {"add": "added", "pin": "pinned"}


def corrected(judgement: Judgement, overrides: Sequence[Override]) -> Judgement:
    """The judgement with the decisions on its item in force. A person is sure: such a label has the score 1.

    An item that keeps no topic by that is off, and certainly not core; one that was off and is given a topic is
    related. Pinned topics come first, of several the one that was pinned last.

    Args:
        overrides: at most one for each topic, the oldest first.
    """
    if not overrides:
        return judgement
    found = {label.topic: label for label in judgement.labels}
    for one in reversed(overrides):
        before = found.pop(one.topic, None)
        if origin := _ORIGIN.get(one.action):
            found[one.topic] = Label(one.topic, 1.0, before.evidence if before else (), origin)
    labels = tuple(sorted(found.values(), key=lambda label: (label.origin != "pinned", -label.score)))
    if not labels:
        return replace(judgement, labels=(), relevance="off", relevance_score=0.0)
    relevance = "related" if judgement.relevance == "off" else judgement.relevance
    return replace(judgement, labels=labels, relevance=relevance)
