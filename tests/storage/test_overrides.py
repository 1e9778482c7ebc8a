"""Decisions of people: all of them kept, the newest on an item and topic in force."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import duckdb
import pytest

from parsers.model import Action, Override
from storage.database import Connection, transaction
from storage.overrides import overrides_in_force, write_overrides

HISTORY = "SELECT topic, action, is_in_force FROM v_overrides WHERE item_id = ? ORDER BY made_at"


@pytest.fixture
def decide(con: Connection, now: datetime):
    """Writes decisions of one moment, `after` seconds from now."""

    def write(*made: tuple[str, str, Action], after: float = 0) -> None:
        with transaction(con):
            moment = now + timedelta(seconds=after)
            write_overrides(con, [Override(item, topic, action, "because", moment) for item, topic, action in made])

    return write


def in_force(con: Connection, *ids: str) -> dict[str, list[tuple[str, str]]]:
    found = overrides_in_force(con, ids or None)
    return {item: [(one.topic, one.action) for one in made] for item, made in found.items()}


def test_the_newest_decision_counts(con: Connection, decide):
    """For each topic of each item; a withdrawn one leaves nothing, and the history stays."""
    decide(("1", "pesco", "add"), ("1", "dialogue", "remove"), ("2", "pesco", "pin"))
    decide(("1", "pesco", "remove"), after=1)
    decide(("1", "dialogue", "withdraw"), after=2)
    assert in_force(con) == {"1": [("pesco", "remove")], "2": [("pesco", "pin")]}
    assert in_force(con, "2", "3") == {"2": [("pesco", "pin")]}
    assert con.execute(HISTORY, ["1"]).fetchall() == [
        ("pesco", "add", False),
        ("dialogue", "remove", False),
        ("pesco", "remove", True),
        ("dialogue", "withdraw", False),
    ]


@pytest.mark.parametrize("later", [0, -3600], ids=["clock stands still", "clock was set back"])
def test_the_last_word_counts_whatever_the_clock_says(con: Connection, decide, later):
    """A decision is never lost behind, or written over, one that was made before it."""
    decide(("1", "pesco", "add"))
    decide(("1", "pesco", "remove"), after=later)
    decide(("1", "pesco", "pin"), after=later)
    assert in_force(con) == {"1": [("pesco", "pin")]}
    assert [row[1:] for row in con.execute(HISTORY, ["1"]).fetchall()] == [
        ("add", False),
        ("remove", False),
        ("pin", True),
    ]


def test_decisions_of_one_moment_keep_their_order(con: Connection, decide):
    """They are told in the order in which they were made, not in that of the alphabet."""
    decide(("1", "pesco", "pin"), ("1", "dialogue", "pin"), ("1", "nato-eu", "pin"))
    assert in_force(con) == {"1": [("pesco", "pin"), ("dialogue", "pin"), ("nato-eu", "pin")]}


def test_all_or_nothing(con: Connection, decide, now: datetime):
    """A decision is stored with what it makes of the item: what fails afterwards takes it back."""
    made = Override("1", "pesco", "add", "because", now)
    with suppress(duckdb.Error), transaction(con):
        write_overrides(con, [made])
        con.execute("SELECT * FROM no_such_table")
    assert in_force(con) == {}


def test_everything_of_a_decision_comes_back(con: Connection, now: datetime):
    """Also a reason in any words."""
    made = Override("1", "pesco", "add", "l'avis d'Anna — «oui»; DROP TABLE items", now)
    with transaction(con):
        write_overrides(con, [made, replace(made, item_id="2")])
    assert overrides_in_force(con)["1"] == [made]


def test_no_decisions(con: Connection):
    """Nothing was decided, about these or at all; writing none is no error."""
    with transaction(con):
        write_overrides(con, [])
    assert in_force(con) == in_force(con, "1") == {}
