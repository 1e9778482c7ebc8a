"""Runs functions over hostile documents in child processes with limits. Does not know what the functions read.

A limit on bytes does not limit time: a feed of 0.4 MB with 40,000 attributes keeps a parser busy for 20 seconds. Only
a process can be stopped for certain, so every document is read in one, and whatever it does there stays there.
"""

import pickle
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from parsers.errors import Unreadable
from parsers.reading.children import OUT_OF_MEMORY, Context, confine, portable, run

P = ParamSpec("P")
T = TypeVar("T")

PRELOADED = [
    "parsers.judging.assess",
    "parsers.reading.confined",
    "parsers.reading.lists.feeds",
    "parsers.reading.lists.listings",
    "parsers.reading.articles.pages",
    "parsers.reading.pdfs.pdf",
]
"""Loaded once in the process that children are forked from, so that a child starts in milliseconds."""
TRIES = 2
"""How many pools may break down under a document before its reader is told."""
PATIENCE = 30.0
"""Seconds beyond the limit for one document that children may take to start before they are taken for lost."""
GLANCES = 1.0
"""Seconds between two looks at whether the pool is still alive."""


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """For one document: seconds of wall clock and of processor, bytes of address space. Then when to renew a child."""

    wall: float = 30.0
    cpu: int = 30
    memory: int = 1_500_000_000
    documents_per_child: int = 200


@dataclass(slots=True)
class _Job:
    """`inner`: what the pool promised, None before; `since`: when it was handed in; `tries`: breakdowns it was in."""

    what: str
    payload: bytes
    pool: ProcessPool | None = None
    inner: Future[bytes] | None = None
    since: float = 0.0
    tries: int = 0


class Readers:
    """A pool of children, started at the first `read` and ended with the `with` block."""

    def __init__(self, workers: int = 2, limits: ReadLimits | None = None) -> None:
        self._workers = workers
        self._limits = limits or ReadLimits()
        # Starting children takes a moment in which an event loop must not stand still: a thread of its own does it,
        # and as the only one that touches the pool it needs no locks.
        self._desk = ThreadPoolExecutor(1, thread_name_prefix="readers")
        self._pool: ProcessPool | None = None
        self._jobs: dict[Future[Any], _Job] = {}
        self._last_sign = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends all children at once; what was not read by then is cancelled."""
        for future in list(self._jobs):
            future.cancel()
        self._desk.submit(self._end).result()
        self._desk.shutdown()

    def read(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """`function(*args, **kwargs)` in a child; the function must be importable, what goes in and out picklable.

        The future raises what the function raised if that is one of our errors, Unreadable with kind `parse-limit` if
        the child ran out of time or memory or died, and Unreadable with kind `parser-error` for all other exceptions.
        """
        future: Future[T] = Future()
        name = getattr(function, "__qualname__", type(function).__name__)
        self._jobs[future] = _Job(name, pickle.dumps((function, args, kwargs)))
        future.add_done_callback(lambda done: self._jobs.pop(done, None))
        self._desk.submit(self._hand_in, future)
        return future

    def _hand_in(self, future: Future[Any]) -> None:
        job = self._jobs.get(future)
        if job is None:  # cancelled meanwhile
            return
        if self._pool is None:
            self._pool = self._begin()
            threading.Thread(target=self._watch, args=(self._pool,), name="readers-watch", daemon=True).start()
        pool = job.pool = self._pool
        job.inner, job.since = None, time.monotonic()
        try:
            inner: Future[bytes] = pool.schedule(
                run, args=(job.what, job.payload, self._limits.cpu), timeout=self._limits.wall
            )
        except Exception as error:  # among them: the children could not be started at all
            self._replace(pool, error)
            return
        job.inner = inner
        inner.add_done_callback(partial(self._arrived, future, job.what, pool))
        future.add_done_callback(partial(_pass_on_cancel, inner))

    def _arrived(self, future: Future[Any], what: str, pool: ProcessPool, inner: Future[bytes]) -> None:
        self._last_sign = time.monotonic()
        if inner.cancelled():
            return
        error = inner.exception()
        if isinstance(error, BrokenProcessPool):
            self._desk.submit(self._replace, pool, error)
        elif not future.set_running_or_notify_cancel():
            return
        elif error is None:
            done, value = _unpacked(what, inner.result())
            if done:
                future.set_result(value)
            else:
                future.set_exception(value)
        else:
            future.set_exception(Unreadable(what, "parse-limit", self._end_of_child(error)))

    def _end_of_child(self, error: BaseException) -> str:
        if isinstance(error, TimeoutError):
            return f"not read within {self._limits.wall:g} s"
        code = error.exitcode if isinstance(error, ProcessExpired) else None
        if code == OUT_OF_MEMORY:
            return f"not read within {self._limits.memory:,} bytes of memory"
        if code == -signal.SIGXCPU:
            return f"not read within {self._limits.cpu} s of processor time"
        return f"the reading process died ({error}, exit code {code})"

    def _begin(self) -> ProcessPool:
        context = Context()
        context.set_forkserver_preload(PRELOADED)
        return ProcessPool(
            max_workers=self._workers,
            max_tasks=self._limits.documents_per_child,
            initializer=confine,
            initargs=(self._limits.memory,),
            context=context,
        )

    def _watch(self, pool: ProcessPool) -> None:
        """A child that writes rubbish into their pipe kills or stops pebble's own threads, and nobody would be told."""
        while pool is self._pool:
            waiting = [job.since for job in list(self._jobs.values()) if job.pool is pool and job.inner is not None]
            quiet = time.monotonic() - max(self._last_sign, min(waiting)) if waiting else 0.0
            if waiting and (not pool.active or quiet > self._limits.wall + PATIENCE):
                with suppress(RuntimeError):  # the `with` block ends this very moment
                    self._desk.submit(self._replace, pool, BrokenProcessPool("the children gave no sign any more"))
                return
            time.sleep(GLANCES)

    def _end(self) -> None:
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()
            self._pool = None

    def _replace(self, broken: ProcessPool, error: BaseException) -> None:
        """A child that dies idle takes pebble's whole pool along: its documents go to a new one.

        Those that were being read are under suspicion, and all where nobody knows.
        """
        jobs = [(future, job) for future, job in list(self._jobs.items()) if job.pool is broken]
        begun = [job for _, job in jobs if job.inner is not None and job.inner.running()]
        for job in begun or [job for _, job in jobs]:
            job.tries += 1
        if broken is self._pool:
            self._end()
        for future, job in jobs:
            if job.tries < TRIES:
                self._hand_in(future)
            elif future in self._jobs and future.set_running_or_notify_cancel():
                detail = f"the reading processes broke down {TRIES} times ({error})"
                future.set_exception(error if job.inner is None else Unreadable(job.what, "parse-limit", detail))


def _pass_on_cancel(inner: Future[bytes], outer: Future[Any]) -> None:
    if outer.cancelled():
        inner.cancel()


def _unpacked(what: str, packed: bytes) -> tuple[bool, Any]:
    """What `run` packed; an error for what can be packed there and not be unpacked here."""
    try:
        done, value = pickle.loads(packed)  # noqa: S301 - written by `run`
    except Exception as error:
        return False, portable(what, error)
    return done, value
