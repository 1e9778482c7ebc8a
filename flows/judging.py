"""From what was gathered to what is stored: judgements, copies, one disposition for every entry. Stores nothing."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from flows.gather import Gathered
from flows.news import NOT_READ
from parsers.judging.assess import judge_item, keep_rules
from parsers.judging.novelty import Decision
from parsers.judging.texts.dedupe import CopyIndex
from parsers.judging.topics import Rules
from parsers.model import Disposition, Item, JudgedItem, Outcome, Override
from parsers.reading.normalise import NOT_THE_ARTICLE
from storage.collected import StoredEntry
from storage.database import Connection
from storage.overrides import overrides_in_force

AHEAD = timedelta(hours=1)
"""A date further in the future than this is a mistake or an embargo; such an item is kept out of counts."""


_WITHOUT_ITEM: Mapping[str, tuple[Outcome, str]] = {
    "same": ("same", "as it was when it was read before"),
    "repeat": ("same", "repeated within the feed"),
    "empty": ("quarantined", "no title, no link and no text"),
    "unjudged": ("quarantined", "nobody could make an item of it and judge that"),
    "too-old": ("too-old", "published before the horizon of 90 days"),
}


@dataclass(frozen=True, slots=True)
class Judged:
    """What one source's visit comes to."""

    entries: tuple[StoredEntry, ...]
    items: tuple[JudgedItem, ...]
    dispositions: tuple[Disposition, ...]


@contextmanager
def rules_for_children(rules: Rules) -> Iterator[Path]:
    """A file with the rules, while the block runs."""
    with TemporaryDirectory(prefix="seabridge-") as folder:
        path = Path(folder) / "rules"
        keep_rules(rules, path)
        yield path


def judged_anew(
    con: Connection, rules: Rules, judged: Sequence[JudgedItem], before: Mapping[str, Sequence[Override]]
) -> list[JudgedItem]:
    """The same items, those judged again that people decided about meanwhile: to be asked where they are stored.

    Args:
        before: item id -> the decisions by which they were judged.
    """
    decided = overrides_in_force(con, [one.item.id for one in judged])
    return [
        one
        if decided.get(one.item.id, ()) == before.get(one.item.id, ())
        else replace(judge_item(rules, one.item, decided.get(one.item.id, ())), copy_of=one.copy_of)
        for one in judged
    ]


def judge_gathered(
    gathered: Gathered,
    copies: CopyIndex,
    rules: Rules,
    overrides: Mapping[str, Sequence[Override]],
    now: datetime,
) -> Judged:
    """Judge what one source brought beside all others, in the order of its feed.

    `copies` is asked for, and learns, what is not off-topic: nobody looks for the original of what nobody reads.

    Args:
        rules: those that judged it, for the items that people decided about: what was off has no kind yet.
        overrides: item id -> people's decisions in force.
    """
    entries: list[StoredEntry] = []
    items: list[JudgedItem] = []
    dispositions: list[Disposition] = []
    for decision in gathered.decisions:
        judged = gathered.items.get(decision.position)
        if judged:
            if decided := overrides.get(judged.item.id):
                judged = judge_item(rules, judged.item, decided)
            if judged.judgement.relevance != "off":
                judged = replace(judged, copy_of=_original(decision, judged.item, copies))
            items.append(judged)
        item_id = judged.item.id if judged else decision.item_id
        if decision.verdict not in ("repeat", "empty", "unjudged"):
            entries.append(StoredEntry(decision.key, decision.sha256, decision.entry, item_id))
        dispositions.append(_disposition(decision, judged, item_id, now))
    return Judged(tuple(entries), tuple(items), tuple(dispositions))


def _original(decision: Decision, item: Item, copies: CopyIndex) -> str | None:
    # What changed and is too old to be in the index may have copies that are too old as well: it stays an original.
    if decision.verdict == "changed" and item.id not in copies:
        return None
    copy_of = copies.find(item)
    copies.add(item, copy_of)
    return copy_of


def _disposition(decision: Decision, judged: JudgedItem | None, item_id: str | None, now: datetime) -> Disposition:
    outcome, reason = _outcome(decision, judged, now)
    return Disposition(
        position=decision.position,
        title=judged.item.title if judged else decision.entry.title,
        url=judged.item.url if judged else decision.entry.url,
        outcome=outcome,
        reason=reason,
        item_id=item_id,
        copy_of=judged.copy_of if judged else None,
    )


def _outcome(decision: Decision, judged: JudgedItem | None, now: datetime) -> tuple[Outcome, str]:
    if judged is None:
        return _WITHOUT_ITEM[decision.verdict]
    item = judged.item
    if judged.judgement.relevance == "off":
        off = f"relevance {judged.judgement.relevance_score:.2f}"
        return ("blocked", shut) if (shut := _shut(item)) else ("off-topic", off)
    if item.published is None:
        return "undated", "neither the source nor the page gives a date that can be read"
    if item.published > now + AHEAD:
        return "future-dated", f"dated {item.published.isoformat()}"
    if judged.copy_of is not None:
        return "copy-of", f"says what {judged.copy_of} says"
    return ("changed", "the source changed it") if decision.verdict == "changed" else ("stored", "new")


def _shut(item: Item) -> str | None:
    """Why nothing but a title was at hand to judge by, if so: the source shuts us out, which is no judgement."""
    if item.text_origin != "title":
        return None
    return next((one for one in item.problems if one.startswith(NOT_READ) or one in NOT_THE_ARTICLE), None)
