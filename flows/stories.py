"""Brings stories up to date once items are stored: who tells one event, whose text it is, what it continues.

Judges no item. What an edition carried stays as it was: its stories lose no item, and its links stay.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from flows.ahead import renew_calendar
from flows.settings import Settings
from parsers.judging.stories.grouping import group
from parsers.judging.stories.matters import MATTER_KINDS
from parsers.judging.stories.threads import REACH, continuations, seed_of, state_of, threads
from parsers.judging.texts.agency_file import Agencies
from parsers.judging.texts.families import account_of, families_of, family_of, forgotten
from parsers.judging.texts.reuse import Account, Reuse, reuses, standing
from parsers.model import JudgedItem, Story
from storage.database import Connection, open_live
from storage.extraction import matters
from storage.families import items_of, store_families
from storage.items import items_by_id, items_since
from storage.reuse import reuses_of, store_reuses, store_standings
from storage.stories import are_stories_behind, carried_stories, store_stories, stories_since, stories_with
from storage.threads import ThreadRow, store_threads, stored_continuations, stored_seeds_of, story_facts, story_spans

STORY_WINDOW = timedelta(days=21)
"""How far back stories are grouped anew."""


def count_stories(settings: Settings, now: datetime) -> int:
    """The number of stories with an item in the window."""
    with open_live(settings.home) as con:
        return len(stories_since(con, now - STORY_WINDOW))


def name_publishers(settings: Settings) -> bool:
    """Note which family is behind each item of a search; gives whether that is different now.

    It follows from what is configured today: a source that is new today may be an outlet that a search has brought.
    """
    known = families_of(settings.sources)
    searches = {source.id: source for source in settings.sources if source.publisher_type == "query"}
    with open_live(settings.home) as con:
        found = {item.id: family_of(item, searches[item.source_id], known) for item in items_of(con, searches.keys())}
        return store_families(con, found)


def is_behind(settings: Settings, now: datetime) -> bool:
    """Whether items of the window wait to be grouped: a run was killed before that, or another program stored them."""
    with open_live(settings.home) as con:
        return are_stories_behind(con, now - STORY_WINDOW)


def group_stories(settings: Settings, agencies: Agencies, now: datetime, at: datetime) -> int:
    """Group the relevant items of the weeks before `now`, find whose text they are, link their stories to earlier ones.

    Gives the number of stories, which hold from `at` on. The calendar follows: what nobody tells any more leaves it.
    """
    with open_live(settings.home) as con:
        judged = items_since(con, now - STORY_WINDOW, relevant_only=True)
        looked_at = [one.item.id for one in judged]
        copies = {one.item.id: one.copy_of for one in judged if one.copy_of}
        judged += _relevant(con, set(copies.values()) - set(looked_at))  # older than the window
        before, settled = stories_with(con, [one.item.id for one in judged]), carried_stories(con)
    stories = group([one.item for one in judged], copies, stories=before, settled=settled)
    with open_live(settings.home) as con:
        store_stories(con, stories, [one.item.id for one in judged], at)
        told = stories_with(con, looked_at)
        origins = {one.origin_id for one in reuses_of(con, looked_at) if one.origin_id}
        at_hand = {one.item.id for one in judged}
        judged += _relevant(con, (origins | {item for story in told for item in story.items}) - at_hand)
    accounts = _accounts(settings, judged)
    kinds = {account.item_id: account.kind for account in accounts.values()}
    families = {account.item_id: account.family for account in accounts.values()}
    found = _with_copies(reuses([one.item for one in judged], kinds, families, agencies), copies)
    standings = {story.id: standing(_of(story, accounts), found) for story in told}
    with open_live(settings.home) as con:
        recent = set(looked_at)
        store_reuses(con, [one for one in found if one.item_id in recent], recent, at)
        store_standings(con, standings)
    _link(settings, now)
    renew_calendar(settings, now)
    return len(told)


def _relevant(con: Connection, item_ids: Collection[str]) -> list[JudgedItem]:
    return [one for one in items_by_id(con, sorted(item_ids)) if one.judgement.relevance != "off"]


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


def _link(settings: Settings, now: datetime) -> None:
    """Link the stories of the window that no edition carried to earlier ones, and note how all threads stand.

    The database is closed while links are looked for: among a year of stories that takes seconds.
    """
    with open_live(settings.home) as con:
        facts = {story.id: story for story in story_facts(con, now - REACH, matters(con, MATTER_KINDS))}
        settled, seeds, links = carried_stories(con), stored_seeds_of(con), stored_continuations(con)
        beyond = {story for link in links for story in (link.story_id, link.earlier_id)} - facts.keys()
        ends = {story.id: story for story in story_spans(con, beyond)}
    recent = now - STORY_WINDOW
    loose = [one for one in facts.values() if one.id not in settled and one.last is not None and one.last >= recent]
    linked_anew = {one.id for one in loose}
    kept = [link for link in links if link.story_id not in linked_anew]
    links = (*kept, *continuations(loose, list(facts.values())))
    facts |= ends
    rows = []
    for thread in threads(facts.values(), links):
        seed = seed_of([facts[story] for story in thread.stories]) or seeds.get(thread.id)
        if seed is not None or len(thread.stories) > 1:
            rows.append(ThreadRow(thread, state_of(thread.first, thread.last, now), seed))
    with open_live(settings.home) as con:
        store_threads(con, links, rows)
