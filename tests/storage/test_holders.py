"""is_dead: only what is certain."""

import os
from dataclasses import replace

from storage.holders import is_dead, this_process


def test_this_process_lives():
    """The process that asks is alive under its own name."""
    assert this_process().pid == os.getpid()
    assert not is_dead(this_process())


def test_other_start_means_another_process():
    """The same number with another start is a process that is gone."""
    assert is_dead(replace(this_process(), started="long ago"))


def test_unknown_start_is_not_held_against_it():
    """Where the start was not recorded the number alone counts."""
    assert not is_dead(replace(this_process(), started=""))


def test_other_host_is_never_dead():
    """Of another machine nothing is known."""
    assert not is_dead(replace(this_process(), host="elsewhere", started="long ago"))


def test_ended_child_is_dead_before_and_after_it_is_waited_for(child):
    """A zombie counts as dead, and so does a number that nobody has."""
    process = child("from storage.holders import this_process as t; print(t().pid, t().started, flush=True); input()")
    _, started = process.stdout.readline().split()
    holder = replace(this_process(), pid=process.pid, started=started)
    assert not is_dead(holder)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert is_dead(holder)
    process.wait()
    assert is_dead(holder)
