"""Sending: every recipient gets an edition once. The ledger is the truth, written before and after each message.

Through the server of [smtp] in digest.toml; without one each message becomes a file in HOME/outbox.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from digests.addresses import mailbox, masked, recipient_id
from digests.cuts import selected
from digests.delivery import Outcome, Smtp, write_to_outbox
from digests.edition import Edition
from digests.message import build_message, message_id, message_name
from digests.render import render_html, render_text
from digests.settings import DigestSettings, Recipient
from flows.digest import MODEL, chosen_period, edition_id
from flows.progress import Tell, silent
from flows.report import Report
from flows.settings import Settings
from parsers.errors import Misconfigured, Problem, SeabridgeError
from storage.database import Connection, open_live
from storage.deliveries import (
    Balance,
    Delivery,
    PlannedDelivery,
    balance,
    claim,
    due,
    list_deliveries,
    plan_deliveries,
    reconcile,
    record,
)
from storage.editions import EditionRow, get_edition, set_edition_state
from storage.messages import Message, freeze_messages
from storage.runs import begin_run, finish_run
from storage.snapshot import publish

STALE = timedelta(days=5)
"""An edition whose week ended longer ago is not sent without a word: next Tuesday nobody wants last month's news."""
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6))
"""After the first, second ... deferral. The next `send` after that tries again."""
GIVE_UP = 12
"""Attempts after which a delivery that is always deferred is rejected."""

Deliver = Callable[[str, bytes, Recipient], Outcome]
"""(file name, message, recipient) -> what became of it."""


def send(
    settings: Settings,
    now: datetime,
    *,
    week: str | None = None,
    to: str | None = None,
    resolve: str | None = None,
    allow_stale: bool = False,
    dry_run: bool = False,
    tell: Tell = silent,
) -> Report:
    """Send the newest revision of the week's edition to everybody who has not got it.

    Args:
        to: send a test to this address alone; nothing is recorded.
        resolve: for deliveries of unknown fate: `resend` or `assume-sent`.

    Raises:
        Misconfigured: no recipients, no such choice or address, or a server that refuses us altogether.
        Busy: another process is sending.
    """
    if resolve not in (None, "resend", "assume-sent"):
        raise Misconfigured([Problem("command line", "--resolve", f"{resolve!r} is not resend or assume-sent")])
    row = _edition(settings, now, week)
    edition = MODEL.validate_json(row.model_json)
    if to is not None:
        return _send_test(settings, edition, to, now, dry_run)
    if not settings.recipients:
        raise nobody(settings)
    if not edition.stories and settings.digest.empty == "skip":
        line = f'{row.id} has no stories, and digest.toml says empty = "skip": nothing is sent.'
        return Report("send", "nothing", {"edition": row.id}, (line,))
    if dry_run:
        return _rehearsal(settings, row, edition)
    stopped = _needs_decision(settings, row, now, allow_stale)
    if stopped:
        return stopped

    with open_live(settings.home) as con:
        run = begin_run(con, "send", now, settings.hash)
        try:
            resolved, waiting = _prepare(con, settings, row, edition, resolve, now)
        except BaseException:
            finish_run(con, run.id, now, "failed", {})
            raise
    try:
        sent = _transmit(settings, row, waiting, now, tell)
    finally:
        with open_live(settings.home) as con:
            after = balance(con, row.id, row.revision)
            finish_run(con, run.id, now, "completed" if after.settled else "partial", {"accepted": after.accepted})
    if sent or resolved:
        with open_live(settings.home) as con:
            publish(con, settings.home, now, zone=settings.digest.zone)
    return _report(settings, row, sent, after, resolved)


def _edition(settings: Settings, now: datetime, week: str | None) -> EditionRow:
    wanted = edition_id(settings, chosen_period(settings, now, week))
    with open_live(settings.home) as con:
        row = get_edition(con, wanted)
    if row is None:
        raise SeabridgeError(f"there is no edition {wanted}; make it with: seabridge digest")
    return row


def _needs_decision(settings: Settings, row: EditionRow, now: datetime, allow_stale: bool) -> Report | None:
    if settings.digest.approval and row.state == "draft":
        line = (
            f"{row.id} waits for approval: seabridge editions show {row.id}, then seabridge editions approve {row.id}"
        )
        return Report("send", "decision", {"edition": row.id}, (line,))
    if now - row.period_end > STALE and not allow_stale:
        line = f"{row.id} covers a week that ended {(now - row.period_end).days} days ago; send it with --allow-stale"
        return Report("send", "decision", {"edition": row.id}, (line,))
    return None


def _prepare(
    con: Connection, settings: Settings, row: EditionRow, edition: Edition, resolve: str | None, now: datetime
) -> tuple[int, list[tuple[Delivery, Message, Recipient]]]:
    """Bring the ledger up to date and freeze the bytes: how many were resolved by hand, and what is to be sent now."""
    resolved = 0
    reconcile(con, now)
    cuts = {recipient_id(one.address): (one, _cut(settings, edition, one)) for one in settings.recipients}
    plan = [
        PlannedDelivery(key, masked(one.address), None if cut else "no stories for this recipient")
        for key, (one, cut) in cuts.items()
    ]
    plan_deliveries(con, row.id, row.revision, plan, now)
    for delivery in list_deliveries(con, row.id, row.revision):
        if delivery.state == "uncertain" and resolve is not None:
            state = "planned" if resolve == "resend" else "accepted"
            _note(con, row, delivery, state, f"resolved by hand: {resolve}", now)
            resolved += 1
            if state == "accepted":
                set_edition_state(con, row.id, row.revision, "issued")
        elif delivery.state in ("planned", "deferred") and delivery.recipient_id not in cuts:
            _note(con, row, delivery, "cancelled", "no longer in recipients.toml", now)
    waiting = due(con, row.id, row.revision, now)
    made = []
    for delivery in waiting:
        recipient, cut = cuts[delivery.recipient_id]
        if cut is not None:
            made.append(_message(settings.digest, cut, recipient, now))
    frozen = freeze_messages(con, row.id, row.revision, made, now)
    if made and row.state == "draft":  # a digest made anew would differ from the bytes that a later attempt sends
        set_edition_state(con, row.id, row.revision, "approved")
    return resolved, [
        (one, frozen[one.recipient_id], cuts[one.recipient_id][0]) for one in waiting if one.recipient_id in frozen
    ]


def _note(con: Connection, row: EditionRow, delivery: Delivery, state: str, detail: str, now: datetime) -> None:
    record(con, row.id, row.revision, delivery.recipient_id, state=state, detail=detail, now=now)  # type: ignore[arg-type]


def _cut(settings: Settings, edition: Edition, recipient: Recipient) -> Edition | None:
    """What this recipient gets; None for nothing."""
    if not edition.stories and settings.digest.empty == "skip":
        return None
    return selected(edition, recipient.topics)


def _message(digest: DigestSettings, edition: Edition, recipient: Recipient, now: datetime) -> Message:
    content = build_message(edition, render_html(edition), render_text(edition), digest, recipient, now=now)
    return Message(recipient_id(recipient.address), message_id(edition, digest, recipient), content)


def _transmit(
    settings: Settings,
    row: EditionRow,
    waiting: Sequence[tuple[Delivery, Message, Recipient]],
    now: datetime,
    tell: Tell,
) -> Counter[str]:
    """Claim, deliver, record: one recipient after the other, each step committed before the next."""
    sent: Counter[str] = Counter()
    if not waiting:
        return sent
    edition = MODEL.validate_json(row.model_json)
    with _delivering(settings.home / "outbox", settings.digest) as deliver:
        for number, (delivery, message, recipient) in enumerate(waiting, start=1):
            with open_live(settings.home) as con:
                if not claim(
                    con,
                    row.id,
                    row.revision,
                    delivery.recipient_id,
                    now,
                    message_id=message.message_id,
                    sha256=message.sha256,
                ):
                    continue
            outcome = deliver(message_name(edition, recipient), message.content, recipient)
            _record(settings, row, delivery, outcome, now)
            sent[outcome.state] += 1
            tell("send", number, len(waiting))
    return sent


def _record(settings: Settings, row: EditionRow, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
    state, detail = outcome.state, f"{outcome.code or ''} {outcome.detail}".strip()
    if state == "deferred" and delivery.attempts + 1 >= GIVE_UP:
        state, detail = "rejected", f"given up after {GIVE_UP} attempts: {detail}"
    pause = PAUSES[min(delivery.attempts, len(PAUSES) - 1)]
    with open_live(settings.home) as con:
        record(
            con,
            row.id,
            row.revision,
            delivery.recipient_id,
            state=state,
            detail=detail,
            now=now,
            next_attempt_at=now + pause if state == "deferred" else None,
        )
        if state == "accepted":
            set_edition_state(con, row.id, row.revision, "issued")


@contextmanager
def _delivering(outbox: Path, digest: DigestSettings) -> Iterator[Deliver]:
    """The way out: the configured server, else files."""
    if digest.smtp is None:
        yield lambda name, message, _: Outcome("accepted", None, str(write_to_outbox(outbox, name, message)))
        return
    with Smtp(digest.smtp, smtp_password(digest)) as server:
        yield lambda _, message, recipient: server.send(message, digest.sender_address, recipient.address)


def nobody(settings: Settings) -> Misconfigured:
    """The problem of a digest without readers, and its remedy."""
    example = settings.config / "recipients.example.toml"
    return Misconfigured([Problem("recipients.toml", "", f"nobody to send to; copy {example} and put in addresses")])


def smtp_password(digest: DigestSettings) -> str | None:
    """From the environment variable that [smtp] names."""
    return os.environ.get(digest.smtp.password_env) if digest.smtp and digest.smtp.password_env else None


def _send_test(settings: Settings, edition: Edition, to: str, now: datetime, dry_run: bool) -> Report:
    try:
        recipient = Recipient(address=mailbox(to))
    except ValueError as error:
        raise Misconfigured([Problem("command line", "--to", str(error))]) from error
    marked = replace(edition, id=f"test-{edition.id}", subject=f"[TEST] {edition.subject}")  # a Message-ID of its own
    content = build_message(marked, render_html(marked), render_text(marked), settings.digest, recipient, now=now)
    figures: dict[str, int | str] = {"edition": edition.id, "bytes": len(content)}
    if dry_run:
        return Report("send", "done", figures, (f"Would send a test to {masked(to)}.",))
    with _delivering(settings.home / "outbox", settings.digest) as deliver:
        outcome = deliver(message_name(marked, recipient), content, recipient)
    line = f"Test to {masked(to)}: {outcome.state} {outcome.detail}"
    return Report("send", "done" if outcome.state == "accepted" else "failed", figures, (line,))


def _rehearsal(settings: Settings, row: EditionRow, edition: Edition) -> Report:
    with open_live(settings.home) as con:
        settled = {one.recipient_id: one.state for one in list_deliveries(con, row.id, row.revision)}
    lines = []
    for one in settings.recipients:
        state = settled.get(recipient_id(one.address), "planned" if _cut(settings, edition, one) else "excluded")
        lines.append(f"{masked(one.address)}: {state}")
    figures: dict[str, int | str] = {"edition": row.id, "recipients": len(settings.recipients)}
    return Report("send", "done", figures, tuple(lines))


def _report(settings: Settings, row: EditionRow, sent: Counter[str], after: Balance, resolved: int) -> Report:
    figures: dict[str, int | str] = {"edition": row.id, "recipients": after.candidates}
    figures |= {f"now {state}": count for state, count in sent.items()}
    lines = [f"{after.accepted} of {after.candidates} have {row.id}."]
    if resolved:
        figures["resolved by hand"] = resolved
    elif not sent and after.settled:
        lines = [f"Already sent {after.accepted}/{after.candidates}: nothing to send."]
    if after.deferred:
        lines.append(f"{after.deferred} deferred by their servers: run seabridge send again later.")
    if after.rejected:
        lines.append(f"{after.rejected} rejected for good: see seabridge status.")
    if after.uncertain:
        lines.append(
            f"{after.uncertain} of unknown fate: the connection broke after the message. Choose: "
            "seabridge send --resolve resend, or --resolve assume-sent."
        )
    if after.difference:
        lines.append(f"The ledger lacks {after.difference} recipients: see v_send_balance.")
    files = () if settings.digest.smtp or not sent else (str(settings.home / "outbox"),)
    if after.uncertain:
        return Report("send", "decision", figures, tuple(lines), files)
    if after.difference or after.rejected or after.deferred:
        return Report("send", "partial", figures, tuple(lines), files)
    return Report("send", "done" if sent or resolved else "nothing", figures, tuple(lines), files)
