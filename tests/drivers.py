"""Drives the product from outside: its command line, a web and a mail server that it talks to on this machine."""

import asyncio
import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from builders import Answer, config_folder, source_table, web_server

from flows.__main__ import main
from flows.collect import Network, collect
from flows.sample_server import SAMPLE_NOW
from flows.settings import load

REPOSITORY = Path(__file__).parent.parent


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


class Seabridge:
    """The command line, in this process or in one of its own, on one home and configuration."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
        self.home = folder / "home"
        self.config = folder / "config"
        self.monkeypatch = monkeypatch
        self._capfd = capfd
        self.environment = {
            "SEABRIDGE_HOME": str(self.home),
            "SEABRIDGE_CONFIG": str(self.config),
            "SEABRIDGE_SEEDS": str(folder / "corpus"),
            "SEABRIDGE_NOW": SAMPLE_NOW.astimezone(UTC).isoformat(),
        }
        monkeypatch.delenv("PREFECT_API_URL", raising=False)
        for name, value in self.environment.items():
            monkeypatch.setenv(name, value)

    def __call__(self, *arguments: str, stdin: bytes = b"", now: str | None = None) -> Ended:
        """Run one command here, through the very entry that the console script has."""
        if now is not None:
            self.monkeypatch.setenv("SEABRIDGE_NOW", now)
        self.monkeypatch.setattr(sys, "argv", ["seabridge", *arguments])
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        self._capfd.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        told = self._capfd.readouterr()
        return Ended(code, told.out, told.err)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start one command as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "flows", *arguments],
            cwd=REPOSITORY,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def collected_home(folder: Path, feed: bytes) -> Path:
    """A home that has collected this feed as source `one`; to be copied, not changed."""
    with web_server({("127.0.0.1", "/feed"): (200, "application/rss+xml", feed)}, address="127.0.0.1") as port:
        config_folder(folder / "config", [source_table("one", f"http://127.0.0.1:{port}/feed")])
        settings = load(config=folder / "config", home=folder / "home")
        assert collect(settings, SAMPLE_NOW, network=Network(seeds=False)).state == "done"
    return settings.home


@dataclass
class LoopbackWeb:
    """A web server on 127.0.0.1: path -> answer."""

    port: int
    answers: dict[tuple[str, str], Answer]

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def put(self, path: str, body: bytes, kind: str = "application/rss+xml", status: int = 200) -> str:
        """Serve `body` at `path`; gives its address."""
        self.answers["127.0.0.1", path] = (status, kind, body)
        return self.url(path)


@dataclass
class Postbox:
    """A mail server's handler: what it says to RCPT and after DATA by recipient (None: hangs up), and what it got."""

    rcpt: dict[str, str] = field(default_factory=dict)
    data: dict[str, str | None] = field(default_factory=dict)
    pause: float = 0
    got: list[tuple[str, bytes]] = field(default_factory=list)
    on_data: Callable[[str], None] = lambda address: None

    def addresses(self) -> list[str]:
        return sorted(address for address, _ in self.got)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.rcpt.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        (address,) = envelope.rcpt_tos
        self.got.append((address, envelope.original_content or b""))
        self.on_data(address)
        await asyncio.sleep(self.pause)
        answer = self.data.get(address, "250 queued")
        if answer is None:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
            return "250 never seen"
        return answer
