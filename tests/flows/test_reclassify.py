"""Judging the archive again: only by accepted rules, in full, and to the end, whatever breaks in the middle."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import config_folder, rss, source_table
from drivers import REPOSITORY, LoopbackWeb, Seabridge, collected_home

from flows import reclassify as module
from flows.collect import Network, collect
from flows.orchestrated import FLOWS
from flows.overrides import override
from flows.reclassify import reclassify
from flows.report import Report
from flows.rules import configured_rules
from flows.sample_server import SAMPLE_NOW
from flows.settings import Settings, load
from parsers.errors import Misconfigured
from parsers.judging.topic_file import Phrases, Words
from parsers.judging.topics import Rules
from parsers.model import Item, JudgedItem, Override
from storage.database import open_live
from storage.runs import last_runs

NEWS = (
    (
        "EU opens PESCO projects to the United States",
        "The United States may join PESCO projects under permanent structured cooperation, the Pentagon said. " * 3,
    ),
    (
        "European Defence Agency and Pentagon sign administrative arrangement",
        "The European Defence Agency and the Pentagon signed an administrative arrangement on information. " * 3,
    ),
)
CURRENT = "SELECT item_id, topics, relevance, rules_version FROM v_items ORDER BY item_id"


FEED = rss(*((title, SAMPLE_NOW - timedelta(days=2), text) for title, text in NEWS))


@pytest.fixture(scope="module")
def two_items(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return collected_home(tmp_path_factory.mktemp("two-items"), FEED)


@pytest.fixture
def collected(tmp_path: Path, web: LoopbackWeb, two_items: Path) -> Settings:
    """Two items, one with PESCO as topic and one with the arrangement, judged by accepted rules."""
    shutil.copytree(two_items, tmp_path / "home")
    config_folder(tmp_path / "config", [source_table("one", web.put("/feed", FEED))])
    return load(config=tmp_path / "config", home=tmp_path / "home")


def gathered(settings: Settings) -> Report:
    return collect(settings, SAMPLE_NOW, network=Network(seeds=False))


def without(settings: Settings, topic: str) -> Settings:
    """Other rules: nothing speaks for this topic any more, and what was learned of it is forgotten."""
    topics = tuple(
        replace(one, phrases=(Phrases(en="zzz zzz"),)) if one.id == topic else one for one in settings.topics.topics
    )
    bias = {**settings.weights.bias, topic: -30.0}
    return replace(
        settings, topics=replace(settings.topics, topics=topics), weights=replace(settings.weights, bias=bias)
    )


def accepted(settings: Settings) -> Report:
    return reclassify(settings, SAMPLE_NOW, accept=configured_rules(settings).version)


def rows(settings: Settings, query: str = CURRENT) -> list[tuple[Any, ...]]:
    with open_live(settings.home) as con:
        return con.execute(query).fetchall()


def topics(settings: Settings) -> list[str]:
    return sorted(topic for _, given, *_ in rows(settings) for topic in given)


EVERYTHING = "SELECT * FROM labels", "SELECT * FROM judgements", "SELECT rules_version FROM rules", CURRENT


def test_nothing_is_applied_that_nobody_accepted(collected: Settings) -> None:
    """Other rules are a question: what they would change by topic and relevance, how to accept; nothing is stored."""
    before = [rows(collected, query) for query in EVERYTHING]
    other = without(collected, "pesco")
    asked = reclassify(other, SAMPLE_NOW)
    versions = [configured_rules(one).version for one in (collected, other)]
    assert (asked.state, asked.exit_code) == ("decision", 6)
    assert [asked.figures["rules in force"], asked.figures["rules proposed"]] == versions
    assert (asked.figures["items"], asked.figures["  pesco"]) == (2, "+0 -1")
    assert any(f"--accept {versions[1]}" in line for line in asked.lines)
    rehearsed = reclassify(other, SAMPLE_NOW, dry_run=True)
    assert (rehearsed.state, rehearsed.figures["items judged"]) == ("done", 2)
    assert [rows(collected, query) for query in EVERYTHING] == before


def test_another_version_is_not_accepted(collected: Settings) -> None:
    """Who accepts rules must have seen those: a version that is not that of config/ is refused, with the right one."""
    other = without(collected, "pesco")
    for version in (configured_rules(collected).version, "nonsense"):
        with pytest.raises(Misconfigured, match=configured_rules(other).version):
            reclassify(other, SAMPLE_NOW, accept=version)
    assert "pesco" in topics(collected)


def test_accepted_rules_are_applied(collected: Settings) -> None:
    """To all items; old labels stay under their version; once more there is nothing to do."""
    before = rows(collected)
    other = without(collected, "pesco")
    told = accepted(other)
    assert (told.state, told.figures["items judged"]) == ("done", 2)
    assert told.figures["topics lost"] == 1
    assert "pesco" not in topics(collected)
    old = "SELECT item_id, topic FROM v_labels WHERE NOT is_current ORDER BY item_id, topic"
    assert rows(collected, old) == sorted((item, topic) for item, given, *_ in before for topic in given)
    assert (accepted(other).state, reclassify(other, SAMPLE_NOW).state) == ("nothing", "nothing")
    assert accepted(collected).state == "done"
    assert rows(collected) == before, "back to the first rules"


def test_a_collection_goes_on_by_accepted_rules(collected: Settings, web: LoopbackWeb) -> None:
    """Changed rules wait: what comes is judged by those in force, and the report says that others wait."""
    title, text = NEWS[0]
    news = [(f"{title}: {word}", SAMPLE_NOW, f"{text} {word}") for word in ("first", "second", "third")]
    web.put("/feed", rss(*news))
    other = without(collected, "pesco")
    told = gathered(other)
    assert any("reclassify --accept" in line and configured_rules(other).version in line for line in told.lines)
    assert {version for *_, version in rows(collected)} == {configured_rules(collected).version}
    assert topics(collected).count("pesco") == 3
    accepted(other)
    assert not any("--accept" in line for line in gathered(other).lines)


def test_a_home_without_items_takes_the_rules_as_they_are(collected: Settings, tmp_path: Path) -> None:
    """There is nothing that other rules could change, however often the configuration does before the first item."""
    empty = replace(collected, home=tmp_path / "empty", sources=())
    for settings in (empty, without(empty, "pesco"), without(empty, "dialogue")):
        assert not any("--accept" in line for line in gathered(settings).lines)
        assert reclassify(settings, SAMPLE_NOW).state == "nothing"


UNREADABLE = {
    "no JSON": "{",
    "another shape": '{"topics": 7}',
    "rules that judge otherwise now": None,
}


@pytest.mark.parametrize("content", list(UNREADABLE.values()), ids=list(UNREADABLE))
def test_rules_kept_by_another_version_of_seabridge(collected: Settings, content: str | None) -> None:
    """They cannot be made again: those of config/ judge, it is said, and the archive is judged again when accepted."""
    with open_live(collected.home) as con:
        con.execute("UPDATE rules SET rules_version = 'older', content = coalesce(?, content)", [content])
        for table in ("judgements", "labels", "evidence"):
            con.execute(f"UPDATE {table} SET rules_version = 'older'")
        con.execute("DELETE FROM labels WHERE topic = 'pesco'")
    told = gathered(collected)
    assert told.exit_code in (0, 3)
    assert any("cannot make again" in line for line in told.lines)
    asked = reclassify(collected, SAMPLE_NOW)
    assert (asked.state, asked.figures["rules in force"]) == ("decision", "older")
    assert asked.figures["  pesco"] == "+1 -0", "measured against what is stored"
    assert accepted(collected).state == "done"
    assert "pesco" in topics(collected)
    assert not any("cannot" in line for line in gathered(collected).lines)


@pytest.mark.parametrize("place", ["store_judgements", "group_stories"])
def test_a_run_that_breaks_is_closed(collected: Settings, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """The fault is recorded, the lease is free at once, and the next run does what is left, to stories and snapshot."""

    def broken(*_: object) -> None:
        raise ValueError("broken")

    other = without(collected, "pesco")
    with monkeypatch.context() as patched:
        patched.setattr(module, place, broken)
        with pytest.raises(ValueError, match="broken"):
            accepted(other)
    with open_live(collected.home) as con:
        (run,) = [run for run in last_runs(con, 9) if run.flow == "reclassify"]
        assert (run.state, run.summary) == ("failed", {"reason": "ValueError: broken"})
        assert con.execute("SELECT flow FROM leases").fetchall() == []
    again = reclassify(other, SAMPLE_NOW + timedelta(minutes=1))
    assert (again.state, again.figures["items judged"]) == ("done", 2 if place == "store_judgements" else 0)
    assert reclassify(other, SAMPLE_NOW).state == "nothing"


@pytest.mark.slow
def test_a_killed_run_goes_on_where_it_stopped(seabridge: Seabridge, collected: Settings) -> None:
    """Killed between two batches: what was judged stays, the next one needs no second acceptance and does the rest."""
    path = seabridge.config / "topics" / "03-pesco.toml"
    path.write_text(path.read_text() + '\n[[topics.phrases]]\nweight = 0.6\nen = "zzyzx cooperation"\n')
    version = json.loads(seabridge("reclassify", "--json").out)["figures"]["rules proposed"]
    code = """
import os, signal, sys
from flows import reclassify as module
module.BATCH = 1
stored = module.store_judgements
def once(*given):
    stored(*given)
    given[0].close()
    os.kill(os.getpid(), signal.SIGKILL)
module.store_judgements = once
sys.argv = ["seabridge", "reclassify", "--accept", sys.argv[1]]
from flows.__main__ import main
main()
"""
    killed = subprocess.run(
        [sys.executable, "-c", code, version],
        cwd=REPOSITORY,
        env={**os.environ, **seabridge.environment},
        check=False,
        capture_output=True,
    )
    assert killed.returncode == -signal.SIGKILL
    assert sorted(version == now for *_, now in rows(collected)) == [False, True]
    told = json.loads(seabridge("reclassify", "--json").out)
    assert (told["state"], told["figures"]["items judged"]) == ("done", 1)
    assert {now for *_, now in rows(collected)} == {version}


def test_a_decision_made_meanwhile_is_not_lost(collected: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody adds and withdraws topics while a batch is judged: the batch is stored with what they decided."""
    (first, *_), (second, *_) = rows(collected)
    override(collected, SAMPLE_NOW, second, ["enlargement"], "add", "x")
    judge = module.judge_item
    judged: list[str] = []

    def judge_slowly(rules: Rules, item: Item, overrides: Sequence[Override] = ()) -> JudgedItem:
        judged.append(item.id)
        if len(judged) == 2:
            override(collected, SAMPLE_NOW, first, ["enlargement"], "add", "x")
            override(collected, SAMPLE_NOW, second, ["enlargement"], "withdraw", "x")
        return judge(rules, item, overrides)

    monkeypatch.setattr(module, "judge_item", judge_slowly)
    accepted(without(collected, "pesco"))
    given = {item: set(topics) for item, topics, *_ in rows(collected)}
    assert ("enlargement" in given[first], "enlargement" in given[second]) == (True, False)


def test_a_copy_that_becomes_relevant_is_known_as_one(tmp_path: Path, web: LoopbackWeb) -> None:
    """Off-topic items are not compared; when new rules call them relevant, their originals are looked for."""
    feeds = [web.put(path, rss((NEWS[1][0], SAMPLE_NOW, NEWS[1][1] * 3))) for path in ("/a", "/b")]
    config_folder(tmp_path / "config", [source_table(f"s{n}", url) for n, url in enumerate(feeds)])
    settings = load(config=tmp_path / "config", home=tmp_path / "home")
    nothing = Words(en="zzz")
    deaf = replace(settings.topics, groups=dict.fromkeys(settings.topics.groups, nothing))
    weights = replace(settings.weights, on_topic={**settings.weights.on_topic, "": -99.0})
    gathered(replace(settings, topics=deaf, weights=weights))
    find = "SELECT relevance, count(*), count(copy_of) FROM v_items GROUP BY relevance"
    assert rows(settings, find) == [("off", 2, 0)]
    accepted(settings)
    assert rows(settings, find) == [("core", 2, 1)]


def test_as_a_prefect_flow() -> None:
    """The form in the UI has the two questions of the command, and neither applies anything by itself."""
    form = FLOWS["reclassify"].parameters.properties
    assert {name: (one["type"], one["default"]) for name, one in form.items()} == {
        "accept": ("string", ""),
        "dry_run": ("boolean", False),
    }
    assert all(one["description"] for one in form.values())
