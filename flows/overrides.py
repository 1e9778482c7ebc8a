"""What people decide about the topics of an item: kept, put over the machine's labels, told as training material."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from flows.explain import stored_item
from flows.extraction import read_agencies
from flows.reclassify import originals_of
from flows.report import Report
from flows.rules import accepted_rules
from flows.settings import Settings
from flows.stories import group_stories
from parsers.errors import Misconfigured, Problem
from parsers.judging.assess import judge_item
from parsers.judging.topics import Rules
from parsers.model import Action, JudgedItem, Judgement, Override
from storage.database import GLANCE, open_live, transaction
from storage.items import items_by_id
from storage.judgements import judge_anew
from storage.overrides import overrides_in_force, write_overrides
from storage.snapshot import publish


def override(
    settings: Settings, now: datetime, item: str, topics: Sequence[str], action: Action, reason: str
) -> Report:
    """Decide about topics of the item with this id, or the only one whose id begins so.

    Raises:
        Misconfigured: a topic is not known, or the reason is empty.
        SeabridgeError: there is no such item, or several.
    """
    rules = accepted_rules(settings, now).rules
    with open_live(settings.home, wait=GLANCE) as con:
        before = stored_item(con, item)
        decided = overrides_in_force(con, [before.item.id]).get(before.item.id, ())
    known = {topic.id for topic in rules.file.topics}
    if action in ("remove", "withdraw"):  # what stands there can be taken away, though the rules forgot it meanwhile
        known |= {one.topic for one in decided} | {label.topic for label in before.judgement.labels}
    problems = [
        Problem("command line", topic, "no such topic; seabridge topics list shows all")
        for topic in topics
        if topic not in known
    ]
    if not reason.strip():
        problems.append(Problem("command line", "--reason", "is empty: say why, for those who come after you"))
    if problems:
        raise Misconfigured(problems)
    given = reversed(dict.fromkeys(topics))  # the newest pin comes first, so the first that is named is the newest
    made = [Override(before.item.id, topic, action, reason.strip(), now) for topic in given]
    overrides, after = _decided(settings, rules, before, made, now)
    if (before.judgement.relevance == "off") != (after.relevance == "off"):
        group_stories(settings, read_agencies(settings), now, now)
    with open_live(settings.home) as con:
        publish(con, settings.home, now, zone=settings.digest.zone, keep=settings.keep.snapshots)
    shown = ", ".join(label.topic for label in after.labels) or "none"
    lines = (before.item.title, f"{after.relevance}; topics: {shown}")
    return Report("override", "done", {"item": before.item.id, "decisions in force": len(overrides)}, lines)


def _decided(
    settings: Settings, rules: Rules, before: JudgedItem, made: Sequence[Override], now: datetime
) -> tuple[Sequence[Override], Judgement]:
    """Store decisions and what they make of the item, together or not at all; gives the decisions in force."""
    item = before.item
    copies = originals_of(settings, [item]) if before.judgement.relevance == "off" and before.copy_of is None else {}
    with open_live(settings.home) as con, transaction(con):
        write_overrides(con, made)
        overrides = overrides_in_force(con, [item.id]).get(item.id, ())
        after = judge_item(rules, item, overrides).judgement
        judge_anew(con, [(item.id, after)], now, copies if after.relevance != "off" else {})
    return overrides, after


def training_lines(settings: Settings) -> Iterator[Mapping[str, Any]]:
    """Every item with decisions in force, as a line that `seabridge topics eval` takes, the decisions beside it."""
    with open_live(settings.home, wait=GLANCE) as con:
        overrides = overrides_in_force(con)
        items = items_by_id(con, list(overrides))
    for one in items:
        yield {
            "id": one.item.id,
            "language": one.item.language,
            "title": one.item.title,
            "text": one.item.text or one.item.summary,
            "labels": [label.topic for label in one.judgement.labels],
            "relevance": one.judgement.relevance,
            "overrides": [
                {"topic": made.topic, "action": made.action, "reason": made.reason, "made_at": made.made_at.isoformat()}
                for made in overrides[one.item.id]
            ],
        }
