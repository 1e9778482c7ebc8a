"""Copies among what the visits bring: as decided once, whatever changes and whenever the program starts anew."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import config_folder, rss, source_table
from drivers import REPOSITORY, LoopbackWeb, Seabridge

from flows import desk
from flows.gather import Gathered
from flows.judging import Judged, judge_gathered
from flows.rules import configured_rules
from flows.sample_server import SAMPLE_NOW
from flows.settings import load
from parsers.configured import Source
from parsers.errors import Unreadable
from parsers.judging.assess import assess, judge_item
from parsers.judging.health import Visit
from parsers.judging.novelty import Decision, Verdict
from parsers.judging.texts.dedupe import CopyIndex
from parsers.judging.topics import Rules
from parsers.model import Entry, Override
from parsers.reading.confined import Readers
from parsers.reading.normalise import make_item
from storage.collected import FetchRow
from storage.database import open_live

SOURCES = ("one", "two", "three")


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    return configured_rules(load(config=REPOSITORY / "config", home=tmp_path_factory.mktemp("home")))


def sentences(name: str, count: int) -> str:
    """Relevant sentences, each of some twenty words; those of another name share no shingle but one or two."""
    return " ".join(
        f"In step {name}{number} the European Defence Agency {name}{number} and the Pentagon {name}{number} plan a"
        f" joint {name}{number} project for transatlantic {name}{number} industry."
        for number in range(count)
    )


def gathered(rules: Rules, source_id: str, text: str, verdict: Verdict = "new") -> Gathered:
    source = Source(source_id, source_id, "https://a.example/", "feed", "en", "BE", "press", source_id, 3, "sample")
    entry = Entry("1", f"https://{source_id}.example/1", f"Headline of {source_id} today", text, published=SAMPLE_NOW)
    item = make_item(entry, None, source, SAMPLE_NOW)
    decision = Decision(0, item.key, "", entry, verdict, item.id)
    return Gathered(
        source,
        FetchRow(source_id, source.url, SAMPLE_NOW, 0.1, "read"),
        Visit(SAMPLE_NOW, "read"),
        (decision,),
        {0: judge_item(rules, item)},
    )


def stored(*judged: Judged) -> list[tuple[Any, str | None]]:
    return [(one.item, one.copy_of) for each in judged for one in each.items]


def put(web: LoopbackWeb, name: str, text: str) -> dict[str, Any]:
    """A source whose feed has one entry."""
    body = rss((f"Headline of {name} today", SAMPLE_NOW - timedelta(days=2), text), link=f"http://{name}.example/")
    return source_table(name, web.put(f"/{name}", body))


def copies(home: Path) -> dict[str, str | None]:
    """Source of every item -> source of its original."""
    with open_live(home) as con:
        rows = con.sql("SELECT i.source_id, o.source_id FROM items i LEFT JOIN items o ON o.item_id = i.copy_of")
        return dict(rows.fetchall())


def test_a_changed_item_is_judged_by_what_it_says_now(rules: Rules) -> None:
    """Two sources take over one agency text: the first to do so repeats the other, and the story keeps an original."""
    index = CopyIndex()
    for name in ("one", "two"):
        judge_gathered(gathered(rules, name, sentences(name, 9)), index, rules, {}, SAMPLE_NOW)
    both = sentences("one", 9) + " " + sentences("two", 9)
    first, second = (
        judge_gathered(gathered(rules, name, both, "changed"), index, rules, {}, SAMPLE_NOW) for name in SOURCES[:2]
    )

    assert first.dispositions[0].copy_of == second.items[0].item.id
    assert (second.dispositions[0].outcome, second.dispositions[0].copy_of) == ("changed", None)


def test_what_is_too_old_for_the_index_stays_an_original(rules: Rules) -> None:
    """Its copies may be as old, and would then name a copy; and a restart would not know it either."""
    index = CopyIndex()
    judge_gathered(gathered(rules, "one", sentences("x", 9)), index, rules, {}, SAMPLE_NOW)
    both = sentences("x", 9) + sentences("y", 9)
    old = judge_gathered(gathered(rules, "two", both, "changed"), index, rules, {}, SAMPLE_NOW)

    assert old.items[0].copy_of is None
    assert old.items[0].item.id not in index


def test_after_a_restart_the_third_text_is_judged_the_same(rules: Rules) -> None:
    """A text like the copy and not like the original leads to the original, by the live index and by one made anew."""
    texts = (sentences("a", 20), sentences("a", 11) + " " + sentences("b", 10), sentences("b", 10) + sentences("c", 9))
    live = CopyIndex()
    *before, third = (
        judge_gathered(gathered(rules, n, text), live, rules, {}, SAMPLE_NOW)
        for n, text in zip(SOURCES, texts, strict=True)
    )
    again = judge_gathered(
        gathered(rules, "three", texts[2]), CopyIndex(reversed(stored(*before))), rules, {}, SAMPLE_NOW
    )

    assert third.items[0].copy_of == before[0].items[0].item.id
    assert again == third


@pytest.mark.slow
def test_copies_in_the_database(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """Three runs leave the copies that one would; when original and copy both change, one is still the other's."""
    tables = [
        put(web, "one", sentences("a", 20)),
        put(web, "two", sentences("a", 11) + " " + sentences("b", 10)),
        put(web, "three", sentences("b", 10) + " " + sentences("c", 9)),
    ]
    config_folder(seabridge.config, tables)
    assert [seabridge("collect", "--source", name).code for name in SOURCES] == [0, 0, 0]
    assert copies(seabridge.home) == {"one": None, "two": "one", "three": "one"}

    for name in ("one", "two"):
        put(web, name, sentences("c", 9) + " " + sentences("d", 10))
    assert seabridge("collect").code == 0
    assert copies(seabridge.home) == {"one": None, "two": "one", "three": "one"}


def test_k_8_one_item_of_a_thousand_that_cannot_be_judged(
    seabridge: Seabridge, web: LoopbackWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K-8: a classifier that crashes on one item costs that item: 999 are stored, one is told, the run is partial."""
    in_child = desk.in_child

    async def crashing(readers: Readers, function: Callable[..., Any], *given: Any) -> Any:
        if function is assess and any(entry.title == "Story 500" for entry, _ in given[0]):
            raise Unreadable("entries", "parser-error", "the child died")
        return await in_child(readers, function, *given)

    monkeypatch.setattr(desk, "in_child", crashing)
    feed = web.put("/feed", rss(*((f"Story {n}", SAMPLE_NOW - timedelta(days=2), f"Words {n}.") for n in range(1000))))
    config_folder(seabridge.config, [source_table("one", feed)])
    told = seabridge("collect", "--json")
    assert (told.code, json.loads(told.out)["state"]) == (4, "partial")
    with open_live(seabridge.home) as con:
        assert con.execute("SELECT count(*) FROM items").fetchall() == [(999,)]
        ends = con.execute("SELECT outcome, count(*) FROM dispositions GROUP BY 1 ORDER BY 1").fetchall()
        assert dict(ends) == {"off-topic": 999, "quarantined": 1}


def test_decisions_of_people_hold_for_what_comes_in(rules: Rules) -> None:
    """An item that a person put off or brought in is stored so, and only what is read is compared with others."""
    one, two = (gathered(rules, name, sentences("x", 9)) for name in ("one", "two"))
    item = one.items[0].item
    topics = [label.topic for label in one.items[0].judgement.labels]
    removed = [Override(item.id, topic, "remove", "x", SAMPLE_NOW) for topic in topics]
    index = CopyIndex()
    first = judge_gathered(one, index, rules, {item.id: removed}, SAMPLE_NOW)
    second = judge_gathered(two, index, rules, {item.id: removed}, SAMPLE_NOW)
    assert topics
    assert (first.items[0].judgement.relevance, first.dispositions[0].outcome) == ("off", "off-topic")
    assert second.items[0].copy_of is None
    added = [Override(item.id, "enlargement", "pin", "x", SAMPLE_NOW)]
    again = judge_gathered(one, index, rules, {item.id: added}, SAMPLE_NOW)
    assert again.items[0].judgement.labels[0].topic == "enlargement"
    assert again.items[0].copy_of == second.items[0].item.id
