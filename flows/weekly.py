"""The whole product in one step: collect, digest, send."""

from datetime import datetime

from flows.collect import Network, collect
from flows.digest import digest
from flows.progress import Tell, silent
from flows.report import Report, State
from flows.send import nobody, send
from flows.settings import Settings
from parsers.errors import Temporary

_WORST: tuple[State, ...] = ("failed", "decision", "partial", "done", "nothing")


def weekly(
    settings: Settings,
    now: datetime,
    *,
    dry_run: bool = False,
    network: Network | None = None,
    tell: Tell = silent,
) -> Report:
    """Collect, compose the last completed week, send it. Each step does only what is not done yet.

    A collection in which no source answered does not stop the digest: it says so in its coverage line. Neither does one
    that cannot begin, because another is still running.

    Raises:
        Misconfigured: there is nobody to send to; said before anything is done.
    """
    if not settings.recipients and not dry_run:
        raise nobody(settings)
    try:
        collected = collect(settings, now, dry_run=dry_run, network=network, tell=tell)
    except Temporary as problem:
        collected = Report("collect", "partial", lines=(f"Not collected: {problem}. The digest is of what is stored.",))
    steps = [collected, digest(settings, now, dry_run=dry_run, tell=tell)]
    if not dry_run:
        steps.append(send(settings, now, tell=tell))
    return Report(
        flow="weekly",
        state=min((step.state for step in steps), key=_WORST.index),
        figures={f"{step.flow}: {name.strip()}": value for step in steps for name, value in step.figures.items()},
        lines=tuple(line for step in steps for line in step.lines),
        files=tuple(dict.fromkeys(path for step in steps for path in step.files)),
        tables=collected.tables,
    )
