"""Sending: every recipient gets an edition once. The ledger is the truth, written before and after each message.

Through the server of [smtp] in digest.toml; without one each message becomes a file in HOME/outbox.
"""

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from digests.addresses import mailbox, masked, recipient_id
from digests.cuts import selected
from digests.edition import Edition
from digests.message import build_message, message_id, message_name
from digests.render import render_html, render_text
from digests.settings import DigestSettings, Recipient
from flows.digest import MODEL, chosen_period
from flows.making import edition_id
from flows.outgoing import Letter, delivering, smtp_password, transmit
from flows.progress import Tell, silent
from flows.report import Report
from flows.settings import Settings
from parsers.errors import Misconfigured, Problem, SeabridgeError
from storage.database import GLANCE, Connection, open_live
from storage.deliveries import (
    Balance,
    Delivery,
    PlannedDelivery,
    balance,
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

__all__ = ["nobody", "send", "smtp_password"]

STALE = timedelta(days=5)
"""An edition whose week ended longer ago is not sent without a word: next Tuesday nobody wants last month's news."""


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
    with open_live(settings.home) as con:
        row = _edition(con, settings, now, week)
        edition = MODEL.validate_json(row.model_json)
    if to is not None:
        return _send_test(settings, edition, to, now, dry_run)
    if not settings.recipients:
        raise nobody(settings)
    if _is_skipped(settings, edition):
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
            row, resolved, waiting = _prepare(con, settings, row, resolve, now)
        except BaseException:
            finish_run(con, run.id, now, "failed", {})
            raise
    try:
        sent = transmit(settings, row, waiting, now, tell)
    except BaseException:
        with suppress(SeabridgeError):  # the first problem is the one to tell
            _finish(settings, row, run.id, now, wait=GLANCE)
        raise
    after = _finish(settings, row, run.id, now)
    if sent or resolved:
        with open_live(settings.home) as con:
            publish(con, settings.home, now, zone=settings.digest.zone, keep=settings.keep.snapshots)
    return _report(settings, row, sent, after, resolved)


def _edition(con: Connection, settings: Settings, now: datetime, week: str | None) -> EditionRow:
    wanted = edition_id(settings.digest, chosen_period(settings, now, week))
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
    con: Connection, settings: Settings, row: EditionRow, resolve: str | None, now: datetime
) -> tuple[EditionRow, int, list[Letter]]:
    """Bring the ledger up to date and freeze the bytes: the edition, how many were resolved by hand, and what to send.

    The edition is read again: `digest` may have made the draft anew since. While this connection holds the file nobody
    else can, and when it lets go the edition is approved: what goes out is what is stored.
    """
    resolved = 0
    row = get_edition(con, row.id, row.revision) or row
    reconcile(con, now)
    edition = MODEL.validate_json(row.model_json)
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
                set_edition_state(con, row.id, row.revision, "issued", now)
        elif delivery.state in ("planned", "deferred") and delivery.recipient_id not in cuts:
            _note(con, row, delivery, "cancelled", "no longer in recipients.toml", now)
    waiting = due(con, row.id, row.revision, now)
    made = []
    for delivery in waiting:
        recipient, cut = cuts[delivery.recipient_id]
        if cut is not None:
            made.append(_message(settings.digest, cut, recipient, now))
    if made and row.state == "draft":  # a digest made anew would differ from the bytes that a later attempt sends
        set_edition_state(con, row.id, row.revision, "approved", now)
    frozen = freeze_messages(con, row.id, row.revision, made, now)
    return (
        row,
        resolved,
        [
            Letter(one, frozen[one.recipient_id], cuts[one.recipient_id][0])
            for one in waiting
            if one.recipient_id in frozen
        ],
    )


def _finish(settings: Settings, row: EditionRow, run_id: str, now: datetime, wait: float | None = None) -> Balance:
    with open_live(settings.home, wait=wait) as con:
        after = balance(con, row.id, row.revision)
        finish_run(con, run_id, now, "completed" if after.settled else "partial", {"accepted": after.accepted})
    return after


def _note(con: Connection, row: EditionRow, delivery: Delivery, state: str, detail: str, now: datetime) -> None:
    record(con, row.id, row.revision, delivery.recipient_id, state=state, detail=detail, now=now)  # type: ignore[arg-type]


def _cut(settings: Settings, edition: Edition, recipient: Recipient) -> Edition | None:
    """What this recipient gets; None for nothing."""
    return None if _is_skipped(settings, edition) else selected(edition, recipient.topics)


def _is_skipped(settings: Settings, edition: Edition) -> bool:
    return settings.digest.empty == "skip" and not edition.stories and not edition.arrivals


def _message(digest: DigestSettings, edition: Edition, recipient: Recipient, now: datetime) -> Message:
    content = build_message(edition, render_html(edition), render_text(edition), digest, recipient, now=now)
    return Message(recipient_id(recipient.address), message_id(edition, digest, recipient), content)


def nobody(settings: Settings) -> Misconfigured:
    """The problem of a digest without readers, and its remedy."""
    example = settings.config / "recipients.example.toml"
    return Misconfigured([Problem("recipients.toml", "", f"nobody to send to; copy {example} and put in addresses")])


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
    with delivering(settings.home / "outbox", settings.digest) as deliver:
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
    unsent = after.planned + after.transmitting
    if unsent:
        lines.append(f"{unsent} not sent yet: run seabridge send again.")
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
    if not after.settled or after.rejected:
        return Report("send", "partial", figures, tuple(lines), files)
    return Report("send", "done" if sent or resolved else "nothing", figures, tuple(lines), files)
