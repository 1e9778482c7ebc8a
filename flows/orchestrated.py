"""The same steps as Prefect flows. Holds no step of its own, and schedules nothing.

One flow run is one step, and one task of it: a batch, never an article. Our own runs table is the truth about what was
done; Prefect shows it, schedules it and lets an operator press a button. Nothing is retried here: every step goes on
where it stopped when it is started again, and only the ledger may decide that a message goes out once more.
"""

import logging
import os
import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("PREFECT_LOGGING_EXTRA_LOGGERS", "flows,parsers,storage,digests")
os.environ.setdefault("PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW", "ignore")

from prefect import Flow, State, flow, get_run_logger, tags, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings
from prefect.states import Cancelled, Completed, Failed
from pydantic import Field

from digests.edition import period_of
from flows.environment import current_time
from flows.progress import Tell, silent
from flows.report import Report
from flows.settings import load
from flows.steps import step
from parsers.errors import Busy, SeabridgeError

_log = logging.getLogger(__name__)
Ended = Report | SeabridgeError
Week = Annotated[str | None, Field(pattern=r"^\d{4}-W\d{2}$")]
Fate = Literal["resend", "assume-sent"] | None

ADDRESS = re.compile(r"[^\s@<>\"'`,;:()]+@[^\s@<>\"'`,;:()]+")
RETRIES = 2
"""How often a command asks again at a Prefect server that does not answer: some seconds, for a person is waiting."""
SHOWN = 500
"""Longest message of a state, in characters."""


@dataclass(slots=True)
class _Listener:
    """Who started a run in this process: hears of progress, and keeps the end even if Prefect loses it."""

    tell: Tell = silent
    ended: Ended | None = None


_listener: ContextVar[_Listener | None] = ContextVar("listener", default=None)
"""Not a parameter of the flows, for Prefect would record it."""


def perform(name: str, parameters: Mapping[str, Any]) -> Ended:
    """One step, with its report in the run's log and as artifacts.

    An error with a sentence for a person is given back: raised, it would stand in the log as two tracebacks.
    """
    listener = _listener.get() or _Listener()
    try:
        report = step(name)(load(), current_time(), tell=listener.tell, **parameters)
    except SeabridgeError as error:
        listener.ended = error
        return error
    listener.ended = report
    lines = [_public(line) for line in report.lines]
    logger = get_run_logger()
    for line in lines:
        logger.info(line)
    rows = [{"figure": figure.strip(), "value": value} for figure, value in report.figures.items()]
    create_table_artifact(rows, key=f"{name}-figures", description=f"{name}: {report.state}")
    for title, table in report.tables.items():
        cells = [{column: _public(value) for column, value in row.items()} for row in table]
        create_table_artifact(cells, key=f"{name}-{title.replace(' ', '-')}", description=title)
    if lines:
        create_markdown_artifact(_verbatim("\n".join(lines)), key=f"{name}-notes")
    for text in (Path(file).with_suffix(".txt") for file in report.files if file.endswith(".html")):
        if text.is_file():  # the archive may have been moved away since
            content = _verbatim(text.read_text(encoding="utf-8"))
            create_markdown_artifact(content, key="edition", description=text.stem)
    return report


perform_task = task(name="perform", task_run_name="{name}", cache_policy=NO_CACHE, retries=0)(perform)


def _verbatim(text: str) -> str:
    """An indented block: headlines come from outside, and as Markdown they could make the UI load a picture."""
    return "\n".join(f"    {line}" for line in text.splitlines())


def _public(text: str) -> str:
    """Without mail addresses: Prefect's database is no place for readers."""
    return ADDRESS.sub("[address]", text)


def _run(name: str, **parameters: Any) -> State[Ended]:
    """A step that failed, or waits for a person, must not look completed in the UI."""
    ended: Ended = perform_task(name, parameters)
    if isinstance(ended, Busy):
        return Cancelled(message=_public(str(ended))[:SHOWN], data=ended)
    if isinstance(ended, SeabridgeError):
        return Failed(message=_public(str(ended))[:SHOWN], data=ended)
    message = _public("; ".join(ended.lines))[:SHOWN] or ended.state
    return Failed(message=message, data=ended) if ended.exit_code in (1, 6) else Completed(message=message, data=ended)


def _run_name() -> str:
    """Like `weekly-2025-W26` for what is about a week, else like `collect-2025-06-30-0500` in UTC."""
    name, now = str(flow_run.flow_name), current_time()
    if name not in ("weekly", "digest", "send"):
        return f"{name}-{now:%Y-%m-%d-%H%M}"
    try:
        return f"{name}-{flow_run.parameters.get('week') or period_of(now, load().digest).iso}"
    except SeabridgeError:  # the step itself will say what is wrong
        return name


@flow(flow_run_name=_run_name)
def collect(
    only: tuple[str, ...] = (),
    due: bool = False,
    since: datetime | None = None,
    part: str = "",
    dry_run: bool = False,
) -> State[Ended]:
    """Read the sources, judge what is new, store it and publish the snapshot.

    Args:
        only: Ids of sources; none means all that are enabled.
        due: Only sources whose next visit is due.
        since: Walk back through older entries to this moment, where sources let us.
        part: Like 2/3, only the second of three parts of the sources, for several hosts on one lake.
        dry_run: Do all the work, store nothing.
    """
    return _run("collect", only=only, due=due, since=since, part=part, dry_run=dry_run)


@flow(flow_run_name=_run_name)
def digest(week: Week = None, dry_run: bool = False) -> State[Ended]:
    """Compose the edition of a week and write its archive page.

    Args:
        week: ISO week like 2026-W46; empty means the last completed one.
        dry_run: Compose it, store nothing.
    """
    return _run("digest", week=week, dry_run=dry_run)


@flow(flow_run_name=_run_name, retries=0)
def send(week: Week = None, resolve: Fate = None, allow_stale: bool = False, dry_run: bool = True) -> State[Ended]:
    """Send the edition of a week to everybody who has not got it yet.

    Args:
        week: ISO week like 2026-W46; empty means the last completed one.
        resolve: What to do with deliveries of unknown fate; empty leaves them alone.
        allow_stale: Send an edition that is older than its limit.
        dry_run: Only say who would get it. Switch it off to send.
    """
    return _run("send", week=week, resolve=resolve, allow_stale=allow_stale, dry_run=dry_run)


@flow(flow_run_name=_run_name, retries=0)
def weekly(dry_run: bool = False) -> State[Ended]:
    """Collect, digest, send.

    Args:
        dry_run: Do all the work, write and send nothing.
    """
    return _run("weekly", dry_run=dry_run)


@flow(flow_run_name=_run_name)
def reclassify(accept: str = "", dry_run: bool = False) -> State[Ended]:
    """Judge the whole archive again under the configured rules, once they are accepted.

    Args:
        accept: Version of the configured rules; empty says what they would change and asks.
        dry_run: Judge, store nothing.
    """
    return _run("reclassify", accept=accept, dry_run=dry_run)


@flow(flow_run_name=_run_name)
def reparse(since: datetime | None = None, only: tuple[str, ...] = (), dry_run: bool = False) -> State[Ended]:
    """Read the archived answers again with today's parsers.

    Args:
        since: Only answers received from this moment.
        only: Ids of sources; none means all.
        dry_run: Say what would change, store nothing.
    """
    return _run("reparse", since=since, only=only, dry_run=dry_run)


@flow(flow_run_name=_run_name)
def publish(dry_run: bool = False) -> State[Ended]:
    """Write the read-only snapshot for analysts again.

    Args:
        dry_run: Write nothing.
    """
    return _run("publish", dry_run=dry_run)


FLOWS: Mapping[str, Flow[..., State[Ended]]] = {
    one.name: one for one in (weekly, collect, digest, send, reclassify, reparse, publish)
}


def run_recorded(name: str, api: str, parameters: Mapping[str, Any], tell: Tell) -> Report:
    """Run a flow in this process, recorded at the Prefect server `api`.

    A server that goes away meanwhile costs the record, not the report.

    Raises:
        SeabridgeError: as the step itself does, or when the server went away before the step began.
    """
    listener = _Listener(tell)
    listening = _listener.set(listener)
    settings = {PREFECT_API_URL: api, PREFECT_CLIENT_MAX_RETRIES: RETRIES}
    try:
        with temporary_settings(settings), tags("seabridge", "command-line"):
            state = FLOWS[name](**parameters, return_state=True)
    except Exception as error:  # a step does not raise here: its faults are in the state
        if listener.ended is None:
            raise SeabridgeError(f"the Prefect server at {api} went away; nothing was done, try again") from error
        _log.warning("done, but not recorded to the end: the Prefect server at %s went away", api)
        state = None
    finally:
        _listener.reset(listening)
    ended: Report | BaseException | None = listener.ended
    if ended is None and state is not None:
        ended = state.result(raise_on_failure=False)  # a fault of ours
    if isinstance(ended, Report):
        return ended
    raise ended if isinstance(ended, BaseException) else SeabridgeError(f"{name} ended without a report")
