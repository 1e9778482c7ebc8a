"""kill -9 at random moments of collect, digest and publish on the sample week, with a look at everything after each.

After each kill: the database opens and has every commit that was acknowledged, nothing is twice or points nowhere,
everything balances, no edition is half there, the snapshot opens and has the rows that it says it has. Then the same
command once more: it ends with 0 or 3 and leaves the rows of a run that nobody disturbed.

One process has imported everything and forks for each run, so that the moments fall into the work.

.venv/bin/python tests/benchmarks/kills.py [rounds] [seed]
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))

import duckdb  # noqa: E402

from flows.sample_server import SAMPLE_MIDWEEK, SAMPLE_NOW, SLOW_HOST, SORRY, SampleWeek, sample_sources  # noqa: E402
from storage.database import open_live  # noqa: E402
from storage.highwater import commits_in  # noqa: E402
from storage.integrity import faults, published_at  # noqa: E402
from storage.published import is_published  # noqa: E402
from storage.snapshot import snapshot_path  # noqa: E402

GROWING = ("runs", "fetches", "entries", "items", "item_versions", "judgements", "labels", "dispositions", "editions")
"""Tables from which nothing is ever taken away, so that a smaller number of rows is a loss."""
BOOKKEEPING = ("runs", "leases", "migrations", "archive", "high_water", "snapshot_info")
MOMENTS = ("seconds", "valid_from", "valid_to", "judged_at", "known_at")
"""Columns that may differ: how long it took, and the ticks of the database's time, one for each transaction."""
FLOWS: Mapping[str, datetime] = {"collect": SAMPLE_NOW, "digest": SAMPLE_NOW, "publish": SAMPLE_NOW}
SHARES = ("collect", "collect", "digest", "publish")
OK, NOTHING = 0, 3
SOURCES = 6


@dataclass
class Killed:
    """What came of it. `losses`: sentences, one for each thing that must not be."""

    rounds: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    too_late: Counter[str] = field(default_factory=Counter)
    logs_left: int = 0
    commits_seen: int = 0
    reopen_most: float = 0.0
    losses: list[str] = field(default_factory=list)


def kill_at_random(rounds: int, seed: int, folder: Path) -> Killed:
    """Kill so many runs; `folder` is for homes and is left behind."""
    chance = random.Random(seed)

    def moments(lasts: Mapping[str, float]) -> Iterator[tuple[str, dict[str, float]]]:
        for number in range(rounds):
            flow = SHARES[number % len(SHARES)]
            yield flow, {"kill_after": chance.uniform(0, lasts[flow])}

    return _kill(moments, folder)


def kill_behind_commits(commits: Sequence[tuple[str, int]], folder: Path) -> Killed:
    """Kill each flow behind one of its commits, before anybody could be told of it."""
    return _kill(lambda _: ((flow, {"kill_behind": number}) for flow, number in commits), folder)


def _kill(moments: Callable[[Mapping[str, float]], Iterable[tuple[str, Mapping[str, Any]]]], folder: Path) -> Killed:
    result = Killed()
    with SampleWeek(hold=1.0) as week, _forker(week.hosts) as fork:
        homes, lasts, wanted = _calm(week, fork, folder)
        for flow, moment in moments(lasts):
            home = folder / "killed"
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(homes[flow], home)
            status = fork(flow, home, FLOWS[flow], **moment)
            result.rounds += 1
            (result.killed if status == -signal.SIGKILL else result.too_late)[flow] += 1
            where = (
                f"round {result.rounds}: {flow}, {' '.join(f'{name} {value:.3f}' for name, value in moment.items())}"
            )
            if status not in (-signal.SIGKILL, OK, NOTHING):
                result.losses.append(f"{where}: ended with {status} before it was killed")
            _look(home, folder / "look", where, result)
            _heal(flow, home, fork, wanted[flow], where, result)
            print(f"{where}: {len(result.losses)} losses so far", file=sys.stderr, flush=True)
    return result


def _calm(week: SampleWeek, fork: Any, folder: Path) -> tuple[dict[str, Path], dict[str, float], dict[str, Any]]:
    """The home before each flow, how long it takes there, and the rows afterwards."""
    home = folder / "calm"
    week.at = SAMPLE_MIDWEEK
    if fork("collect", home, SAMPLE_MIDWEEK) != OK:
        raise SystemExit("the sample week cannot be collected undisturbed")
    week.at = SAMPLE_NOW
    homes, lasts, wanted = {}, {}, {}
    for flow, now in FLOWS.items():
        homes[flow] = folder / f"before-{flow}"
        shutil.copytree(home, homes[flow])
        began = time.monotonic()
        if fork(flow, home, now) != OK:
            raise SystemExit(f"{flow} does not end well undisturbed")
        lasts[flow] = time.monotonic() - began
        wanted[flow] = everything(home)
    return homes, lasts, wanted


def _look(home: Path, copy: Path, where: str, result: Killed) -> None:
    """At a copy: what opens a database also mends it, and the next run must find it as the kill left it."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(home, copy)
    log = copy / "live.duckdb.wal"
    result.logs_left += log.exists() and log.stat().st_size > 0
    told = _acknowledged(home)
    began = time.monotonic()
    try:
        with open_live(copy) as con:
            result.reopen_most = max(result.reopen_most, time.monotonic() - began)
            result.losses += [f"{where}: {fault}" for fault in faults(con)]
            commits = commits_in(con) or 0
            rows = _counts(con)
            halves = con.execute(
                "SELECT edition_id FROM editions ANTI JOIN edition_items USING (edition_id, revision)"
                " UNION SELECT edition_id FROM editions ANTI JOIN edition_dispositions USING (edition_id, revision)"
            ).fetchall()
    except Exception as problem:
        result.losses.append(f"{where}: {type(problem).__name__}: {problem}")
        return
    result.losses += [f"{where}: half an edition, {name}" for (name,) in halves]
    if told:
        result.commits_seen += told["commits"]
        if commits < told["commits"]:
            result.losses.append(f"{where}: {commits} commits, {told['commits']} were acknowledged")
        result.losses += [
            f"{where}: {rows[name]} rows of {name}, {number} were acknowledged"
            for name, number in told["rows"].items()
            if rows[name] < number
        ]
    _look_at_snapshot(snapshot_path(copy), where, result)


def _look_at_snapshot(path: Path, where: str, result: Killed) -> None:
    if not path.is_file():
        return
    try:
        published_at(path)
        with duckdb.connect(str(path), read_only=True) as con:
            for name, number in con.execute("SELECT relation, rows FROM snapshot_counts").fetchall():
                (found,) = con.execute(f"SELECT count(*) FROM {name}").fetchall()[0]
                if found != number:
                    result.losses.append(f"{where}: the snapshot has {found} of {number} rows of {name}")
    except (ValueError, duckdb.Error) as problem:
        result.losses.append(f"{where}: the snapshot does not open: {problem}")


def _heal(flow: str, home: Path, fork: Any, wanted: Mapping[str, Any], where: str, result: Killed) -> None:
    finished = flow == "collect" and _last_state(home) == "completed"
    status = fork(flow, home, FLOWS[flow])
    if status not in (OK, NOTHING):
        result.losses.append(f"{where}: the next run ends with {status}")
        return
    # A collection that was killed behind its end is followed by one of its own, with visits of its own.
    if not finished:
        found = everything(home)
        differing = [name for name in wanted if found.get(name) != wanted[name]]
        if differing:
            result.losses.append(f"{where}: the next run leaves other rows in {', '.join(differing)}")
    with open_live(home) as con:
        result.losses += [f"{where}, healed: {fault}" for fault in faults(con)]
        if not is_published(con, home, "Europe/Brussels"):
            result.losses.append(f"{where}: the snapshot does not show what is stored after the next run")
    _look_at_snapshot(snapshot_path(home), f"{where}, healed", result)


def everything(home: Path) -> dict[str, list[Any]]:
    """All rows of all tables but the bookkeeping of runs, without the columns that may differ."""
    with duckdb.connect(str(home / "live.duckdb")) as con:
        con.execute("SET TimeZone='UTC'")
        tables: dict[str, list[str]] = {}
        for table, column in con.execute(
            "SELECT table_name, column_name FROM duckdb_columns() JOIN duckdb_tables() USING (database_oid, table_oid,"
            " table_name) ORDER BY table_name, column_index"
        ).fetchall():
            if table not in BOOKKEEPING and column not in MOMENTS:
                tables.setdefault(table, []).append(column)
        return {
            table: con.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY ALL").fetchall()
            for table, columns in tables.items()
        }


def _last_state(home: Path) -> str:
    with duckdb.connect(str(home / "live.duckdb")) as con:
        rows = con.execute("SELECT state FROM runs ORDER BY started_at DESC, run_id DESC LIMIT 1").fetchall()
    return str(rows[0][0])


def _counts(con: Any) -> dict[str, int]:
    return {name: con.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] for name in GROWING}


def _acknowledged(home: Path) -> Mapping[str, Any] | None:
    """The last whole line that the killed process wrote after a commit."""
    path = home / "acknowledged"
    lines = path.read_text().split("\n")[:-1] if path.exists() else []
    found: Mapping[str, Any] | None = json.loads(lines[-1]) if lines else None
    return found


# ---------------------------------------------------------------- the process that forks


@contextmanager
def _forker(hosts: Mapping[str, tuple[str, int]]) -> Iterator[Any]:
    """A function that runs one flow in a fork and gives its exit code, negative where a signal ended it."""
    server = subprocess.Popen(
        [sys.executable, __file__, "fork", json.dumps(dict(hosts))],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def ask(question: Mapping[str, Any] | None = None) -> Any:
        assert server.stdin is not None
        assert server.stdout is not None
        if question is not None:
            server.stdin.write(json.dumps(question) + "\n")
            server.stdin.flush()
        return json.loads(server.stdout.readline())

    def fork(
        flow: str, home: Path, now: datetime, kill_after: float | None = None, kill_behind: int | None = None
    ) -> int:
        (home / "acknowledged").unlink(missing_ok=True)
        pid = ask({"flow": flow, "home": str(home), "now": now.isoformat(), "kill_behind": kill_behind})
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(pid, signal.SIGKILL)  # its number is its own until it is asked for
        status: int = ask({})
        return status

    try:
        ask()
        yield fork
    finally:
        server.kill()
        server.communicate()


def _serve(hosts: Mapping[str, Any]) -> None:
    """Fork for every question on stdin: answer with the PID, and when asked again with how it ended."""
    import pyarrow  # noqa: F401 - so that no fork has to load it

    import flows.collect
    from flows.collect import Network
    from flows.rules import configured_rules
    from flows.settings import load
    from flows.steps import STEPS, step
    from parsers.configured import FetchLimits

    steps = {name: step(name) for name in STEPS if name in FLOWS}
    sources = tuple(one for one in sample_sources() if SLOW_HOST not in one.url and SORRY[0] not in one.url)[:SOURCES]
    named = {name: (host, port) for name, (host, port) in hosts.items()}
    network = Network(FetchLimits(), named, seeds=False, pauses=())
    settings = load(config=REPOSITORY / "config", home=Path("unused"))
    configured_rules(settings)  # they stay compiled for every fork
    flows.collect.STORED_AT_ONCE = 2  # more commits to be killed between
    sys.stdout.write("true\n")
    sys.stdout.flush()
    pid = 0
    for line in sys.stdin:
        asked = json.loads(line)
        if not asked:
            _, status = os.waitpid(pid, 0)
            answer = os.waitstatus_to_exitcode(status)
        else:
            pid = answer = os.fork()
            if pid == 0:
                home = Path(asked["home"])
                own = replace(settings, home=home, sources=sources, corpus=home / "corpus")
                moment = datetime.fromisoformat(asked["now"])
                _run(asked["flow"], steps[asked["flow"]], own, moment, network, asked["kill_behind"])
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def _run(flow: str, work: Any, settings: Any, now: datetime, network: Any, kill_behind: int | None) -> None:
    """In the fork: run the flow, write down what was acknowledged after each commit, and die behind a certain one."""
    from storage import writing

    note, left = writing.note_commit, [kill_behind]

    def acknowledge(con: Any) -> None:
        if left[0] is not None:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        note(con)
        (name,) = con.execute("SELECT current_database()").fetchall()[0]
        if name == "live":
            line = json.dumps({"commits": commits_in(con), "rows": _counts(con)})
            with (settings.home / "acknowledged").open("a") as file:
                file.write(line + "\n")

    code = 99
    try:
        writing.note_commit = acknowledge
        code = work(settings, now, **({"network": network} if flow == "collect" else {})).exit_code
    except BaseException as problem:
        sys.stderr.write(f"{flow}: {type(problem).__name__}: {problem}\n")
    finally:
        os._exit(code)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1_000_000)
    print(f"seed {seed}", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        result = kill_at_random(rounds, seed, Path(folder))
    print(f"{'flow':10}{'killed':>8}{'ended before':>14}")
    for flow in FLOWS:
        print(f"{flow:10}{result.killed[flow]:>8}{result.too_late[flow]:>14}")
    print(
        f"{result.rounds} rounds in {time.monotonic() - began:.0f} s; a log was left {result.logs_left} times;"
        f" slowest opening {result.reopen_most:.2f} s; {result.commits_seen} acknowledged commits looked for;"
        f" {len(result.losses)} losses"
    )
    for loss in result.losses:
        print(f"  {loss}")
    sys.exit(1 if result.losses else 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["fork"]:
        _serve(json.loads(sys.argv[2]))
    else:
        main()
