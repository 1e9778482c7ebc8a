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


def launch(flow: str, tell: Tell, **parameters: Any) -> Report:
    """Run one flow with its parameters, orchestrated where possible; `tell` hears of progress in this process only."""
    api = prefect_api(home_folder())
    if api is None:
        return step(flow)(load(), current_time(), tell=tell, **parameters)
    load()  # a fault in the configuration is told here, not in a run's log
    from flows.orchestrated import run_recorded

    return run_recorded(flow, api, parameters)


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
    try:
        served = json.loads((home / "serve.json").read_text())["api"]
    except (OSError, ValueError, KeyError):
        return None
    return served if isinstance(served, str) and answers(served) else None


def answers(api: str) -> bool:
    """Whether a Prefect server is healthy at this address."""
    if not api.startswith(("http://", "https://")):
        return False
    try:
        with urllib.request.urlopen(f"{api.rstrip('/')}/health", timeout=3) as reply:  # noqa: S310 - scheme was checked
            return bool(reply.status == 200)
    except (urllib.error.URLError, TimeoutError, OSError, ValueError):
        return False
