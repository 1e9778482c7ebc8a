"""The ledger of deliveries, written before and after each transmission: one row for each recipient. Sends nothing.

planned -claim-> transmitting -record-> accepted | rejected | deferred (due again later) | uncertain (ask a person)
planned, deferred -record-> excluded | cancelled | rejected
planned <-plan-> excluded, as long as no message is frozen
uncertain -record-> planned (send again) | accepted (assume so) | cancelled
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import duckdb

from parsers.errors import Permanent
from storage.holders import Holder, is_dead, this_process
from storage.writing import insert_rows, is_full, transaction

DeliveryState = Literal[
    "planned", "transmitting", "accepted", "deferred", "rejected", "uncertain", "excluded", "cancelled"
]
_NEXT: Mapping[str, frozenset[str]] = {
    "planned": frozenset({"excluded", "cancelled", "rejected"}),
    "transmitting": frozenset({"accepted", "deferred", "rejected", "uncertain"}),
    "deferred": frozenset({"excluded", "cancelled", "rejected"}),
    "uncertain": frozenset({"planned", "accepted", "cancelled"}),
}
_LONGEST_TRANSMISSION = timedelta(hours=1)
"""No server takes longer for one message; after that the fate of another machine's row is uncertain too."""
_COLUMNS = (
    "edition_id, revision, recipient_id, masked, state, detail, attempts, message_id, changed_at, next_attempt_at"
)
_SELECT = f"SELECT {_COLUMNS} FROM deliveries"  # noqa: S608 - here and below: constants of this module
_DUE = "(state = 'planned' OR (state = 'deferred' AND (next_attempt_at IS NULL OR next_attempt_at <= $now)))"
_ONE = "edition_id = $edition_id AND revision = $revision AND recipient_id = $recipient_id"
_STATE = f"SELECT state FROM deliveries WHERE {_ONE}"  # noqa: S608
_FROZEN = f"SELECT message_id, sha256 FROM messages WHERE {_ONE}"  # noqa: S608
_CLAIM = f"""
UPDATE deliveries SET state = 'transmitting', attempts = attempts + 1, message_id = $message_id, host = $host,
    pid = $pid, process_started = $started, changed_at = $now, next_attempt_at = NULL, detail = ''
WHERE {_ONE} AND {_DUE}
"""  # noqa: S608
_RECORD = f"""
UPDATE deliveries SET state = $state, detail = $detail, changed_at = $now, next_attempt_at = $next_attempt_at
WHERE {_ONE}
"""  # noqa: S608
_REPLAN = f"""
UPDATE deliveries SET state = $state, detail = $detail, changed_at = $now
WHERE {_ONE} AND state IN ('planned', 'excluded') AND state <> $state
    AND recipient_id NOT IN (SELECT recipient_id FROM messages WHERE edition_id = $edition_id AND revision = $revision)
"""  # noqa: S608
_LOSE = f"""
UPDATE deliveries SET state = 'uncertain', changed_at = $now,
    detail = 'the sending process ended before the server answered'
WHERE {_ONE}
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class PlannedDelivery:
    """A candidate. `recipient_id`: a hash made by the caller; `masked`: `a***@x.eu`; `excluded`: why, if at all."""

    recipient_id: str
    masked: str
    excluded: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of the ledger. `detail`: the server's answer, or why excluded; `attempts`: claims so far."""

    edition_id: str
    revision: int
    recipient_id: str
    masked: str
    state: DeliveryState
    detail: str
    attempts: int
    message_id: str | None
    changed_at: datetime
    next_attempt_at: datetime | None


@dataclass(frozen=True, slots=True)
class Balance:
    """How the candidates of a revision ended. `difference` other than 0: rows are missing from the ledger."""

    candidates: int
    planned: int = 0
    transmitting: int = 0
    accepted: int = 0
    deferred: int = 0
    rejected: int = 0
    uncertain: int = 0
    excluded: int = 0
    cancelled: int = 0
    difference: int = 0

    @property
    def settled(self) -> bool:
        """Everybody is accounted for, and nothing is left to do or to decide."""
        return self.difference == self.planned == self.transmitting == self.deferred == self.uncertain == 0


def plan_deliveries(
    con: duckdb.DuckDBPyConnection, edition_id: str, revision: int, candidates: Sequence[PlannedDelivery], now: datetime
) -> int:
    """Add the candidates that the ledger lacks, as planned or excluded; returns how many.

    Of the others, those without a frozen message change between planned and excluded; the rest stays as it is.
    """
    with transaction(con):
        there = {one.recipient_id for one in list_deliveries(con, edition_id, revision)}
        new = {one.recipient_id: one for one in candidates if one.recipient_id not in there}
        rows = [
            (
                edition_id,
                revision,
                one.recipient_id,
                one.masked,
                "planned" if one.excluded is None else "excluded",
                one.excluded or "",
                0,
                now,
                now,
            )
            for one in new.values()
        ]
        insert_rows(
            con,
            "deliveries",
            "edition_id revision recipient_id masked state detail attempts planned_at changed_at",
            rows,
        )
        for one in candidates:
            con.execute(
                _REPLAN,
                {
                    "edition_id": edition_id,
                    "revision": revision,
                    "recipient_id": one.recipient_id,
                    "state": "planned" if one.excluded is None else "excluded",
                    "detail": one.excluded or "",
                    "now": now,
                },
            )
        candidates_now = max(len(there) + len(new), balance(con, edition_id, revision).candidates)  # a lost row shows
        plan = (edition_id, revision, candidates_now, now)
        insert_rows(
            con,
            "delivery_plans",
            "edition_id revision candidates planned_at",
            [plan],
            key="edition_id revision",
            keep=("planned_at",),
        )
    return len(new)


def claim(
    con: duckdb.DuckDBPyConnection,
    edition_id: str,
    revision: int,
    recipient_id: str,
    now: datetime,
    *,
    message_id: str,
    sha256: str,
) -> bool:
    """Mark a due delivery as transmitting, committed before any byte goes out; False if it is not (or no longer) due.

    Raises:
        Permanent: the message is not the frozen one: a retry must send identical bytes.
    """
    me = this_process()
    one = {"edition_id": edition_id, "revision": revision, "recipient_id": recipient_id}
    try:
        with transaction(con):
            frozen = con.execute(_FROZEN, one).fetchall()
            if frozen != [(message_id, sha256)]:
                raise Permanent(f"the message for {recipient_id} of {edition_id} is not the one that was frozen")
            mine = {"message_id": message_id, "host": me.host, "pid": me.pid, "started": me.started}
            (claimed,) = con.execute(_CLAIM, {**one, **mine, "now": now}).fetchall()[0]
    except duckdb.TransactionException as problem:  # another thread was quicker
        if is_full(problem):
            raise
        return False
    return bool(claimed)


def record(
    con: duckdb.DuckDBPyConnection,
    edition_id: str,
    revision: int,
    recipient_id: str,
    *,
    state: DeliveryState,
    detail: str,
    now: datetime,
    next_attempt_at: datetime | None = None,
) -> None:
    """Write how it went on; the same state again only replaces the detail. A step not drawn above raises Permanent."""
    one = {"edition_id": edition_id, "revision": revision, "recipient_id": recipient_id}
    with transaction(con):
        before = con.execute(_STATE, one).fetchall()
        if not before:
            raise Permanent(f"{edition_id} revision {revision} has no delivery to {recipient_id}")
        (was,) = before[0]
        if state != was and state not in _NEXT.get(was, frozenset()):
            raise Permanent(f"the delivery of {edition_id} to {recipient_id} is {was} and cannot become {state}")
        change = {"state": state, "detail": detail, "now": now, "next_attempt_at": next_attempt_at}
        con.execute(_RECORD, {**one, **change})


def due(con: duckdb.DuckDBPyConnection, edition_id: str, revision: int, now: datetime) -> list[Delivery]:
    """What is to be sent now: planned, or deferred until now or earlier."""
    rows = con.execute(
        f"{_SELECT} WHERE edition_id = $edition_id AND revision = $revision AND {_DUE} ORDER BY recipient_id",
        {"edition_id": edition_id, "revision": revision, "now": now},
    ).fetchall()
    return [Delivery(*row) for row in rows]


def list_deliveries(con: duckdb.DuckDBPyConnection, edition_id: str, revision: int) -> list[Delivery]:
    """The whole ledger of a revision."""
    rows = con.execute(
        f"{_SELECT} WHERE edition_id = ? AND revision = ? ORDER BY recipient_id", [edition_id, revision]
    ).fetchall()
    return [Delivery(*row) for row in rows]


def balance(con: duckdb.DuckDBPyConnection, edition_id: str, revision: int) -> Balance:
    """How the candidates ended; all zero where nothing was planned."""
    rows = con.execute(
        "SELECT * EXCLUDE (edition_id, revision) FROM v_send_balance WHERE edition_id = ? AND revision = ?",
        [edition_id, revision],
    ).fetchall()
    return Balance(*rows[0]) if rows else Balance(0)


def reconcile(con: duckdb.DuckDBPyConnection, now: datetime) -> list[Delivery]:
    """Make `uncertain` what a dead process left in transmission, and return it: the server may have it or not."""
    with transaction(con):
        rows = con.execute(
            "SELECT host, pid, process_started, changed_at, edition_id, revision, recipient_id FROM deliveries"
            " WHERE state = 'transmitting'"
        ).fetchall()
        lost = [row[4:] for row in rows if is_dead(Holder(*row[:3])) or row[3] <= now - _LONGEST_TRANSMISSION]
        found = []
        for edition_id, revision, recipient_id in lost:
            one = {"edition_id": edition_id, "revision": revision, "recipient_id": recipient_id}
            con.execute(_LOSE, {**one, "now": now})
            found += con.execute(f"{_SELECT} WHERE {_ONE}", one).fetchall()
    return [Delivery(*row) for row in found]
