"""Judges the whole archive again under the configured rules, in batches, once somebody has accepted them.

Old labels stay queryable under their version.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from flows.collect import COPY_WINDOW
from flows.extraction import extract, read_agencies, read_words
from flows.judging import judged_anew
from flows.progress import Tell, silent
from flows.report import Report
from flows.rules import accept as accept_rules_of
from flows.rules import accepted_rules
from flows.runs import clock_from, closed_on_failure
from flows.settings import Settings
from flows.stories import group_stories
from flows.topics import difference
from parsers.errors import Misconfigured, Problem
from parsers.judging.assess import judge_item
from parsers.judging.texts.dedupe import CopyIndex
from parsers.judging.topics import Rules, judge_document
from parsers.model import Item, JudgedItem, Judgement
from storage.database import Connection, open_live
from storage.items import item_ids_not_judged_by, items_by_id, recent_items
from storage.judgements import store_judgements
from storage.lake_lock import alone
from storage.overrides import overrides_in_force
from storage.runs import begin_run, finish_run, last_runs, renew
from storage.seeds import seed_texts, store_seed_judgements, stored_seeds
from storage.snapshot import publish

BATCH = 500
_MANY_RUNS = 100
"""Of all flows. A collection, of which there are most, sees to stories and snapshot as well."""


def reclassify(
    settings: Settings, now: datetime, *, accept: str = "", dry_run: bool = False, tell: Tell = silent
) -> Report:
    """Judge every item whose labels were given by other rules.

    Rules that nobody has accepted yet are not applied: the report says what they would change and asks for a decision.
    A run that was killed goes on where it stopped: what was judged under these rules is not judged again.

    Args:
        accept: the version of the configured rules, which are in force from now on.

    Raises:
        Misconfigured: the configured rules have another version.
        Busy: another reclassification is running.
    """
    in_force, words = accepted_rules(settings, now), read_words(settings)
    agencies = read_agencies(settings)
    rules = in_force.proposed
    if accept and accept != rules.version:
        reason = f"the rules in {settings.config} are {rules.version}: look at what they change, and accept those"
        raise Misconfigured([Problem("command line", "--accept", reason)])
    if in_force.waiting and not accept and not dry_run:
        return _asked(settings, rules)
    moment = clock_from(now)
    with open_live(settings.home) as con:
        waiting = item_ids_not_judged_by(con, rules.version)
        seeds_waiting = {seed.id for seed in stored_seeds(con).values() if seed.rules_version != rules.version}
        is_done = not (waiting or seeds_waiting or _left_unfinished(con))
        run = None if dry_run or is_done else begin_run(con, "reclassify", now, settings.hash)
        if in_force.waiting and not dry_run:
            accept_rules_of(con, rules, now)
    if is_done:
        return Report("reclassify", "nothing", lines=(f"Everything is judged by rules {rules.version} already.",))
    changes: Counter[str] = Counter()
    with closed_on_failure(settings, run, moment):
        for start in range(0, len(waiting), BATCH):
            ids = waiting[start : start + BATCH]
            with open_live(settings.home) as con:
                items, overrides = items_by_id(con, ids), overrides_in_force(con, ids)
            after = [judge_item(rules, one.item, overrides.get(one.item.id, ())) for one in items]
            for one, other in zip(items, after, strict=True):
                _count(changes, one.judgement, other.judgement)
            if run is not None:
                turned = [one.item for one, other in zip(items, after, strict=True) if _turned(one, other)]
                copies = originals_of(settings, turned)
                with open_live(settings.home) as con, alone(con):
                    renew(con, run.id, moment())
                    after = judged_anew(con, rules, after, overrides)
                    store_judgements(con, [(one.item.id, one.judgement) for one in after], moment(), copies)
            tell("reclassify", start + len(ids), len(waiting))
        if run is not None:
            with open_live(settings.home) as con:
                texts = seed_texts(con)
                catalogue = {record.id: tuple(record.topics) for record in settings.seeds}
                judged_seeds = {
                    seed: judge_document(rules, texts[seed][1], catalogue.get(seed, ())) for seed in seeds_waiting
                }
                store_seed_judgements(con, judged_seeds)
            extract(settings, words)
            group_stories(settings, agencies, now, moment())
            with open_live(settings.home) as con:
                finish_run(con, run.id, moment(), "completed", {"items": len(waiting)})
                publish(con, settings.home, now, zone=settings.digest.zone, keep=settings.keep.snapshots)
    figures: dict[str, int | str] = {"rules": rules.version, "items judged": len(waiting), **changes}
    return Report("reclassify", "done", figures)


def _asked(settings: Settings, new: Rules) -> Report:
    """What the rules would change in what is stored, for somebody to decide."""
    found = difference(settings, None, new)
    figures: dict[str, int | str] = {
        "rules in force": found.old,
        "rules proposed": new.version,
        "items": found.items,
        **{f"  {topic}": f"+{gained} -{lost}" for topic, gained, lost in found.by_topic()},
        **{f"  {change}": count for change, count in found.relevance.items()},
        "editions that would differ": len(found.editions),
    }
    lines = (
        "Nothing is changed yet. seabridge topics diff stored names every item.",
        f"To put these rules in force and judge the archive again: seabridge reclassify --accept {new.version}",
    )
    return Report("reclassify", "decision", figures, lines)


def _left_unfinished(con: Connection) -> bool:
    """Whether the last reclassification did not come to its end: stories and snapshot may be as they were before it."""
    states = (run.state for run in last_runs(con, _MANY_RUNS) if run.flow == "reclassify")
    return next(states, "completed") != "completed"


def _turned(before: JudgedItem, after: JudgedItem) -> bool:
    """Whether it was off-topic, so that nobody looked for its original, and is not now."""
    return before.copy_of is None and before.judgement.relevance == "off" and after.judgement.relevance != "off"


def originals_of(settings: Settings, turned: Sequence[Item]) -> dict[str, str]:
    """Item id -> original, of those that repeat a relevant item or one another."""
    if not turned:
        return {}
    with open_live(settings.home) as con:
        recent = recent_items(con, min(item.first_seen for item in turned) - COPY_WINDOW)
    index = CopyIndex(recent)
    found: dict[str, str] = {}
    for item in turned:
        if original := index.find(item):
            found[item.id] = original
        index.add(item, original)
    return found


def _count(changes: Counter[str], before: Judgement, after: Judgement) -> None:
    old, new = ({label.topic for label in judgement.labels} for judgement in (before, after))
    changes["topics gained"] += len(new - old)
    changes["topics lost"] += len(old - new)
    changes["relevance changed"] += before.relevance != after.relevance
