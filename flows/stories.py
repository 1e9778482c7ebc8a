"""Brings stories up to date once items are stored: who tells one event, whose text it is, what it continues.

Judges no item. What an edition carried stays as it was: its stories lose no item, and its links stay.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from flows.settings import Settings
from parsers.judging.stories.grouping import group
from parsers.judging.stories.matters import MATTER_KINDS
from parsers.judging.stories.threads import REACH, continuations, seed_of, state_of, threads
from parsers.judging.texts.agency_file import Agencies
from parsers.judging.texts.families import account_of, families_of, forgotten
from parsers.judging.texts.reuse import Account, Reuse, reuses, standing
from parsers.model import JudgedItem, Story
from storage.database import Connection, open_live
from storage.extraction import matters
from storage.items import items_by_id, items_since
from storage.reuse import store_reuses, store_standings
from storage.stories import carried_stories, store_stories, stories_since, stories_with
from storage.threads import ThreadRow, store_threads, stored_continuations, stored_seeds_of, story_facts, story_spans

STORY_WINDOW = timedelta(days=21)
"""How far back stories are grouped anew."""


def count_stories(settings: Settings, now: datetime) -> int:
    """The number of stories with an item in the window."""
    with open_live(settings.home) as con:
        return len(stories_since(con, now - STORY_WINDOW))


def group_stories(settings: Settings, agencies: Agencies, now: datetime, at: datetime) -> int:
    """Group the relevant items of the weeks before `now`, find whose text they are, link their stories to earlier ones.

    Gives the number of stories, which hold from `at` on.
    """
    with open_live(settings.home) as con:
        judged = items_since(con, now - STORY_WINDOW, relevant_only=True)
        looked_at = [one.item.id for one in judged]
        before, settled = stories_with(con, looked_at), carried_stories(con)
    copies = {one.item.id: one.copy_of for one in judged if one.copy_of}
    stories = group([one.item for one in judged], copies, stories=before, settled=settled)
    with open_live(settings.home) as con:
        store_stories(con, stories, looked_at, at)
        told = stories_with(con, looked_at)
        judged += items_by_id(con, sorted({item for story in told for item in story.items} - set(looked_at)))
    accounts = _accounts(settings, judged)
    kinds = {account.item_id: account.kind for account in accounts.values()}
    families = {account.item_id: account.family for account in accounts.values()}
    found = _with_copies(reuses([one.item for one in judged], kinds, families, agencies), copies)
    with open_live(settings.home) as con:
        store_reuses(con, found, list(accounts), at)
        gone = {story.id for story in before} - {story.id for story in told}
        store_standings(con, {story.id: standing(_of(story, accounts), found) for story in told}, gone)
        _link(con, now)
    return len(stories)


def _accounts(settings: Settings, judged: Sequence[JudgedItem]) -> dict[str, Account]:
    """Item id -> how it counts among those who tell a story."""
    sources = {source.id: source for source in settings.sources}
    known = families_of(settings.sources)
    return {
        one.item.id: account_of(one, sources.get(one.item.source_id) or forgotten(one.item), known) for one in judged
    }


def _with_copies(found: Sequence[Reuse], copies: Mapping[str, str]) -> list[Reuse]:
    """A copy took over its whole text, also where that is too short to be compared."""
    compared = {one.item_id for one in found if one.origin_id}
    short = [Reuse(copy, original, None, 1.0, "time") for copy, original in copies.items() if copy not in compared]
    return [*found, *short]


def _of(story: Story, accounts: Mapping[str, Account]) -> list[Account]:
    return [accounts[item] for item in story.items if item in accounts]


def _link(con: Connection, now: datetime) -> None:
    """Link the stories of the window that no edition carried to earlier ones, and note how all threads stand."""
    facts = {story.id: story for story in story_facts(con, now - REACH, matters(con, MATTER_KINDS))}
    settled = carried_stories(con)
    recent = now - STORY_WINDOW
    open_ones = [one for one in facts.values() if one.id not in settled and one.last is not None and one.last >= recent]
    linked_anew = {one.id for one in open_ones}
    kept = [link for link in stored_continuations(con) if link.story_id not in linked_anew]
    links = [*kept, *continuations(open_ones, list(facts.values()))]
    beyond = {story for link in kept for story in (link.story_id, link.earlier_id)} - facts.keys()
    facts |= {story.id: story for story in story_spans(con, beyond)}
    before = stored_seeds_of(con)
    rows = []
    for thread in threads(facts.values(), links):
        seed = seed_of([facts[story] for story in thread.stories]) or before.get(thread.id)
        if seed is not None or len(thread.stories) > 1:
            rows.append(ThreadRow(thread, state_of(thread.first, thread.last, now), seed))
    store_threads(con, links, rows)
