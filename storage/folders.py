"""Puts a folder in its place whole, or not at all. Knows nothing of what is in it."""

import ctypes
import errno
import fcntl
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from parsers.errors import Busy, Misconfigured, Problem

_HERE, _EXCHANGE = -100, 2
"""AT_FDCWD and RENAME_EXCHANGE of Linux."""


def refuse_strangers(folder: Path, ours: Collection[str]) -> None:
    """Raise Misconfigured if `folder` is a file, or holds a file that is not one of `ours` (paths inside it).

    What is there is replaced as a whole, so it must be ours as a whole.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise Misconfigured([Problem(str(folder), "", "is a file; name a folder")])
    strangers = {
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()
    } - set(ours)
    if strangers:
        reason = f"holds {min(strangers)}, which would be lost; name a new folder, or move it away"
        raise Misconfigured([Problem(str(folder), "", reason)])


@contextmanager
def unfinished(folder: Path) -> Iterator[Path]:
    """An empty folder beside the target, ours while the block runs; what a killed process left in it goes.

    Raises:
        Busy: another process makes the same folder.
    """
    path = folder.with_name(f".{folder.name}.seabridge-unfinished")
    path.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as problem:
        raise Misconfigured([Problem(str(path), "", "is no folder of ours: move it away")]) from problem
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise Busy(str(folder), None, f"{folder} is being written by another process; wait for it") from problem
        try:
            for rest in path.iterdir():
                shutil.rmtree(rest) if rest.is_dir() else rest.unlink()
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)
    finally:
        os.close(handle)


def put_in_place(work: Path, folder: Path) -> None:
    """Rename `work` to `folder`; with one that is there it changes places in one step, where the system can do that."""
    if not folder.exists() or not any(folder.iterdir()):
        work.replace(folder)
        return
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:
        failed = errno.ENOSYS
    else:
        answer = renameat2(_HERE, os.fsencode(work), _HERE, os.fsencode(folder), _EXCHANGE)
        failed = ctypes.get_errno() if answer else 0
    if failed in (errno.ENOSYS, errno.EINVAL):  # another system, or a disk of another kind: a moment without a folder
        old = folder.with_name(f".{folder.name}.seabridge-old")
        shutil.rmtree(old, ignore_errors=True)
        folder.replace(old)
        work.replace(folder)
        shutil.rmtree(old)
    elif failed:
        raise OSError(failed, os.strerror(failed), str(folder))
