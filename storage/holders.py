"""Tells which process holds a lease or a delivery, and whether it still lives. Takes nothing away from anybody."""

import os
import socket
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Holder:
    """A process. `started`: boot id and start tick, because process numbers are used again; '' if unknown."""

    host: str
    pid: int
    started: str

    def __str__(self) -> str:
        return f"PID {self.pid} on {self.host}"


def this_process() -> Holder:
    """The process that asks."""
    pid = os.getpid()
    return Holder(socket.gethostname(), pid, _started(pid) or "")


def is_dead(holder: Holder) -> bool:
    """True only where it is certain: same host, and the process is gone or another one has its number."""
    if holder.host != socket.gethostname():
        return False
    if not _PROC.joinpath("self", "stat").exists():
        return not _answers(holder.pid)
    started = _started(holder.pid)
    return started is None or holder.started not in ("", started)


def _started(pid: int) -> str | None:
    try:
        stat = _PROC.joinpath(str(pid), "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()  # the program's name before it may hold blanks and brackets
    return None if fields[0] in "ZX" else f"{_boot_id()}:{fields[19]}"


@cache
def _boot_id() -> str:
    return _PROC.joinpath("sys", "kernel", "random", "boot_id").read_text(encoding="ascii").strip()


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
