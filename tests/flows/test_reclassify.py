"""Judging the archive again: what breaks in the middle is closed, and the next run does the rest."""

import dataclasses
from pathlib import Path

import pytest
from builders import config_folder, rss, source_table
from drivers import LoopbackWeb

from flows import reclassify as module
from flows.collect import Network, collect
from flows.reclassify import reclassify
from flows.sample_server import SAMPLE_NOW
from flows.settings import Settings, load
from parsers.judging.topic_file import Phrases, Words
from storage.database import open_live
from storage.runs import last_runs


@pytest.fixture
def collected(tmp_path: Path, web: LoopbackWeb) -> Settings:
    """Two items, judged by rules that are not today's."""
    feed = web.put("/feed", rss(("EU and US sign arrangement", SAMPLE_NOW, "x"), ("NATO plans", SAMPLE_NOW, "y")))
    config_folder(tmp_path / "config", [source_table("one", feed)])
    settings = load(config=tmp_path / "config", home=tmp_path / "home")
    collect(settings, SAMPLE_NOW, network=Network(seeds=False))
    topics = dataclasses.replace(settings.topics, topics=settings.topics.topics[1:])
    return dataclasses.replace(settings, topics=topics)


@pytest.mark.parametrize("place", ["store_judgements", "group_stories"])
def test_a_run_that_breaks_is_closed(collected: Settings, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """The fault is recorded, the lease is free at once, and the next run judges what is left."""

    def broken(*_: object) -> None:
        raise ValueError("broken")

    with monkeypatch.context() as patched:
        patched.setattr(module, place, broken)
        with pytest.raises(ValueError, match="broken"):
            reclassify(collected, SAMPLE_NOW)
    with open_live(collected.home) as con:
        (run,) = [run for run in last_runs(con, 9) if run.flow == "reclassify"]
        assert (run.state, run.summary) == ("failed", {"reason": "ValueError: broken"})
        assert con.execute("SELECT flow FROM leases").fetchall() == []
    again = reclassify(collected, SAMPLE_NOW)
    assert again.state == ("done" if place == "store_judgements" else "nothing")
    assert reclassify(collected, SAMPLE_NOW).state == "nothing"


def test_a_copy_that_becomes_relevant_is_known_as_one(tmp_path: Path, web: LoopbackWeb) -> None:
    """Off-topic items are not compared; when new rules call them relevant, their originals are looked for."""
    title = "EU and US sign arrangement on defence cooperation in Brussels"
    words = "NATO allies and the European Union agreed with the United States on joint defence procurement. " * 9
    feeds = [web.put(path, rss((title, SAMPLE_NOW, words))) for path in ("/a", "/b")]
    config_folder(tmp_path / "config", [source_table(f"s{n}", url) for n, url in enumerate(feeds)])
    settings = load(config=tmp_path / "config", home=tmp_path / "home")
    nothing = Words(en="zzz")
    deaf = dataclasses.replace(
        settings.topics,
        groups=dict.fromkeys(settings.topics.groups, nothing),
        topics=tuple(
            dataclasses.replace(topic, phrases=(Phrases(en="zzz"),), around=(), unless=())
            for topic in settings.topics.topics
        ),
    )
    collect(dataclasses.replace(settings, topics=deaf), SAMPLE_NOW, network=Network(seeds=False))
    find = "SELECT relevance, count(*), count(copy_of) FROM v_items GROUP BY relevance"
    with open_live(settings.home) as con:
        assert con.execute(find).fetchall() == [("off", 2, 0)]
    reclassify(settings, SAMPLE_NOW)
    with open_live(settings.home) as con:
        assert con.execute(find).fetchall() == [("core", 2, 1)]
