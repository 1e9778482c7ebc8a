"""The five documents the product is built around: whole where they are at hand, as our own abstracts elsewhere."""

import json
from pathlib import Path

import pytest
from builders import config_folder, rss, source_table
from drivers import LoopbackWeb, Seabridge

from flows.sample_server import SAMPLE_NOW


@pytest.fixture
def small(seabridge: Seabridge, web: LoopbackWeb) -> Seabridge:
    """A configuration with one source, so that a collection is about the seeds."""
    config_folder(seabridge.config, [source_table("one", web.put("/feed", rss(("News", SAMPLE_NOW, "Some news."))))])
    return seabridge


def ask(seabridge: Seabridge, sql: str) -> list[dict[str, object]]:
    told = seabridge("sql", sql, "--format", "json")
    assert told.code == 0, told.err
    rows = json.loads(told.out)
    assert isinstance(rows, list)
    return rows


def test_without_the_corpus(small: Seabridge) -> None:
    """Five seeds as abstracts, each with its topics, and the run is complete."""
    assert small("collect").code == 0
    rows = ask(small, "SELECT text_origin, count(*) AS seeds, min(len(topics)) AS topics FROM v_seeds GROUP BY ALL")
    assert [(row["text_origin"], row["seeds"]) for row in rows] == [("abstract", 5)]
    assert int(str(rows[0]["topics"])) > 0


@pytest.mark.slow
def test_with_the_corpus(small: Seabridge, shared: Path) -> None:
    """Each document is there with all its paragraphs, and every topic with clear evidence is found in it."""
    small.monkeypatch.setenv("SEABRIDGE_SEEDS", str(shared / "seeds"))
    assert small("collect").code == 0
    facts = json.loads((shared / "data" / "seed_facts.json").read_text())["seeds"]
    strong = {seed["file"]: set(seed["topics_strong"]) for seed in facts}
    rows = ask(small, "SELECT file, text_origin, text FROM seeds ORDER BY file")
    counted = ask(small, "SELECT file, count(*) AS n FROM seed_paragraphs JOIN seeds USING (seed_id) GROUP BY file")
    labels = ask(small, "SELECT file, topic FROM seed_labels JOIN seeds USING (seed_id, rules_version)")
    assert {row["file"]: row["text_origin"] for row in rows} == dict.fromkeys(strong, "seed")
    for row in rows:
        written = (shared / "seeds" / str(row["file"])).read_text()
        assert len(str(row["text"])) > 0.75 * len(written), "more is missing than addresses and page furniture"
    assert {row["file"]: row["n"] for row in counted} == {seed["file"]: seed["paragraph_count"] for seed in facts}
    found = {file: {str(label["topic"]) for label in labels if label["file"] == file} for file in strong}
    assert {file: strong[file] - found[file] for file in strong} == {file: set() for file in strong}


@pytest.mark.slow
def test_corpus_that_comes_later_and_goes(small: Seabridge, shared: Path) -> None:
    """Abstracts give way to the documents as soon as these are there, and the documents stay when the folder goes."""
    small("collect")
    small.monkeypatch.setenv("SEABRIDGE_SEEDS", str(shared / "seeds"))
    small("collect")
    small.monkeypatch.setenv("SEABRIDGE_SEEDS", str(small.home / "nowhere"))
    small("collect")
    rows = ask(small, "SELECT text_origin, count(*) AS seeds FROM v_seeds GROUP BY ALL")
    assert [(row["text_origin"], row["seeds"]) for row in rows] == [("seed", 5)]
