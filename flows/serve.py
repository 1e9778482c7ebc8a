"""All an operator needs on one machine: Prefect server with its UI, deployments with their schedules, a worker.

Runs until it is stopped, and takes the server down with it. Beyond one machine use Prefect's own work pools.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flows.launch import answers
from flows.settings import Settings
from parsers.errors import SeabridgeError

START_UP_SECONDS = 180
"""A cold start was measured at 20 s on two cores; a busy machine takes several times that."""


class ServerDidNotStart(SeabridgeError):
    """Prefect's server ended, or did not answer in time."""


def serve(settings: Settings, port: int) -> None:
    """Start the server, register the deployments and work until interrupted.

    Raises:
        ServerDidNotStart: with the place of its log.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    api = f"http://127.0.0.1:{port}/api"
    os.environ.update(
        PREFECT_HOME=str(settings.home / "prefect"),
        PREFECT_API_URL=api,
        PREFECT_SERVER_ALLOW_EPHEMERAL_MODE="false",
        PREFECT_SERVER_ANALYTICS_ENABLED="false",
        DO_NOT_TRACK="1",
        SEABRIDGE_HOME=str(settings.home),
        SEABRIDGE_CONFIG=str(settings.config),
        SEABRIDGE_SEEDS=str(settings.corpus),
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with _server(api, port, settings.home / "prefect-server.log"), _announced(settings.home / "serve.json", api):
        from prefect import serve as work

        from flows.orchestrated import deployments

        sys.stdout.write(f"Prefect UI: http://127.0.0.1:{port}   (stop with Ctrl-C)\n")
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            work(*deployments(settings), print_starting_message=False)


@contextmanager
def _server(api: str, port: int, log: Path) -> Iterator[None]:
    if answers(api):
        raise ServerDidNotStart(f"port {port} is taken by another Prefect server; use --port, or stop that one")
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("ab") as out:
        server = subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True)  # noqa: S603 - our own words
    try:
        deadline = time.monotonic() + START_UP_SECONDS
        while not answers(api):
            if server.poll() is not None:
                raise ServerDidNotStart(f"Prefect's server ended with {server.returncode}; see {log}")
            if time.monotonic() > deadline:
                raise ServerDidNotStart(f"Prefect's server did not answer in {START_UP_SECONDS} s; see {log}")
            time.sleep(0.25)
        yield
    finally:
        server.terminate()
        try:
            server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@contextmanager
def _announced(path: Path, api: str) -> Iterator[None]:
    """While it is served, other commands find the server here and record their runs there."""
    path.write_text(json.dumps({"api": api, "pid": os.getpid()}))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
