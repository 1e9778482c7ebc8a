"""The command line itself: help everywhere, light where it must be, words and exit codes where it cannot go on."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
import typer.main
from builders import config_folder, rss, source_table
from drivers import REPOSITORY, LoopbackWeb, Seabridge

from flows.cli import app
from flows.sample_server import SAMPLE_NOW
from storage.database import open_live


def commands() -> Iterator[tuple[str, ...]]:
    """Every command and group of the surface, as typed."""

    def below(command: object, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        yield words
        for name, child in getattr(command, "commands", {}).items():
            yield from below(child, (*words, name))

    yield from below(typer.main.get_command(app), ())


SURFACE = {
    "run", "collect", "digest", "send", "reclassify", "reparse", "publish", "demo", "sql", "explain", "status",
    "doctor", "serve", "classify", "cluster", "parse feed", "parse page", "parse pdf", "topics list", "topics eval",
    "topics diff", "sources list", "sources check", "sources add", "recipients check", "editions list",
    "editions show", "editions approve", "editions correct", "topics add", "topics remove", "topics pin",
    "topics withdraw", "topics overrides",
}  # fmt: skip


def test_surface() -> None:
    """Every command that scripts rely on is there."""
    assert {" ".join(words) for words in commands()} >= SURFACE


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_help(seabridge: Seabridge, words: tuple[str, ...]) -> None:
    """`--help` works without configuration, and says more about the command than its name."""
    told = seabridge(*words, "--help")
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith("Usage:")
    saying = [line for line in told.out.splitlines() if line.strip() and not line.startswith(("Usage:", "Options:"))]
    assert len(saying[0].split()) >= 4
    assert all(len(line.split(maxsplit=1)) == 2 or line.startswith(" " * 20) for line in saying if "  --" in line)


@pytest.mark.parametrize("flow", ["run", "collect", "digest", "send", "reclassify", "reparse", "publish"])
def test_flows_have_the_same_options(seabridge: Seabridge, flow: str) -> None:
    """Each flow can be rehearsed and read by programs."""
    told = seabridge(flow, "--help").out
    assert "--dry-run" in told
    assert "--json" in told


LOADED = """
import sys
sys.argv = ["seabridge", *sys.argv[1:]]
from flows.__main__ import main
try:
    main()
except SystemExit:
    pass
sys.stderr.write("loaded: " + " ".join(sys.modules))
"""


@pytest.mark.parametrize(
    ("words", "heavy"),
    [
        (("--help",), {"prefect", "duckdb", "httpcore", "trafilatura", "lxml", "pydantic"}),
        (("collect", "--help"), {"prefect", "duckdb", "httpcore", "trafilatura", "lxml"}),
        (("status",), {"prefect", "trafilatura", "lxml"}),
    ],
)
def test_what_is_not_loaded(ready: Seabridge, words: tuple[str, ...], heavy: set[str]) -> None:
    """Help loads no heavy library, status neither Prefect nor what reads pages."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words],
        cwd=REPOSITORY,
        env={"PATH": "/usr/bin:/bin", **ready.environment},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stderr.rpartition("loaded: ")[2].split())
    assert "flows.cli" in loaded
    assert loaded & heavy == set()


def test_version(seabridge: Seabridge) -> None:
    """`--version` says which."""
    assert seabridge("--version").out.startswith("seabridge 0.")


@pytest.mark.parametrize("words", [("colect",), ("collect", "--sorce", "x"), ("digest", "extra"), ("sql",)])
def test_usage(seabridge: Seabridge, words: tuple[str, ...]) -> None:
    """What cannot be understood ends with 2 and no traceback."""
    told = seabridge(*words)
    assert told.code == 2
    assert "Traceback" not in told.err
    assert told.out == ""


def test_no_configuration(seabridge: Seabridge) -> None:
    """A folder without files is named, all missing files at once."""
    told = seabridge("collect")
    assert told.code == 2
    for file in ("sources.toml", "topics.toml", "seeds.toml", "digest.toml"):
        assert file in told.err
    assert str(seabridge.config) in told.err


def test_first_steps_without_data(seabridge: Seabridge) -> None:
    """On an empty home each command names the next step instead of failing in the dark."""
    config_folder(seabridge.config, [source_table("one", "http://127.0.0.1:9/feed")])
    assert (seabridge("status").code, "seabridge demo" in seabridge("status").err) == (2, True)
    assert (seabridge("sql", "SELECT 1").code, "seabridge collect" in seabridge("sql", "SELECT 1").err) == (2, True)
    assert "seabridge digest" in seabridge("editions", "list").out
    assert (seabridge("explain", "abc").code, seabridge("reparse").code) == (1, 3)
    assert (seabridge("recipients", "check").code, seabridge("reclassify").code) == (2, 3)


def test_sql(ready: Seabridge, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A query from the command line or a file; a wrong one ends with 1 and the database's own words on one line."""
    query = "SELECT count(*) AS n FROM v_items"
    asked = ready("sql", query, "--format", "json")
    file = tmp_path_factory.mktemp("sql") / "query.sql"
    file.write_text(query)
    assert asked.code == 0
    assert json.loads(asked.out)[0]["n"] > 50
    assert ready("sql", "-f", str(file), "--format", "json").out == asked.out
    wrong = ready("sql", "SELECT tite FROM v_items")
    assert (wrong.code, wrong.out, len(wrong.err.splitlines())) == (1, "", 1)
    assert "title" in wrong.err
    assert ready("sql", "DELETE FROM items").code == 1
    cut = ready("sql", "SELECT item_id FROM v_items", "--max-rows", "2", "--format", "csv")
    assert (len(cut.out.splitlines()), "first 2 rows" in cut.err) == (3, True)


def test_status(ready: Seabridge) -> None:
    """Runs, sources in trouble, editions; the same as JSON; it changes nothing."""
    told = ready("status")
    assert (told.code, "Last runs" in told.out, "2025-W26/weekly/en" in told.out) == (0, True, True)
    values = json.loads(ready("status", "--json").out)
    assert [run["state"] for run in values["runs"]] == ["completed"]
    assert values["editions"][0]["accepted"] == 0


def test_explain(ready: Seabridge) -> None:
    """An item by the beginning of its id: its topics, and matched words at their places; ambiguity is told."""
    rows = json.loads(
        ready("sql", "SELECT item_id, title, topics FROM v_items WHERE len(topics) > 0 LIMIT 1", "--format", "json").out
    )
    item, topics = rows[0]["item_id"], rows[0]["topics"]
    told = ready("explain", item[:10])
    assert (told.code, rows[0]["title"] in told.out) == (0, True)
    assert all(topic in told.out for topic in topics)
    found = json.loads(ready("explain", item, "--json").out)
    assert [topic["id"] for topic in found["topics"]] == list(topics)
    assert all(topic["evidence"] for topic in found["topics"])
    assert (found["outdated"], found["overrides"], found["rules_version"]) == (False, [], found["rules_version"])
    assert "several" in ready("explain", "").err
    assert (ready("explain", "zz").code, "no item" in ready("explain", "zz").err) == (1, True)


def test_explain_tells_what_did_not_count(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """Evidence stands in the item at the place that is named; vetoes, clues to the kind and decisions beside it."""
    text = "The United States may join PESCO projects under permanent structured cooperation, the Pentagon said. " * 3
    news = ("Opinion: why the EU must open PESCO to the United States", SAMPLE_NOW - timedelta(days=2), text)
    pakistan = ("PESCO raises tariffs", SAMPLE_NOW - timedelta(days=2), "Peshawar Electric, PESCO, in Pakistan. " * 5)
    config_folder(seabridge.config, [source_table("one", web.put("/feed", rss(news, pakistan)))])
    assert seabridge("collect").code == 0
    rows = json.loads(seabridge("sql", "SELECT item_id, title FROM v_items ORDER BY title", "--format", "json").out)
    opinion, tariffs = (row["item_id"] for row in rows)
    assert seabridge("topics", "pin", opinion, "pesco", "--reason", "read it").code == 0

    found = json.loads(seabridge("explain", opinion, "--json").out)
    assert (found["kind"], found["kind_clues"][0]["text"].strip()) == ("opinion", "Opinion")
    assert [(one["action"], one["topic"], one["reason"]) for one in found["overrides"]] == [("pin", "pesco", "read it")]
    pesco = found["topics"][0]
    assert (pesco["id"], pesco["score"], pesco["origin"]) == ("pesco", 1, "pinned")
    whole = {"title": news[0], "text": text.strip()}
    for evidence in pesco["evidence"]:
        assert whole[evidence["place"]][evidence["start"] : evidence["end"]] == evidence["text"]
    told = seabridge("explain", opinion).out
    for words in ("pin pesco, 2025-", "read it", "kind: opinion ('Opinion'", "pesco  1.00  pinned by a person"):
        assert words in told

    found = json.loads(seabridge("explain", tariffs, "--json").out)
    assert (found["relevance"], found["topics"]) == ("off", [])
    assert ("pesco", "PESCO") in {(veto["topic"], veto["text"]) for veto in found["vetoes"]}
    assert "did not count:" in seabridge("explain", tariffs).out


def test_explain_an_outdated_judgement(ready: Seabridge) -> None:
    """What other rules judged is shown as they judged it; that it is outdated is said, and what to do."""
    find = "SELECT item_id FROM v_items WHERE len(topics) > 0 LIMIT 1"
    ((item,),) = (row.values() for row in json.loads(ready("sql", find, "--format", "json").out))
    with open_live(ready.home) as con:
        for table in ("judgements", "labels", "evidence"):
            con.execute(f"UPDATE {table} SET rules_version = 'older' WHERE item_id = '{item}'")
    told = ready("explain", item)
    assert (told.code, "not in force any more: seabridge reclassify" in told.out) == (0, True)
    found = json.loads(ready("explain", item, "--json").out)
    assert (found["outdated"], found["rules_version"], found["vetoes"]) == (True, "older", [])
    assert found["topics"]
    assert ready("reclassify").code == 0
    assert json.loads(ready("explain", item, "--json").out)["outdated"] is False


def test_recipients_check(ready: Seabridge) -> None:
    """Who would get what, without anybody's whole address."""
    told = ready("recipients", "check")
    assert (told.code, "a***@one.example" in told.out, "ada@" in told.out) == (0, True, False)


def test_what_nobody_foresaw(ready: Seabridge) -> None:
    """A fault that has no words of its own is one line with its type and what to do; SEABRIDGE_DEBUG shows the rest."""
    shutil.rmtree(ready.home / "published")
    (ready.home / "published").write_text("in the way")
    told = ready("publish")
    assert (told.code, told.out, len(told.err.splitlines())) == (1, "", 1)
    assert told.err.startswith("seabridge: stopped by FileExistsError: ")
    assert "report it" in told.err
    ready.monkeypatch.setenv("SEABRIDGE_DEBUG", "1")
    with pytest.raises(FileExistsError):
        ready("publish")
