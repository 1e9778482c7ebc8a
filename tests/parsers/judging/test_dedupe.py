"""Copies: the same address, the same sentences, the same headline; and what only looks like a copy."""

import random
from datetime import UTC, datetime, timedelta
from zlib import crc32

import pytest

from parsers.judging.dedupe import CopyIndex, shingles
from parsers.model import Item

DAY = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
WORDS = [
    f"{start}{end}"
    for start in ("def", "arm", "nav", "pol", "mar")
    for end in ("ence", "our", "al", "icy", "ket", "ing", "ed")
]


def prose(seed: int, words: int = 120) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=words))


def item(
    name: str, text: str, *, source: str = "", key: str = "", days: float = 0, title: str = "", url: str | None = None
) -> Item:
    published = DAY + timedelta(days=days)
    return Item(
        id=name,
        key=key or name,
        source_id=source or f"source-{name}",
        url=url,
        title=title or f"Headline number {name} of today",
        summary="",
        text=text,
        text_origin="page",
        language="en",
        published=published,
        updated=None,
        first_seen=published,
        authors=(),
        content_sha256="",
    )


def test_agency_copy_with_a_new_headline_and_a_cut() -> None:
    """Shortened, with a line added and other capitals, the text still leads to the original."""
    original = item("a", prose(1, 200))
    copy = item("b", "Our desk reports. " + prose(1, 110).upper(), title="Another headline altogether")

    assert CopyIndex([original]).find(copy) == "a"


def test_two_reports_of_one_event_are_no_copies() -> None:
    """Common words are not common sentences."""
    assert CopyIndex([item("a", prose(1))]).find(item("b", prose(2))) is None


def test_a_quotation_alone_is_no_copy() -> None:
    """A third of the sentences in common is a quotation, not a copy."""
    index = CopyIndex([item("a", f"{prose(1, 60)} {prose(2, 120)}")])

    assert index.find(item("b", f"{prose(1, 60)} {prose(3, 120)}")) is None


def test_chain_leads_to_the_first_original() -> None:
    """A copy of a copy names the original even where it shares too little with it."""
    first = item("a", prose(1, 100))
    second = item("b", prose(1, 100) + " " + prose(2, 90), days=1)
    third = item("c", prose(2, 90), days=2)
    index = CopyIndex([first])
    index.add(second)

    assert CopyIndex([first]).find(third) is None
    assert index.find(third) == "a"


def test_an_item_never_repeats_itself() -> None:
    """The same source and key is the same item, also under a new id or after a change of its text."""
    old = item("a", prose(1), source="s", key="k")

    assert CopyIndex([old]).find(old) is None
    assert CopyIndex([old]).find(item("b", prose(1), source="s", key="k")) is None


def test_the_original_does_not_become_a_copy_of_its_copy() -> None:
    """Asked again, the original is still none, though its copy is known."""
    original, copy = item("a", prose(1)), item("b", prose(1), days=1)

    assert CopyIndex([original, copy]).find(original) is None


def test_same_address_in_another_source() -> None:
    """One article in two feeds is one article, whatever text they give; inside one feed the key decides."""
    index = CopyIndex([item("a", prose(1), source="one", url="https://www.news.example/tanks?utm_source=rss")])

    assert index.find(item("b", prose(2), source="two", url="http://news.example/tanks/")) == "a"
    assert index.find(item("c", prose(2), source="one", url="https://news.example/tanks")) is None


@pytest.mark.parametrize(
    ("title", "days", "expected"),
    [
        ("Élan for a Common Tank", 2.9, "a"),
        ("Elan for a common tank!", 1, "a"),
        ("Elan for a common tank", 3.1, None),
        ("Elan for a common ship", 1, None),
    ],
)
def test_short_texts_are_copies_by_title_and_date(title: str, days: float, expected: str | None) -> None:
    """Without a text to compare the title must be equal after folding, and the dates at most three days apart."""
    index = CopyIndex([item("a", "", title="Elan for a common tank")])

    assert index.find(item("b", "One sentence.", title=title, days=days)) == expected


def test_titles_that_say_nothing_find_nothing() -> None:
    """`Weekly update` is the title of many things."""
    assert CopyIndex([item("a", "", title="Weekly update")]).find(item("b", "", title="Weekly update")) is None


def test_answers_do_not_depend_on_the_order() -> None:
    """The same known items in another order give the same originals."""
    known = [item(f"i{n}", prose(n % 7, 80 + n), days=n / 10) for n in range(40)]
    asked = [item(f"q{n}", prose(n, 90)) for n in range(9)]
    shuffled = random.Random(3).sample(known, len(known))

    assert [CopyIndex(known).find(one) for one in asked] == [CopyIndex(shuffled).find(one) for one in asked]
    assert CopyIndex(known).find(asked[0]) == "i0"


def test_boilerplate_in_every_item_is_bounded() -> None:
    """A paragraph that 300 items share does not make them copies of each other."""
    notice = prose(99, 40)
    index = CopyIndex(item(f"i{n}", f"{prose(n, 100)} {notice}") for n in range(300))

    assert index.find(item("q", f"{prose(1000, 100)} {notice}")) is None
    assert index.find(item("r", f"{prose(299, 100)} {notice}")) == "i299"


def test_shingles_are_the_same_in_every_process() -> None:
    """The hash is fixed: what is stored today can be compared tomorrow."""
    assert shingles("The EU and the US") == frozenset([crc32(b"the eu and the us")])
    assert shingles("too few words") == frozenset()
