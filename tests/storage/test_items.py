"""Reading items: which ones, in which order, and what is counted."""

from datetime import datetime, timedelta

from storage.database import Connection
from storage.editions import EditionRow, set_edition_state, store_edition
from storage.items import (
    count_eligible,
    counts_by_topic,
    find_item_ids,
    get_item,
    item_ids,
    item_ids_not_judged_by,
    items_by_id,
    items_dated_ahead,
    items_published_between,
    items_since,
    late_items,
    recent_items,
    undated_items,
)
from storage.moments import known_at

EDITION = "2026-W46/weekly/en"
WEEK = timedelta(days=7)


def _ids(found) -> list[int]:
    return [int(one.item.id, 16) for one in found]


def test_items_since_first_sight(con: Connection, make, now):
    """The time of first sight decides, at or after; off-topic items only when asked for."""
    off = make.judgement(relevance="off", labels=())
    old = make.judged(1, first_seen=now - timedelta(seconds=1))
    make.store(con, old, make.judged(2), make.judged(3, by=off), make.judged(4, copy_of=f"{2:016x}"))
    assert sorted(_ids(items_since(con, now))) == [2, 3, 4]
    assert sorted(_ids(items_since(con, now, relevant_only=True))) == [2, 4]


def test_period_includes_its_start_and_not_its_end(con: Connection, make, now):
    """Weeks that follow each other share no item and lose none; undated items are in no period."""
    start = now - timedelta(days=7)
    moments = (start - timedelta(microseconds=1), start, now - timedelta(microseconds=1), now, None)
    make.store(con, *[make.judged(number, published=moment) for number, moment in enumerate(moments)])
    assert _ids(items_published_between(con, start, now)) == [1, 2]
    assert _ids(items_published_between(con, now, now + timedelta(days=7))) == [3]


def test_items_come_oldest_first_with_labels_in_their_order(con: Connection, make, now):
    """Order of publication; the labels of each item as the rules gave them."""
    make.store(con, make.judged(1), make.judged(2), make.judged(3))
    found = items_published_between(con, now - timedelta(days=7), now)
    assert _ids(found) == [3, 2, 1]
    assert found[0].judgement == make.judgement()


def test_unknown_item_is_none(con: Connection):
    """No item, no error."""
    assert get_item(con, "nothing") is None
    assert items_by_id(con, ["nothing"]) == []


def test_ids_are_found_by_their_beginning(con: Connection, make):
    """A person types the first digits; wildcards of SQL mean nothing."""
    make.store(con, make.judged(0x10), make.judged(0x11), make.judged(0x20))
    assert find_item_ids(con, "000000000000001") == [f"{0x10:016x}", f"{0x11:016x}"]
    assert find_item_ids(con, "%") == []
    assert sorted(item_ids(con)) == [f"{number:016x}" for number in (0x10, 0x11, 0x20)]


def test_items_of_other_rules_are_found(con: Connection, make):
    """What waits for new rules is what the current judgement of an item says."""
    make.store(con, make.judged(1), make.judged(2, by=make.judgement(rules_version="rules 2")))
    assert item_ids_not_judged_by(con, "rules 2") == [f"{1:016x}"]


def test_copy_index_gets_what_it_knew(con: Connection, make, now):
    """Copies with their originals; of old items only those that show a recent one to be an original."""
    old = now - timedelta(days=30)
    make.store(con, make.judged(1, first_seen=old), make.judged(2), make.judged(3, copy_of=f"{2:016x}"))
    make.store(con, make.judged(4, first_seen=old, copy_of=f"{2:016x}"), make.judged(5, copy_of=f"{1:016x}"))
    found = {int(item.id, 16): copy_of and int(copy_of, 16) for item, copy_of in recent_items(con, now - timedelta(14))}
    assert found == {2: None, 3: 2, 4: 2, 5: 1}
    assert recent_items(con, now)[1] == (make.item(2), None)


def test_topics_are_counted_without_copies_and_off_topic_items(con: Connection, make, now):
    """Only relevant originals of the period count, for each of their topics."""
    off = make.judgement(relevance="off")
    outside = make.judged(5, published=now + timedelta(days=1))
    make.store(
        con, make.judged(1), make.judged(2), make.judged(3, copy_of=f"{1:016x}"), make.judged(4, by=off), outside
    )
    assert counts_by_topic(con, now - timedelta(days=7), now) == {"dialogue": 2, "pesco": 2}
    assert counts_by_topic(con, now - timedelta(days=70), now - timedelta(days=63)) == {}


def test_late_and_undated_items_are_counted(con: Connection, make, now):
    """Late: seen in the period, published before it. Relevant originals only."""
    start = now - timedelta(days=7)
    seen = start + timedelta(days=1)
    make.store(
        con,
        make.judged(1, first_seen=seen, published=start - timedelta(hours=1)),
        make.judged(2, first_seen=seen, published=start),
        make.judged(3, first_seen=seen, published=None),
        make.judged(4, first_seen=seen, published=None, copy_of=f"{3:016x}"),
        make.judged(5, first_seen=seen, published=None, by=make.judgement(relevance="off")),
        make.judged(6, first_seen=now, published=None),
    )
    assert _ids(late_items(con, EDITION, start, now)) == [1]
    assert _ids(undated_items(con, start, now)) == [3]


def _stored_edition(con: Connection, name: str, start: datetime, composed: datetime, *items: int) -> None:
    row = EditionRow(name, 1, start, start + WEEK, "UTC", "", "{}", "", "", "", "draft", composed, composed)
    store_edition(con, row, [f"{number:016x}" for number in items])
    if name != EDITION:
        set_edition_state(con, name, 1, "issued", composed)


def test_late_is_what_no_edition_could_carry(con: Connection, make, now):
    """Not what another edition of the series carried, nor what that of its own week knew and had no room for."""
    start = now - WEEK
    morning = start + timedelta(hours=7)
    early, after = morning - timedelta(hours=2), morning + timedelta(hours=1)
    sunday, before = start - timedelta(minutes=30), start - WEEK - timedelta(hours=1)
    make.store(
        con,
        make.judged(1, first_seen=early, published=sunday),  # counted by the edition of its week
        make.judged(2, first_seen=after, published=sunday),
        make.judged(3, first_seen=early, published=before),
        make.judged(4, first_seen=early, published=before),  # carried there, as late
        make.judged(5, first_seen=after, published=sunday),  # carried by a digest in another language
    )
    con.execute("UPDATE items SET valid_from = first_seen_at")
    _stored_edition(con, "2026-W45/weekly/en", start - WEEK, morning, 4)
    _stored_edition(con, "2026-W46/weekly/fr", start, after, 5)
    _stored_edition(con, EDITION, start, now, 2)
    assert sorted(_ids(late_items(con, EDITION, start, now))) == [2, 3, 5]


def test_future_dates_are_in_no_edition(con: Connection, make, now):
    """What was dated ahead when it came neither leads a later week nor counts in it."""
    ahead = now + timedelta(minutes=61)
    make.store(con, make.judged(1, published=ahead), make.judged(2, published=now + timedelta(minutes=60)))
    assert _ids(items_published_between(con, now, now + WEEK)) == [2]
    assert _ids(items_dated_ahead(con, now, now + WEEK)) == [1]
    assert counts_by_topic(con, now, now + WEEK) == {"dialogue": 1, "pesco": 1}


def test_every_item_that_an_edition_could_show_is_counted_once(con: Connection, make, now):
    """Of its period, dated ahead, late and undated: the number that its dispositions have to reach."""
    start = now - WEEK
    seen = start + timedelta(days=1)
    make.store(
        con,
        make.judged(1, published=seen),
        make.judged(2, published=seen, by=make.judgement(relevance="off")),
        make.judged(3, first_seen=seen, published=None),
        make.judged(4, first_seen=seen, published=start - WEEK),
        make.judged(5, first_seen=seen, published=now - timedelta(hours=1)),
        make.judged(6, first_seen=now, published=now + timedelta(hours=1)),
    )
    moment = known_at(con, now)
    lists = (
        items_published_between(con, start, now),
        items_dated_ahead(con, start, now),
        late_items(con, EDITION, start, now),
        undated_items(con, start, now),
    )
    assert [sorted(_ids(one)) for one in lists] == [[1, 2], [5], [4], [3]]
    assert count_eligible(con, EDITION, start, now, moment) == 5
