"""People are right: what they decide about topics holds wherever an item is judged, and can be taken back."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import config_folder, rss, source_table
from drivers import LoopbackWeb, Seabridge, collected_home

from flows import overrides as module
from flows.overrides import override
from flows.reclassify import reclassify
from flows.rules import configured_rules
from flows.sample_server import SAMPLE_NOW
from flows.settings import load
from parsers.errors import Misconfigured
from storage.database import open_live

WHY = ("--reason", "read it")
PESCO = (
    "EU opens PESCO projects to the United States",
    "The European Union lets the United States join PESCO projects under permanent structured cooperation, the Pentagon"
    " said in Brussels. " * 3,
)
BAKERY = (
    "Local bakery wins a prize",
    "The bakery in the old town won the prize for its bread again, and the mayor came to taste it. " * 3,
)
Row = dict[str, Any]


class Desk:
    """Two items, one on PESCO and one on bread, and the command line beside them."""

    def __init__(self, command: Seabridge, web: LoopbackWeb, home: Path):
        self.command, self.web = command, web
        shutil.copytree(home, command.home)
        config_folder(command.config, [source_table("one", web.url("/feed"))])
        self.pesco, self.bakery = (self.sql(f"SELECT item_id FROM v_items WHERE title = '{t}'")[0]["item_id"]
                                   for t, _ in (PESCO, BAKERY))  # fmt: skip

    def sql(self, query: str) -> list[Row]:
        """What analysts see: from the published snapshot."""
        rows: list[Row] = json.loads(self.command("sql", query, "--format", "json").out)
        return rows

    def item(self, item_id: str) -> Row:
        (found,) = self.sql(
            "SELECT topics, relevance, story_id IS NOT NULL AS told, kind, version, rules_version"
            f" FROM v_items WHERE item_id = '{item_id}'"
        )
        return found

    def topics(self, action: str, item_id: str, *topics: str) -> None:
        told = self.command("topics", action, item_id, *topics, *WHY)
        assert (told.code, told.err) == (0, "")

    def new_rules(self) -> str:
        """Other rules in config/, accepted and applied; gives their version."""
        path = self.command.config / "topics" / "03-pesco.toml"
        path.write_text(path.read_text() + '\n[[topics.phrases]]\nweight = 0.6\nen = "zzyzx cooperation"\n')
        asked = json.loads(self.command("reclassify", "--json").out)
        version: str = asked["figures"]["rules proposed"]
        assert self.command("reclassify", "--accept", version).code == 0
        return version


def feed(*news: tuple[str, str]) -> bytes:
    return rss(*[(title, SAMPLE_NOW - timedelta(days=2), text) for title, text in news])


@pytest.fixture(scope="module")
def two_items(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the two items; to be copied, not changed."""
    return collected_home(tmp_path_factory.mktemp("two-items"), feed(PESCO, BAKERY))


@pytest.fixture
def desk(seabridge: Seabridge, web: LoopbackWeb, two_items: Path) -> Desk:
    return Desk(seabridge, web, two_items)


def test_add_remove_and_withdraw(desk: Desk) -> None:
    """At once for analysts; taken back, the labels are the machine's again, to the last digit."""
    now = f"SELECT * EXCLUDE (judged_at) FROM v_labels WHERE is_current AND item_id = '{desk.pesco}' ORDER BY topic"
    before = desk.sql(now)
    desk.topics("add", desk.pesco, "enlargement")
    assert {"enlargement", "pesco"} <= set(desk.item(desk.pesco)["topics"])
    desk.topics("remove", desk.pesco, "pesco")
    assert "pesco" not in desk.item(desk.pesco)["topics"]
    desk.topics("withdraw", desk.pesco, "pesco", "enlargement")
    assert desk.sql(now) == before


def test_pin(desk: Desk) -> None:
    """Pinned topics come first, of several in one command the first one, and before those that were pinned earlier."""
    desk.topics("pin", desk.pesco, "nato-eu", "dialogue")
    assert desk.item(desk.pesco)["topics"][:3] == ["nato-eu", "dialogue", "pesco"]
    desk.topics("pin", desk.pesco, "pesco")
    assert desk.item(desk.pesco)["topics"][:3] == ["pesco", "nato-eu", "dialogue"]


def test_the_last_topic_removed_and_one_given(desk: Desk) -> None:
    """An item without topics is off and in no story; one that was off comes in as related."""
    assert (desk.item(desk.pesco)["told"], desk.item(desk.bakery)["relevance"]) == (True, "off")
    desk.topics("remove", desk.pesco, *desk.item(desk.pesco)["topics"])
    gone = desk.item(desk.pesco)
    assert (gone["relevance"], gone["topics"], gone["told"]) == ("off", [], False)
    assert desk.sql("SELECT * FROM v_stories") == []
    desk.topics("add", desk.bakery, "enlargement")
    came = desk.item(desk.bakery)
    assert (came["relevance"], came["topics"], came["told"]) == ("related", ["enlargement"], True)
    desk.topics("withdraw", desk.bakery, "enlargement")
    assert (desk.item(desk.bakery)["relevance"], desk.item(desk.bakery)["told"]) == ("off", False)


def test_an_item_that_comes_in_is_a_copy_if_it_repeats_another(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """Nobody looks for the originals of what is off; when a person brings it in, somebody does."""
    body = rss((BAKERY[0], SAMPLE_NOW - timedelta(days=2), BAKERY[1] * 3))
    sources = [source_table(name, web.put(f"/{name}", body)) for name in ("one", "two")]
    config_folder(seabridge.config, sources)
    assert seabridge("collect").code == 0
    find = "SELECT item_id, copy_of FROM v_items ORDER BY source_id"
    first, second = (row["item_id"] for row in json.loads(seabridge("sql", find, "--format", "json").out))
    assert [seabridge("topics", "add", one, "enlargement", *WHY).code for one in (first, second)] == [0, 0]
    rows = json.loads(seabridge("sql", find, "--format", "json").out)
    assert [row["copy_of"] for row in rows] == [None, first]


def collected_again(desk: Desk) -> None:
    later = feed((PESCO[0], PESCO[1] + "This was added later."), (BAKERY[0], BAKERY[1] + "So was this."))
    desk.web.put("/feed", later)
    assert desk.command("collect", now=(SAMPLE_NOW + timedelta(hours=2)).isoformat()).code == 0
    assert (desk.item(desk.pesco)["version"], desk.item(desk.bakery)["version"]) == (2, 2)


def reclassified(desk: Desk) -> None:
    version = desk.new_rules()
    assert {desk.item(one)["rules_version"] for one in (desk.pesco, desk.bakery)} == {version}


def reparsed(desk: Desk) -> None:
    """What is stored was damaged, and is read from the archive anew."""
    with open_live(desk.command.home) as con:
        con.execute("UPDATE items SET text = 'damaged', content_sha256 = 'x'")
        con.execute("DELETE FROM labels")
    told = json.loads(desk.command("reparse", "--json").out)
    assert told["figures"]["items changed"] == 2


@pytest.mark.slow
@pytest.mark.parametrize("judged_again", [collected_again, reclassified, reparsed])
def test_decisions_survive(desk: Desk, judged_again: Callable[[Desk], None]) -> None:
    """A changed item, other rules, other parsers: people are right all the same, until they take it back."""
    machine = set(desk.item(desk.pesco)["topics"]) - {"pesco"}
    desk.topics("remove", desk.pesco, "pesco")
    desk.topics("pin", desk.pesco, "climate-energy")
    desk.topics("add", desk.bakery, "enlargement")
    judged_again(desk)
    pesco, bakery = desk.item(desk.pesco), desk.item(desk.bakery)
    assert (pesco["topics"][0], "pesco" in pesco["topics"]) == ("climate-energy", False)
    assert machine <= set(pesco["topics"])
    assert (bakery["topics"], bakery["relevance"], bakery["told"]) == (["enlargement"], "related", True)
    desk.topics("withdraw", desk.pesco, "pesco", "climate-energy")
    assert "pesco" in desk.item(desk.pesco)["topics"]


def test_history(desk: Desk) -> None:
    """Every decision stays, with its reason; the clock of the command line may even stand still."""
    for action in ("add", "remove", "pin", "withdraw"):
        desk.topics(action, desk.pesco, "enlargement")
    rows = desk.sql("SELECT title, topic, action, reason, is_in_force FROM v_overrides ORDER BY made_at")
    assert [row["action"] for row in rows] == ["add", "remove", "pin", "withdraw"]
    assert {(row["title"], row["reason"], row["is_in_force"]) for row in rows} == {(PESCO[0], "read it", False)}


def test_training_material(desk: Desk, tmp_path: Path) -> None:
    """`topics overrides` gives what `topics eval` takes: a line for each item with decisions, as people have it."""
    assert desk.command("topics", "overrides").out == ""
    desk.topics("remove", desk.pesco, "pesco")
    desk.topics("add", desk.bakery, "enlargement")
    told = desk.command("topics", "overrides")
    lines = {line["id"]: line for line in map(json.loads, told.out.splitlines())}
    assert lines[desk.bakery]["labels"] == ["enlargement"]
    assert lines[desk.bakery]["text"].startswith("The bakery")
    assert [(one["topic"], one["action"], one["reason"]) for one in lines[desk.pesco]["overrides"]] == [
        ("pesco", "remove", "read it")
    ]
    file = tmp_path / "overrides.jsonl"
    file.write_text(told.out, encoding="utf-8")
    measured = json.loads(desk.command("topics", "eval", str(file), "--json").out)
    assert measured["items"] == 2
    assert measured["topics"]["enlargement"]["recall"] == 0
    assert measured["topics"]["pesco"]["precision"] == 0


def test_what_cannot_be_decided(desk: Desk) -> None:
    """One clear sentence for an unknown topic, an empty or no reason, no topic, an unknown or ambiguous item."""
    refused = {
        "pasco: no such topic": (2, desk.pesco, "pasco", *WHY),
        "--reason: is empty": (2, desk.pesco, "pesco", "--reason", "  "),
        "Missing option '--reason'": (2, desk.pesco, "pesco"),
        "Missing argument 'topics'": (2, desk.pesco, *WHY),
        "no item begins with 'zz'": (1, "zz", "pesco", *WHY),
        "several items begin with ''": (1, "", "pesco", *WHY),
    }
    for said, (code, *words) in refused.items():
        told = desk.command("topics", "add", *words)
        assert (told.code, said in told.err, "Traceback" in told.err) == (code, True, False), told.err
    assert desk.command("topics", "withdraw", desk.pesco, "pasco", *WHY).code == 2
    assert desk.sql("SELECT * FROM v_overrides") == []


def test_the_same_topic_twice_in_a_command(desk: Desk) -> None:
    """Is one decision."""
    desk.topics("add", desk.pesco, "enlargement", "enlargement")
    assert len(desk.sql("SELECT * FROM v_overrides")) == 1


def test_the_beginning_of_an_id_and_the_report(desk: Desk) -> None:
    """The command says what became of the item, to people and to programs."""
    length = next(n for n in range(1, 17) if desk.pesco[:n] != desk.bakery[:n])
    told = desk.command("topics", "add", desk.pesco[:length], "enlargement", *WHY)
    assert PESCO[0] in told.out
    assert "enlargement" in told.out
    values = json.loads(desk.command("topics", "pin", desk.pesco, "nato-eu", *WHY, "--json").out)
    assert (values["state"], values["figures"]) == ("done", {"item": desk.pesco, "decisions in force": 2})


def test_a_decision_on_a_topic_that_is_gone_can_be_withdrawn(desk: Desk) -> None:
    """The rules may forget a topic; nobody is stuck with what was decided about it."""
    settings = load(desk.command.config, desk.command.home)
    left = tuple(topic for topic in settings.topics.topics if topic.id != "enlargement")
    fewer = replace(settings, topics=replace(settings.topics, topics=left))
    override(settings, SAMPLE_NOW, desk.bakery, ["enlargement"], "add", "x")
    reclassify(fewer, SAMPLE_NOW, accept=configured_rules(fewer).version)
    with pytest.raises(Misconfigured, match="no such topic"):
        override(fewer, SAMPLE_NOW, desk.pesco, ["enlargement"], "add", "x")
    override(fewer, SAMPLE_NOW, desk.bakery, ["enlargement"], "withdraw", "x")
    assert desk.item(desk.bakery)["relevance"] == "off"


def test_killed_between_decision_and_labels(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both or none: a decision that is listed but does not hold would be found by nobody."""

    def broken(*_: object) -> None:
        raise ValueError("broken")

    with monkeypatch.context() as patched:
        patched.setattr(module, "judge_anew", broken)
        assert desk.command("topics", "add", desk.pesco, "enlargement", *WHY).code == 1
    assert desk.command("topics", "overrides").out == ""
    desk.topics("add", desk.pesco, "enlargement")
    assert "enlargement" in desk.item(desk.pesco)["topics"]
