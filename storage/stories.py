"""Keeps which items tell one story, under ids that stay the same from week to week. Does not group."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import duckdb

from parsers.model import Story
from storage.writing import as_json_list, insert_rows, transaction

_FORGET = """
DELETE FROM story_items
WHERE item_id IN (SELECT unnest(CAST(CAST($1 AS JSON) AS VARCHAR[])))
    OR item_id IN (SELECT item_id FROM items WHERE coalesce(published_at, first_seen_at) >= $2)
"""
_SINCE = """
SELECT s.story_id, list(s.item_id ORDER BY coalesce(i.published_at, i.first_seen_at), s.item_id)
FROM story_items AS s JOIN items AS i USING (item_id)
GROUP BY s.story_id HAVING max(coalesce(i.published_at, i.first_seen_at)) >= ?
ORDER BY s.story_id
"""


def store_stories(
    con: duckdb.DuckDBPyConnection, stories: Sequence[Story], window_start: datetime
) -> tuple[Story, ...]:
    """Replace the stories of all items since `window_start`; returns them with the ids they got.

    A story keeps the id under which most of its items are stored already, even when an earlier item turns up late or
    its first item has left the window: an edition that was sent remembers stories by these ids.
    """
    items = [item_id for story in stories for item_id in story.items]
    with transaction(con):
        known = dict(con.execute("SELECT item_id, story_id FROM story_items").fetchall())
        con.execute(_FORGET, [as_json_list(items), window_start])
        left = {story_id for (story_id,) in con.execute("SELECT DISTINCT story_id FROM story_items").fetchall()}
        ids = _stable_ids(stories, known, left)
        stored = tuple(Story(ids[number], story.items) for number, story in enumerate(stories))
        rows = [(item_id, story.id) for story in stored for item_id in story.items]
        insert_rows(con, "story_items", "item_id story_id", rows)
    return stored


def stories_since(con: duckdb.DuckDBPyConnection, since: datetime) -> list[Story]:
    """Stories with an item since that time, each with all its items."""
    return [Story(story_id, tuple(items)) for story_id, items in con.execute(_SINCE, [since]).fetchall()]


def _stable_ids(stories: Sequence[Story], known: Mapping[str, str], left: Collection[str]) -> dict[int, str]:
    """Number of the story -> id. The strongest claim to a known id wins; the rest get an id nobody has."""
    claims = sorted(
        (-count, story_id, number)
        for number, story in enumerate(stories)
        for story_id, count in Counter(known[item] for item in story.items if item in known).items()
    )
    ids: dict[int, str] = {}
    taken: set[str] = set()
    for _, story_id, number in claims:
        if number not in ids and story_id not in taken:
            ids[number] = story_id
            taken.add(story_id)
    for number, story in enumerate(stories):
        if number not in ids:
            free = (name for name in (story.id, *story.items) if name not in taken and name not in left)
            ids[number] = next(free, story.id)
            taken.add(ids[number])
    return ids
