"""store_visits: everything of some visits or nothing, once."""

import random
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from stored import store_visit

from parsers.judging.novelty import Known
from storage.collected import Quarantined, known_entries, known_entries_of
from storage.database import Connection, open_live
from storage.items import get_item
from storage.runs import begin_run

TABLES = ("fetches", "feed_states", "entries", "items", "item_versions", "judgements", "labels", "evidence")


def _counts(con: Connection) -> dict[str, int]:
    return {table: con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in (*TABLES, "dispositions")}


def test_all_of_a_fetch_is_stored(con: Connection, make):
    """Every table gets its rows, and the item comes back as it was, with evidence."""
    judged = [make.judged(1), make.judged(2, copy_of=f"{1:016x}", title="T\u202e=1+1\0", published=None, url=None)]
    make.store(con, *judged)
    assert [get_item(con, one.item.id) for one in judged] == judged
    assert _counts(con) == {
        "fetches": 1,
        "feed_states": 1,
        "entries": 2,
        "items": 2,
        "item_versions": 0,
        "judgements": 2,
        "labels": 4,
        "evidence": 2,
        "dispositions": 2,
    }
    known = {f"key {n}": Known(f"{n:016x}", f"sha {n}", True, judged[n - 1].item.title) for n in (1, 2)}
    assert known_entries(con, "alpha") == known
    assert known_entries(con, "beta") == {}


def test_known_entry_tells_whether_its_item_has_a_page(con: Connection, make):
    """So that a page that fails later does not cost the text; an entry without an item has none."""
    make.store(con, *[make.judged(n, text_origin=origin) for n, origin in enumerate(("page", "pdf", "feed", "title"))])
    con.execute("UPDATE entries SET item_id = NULL WHERE entry_key = 'key 0'")
    assert {key: known.has_page for key, known in known_entries(con, "alpha").items()} == {
        "key 0": False,
        "key 1": True,
        "key 2": False,
        "key 3": False,
    }


def test_many_sources_are_known_at_once(con: Connection, make):
    """What is known of each by itself; of a source without entries nothing, and never what another one has."""
    make.store(con, make.judged(1))
    make.store(con, make.judged(2, source_id="beta"), source_id="beta")
    known = known_entries_of(con, ["alpha", "beta", "gamma"])
    assert known == {name: known_entries(con, name) for name in ("alpha", "beta", "gamma")}
    assert [list(known[name]) for name in ("alpha", "beta", "gamma")] == [["key 1"], ["key 2"], []]


def test_second_call_for_the_same_source_changes_nothing(con: Connection, make, now):
    """A run that was interrupted between commit and acknowledgement may call again."""
    run = begin_run(con, "collect", now, "hash")
    make.store(con, make.judged(1), run_id=run.id)
    before = _counts(con)
    store_visit(con, run.id, make.fetch(outcome="failed"), [], [make.judged(2)], [], now)
    assert _counts(con) == before


def test_failure_in_the_middle_leaves_nothing(con: Connection, make, now):
    """A time without a zone is a mistake of the caller; not even the fetch row stays."""
    run = begin_run(con, "collect", now, "hash")
    one = make.judged(1)
    naive = make.judged(1, published=now.replace(tzinfo=None))
    with pytest.raises(ValueError, match="without zone"):
        store_visit(con, run.id, make.fetch(), [make.stored(one)], [naive], [make.disposition(0, one)], now)
    assert set(_counts(con).values()) == {0}


def test_changed_item_keeps_its_old_version(con: Connection, make, now):
    """New content takes the place of the old, which stays to be read; first_seen stays the first."""
    make.store(con, make.judged(1))
    later = now + timedelta(days=1)
    other = make.judgement(labels=(), relevance="off")
    make.store(con, make.judged(1, by=other, title="New", content_sha256="new", first_seen=later))
    make.store(con, make.judged(1, by=other, title="New", content_sha256="new", first_seen=later))
    found = get_item(con, f"{1:016x}")
    assert found is not None
    assert (found.item.title, found.item.first_seen, found.judgement) == ("New", now, other)
    assert con.execute("SELECT version, title, content_sha256 FROM item_versions").fetchall() == [
        (1, "Title 1", "sha 1")
    ]
    assert con.execute("SELECT version FROM items").fetchall() == [(2,)]


def test_entry_keeps_when_it_was_first_seen(con: Connection, make, now):
    """Seeing an entry again moves only last_seen_at."""
    one = make.judged(1)
    make.store(con, one)
    run = begin_run(con, "collect", now, "hash")
    later = now + timedelta(days=1)
    store_visit(con, run.id, make.fetch(), [make.stored(one)], [], [make.disposition(0, one)], later)
    assert con.execute("SELECT first_seen_at, last_seen_at FROM entries").fetchall() == [(now, later)]


def test_the_outlet_behind_an_aggregator_is_told(con: Connection, make, now):
    """Who wrote it, where the source only collects what others write."""
    one = make.judged(1)
    stored = make.stored(one)
    named = replace(stored, entry=replace(stored.entry, publisher="The Harbour Wire"))
    one = replace(one, item=replace(one.item, publisher="The Harbour Wire"))
    run = begin_run(con, "collect", now, "hash")
    store_visit(con, run.id, make.fetch(), [named], [one], [make.disposition(0, one)], now)
    found = con.execute(
        "SELECT e.publisher, i.publisher FROM entries AS e JOIN v_items AS i USING (item_id)"
    ).fetchall()
    assert found == [("The Harbour Wire", "The Harbour Wire")]


def test_key_that_comes_twice_in_a_feed_counts_once(con: Connection, make):
    """Feeds repeat identifiers; the last one wins and the balance holds."""
    make.store(con, make.judged(1), make.judged(1, title="Again", content_sha256="again"))
    assert con.execute("SELECT title FROM items").fetchall() == [("Again",)]
    assert con.execute("SELECT entries_in, entries_out, difference FROM v_disposition_balance").fetchall() == [
        (2, 2, 0)
    ]


def test_balance_shows_an_entry_that_was_dropped(con: Connection, make, now):
    """An entry without a disposition cannot hide, whoever forgot it."""
    one = make.judged(1)
    run = begin_run(con, "collect", now, "hash")
    store_visit(con, run.id, make.fetch(entries=3), [make.stored(one)], [one], [make.disposition(0, one)], now)
    assert con.execute("SELECT entries_in, entries_out, difference FROM v_disposition_balance").fetchall() == [
        (3, 1, 2)
    ]


def test_quarantine_keeps_the_same_bytes_once(con: Connection, make, now):
    """A feed that is broken every hour does not fill the disk."""
    broken = Quarantined("https://a.test", "not-a-feed", "HTML", b"<html>\0\xff")
    for hour in range(3):
        moment = now + timedelta(hours=hour)
        run = begin_run(con, "collect", moment, "hash", request=str(hour))
        fetch = make.fetch(outcome="failed")
        store_visit(con, run.id, fetch, [], [], [], moment, quarantined=[broken, broken])
    rows = con.execute("SELECT content, bytes, first_seen_at, last_seen_at FROM quarantine").fetchall()
    assert rows == [(b"<html>\0\xff", 8, now, now + timedelta(hours=2))]


def test_large_documents_are_kept_by_size_and_hash_alone(con: Connection, make, now):
    """Their bytes are in the archive; what may be kept is kept, several of a visit too."""
    bodies = [random.Random(seed).randbytes(size) for seed, size in enumerate((3_000_000, 3_000_001, 10))]
    broken = [Quarantined("https://a.test", "not-a-pdf", "no text", body) for body in bodies]
    run = begin_run(con, "collect", now, "hash")
    store_visit(con, run.id, make.fetch(outcome="failed"), [], [], [], now, quarantined=broken)
    rows = con.execute("SELECT bytes, content, reason FROM quarantine ORDER BY bytes").fetchall()
    assert rows == [
        (10, bodies[2], "no text"),
        (3_000_000, bodies[0], "no text"),
        (3_000_001, b"", "no text (its bytes are in the archive alone)"),
    ]


def test_hostile_text_stays_text(con: Connection, make):
    """SQL in a title is a title."""
    title = "'); DROP TABLE items; --"
    make.store(con, make.judged(1, title=title, authors=("'; --", '"\\')))
    found = get_item(con, f"{1:016x}")
    assert found is not None
    assert (found.item.title, found.item.authors) == (title, ("'; --", '"\\'))


WRITER = """
import sys, pathlib
from datetime import datetime
from parsers.model import *
from storage.collected import Brought, FetchRow, StoredEntry, store_visits
from storage.database import open_live
from storage.runs import begin_run
home, now = pathlib.Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
with open_live(home) as con:
    run = begin_run(con, "collect", now, "hash")
    start = len(run.done_sources)
    for number in range(start, start + 1000):
        source = f"source {number}"
        items, entries, dispositions = [], [], []
        for position in range(20):
            key = f"{number:08x}{position:08x}"
            item = Item(key, key, source, None, "T", "", "x" * 2000, "page", "en", now, None, now, (), key)
            judgement = Judgement("core", 1.0, (Label("pesco", 1.0, ()),), "rules 1")
            items.append(JudgedItem(item, judgement))
            entries.append(StoredEntry(key, key, Entry(key, None, "T"), key))
            dispositions.append(Disposition(position, "T", None, "stored", item_id=key))
        fetch = FetchRow(source, "https://alpha.test", now, 0.1, "read", entries=20)
        store_visits(con, run.id, [Brought(fetch, entries, items, dispositions)], now)
        print(source, flush=True)
"""


@pytest.mark.slow
def test_kill_at_any_moment_loses_and_tears_nothing(tmp_path, child, now):
    """In 12 rounds of kill -9: what was acknowledged is there, whole, and the same run goes on."""
    acknowledged: set[str] = set()
    chance = random.Random(20261116)
    for _ in range(12):
        writer = child(WRITER, tmp_path, now.isoformat())
        acknowledged.add(writer.stdout.readline().strip())
        time.sleep(chance.uniform(0, 0.25))
        writer.kill()
        lines = writer.communicate()[0].splitlines(keepends=True)
        acknowledged |= {line.strip() for line in lines if line.endswith("\n")}
        with open_live(tmp_path) as con:
            stored = {source for (source,) in con.execute("SELECT source_id FROM fetches").fetchall()}
            assert acknowledged <= stored
            for table in ("items", "entries", "dispositions"):
                torn = f"SELECT source_id FROM {table} GROUP BY source_id HAVING count(*) <> 20"
                assert con.execute(torn).fetchall() == []
            assert con.execute("SELECT count(*) FROM labels").fetchall() == [(20 * len(stored),)]
            assert con.execute("SELECT sum(abs(difference)) FROM v_disposition_balance").fetchall() == [(0,)]
            assert con.execute("SELECT count(*) FROM runs").fetchall() == [(1,)]
    assert len(stored) >= 12


def test_items_and_judgements_belong_together(con: Connection, make):
    """There are no foreign keys, so this looks for orphans itself."""
    make.store(con, *[make.judged(number) for number in range(5)])
    make.store(con, make.judged(2, by=replace(make.judgement(), rules_version="rules 2")))
    for child_table, parent in (("judgements", "items"), ("labels", "judgements"), ("evidence", "labels")):
        orphans = f"SELECT count(*) FROM {child_table} ANTI JOIN {parent} USING (item_id)"
        assert con.execute(orphans).fetchall() == [(0,)]
