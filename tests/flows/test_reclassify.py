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
