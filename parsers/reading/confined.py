"""Runs functions over hostile documents in child processes with limits. Does not know what the functions read.

A limit on bytes does not limit time: a feed of 0.4 MB with 40,000 attributes keeps a parser busy for 20 seconds. Only
a process can be stopped for certain, so every document is read in one, and whatever it does there stays there.
"""

import math
import os
import pickle
import resource
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import parent_process
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerContext, ForkServerProcess
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from parsers.errors import SeabridgeError, Unreadable

P = ParamSpec("P")
T = TypeVar("T")

PRELOADED = [
    "parsers.reading.confined",
    "parsers.reading.feeds",
    "parsers.reading.listings",
    "parsers.reading.pages",
    "parsers.reading.pdf",
]
"""Loaded once in the process that children are forked from, so that a child starts in milliseconds."""
OUT_OF_MEMORY = 71
"""Exit code of a child whose memory ran out: one that went on could fail at the next document as well."""
TRIES = 2
"""How many pools may break down under a document before its reader is told."""

_MAIN = threading.Lock()


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """For one document: seconds of wall clock and of processor, bytes of address space. Then when to renew a child."""

    wall: float = 30.0
    cpu: int = 30
    memory: int = 1_500_000_000
    documents_per_child: int = 200


@dataclass(slots=True)
class _Job:
    what: str
    payload: bytes
    pool: ProcessPool | None = None
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
        pool = job.pool = self._pool
        job.tries += 1
        try:
            inner: Future[bytes] = pool.schedule(
                _run, args=(job.what, job.payload, self._limits.cpu), timeout=self._limits.wall
            )
        except Exception as error:  # among them: the children could not be started at all
            self._replace(pool, error)
            return
        inner.add_done_callback(partial(self._arrived, future, job.what, pool))
        future.add_done_callback(partial(_pass_on_cancel, inner))

    def _arrived(self, future: Future[Any], what: str, pool: ProcessPool, inner: Future[bytes]) -> None:
        if inner.cancelled():
            return
        error = inner.exception()
        if isinstance(error, BrokenProcessPool):
            self._desk.submit(self._replace, pool, error)
        elif not future.set_running_or_notify_cancel():
            return
        elif error is None:
            done, value = pickle.loads(inner.result())  # noqa: S301 - written by _run
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
        context = _Context()
        context.set_forkserver_preload(PRELOADED)
        return ProcessPool(
            max_workers=self._workers,
            max_tasks=self._limits.documents_per_child,
            initializer=_confine,
            initargs=(self._limits.memory,),
            context=context,
        )

    def _end(self) -> None:
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()
            self._pool = None

    def _replace(self, broken: ProcessPool, error: BaseException) -> None:
        """A child that dies idle takes pebble's whole pool along: its documents go to a new one."""
        if broken is self._pool:
            self._end()
        for future, job in list(self._jobs.items()):
            if job.pool is not broken:
                continue
            if job.tries < TRIES:
                self._hand_in(future)
            elif future.set_running_or_notify_cancel():
                future.set_exception(error)


def _pass_on_cancel(inner: Future[bytes], outer: Future[Any]) -> None:
    if outer.cancelled():
        inner.cancel()


class _Child(ForkServerProcess):
    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: N802 - the name is the standard library's
        with _nameless_main():
            return ForkServerProcess._Popen(process_obj)


class _Context(ForkServerContext):
    Process = _Child


@contextmanager
def _nameless_main() -> Iterator[None]:
    """Keeps multiprocessing from running the parent's main program again in every child.

    A program read from standard input cannot be run again, a script without a guard must not be, and a console
    script would only cost time. The children need nothing of it.
    """
    main = sys.modules["__main__"]
    with _MAIN:
        spec, file = main.__spec__, main.__dict__.pop("__file__", None)
        main.__spec__ = None
        try:
            yield
        finally:
            main.__spec__ = spec
            if file is not None:
                main.__file__ = file


def _confine(memory: int) -> None:
    """In a new child: limits for its whole life, nothing to read or print, no ceremony when it is told to end."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (_within(memory, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What a library says about a document would stand between the lines that our commands print.
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    os.close(nothing)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # pebble's handler is Python and would wait for the very C code that has to be stopped.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _end_with_parent() -> None:
    """After a `kill -9` of the parent a child would go on with its document for as long as it may."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def _processor(seconds: int) -> Iterator[None]:
    """RLIMIT_CPU counts from the birth of the process, so it is moved on for every document and lifted in between."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = math.ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (_within(soft, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))


def _within(soft: int, hard: int) -> int:
    return soft if hard == resource.RLIM_INFINITY else min(soft, hard)


def _run(what: str, payload: bytes, cpu: int) -> bytes:
    """In the child: (True, result) or (False, error), pickled here, where a failure to do so harms nobody else."""
    try:
        with _processor(cpu):
            function, args, kwargs = pickle.loads(payload)  # noqa: S301 - written by Readers.read
            return pickle.dumps((True, function(*args, **kwargs)))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BaseException as error:
        return pickle.dumps((False, _portable(what, error)))


def _portable(what: str, error: BaseException) -> SeabridgeError:
    if isinstance(error, SeabridgeError):
        try:
            pickle.loads(pickle.dumps(error))  # noqa: S301 - an error that cannot be rebuilt would break the parent
        except Exception as unfit:
            error = unfit
        else:
            return error
    kind = "parse-limit" if isinstance(error, RecursionError) else "parser-error"
    return Unreadable(what, kind, f"{type(error).__name__}: {error}"[:300])
