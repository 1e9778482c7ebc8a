"""Runs a step at once in this process, or as a recorded flow run where a Prefect server is there."""

import json
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from flows.environment import current_time, home_folder
from flows.progress import Tell
from flows.report import Report
from flows.settings import load
from flows.steps import step
from parsers.errors import Misconfigured, Problem
from storage.holders import Holder, is_dead

SERVED = "serve.json"
"""In the home folder while `seabridge serve` runs: where its Prefect server answers, and which process serves."""


def launch(flow: str, tell: Tell, **parameters: Any) -> Report:
    """Run one flow with its parameters, orchestrated where possible; `tell` hears of progress.

    A test message (`to`) runs in this process alone: Prefect keeps parameters, and an address must not be kept there.
    """
    to = parameters.pop("to", None)
    if to is not None:
        return step(flow)(load(), current_time(), tell=tell, to=to, **parameters)
    api = prefect_api(home_folder())
    if api is None:
        return step(flow)(load(), current_time(), tell=tell, **parameters)
    load()  # a fault in the configuration is told here, not in a run's log
    # Prefect's own log would stand between the lines that the person asked for; it is kept with the run.
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "ERROR")
    from flows.orchestrated import run_recorded

    return run_recorded(flow, api, parameters, tell)


def prefect_api(home: Path) -> str | None:
    """The address of a Prefect server to record runs at: PREFECT_API_URL, else the one that `seabridge serve` started.

    Raises:
        Misconfigured: PREFECT_API_URL is set and nobody answers there.
    """
    named = os.environ.get("PREFECT_API_URL")
    if named:
        if answers(named):
            return named
        problem = f"nothing answers at {named}; start that server, or unset PREFECT_API_URL to run without Prefect"
        raise Misconfigured([Problem("environment", "PREFECT_API_URL", problem)])
    found = served(home)
    return found[0] if found and not is_dead(found[1]) and answers(found[0]) else None


def served(home: Path) -> tuple[str, Holder] | None:
    """(address of the API, serving process) as noted in the home folder; the process may have been killed since."""
    try:
        note = json.loads((home / SERVED).read_text())
        return str(note["api"]), Holder(**note["by"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def answers(api: str) -> bool:
    """Whether a Prefect server is healthy at this address."""
    if not api.startswith(("http://", "https://")):
        return False
    try:
        with urllib.request.urlopen(f"{api.rstrip('/')}/health", timeout=3) as reply:  # noqa: S310 - scheme was checked
            return bool(reply.status == 200 and reply.read(16).strip() == b"true")
    except (urllib.error.URLError, TimeoutError, OSError, ValueError):
        return False
