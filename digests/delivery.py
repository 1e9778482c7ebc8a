"""Hands finished messages over: to a mail server, or to a folder of files.

Knows one message and one recipient at a time. Decides nothing about repeats and keeps no ledger.
"""

import contextlib
import os
import re
import smtplib
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from digests.addresses import mailbox, masked
from digests.plain import one_line
from digests.settings import SmtpSettings
from parsers.errors import Misconfigured, Problem, Temporary

_SETTINGS_FILE = "digest.toml"
_DETAIL = 300
_NEEDS_LOGIN = {530, 535, 538}
_TOO_LARGE = 552
_CLOSING = 421
_GO_AHEAD = 354
State = Literal["accepted", "deferred", "rejected", "uncertain"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message.

    Attributes:
        state: accepted (the server has it), deferred (try later), rejected (never), or uncertain: the whole message may
            have gone out and the answer never came, so that only a person can say whether to send it again.
        code: the server's reply code, None where there was none.
        detail: the server's words, the recipient's address masked.
    """

    state: State
    code: int | None
    detail: str


def write_to_outbox(folder: Path, name: str, message: bytes) -> Path:
    """`message` as `<folder>/<name>.eml`, readable by its owner alone; whole or not at all, one file however often.

    Raises:
        ValueError: `name` is not a plain file name.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise ValueError(f"{name!r} is not a plain file name")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.eml"
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(message)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


class Smtp:
    """A connection to the mail server for the length of a `with` block.

    Opened again where the server has closed it between two messages. Entering and `send` raise what concerns all
    recipients alike: Misconfigured for certificate, STARTTLS, login or sender refused, Temporary for no connection.
    """

    def __init__(self, settings: SmtpSettings, password: str | None = None):
        self._settings = settings
        self._password = password
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        self._connection = self._opened()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            with contextlib.suppress(OSError), _deadline(self._connection, self._settings.deadline):
                self._connection.quit()
        self._drop()

    def send(self, message: bytes, sender: str, recipient: str) -> Outcome:
        """One message to one recipient, within the deadline of the settings. ValueError where an address is none."""
        sender, recipient = mailbox(sender), mailbox(recipient)
        reused = self._connection is not None
        outcome = self._exchange(message, sender, recipient)
        if outcome is None and reused:
            outcome = self._exchange(message, sender, recipient)
        return outcome or Outcome("deferred", _CLOSING, "the server closed the connection before the message began")

    def _exchange(self, message: bytes, sender: str, recipient: str) -> Outcome | None:
        """The commands for one message; None where the connection turns out to be closed before the first."""
        connection = self._connection = self._connection or self._opened()
        size = [f"size={len(message)}"] if connection.has_extn("size") else []
        stage = "MAIL"
        try:
            with _deadline(connection, self._settings.deadline):
                code, reply = connection.mail(sender, size)
                if code == _CLOSING:
                    self._drop()
                    return None
                self._check_sender(code, reply)
                if code // 100 == 2:
                    stage = "RCPT"
                    code, reply = connection.rcpt(recipient)
                    self._check_login(code, reply)
                if code // 100 == 2:
                    stage = "DATA"
                    code, reply = connection.docmd("DATA")
                if code == _GO_AHEAD:
                    stage = "body"
                    connection.send(_stuffed(message))
                    code, reply = connection.getreply()
        except OSError as problem:
            self._drop()
            if stage == "MAIL":
                return None
            return Outcome(
                "uncertain" if stage == "body" else "deferred", None, f"{stage}: {_words(problem, recipient)}"
            )
        outcome = Outcome(_state(code, stage), code, _words(reply, recipient))
        if outcome.state != "accepted":
            self._reset(code)
        return outcome

    def _opened(self) -> smtplib.SMTP:
        settings = self._settings
        context = ssl.create_default_context()
        try:
            if settings.security == "tls":
                connection: smtplib.SMTP = smtplib.SMTP_SSL(
                    settings.host, settings.port, timeout=settings.deadline, context=context
                )
            else:
                connection = smtplib.SMTP(settings.host, settings.port, timeout=settings.deadline)
            with _deadline(connection, settings.deadline):
                connection.ehlo_or_helo_if_needed()
                if settings.security == "starttls":
                    connection.starttls(context=context)
                    connection.ehlo_or_helo_if_needed()  # what it said before TLS counts no more
                if settings.user is not None:
                    self._login(connection, settings.user)
        except ssl.SSLCertVerificationError as problem:
            raise _stop("smtp.host", f"{settings.host}: certificate refused: {problem.verify_message}") from problem
        except smtplib.SMTPNotSupportedError as problem:
            raise _stop("smtp.security", f"{settings.host}: {problem}") from problem
        except smtplib.SMTPResponseException as problem:
            said = f"{settings.host}: {problem.smtp_code} {_words(problem.smtp_error)}"
            if problem.smtp_code // 100 == 5:
                where = "smtp.user" if isinstance(problem, smtplib.SMTPAuthenticationError) else "smtp"
                raise _stop(where, said) from problem
            raise Temporary(said) from problem
        except OSError as problem:
            raise Temporary(f"{settings.host}:{settings.port}: {_words(problem)}") from problem
        return connection

    def _login(self, connection: smtplib.SMTP, user: str) -> None:
        if self._password is None:
            raise _stop("smtp.password_env", f"the variable {self._settings.password_env} is not set")
        connection.login(user, self._password)

    def _check_sender(self, code: int, reply: bytes) -> None:
        """A sender that is refused is refused for every recipient; none of them must be marked for it."""
        self._check_login(code, reply)
        if code // 100 == 5 and code != _TOO_LARGE:
            raise _stop("sender_address", f"{self._settings.host} refuses it: {code} {_words(reply)}")

    def _check_login(self, code: int, reply: bytes) -> None:
        if code in _NEEDS_LOGIN:
            raise _stop("smtp.user", f"{self._settings.host}: {code} {_words(reply)}")

    def _reset(self, code: int) -> None:
        """Ready for the next message, or no connection at all."""
        if self._connection is not None and code != _CLOSING:
            with contextlib.suppress(OSError), _deadline(self._connection, self._settings.deadline):
                if self._connection.rset()[0] // 100 == 2:
                    return
        self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


@contextlib.contextmanager
def _deadline(connection: smtplib.SMTP, seconds: float) -> Iterator[None]:
    """Shuts the socket down when time is up, which no server can put off by answering a little at a time."""
    timer = threading.Timer(seconds, _shut, [connection])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _shut(connection: smtplib.SMTP) -> None:
    if connection.sock is not None:
        with contextlib.suppress(OSError):
            # Not SSLSocket.shutdown: that takes the TLS state away under the thread that is reading.
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


def _stuffed(message: bytes) -> bytes:
    ended = message if message.endswith(b"\r\n") else message + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", ended) + b".\r\n"


def _state(code: int, stage: str) -> State:
    if code // 100 == 2:
        return "accepted"
    if code // 100 == 5:
        return "rejected"
    return "deferred" if code // 100 == 4 or stage != "body" else "uncertain"


def _words(said: bytes | str | Exception, recipient: str = "") -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said) or type(said).__name__
    if recipient:
        text = re.sub(re.escape(recipient), masked(recipient), text, flags=re.IGNORECASE)
    return one_line(text, _DETAIL)


def _stop(path: str, reason: str) -> Misconfigured:
    return Misconfigured([Problem(_SETTINGS_FILE, path, reason)])
