"""Nobody gets an edition twice, whatever mail servers and processes do; every end has its exit code."""

import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace

import pytest
from drivers import Postbox, Seabridge

from flows.digest import digest
from flows.sample_server import SAMPLE_NOW
from flows.settings import load
from storage.database import open_live

ADA, BO, CY = "ada@one.example", "bo@two.example", "cy@three.example"


def test_without_a_server_messages_become_files(ready: Seabridge) -> None:
    """One file for each recipient; a second `send` adds none, says so and ends with 3."""
    first = ready("send")
    files = sorted(path.name for path in (ready.home / "outbox").iterdir())
    second = ready("send")
    assert (first.code, len(files)) == (0, 3)
    assert (second.code, "Already sent 3/3" in second.out) == (3, True)
    assert sorted(path.name for path in (ready.home / "outbox").iterdir()) == files


def test_messages_arrive(ready: Seabridge, postbox: Postbox) -> None:
    """A real server gets one message for each recipient, addressed to nobody else, and none at the second `send`."""
    assert ready("send").code == 0
    assert ready("send").code == 3
    assert postbox.addresses() == [ADA, BO, CY]
    assert all(f"To: {address}".encode() in content for address, content in postbox.got)
    assert not any(other.encode() in content for own, content in postbox.got for other in {ADA, BO, CY} - {own})


def test_rejected_is_for_good(ready: Seabridge, postbox: Postbox) -> None:
    """550 ends with 4 and is not tried again, not even much later."""
    postbox.rcpt[BO] = "550 5.1.1 no such user"
    first = ready("send")
    postbox.rcpt.clear()
    second = ready("send", now="2025-07-01T05:00:00Z")
    assert (first.code, "1 rejected" in first.out, second.code) == (4, True, 4)
    assert postbox.addresses() == [ADA, CY]
    assert BO not in first.out + first.err


def test_deferred_is_tried_again_when_its_time_has_come(ready: Seabridge, postbox: Postbox) -> None:
    """451 ends with 4; at once nothing is sent, after the pause the same bytes go out."""
    postbox.data[BO] = "451 4.3.0 try later"
    assert ready("send").code == 4
    postbox.data.clear()
    assert ready("send").code == 4
    assert postbox.addresses() == [ADA, BO, CY]
    assert ready("send", now="2025-06-30T05:02:00Z").code == 0
    assert postbox.addresses() == [ADA, BO, BO, CY]
    assert len({content for address, content in postbox.got if address == BO}) == 1


def test_lost_answer_waits_for_a_person(ready: Seabridge, postbox: Postbox) -> None:
    """A connection that breaks after the message ends with 6 until somebody decides; meanwhile nothing is sent."""
    postbox.data[BO] = None
    first = ready("send")
    postbox.data.clear()
    assert (first.code, "--resolve" in first.out) == (6, True)
    assert ready("send").code == 6
    assert postbox.addresses() == [ADA, BO, CY]
    assert ready("send", "--resolve", "resend").code == 0
    assert postbox.addresses() == [ADA, BO, BO, CY]


def test_lost_answer_may_be_taken_as_sent(ready: Seabridge, postbox: Postbox) -> None:
    """`--resolve assume-sent` sends nothing, and the edition is complete."""
    postbox.data[BO] = None
    ready("send")
    resolved = ready("send", "--resolve", "assume-sent")
    assert (resolved.code, "3 of 3" in resolved.out) == (0, True)
    assert (ready("send").code, postbox.addresses()) == (3, [ADA, BO, CY])


def test_unknown_resolution_is_refused(ready: Seabridge, postbox: Postbox) -> None:
    """A slip of the pen must not mark a message as sent."""
    postbox.data[BO] = None
    ready("send")
    slip = ready("send", "--resolve", "re-send")
    assert (slip.code, "resend" in slip.err, ready("send").code) == (2, True, 6)


def test_no_server(ready: Seabridge, postbox: Postbox) -> None:
    """Where nobody listens the command fails in words, and a later one sends to everybody."""
    path = ready.config / "digest.toml"
    with_server = path.read_text()
    path.write_text(with_server.replace('host = "127.0.0.1"', 'host = "127.0.0.2"'))
    failed = ready("send")
    path.write_text(with_server)
    assert (failed.code, "127.0.0.2" in failed.err) == (1, True)
    assert ready("send").code == 0
    assert postbox.addresses() == [ADA, BO, CY]


def test_sender_refused(ready: Seabridge, postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """No fault of a recipient: the command fails in words, nobody's fate is unknown, and a later one sends to all."""

    async def refuse(self: Postbox, *_: object) -> str:
        return "550 5.7.1 sender not allowed"

    with monkeypatch.context() as patch:
        patch.setattr(Postbox, "handle_MAIL", refuse, raising=False)
        refused = ready("send")
    assert (refused.code, "sender not allowed" in refused.err) == (2, True)
    assert ready("send").code == 0
    assert postbox.addresses() == [ADA, BO, CY]


def test_outbox_that_cannot_be_written(ready: Seabridge) -> None:
    """A full disk, say: nothing went out, the ledger knows it, and the next command writes all messages."""
    (ready.home / "outbox").write_text("in the way")
    failed = ready("send")
    (ready.home / "outbox").unlink()
    assert (failed.code, "cannot be written" in failed.err) == (1, True)
    again = ready("send")
    assert (again.code, "3 of 3" in again.out) == (0, True)


def test_what_is_in_transmission_is_not_done(ready: Seabridge, postbox: Postbox) -> None:
    """A row that another process left half-way, still alive, keeps the report from saying that all is well."""
    postbox.data[BO] = "451 later"
    ready("send")
    with open_live(ready.home) as con:
        con.execute("UPDATE deliveries SET state = 'transmitting' WHERE state = 'deferred'")
    told = ready("send")
    assert (told.code, "1 not sent yet" in told.out) == (4, True)


def test_ledger_that_cannot_be_written(ready: Seabridge, postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server has the message: the words say so and advise `assume-sent`; nobody gets it twice."""
    hold = "import sys, duckdb; con = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    path = str(ready.home / "live.duckdb")
    holders: list[subprocess.Popen[bytes]] = []

    def taken(_: str) -> None:
        holders.append(
            subprocess.Popen([sys.executable, "-c", hold, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        )
        assert holders[0].stdout is not None
        holders[0].stdout.readline()

    monkeypatch.setattr("flows.outgoing.LEDGER_PATIENCE", 0.1)
    monkeypatch.setattr("flows.send.GLANCE", 0.1)
    postbox.on_data = taken
    failed = ready("send")
    holders[0].communicate()
    postbox.on_data = lambda address: None
    (first,) = postbox.addresses()
    assert (failed.code, f"{first[0]}***@" in failed.err, "assume-sent" in failed.err) == (1, True, True)
    with open_live(ready.home) as con:  # the process that sent would have ended by now
        con.execute("UPDATE deliveries SET pid = 0, process_started = '' WHERE state = 'transmitting'")
        con.execute("UPDATE leases SET pid = 0, process_started = ''")
    assert ready("send", "--resolve", "assume-sent").code == 0
    assert postbox.addresses() == [ADA, BO, CY]


def test_edition_made_anew_while_send_waits(ready: Seabridge, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is mailed is what is stored as issued, even if a digest came between reading and freezing."""

    def between(*arguments: object) -> None:
        settings = load()
        digest(replace(settings, digest=replace(settings.digest, name="Another Name")), SAMPLE_NOW)

    monkeypatch.setattr("flows.send._needs_decision", between)
    assert ready("send").code == 0
    assert "Another Name" in ready("editions", "show", "2025-W26").out
    message = next((ready.home / "outbox").iterdir()).read_text()
    assert "Subject: Another Name" in message


def test_excluded_until_there_is_news(ready: Seabridge) -> None:
    """Who was left out of a draft without stories for him gets the draft that was made anew with some."""
    path = ready.config / "recipients.toml"
    path.write_text('[[recipients]]\naddress = "ada@one.example"\ntopics = ["counter-terrorism"]\n')
    assert ready("send").code == 3
    path.write_text('[[recipients]]\naddress = "ada@one.example"\n')
    assert ready("send").code == 0
    assert len(list((ready.home / "outbox").iterdir())) == 1


@pytest.mark.slow
def test_killed_between_claim_and_record(ready: Seabridge, postbox: Postbox) -> None:
    """kill -9 while the server holds the message: of unknown fate afterwards, and not sent a second time."""
    reached = threading.Event()
    postbox.pause = 1.0
    postbox.on_data = lambda address: reached.set()
    sender = ready.start("send")
    assert reached.wait(60)
    os.kill(sender.pid, signal.SIGKILL)
    sender.communicate()
    postbox.pause = 0
    after = ready("send")
    assert (after.code, "1 of unknown fate" in after.out) == (6, True)
    assert postbox.addresses() == [ADA, BO, CY]


@pytest.mark.slow
def test_two_at_once(ready: Seabridge, postbox: Postbox) -> None:
    """Two processes send at the same time: nobody gets two, and one of them says that the other is at work."""
    postbox.pause = 0.3
    both = [ready.start("send"), ready.start("send")]
    told = [process.communicate(timeout=90) for process in both]
    codes = sorted(process.returncode for process in both)
    assert codes in ([0, 5], [0, 3])
    assert postbox.addresses() == [ADA, BO, CY]
    if codes == [0, 5]:
        assert any("PID" in err for _, err in told)


def test_test_message(ready: Seabridge, postbox: Postbox) -> None:
    """`--to` sends one message marked [TEST] and leaves the ledger alone."""
    assert ready("send", "--to", "me@here.example").code == 0
    (address, content), *others = postbox.got
    assert (address, others) == ("me@here.example", [])
    assert b"Subject: [TEST]" in content
    assert ready("send").code == 0
    assert postbox.addresses() == [ADA, BO, CY, "me@here.example"]


def test_test_message_to_no_address(ready: Seabridge) -> None:
    """An address that cannot be one is a fault of usage."""
    assert ready("send", "--to", "nobody").code == 2


def test_dry_run(ready: Seabridge, postbox: Postbox) -> None:
    """A rehearsal names everybody, masked, and sends nothing."""
    told = ready("send", "--dry-run")
    assert (told.code, "a***@one.example: planned" in told.out, ADA in told.out) == (0, True, False)
    assert postbox.got == []


def test_stale_edition(ready: Seabridge) -> None:
    """An edition of long ago goes out only on a person's word."""
    late = "2025-07-20T05:00:00Z"
    assert ready("send", "--week", "2025-W26", now=late).code == 6
    assert ready("send", "--week", "2025-W26", "--allow-stale").code == 0


def test_recipient_added_later(ready: Seabridge) -> None:
    """Who joins after the edition went out gets it, the others do not get it again."""
    ready("send")
    path = ready.config / "recipients.toml"
    path.write_text(path.read_text() + '[[recipients]]\naddress = "dee@four.example"\n')
    assert ready("send").code == 0
    assert len(list((ready.home / "outbox").iterdir())) == 4


def test_choice_of_topics(ready: Seabridge) -> None:
    """A recipient without news on the chosen topics is excluded, which counts as settled."""
    path = ready.config / "recipients.toml"
    path.write_text('[[recipients]]\naddress = "ada@one.example"\ntopics = ["counter-terrorism"]\n')
    told = ready("send", "--json")
    assert (told.code, '"now accepted"' in told.out) == (3, False)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("send", "--week", "2025-W60"), 2, "--week"),
        (("send", "--week", "2024-W02"), 1, "seabridge digest"),
        (("digest", "--week", "2099-W01"), 2, "not over"),
    ],
)
def test_weeks_that_cannot_be(ready: Seabridge, arguments: tuple[str, ...], code: int, says: str) -> None:
    """A week that does not exist, has no edition or is not over is answered with the reason."""
    told = ready(*arguments)
    assert (told.code, says in told.err) == (code, True)


def test_nobody_to_send_to(ready: Seabridge) -> None:
    """Without recipients.toml the remedy is named."""
    (ready.config / "recipients.toml").unlink()
    told = ready("send")
    assert (told.code, "recipients.example.toml" in told.err) == (2, True)


def test_digest_does_not_change_what_was_begun(ready: Seabridge, postbox: Postbox) -> None:
    """After a first attempt the edition stays as it is, even if nobody has it yet: a retry sends the frozen bytes."""
    postbox.data |= {ADA: "451 later", BO: "451 later", CY: "451 later"}
    ready("send")
    path = ready.config / "digest.toml"
    path.write_text(path.read_text().replace("EU-US Defence Weekly", "Another Name"))
    told = ready("digest")
    assert (told.code, "stays as it is" in told.out) == (3, True)
