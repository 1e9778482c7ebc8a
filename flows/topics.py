"""How good rules are on labelled items, and what other rules would change in the archive. Stores nothing."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from digests.edition import Edition, week
from flows.corpus import local_seeds
from flows.labelled import read_labelled
from flows.making import circumstances_of, composed, edition_id, material_of
from flows.rules import configured_rules, made_again
from flows.settings import Settings, read_rules
from parsers.errors import Misconfigured, Problem
from parsers.judging.assess import judge_item
from parsers.judging.scoring import Scores, score
from parsers.judging.topics import RuleBook, Rules, compile_rules, judge
from parsers.model import JudgedItem, Override
from storage.database import GLANCE, open_live
from storage.editions import list_editions
from storage.items import item_ids, items_by_id
from storage.moments import FOREVER
from storage.overrides import overrides_in_force
from storage.rules import kept_rules, rules_in_force

BATCH = 500
ACCEPTED, CONFIGURED, STORED = "accepted", "configured", "stored"
_Judge: TypeAlias = Callable[[JudgedItem], JudgedItem]


@dataclass(frozen=True, slots=True)
class Difference:
    """What NEW would change against OLD.

    Attributes:
        old, new: versions.
        items: number in the archive; changes: (topic, item id, title, gained or lost).
        relevance: "core -> related" -> number of items.
        editions: those that were decided and would have looked different -> how.
        labelled: F1 of OLD and NEW on the labelled items, where there are any: all topics, on topic, each topic.
    """

    old: str
    new: str
    items: int
    changes: tuple[tuple[str, str, str, str], ...]
    relevance: Mapping[str, int]
    editions: Mapping[str, str]
    labelled: Mapping[str, tuple[float, float]]

    @property
    def is_empty(self) -> bool:
        return not (self.changes or self.relevance or self.editions) and all(
            before == after for before, after in self.labelled.values()
        )

    def by_topic(self) -> list[tuple[str, int, int]]:
        """(topic, items gained, items lost)."""
        counted = Counter((topic, change) for topic, _, _, change in self.changes)
        topics = sorted({topic for topic, _ in counted})
        return [(topic, counted[topic, "gained"], counted[topic, "lost"]) for topic in topics]


def evaluate(rules: Rules, labelled: Path) -> Scores:
    """Judge labelled items: JSON lines with title, text, labels, relevance, language, in a file or all of a folder.

    Raises:
        Misconfigured: the file or a line of it cannot be used; all of them are named.
    """
    found = read_labelled([labelled], {topic.id for topic in rules.file.topics})
    return score([one.gold for one in found], [judge(rules, one.title, one.text) for one in found])


def difference(settings: Settings, old: Rules | None, new: Rules, labelled: Path | None = None) -> Difference:
    """Judge the whole archive, the decided editions and the labelled items by both rules; people's decisions stand.

    Args:
        old: None for what is stored, by whatever rules it was judged; labelled items are then left out.

    Raises:
        Misconfigured: the labelled items cannot be used.
        Busy: another process holds the database for longer than a few seconds.
    """
    changes: list[tuple[str, str, str, str]] = []
    relevance: Counter[str] = Counter()
    versions: Counter[str] = Counter()
    figures = _on_labelled(old, new, labelled) if old and labelled else {}
    with open_live(settings.home, wait=GLANCE) as con:
        ids = item_ids(con)
        overrides = overrides_in_force(con)
    by_old, by_new = _judged_by(old, overrides), _judged_by(new, overrides)
    for start in range(0, len(ids), BATCH):
        with open_live(settings.home) as con:
            batch = items_by_id(con, ids[start : start + BATCH])
        for one in batch:
            before, after = by_old(one).judgement, by_new(one).judgement
            had, has = ({label.topic for label in judgement.labels} for judgement in (before, after))
            changes += [(topic, one.item.id, one.item.title, "gained") for topic in has - had]
            changes += [(topic, one.item.id, one.item.title, "lost") for topic in had - has]
            if before.relevance != after.relevance:
                relevance[f"{before.relevance} -> {after.relevance}"] += 1
            versions[before.rules_version] += 1
    return Difference(
        old.version if old else ", ".join(version for version, _ in versions.most_common()),
        new.version,
        len(ids),
        tuple(sorted(changes)),
        dict(relevance),
        _editions(settings, by_old, by_new),
        figures,
    )


def rules_named(settings: Settings, name: str) -> Rules:
    """`configured`, `accepted`, a version that was accepted once or its beginning, or a folder with a topics.toml.

    The folder topics/, kinds.toml and topics.model.json beside that file go with it; those that came with Seabridge
    stand in for the last two.

    Raises:
        Misconfigured: it is none of them.
    """
    if name == CONFIGURED:
        return configured_rules(settings)
    path = Path(name)
    if name != ACCEPTED and (path.name == "topics.toml" or path.is_dir()):
        return _rules_from(settings, path if path.is_dir() else path.parent)
    with open_live(settings.home, wait=GLANCE) as con:
        newest = rules_in_force(con)
        kept = ([newest] if newest else []) if name == ACCEPTED else kept_rules(con, name)
    if not kept and name == ACCEPTED:
        raise _unusable(name, "no rules were accepted here yet; seabridge topics diff stored goes by the labels")
    if not kept:
        raise _unusable(name, "is no version that was accepted here, and no folder with a topics.toml")
    if len(kept) > 1:
        raise _unusable(name, f"several versions begin so: {', '.join(one.version for one in kept)}")
    rules = made_again(settings, kept[0])
    if rules is None:
        raise _unusable(name, f"this version of Seabridge cannot make the rules {kept[0].version} again")
    return rules


def _unusable(name: str, reason: str) -> Misconfigured:
    return Misconfigured([Problem("command line", name, reason)])


def _rules_from(settings: Settings, folder: Path) -> Rules:
    problems: list[Problem] = []
    topics, kinds, weights = read_rules(folder, problems)
    if problems or not (topics and kinds and weights):
        raise Misconfigured(problems)
    return compile_rules(RuleBook(topics, kinds, weights), local_seeds(settings.corpus, settings.seeds))


def _editions(settings: Settings, by_old: _Judge, by_new: _Judge) -> dict[str, str]:
    """Each edition of this series that is more than a draft, composed by both rules from what is stored now."""
    found: dict[str, str] = {}
    with open_live(settings.home) as con:
        newest = {row.id: row.revision for row in reversed(list_editions(con)) if row.state != "draft"}
    for name, revision in newest.items():
        period = week(name.partition("/")[0], settings.digest.zone)
        if name != edition_id(settings.digest, period):  # of a series that is not configured any more
            continue
        with open_live(settings.home) as con:
            given = circumstances_of(con, settings, period)
            materials = (material_of(con, given, period, FOREVER, judged) for judged in (by_old, by_new))
            before, after = (composed(con, given, one, period, revision, FOREVER) for one in materials)
        if said := _compared(_places(before), _places(after)):
            found[name] = said
    return found


def _judged_by(rules: Rules | None, overrides: Mapping[str, Sequence[Override]]) -> _Judge:
    """Gives an item the judgement that rules and people give it; without rules the one that is stored."""
    if rules is None:
        return lambda one: one
    return lambda one: replace(judge_item(rules, one.item, overrides.get(one.item.id, ())), copy_of=one.copy_of)


def _places(edition: Edition) -> dict[str, str]:
    """Story -> where it stands."""
    shown = {story.id: section.topic for section in edition.sections for story in section.stories}
    return shown | ({edition.lead.id: "lead"} if edition.lead else {})


def _compared(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    came, went = len(after.keys() - before.keys()), len(before.keys() - after.keys())
    moved = sum(before[story] != after[story] for story in before.keys() & after.keys())
    counts = {"stories more": came, "fewer": went, "in another place": moved}
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)


def _on_labelled(old: Rules, new: Rules, labelled: Path) -> dict[str, tuple[float, float]]:
    """F1 of both; a topic that one of them does not know is one that it never gives."""
    found = read_labelled([labelled])
    known = {topic.id for rules in (old, new) for topic in rules.file.topics}
    gold = [replace(one.gold, topics=one.gold.topics & known) for one in found]
    before, after = (score(gold, [judge(rules, one.title, one.text) for one in found]) for rules in (old, new))
    return {
        "all topics": (before.micro.f1, after.micro.f1),
        "on topic": (before.on_topic.f1, after.on_topic.f1),
        **{
            topic: (before.topics[topic].f1, after.topics[topic].f1)
            for topic in sorted(before.topics.keys() & after.topics.keys())
            if round(before.topics[topic].f1, 3) != round(after.topics[topic].f1, 3)
        },
    }
