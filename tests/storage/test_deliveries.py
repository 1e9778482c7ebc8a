"""The ledger: each recipient once, every step committed before the next, and the sum is right."""

from datetime import timedelta

import pytest

from parsers.errors import Permanent
from storage.database import Connection, open_live
from storage.deliveries import (
    Balance,
    PlannedDelivery,
    balance,
    claim,
    due,
    list_deliveries,
    plan_deliveries,
    reconcile,
    record,
)
from storage.messages import Message, freeze_messages, frozen_messages

EDITION = "2026-W46/weekly/en"
MESSAGE = Message("anna", "<1@seabridge.test>", b"Subject: A week\r\n\r\n\xc3\xa9\r\n")
NAMED = {"message_id": MESSAGE.message_id, "sha256": MESSAGE.sha256}


@pytest.fixture
def ledger(con: Connection, now) -> Connection:
    people = [PlannedDelivery("anna", "a***@x.test"), PlannedDelivery("bert", "b***@x.test")]
    plan_deliveries(con, EDITION, 1, [*people, PlannedDelivery("carl", "c***@x.test", "suppressed")], now)
    freeze_messages(con, EDITION, 1, [MESSAGE], now)
    return con


def _state(con: Connection, recipient: str = "anna") -> str:
    return {one.recipient_id: one.state for one in list_deliveries(con, EDITION, 1)}[recipient]


def _excluded(ledger: Connection) -> list[str]:
    return [one.detail for one in list_deliveries(ledger, EDITION, 1) if one.state == "excluded"]


def test_planning_again_adds_only_who_is_missing(ledger, now):
    """What has happened to a recipient stays; revisions are apart."""
    claim(ledger, EDITION, 1, "anna", now, **NAMED)
    record(ledger, EDITION, 1, "anna", state="accepted", detail="250 queued as 1", now=now)
    again = [PlannedDelivery("anna", "a***@x.test"), PlannedDelivery("dora", "d***@x.test")]
    assert plan_deliveries(ledger, EDITION, 1, [*again, again[1]], now) == 1
    assert _state(ledger) == "accepted"
    assert balance(ledger, EDITION, 1) == Balance(4, planned=2, accepted=1, excluded=1)
    assert balance(ledger, EDITION, 2) == Balance(0)
    assert _excluded(ledger) == ["suppressed"]


def test_exclusion_is_looked_at_again(ledger, now):
    """Who had no stories gets the edition that was made anew, and the other way round; a frozen message stays."""
    people = [PlannedDelivery("anna", "a***@x.test", "nothing"), PlannedDelivery("bert", "b***@x.test", "nothing")]
    assert plan_deliveries(ledger, EDITION, 1, [*people, PlannedDelivery("carl", "c***@x.test")], now) == 0
    assert [_state(ledger, name) for name in ("anna", "bert", "carl")] == ["planned", "excluded", "planned"]
    assert balance(ledger, EDITION, 1) == Balance(3, planned=2, excluded=1)
    assert _excluded(ledger) == ["nothing"]


def test_only_one_claim_wins(ledger, now):
    """The second one to ask gets nothing, and what was accepted is never claimed again."""
    assert claim(ledger, EDITION, 1, "anna", now, **NAMED)
    assert not claim(ledger, EDITION, 1, "anna", now, **NAMED)
    record(ledger, EDITION, 1, "anna", state="accepted", detail="250", now=now)
    assert not claim(ledger, EDITION, 1, "anna", now, **NAMED)
    assert [one.recipient_id for one in due(ledger, EDITION, 1, now)] == ["bert"]


def test_claim_is_committed_before_it_is_told(tmp_path, child, now):
    """A process that dies right after the claim leaves the row in transmission; a later run makes it uncertain."""
    code = """
import os, signal, sys, pathlib
from datetime import datetime
from storage.database import open_live
from storage.deliveries import *
from storage.messages import *
now = datetime.fromisoformat(sys.argv[2])
with open_live(pathlib.Path(sys.argv[1])) as con:
    plan_deliveries(con, "e", 1, [PlannedDelivery("anna", "a***")], now)
    message = freeze_messages(con, "e", 1, [Message("anna", "<1@x>", b"bytes")], now)["anna"]
    claim(con, "e", 1, "anna", now, message_id=message.message_id, sha256=message.sha256)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert child(code, tmp_path, now.isoformat()).wait() == -9
    with open_live(tmp_path) as con:
        assert balance(con, "e", 1).transmitting == 1
        assert due(con, "e", 1, now + timedelta(days=9)) == []
        assert [(one.recipient_id, one.state) for one in reconcile(con, now)] == [("anna", "uncertain")]
        assert reconcile(con, now) == []
        assert balance(con, "e", 1) == Balance(1, uncertain=1)
        assert not balance(con, "e", 1).settled
        assert frozen_messages(con, "e", 1, ["anna"])["anna"].content == b"bytes"


def test_living_transmission_is_left_alone(ledger, now):
    """Only the dead leave uncertain rows; a row of another machine becomes one after an hour."""
    claim(ledger, EDITION, 1, "anna", now, **NAMED)
    assert reconcile(ledger, now + timedelta(minutes=59)) == []
    ledger.execute("UPDATE deliveries SET host = 'elsewhere'")
    assert reconcile(ledger, now + timedelta(minutes=59)) == []
    assert len(reconcile(ledger, now + timedelta(minutes=60))) == 1


def test_uncertain_is_sent_again_only_when_somebody_says_so(ledger, now):
    """The plain run does not touch it; a decision makes it due, with the same message."""
    claim(ledger, EDITION, 1, "anna", now, **NAMED)
    record(ledger, EDITION, 1, "anna", state="uncertain", detail="connection lost", now=now)
    assert not claim(ledger, EDITION, 1, "anna", now, **NAMED)
    record(ledger, EDITION, 1, "anna", state="planned", detail="resend", now=now)
    assert claim(ledger, EDITION, 1, "anna", now, **NAMED)
    assert list_deliveries(ledger, EDITION, 1)[0].attempts == 2


def test_deferred_comes_due_at_its_time(ledger, now):
    """Not before, and then again."""
    claim(ledger, EDITION, 1, "anna", now, **NAMED)
    next_at = now + timedelta(minutes=5)
    record(ledger, EDITION, 1, "anna", state="deferred", detail="451 greylisted", now=now, next_attempt_at=next_at)
    early = next_at - timedelta(seconds=1)
    assert not claim(ledger, EDITION, 1, "anna", early, **NAMED)
    assert [one.recipient_id for one in due(ledger, EDITION, 1, early)] == ["bert"]
    assert [one.recipient_id for one in due(ledger, EDITION, 1, next_at)] == ["anna", "bert"]
    assert claim(ledger, EDITION, 1, "anna", next_at, **NAMED)


@pytest.mark.parametrize(
    ("before", "after"),
    [("planned", "accepted"), ("excluded", "planned"), ("accepted", "rejected"), ("rejected", "planned")],
)
def test_steps_that_are_not_drawn_are_refused(ledger, now, before, after):
    """Nothing is accepted that was never transmitted, and an end is an end."""
    ledger.execute("UPDATE deliveries SET state = ? WHERE recipient_id = 'anna'", [before])
    with pytest.raises(Permanent, match=f"is {before} and cannot become {after}"):
        record(ledger, EDITION, 1, "anna", state=after, detail="", now=now)
    with pytest.raises(Permanent, match="no delivery"):
        record(ledger, EDITION, 1, "nobody", state=after, detail="", now=now)


def test_other_bytes_are_not_sent(ledger, now):
    """A changed template between two attempts changes nothing: the frozen message comes back, others are refused."""
    changed = Message("anna", MESSAGE.message_id, b"other")
    assert freeze_messages(ledger, EDITION, 1, [changed], now) == {"anna": MESSAGE}
    with pytest.raises(Permanent, match="frozen"):
        claim(ledger, EDITION, 1, "anna", now, message_id=changed.message_id, sha256=changed.sha256)
    with pytest.raises(Permanent, match="frozen"):
        claim(ledger, EDITION, 1, "bert", now, **NAMED)
    assert _state(ledger) == "planned"


def test_balance_shows_a_lost_row(ledger, now):
    """The number of candidates is kept apart from the rows, so a row cannot vanish unseen."""
    for recipient in ("anna", "bert"):
        record(ledger, EDITION, 1, recipient, state="cancelled", detail="by hand", now=now)
    assert balance(ledger, EDITION, 1).settled
    ledger.execute("DELETE FROM deliveries WHERE recipient_id = 'bert'")
    lost = balance(ledger, EDITION, 1)
    assert (lost.candidates, lost.difference, lost.settled) == (3, 1, False)
    plan_deliveries(ledger, EDITION, 1, [PlannedDelivery("bert", "b***@x.test")], now)
    assert balance(ledger, EDITION, 1).difference == 0
