"""What steps that store have in common: which sources are meant, and that a run never stays open behind a fault."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from flows.settings import Settings
from parsers.configured import Source
from parsers.errors import Misconfigured, Problem, SeabridgeError
from storage.database import GLANCE, open_live
from storage.runs import Run, finish_run


@contextmanager
def closed_on_failure(settings: Settings, run: Run | None, moment: Callable[[], datetime]) -> Iterator[None]:
    """Close `run` (None: a dry run) as failed, with the reason, when the block raises; the problem goes on its way."""
    try:
        yield
    except BaseException as problem:
        if run is not None:
            reason = {"reason": f"{type(problem).__name__}: {problem}"[:500]}
            with suppress(SeabridgeError), open_live(settings.home, wait=GLANCE) as con:  # the first problem counts
                finish_run(con, run.id, moment(), "failed", reason)
        raise


def clock_from(now: datetime) -> Callable[[], datetime]:
    """A clock that shows `now` at this moment and goes on from there."""
    began = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - began)


def sources_named(settings: Settings, only: Sequence[str]) -> list[Source]:
    """The sources with these ids, in the order of the configuration; all of them for none.

    Raises:
        Misconfigured: names every id that is not known.
    """
    unknown = set(only) - {source.id for source in settings.sources}
    if unknown:
        raise Misconfigured([Problem("sources.toml", source, "no source has this id") for source in sorted(unknown)])
    return [source for source in settings.sources if not only or source.id in only]
