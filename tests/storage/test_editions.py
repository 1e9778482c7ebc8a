"""Editions: frozen once they are approved, and remembered by what they carried."""

from dataclasses import replace
from datetime import timedelta

import pytest

from parsers.errors import Permanent
from parsers.model import Story
from storage.database import Connection
from storage.editions import EditionRow, get_edition, list_editions, sent_story_ids, set_edition_state, store_edition
from storage.judgements import store_judgements
from storage.stories import store_stories


@pytest.fixture
def edition(now):
    return EditionRow(
        id="2026-W46/weekly/en",
        revision=1,
        period_start=now - timedelta(days=7),
        period_end=now,
        zone="Europe/Brussels",
        subject="A week",
        model_json="{}",
        html="<p>é</p>",
        text="é",
        sha256="first",
        state="draft",
        created_at=now,
        known_at=now,
    )


def test_edition_comes_back_as_it_was(con: Connection, edition):
    """All columns, and the newest revision unless one is named."""
    second = replace(edition, revision=2, sha256="second")
    assert store_edition(con, edition, ["a", "b", "a"])
    assert store_edition(con, second, [])
    assert get_edition(con, edition.id) == second
    assert get_edition(con, edition.id, 1) == edition
    assert get_edition(con, "2026-W47/weekly/en") is None
    assert list_editions(con) == [second, edition]
    assert con.execute("SELECT revision, items FROM v_editions ORDER BY 1").fetchall() == [(1, 2), (2, 0)]


def test_draft_may_be_replaced(con: Connection, edition):
    """Until somebody approves it, with its items."""
    store_edition(con, edition, ["a"])
    store_edition(con, replace(edition, sha256="new", text="new"), ["b"])
    found = get_edition(con, edition.id)
    assert found is not None
    assert found.text == "new"
    assert con.execute("SELECT item_id FROM edition_items").fetchall() == [("b",)]


@pytest.mark.parametrize("state", ["approved", "issued"])
def test_frozen_edition_stays(con: Connection, now, edition, state):
    """The same bytes again are no change; other bytes need a new revision."""
    store_edition(con, edition, ["a"])
    set_edition_state(con, edition.id, 1, state, now)
    assert not store_edition(con, edition, ["b"])
    with pytest.raises(Permanent, match="new revision"):
        store_edition(con, replace(edition, sha256="other"), ["b"])
    found = get_edition(con, edition.id)
    assert found is not None
    assert (found.sha256, found.state) == ("first", state)
    assert con.execute("SELECT item_id FROM edition_items").fetchall() == [("a",)]


def test_state_never_goes_back(con: Connection, now, edition):
    """Issued is issued; an unknown revision has no state."""
    store_edition(con, edition, [])
    set_edition_state(con, edition.id, 1, "issued", now)
    set_edition_state(con, edition.id, 1, "issued", now)
    with pytest.raises(Permanent, match="cannot become draft"):
        set_edition_state(con, edition.id, 1, "draft", now)
    with pytest.raises(Permanent, match="no edition"):
        set_edition_state(con, edition.id, 9, "issued", now)


def test_sent_stories_are_those_of_earlier_issued_editions(con: Connection, edition, make, now):
    """Same series and language, issued, before: items, their stories then and now, with the newest edition."""
    items = [make.judged(number) for number in range(4)]
    ids = [one.item.id for one in items]
    make.store(con, *items)
    store_stories(con, [Story(ids[0], (ids[0], ids[1]))], (), now)
    for name, state, carried in (
        ("2025-W52/weekly/en", "issued", [ids[1]]),
        ("2026-W45/weekly/en", "issued", [ids[1]]),
        ("2026-W45/weekly/fr", "issued", [ids[2]]),
        ("2026-W45/monthly/en", "issued", [ids[2]]),
        ("2026-W46/weekly/en", "issued", [ids[2]]),
        ("2026-W44/weekly/en", "draft", [ids[3]]),
    ):
        store_edition(con, replace(edition, id=name), carried)
        set_edition_state(con, name, 1, state, now)
    newest = "2026-W45/weekly/en"
    assert sent_story_ids(con, "2026-W46/weekly/en") == {ids[0]: newest, ids[1]: newest}
    assert sent_story_ids(con, "2025-W52/weekly/en") == {}


def test_labels_stay_as_they_were_when_the_edition_was_made(con: Connection, edition, make, now):
    """Other rules judge the items afterwards: the edition remembers by which labels it was made."""
    make.store(con, make.judged(1), make.judged(2, by=make.judgement(relevance="off", labels=())))
    ids = [f"{number:016x}" for number in (1, 2)]
    store_edition(con, edition, [*ids, "gone"])
    store_judgements(con, [(one, make.judgement(labels=(), rules_version="rules 2")) for one in ids], now)
    rows = con.execute("SELECT item_id, relevance, topics, rules_version FROM edition_items ORDER BY position")
    assert rows.fetchall() == [
        (ids[0], "core", ["pesco", "dialogue"], "rules 1"),
        (ids[1], "off", [], "rules 1"),
        ("gone", None, None, None),
    ]
