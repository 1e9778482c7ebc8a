"""Copies among what the visits bring: as decided once, whatever changes and whenever the program starts anew."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import config_folder, rss, source_table
from drivers import REPOSITORY, LoopbackWeb, Seabridge

from flows.gather import Gathered
from flows.judging import Judged, judge_gathered
from flows.sample_server import SAMPLE_NOW
from flows.settings import load
from parsers.configured import Source
from parsers.judging.assess import judge_item
from parsers.judging.dedupe import CopyIndex
from parsers.judging.health import Visit
from parsers.judging.novelty import Decision, Verdict
from parsers.judging.topics import Rules, compile_rules
from parsers.model import Entry
from parsers.reading.normalise import make_item
from storage.collected import FetchRow
from storage.database import open_live

SOURCES = ("one", "two", "three")


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    return compile_rules(load(config=REPOSITORY / "config", home=tmp_path_factory.mktemp("home")).topics)


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
        judge_gathered(gathered(rules, name, sentences(name, 9)), index, SAMPLE_NOW)
    both = sentences("one", 9) + " " + sentences("two", 9)
    first, second = (judge_gathered(gathered(rules, name, both, "changed"), index, SAMPLE_NOW) for name in SOURCES[:2])

    assert first.dispositions[0].copy_of == second.items[0].item.id
    assert (second.dispositions[0].outcome, second.dispositions[0].copy_of) == ("changed", None)


def test_what_is_too_old_for_the_index_stays_an_original(rules: Rules) -> None:
    """Its copies may be as old, and would then name a copy; and a restart would not know it either."""
    index = CopyIndex()
    judge_gathered(gathered(rules, "one", sentences("x", 9)), index, SAMPLE_NOW)
    old = judge_gathered(gathered(rules, "two", sentences("x", 9) + sentences("y", 9), "changed"), index, SAMPLE_NOW)

    assert old.items[0].copy_of is None
    assert old.items[0].item.id not in index


def test_after_a_restart_the_third_text_is_judged_the_same(rules: Rules) -> None:
    """A text like the copy and not like the original leads to the original, by the live index and by one made anew."""
    texts = (sentences("a", 20), sentences("a", 11) + " " + sentences("b", 10), sentences("b", 10) + sentences("c", 9))
    live = CopyIndex()
    *before, third = (
        judge_gathered(gathered(rules, n, text), live, SAMPLE_NOW) for n, text in zip(SOURCES, texts, strict=True)
    )
    again = judge_gathered(gathered(rules, "three", texts[2]), CopyIndex(reversed(stored(*before))), SAMPLE_NOW)

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
