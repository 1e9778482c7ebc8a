"""What stories name, as threads are made from it; which story continues which."""

from dataclasses import replace
from datetime import timedelta

import pytest

from parsers.judging.documents.citations import Citation
from parsers.judging.names.entities import Mention
from parsers.judging.stories.threads import Continues, Thread
from parsers.model import Story
from storage.database import Connection
from storage.extraction import EntityRow, Extracted, matters, store_entities, store_extracted
from storage.stories import store_stories
from storage.threads import (
    ThreadRow,
    store_threads,
    stored_continuations,
    stored_seeds_of,
    story_facts,
    story_spans,
    threaded,
)

SEED = ("seed.txt", 4)


@pytest.fixture
def ids(con: Connection, make, now):
    """Four items, a week between each and the next, in two stories: the first two, the last two."""
    items = [make.judged(number, published=now - timedelta(days=28 - 7 * number)) for number in range(4)]
    make.store(con, *items)
    ids = [one.item.id for one in items]
    store_stories(con, [Story(ids[0], tuple(ids[:2])), Story(ids[2], tuple(ids[2:]))], ids, now)
    return ids


def test_facts_of_a_story(con: Connection, make, ids, now):
    """Times, titles, openings, topics, entities, documents; a matter speaks for the seed paragraph that tells of it."""
    rows = [EntityRow("arrangement", "treaty", "Arrangement", (), SEED), EntityRow("nato", "organisation", "NATO", ())]
    store_entities(con, rows, [("office", "nato", None, None)])
    named = [Mention("arrangement", "Text", "text", 0, 4), Mention("nato", "Text", "text", 0, 4)]
    cited = [Citation("join:2025/120", "join", "JOIN(2025) 120", None, "Text", "text", 0, 4)]
    store_extracted(con, [Extracted(ids[0], 1, named, [], cited, [], [])], "words 1")
    facts = story_facts(con, now - timedelta(days=100), matters(con, {"treaty"}))
    first, second = facts
    assert (first.id, second.id) == (ids[0], ids[2])
    assert first.last - first.first == timedelta(days=7)
    assert (first.titles, first.openings, first.languages) == (
        ("Title 0", "Title 1"),
        ("Text 0",),
        ("en",) * 2,
    )
    assert first.entities == {"arrangement": 1, "nato": 1}
    assert (first.matters, first.seeds) == (frozenset({"arrangement"}), {SEED: 1})
    assert first.documents == frozenset({"join:2025/120"})
    assert first.topics == pytest.approx({"pesco": 0.8, "dialogue": 0.4})
    assert (second.entities, second.documents, second.seeds) == ({}, frozenset(), {})


def test_facts_begin_with_the_time_asked_for(con: Connection, ids, now):
    """A story counts as a whole as long as one of its items is new enough."""
    (one,) = story_facts(con, now - timedelta(days=15), {})
    assert (one.id, one.titles) == (ids[2], ("Title 2", "Title 3"))
    assert [span.first for span in story_spans(con, [ids[2]])] == [one.first]


def test_threads_come_back(con: Connection, ids, now):
    """A story knows its thread, what it continues and the seed behind it; storing replaces all that was known."""
    link = Continues(ids[2], ids[0], 0.7, ("arrangement",))
    thread = Thread(ids[0], (ids[0], ids[2]), now - timedelta(days=28), now - timedelta(days=7))
    store_threads(con, [link], [ThreadRow(thread, "developing", SEED)])
    assert stored_continuations(con) == (link,)
    assert stored_seeds_of(con) == {ids[0]: SEED}
    first, second = threaded(con, ids)
    assert (first.earlier_id, second.earlier_id, second.title) == (None, ids[0], "Title 0")
    assert second.stories == [ids[0], ids[2]]
    shown = con.execute("SELECT story_id, thread_id, because FROM v_thread_stories ORDER BY story_id").fetchall()
    assert shown == [(ids[0], ids[0], []), (ids[2], ids[0], ["arrangement"])]
    assert con.execute("SELECT thread_id, stories, state FROM v_threads").fetchall() == [(ids[0], 2, "developing")]
    store_threads(con, [], [ThreadRow(replace(thread, stories=(ids[0],)), "closed", SEED)])
    assert stored_continuations(con) == ()
    assert con.execute("SELECT stories, state FROM v_threads").fetchall() == [(1, "closed")]


def test_link_of_a_story_that_is_gone(con: Connection, ids, now):
    """Where stories were merged nothing is left of the link between them."""
    thread = Thread(ids[0], (ids[0], ids[2]), now - timedelta(days=28), now - timedelta(days=7))
    store_threads(con, [Continues(ids[2], ids[0], 0.7, ())], [ThreadRow(thread, "new", None)])
    store_stories(con, [Story(ids[0], tuple(ids))], ids, now)
    assert stored_continuations(con) == ()
