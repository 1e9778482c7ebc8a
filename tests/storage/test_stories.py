"""store_stories: membership replaced, ids kept."""

from datetime import timedelta

import pytest

from parsers.model import Story
from storage.database import Connection
from storage.stories import store_stories, stories_since


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
