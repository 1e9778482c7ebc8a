"""The way out of frozen messages: claim, deliver, record, one recipient after the other.

Does not choose who gets what: send.py does.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from digests.delivery import Outcome, Smtp, State, write_to_outbox
from digests.edition import Edition
from digests.message import message_name
from digests.settings import DigestSettings, Recipient
from flows.digest import MODEL
from flows.progress import Tell
from flows.settings import Settings
from parsers.errors import SeabridgeError, Temporary
from storage.database import open_live
from storage.deliveries import Delivery, claim, record
from storage.editions import EditionRow, set_edition_state
from storage.messages import Message

PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6))
"""After the first, second ... deferral. The next `send` after that tries again."""
GIVE_UP = 12
"""Attempts after which a delivery that is always deferred is rejected."""
LEDGER_PATIENCE = 3000.0
"""Seconds to wait for the ledger once a server has a message: what is not written there may be sent twice. Below the
hour after which a row in transmission counts as lost."""

Deliver = Callable[[str, bytes, Recipient], Outcome]
"""(file name, message, recipient) -> what became of it. Raises SeabridgeError only where nothing went out."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message that is due, with its place in the ledger."""

    delivery: Delivery
    message: Message
    recipient: Recipient


def transmit(settings: Settings, row: EditionRow, letters: Sequence[Letter], now: datetime, tell: Tell) -> Counter[str]:
    """Send all, each step committed before the next; gives how many ended in which state.

    Raises:
        Misconfigured, Temporary: what stops all messages alike, like a sender refused or a full disk. The message at
            hand did not go out and is due again at once.
        SeabridgeError: a message went out and the ledger could not be written; says what to choose.
    """
    sent: Counter[str] = Counter()
    if not letters:
        return sent
    edition = MODEL.validate_json(row.model_json)
    with delivering(settings.home / "outbox", settings.digest) as deliver:
        for number, letter in enumerate(letters, start=1):
            if _claimed(settings, row, letter, now):
                outcome = _delivered(deliver, settings, row, edition, letter, now)
                state, detail, again_at = _judged(outcome, letter.delivery.attempts, now)
                _record(settings, row, letter, state, detail, again_at, now)
                sent[outcome.state] += 1
                tell("send", number, len(letters))
    return sent


@contextmanager
def delivering(outbox: Path, digest: DigestSettings) -> Iterator[Deliver]:
    """The configured server, else files."""
    if digest.smtp is None:
        yield lambda name, message, _: _filed(outbox, name, message)
        return
    with Smtp(digest.smtp, smtp_password(digest)) as server:
        yield lambda _, message, recipient: server.send(message, digest.sender_address, recipient.address)


def smtp_password(digest: DigestSettings) -> str | None:
    """From the environment variable that [smtp] names."""
    return os.environ.get(digest.smtp.password_env) if digest.smtp and digest.smtp.password_env else None


def _filed(outbox: Path, name: str, message: bytes) -> Outcome:
    try:
        return Outcome("accepted", None, str(write_to_outbox(outbox, name, message)))
    except OSError as problem:
        raise Temporary(f"{outbox}: the message cannot be written: {problem.strerror}") from problem


def _claimed(settings: Settings, row: EditionRow, letter: Letter, now: datetime) -> bool:
    who, message = letter.delivery.recipient_id, letter.message
    with open_live(settings.home) as con:
        return claim(con, row.id, row.revision, who, now, message_id=message.message_id, sha256=message.sha256)


def _delivered(
    deliver: Deliver, settings: Settings, row: EditionRow, edition: Edition, letter: Letter, now: datetime
) -> Outcome:
    try:
        return deliver(message_name(edition, letter.recipient), letter.message.content, letter.recipient)
    except SeabridgeError as problem:  # no fault of the recipient: never given up for it, and due again at once
        _record(settings, row, letter, "deferred", f"nothing went out: {problem}", None, now)
        raise


def _judged(outcome: Outcome, attempts: int, now: datetime) -> tuple[State, str, datetime | None]:
    """State and detail for the ledger, and when to try again."""
    detail = f"{outcome.code or ''} {outcome.detail}".strip()
    if outcome.state != "deferred":
        return outcome.state, detail, None
    if attempts + 1 >= GIVE_UP:
        return "rejected", f"given up after {GIVE_UP} attempts: {detail}", None
    return "deferred", detail, now + PAUSES[min(attempts, len(PAUSES) - 1)]


def _record(
    settings: Settings,
    row: EditionRow,
    letter: Letter,
    state: State,
    detail: str,
    again_at: datetime | None,
    now: datetime,
) -> None:
    who = letter.delivery
    try:
        with open_live(settings.home, wait=LEDGER_PATIENCE) as con:
            record(
                con,
                row.id,
                row.revision,
                who.recipient_id,
                state=state,
                detail=detail,
                now=now,
                next_attempt_at=again_at,
            )
            if state == "accepted":
                set_edition_state(con, row.id, row.revision, "issued", now)
    except SeabridgeError as problem:
        remedy = "assume-sent: the server has it" if state == "accepted" else "resend: it has not gone out"
        advice = "" if state == "uncertain" else f" Then choose seabridge send --resolve {remedy}."
        fate = f"the message to {who.masked} is {state} ({detail})"
        raise SeabridgeError(f"{fate}, but the ledger could not be written: {problem}.{advice}") from problem
