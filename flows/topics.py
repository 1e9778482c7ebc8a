"""How good the rules are, and what other rules would change. Stores nothing."""

import json
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from parsers.errors import Misconfigured, Problem
from parsers.judging.assess import judge_item
from parsers.judging.scoring import Gold, Scores, score
from parsers.judging.topic_file import TopicFile
from parsers.judging.topics import Rules, compile_rules, judge
from parsers.model import JudgedItem
from storage.database import GLANCE, open_live
from storage.items import item_ids, items_by_id

BATCH = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """What NEW would change: (topic, item id, title, gained or lost), and how many items change their relevance."""

    items: int
    changes: tuple[tuple[str, str, str, str], ...]
    relevance: Mapping[str, int]


def evaluate(rules: Rules, labelled: Path) -> Scores:
    """Judge a file of labelled items: JSON lines with title, text, labels, relevance and language.

    Raises:
        Misconfigured: the file or a line of it cannot be used; all of them are named.
    """
    problems: list[Problem] = []
    gold: list[Gold] = []
    predicted = []
    known = {topic.id for topic in rules.file.topics}
    for number, text in enumerate(_lines(labelled), start=1):
        try:
            line = json.loads(text)
            labels, relevance = frozenset(line["labels"]), line["relevance"]
            title, body, language = line["title"], line["text"], line.get("language") or "und"
            if not (isinstance(title, str) and isinstance(body, str) and isinstance(language, str)):
                raise TypeError("title, text and language must be texts")
        except (ValueError, KeyError, TypeError) as error:
            problems.append(Problem(labelled.name, f"line {number}", f"cannot be used: {error!r}"))
            continue
        if labels - known:
            problems.append(Problem(labelled.name, f"line {number}", f"unknown topics {sorted(labels - known)}"))
            continue
        if relevance not in ("core", "related", "off"):
            problems.append(
                Problem(labelled.name, f"line {number}", f"relevance {relevance!r} is not core, related or off")
            )
            continue
        gold.append(Gold(language, labels, relevance))
        predicted.append(judge(rules, title, body))
    if problems:
        raise Misconfigured(problems)
    return score(gold, predicted)


def difference(home: Path, old: Rules, new: Rules) -> Difference:
    """Judge the whole archive by both rules."""
    changes: list[tuple[str, str, str, str]] = []
    relevance: Counter[str] = Counter()
    with open_live(home, wait=GLANCE) as con:
        ids = item_ids(con)
    for start in range(0, len(ids), BATCH):
        with open_live(home, wait=GLANCE) as con:
            batch = items_by_id(con, ids[start : start + BATCH])
        for one in batch:
            before, after = judge_item(old, one.item), judge_item(new, one.item)
            topics_before, topics_after = _topics(before), _topics(after)
            changes += [(topic, one.item.id, one.item.title, "gained") for topic in topics_after - topics_before]
            changes += [(topic, one.item.id, one.item.title, "lost") for topic in topics_before - topics_after]
            if before.judgement.relevance != after.judgement.relevance:
                relevance[f"{before.judgement.relevance} -> {after.judgement.relevance}"] += 1
    return Difference(len(ids), tuple(sorted(changes)), dict(relevance))


def rules_from(path: Path) -> Rules:
    """The rules of some topics file, for comparing.

    Raises:
        Misconfigured: it is not one.
    """
    try:
        return compile_rules(TypeAdapter(TopicFile).validate_python(tomllib.loads(path.read_text("utf-8"))))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise Misconfigured([Problem(str(path), "", f"is not a topics file: {error}")]) from error


def _topics(judged: JudgedItem) -> set[str]:
    return {label.topic for label in judged.judgement.labels}


def _lines(path: Path) -> list[str]:
    try:
        return [line for line in path.read_text("utf-8").split("\n") if line.strip()]  # a text may hold U+2028
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured([Problem(str(path), "", f"cannot be read: {error}")]) from error
