"""Keeps which items tell one story, under ids that stay the same from week to week. Does not group."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import chain, count

import duckdb

from parsers.model import Story
from storage.moments import FOREVER, next_moment
from storage.writing import as_json_list, insert_rows, transaction

_SINCE = """
SELECT s.story_id, list(s.item_id ORDER BY coalesce(i.published_at, i.first_seen_at), s.item_id)
FROM story_rows($moment) AS s JOIN item_rows($moment) AS i USING (item_id)
GROUP BY s.story_id HAVING max(coalesce(i.published_at, i.first_seen_at)) >= $since
ORDER BY s.story_id
"""
_WITH = """
SELECT s.story_id, list(s.item_id ORDER BY coalesce(i.published_at, i.first_seen_at), s.item_id)
FROM story_rows($moment) AS s JOIN items AS i USING (item_id)
WHERE s.story_id IN (
    SELECT story_id FROM story_rows($moment) WHERE item_id IN (SELECT unnest(CAST(CAST($ids AS JSON) AS VARCHAR[])))
)
GROUP BY s.story_id ORDER BY s.story_id
"""
_CARRIED = """
SELECT DISTINCT story_id FROM (
    -- What it is called now, and what it was called then: an item that was judged off since is in no story.
    SELECT unnest([s.story_id, e.story_id]) AS story_id
    FROM edition_items AS e
    JOIN editions AS d USING (edition_id, revision)
    LEFT JOIN story_items AS s ON s.item_id = e.item_id AND s.valid_to IS NULL
    WHERE d.state <> 'draft'
) WHERE story_id IS NOT NULL
"""
_UNTOLD = """
SELECT EXISTS (
    SELECT 1
    FROM items AS i
    JOIN judgements AS j ON j.item_id = i.item_id AND j.valid_to IS NULL AND j.relevance <> 'off'
    LEFT JOIN story_items AS s ON s.item_id = i.item_id AND s.valid_to IS NULL
    LEFT JOIN story_standings AS t ON t.story_id = s.story_id
    WHERE i.first_seen_at >= $1 AND t.story_id IS NULL
)
"""
_CLOSE = """
UPDATE story_items SET valid_to = $2
WHERE valid_to IS NULL AND item_id IN (SELECT unnest(CAST(CAST($1 AS JSON) AS VARCHAR[])))
"""
_OFF = """
SELECT item_id FROM judgements
WHERE valid_to IS NULL AND relevance = 'off' AND item_id IN (SELECT unnest(CAST(CAST($1 AS JSON) AS VARCHAR[])))
"""
_NOW = "SELECT item_id, story_id FROM story_items WHERE valid_to IS NULL"


def store_stories(
    con: duckdb.DuckDBPyConnection, stories: Sequence[Story], grouped: Collection[str], now: datetime
) -> tuple[Story, ...]:
    """Replace the stories of the items that were grouped; returns them with the ids and items they got.

    A story keeps the id under which most of its items are stored already, even when an earlier item turns up late or
    its first item has left the window; an id under which an edition carried it comes first. Where an item stays in
    its story nothing is written; where it moves, the old membership ends when the new one begins.

    What an edition carries by now stays in its story, also where it was not known to be carried when the stories were
    made; only what is judged off leaves.

    Args:
        grouped: ids of all items that were looked at; those that are in no story leave theirs, and so do those that
            were judged off while the others were grouped.
    """
    with transaction(con):
        at = next_moment(con, now)
        known = dict(con.execute(_NOW).fetchall())
        new = {item_id: number for number, story in enumerate(stories) for item_id in story.items}
        regrouped = new.keys() | set(grouped)
        left = {story_id for item_id, story_id in known.items() if item_id not in regrouped}
        carried = carried_stories(con)
        ids = _stable_ids(stories, known, left, carried)
        off = {item_id for (item_id,) in con.execute(_OFF, [as_json_list(sorted(regrouped))]).fetchall()}
        kept = {item_id: known[item_id] for item_id in regrouped & known.keys() if known[item_id] in carried}
        told = {item_id: ids[number] for item_id, number in new.items()} | kept
        told = {item_id: story_id for item_id, story_id in told.items() if item_id not in off}
        ended = [item_id for item_id in regrouped & known.keys() if told.get(item_id) != known[item_id]]
        con.execute(_CLOSE, [as_json_list(ended), at])
        rows = [(item_id, story_id, at) for item_id, story_id in told.items() if known.get(item_id) != story_id]
        insert_rows(con, "story_items", "item_id story_id valid_from", rows)
    return tuple(
        Story(ids[number], tuple(item_id for item_id in story.items if told.get(item_id) == ids[number]))
        for number, story in enumerate(stories)
    )


def stories_since(con: duckdb.DuckDBPyConnection, since: datetime, moment: datetime = FOREVER) -> list[Story]:
    """Stories with an item since that time, each with all its items, as known at `moment`."""
    found = con.execute(_SINCE, {"since": since, "moment": moment}).fetchall()
    return [Story(story_id, tuple(items)) for story_id, items in found]


def stories_with(con: duckdb.DuckDBPyConnection, item_ids: Collection[str]) -> list[Story]:
    """The stories of these items as they are now, each with all its items."""
    values = {"ids": as_json_list(sorted(item_ids)), "moment": FOREVER}
    return [Story(story_id, tuple(items)) for story_id, items in con.execute(_WITH, values).fetchall()]


def story_of(con: duckdb.DuckDBPyConnection, item_id: str) -> Story | None:
    """The story that has this item now."""
    return next(iter(stories_with(con, [item_id])), None)


def story_named(con: duckdb.DuckDBPyConnection, story_id: str) -> Story | None:
    """The story of this id as it is now."""
    rows = con.execute(
        "SELECT min(item_id) FROM story_items WHERE valid_to IS NULL AND story_id = ?", [story_id]
    ).fetchall()
    return story_of(con, rows[0][0]) if rows[0][0] else None


def are_stories_behind(con: duckdb.DuckDBPyConnection, since: datetime) -> bool:
    """Whether a relevant item first seen since then is in no story, or in one behind which nobody has counted texts."""
    return bool(con.execute(_UNTOLD, [since]).fetchall()[0][0])


def carried_stories(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Ids of the stories that an edition carried which went out, or is approved to."""
    return frozenset(story_id for (story_id,) in con.execute(_CARRIED).fetchall())


def _stable_ids(
    stories: Sequence[Story], known: Mapping[str, str], left: Collection[str], carried: Collection[str]
) -> dict[int, str]:
    """Number of the story -> id. The strongest claim to a known id wins; the rest get an id nobody has."""
    claims = sorted(
        (story_id not in carried, -count, story_id, number)
        for number, story in enumerate(stories)
        for story_id, count in Counter(known[item] for item in story.items if item in known).items()
    )
    ids: dict[int, str] = {}
    taken: set[str] = set()
    for *_, story_id, number in claims:
        if number not in ids and story_id not in taken:
            ids[number] = story_id
            taken.add(story_id)
    for number, story in enumerate(stories):
        if number not in ids:
            names = chain((story.id, *story.items), (f"{story.id}-{again}" for again in count(2)))
            ids[number] = next(name for name in names if name not in taken and name not in left)
            taken.add(ids[number])
    return ids
