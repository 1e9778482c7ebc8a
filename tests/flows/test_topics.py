"""Measuring and comparing rules: topics list, eval and diff."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from builders import config_folder, source_table
from drivers import REPOSITORY, Seabridge

from flows.commands import topics as commands
from flows.rules import configured_rules
from flows.sample_server import SAMPLE_NOW
from flows.settings import load
from flows.topics import difference, evaluate
from parsers.errors import Misconfigured
from storage.database import open_live
from storage.editions import set_edition_state
from storage.rules import accept_rules

PESCO_TITLE = "EU opens PESCO projects to the United States"
PESCO_TEXT = "The United States may join PESCO projects of permanent structured cooperation, the Pentagon said. " * 3
LABELLED = Path(__file__).parent.parent / "data" / "labelled" / "taught" / "short.jsonl"


def test_list(ready: Seabridge) -> None:
    """21 topics, each with a definition."""
    rows = [json.loads(line) for line in ready("topics", "list", "--json").out.splitlines()]
    assert len(rows) == 21
    assert all(row["definition"] for row in rows)


def test_eval(ready: Seabridge) -> None:
    """Precision, recall and F1 by topic and language over labelled items, as a table and as JSON."""
    told = ready("topics", "eval", str(LABELLED))
    values = json.loads(ready("topics", "eval", str(LABELLED), "--json").out)
    assert (told.code, f"items {values['items']}" in told.out) == (0, True)
    assert values["items"] == len(LABELLED.read_text().splitlines())
    assert 0 < values["micro"]["f1"] <= 1


def test_eval_counts_right(ready: Seabridge, tmp_path: Path) -> None:
    """Labels equal to the judgement score 1; a label that the rules cannot find costs recall."""
    text = "The European Defence Agency and the Pentagon signed an administrative arrangement. " * 3
    item = {"id": 1, "title": "EU and US sign defence arrangement", "text": text, "language": "en"}
    judged = json.loads(ready("classify", stdin=json.dumps(item).encode()).out)
    found = [topic["id"] for topic in judged["topics"]]
    file = tmp_path / "labelled.jsonl"
    file.write_text(json.dumps({**item, "labels": found, "relevance": judged["relevance"]}))
    assert json.loads(ready("topics", "eval", str(file), "--json").out)["micro"]["f1"] == 1
    file.write_text(json.dumps({**item, "labels": [*found, "counter-terrorism"], "relevance": "off"}))
    worse = json.loads(ready("topics", "eval", str(file), "--json").out)
    assert worse["micro"]["recall"] == pytest.approx(len(found) / (len(found) + 1))
    assert worse["relevance_accuracy"] == 0


def test_eval_names_bad_lines(ready: Seabridge, tmp_path: Path) -> None:
    """Every line that cannot be used is named, with exit code 2."""
    file = tmp_path / "labelled.jsonl"
    good = {"title": "t", "text": "x", "labels": [], "relevance": "off"}
    lines = [
        {**good, "labels": ["no-such"]},
        {**good, "relevance": "maybe"},
        {"title": "t"},
        good,
        {**good, "title": 5},
        {**good, "labels": [1, "pesco"]},
        {**good, "labels": "pesco"},
    ]
    file.write_text("\n".join([*map(json.dumps, lines), "{", "[]"]))
    told = ready("topics", "eval", str(file))
    assert told.code == 2
    assert [number for number in range(1, 10) if f"line {number}:" in told.err] == [1, 2, 3, 5, 6, 7, 8, 9]
    assert ready("topics", "eval", str(tmp_path / "absent")).code == 2


def test_eval_with_line_separators_in_a_text(ready: Seabridge, tmp_path: Path) -> None:
    """A text may hold every character that JSON lets stand, also those that Python calls the end of a line."""
    file = tmp_path / "labelled.jsonl"
    line = {"title": "t", "text": "one\u2028two\x85three", "labels": [], "relevance": "off"}
    file.write_text(json.dumps(line, ensure_ascii=False), encoding="utf-8")
    assert ready("topics", "eval", str(file)).code == 0


def test_eval_of_nothing(ready: Seabridge, tmp_path: Path) -> None:
    """Without a labelled item nothing is measured, so no floor holds."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "blank.jsonl").write_text("\n\n")
    for name in ("empty", "blank.jsonl"):
        told = ready("topics", "eval", str(tmp_path / name))
        assert (told.code, "no labelled item" in told.err) == (2, True)


@pytest.fixture
def checkout(ready: Seabridge, tmp_path: Path) -> Path:
    """The labelled items of a checkout, a folder with one file; PESCO has a floor of 0.9."""
    folder = tmp_path / "labelled"
    folder.mkdir()
    (path,) = ready.config.glob("topics/*-pesco.toml")
    lines = [line for line in path.read_text().splitlines() if not line.startswith("floor =")]
    path.write_text("\n".join(line.replace("core =", "floor = 0.9\ncore =", 1) for line in lines) + "\n")
    line = {"title": PESCO_TITLE, "text": PESCO_TEXT, "labels": ["pesco"], "relevance": "core", "language": "en"}
    (folder / "own.jsonl").write_text(json.dumps(line))
    ready.monkeypatch.setattr(commands, "LABELLED", folder)
    return folder


def test_eval_in_a_checkout(ready: Seabridge, checkout: Path) -> None:
    """Without FILE all files of the folder are measured, and a topic below its floor ends the command with 1."""
    assert ready("topics", "eval").code == 0
    line = {"title": "A bakery wins", "text": "Bread. " * 30, "labels": ["pesco"], "relevance": "core"}
    (checkout / "deeper").mkdir()
    (checkout / "deeper" / "more.jsonl").write_text("\n".join([json.dumps(line)] * 9))
    told = ready("topics", "eval", "--json")
    measured = json.loads(told.out)
    assert (told.code, measured["items"], measured["below_floor"]) == (1, 10, ["pesco"])
    assert "pesco is below its floor: 0.18 <" in ready("topics", "eval").out
    assert ready("topics", "eval", str(checkout)).code == 0, "somebody else's items are measured, not held to floors"
    ready.monkeypatch.setattr(commands, "LABELLED", checkout / "absent")
    assert ready("topics", "eval").code == 2


def test_intervals_and_bands_are_shown(ready: Seabridge, checkout: Path) -> None:
    """Each share stands beside its interval; one item of one says little."""
    measured = json.loads(ready("topics", "eval", "--json").out)
    low, high = measured["topics"]["pesco"]["recall_interval"]
    assert (measured["topics"]["pesco"]["recall"], high) == (1, 1)
    assert low == pytest.approx(0.21, abs=0.01)
    assert "0.21-1.00" in ready("topics", "eval").out
    assert measured["core_bands"][0]["cases"] == 1


# ---------------------------------------------------------------- diff


def other_rules(ready: Seabridge, topic: str = "pesco") -> None:
    """Nothing speaks for the topic any more in config/."""
    (path,) = ready.config.glob(f"topics/*-{topic}.toml")
    text = path.read_text()
    path.write_text(text[: text.index("[[topics.phrases]]")] + '[[topics.phrases]]\nen = "zzyzx zzyzx"\n')
    model = json.loads((REPOSITORY / "config" / "topics.model.json").read_text())
    model["bias"][topic] = -30.0
    (ready.config / "topics.model.json").write_text(json.dumps(model))


def test_diff_of_the_same_rules(ready: Seabridge) -> None:
    """Nothing is changed (3), by whatever names: accepted, configured, a version or its beginning, a folder, a file."""
    version = configured_rules(load(ready.config, ready.home)).version
    file = ready.config / "topics.toml"
    for old, new in (("accepted", "configured"), (version, version[:5]), (str(ready.config), str(file))):
        told = ready("topics", "diff", old, new)
        assert (told.code, f"{version} -> {version}" in told.out) == (3, True), told.err


def test_diff(ready: Seabridge, checkout: Path) -> None:
    """Without the phrases of a topic its items lose it, editions look different, figures fall; nothing is stored."""
    with open_live(ready.home) as con:
        set_edition_state(con, "2025-W26/weekly/en", 1, "approved", SAMPLE_NOW)
        had = {row[0] for row in con.execute("SELECT item_id FROM labels WHERE topic = 'pesco'").fetchall()}
        before = con.execute("SELECT * FROM labels ORDER BY ALL").fetchall()
    other_rules(ready)
    told = ready("topics", "diff", "--json")
    found = json.loads(told.out)
    assert told.code == 0
    assert {item for topic, item, _, change in found["changes"] if (topic, change) == ("pesco", "lost")} == had != set()
    assert list(found["editions"]) == ["2025-W26/weekly/en"]
    assert found["labelled"]["pesco"] == [1, 0]
    assert found["old"] != found["new"]
    shown = ready("topics", "diff", "stored").out
    assert re.search(rf"^pesco +\+0 +-{len(had)}$", shown, re.MULTILINE)
    assert "2025-W26/weekly/en would have looked different" in shown
    assert f"{found['old']} -> {found['new']}" in shown
    with open_live(ready.home) as con:
        assert con.execute("SELECT * FROM labels ORDER BY ALL").fetchall() == before
    assert json.loads(ready("topics", "diff", "configured", "accepted", "--json").out)["labelled"]["pesco"] == [0, 1]


def test_diff_with_a_topic_that_only_one_knows(ready: Seabridge, checkout: Path) -> None:
    """Rules that do not know a topic never give it: that is measured, and no reason to refuse the labelled items."""
    settings = load(ready.config, ready.home)
    rules = configured_rules(settings)
    left = tuple(topic for topic in settings.topics.topics if topic.id != "pesco")
    fewer = configured_rules(replace(settings, topics=replace(settings.topics, topics=left)))
    found = difference(settings, rules, fewer, checkout)
    assert found.labelled["pesco"] == (1, 0)
    assert {(topic, change) for topic, *_, change in found.changes} >= {("pesco", "lost")}
    with pytest.raises(Misconfigured, match="unknown topics pesco"):
        evaluate(fewer, checkout)


def test_diff_keeps_what_people_decided(ready: Seabridge) -> None:
    """No rules change what a person decided, so the item is not among the changes."""
    with open_live(ready.home) as con:
        ((item,),) = con.execute("SELECT item_id FROM labels WHERE topic = 'pesco' LIMIT 1").fetchall()
    assert ready("topics", "add", item, "pesco", "--reason", "x").code == 0
    other_rules(ready)
    found = json.loads(ready("topics", "diff", "--json").out)
    assert (item, "pesco") not in {(one, topic) for topic, one, *_ in found["changes"]}


def test_rules_that_are_not_there(ready: Seabridge, tmp_path: Path) -> None:
    """Unknown names, an ambiguous beginning, a folder with faults, rules that cannot be made again: 2, and why."""
    version = configured_rules(load(ready.config, ready.home)).version
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "topics.toml").write_text("[[topics")
    (tmp_path / "empty").mkdir()
    with open_live(ready.home) as con:
        for name in ("f00d-1", "f00d-2"):
            accept_rules(con, name, "{", SAMPLE_NOW)
    refused = {
        "yesterday": "is no version that was accepted here",
        "f00d": "several versions begin so: f00d-2, f00d-1",
        "f00d-1": "cannot make the rules f00d-1 again",
        "accepted": "cannot make the rules f00d-2 again",
        str(tmp_path / "broken"): "topics.toml: ",
        str(tmp_path / "empty"): "not found",
        str(tmp_path / "absent" / "topics.toml"): "not found",
    }
    for name, said in refused.items():
        told = ready("topics", "diff", name, version)
        assert (told.code, said in told.err, "Traceback" in told.err) == (2, True, False), told.err
    assert ready("topics", "diff", "configured", "stored").code == 2


def test_diff_in_a_home_without_rules(seabridge: Seabridge) -> None:
    """The first step is named; labels that are stored can be compared all the same."""
    config_folder(seabridge.config, [source_table("one", "http://127.0.0.1:9/feed")])
    told = seabridge("topics", "diff")
    assert (told.code, "no rules were accepted here yet" in told.err) == (2, True)
    assert seabridge("topics", "diff", "stored").code == 3


def test_labels_as_they_were_sent(ready: Seabridge) -> None:
    """After a reclassification the published edition has the labels that readers saw, and their version."""
    with open_live(ready.home) as con:
        set_edition_state(con, "2025-W26/weekly/en", 1, "issued", SAMPLE_NOW)
    assert ready("publish").code == 0
    sent = "SELECT item_id, relevance, topics, rules_version FROM edition_items ORDER BY position"
    before = json.loads(ready("sql", sent, "--format", "json").out)
    other_rules(ready)
    version = configured_rules(load(ready.config, ready.home)).version
    assert ready("reclassify", "--accept", version).code == 0
    now = "SELECT DISTINCT rules_version FROM v_items WHERE item_id IN (SELECT item_id FROM edition_items)"
    assert json.loads(ready("sql", now, "--format", "json").out) == [{"rules_version": version}]
    assert json.loads(ready("sql", sent, "--format", "json").out) == before
    assert any("pesco" in row["topics"] for row in before)
    assert version not in {row["rules_version"] for row in before}
