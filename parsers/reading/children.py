"""Starts child processes and runs functions in them under limits. Does not know who waits for the results."""

import math
import os
import pickle
import resource
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any

from parsers.errors import SeabridgeError, Unreadable

OUT_OF_MEMORY = 71
"""Exit code of a child whose memory ran out: one that went on could fail at the next document as well."""

_MAIN = threading.Lock()


class _Child(ForkServerProcess):
    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: N802 - the name is the standard library's
        with _nameless_main():
            return ForkServerProcess._Popen(process_obj)


class Context(ForkServerContext):
    """The forkserver of the standard library, whose children know nothing of the parent's main program."""

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


def confine(memory: int) -> None:
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


def run(what: str, payload: bytes, cpu: int) -> bytes:
    """In the child: (True, result) or (False, error), pickled here, where a failure to do so harms nobody else."""
    try:
        with _processor(cpu):
            function, args, kwargs = pickle.loads(payload)  # noqa: S301 - written by `Readers.read`
            return pickle.dumps((True, function(*args, **kwargs)))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BaseException as error:
        return pickle.dumps((False, portable(what, error)))


def portable(what: str, error: BaseException) -> SeabridgeError:
    """Our own errors as they are, all others as Unreadable: one that the other side can rebuild."""
    if isinstance(error, SeabridgeError):
        try:
            pickle.loads(pickle.dumps(error))  # noqa: S301 - an error that cannot be rebuilt would break the parent
        except Exception as unfit:
            error = unfit
        else:
            return error
    kind = "parse-limit" if isinstance(error, RecursionError) else "parser-error"
    return Unreadable(what, kind, f"{type(error).__name__}: {error}"[:300])
