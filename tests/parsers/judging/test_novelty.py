"""The pure decider: every entry gets one verdict, in the order of the feed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from parsers.judging import novelty
from parsers.judging.novelty import (
    HORIZON,
    MOST_ENTRIES_OF_AN_ADDRESS,
    MOST_KNOWN_OF_AN_ADDRESS,
    Known,
    decide,
    waiting,
    waiting_since,
)
from parsers.model import Entry
from parsers.reading.normalise import entry_key, entry_sha256

ENTRY = Entry(guid="1", url="http://a.example/1", title="A title", summary="A text.")


def remembered(entry: Entry, item_id: str | None = "item") -> dict[str, Known]:
    return {entry_key(entry): Known(item_id, entry_sha256(entry))}


def verdicts(entries: list[Entry], known: dict[str, Known], now: datetime) -> list[str]:
    return [decision.verdict for decision in decide(entries, known, now)]


def test_new_same_changed(now: datetime) -> None:
    """Unknown is new; known with the same words is the same; with other words it has changed and keeps its item."""
    assert verdicts([ENTRY], {}, now) == ["new"]
    assert verdicts([ENTRY], remembered(ENTRY), now) == ["same"]
    (changed,) = decide([replace(ENTRY, title="Another title")], remembered(ENTRY), now)
    assert (changed.verdict, changed.item_id) == ("changed", "item")


@pytest.mark.parametrize(("age", "verdict"), [(HORIZON, "new"), (HORIZON + timedelta(seconds=1), "too-old")])
def test_horizon(now: datetime, age: timedelta, verdict: str) -> None:
    """Ninety days ago is news, a second more is not."""
    assert verdicts([replace(ENTRY, published=now - age)], {}, now) == [verdict]


def test_a_walk_through_the_archive_looks_further_back(now: datetime) -> None:
    """Whoever asks for older entries gives the horizon."""
    old = replace(ENTRY, published=now - 2 * HORIZON)

    assert [decision.verdict for decision in decide([old], {}, now, 3 * HORIZON)] == ["new"]
    assert verdicts([old], {}, now) == ["too-old"]


def test_horizon_of_an_entry_that_gives_only_its_last_change(now: datetime) -> None:
    """Atom asks only for `updated`, so that date counts where there is no other."""
    old = now - HORIZON - timedelta(days=1)
    assert verdicts([replace(ENTRY, updated=old)], {}, now) == ["too-old"]
    assert verdicts([replace(ENTRY, updated=old, published=now)], {}, now) == ["new"]


def test_entry_that_waits_for_its_page(now: datetime) -> None:
    """It has changed at every visit until its page was read; other words begin a new wait."""
    sha256 = entry_sha256(ENTRY)
    known = Known("item", waiting(sha256, now))
    assert verdicts([ENTRY], {entry_key(ENTRY): known}, now) == ["changed"]
    assert waiting_since(known, sha256) == now
    assert waiting_since(known, "other") is None
    assert waiting_since(Known("item", sha256), sha256) is None
    assert waiting_since(None, sha256) is None


def test_too_old_stays_the_same(now: datetime) -> None:
    """What was too old when it was first seen is known from then on; with a new date it becomes news."""
    old = replace(ENTRY, published=now - HORIZON - timedelta(days=1))
    assert verdicts([old], remembered(old, None), now) == ["same"]
    assert verdicts([replace(old, published=now)], remembered(old, None), now) == ["new"]


def test_repeat_and_empty(now: datetime) -> None:
    """The second of two with one key is a repeat, known or not; an entry that says nothing is empty."""
    empty = Entry(guid="2", url=None, title="")
    assert verdicts([ENTRY, replace(ENTRY, title="x"), empty], {}, now) == ["new", "repeat", "empty"]
    assert verdicts([ENTRY, ENTRY], remembered(ENTRY), now) == ["same", "repeat"]


def test_a_new_guid_for_a_known_article(now: datetime) -> None:
    """With the same words, or the same title in the same place, it is known, and keeps the guid that it had first."""
    known = {entry_key(ENTRY): Known("item", entry_sha256(ENTRY), title=ENTRY.title)}
    (same,) = decide([replace(ENTRY, guid="2")], known, now)
    (changed,) = decide([replace(ENTRY, guid="2", summary="Other.")], known, now)

    assert (same.verdict, same.item_id, same.entry.guid, same.renamed) == ("same", "item", "1", True)
    assert (changed.verdict, changed.item_id, changed.key, changed.renamed) == ("changed", "item", same.key, True)
    assert entry_key(changed.entry) == changed.key
    assert not decide([ENTRY], known, now)[0].renamed


@pytest.mark.parametrize("before", [None, "http://a.example/1"])
def test_a_guid_that_comes_or_goes(now: datetime, before: str | None) -> None:
    """A feed that learns to give guids, or gives up its own, brings no news by that."""
    bare = replace(ENTRY, guid=before)

    assert verdicts([ENTRY], remembered(bare), now) == ["same"]
    assert verdicts([bare], remembered(ENTRY), now) == ["same"]


def test_a_new_guid_while_the_former_is_there(now: datetime) -> None:
    """Then they are two articles under one address; so are those with another title, or on the front page."""
    known = {entry_key(ENTRY): Known("item", entry_sha256(ENTRY), title=ENTRY.title)}
    other = replace(ENTRY, guid="2")
    front = replace(ENTRY, url="http://a.example/")

    assert verdicts([ENTRY, other], known, now) == ["same", "new"]
    assert verdicts([replace(other, title="Another", summary="Other.")], known, now) == ["new"]
    assert verdicts([replace(front, guid="2")], remembered(front), now) == ["new"]


def test_a_new_guid_for_what_waits_for_its_page(now: datetime) -> None:
    """The wait goes on under the former key."""
    known = {entry_key(ENTRY): Known("item", waiting(entry_sha256(ENTRY), now))}
    (decision,) = decide([replace(ENTRY, guid="2")], known, now)

    assert (decision.verdict, decision.key) == ("changed", entry_key(ENTRY))
    assert waiting_since(known[decision.key], decision.sha256) == now


@pytest.mark.parametrize(("beyond", "verdict"), [(0, "same"), (1, "new")])
def test_a_new_guid_at_an_address_that_many_entries_share(now: datetime, beyond: int, verdict: str) -> None:
    """A few in one feed are told apart by their words; with one more the address tells nothing about any of them."""
    count = MOST_ENTRIES_OF_AN_ADDRESS + beyond
    entries = [replace(ENTRY, guid=str(number), title=f"Title {number}") for number in range(count)]
    known = {key: value for entry in entries for key, value in remembered(entry).items()}
    renamed = [replace(entry, guid=f"new {entry.guid}") for entry in reversed(entries)]

    decisions = decide(renamed, known, now)

    assert [decision.verdict for decision in decisions] == [verdict] * count
    if verdict == "same":
        assert [decision.key for decision in decisions] == [entry_key(entry) for entry in reversed(entries)]


@pytest.mark.parametrize(("beyond", "verdict"), [(0, "same"), (1, "new")])
def test_a_new_guid_at_an_address_of_which_much_is_known(now: datetime, beyond: int, verdict: str) -> None:
    """So does an address under which too many entries came over time, though the feed shows one of them."""
    others = [replace(ENTRY, guid=f"o{n}", title=f"Other {n}") for n in range(MOST_KNOWN_OF_AN_ADDRESS - 1 + beyond)]
    known = {key: value for entry in [*others, ENTRY] for key, value in remembered(entry).items()}

    assert verdicts([replace(ENTRY, guid="2")], known, now) == [verdict]


@pytest.mark.parametrize("an_address", [1, MOST_ENTRIES_OF_AN_ADDRESS, 10**6])
def test_work_grows_with_the_sum_of_entries_and_known(
    now: datetime, monkeypatch: pytest.MonkeyPatch, an_address: int
) -> None:
    """A ticker with fresh guids and titles at every visit, however many share a link, costs each entry the same."""
    calls: list[str] = []

    def counted(name: str, function: Callable[[Entry], str]) -> None:
        def call(entry: Entry) -> str:
            calls.append(name)
            return function(entry)

        monkeypatch.setattr(novelty, name, call)

    counted("entry_key", entry_key)
    counted("entry_sha256", entry_sha256)

    def visit(number: int, count: int) -> list[Entry]:
        texts = [(f"v{number}-{n}", f"http://a.example/t/{n // an_address}") for n in range(count)]
        return [Entry(guid=guid, url=url, title=guid) for guid, url in texts]

    for count in (50, 400):
        known: dict[str, Known] = {}
        for number in range(4):
            entries = visit(number, count)
            calls.clear()
            assert verdicts(entries, known, now) == ["new"] * count
            assert calls.count("entry_key") == count
            assert calls.count("entry_sha256") <= 2 * count
            known |= {entry_key(entry): Known("item", entry_sha256(entry), title=entry.title) for entry in entries}


def test_one_decision_for_each(now: datetime) -> None:
    """As many decisions as entries, numbered from 0."""
    entries = [replace(ENTRY, guid=str(number % 3)) for number in range(7)]
    assert [decision.position for decision in decide(entries, {}, now)] == list(range(7))
