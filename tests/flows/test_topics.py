"""Measuring and comparing rules: topics list, eval and diff."""

import json
from pathlib import Path

import pytest
from drivers import REPOSITORY, Seabridge

LABELLED = Path(__file__).parent.parent / "data" / "labelled.jsonl"


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
    ]
    file.write_text("\n".join([*map(json.dumps, lines), "{", "[]"]))
    told = ready("topics", "eval", str(file))
    assert told.code == 2
    assert [number for number in range(1, 8) if f"line {number}:" in told.err] == [1, 2, 3, 5, 6, 7]
    assert ready("topics", "eval", str(tmp_path / "absent")).code == 2


def test_eval_with_line_separators_in_a_text(ready: Seabridge, tmp_path: Path) -> None:
    """A text may hold every character that JSON lets stand, also those that Python calls the end of a line."""
    file = tmp_path / "labelled.jsonl"
    line = {"title": "t", "text": "one\u2028two\x85three", "labels": [], "relevance": "off"}
    file.write_text(json.dumps(line, ensure_ascii=False), encoding="utf-8")
    assert ready("topics", "eval", str(file)).code == 0


def test_diff(ready: Seabridge, tmp_path: Path) -> None:
    """The same rules change nothing (3); without the phrases of a topic its items lose it; nothing is stored."""
    old = REPOSITORY / "config" / "topics.toml"
    assert ready("topics", "diff", str(old), str(old)).code == 3
    text = old.read_text()
    start = text.index('id = "pesco"')
    start, end = text.rindex("[[topics]]", 0, start), text.index("[[topics]]", start)
    new = tmp_path / "new.toml"
    new.write_text(text[:start] + text[end:])
    told = ready("topics", "diff", str(old), str(new), "--json")
    changes = [json.loads(line) for line in told.out.splitlines()]
    assert told.code == 0
    assert {(change["topic"], change["change"]) for change in changes} >= {("pesco", "lost")}
    assert ready("reclassify").code == 3
    broken = tmp_path / "broken.toml"
    broken.write_text("[[topics")
    assert ready("topics", "diff", str(old), str(broken)).code == 2


def test_reclassify(ready: Seabridge) -> None:
    """New rules judge the whole archive again; old labels stay; once more there is nothing to do."""
    path = ready.config / "topics.toml"
    path.write_text(path.read_text().replace('every = "PESCO, Pesco"', 'every = "Zzyzx"'))
    versions = "SELECT count(DISTINCT rules_version) AS n, max(topic = 'pesco' AND is_current) AS pesco FROM v_labels"
    assert ready("reclassify", "--dry-run").code == 0
    assert json.loads(ready("sql", versions, "--format", "json").out) == [{"n": 1, "pesco": True}]
    told = json.loads(ready("reclassify", "--json").out)
    assert told["figures"]["topics lost"] > 0
    assert json.loads(ready("sql", versions, "--format", "json").out)[0]["n"] == 2
    assert ready("reclassify").code == 3
