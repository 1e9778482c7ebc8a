"""Starts a real PostgreSQL in a temporary folder, for tests of lakes. It answers on a unix socket alone."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest

PASSWORD = "it's a \\ secret"
_NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server. `folder` holds its socket; its owner is called postgres and has PASSWORD."""

    folder: Path
    tools: Path
    server: "subprocess.Popen[bytes]"

    def database(self, like: str = "template1") -> str:
        """The name of a new database: an empty one, or a copy of another."""
        name = f"test{next(_NUMBERS)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {like}", "postgres")
        return name

    def url(self, database: str, data: Path, password: str = PASSWORD) -> str:
        """Of a lake with its catalogue in that database."""
        return (
            f"postgres://postgres:{quote(password)}@/{database}?host={quote(str(self.folder))}&data={quote(str(data))}"
        )

    def sql(self, statement: str, database: str) -> str:
        """What a statement answers, as psql writes it without frames."""
        command = [self.tools / "psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", "postgres"]
        done = subprocess.run(
            [*map(str, command), "-d", database, "-c", statement],
            env=os.environ | {"PGPASSWORD": PASSWORD},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A server while the block runs; the test is skipped where PostgreSQL is not installed."""
    tools = _tools()
    folder = Path(tempfile.mkdtemp(prefix="seabridge-pg-", dir="/tmp"))  # a socket's path has 107 bytes at most
    try:
        secret = folder / "password"
        secret.write_text(PASSWORD)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
            shutil.chown(secret, "postgres")
        data = folder / "data"
        made = ["initdb", "-D", data, "-U", "postgres", "-A", "scram-sha-256", "--pwfile", secret, "-N", "-E", "UTF8"]
        subprocess.run(_as_owner(tools, made), check=True, capture_output=True, cwd=folder)
        options = ["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=100"]
        with (folder / "log").open("wb") as log:
            command = _as_owner(tools, ["postgres", "-D", data, "-k", folder, *options])
            server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
        try:
            found = Postgres(folder, tools, server)
            _await(found)
            yield found
        finally:
            server.send_signal(signal.SIGINT)  # its fast shutdown; SIGTERM would wait for everybody to leave
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tools() -> Path:
    found = shutil.which("initdb")
    candidates = [Path(found).resolve().parent] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in candidates:
        if all((folder / name).exists() for name in ("initdb", "postgres", "psql")):
            return folder
    pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")


def _as_owner(tools: Path, command: Sequence[object]) -> list[str]:
    """PostgreSQL refuses to run as root. `setpriv` becomes the server itself, so its PID is the server's."""
    words = [str(tools / str(command[0])), *map(str, command[1:])]
    if os.geteuid() != 0:
        return words
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *words]


def _await(found: Postgres) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            found.sql("SELECT 1", "postgres")
            return
        except subprocess.CalledProcessError as problem:
            if time.monotonic() > deadline or found.server.poll() is not None:
                pytest.fail(f"PostgreSQL does not start: {problem.stderr}\n{(found.folder / 'log').read_text()}")
            time.sleep(0.1)
