"""Homes with data in them, the command line on them, and servers on this machine."""

import shutil
import socket
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from builders import Answer, config_folder, web_server
from drivers import REPOSITORY, LoopbackWeb, Postbox, Seabridge

from flows.collect import Network, collect
from flows.digest import digest
from flows.sample_server import SAMPLE_NOW, SLOW_HOST, SORRY, SampleWeek, sample_sources
from flows.settings import load

SAMPLE_TABLES = [asdict(source) for source in sample_sources()]
READERS = ("ada@one.example", "bo@two.example", "cy@three.example")


@pytest.fixture
def seabridge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Seabridge:
    """The command line on an empty home, with a configuration folder that is still to be made."""
    return Seabridge(tmp_path, monkeypatch, capfd)


@pytest.fixture
def web() -> Iterator[LoopbackWeb]:
    answers: dict[tuple[str, str], Answer] = {}
    with web_server(answers, address="127.0.0.1") as port:
        yield LoopbackWeb(port, answers)


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the sample week collected and its edition composed; nothing is sent. To be copied, not changed."""
    folder = tmp_path_factory.mktemp("sample")
    sources = tuple(s for s in sample_sources() if SLOW_HOST not in s.url and SORRY[0] not in s.url)
    settings = replace(load(config=REPOSITORY / "config", home=folder / "home"), sources=sources, corpus=folder)
    with SampleWeek() as week:
        collect(settings, SAMPLE_NOW, network=Network(hosts=week.hosts, seeds=False))
    digest(settings, SAMPLE_NOW)
    return folder / "home"


@pytest.fixture
def ready(seabridge: Seabridge, sample_home: Path) -> Seabridge:
    """The command line on a copy of the sample week, ready to send to three readers' files."""
    shutil.copytree(sample_home, seabridge.home)
    config_folder(seabridge.config, SAMPLE_TABLES, recipients=READERS, every_language=True)
    return seabridge


@pytest.fixture
def postbox(ready: Seabridge) -> Iterator[Postbox]:
    """A real mail server that `ready` sends through."""
    box = Postbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    config_folder(ready.config, SAMPLE_TABLES, recipients=READERS, smtp_port=port, every_language=True)
    yield box
    controller.stop()
