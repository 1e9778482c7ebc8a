"""Judges the whole archive again under today's rules, in batches. Old labels stay queryable under their version."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from flows.collect import COPY_WINDOW, group_stories
from flows.judging import rules_of
from flows.progress import Tell, silent
from flows.report import Report
from flows.runs import closed_on_failure
from flows.settings import Settings
from parsers.judging.assess import judge_item
from parsers.judging.dedupe import CopyIndex
from parsers.judging.topics import judge_document
from parsers.model import JudgedItem, Judgement
from storage.database import open_live
from storage.items import item_ids_not_judged_by, items_by_id, recent_items
from storage.judgements import store_judgements
from storage.runs import begin_run, finish_run
from storage.seeds import seed_texts, store_seed_judgements, stored_seeds
from storage.snapshot import publish

BATCH = 500


def reclassify(settings: Settings, now: datetime, *, dry_run: bool = False, tell: Tell = silent) -> Report:
    """Judge every item whose labels were given by other rules.

    A run that was killed goes on where it stopped: what was judged under today's rules is not judged again.
    """
    rules = rules_of(settings)
    with open_live(settings.home) as con:
        waiting = item_ids_not_judged_by(con, rules.version)
        seeds_waiting = {seed.id for seed in stored_seeds(con).values() if seed.rules_version != rules.version}
        if not waiting and not seeds_waiting:
            return Report("reclassify", "nothing", lines=(f"Everything is judged by rules {rules.version} already.",))
        run = None if dry_run else begin_run(con, "reclassify", now, settings.hash)
    changes: Counter[str] = Counter()
    with closed_on_failure(settings, run, lambda: now):
        for start in range(0, len(waiting), BATCH):
            with open_live(settings.home) as con:
                items = items_by_id(con, waiting[start : start + BATCH])
            judged = [(one.item.id, judge_item(rules, one.item).judgement) for one in items]
            copies = _copies(settings, items, [after for _, after in judged])
            for one, (_, after) in zip(items, judged, strict=True):
                _count(changes, one.judgement, after)
            if run is not None:
                with open_live(settings.home) as con:
                    store_judgements(con, judged, now, copies)
            tell("reclassify", min(start + BATCH, len(waiting)), len(waiting))
        if run is not None:
            with open_live(settings.home) as con:
                texts = seed_texts(con)
                store_seed_judgements(con, {seed: judge_document(rules, texts[seed][1]) for seed in seeds_waiting})
            group_stories(settings, now)
            with open_live(settings.home) as con:
                finish_run(con, run.id, now, "completed", {"items": len(waiting)})
                publish(con, settings.home, now, zone=settings.digest.zone)
    figures: dict[str, int | str] = {"rules": rules.version, "items judged": len(waiting), **changes}
    return Report("reclassify", "done", figures)


def _copies(settings: Settings, items: Sequence[JudgedItem], after: Sequence[Judgement]) -> dict[str, str]:
    """Item id -> original, for items that were off-topic, for which nobody looked for an original, and are not now."""
    turned = [
        one.item
        for one, judgement in zip(items, after, strict=True)
        if one.judgement.relevance == "off" and judgement.relevance != "off" and one.copy_of is None
    ]
    if not turned:
        return {}
    with open_live(settings.home) as con:
        index = CopyIndex(recent_items(con, min(item.first_seen for item in turned) - COPY_WINDOW))
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
