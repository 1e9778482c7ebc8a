"""All an operator needs on one machine: Prefect server with its UI, deployments with their schedules, a worker.

Runs until it is stopped, and takes the server down with it. Beyond one machine use Prefect's own work pools.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flows.launch import SERVED, answers, served
from flows.settings import Settings
from parsers.errors import Busy, SeabridgeError
from storage.holders import is_dead, this_process

START_UP_SECONDS = 180
"""A cold start was measured at 20 s on two cores; a busy machine takes several times that."""
STOP_SECONDS = 15


class ServerFailed(SeabridgeError):
    """Prefect's server did not answer in time, or ended."""


def serve(settings: Settings, port: int) -> None:
    """Start the server, register the deployments and work until interrupted.

    Raises:
        Busy: this home is being served already.
        ServerFailed: with the place of its log.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    _refuse_second(settings.home)
    api = f"http://127.0.0.1:{port}/api"
    os.environ.update(_environment(settings, api))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt), _server(api, port, settings.home / "prefect-server.log") as server:
        from flows.orchestrated import deployments

        runner = _runner()
        for deployment in deployments(settings):
            runner.add_deployment(deployment)
        with _announced(settings.home / SERVED, api):
            sys.stdout.write(f"Prefect UI: http://127.0.0.1:{port}   (stop with Ctrl-C)\n")
            sys.stdout.flush()
            asyncio.run(_work(runner, server, settings.home / "prefect-server.log"))


def _environment(settings: Settings, api: str) -> Mapping[str, str]:
    """For the server and for the processes in which runs are done; Prefect's data lie below our home."""
    return {
        "PREFECT_HOME": str(settings.home / "prefect"),
        "PREFECT_API_URL": api,
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",  # runs older than 90 days
        "DO_NOT_TRACK": "1",
        "SEABRIDGE_HOME": str(settings.home),
        "SEABRIDGE_CONFIG": str(settings.config),
        "SEABRIDGE_SEEDS": str(settings.corpus),
    }


def _refuse_second(home: Path) -> None:
    found = served(home)
    if found is None:
        return
    api, holder = found
    if not is_dead(holder):
        raise Busy(str(home), holder.pid, f"{home} is served already at {api} by {holder}")
    if answers(api):
        raise ServerFailed(
            f"a Prefect server that a killed `seabridge serve` left behind answers at {api}; end it first"
        )


@contextmanager
def _server(api: str, port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    if answers(api):
        raise ServerFailed(f"port {port} is taken by another Prefect server; use --port, or stop that one")
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("ab") as out:
        server = subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True)  # noqa: S603 - our own words
    try:
        deadline = time.monotonic() + START_UP_SECONDS
        while not answers(api):
            _check(server, log)
            if time.monotonic() > deadline:
                raise ServerFailed(f"Prefect's server did not answer in {START_UP_SECONDS} s; see {log}")
            time.sleep(0.25)
        yield server
    finally:
        server.terminate()
        try:
            server.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _check(server: subprocess.Popen[bytes], log: Path) -> None:
    if server.poll() is not None:
        raise ServerFailed(f"Prefect's server ended with {server.returncode}; see {log}")


@contextmanager
def _announced(path: Path, api: str) -> Iterator[None]:
    """While it is served, other commands find the server here and record their runs there."""
    path.write_text(json.dumps({"api": api, "by": asdict(this_process())}))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _runner() -> Any:
    """Does one run after the other: a second one would only find the database busy.

    It leaves the deployments as they are when it stops: what an operator paused stays paused, nothing else is.
    """
    from prefect.runner import Runner

    class OneByOne(Runner):
        def handle_sigterm(self, *_: object, **__: object) -> None:
            signal.raise_signal(signal.SIGINT)  # its own way of stopping does not end the runs

    return OneByOne(name="seabridge", limit=1, pause_on_shutdown=False)


async def _work(runner: Any, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until cancelled, or until the server has gone."""
    working = asyncio.create_task(runner.start())
    while not working.done():
        _check(server, log)
        await asyncio.wait([working], timeout=1)
    await working
