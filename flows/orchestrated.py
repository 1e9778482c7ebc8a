"""The same steps as Prefect flows, with the deployments that `seabridge serve` offers. Holds no step of its own.

One flow run is one step, and one task of it: a batch, never an article. Our own runs table is the truth about what was
done; Prefect shows it, schedules it and lets an operator press a button.
"""

import os
from typing import Annotated, Any, cast

os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")

from prefect import Flow, flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron, Schedule
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Completed, Failed
from prefect.types.entrypoint import EntrypointType
from pydantic import Field

from flows.environment import current_time
from flows.report import Report
from flows.settings import Settings, load
from flows.steps import step

Sources = Annotated[list[str], Field(default_factory=list, title="Sources", description="Ids; empty means all enabled")]
Week = Annotated[str | None, Field(title="ISO week", description="Like 2026-W46; empty means the last completed one")]
Rehearsal = Annotated[bool, Field(title="Dry run", description="Do all the work, write and send nothing")]


def perform(name: str, parameters: dict[str, Any]) -> Report:
    """One step, its report in the run's log and as artifacts."""
    report = step(name)(load(), current_time(), **parameters)
    logger = get_run_logger()
    for line in report.lines:
        logger.info(line)
    rows = [{"figure": figure, "value": value} for figure, value in report.figures.items()]
    create_table_artifact(rows, key=f"{name}-figures", description=f"{name}: {report.state}")
    if report.lines:
        create_markdown_artifact("\n".join(f"- {line}" for line in report.lines), key=f"{name}-notes")
    return report


perform_task = task(name="perform", task_run_name="{name}", cache_policy=NO_CACHE)(perform)


def _ended(report: Report) -> State[Report]:
    """A step that failed, or waits for a person, must not look completed in the UI."""
    message = "; ".join(report.lines)[:500] or report.state
    if report.state in ("failed", "decision"):
        return Failed(message=message, data=report)
    return Completed(message=message, data=report)


@flow(name="collect", flow_run_name="collect")
def collect(sources: Sources, dry_run: Rehearsal = False) -> State[Report]:
    """Read all sources, judge what is new, store it and publish the snapshot."""
    return _ended(perform_task("collect", {"only": tuple(sources), "dry_run": dry_run}))


@flow(name="digest", flow_run_name="digest-{week}")
def digest(week: Week = None, dry_run: Rehearsal = False) -> State[Report]:
    """Compose the edition of a week and write its archive page."""
    return _ended(perform_task("digest", {"week": week, "dry_run": dry_run}))


@flow(name="send", flow_run_name="send-{week}")
def send(week: Week = None, dry_run: Rehearsal = True) -> State[Report]:
    """Send the edition of a week to everybody who has not got it yet."""
    return _ended(perform_task("send", {"week": week, "dry_run": dry_run}))


@flow(name="weekly", flow_run_name="weekly")
def weekly(dry_run: Rehearsal = False) -> State[Report]:
    """Collect, digest, send."""
    return _ended(perform_task("weekly", {"dry_run": dry_run}))


@flow(name="reclassify", flow_run_name="reclassify")
def reclassify(dry_run: Rehearsal = False) -> State[Report]:
    """Judge the whole archive again under today's rules."""
    return _ended(perform_task("reclassify", {"dry_run": dry_run}))


def deployments(settings: Settings) -> list[RunnerDeployment]:
    """Every flow with its schedule, by the module entrypoint: the file form would leave flows/ on the import path.

    A schedule carries a slug, so that pausing it survives the next start.
    """
    zone = settings.digest.zone
    hourly = Cron("7 * * * *", timezone=zone, slug="hourly")
    week = Cron(settings.digest.cron, timezone=zone, slug="weekly")
    return [
        _deployment(collect, "hourly", [hourly]),
        _deployment(weekly, "weekly", [week]),
        _deployment(digest, "by-hand", []),
        _deployment(send, "by-hand", []),
        _deployment(reclassify, "by-hand", []),
    ]


def _deployment(wanted: Flow[Any, Any], name: str, schedules: list[Schedule]) -> RunnerDeployment:
    deployment = wanted.to_deployment(
        name,
        schedules=schedules,
        tags=["seabridge"],
        concurrency_limit=1,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    return cast(RunnerDeployment, deployment)  # a coroutine only inside an event loop


def run_recorded(name: str, api: str, parameters: dict[str, Any]) -> Report:
    """Run a flow in this process, recorded at the Prefect server `api`."""
    with temporary_settings({PREFECT_API_URL: api}):
        state = recorded(name, parameters, return_state=True)
    report = state.result(raise_on_failure=False)
    if isinstance(report, BaseException):
        raise report
    return cast(Report, report)


@flow(name="seabridge", flow_run_name="{name}")
def recorded(name: str, parameters: dict[str, Any]) -> State[Report]:
    """A step started from the command line, with all of its options."""
    return _ended(perform_task(name, parameters))
