"""Reading in child processes: real children, real limits, real ways to die."""

import asyncio
import importlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path
from types import ModuleType

import pytest

from parsers.errors import Unreadable
from parsers.reading import confined
from parsers.reading.confined import Readers, ReadLimits

REPOSITORY = Path(__file__).parents[3]
READERS = '''
"""Functions that the tests run in children, where nothing of the test module can be imported."""

import ctypes, os, signal, sys, threading, time
from parsers.errors import FetchFailed, Unreadable

def echo(value, *, again=1): return [value] * again
def pid(*_): return os.getpid()
def sleep(seconds): time.sleep(seconds)
def refuse(): raise Unreadable("feed.xml", "not-a-feed", "is a cake recipe")
def wrong(): raise ValueError("unexpected <tag>")
def odd_error(): raise FetchFailed("http://a.example", "dns", "cannot be rebuilt from its arguments")
def leave(): raise SystemExit(0)
def lasting(): return lambda: None
def deep(n=0): return deep(n + 1)
def spin(seconds=1e9):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
    return os.getpid()
def hungry():
    hoard = []
    while True: hoard.append(bytearray(10_000_000))
def killed(): os.kill(os.getpid(), signal.SIGKILL)
def gone(): os._exit(3)
def crash(): ctypes.string_at(0)
def abort(): os.abort()
def stop(): os.kill(os.getpid(), signal.SIGSTOP)
def deaf():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)
def threads():
    while True: threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
def close(): os.closerange(0, 256)
def close_three(): os.closerange(0, 3)
def fork():
    for _ in range(5):
        if os.fork() == 0:
            time.sleep(3)
            os._exit(0)
def talk():
    print("said by Python" * 10_000, flush=True)
    os.write(1, b"said to the file")
    os.write(2, b"complained")
    return sys.stdin.read()
def parent(): os.kill(os.getppid(), signal.SIGKILL)
def huge(): return bytes(100_000_000)
def rubbish(data):
    frame = sys._getframe()
    while "channel" not in frame.f_locals: frame = frame.f_back
    os.write(frame.f_locals["channel"].writer.fileno(), data)
class Treacherous:
    def __reduce__(self): return divmod, (1, 0)
def treacherous(): return Treacherous()
'''
QUICK = ReadLimits(wall=20.0, cpu=10, memory=1_500_000_000)


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    (tmp_path / "hostile_readers.py").write_text(READERS)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("hostile_readers")
    del sys.modules["hostile_readers"]


def failure(read: Callable[[], object]) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read()
    return caught.value


def test_results_and_our_errors_arrive_as_they_are(hostile: ModuleType) -> None:
    """What the function returns or raises in the child is what the caller sees, from another process."""
    with Readers(workers=1, limits=QUICK) as readers:
        assert readers.read(hostile.echo, "é", again=2).result() == ["é", "é"]
        assert readers.read(hostile.pid).result() != os.getpid()
        error = failure(readers.read(hostile.refuse).result)
    assert (error.what, error.kind, error.detail) == ("feed.xml", "not-a-feed", "is a cake recipe")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("wrong", "parser-error"),
        ("odd_error", "parser-error"),
        ("leave", "parser-error"),
        ("lasting", "parser-error"),
        ("deep", "parse-limit"),
        ("threads", "parser-error"),
        ("treacherous", "parser-error"),
    ],
)
def test_whatever_a_parser_raises_is_unreadable(hostile: ModuleType, name: str, kind: str) -> None:
    """Bugs that a document sets off, and results that cannot travel, are told as Unreadable; the child lives on."""
    with Readers(workers=1, limits=QUICK) as readers:
        child = readers.read(hostile.pid).result()
        error = failure(readers.read(getattr(hostile, name)).result)
        assert (error.what, error.kind) == (name, kind)
        assert readers.read(hostile.pid).result() == child


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "limits", "words"),
    [
        ("sleep", ReadLimits(wall=0.5), "within 0.5 s"),
        ("spin", ReadLimits(cpu=1), "processor time"),
        ("hungry", ReadLimits(memory=700_000_000), "700,000,000 bytes"),
        ("killed", ReadLimits(), "died"),
        ("gone", ReadLimits(), "died"),
        ("crash", ReadLimits(), "died"),
        ("abort", ReadLimits(), "died"),
        ("stop", ReadLimits(wall=0.5), "within 0.5 s"),
        ("deaf", ReadLimits(wall=0.5), "within 0.5 s"),
        ("close", ReadLimits(), "died"),
    ],
)
def test_a_document_that_breaks_its_child_breaks_nothing_else(
    hostile: ModuleType, name: str, limits: ReadLimits, words: str
) -> None:
    """Time, memory or a crash end one future; those before, beside and after it are answered."""
    with Readers(workers=2, limits=limits) as readers:
        before = [readers.read(hostile.echo, i) for i in range(3)]
        broken = [readers.read(getattr(hostile, name), *([60] if name == "sleep" else [])) for _ in range(2)]
        after = [readers.read(hostile.echo, i) for i in range(3)]
        errors = [failure(future.result) for future in broken]
        assert [future.result() for future in before + after] == [[0], [1], [2]] * 2
    assert [error.kind for error in errors] == ["parse-limit"] * 2
    assert all(words in error.detail for error in errors)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["close_three", "fork", "parent", "huge"])
def test_a_document_that_meddles_with_its_child_harms_nobody(hostile: ModuleType, name: str) -> None:
    """Closed streams, children of its own, the end of the process that children come from, a result of 100 MB."""
    with Readers(workers=2, limits=ReadLimits(documents_per_child=3)) as readers:
        futures = [readers.read(hostile.echo, i) for i in range(3)] + [readers.read(getattr(hostile, name))]
        futures += [readers.read(hostile.echo, i) for i in range(12)]
        answers = [future.result(60) for future in futures]
    assert answers[:3] + answers[4:] == [[i] for i in [*range(3), *range(12)]]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(
    ("data", "words"),
    [(b"\0\0\0\7rubbish", "broke down 2 times"), (b"\0\x10\0\0a", "within 1 s"), (b"\0", "within 1 s")],
    ids=["no pickle", "endless", "half"],
)
def test_rubbish_in_the_pipe_of_results_leaves_nobody_waiting(
    hostile: ModuleType, monkeypatch: pytest.MonkeyPatch, data: bytes, words: str
) -> None:
    """A pool that fell silent is replaced, with nothing handed in meanwhile; only the guilty one is told in the end."""
    monkeypatch.setattr(confined, "PATIENCE", 2.0)
    with Readers(workers=1, limits=ReadLimits(wall=1.0)) as readers:
        futures = [readers.read(hostile.rubbish, data)] + [readers.read(hostile.echo, i) for i in range(3)]
        error = failure(lambda: futures[0].result(60))
        assert [future.result(60) for future in futures[1:]] == [[0], [1], [2]]
        assert readers.read(hostile.echo, 3).result(60) == [3]
    assert (error.what, error.kind) == ("rubbish", "parse-limit")
    assert words in error.detail


def test_what_a_child_says_is_not_heard(hostile: ModuleType, capfd: pytest.CaptureFixture[str]) -> None:
    """A library that prints cannot write between the lines of our commands, nor read what is meant for them."""
    with Readers(workers=1, limits=QUICK) as readers:
        assert readers.read(hostile.talk).result() == ""
    assert capfd.readouterr() == ("", "")


def test_processor_time_is_counted_for_each_document(hostile: ModuleType) -> None:
    """One child may use far more than the limit in all, as long as each document stays below."""
    with Readers(workers=1, limits=ReadLimits(cpu=1)) as readers:
        children = {readers.read(hostile.spin, 0.6).result() for _ in range(4)}
    assert len(children) == 1


def test_children_are_renewed(hostile: ModuleType) -> None:
    """After its number of documents a child makes way for a fresh one."""
    with Readers(workers=1, limits=ReadLimits(documents_per_child=3)) as readers:
        children = [readers.read(hostile.pid).result() for _ in range(9)]
    assert len(set(children)) == 3


def test_a_child_killed_while_idle_is_replaced(hostile: ModuleType) -> None:
    """The death of all idle children, one by one, is not felt by the documents that come next."""
    with Readers(workers=1, limits=QUICK) as readers:
        for _ in range(3):
            os.kill(readers.read(hostile.pid).result(), signal.SIGKILL)
            assert readers.read(hostile.echo, 1).result() == [1]
            os.kill(readers.read(hostile.pid).result(), signal.SIGKILL)
            time.sleep(0.3)
            assert [readers.read(hostile.echo, i).result() for i in range(3)] == [[0], [1], [2]]


def test_a_cancelled_document_gives_its_child_back(hostile: ModuleType) -> None:
    """Nobody waits ten minutes for a document that nobody waits for."""
    with Readers(workers=1, limits=ReadLimits(wall=600)) as readers:
        readers.read(hostile.echo, 1).result()
        running = readers.read(hostile.sleep, 600)
        time.sleep(0.3)
        assert running.cancel()
        assert readers.read(hostile.echo, 2).result() == [2]


def test_leaving_ends_what_runs_and_cancels_what_waits(hostile: ModuleType) -> None:
    """The end of the block does not wait for documents, and none of their futures hangs."""
    with Readers(workers=1, limits=ReadLimits(wall=600)) as readers:
        futures = [readers.read(hostile.sleep, 600) for _ in range(5)]
    for future in futures:
        with pytest.raises(CancelledError):
            future.result(timeout=10)
    with pytest.raises(RuntimeError):
        readers.read(hostile.echo, 1)


def test_an_event_loop_goes_on_while_children_read(hostile: ModuleType) -> None:
    """The futures can be awaited, many at a time, good and bad, beside other work of the loop."""

    async def main() -> list[object]:
        with Readers(workers=2, limits=ReadLimits(wall=1.0)) as readers:
            futures = [readers.read(hostile.echo, i) for i in range(20)] + [readers.read(hostile.sleep, 60)]
            return list(await asyncio.gather(*map(asyncio.wrap_future, futures), return_exceptions=True))

    answers: list[object] = asyncio.run(main())
    assert answers[:20] == [[i] for i in range(20)]
    assert isinstance(answers[20], Unreadable)


# ---------------------------------------------------------------- programs of all kinds

PROGRAM = """
import os, time
from parsers.reading.confined import Readers, ReadLimits
print("started", flush=True)
with Readers(workers=2) as readers:
    print("children", len(open(f"/proc/self/task/{os.getpid()}/children").read().split()), flush=True)
    assert readers.read(os.getpid).result() != os.getpid()
    assert len({readers.read(os.getpid).result() for _ in range(20)}) <= 2
    LAST
print("done", flush=True)
"""


def session(pid: int) -> list[int]:
    """Processes of the session that `pid` leads or led, zombies left out."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, leader = stat.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(leader) == pid and state != "Z":
            found.append(int(stat.parent.name))
    return found


def emptied(pid: int) -> bool:
    for _ in range(100):
        if not session(pid):
            return True
        time.sleep(0.1)
    return False


def program(folder: Path, way: str, last: str) -> tuple[list[str], str | None]:
    """Command line and standard input for one way to start a program."""
    text = PROGRAM.replace("LAST", last)
    if way == "stdin":
        return [sys.executable, "-"], text
    if way == "-c":
        return [sys.executable, "-c", text], None
    if way == "-m":
        (folder / "prog").mkdir()
        (folder / "prog" / "__main__.py").write_text(text)
        return [sys.executable, "-m", "prog"], None
    script = folder / "seabridge-script"
    script.write_text(text)
    return [sys.executable, str(script)], None


@pytest.mark.parametrize("way", ["stdin", "-c", "-m", "script"])
def test_every_kind_of_program_can_read_and_leaves_nothing_behind(way: str, tmp_path: Path) -> None:
    """Without guard or file name the program runs once, starts no child before it reads, and ends with all of them."""
    command, text = program(tmp_path, way, "readers.read(time.sleep, 600)")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(REPOSITORY), str(tmp_path)])}
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=environment,
        start_new_session=True,
    ) as running:
        out, err = running.communicate(text, timeout=60)
    assert (running.returncode, out.split(), err) == (0, ["started", "children", "0", "done"], "")
    assert emptied(running.pid)


@pytest.mark.slow
@pytest.mark.parametrize("last", ["time.sleep(600)", "readers.read(time.sleep, 4); time.sleep(600)"])
def test_children_do_not_outlive_a_killed_program(last: str, tmp_path: Path) -> None:
    """After kill -9 of the parent idle children end, busy ones after their document, and so does their server."""
    command, _ = program(tmp_path, "-c", textwrap.dedent(f"print('waiting', flush=True); {last}"))
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=tmp_path, env=environment, start_new_session=True
    ) as running:
        assert running.stdout is not None
        while "waiting" not in running.stdout.readline():
            pass
        time.sleep(0.5)
        assert len(session(running.pid)) >= 4
        running.kill()
        running.wait()
        assert emptied(running.pid)


ORPHAN = """
import sys, time
from parsers.reading.confined import Readers
code = "import os, pathlib, time; pathlib.Path(%r).write_text(str(os.getpid())); time.sleep(60)"
with Readers() as readers:
    readers.read(exec, code % sys.argv[1]).result()
"""


def test_no_child_outlives_a_parent_that_was_killed(tmp_path: Path) -> None:
    """After kill -9 nothing keeps a processor busy: the same command can be given again at once."""
    note = tmp_path / "pid"
    parent = subprocess.Popen([sys.executable, "-c", ORPHAN, str(note)], cwd=REPOSITORY)
    while not (note.exists() and note.read_text()):
        assert parent.poll() is None
        time.sleep(0.05)
    child = Path(f"/proc/{note.read_text()}")
    assert child.exists()
    parent.kill()
    parent.wait()
    for _ in range(100):
        if not child.exists():
            return
        time.sleep(0.1)
    pytest.fail("the child goes on")
