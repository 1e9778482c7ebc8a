"""store_stories: membership replaced, ids kept."""

from datetime import timedelta

import pytest

from parsers.judging.texts.reuse import Standing
from parsers.model import Story
from storage.database import Connection
from storage.editions import EditionRow, set_edition_state, store_edition
from storage.judgements import store_judgements
from storage.moments import known_at
from storage.reuse import store_standings
from storage.stories import (
    are_stories_behind,
    carried_stories,
    store_stories,
    stories_since,
    story_named,
    story_of,
)


@pytest.fixture
def ids(con: Connection, make, now):
    """Items 0 to 5, item 0 the oldest, one a day; their ids."""
    items = [make.judged(number, published=now - timedelta(days=10 - number)) for number in range(6)]
    make.store(con, *items)
    return [one.item.id for one in items]


def _since(now):
    return now - timedelta(days=30)


def test_stories_come_back_with_all_items(con: Connection, ids, now):
    """Items in order of publication, stories with an item since the time asked for."""
    store_stories(con, [Story(ids[0], (ids[0], ids[2])), Story(ids[1], (ids[1],))], ids, now)
    assert stories_since(con, _since(now)) == [Story(ids[0], (ids[0], ids[2])), Story(ids[1], (ids[1],))]
    assert stories_since(con, now - timedelta(days=8)) == [Story(ids[0], (ids[0], ids[2]))]


def test_regrouping_replaces_membership(con: Connection, ids, now):
    """An item is in one story at most; items that are in none any more leave."""
    store_stories(con, [Story(ids[0], tuple(ids[:3]))], ids, now)
    store_stories(con, [Story(ids[0], (ids[0],)), Story(ids[1], (ids[1],))], ids, now)
    assert stories_since(con, _since(now)) == [Story(ids[0], (ids[0],)), Story(ids[1], (ids[1],))]


def test_late_earlier_item_does_not_rename_the_story(con: Connection, ids, now):
    """A digest has sent the story under its first id; an older article that turns up later joins it."""
    store_stories(con, [Story(ids[1], (ids[1], ids[2]))], ids, now)
    stored = store_stories(con, [Story(ids[0], (ids[0], ids[1], ids[2]))], ids, now)
    assert stored == (Story(ids[1], (ids[0], ids[1], ids[2])),)


def test_story_keeps_its_id_when_its_first_item_leaves_the_window(con: Connection, ids, now):
    """The window moves on: the rest of the story, grouped anew under another first item, stays the same story."""
    store_stories(con, [Story(ids[0], tuple(ids[:3]))], ids, now)
    window = now - timedelta(days=9)
    stored = store_stories(con, [Story(ids[1], (ids[1], ids[2], ids[3]))], ids[1:], now)
    assert stored[0].id == ids[0]
    assert stories_since(con, window) == [Story(ids[0], tuple(ids[:4]))]


def test_split_story_gives_its_id_to_the_larger_part(con: Connection, ids, now):
    """Both parts have different ids, whatever the grouping called them."""
    store_stories(con, [Story(ids[0], tuple(ids[:5]))], ids, now)
    parts = [Story(ids[0], (ids[0], ids[1])), Story(ids[2], (ids[2], ids[3], ids[4]))]
    small, large = store_stories(con, parts, ids, now)
    assert large.id == ids[0]
    assert small.id == ids[1]


def test_storing_again_changes_nothing(con: Connection, ids, now):
    """The same grouping twice is the same."""
    stories = [Story(ids[0], (ids[0], ids[3])), Story(ids[1], (ids[1], ids[2], ids[4]))]
    first = store_stories(con, stories, ids, now)
    assert store_stories(con, stories, ids, now) == first == tuple(stories)


@pytest.fixture
def carried(con: Connection, ids, now):
    """Two stories, items 0-1 and 2-3, of each of which an approved edition shows the first item."""
    store_stories(con, [Story(ids[0], tuple(ids[:2])), Story(ids[2], tuple(ids[2:4]))], ids, now)
    moment = known_at(con, now)
    row = EditionRow(
        id="2026-W46/weekly/en",
        revision=1,
        period_start=now,
        period_end=now,
        zone="UTC",
        subject="",
        model_json="{}",
        html="",
        text="",
        sha256="",
        state="draft",
        created_at=now,
        known_at=moment,
    )
    store_edition(con, row, [ids[0], ids[2]])
    set_edition_state(con, row.id, 1, "approved", now)
    return {ids[0], ids[2]}


def test_carried_while_others_grouped(con: Connection, ids, carried, now):
    """An edition that was approved while its stories were being split and merged keeps them together and apart."""
    store_stories(con, [Story(ids[1], (ids[1], ids[2], ids[3], ids[4])), Story(ids[0], (ids[0],))], ids, now)
    assert stories_since(con, _since(now)) == [Story(ids[0], tuple(ids[:2])), Story(ids[2], tuple(ids[2:5]))]


def test_carried_story_stays_known_without_the_item_that_was_shown(con: Connection, make, ids, carried, now):
    """What an edition showed was judged off since: the story it stood for is still one that was sent."""
    store_judgements(con, [(ids[0], make.judgement(relevance="off"))], now)
    store_stories(con, [Story(ids[1], (ids[1],)), Story(ids[2], tuple(ids[2:4]))], ids, now)
    assert carried_stories(con) == carried
    assert story_of(con, ids[0]) is None
    assert story_named(con, ids[0]) == Story(ids[0], (ids[1],))


def test_what_waits_to_be_grouped(con: Connection, ids, now):
    """Items without a story, and stories behind which nobody has counted texts, are told; off-topic ones are not."""
    assert are_stories_behind(con, _since(now))
    store_stories(con, [Story(ids[0], tuple(ids))], ids, now)
    assert are_stories_behind(con, _since(now))
    store_standings(con, {ids[0]: Standing(1, 1, None)})
    assert not are_stories_behind(con, _since(now))
    store_stories(con, [Story(ids[0], tuple(ids[:5]))], ids, now)
    assert are_stories_behind(con, _since(now))
