"""What was known when: every moment shows, for ever, what had been stored by then."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from parsers.model import Story
from storage.database import Connection
from storage.items import items_published_between
from storage.judgements import store_judgements
from storage.moments import known_at, next_moment
from storage.rereading import date_back
from storage.runs import begin_run
from storage.stories import store_stories, stories_since

ID = f"{1:016x}"
SECOND = timedelta(seconds=1)


def _as_of(con: Connection, moment: datetime, columns: str = "title, relevance, topics, story_id, copy_of, version"):
    return con.execute(f"SELECT {columns} FROM items_as_of($1) ORDER BY item_id", [moment]).fetchall()


def test_each_moment_shows_what_had_been_stored_by_then(con: Connection, make, now):
    """An item, its next version, another judgement, a story: each is there from its moment on, and not before."""
    make.store(con, make.judged(1))
    first = known_at(con, now)
    make.store(con, make.judged(1, title="New", content_sha256="new"))
    second = known_at(con, now)
    store_judgements(con, [(ID, make.judgement(relevance="related", labels=()))], now)
    third = known_at(con, now)
    store_stories(con, [Story(ID, (ID,))], (), now)
    fourth = known_at(con, now)
    assert _as_of(con, now - SECOND) == []
    assert _as_of(con, first) == [("Title 1", "core", ["pesco", "dialogue"], None, None, 1)]
    assert _as_of(con, second) == [("New", "core", ["pesco", "dialogue"], None, None, 2)]
    assert _as_of(con, third) == [("New", "related", [], None, None, 2)]
    assert _as_of(con, fourth) == [("New", "related", [], ID, None, 2)] == _as_of(con, now + timedelta(days=9))
    assert con.execute("SELECT topic FROM labels_as_of($1) ORDER BY position", [first]).fetchall() == [
        ("pesco",),
        ("dialogue",),
    ]
    assert con.execute("SELECT items FROM stories_as_of($1)", [third]).fetchall() == []
    assert con.execute("SELECT items FROM stories_as_of($1)", [fourth]).fetchall() == [(1,)]


@pytest.mark.parametrize(
    "change",
    [
        {"published": None},
        {"updated": datetime.fromisoformat("2026-11-15T00:00:00Z")},
        {"url": "https://alpha.test/moved"},
        {"authors": ("B. Writer",)},
        {"tags": ("a",)},
        {"problems": ("cut",)},
        {"language": "fr"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_change_is_a_version(con: Connection, make, now, change):
    """Also one of the date alone; the version before stays whole."""
    make.store(con, make.judged(1))
    before = con.execute("SELECT * EXCLUDE (valid_from) FROM items").fetchall()
    make.store(con, make.judged(1, **change))
    assert con.execute("SELECT * EXCLUDE (valid_from, valid_to) FROM item_versions").fetchall() == before
    assert con.execute("SELECT version FROM items").fetchall() == [(2,)]


def test_what_did_not_change_is_no_version(con: Connection, make, now):
    """The same item and the same judgement again leave no trace in what was known."""
    make.store(con, make.judged(1))
    before = known_at(con, now)
    make.store(con, make.judged(1))
    assert known_at(con, now) == before
    assert con.execute("SELECT count(*) FROM v_item_history").fetchall() == [(1,)]


def test_the_clock_may_stand_still_or_go_back(con: Connection, make, now):
    """What is stored later has the later moment, whatever the clock says."""
    make.store(con, make.judged(1))
    before = known_at(con, now - timedelta(days=1))
    assert next_moment(con, now - timedelta(days=1)) > before
    store_judgements(con, [(ID, make.judgement(labels=()))], now - timedelta(days=1))
    assert _as_of(con, before, "topics") == [(["pesco", "dialogue"],)]
    assert _as_of(con, known_at(con, now - timedelta(days=1)), "topics") == [([],)]


def test_dating_back_is_a_version(con: Connection, make, now):
    """That an item was there earlier than was thought is known from then on."""
    make.store(con, make.judged(1))
    before = known_at(con, now)
    run = begin_run(con, "reparse", now, "hash")
    date_back(con, run.id, {ID: now - timedelta(days=5)}, now)
    assert _as_of(con, before, "first_seen_at") == [(now,)]
    assert _as_of(con, known_at(con, now), "first_seen_at") == [(now - timedelta(days=5),)]


def test_a_copy_that_was_found_later_is_one_from_then_on(con: Connection, make, now):
    """The moment before still shows an original."""
    make.store(con, make.judged(1), make.judged(2))
    before = known_at(con, now)
    store_judgements(con, [], now, {f"{2:016x}": ID})
    assert _as_of(con, before, "copy_of") == [(None,), (None,)]
    assert _as_of(con, known_at(con, now), "copy_of") == [(None,), (ID,)]


def test_moving_between_stories(con: Connection, make, now):
    """Each moment has every item in one story at most; the edition of that moment finds the story it told."""
    make.store(con, *(make.judged(number) for number in (1, 2, 3)))
    ids = [f"{number:016x}" for number in (1, 2, 3)]
    start = now - timedelta(days=30)
    store_stories(con, [Story(ids[0], tuple(ids))], ids, now)
    together = known_at(con, now)
    store_stories(con, [Story(ids[0], (ids[0],)), Story(ids[1], (ids[1], ids[2]))], ids, now)
    assert [set(story.items) for story in stories_since(con, start, together)] == [set(ids)]
    assert {frozenset(story.items) for story in stories_since(con, start)} == {frozenset(ids[:1]), frozenset(ids[1:])}
    assert con.execute("SELECT count(*) FROM items_as_of($1)", [together]).fetchall() == [(3,)]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_the_past_stays(con: Connection, make, now, seed):
    """Random storing, judging and grouping: what each moment showed then is what it shows at the end."""
    chance = random.Random(seed)
    ids = [f"{number:016x}" for number in range(8)]
    seen = {}
    for step in range(25):
        number = chance.randrange(8)
        by = make.judgement(
            relevance=chance.choice(["core", "off"]),
            labels=make.judgement().labels[: chance.randrange(3)],
            rules_version=f"rules {chance.randrange(3)}",
        )
        there = con.execute("SELECT item_id FROM items").fetchall()
        match chance.randrange(3):
            case 0:
                make.store(con, replace(make.judged(number, by=by), copy_of=chance.choice([None, ids[0]])))
            case 1 if there:
                store_judgements(con, [(chance.choice(there)[0], by)], now + chance.randrange(-5, 5) * SECOND)
            case _:
                grouped = [Story(ids[0], tuple(one for (one,) in there if chance.random() < 0.5))]
                store_stories(con, [one for one in grouped if one.items], [one for (one,) in there], now)
        moment = known_at(con, now)
        seen[moment] = _as_of(con, moment), items_published_between(con, now - timedelta(days=9), now, moment)
        assert len(seen[moment][0]) == con.execute("SELECT count(*) FROM items").fetchall()[0][0], step
    for moment, (rows, judged) in seen.items():
        assert _as_of(con, moment) == rows
        assert items_published_between(con, now - timedelta(days=9), now, moment) == judged
