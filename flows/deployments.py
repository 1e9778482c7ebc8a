"""What `seabridge serve` offers at a Prefect server: deployments with schedules, and order after a stop.

Runs nothing itself.
"""

from dataclasses import replace
from datetime import datetime
from importlib import metadata
from typing import Any, cast

from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags, FlowRunFilter, FlowRunFilterState
from prefect.client.schemas.filters import FlowRunFilterNextScheduledStartTime as NextStart
from prefect.client.schemas.filters import FlowRunFilterStateType as StateTypes
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy, FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound
from prefect.schedules import Cron, Schedule
from prefect.states import Crashed
from prefect.types.entrypoint import EntrypointType

from flows.orchestrated import collect, digest, reclassify, send, weekly
from flows.settings import Settings

TAG = "seabridge"
ALONE = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
"""Two runs of one step would wait for the same database; the second has nothing to do after the first."""


def deployments(settings: Settings, client: SyncPrefectClient) -> list[RunnerDeployment]:
    """What an operator may start, watch and pause; what was paused at the server stays paused."""
    zone = settings.digest.zone
    return [
        _deployment(client, collect, "hourly", Cron("7 * * * *", timezone=zone, slug="hourly"), due=True),
        _deployment(client, weekly, "weekly", Cron(settings.digest.cron, timezone=zone, slug="weekly")),
        _deployment(client, digest, "by-hand"),
        _deployment(client, send, "by-hand"),
        _deployment(client, reclassify, "by-hand"),
    ]


def _deployment(
    client: SyncPrefectClient, wanted: Flow[..., Any], name: str, *schedules: Schedule, **parameters: Any
) -> RunnerDeployment:
    """By the module entrypoint: the file form would leave flows/ on the import path.

    Registering replaces the schedules, so those that an operator switched off are switched off again here.
    """
    paused, off = False, set[str | None]()
    try:
        before = client.read_deployment_by_name(f"{wanted.name}/{name}")
    except ObjectNotFound:
        pass
    else:
        paused, off = before.paused, {one.slug for one in before.schedules if not one.active}
    deployment = wanted.to_deployment(
        name,
        schedules=[replace(one, active=one.slug not in off) for one in schedules],
        parameters=parameters,
        paused=paused,
        description=(wanted.description or "").partition("\n")[0],
        version=metadata.version("seabridge"),
        tags=[TAG],
        concurrency_limit=ALONE,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    return cast(RunnerDeployment, deployment)  # a coroutine only inside an event loop


def settle(client: SyncPrefectClient, now: datetime) -> None:
    """Put in order what the last stop left: runs whose process is gone, and slots that passed meanwhile.

    Of the missed runs of a deployment the latest is made up for; each step does all that is not done yet.
    """
    gone = FlowRunFilter(state=_in(StateType.RUNNING, StateType.PENDING, StateType.CANCELLING))
    for run in _runs(client, gone):
        client.set_flow_run_state(run.id, Crashed(message="its process ended with `seabridge serve`"), force=True)
    passed = NextStart.model_validate({"before_": now})
    latest = set()
    for run in reversed(_runs(client, FlowRunFilter(state=_in(StateType.SCHEDULED), next_scheduled_start_time=passed))):
        if run.deployment_id in latest:
            client.delete_flow_run(run.id)
        latest.add(run.deployment_id)


def _runs(client: SyncPrefectClient, wanted: FlowRunFilter) -> list[FlowRun]:
    """Runs of our deployments, by the time they were due. A server holds about a hundred of each beforehand."""
    return client.read_flow_runs(
        flow_run_filter=wanted,
        deployment_filter=DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG])),
        sort=FlowRunSort.NEXT_SCHEDULED_START_TIME_ASC,
        limit=200,
    )


def _in(*types: StateType) -> FlowRunFilterState:
    return FlowRunFilterState(type=StateTypes(any_=list(types)))
