"""Every answer of a real mail server becomes the right outcome; files are written whole or not at all."""

import asyncio
import socket
import ssl
import stat
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from digests.delivery import Smtp, write_to_outbox
from digests.settings import SmtpSettings
from parsers.errors import Misconfigured, Temporary

SENDER, READER = "digest@seabridge.example", "reader@example.org"
MESSAGE = b"Subject: x\r\n\r\nfirst\r\n.\r\n..two\r\nlast\r\n"


@dataclass
class Script:
    """A server's answers, and what it got. An answer None means: close the connection without a word."""

    mail: list[str] = field(default_factory=list)
    rcpt: dict[str, str] = field(default_factory=dict)
    data: list[str | None] = field(default_factory=list)
    pause: float = 0
    got: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    connections: int = 0

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.mail.pop(0) if self.mail else "250 OK"
        if answer.startswith("250"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.rcpt.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.got.append((str(envelope.mail_from), list(envelope.rcpt_tos), envelope.original_content or b""))
        answer = self.data.pop(0) if self.data else "250 queued as 42"
        if answer is None:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
            return "250 never seen"
        return answer


@dataclass
class Server:
    script: Script
    settings: SmtpSettings


Serve = Callable[..., Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts real servers on free ports of this machine."""
    running: list[Controller] = []

    def start(script: Script | None = None, *, security: Any = "none", **options: Any) -> Server:
        script = script or Script()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        controller = Controller(script, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        return Server(script, SmtpSettings("localhost", port, security, deadline=10))

    yield start
    for controller in running:
        controller.stop()


def test_accepted(serve: Serve) -> None:
    """The server has exactly our bytes, for one recipient, and its words are kept."""
    server = serve()
    with Smtp(server.settings) as smtp:
        outcome = smtp.send(MESSAGE, SENDER, READER)
    assert (outcome.state, outcome.code, outcome.detail) == ("accepted", 250, "queued as 42")
    assert server.script.got == [(SENDER, [READER], MESSAGE)]


@pytest.mark.parametrize(
    ("script", "state", "code"),
    [
        (Script(rcpt={READER: "550 5.1.1 no such user"}), "rejected", 550),
        (Script(rcpt={READER: "451 4.7.1 greylisted"}), "deferred", 451),
        (Script(mail=["452 4.3.1 disk full"]), "deferred", 452),
        (Script(mail=["552 5.3.4 too large"]), "rejected", 552),
        (Script(data=["451 4.3.0 try later"]), "deferred", 451),
        (Script(data=["554 5.7.1 not wanted"]), "rejected", 554),
        (Script(data=[None]), "uncertain", None),
    ],
)
def test_other_answers(serve: Serve, script: Script, state: str, code: int | None) -> None:
    """4xx is later, 5xx is never, silence after the message is uncertain; the next recipient is served all the same."""
    server = serve(replace(script, got=[]))
    with Smtp(server.settings) as smtp:
        first = smtp.send(MESSAGE, SENDER, READER)
        second = smtp.send(MESSAGE, SENDER, "other@example.org")
    assert (first.state, first.code) == (state, code)
    assert second.state == "accepted"
    assert [to for _, to, _ in server.script.got][-1] == ["other@example.org"]


def test_uncertain_is_not_sent_again(serve: Serve) -> None:
    """After a lost answer the server may have the message; it gets it once."""
    server = serve(Script(data=[None]))
    with Smtp(server.settings) as smtp:
        assert smtp.send(MESSAGE, SENDER, READER).state == "uncertain"
    assert len(server.script.got) == 1


def test_server_that_closes_between_messages(serve: Serve) -> None:
    """A 421 at the next message is answered with a new connection, and nothing is sent twice."""
    server = serve(Script(mail=["250 OK", "421 4.7.0 enough for now", "250 OK"]))
    with Smtp(server.settings) as smtp:
        states = [smtp.send(MESSAGE, SENDER, f"r{n}@example.org").state for n in range(3)]
    assert states == ["accepted"] * 3
    assert [to for _, to, _ in server.script.got] == [[f"r{n}@example.org"] for n in range(3)]
    assert server.script.connections == 2


def test_server_that_always_closes(serve: Serve) -> None:
    """Two closed doors are enough: the message is deferred."""
    server = serve(Script(mail=["421 no", "421 no"]))
    with Smtp(server.settings) as smtp:
        assert smtp.send(MESSAGE, SENDER, READER).state == "deferred"
    assert server.script.got == []


def test_sender_refused_is_no_fault_of_the_recipient(serve: Serve) -> None:
    """A refused sender address stops the run."""
    server = serve(Script(mail=["550 5.7.1 not your address"]))
    with Smtp(server.settings) as smtp, pytest.raises(Misconfigured, match="sender_address"):
        smtp.send(MESSAGE, SENDER, READER)


def test_envelope_is_in_ascii(serve: Serve) -> None:
    """A domain with an umlaut goes out in punycode; what is no address goes nowhere."""
    server = serve()
    with Smtp(server.settings) as smtp:
        assert smtp.send(MESSAGE, SENDER, "reader@bücher.example").state == "accepted"
        with pytest.raises(ValueError, match="invalid"):
            smtp.send(MESSAGE, SENDER, "a@example.org>\r\nRCPT TO:<b@example.org")
    assert [to for _, to, _ in server.script.got] == [["reader@xn--bcher-kva.example"]]


def test_address_is_masked_in_what_is_kept(serve: Serve) -> None:
    """The server's words lose the recipient's address."""
    server = serve(Script(rcpt={READER: f"550 <{READER.upper()}> unknown\x1b[2J"}))
    with Smtp(server.settings) as smtp:
        detail = smtp.send(MESSAGE, SENDER, READER).detail
    assert "r***@example.org" in detail
    assert READER not in detail.lower()


def test_deadline_ends_a_server_that_drips() -> None:
    """A server that answers a little at a time, for ever, is left when time is up."""
    stop = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        peer, _ = listener.accept()
        with peer:
            peer.sendall(b"220 hello\r\n")
            peer.recv(1000)
            peer.sendall(b"250-hello\r\n")
            while not stop.is_set():
                try:
                    peer.sendall(b"250-more\r\n")
                except OSError:
                    return
                time.sleep(0.05)

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    settings = SmtpSettings("127.0.0.1", listener.getsockname()[1], "none", deadline=1)
    try:
        with pytest.raises(Temporary), Smtp(settings):
            pass
    finally:
        stop.set()
        thread.join()
        listener.close()


def test_nobody_listens() -> None:
    """No connection is a matter of time."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Temporary, match=str(port)), Smtp(SmtpSettings("127.0.0.1", port, "none")):
        pass


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost that nobody trusts yet, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "cert.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return public, private


def server_context(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


def test_starttls_with_a_trusted_certificate_and_login(
    serve: Serve, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password goes over the line only after TLS, and the message is taken."""
    seen: list[tuple[bool, LoginPassword]] = []

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        seen.append((session.ssl is not None, data))
        return AuthResult(success=data.password == b"secret", handled=False)

    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    server = serve(
        security="starttls",
        tls_context=server_context(certificate),
        require_starttls=True,
        authenticator=check,
        auth_required=True,
    )
    settings = replace(server.settings, user="digest", password_env="SEABRIDGE_SMTP_PASSWORD")
    with Smtp(settings, "secret") as smtp:
        assert smtp.send(MESSAGE, SENDER, READER).state == "accepted"
    assert [encrypted for encrypted, _ in seen] == [True]

    with pytest.raises(Misconfigured, match=r"smtp\.user") as refused, Smtp(settings, "wrong-password"):
        pass
    assert "wrong-password" not in str(refused.value)
    with pytest.raises(Misconfigured, match="SEABRIDGE_SMTP_PASSWORD is not set"), Smtp(settings):
        pass
    with Smtp(replace(settings, user=None)) as smtp, pytest.raises(Misconfigured, match=r"smtp\.user"):
        smtp.send(MESSAGE, SENDER, READER)


def test_tls_from_the_first_byte(serve: Serve, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Port 465 style."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = Script()
    controller = Controller(script, hostname="127.0.0.1", port=port, ssl_context=server_context(certificate))
    # The controller's own check of readiness does not trust the certificate; a bare connection will do.
    monkeypatch.setattr(controller, "_trigger_server", lambda: socket.create_connection(("127.0.0.1", port)).close())
    controller.start()
    try:
        with Smtp(SmtpSettings("localhost", port, "tls", deadline=10)) as smtp:
            assert smtp.send(MESSAGE, SENDER, READER).state == "accepted"
    finally:
        controller.stop()
    assert len(script.got) == 1


def test_bad_certificate_stops(serve: Serve, certificate: tuple[Path, Path]) -> None:
    """A certificate that nobody vouches for: nothing is sent."""
    server = serve(security="starttls", tls_context=server_context(certificate))
    with pytest.raises(Misconfigured, match="certificate refused"), Smtp(server.settings):
        pass
    assert server.script.got == []


def test_no_starttls_stops(serve: Serve) -> None:
    """A server without STARTTLS is not spoken to in the clear."""
    server = serve()
    with pytest.raises(Misconfigured, match=r"smtp\.security"), Smtp(replace(server.settings, security="starttls")):
        pass


def test_outbox_holds_the_message(tmp_path: Path) -> None:
    """One whole file, for its owner alone, however often it is written; no leftovers."""
    folder = tmp_path / "outbox"
    for _ in range(2):
        path = write_to_outbox(folder, "2026-W46-weekly-en.0123456789ab", MESSAGE)
    assert path.read_bytes() == MESSAGE
    assert [file.name for file in folder.iterdir()] == ["2026-W46-weekly-en.0123456789ab.eml"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_outbox_keeps_the_old_file_when_writing_fails(tmp_path: Path) -> None:
    """An error on the way leaves what was there, and no part of the new."""
    write_to_outbox(tmp_path, "name", MESSAGE)
    with pytest.raises(TypeError):
        write_to_outbox(tmp_path, "name", "not bytes")  # type: ignore[arg-type]
    assert [file.name for file in tmp_path.iterdir()] == ["name.eml"]
    assert (tmp_path / "name.eml").read_bytes() == MESSAGE


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".hidden", "a\x00b", "a b"])
def test_outbox_takes_plain_names_alone(tmp_path: Path, name: str) -> None:
    """A name cannot leave the folder."""
    with pytest.raises(ValueError, match="plain file name"):
        write_to_outbox(tmp_path, name, MESSAGE)
