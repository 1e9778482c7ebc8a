"""store_judgements: new rules, new labels, nothing forgotten."""

from datetime import timedelta

from parsers.model import Evidence, Label, Story
from storage.database import Connection
from storage.items import get_item
from storage.judgements import store_judgements
from storage.stories import store_stories, stories_since

ITEM = f"{1:016x}"


def test_new_rules_become_current_and_old_labels_stay(con: Connection, make, now):
    """The item is read with its newest judgement; the labels of both versions can be queried."""
    make.store(con, make.judged(1), make.judged(2))
    new = make.judgement(relevance="related", labels=make.judgement().labels[:1], rules_version="rules 2")
    store_judgements(con, [(ITEM, new)], now)
    found = get_item(con, ITEM)
    assert found is not None
    assert found.judgement == new
    rows = con.execute(
        "SELECT rules_version, count(*), bool_and(is_current) FROM v_labels WHERE item_id = ? GROUP BY 1 ORDER BY 1",
        [ITEM],
    ).fetchall()
    assert rows == [("rules 1", 2, False), ("rules 2", 1, True)]
    untouched = get_item(con, f"{2:016x}")
    assert untouched is not None
    assert untouched.judgement == make.judgement()


def test_same_rules_again(con: Connection, make, now):
    """Another result under the same version ends the one before; the same result again changes nothing."""
    make.store(con, make.judged(1))
    for _ in range(2):
        store_judgements(con, [(ITEM, make.judgement(labels=make.judgement().labels[1:]))], now)
    acts = con.execute("SELECT topics, valid_to IS NULL FROM judgements ORDER BY valid_from").fetchall()
    assert acts == [(["pesco", "dialogue"], False), (["dialogue"], True)]
    assert con.execute("SELECT topic FROM v_labels WHERE is_current").fetchall() == [("dialogue",)]
    assert con.execute("SELECT count(*) FROM v_evidence WHERE is_current").fetchall() == [(0,)]


def test_going_back_to_earlier_rules(con: Connection, make, now):
    """Rules that were withdrawn stop being current as soon as the items are judged by the earlier ones again."""
    make.store(con, make.judged(1))
    store_judgements(con, [(ITEM, make.judgement(relevance="off", labels=(), rules_version="rules 2"))], now)
    store_judgements(con, [(ITEM, make.judgement())], now)
    found = get_item(con, ITEM)
    assert found is not None
    assert found.judgement == make.judgement()


def test_nothing_to_judge(con: Connection, now):
    """An empty batch is no error."""
    store_judgements(con, [], now)


def test_what_is_off_leaves_its_story(con: Connection, make, now):
    """However old it is; the others stay together."""
    make.store(con, *(make.judged(number) for number in (1, 2, 3)))
    store_stories(con, [Story(ITEM, tuple(f"{number:016x}" for number in (1, 2, 3)))], (), now)
    store_judgements(con, [(ITEM, make.judgement(relevance="off", labels=()))], now)
    assert [story.items for story in stories_since(con, now - timedelta(days=99))] == [
        (f"{3:016x}", f"{2:016x}"),
    ]


def test_copies_that_were_found_meanwhile(con: Connection, make, now):
    """They are marked together with the judgements; what is not named keeps what it is a copy of."""
    make.store(con, make.judged(1), make.judged(2), make.judged(3, f"{1:016x}"))
    store_judgements(con, [(f"{2:016x}", make.judgement(rules_version="rules 2"))], now, {f"{2:016x}": ITEM})
    found = [get_item(con, f"{number:016x}") for number in (1, 2, 3)]
    assert [one.copy_of for one in found if one] == [None, ITEM, ITEM]


def test_kind_problems_origin_and_learned_words_come_back(con: Connection, make, now):
    """All that a judgement says beside its topics."""
    word = Evidence("troops", 0, 6, "title", 0.5, learned=True)
    judgement = make.judgement(
        labels=(Label("pesco", 1.0, (), "pinned"), Label("dialogue", 1.0, (word,), "added")),
        kind="opinion",
        problems=("cut at 9 characters",),
    )
    make.store(con, make.judged(1))
    store_judgements(con, [(ITEM, judgement)], now)
    found = get_item(con, ITEM)
    assert found is not None
    assert found.judgement == judgement
