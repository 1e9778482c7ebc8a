"""Gives what stories name, and keeps which story continues which. Links nothing."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from parsers.judging.stories.threads import (
    MOST_OPENINGS,
    MOST_TITLES,
    OPENING_CHARACTERS,
    Continues,
    SeedPlace,
    State,
    StoryFacts,
    Thread,
)
from storage.writing import as_json_list, insert_rows, transaction

_TOLD = """
WITH told AS (
    SELECT s.story_id, i.item_id, i.title, i.language, i.published_at, i.text, i.summary,
        row_number() OVER (PARTITION BY s.story_id ORDER BY i.published_at NULLS LAST, i.item_id) AS number
    FROM story_items AS s JOIN items AS i USING (item_id)
    WHERE s.valid_to IS NULL
    QUALIFY max(coalesce(i.published_at, i.first_seen_at)) OVER (PARTITION BY s.story_id) >= $since
)
"""
_FACTS: Mapping[str, str] = {
    "stories": """
        SELECT story_id, min(published_at), max(published_at),
            list(title ORDER BY number) FILTER (number <= $titles),
            list(left(coalesce(nullif(text, ''), summary), $characters) ORDER BY number) FILTER (number <= $openings),
            list(language ORDER BY number) FILTER (number <= $titles)
        FROM told GROUP BY story_id ORDER BY story_id
    """,
    "entities": """
        SELECT story_id, entity_id, count(DISTINCT item_id)
        FROM told JOIN mentions USING (item_id) GROUP BY ALL ORDER BY ALL
    """,
    "topics": """
        SELECT t.story_id, l.topic, sum(l.score) / any_value(n.items)
        FROM told AS t
        JOIN (SELECT story_id, max(number) AS items FROM told GROUP BY story_id) AS n USING (story_id)
        JOIN judgements AS j ON j.item_id = t.item_id AND j.valid_to IS NULL
        JOIN labels AS l ON l.item_id = j.item_id AND l.judged_at = j.valid_from
        GROUP BY t.story_id, l.topic ORDER BY ALL
    """,
    "documents": "SELECT DISTINCT story_id, document_id, 1 FROM told JOIN citations USING (item_id) ORDER BY ALL",
}


_THREADED = """
WITH member AS (
    SELECT story_id, thread_id FROM continuations UNION SELECT thread_id, thread_id FROM threads
)
SELECT m.story_id, t.thread_id, t.first_at, t.state, c.earlier_id,
    (
        SELECT arg_min(i.title, (i.copy_of IS NOT NULL, coalesce(i.published_at, i.first_seen_at), i.item_id))
        FROM story_items AS s JOIN items AS i USING (item_id)
        WHERE s.story_id = c.earlier_id AND s.valid_to IS NULL
    ) AS earlier_title,
    (SELECT list(o.story_id ORDER BY o.story_id) FROM member AS o WHERE o.thread_id = m.thread_id) AS stories,
    t.seed_file, t.seed_paragraph, d.published[:4] AS seed_year, coalesce(c.because, [])
FROM member AS m
JOIN threads AS t USING (thread_id)
LEFT JOIN continuations AS c ON c.story_id = m.story_id
LEFT JOIN seeds AS d ON d.file = t.seed_file
WHERE m.story_id IN (SELECT unnest(CAST(CAST($1 AS JSON) AS VARCHAR[])))
ORDER BY m.story_id
"""


@dataclass(frozen=True, slots=True)
class Threaded:
    """A story as part of its thread.

    Attributes:
        stories: ids of all of the thread.
        earlier_id, title: of the story that it continues, None for the first. because: what both share.
        seed_year: of the seed document, as its catalogue writes it.
    """

    story_id: str
    thread_id: str
    first: datetime
    state: State
    earlier_id: str | None
    title: str | None
    stories: Sequence[str]
    seed_file: str | None
    seed_paragraph: int | None
    seed_year: str | None
    because: Sequence[str]


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A thread as it stands. `seed`: the seed paragraph that it continues."""

    thread: Thread
    state: State
    seed: SeedPlace | None


def story_facts(
    con: duckdb.DuckDBPyConnection, since: datetime, matters: Mapping[str, SeedPlace | None]
) -> list[StoryFacts]:
    """Every story with an item since then, with what its items name, by id.

    Args:
        matters: entity that is a matter itself -> the seed paragraph that tells of it, if one does.
    """
    named: dict[str, dict[str, dict[str, Any]]] = {}
    for what in ("entities", "topics", "documents"):
        named[what] = defaultdict(dict)
        for story_id, name, number in con.execute(_TOLD + _FACTS[what], {"since": since}).fetchall():
            named[what][story_id][name] = number
    bounds = {"since": since, "titles": MOST_TITLES, "openings": MOST_OPENINGS, "characters": OPENING_CHARACTERS}
    stories = con.execute(_TOLD + _FACTS["stories"], bounds).fetchall()
    return [_facts(row, {what: found.get(row[0], {}) for what, found in named.items()}, matters) for row in stories]


def _facts(
    row: tuple[Any, ...], named: Mapping[str, Mapping[str, Any]], matters: Mapping[str, SeedPlace | None]
) -> StoryFacts:
    story_id, first, last, titles, openings, languages = row
    entities: Mapping[str, int] = named["entities"]
    seeds: dict[SeedPlace, float] = defaultdict(float)
    for entity, items in entities.items():
        if place := matters.get(entity):
            seeds[place] += items
    return StoryFacts(
        id=story_id,
        first=first,
        last=last,
        titles=tuple(titles),
        openings=tuple(openings),
        languages=tuple(languages),
        entities=entities,
        matters=frozenset(entities.keys() & matters.keys()),
        topics=named["topics"],
        documents=frozenset(named["documents"]),
        seeds=dict(seeds),
    )


def story_spans(con: duckdb.DuckDBPyConnection, story_ids: Collection[str]) -> list[StoryFacts]:
    """From when to when these stories were told, and nothing else of them, by id."""
    rows = con.execute(
        "SELECT s.story_id, min(i.published_at), max(i.published_at)"
        " FROM story_items AS s JOIN items AS i USING (item_id)"
        " WHERE s.valid_to IS NULL AND s.story_id IN (SELECT unnest(CAST(CAST($1 AS JSON) AS VARCHAR[])))"
        " GROUP BY s.story_id ORDER BY s.story_id",
        [as_json_list(sorted(story_ids))],
    ).fetchall()
    return [StoryFacts(*row) for row in rows]


def stored_continuations(con: duckdb.DuckDBPyConnection) -> tuple[Continues, ...]:
    """The links between stories that are still there, by story."""
    rows = con.execute(
        "WITH there AS (SELECT DISTINCT story_id FROM story_items WHERE valid_to IS NULL)"
        " SELECT story_id, earlier_id, strength, because FROM continuations"
        " WHERE story_id IN (FROM there) AND earlier_id IN (FROM there) ORDER BY story_id"
    ).fetchall()
    return tuple(Continues(*[*link, tuple(because)]) for *link, because in rows)


def threaded(con: duckdb.DuckDBPyConnection, story_ids: Collection[str]) -> list[Threaded]:
    """Those of the stories that are in a thread, by id."""
    rows = con.execute(_THREADED, [as_json_list(sorted(story_ids))]).fetchall()
    return [Threaded(*row) for row in rows]


def stored_seeds_of(con: duckdb.DuckDBPyConnection) -> dict[str, SeedPlace]:
    """Thread id -> the seed paragraph that it continues, of those that do."""
    rows = con.execute(
        "SELECT thread_id, seed_file, seed_paragraph FROM threads WHERE seed_file IS NOT NULL"
    ).fetchall()
    return {thread: (file, paragraph) for thread, file, paragraph in rows}


def store_threads(con: duckdb.DuckDBPyConnection, continues: Sequence[Continues], threads: Sequence[ThreadRow]) -> None:
    """In the place of all that was known of threads."""
    thread_of = {story: row.thread.id for row in threads for story in row.thread.stories}
    links = [
        (one.story_id, one.earlier_id, thread_of[one.story_id], one.strength, list(one.because)) for one in continues
    ]
    rows = [
        (
            row.thread.id,
            len(row.thread.stories),
            row.thread.first,
            row.thread.last,
            row.state,
            *(row.seed or (None, None)),
        )
        for row in threads
    ]
    with transaction(con):
        con.execute("DELETE FROM continuations")
        con.execute("DELETE FROM threads")
        insert_rows(con, "continuations", "story_id earlier_id thread_id strength because", links)
        insert_rows(con, "threads", "thread_id stories first_at last_at state seed_file seed_paragraph", rows)
