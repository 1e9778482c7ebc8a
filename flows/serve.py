"""All an operator needs on one machine: Prefect server with its UI, deployments with their schedules, a worker.

Runs until it is stopped, and takes the server down with it. Beyond one machine use Prefect's own work pools.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.launch import SERVED, answers, served
from flows.settings import Settings
from parsers.errors import Busy, SeabridgeError
from storage.holders import is_dead, this_process

START_UP_SECONDS = 180
"""A cold start was measured at 20 s on two cores; a busy machine takes several times that."""
STOP_SECONDS = 15
POLL_SECONDS = 0.25


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
        runner = _runner(settings)
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
        "PREFECT_RUNNER_POLL_FREQUENCY": "3",
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
    prefect = [sys.executable, "-c", "from flows.serve import attached; attached()"]
    command = [*prefect, "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("ab") as out:
        server = subprocess.Popen(  # noqa: S603 - our own words
            command, stdin=subprocess.PIPE, stdout=out, stderr=out, start_new_session=True
        )
    try:
        deadline = time.monotonic() + START_UP_SECONDS
        while not answers(api):
            _check(server, log)
            if time.monotonic() > deadline:
                raise ServerFailed(f"Prefect's server did not answer in {START_UP_SECONDS} s; see {log}")
            time.sleep(POLL_SECONDS)
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
    part = path.with_suffix(".part")
    part.write_text(json.dumps({"api": api, "by": asdict(this_process())}))
    part.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _runner(settings: Settings) -> Any:
    """Does one run after the other: a second one would only find the database busy.

    It leaves the deployments as they are when it stops: what an operator paused stays paused, nothing else is.
    """
    from prefect.client.orchestration import get_client
    from prefect.runner import Runner

    from flows.deployments import deployments, settle

    runner = Runner(name="seabridge", limit=1, pause_on_shutdown=False)
    with get_client(sync_client=True) as client:
        settle(client, datetime.now(UTC))  # the server's clock, which SEABRIDGE_NOW does not move
        offered = deployments(settings, client)
    for deployment in offered:
        runner.add_deployment(deployment)
    return runner


async def _work(runner: Any, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until stopped by a signal, or until the server has gone."""
    stop = asyncio.Event()
    later = asyncio.get_running_loop().call_soon_threadsafe
    # The runner's own way of stopping leaves the processes of its runs behind. It sets SIGTERM itself, from this name.
    runner.handle_sigterm = lambda *_: later(stop.set)
    signal.signal(signal.SIGINT, runner.handle_sigterm)
    working = asyncio.create_task(runner.start())
    try:
        while not (working.done() or stop.is_set()):
            _check(server, log)
            await asyncio.sleep(POLL_SECONDS)
        if runner.started:
            await runner.astop()
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working


def attached() -> None:
    """The server's process: Prefect's command line, ended when the process that started it is gone, however it went."""
    import runpy

    def watch() -> None:
        sys.stdin.buffer.read()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
    runpy.run_module("prefect", run_name="__main__", alter_sys=True)
