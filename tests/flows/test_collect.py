"""Collection: every entry accounted for, faults of sources contained, and the same rows however often it is killed."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest
from builders import Answer, config_folder, rss, source_table, web_server
from drivers import REPOSITORY, LoopbackWeb, Seabridge

import flows.collect as collection
from flows import stories
from flows.sample.render import resources
from flows.sample_server import SAMPLE_NOW, sample_sources
from parsers.reading.lists.feeds import parse_feed
from storage.database import open_live

NEWS = ("EU and US sign arrangement on defence cooperation", SAMPLE_NOW - timedelta(days=2),
        "The European Defence Agency and the Pentagon have signed an administrative arrangement.")  # fmt: skip


def query(home: Path, sql: str) -> list[tuple[Any, ...]]:
    with open_live(home) as con:
        return con.sql(sql).fetchall()


def config(seabridge: Seabridge, *sources: dict[str, Any]) -> None:
    config_folder(seabridge.config, sources)


def test_collect_again(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """One row for one piece of news; reading it again adds none and ends with 0. The same words are not read again."""
    config(seabridge, source_table("one", web.put("/feed", rss(NEWS))))
    assert (seabridge("collect").code, seabridge("collect").code) == (0, 0)
    web.put("/feed", rss(NEWS).replace(b"<title>News<", b"<title>More news<"))
    assert seabridge("collect").code == 0
    assert query(seabridge.home, "SELECT title FROM items") == [(NEWS[0],)]
    outcomes = query(seabridge.home, "SELECT outcome, count(*) FROM dispositions GROUP BY ALL ORDER BY ALL")
    assert outcomes == [("same", 1), ("stored", 1)]
    fetches = query(seabridge.home, "SELECT outcome, entries FROM fetches JOIN runs USING (run_id) ORDER BY run_id")
    assert fetches == [("read", 1), ("unchanged", 0), ("read", 1)]


def test_outcomes_of_entries(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """Each way that an entry can end is one disposition with its reason, and nothing is missing in the balance."""
    title, when, text = NEWS
    feed = rss(
        NEWS,
        (
            "Local football cup final postponed after heavy rain",
            when,
            "The cup final in the harbour town was put off. " * 3,
        ),
        (f"{title} in June", None, f"{text} It has no date."),
        (f"{title} tomorrow", SAMPLE_NOW + timedelta(days=3), f"{text} It is from the future."),
        (f"{title} long ago", SAMPLE_NOW - timedelta(days=200), f"{text} It is old."),
        ("", when, ""),
    )
    repeated = feed.replace(b"</channel>", feed[feed.index(b"<item>") : feed.index(b"</item>")] + b"</item></channel>")
    empty = repeated.replace(b"</channel>", b"<item></item></channel>")
    config(seabridge, source_table("one", web.put("/feed", empty)))
    assert seabridge("collect").code == 0
    rows = query(seabridge.home, "SELECT outcome, reason FROM dispositions ORDER BY position")
    assert [outcome for outcome, _ in rows[:5]] == ["stored", "off-topic", "undated", "future-dated", "too-old"]
    assert rows[6] == ("same", "repeated within the feed")
    assert rows[7][0] == "quarantined"
    assert query(seabridge.home, "SELECT entries_in, entries_out, difference FROM v_disposition_balance") == [(8, 8, 0)]


def test_source_that_fails(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """A failure is a row and a line with its reason; the others are read and the run ends with 4."""
    config(
        seabridge,
        source_table("good", web.put("/feed", rss(NEWS))),
        source_table("gone", web.put("/gone", b"gone", status=410)),
        source_table("page", web.put("/page", b"<!DOCTYPE html><title>Sorry</title><p>no feed", "text/html")),
    )
    told = seabridge("collect")
    assert told.code == 4
    assert [line.split()[2] for line in told.out.splitlines() if line.startswith("failed:")] == ["(gone):", "(page):"]
    rows = query(seabridge.home, "SELECT source_id, outcome, kind FROM fetches ORDER BY source_id")
    assert rows == [("gone", "failed", "gone"), ("good", "read", None), ("page", "failed", "html")]
    assert query(seabridge.home, "SELECT count(*) FROM quarantine WHERE source_id = 'page'") == [(1,)]


def test_all_sources_fail(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """When nothing answers the run has failed: exit code 1, in the report and in the list of runs."""
    config(seabridge, source_table("one", web.url("/a")), source_table("two", web.url("/b")))
    told = seabridge("collect")
    assert (told.code, "collect: failed" in told.out) == (1, True)
    assert query(seabridge.home, "SELECT state FROM runs") == [("failed",)]


def test_unknown_source(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """An id that is not there is named, with exit code 2, and nothing is begun."""
    config(seabridge, source_table("one", web.put("/feed", rss(NEWS))))
    told = seabridge("collect", "--source", "one", "--source", "tow")
    assert (told.code, "tow" in told.err) == (2, True)
    assert not (seabridge.home / "live.duckdb").exists()


def test_only_some_sources(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """`--source` reads that one alone."""
    url = web.put("/feed", rss(NEWS))
    config(seabridge, source_table("one", url), source_table("two", web.url("/absent")))
    assert seabridge("collect", "--source", "one").code == 0
    assert query(seabridge.home, "SELECT source_id FROM fetches") == [("one",)]


def test_dry_run(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """A rehearsal reads and judges, and leaves no run, item or snapshot behind."""
    config(seabridge, source_table("one", web.put("/feed", rss(NEWS))))
    told = seabridge("collect", "--dry-run")
    assert (told.code, "stored" in told.out) == (0, True)
    assert query(seabridge.home, "SELECT (SELECT count(*) FROM items) + (SELECT count(*) FROM runs)") == [(0,)]
    assert not (seabridge.home / "published").exists()


def test_page_behind_the_news(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """The item has its text from the page; a page that is missing is a problem of the item and no more."""
    words = "The administrative arrangement lets the two sides exchange information on projects. " * 12
    page = f"<html><head><title>{NEWS[0]}</title></head><body><article><h1>{NEWS[0]}</h1><p>{words}</p></article>"
    web.put("/1/0", page.encode(), "text/html; charset=utf-8")
    config(
        seabridge,
        source_table("one", web.put("/feed1", rss(NEWS, link=web.url("/1/"))), pages=True),
        source_table("two", web.put("/feed2", rss(NEWS, link=web.url("/2/"))), pages=True),
    )
    assert seabridge("collect").code == 0
    rows = query(seabridge.home, "SELECT source_id, text_origin, len(problems) FROM items ORDER BY source_id")
    assert [(source, origin, problems > 0) for source, origin, problems in rows] == [
        ("one", "page", False),
        ("two", "feed", True),
    ]


def test_page_that_failed_once(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """The next collection brings the text that a busy server withheld, though the feed is the same to the byte."""
    words = f"{NEWS[2]} It lets the United States and the European Union exchange information on PESCO. " * 4
    page = f"<html><head><title>{NEWS[0]}</title></head><body><article><h1>{NEWS[0]}</h1><p>{words}</p></article>"
    web.put("/0", b"<h1>busy</h1>", "text/html", status=503)
    config(seabridge, source_table("one", web.put("/feed", rss(NEWS, link=web.url("/"))), pages=True))
    asked = "SELECT text_origin, len(problems), version FROM items"
    assert (seabridge("collect").code, query(seabridge.home, asked)) == (0, [("feed", 1, 1)])
    assert (seabridge("collect").code, query(seabridge.home, asked)) == (0, [("feed", 1, 1)])
    web.put("/0", page.encode(), "text/html; charset=utf-8")
    assert (seabridge("collect").code, query(seabridge.home, asked)) == (0, [("page", 0, 2)])
    assert query(seabridge.home, "SELECT outcome FROM dispositions ORDER BY run_id") == [
        ("stored",),
        ("same",),
        ("changed",),
    ]


def test_slow_source_keeps_nobody_waiting(seabridge: Seabridge, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source whose pages never come ends with its visit, the next one is stored; the lease is renewed meanwhile."""
    title, when, _ = NEWS
    go_on = threading.Event()
    renewals: list[datetime] = []

    def heard(path: str) -> None:
        if path.startswith("/tar"):
            go_on.wait(60)

    monkeypatch.setattr("flows.gather.VISIT_SECONDS", 1.5)
    monkeypatch.setattr("flows.collect.RENEW_EVERY", 0.2)
    monkeypatch.setattr("flows.collect.renew", lambda con, run_id, now: renewals.append(now))
    answers: dict[tuple[str, str], Answer] = {}
    with web_server(answers, heard, "127.0.0.1") as port:
        address = f"http://127.0.0.1:{port}"
        pages = rss(*[(f"{title} {n}", when, "") for n in range(9)], link=f"{address}/tar/")
        answers["127.0.0.1", "/slow"] = (200, "text/xml", pages)
        answers["127.0.0.1", "/good"] = (200, "text/xml", rss(NEWS))
        config(seabridge, source_table("slow", f"{address}/slow", pages=True), source_table("good", f"{address}/good"))
        ended = seabridge("collect")
        go_on.set()
    assert ended.code == 0
    assert query(seabridge.home, "SELECT source_id, count(*) FROM items GROUP BY ALL ORDER BY ALL") == [
        ("good", 1),
        ("slow", 9),
    ]
    assert query(seabridge.home, "SELECT count(*) FROM entries WHERE entry_sha256 LIKE '%waiting since%'") == [(9,)]
    assert len(renewals) >= 2
    assert renewals == sorted(renewals)
    assert query(seabridge.home, "SELECT finished_at - started_at > INTERVAL 1 SECOND FROM runs") == [(True,)]


@pytest.mark.slow
def test_nothing_new_is_not_published(seabridge: Seabridge, web: LoopbackWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    """Grouping and publishing grow with what is stored, so they are for news, faults and recoveries only."""
    done: list[str] = []
    for module, name in ((stories, "group"), (collection, "publish")):
        monkeypatch.setattr(module, name, partial(_noted, done, name, getattr(module, name)))

    def collect() -> list[str]:
        done.clear()
        seabridge("collect")
        return list(done)

    config(seabridge, source_table("one", web.put("/feed", rss(NEWS))), source_table("two", web.put("/2", rss(NEWS))))
    assert collect() == ["group", "publish"]
    assert collect() == []
    web.put("/2", b"none", status=404)
    assert collect() == ["publish"]
    assert collect() == ["publish"]  # twice is trouble, which is told
    assert collect() == []
    web.put("/2", rss(NEWS))
    assert collect() == ["publish"]
    web.put("/feed", rss((NEWS[0], NEWS[1], f"{NEWS[2]} It was signed in Washington.")))
    assert collect() == ["group", "publish"]
    (seabridge.home / "published" / "seabridge.duckdb").unlink()
    assert collect() == ["publish"]


def _noted(done: list[str], name: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    done.append(name)
    return function(*args, **kwargs)


def test_changed_news(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """An article that its source changes is one item of version 2, and version 1 is kept."""
    config(seabridge, source_table("one", web.put("/feed", rss(NEWS))))
    seabridge("collect")
    title, when, text = NEWS
    web.put("/feed", rss((title, when, f"{text} It was signed in Washington.")))
    assert seabridge("collect").code == 0
    assert query(seabridge.home, "SELECT version, summary LIKE '%Washington%' FROM items") == [(2, True)]
    assert query(seabridge.home, "SELECT version, summary LIKE '%Washington%' FROM item_versions") == [(1, False)]


def test_same_news_in_two_sources(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """The second one is a copy of the first, and both are one story."""
    title, when, _ = NEWS
    text = NEWS[2] + "".join(f" In step {n} of the arrangement both sides plan a joint project." for n in range(30))
    feed = rss((title, when, text))
    config(
        seabridge,
        source_table("one", web.put("/1", feed)),
        source_table("two", web.put("/2", feed.replace(b"news.example", b"other.example"))),
    )
    assert seabridge("collect").code == 0
    assert query(seabridge.home, "SELECT source_id, outcome FROM dispositions ORDER BY ALL") == [
        ("one", "stored"),
        ("two", "copy-of"),
    ]
    assert query(seabridge.home, "SELECT count(DISTINCT story_id), count(*) FROM story_items") == [(1, 2)]


@pytest.mark.slow
def test_real_feeds(seabridge: Seabridge, web: LoopbackWeb, shared: Path) -> None:
    """Sixteen feeds as they were found: each entry of each ends in one disposition."""
    paths = sorted((shared / "feeds").glob("*.xml"))
    sources = [source_table(f"feed-{n}", web.put(f"/{n}.xml", path.read_bytes())) for n, path in enumerate(paths)]
    config(seabridge, *sources)
    held = {f"feed-{n}": len(parse_feed(path.read_bytes(), "", "").entries) for n, path in enumerate(paths)}
    assert len(held) == 16
    assert min(held.values()) > 0
    assert seabridge("collect").code == 0
    rows = query(seabridge.home, "SELECT source_id, entries_in, entries_out, difference FROM v_disposition_balance")
    assert {source: entries for source, entries, _, _ in rows} == held
    assert {source: entries for source, _, entries, _ in rows} == held
    assert query(seabridge.home, "SELECT count(*) FROM fetches WHERE outcome <> 'read'") == [(0,)]


# ---------------------------------------------------------------- a run that is killed


def disturbed(name: str) -> bool:
    """Tables that may differ after a kill: bookkeeping of runs, and bytes that were received twice."""
    return name in ("runs", "leases", "migrations", "archive", "high_water")


def everything(home: Path) -> dict[str, list[Any]]:
    """All rows of all tables but that bookkeeping, without seconds and moments of storing."""
    with duckdb.connect(str(home / "live.duckdb"), read_only=True) as con:
        names = [
            name for (name,) in con.sql("SELECT table_name FROM duckdb_tables()").fetchall() if not disturbed(name)
        ]
        rows = {}
        for name in names:
            columns = "COLUMNS(one -> one NOT IN ('seconds', 'valid_from', 'valid_to', 'judged_at'))"
            rows[name] = con.sql(f"SELECT {columns} FROM {name} ORDER BY ALL").fetchall()
    return rows


class SampleWeb:
    """Half of the sample week on addresses that another process can reach: one of 127.0.0.x for each outlet."""

    def __init__(self) -> None:
        week = resources(SAMPLE_NOW, midweek=False)
        hosts = sorted({host for host, _ in week})
        self.place = {host: f"127.0.0.{number}" for number, host in enumerate(hosts, start=11)}
        self.week = week
        self.answers: dict[tuple[str, str], Answer] = {}
        self.requests = 0
        self.kill_at: int | None = None
        self.victim: subprocess.Popen[bytes] | None = None

    def fill(self, port: int) -> None:
        for (host, path), resource in self.week.items():
            body = resource.body
            if not resource.content_type.startswith("application/pdf"):
                for name, address in self.place.items():
                    for scheme in (b"http://", b"https://"):
                        body = body.replace(scheme + name.encode(), f"http://{address}:{port}".encode())
            self.answers[self.place[host], path] = (200, resource.content_type, body)

    def sources(self, port: int) -> list[dict[str, Any]]:
        tables = []
        for source in sample_sources()[:6]:
            host = source.url.split("/")[2]
            if host in self.place:
                url = source.url.replace(host, f"{self.place[host]}:{port}")
                tables.append({**asdict(source), "url": url, "homepage": None})
        return tables

    def heard(self, path: str) -> None:
        self.requests += 1
        if self.requests == self.kill_at and self.victim is not None:
            os.kill(self.victim.pid, signal.SIGKILL)


@pytest.fixture
def sample_web(seabridge: Seabridge) -> Iterator[SampleWeb]:
    sample = SampleWeb()
    with web_server(sample.answers, heard=sample.heard) as port:
        sample.fill(port)
        config_folder(seabridge.config, sample.sources(port))
        yield sample


def collected(seabridge: Seabridge, home: Path, sample: SampleWeb) -> int:
    """One collection into this home that nobody disturbs; its exit code."""
    sample.requests, sample.kill_at = 0, None
    seabridge.monkeypatch.setenv("SEABRIDGE_HOME", str(home))
    return seabridge("collect").code


def was_killed(seabridge: Seabridge, home: Path, sample: SampleWeb, kill_at: int, after: float) -> bool:
    """One collection in its own process, killed at the given request, or so many seconds after it, if it still runs."""
    sample.requests, sample.kill_at = 0, kill_at if not after else None
    sample.victim = process = subprocess.Popen(
        [sys.executable, "-m", "flows", "collect"],
        cwd=REPOSITORY,
        env={**os.environ, **seabridge.environment, "SEABRIDGE_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if after:
        while sample.requests < kill_at and process.poll() is None:
            time.sleep(0.01)
        time.sleep(after)
        process.kill()
    return process.wait(timeout=120) == -signal.SIGKILL


@pytest.mark.slow
def test_killed_at_any_moment(seabridge: Seabridge, sample_web: SampleWeb, tmp_path: Path) -> None:
    """kill -9 while it fetches, judges, stores, groups or publishes, then again: the rows of an undisturbed run."""
    assert collected(seabridge, tmp_path / "calm", sample_web) == 0
    wanted, requests = everything(tmp_path / "calm"), sample_web.requests
    assert len(wanted["items"]) > 25
    kills = 0
    moments = [
        (requests // 2, 0.0),
        (requests, 0.05),
        (requests, 0.6),
    ]
    for number, (kill_at, after) in enumerate(moments):
        home = tmp_path / f"home{number}"
        if was_killed(seabridge, home, sample_web, kill_at, after):
            kills += 1
            if query(home, "SELECT state FROM runs") != [("completed",)]:  # else it was killed on its way out
                assert collected(seabridge, home, sample_web) == 0
        found = everything(home)
        assert {name for name in wanted if found[name] != wanted[name]} == set(), (kill_at, after)
        seabridge.monkeypatch.setenv("SEABRIDGE_HOME", str(home))
        reread = seabridge("reparse", "--dry-run", "--json")
        figures = json.loads(reread.out)["figures"]
        assert (reread.code, figures["items new"], figures["items changed"]) == (0, 0, 0), (kill_at, after, reread)
    assert kills >= 2


def test_dead_sources_before_a_slow_one_are_judged(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """Somebody answered, so it is not our own network: those with names that nobody knows are in trouble."""
    dead = [source_table(f"dead{n}", f"http://dead{n}.invalid/") for n in range(6)]
    config(seabridge, *dead, source_table("one", web.put("/feed", rss(NEWS))))
    assert seabridge("collect").code == 4
    assert query(seabridge.home, "SELECT state, count(*) FROM feed_states GROUP BY state ORDER BY state") == [
        ("dns", 6),
        ("ok", 1),
    ]


def test_recovery_at_a_new_address_is_told(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """The remedy for a page in the place of a feed is another address: that it helped is said, once."""
    config(seabridge, source_table("one", web.put("/page", b"<!DOCTYPE html><title>Sorry</title>", "text/html")))
    assert seabridge("collect").code == 1
    config(seabridge, source_table("one", web.put("/feed", rss(NEWS))))
    assert "recovered: One (one): answers at its new address" in seabridge("collect").out
    assert "recovered" not in seabridge("collect").out
    kinds = query(seabridge.home, "SELECT kind FROM source_events ORDER BY run_id")
    assert kinds == [("trouble",), ("recovered",)]


def test_nobody_is_blamed_for_our_own_network(seabridge: Seabridge) -> None:
    """Six names, none of which is known: the run failed, and no source is in trouble for it."""
    config(seabridge, *[source_table(f"dead{n}", f"http://dead{n}.invalid/") for n in range(6)])
    assert seabridge("collect").code == 1
    assert query(seabridge.home, "SELECT DISTINCT state FROM feed_states") == [(None,)]
    assert query(seabridge.home, "SELECT * FROM source_events") == []


STOP = """
import os, flows.collect
from flows.__main__ import main
store = flows.collect.store_visits
def store_one(*args):
    store(*args)
    os._exit(9)
flows.collect.store_visits, flows.collect.STORED_AT_ONCE = store_one, 1
main()
"""


@pytest.mark.slow
def test_other_request_does_not_finish_a_killed_run(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """`--source` after a killed collection of all begins anew, and what the killed one stored is grouped and shown."""
    for number in range(3):
        news = (f"{NEWS[0]} {number}", NEWS[1], f"{NEWS[2]} {number}")
        web.put(f"/{number}", rss(news, link=f"http://n{number}.example/"))
    config(seabridge, *[source_table(f"s{number}", web.url(f"/{number}")) for number in range(3)])
    environment = {**os.environ, **seabridge.environment}
    killed = subprocess.run([sys.executable, "-c", STOP, "collect"], cwd=REPOSITORY, env=environment, check=False)
    assert killed.returncode == 9
    assert seabridge("collect", "--source", "s1").code == 0
    runs = query(seabridge.home, "SELECT state, request, resumed FROM runs ORDER BY run_id")
    assert runs == [("failed", "all", 0), ("completed", "s1", 0)]
    assert query(seabridge.home, "SELECT source_id FROM story_items JOIN items USING (item_id) ORDER BY ALL") == [
        ("s0",),
        ("s1",),
    ]
    shown = seabridge("sql", "SELECT count(*) AS n FROM v_items", "--format", "csv")
    assert shown.out.split() == ["n", "2"]
    assert seabridge("collect").code == 0
    assert query(seabridge.home, "SELECT count(*) FROM items") == [(3,)]


# ---------------------------------------------------------------- somebody else has the database

HOLD = (
    "import sys; from pathlib import Path; from storage.database import open_live\n"
    "with open_live(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
)


@pytest.mark.slow
def test_busy(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """While another process has the live file, `sql` answers from the snapshot; `collect` ends with 5 and its PID."""
    config(seabridge, source_table("one", web.put("/feed", rss(NEWS))))
    seabridge("collect")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(seabridge.home)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    asked = seabridge("sql", "SELECT title FROM v_items", "--format", "csv")
    seabridge.monkeypatch.setattr("storage.database.PATIENCE", 1.0)
    refused = seabridge("collect")
    holder.communicate()
    assert (asked.code, asked.out.splitlines()) == (0, ["title", NEWS[0]])
    assert (refused.code, f"PID {holder.pid}" in refused.err) == (5, True)
    assert seabridge("collect").code == 0


def test_one_collection_at_a_time(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """A second collection beside a living one ends with 5 and does not disturb it."""
    reached, go_on = threading.Event(), threading.Event()

    def heard(path: str) -> None:
        reached.set()
        go_on.wait(30)

    answers: dict[tuple[str, str], Answer] = {("127.0.0.1", "/feed"): (200, "text/xml", rss(NEWS))}
    with web_server(answers, heard=heard, address="127.0.0.1") as port:
        config(seabridge, source_table("one", f"http://127.0.0.1:{port}/feed"))
        first = seabridge.start("collect")
        assert reached.wait(60)
        second = seabridge("collect")
        go_on.set()
        first.communicate(timeout=60)
    assert (second.code, f"PID {first.pid}" in second.err) == (5, True)
    assert first.returncode == 0
    assert query(seabridge.home, "SELECT count(*), any_value(state) FROM runs") == [(1, "completed")]


def test_clock(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """SEABRIDGE_NOW is the clock of every row; one without offset is refused."""
    config(seabridge, source_table("one", web.put("/feed", rss(NEWS))))
    assert seabridge("collect", now="2025-06-30T05:00:00").code == 2
    assert seabridge("collect", now="2025-06-29T05:00:00+02:00").code == 0
    ((first_seen,),) = query(seabridge.home, "SELECT first_seen_at FROM items")
    assert first_seen == datetime.fromisoformat("2025-06-29T05:00:00+02:00")
