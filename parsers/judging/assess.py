"""Makes items of entries and judges each by itself, in whatever process. Compares them with nothing, stores nothing."""

import pickle
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from parsers.configured import Source
from parsers.judging.kinds import kind_of
from parsers.judging.overrides import corrected
from parsers.judging.topics import Rules, judge
from parsers.model import Entry, Item, JudgedItem, Judgement, Override, Page
from parsers.reading.normalise import make_item


def assess(
    entries: Sequence[tuple[Entry, Page | None]], source: Source, now: datetime, rules: Path
) -> Sequence[JudgedItem]:
    """One judged item for each entry, with the page behind it where that was read.

    Args:
        rules: a file that `keep_rules` wrote; a child process that judges many documents reads it once.
    """
    kept = _kept_rules(rules)
    return [judge_item(kept, make_item(entry, page, source, now)) for entry, page in entries]


def judge_item(rules: Rules, item: Item, overrides: Sequence[Override] = ()) -> JudgedItem:
    """One item with its judgement, people's decisions in force; whether it repeats another one is not looked for."""
    text = item.text or item.summary
    judgement = corrected(judge(rules, item.title, text), overrides)
    return JudgedItem(item, with_kind(rules, judgement, item.title, text, item.url, item.tags, item.published))


def with_kind(
    rules: Rules,
    judgement: Judgement,
    title: str,
    text: str,
    url: str | None,
    tags: Sequence[str] = (),
    published: datetime | None = None,
) -> Judgement:
    """The judgement with the kind of its text; nobody asks of what kind those are that are off."""
    if judgement.relevance == "off":
        return judgement
    return replace(judgement, kind=kind_of(rules.kinds, title, text, url, tags, published).kind)


def keep_rules(rules: Rules, path: Path) -> None:
    """Write compiled rules where child processes find them: they are too large to go along with every document."""
    path.write_bytes(pickle.dumps(rules))


@lru_cache(maxsize=1)
def _kept_rules(path: Path) -> Rules:
    rules: Rules = pickle.loads(path.read_bytes())  # noqa: S301 - written by keep_rules, in a folder of our own
    return rules
