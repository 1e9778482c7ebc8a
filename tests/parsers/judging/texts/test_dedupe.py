"""Copies: the same address, the same sentences, the same headline; and what only looks like a copy."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parsers.judging.texts import dedupe
from parsers.judging.texts.dedupe import CopyIndex
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


def index_of(*items: Item) -> CopyIndex:
    """An index to which the items became known one after the other."""
    index = CopyIndex()
    for one in items:
        index.add(one, index.find(one))
    return index


def test_agency_copy_with_a_new_headline_and_a_cut() -> None:
    """Shortened, with a line added and other capitals, the text still leads to the original."""
    original = item("a", prose(1, 200))
    copy = item("b", "Our desk reports. " + prose(1, 110).upper(), title="Another headline altogether")

    assert index_of(original).find(copy) == "a"


def test_two_reports_of_one_event_are_no_copies() -> None:
    """Common words are not common sentences."""
    assert index_of(item("a", prose(1))).find(item("b", prose(2))) is None


def test_a_quotation_alone_is_no_copy() -> None:
    """A third of the sentences in common is a quotation, not a copy."""
    index = index_of(item("a", f"{prose(1, 60)} {prose(2, 120)}"))

    assert index.find(item("b", f"{prose(1, 60)} {prose(3, 120)}")) is None


def test_chain_leads_to_the_first_original() -> None:
    """A copy of a copy names the original even where it shares too little with it."""
    first = item("a", prose(1, 100))
    second = item("b", prose(1, 100) + " " + prose(2, 90), days=1)
    third = item("c", prose(2, 90), days=2)
    index = index_of(first)
    index.add(second, index.find(second))

    assert index_of(first).find(third) is None
    assert index.find(third) == "a"


def test_an_item_never_repeats_itself() -> None:
    """The same source and key is the same item, also under a new id or after a change of its text."""
    old = item("a", prose(1), source="s", key="k")

    assert index_of(old).find(old) is None
    assert index_of(old).find(item("b", prose(1), source="s", key="k")) is None


def test_the_original_does_not_become_a_copy_of_its_copy() -> None:
    """Asked again, the original is still none, though its copy is known."""
    original, copy = item("a", prose(1)), item("b", prose(1), days=1)

    assert index_of(original, copy).find(original) is None


def test_same_address_in_another_source() -> None:
    """One article in two feeds is one article, whatever text they give; inside one feed the key decides."""
    index = index_of(item("a", prose(1), source="one", url="https://www.news.example/tanks?utm_source=rss"))

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
    index = index_of(item("a", "", title="Elan for a common tank"))

    assert index.find(item("b", "One sentence.", title=title, days=days)) == expected


def test_titles_that_say_nothing_find_nothing() -> None:
    """`Weekly update` is the title of many things."""
    assert index_of(item("a", "", title="Weekly update")).find(item("b", "", title="Weekly update")) is None


def test_two_items_that_take_over_the_same_text() -> None:
    """Two outlets replace their own texts by one agency text: one is the original, the other one its copy."""
    first, second = item("a", prose(1)), item("b", prose(2))
    index = index_of(first, second)
    agency = f"{prose(1)} {prose(2)}"

    changed = replace(first, text=agency)
    assert index.find(changed) == "b"
    index.add(changed, "b")
    assert index.find(replace(second, text=agency)) is None


def test_what_an_item_said_before_is_forgotten() -> None:
    """A changed text is found by its new sentences and no longer by the old ones."""
    index = index_of(item("a", prose(1), title="A title that goes away"))
    index.add(item("a", prose(2)))

    assert index.find(item("b", prose(1))) is None
    assert index.find(item("b", "", title="A title that goes away")) is None
    assert index.find(item("b", prose(2))) == "a"


def test_a_copy_that_changed_is_an_original() -> None:
    """What it said before binds nobody: not the item itself, nor the one that it repeated."""
    original, copy = item("a", prose(1)), item("b", prose(1), days=1)
    index = index_of(original, copy)
    index.add(item("b", prose(2)))

    assert index.find(item("c", prose(2))) == "b"
    assert index.find(item("a", prose(2))) == "b"


def churn(seed: int, steps: int = 120) -> tuple[CopyIndex, dict[str, tuple[Item, str | None]]]:
    """Items that come and change at random, texts overlapping by halves; the index that saw it, and what was stored."""
    rng = random.Random(seed)
    index, stored = CopyIndex(), {}
    for _ in range(steps):
        name = f"i{rng.randrange(40)}"
        text = " ".join(prose(rng.randrange(12), 60) for _ in range(rng.randint(1, 3)))
        title = f"Headline number {rng.randrange(60)} of today"
        url = rng.choice([None, f"https://news.example/{rng.randrange(30)}"])
        one = item(name, rng.choice([text, ""]), source=f"s{int(name[1:]) % 7}", title=title, url=url)
        one = replace(one, published=rng.choice([None, DAY + timedelta(hours=rng.randrange(99))]))
        stored[name] = (one, index.find(one))
        index.add(*stored[name])
    return index, stored


@pytest.mark.parametrize("seed", range(6))
def test_every_copy_names_an_item_that_is_no_copy(seed: int) -> None:
    """No cycles and no chains, however the items change."""
    _, stored = churn(seed)
    copies = {name: original for name, (_, original) in stored.items() if original is not None}

    assert len(copies) > 5
    assert not copies.keys() & set(copies.values())


@pytest.mark.parametrize("seed", range(6))
def test_what_was_stored_makes_the_same_index(seed: int) -> None:
    """After a restart, in whatever order the items are read back, every question has the answer that it had before."""
    live, stored = churn(seed)
    again = CopyIndex(random.Random(seed).sample(list(stored.values()), len(stored)))
    asked = [one for one, _ in [*stored.values(), *churn(seed + 100)[1].values()]]
    asked += [replace(one, id=f"new {one.id}", key=f"new {one.key}") for one in asked]

    assert [again.find(one) for one in asked] == [live.find(one) for one in asked]
    assert sum(live.find(one) is not None for one in asked) > 20


def test_stored_chains_and_cycles_are_straightened() -> None:
    """What was stored wrongly leads to one original."""
    a, b, c = (item(name, prose(number), days=number) for number, name in enumerate("abc"))
    probes = [item("x", prose(number)) for number in range(3)]

    assert [CopyIndex([(a, "b"), (b, "a")]).find(probe) for probe in probes] == ["b", "b", None]
    assert [CopyIndex([(a, None), (c, "b"), (b, "a")]).find(probe) for probe in probes] == ["a", "a", "a"]


def test_a_site_says_the_same_under_every_headline() -> None:
    """Two thirds in common make a copy across sources; inside one source only under a title that is alike."""
    notice = prose(99, 80)
    index = index_of(item("a", f"{prose(1, 40)} {notice}", source="one"))
    text = f"{prose(2, 40)} {notice}"

    assert index.find(item("b", text, source="two")) == "a"
    assert index.find(item("b", text, source="one", title="Ministers meet in Vilnius")) is None
    assert index.find(item("b", text, source="one", title="Headline number a of this morning")) == "a"
    updated = f"Update. {prose(1, 40)} {notice}"
    assert index.find(item("b", updated, source="one", title="Ministers meet in Vilnius")) == "a"


def test_a_source_uses_its_titles_again() -> None:
    """The same title at another address of one source is the next of a series; elsewhere it is a copy."""
    title = "Doorstep statement by the Secretary General"
    index = index_of(item("a", "", source="one", title=title, url="https://one.example/1"))

    assert index.find(item("b", "", source="one", title=title, url="https://one.example/2", days=2)) is None
    assert index.find(item("b", "", source="two", title=title, url="https://two.example/2", days=2)) == "a"
    assert index.find(item("b", "", source="one", title=title, days=2)) == "a"


def test_of_many_alike_the_likeliest_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred long texts that overlap by a third and more cost few comparisons, and the copy among them is found."""
    pool = [prose(number, 12) + f" {number}" for number in range(200)]
    texts = [" ".join(random.Random(number).sample(pool, 75)) for number in range(100)]
    index = index_of(*[item(f"i{number}", text) for number, text in enumerate(texts)])
    compared = []
    share = dedupe._share
    monkeypatch.setattr(dedupe, "_share", lambda *pair: compared.append(1) or share(*pair))

    assert index.find(item("q", texts[60] + " " + prose(1000, 300))) == "i60"
    assert len(compared) <= dedupe.MAX_COMPARED


def test_boilerplate_in_every_item_is_bounded() -> None:
    """A paragraph that 300 items share does not make them copies of each other."""
    notice = prose(99, 40)
    index = index_of(*[item(f"i{n}", f"{prose(n, 100)} {notice}") for n in range(300)])

    assert index.find(item("q", f"{prose(1000, 100)} {notice}")) is None
    assert index.find(item("r", f"{prose(299, 100)} {notice}")) == "i299"


def test_an_article_comes_again_under_a_new_address() -> None:
    """With a few words more and a title that says as much it is the same article; much changed it is another one."""
    old = item("a", prose(1, 200), source="one", title="Ministers agree on tanks", url="https://one.example/1")
    index = index_of(old)
    more = f"{prose(1, 150)} {prose(2, 60)}"

    assert index.find(item("b", more, source="one", title="Ministers agree on more tanks", url="https://one.example/2"))
    assert not index.find(item("b", more, source="one", title="Parliament votes tonight", url="https://one.example/2"))
    again = f"Updated. {prose(1, 195)}"
    assert index.find(item("b", again, source="one", title="Parliament votes tonight", url="https://one.example/2"))


def test_notices_that_differ_in_their_numbers() -> None:
    """One form filled in twice is two notices; the same form copied by another outlet is one."""
    form = prose(1, 100).split()
    first, second = (" ".join([*form, *(f"item {n * number}" for n in range(3, 9))]) for number in (11, 1_013))
    index = index_of(item("a", first, source="one", title="Notice 11 on offers"))

    assert index.find(item("b", second, source="two")) is None
    assert index.find(item("b", second, source="one", title="Notice 11 on offers")) is None
    assert index.find(item("b", first, source="two")) == "a"


def test_a_series_has_a_number_in_its_title() -> None:
    """Two days with one text are two days; the toll of a strike that rises in title and text is an update."""
    index = index_of(item("a", prose(1), source="one", title="Daily briefing of 3 May"))

    assert index.find(item("b", prose(1), source="one", title="Daily briefing of 4 May")) is None
    assert index.find(item("b", prose(1), source="two", title="Daily briefing of 4 May")) == "a"
    index = index_of(item("a", f"{prose(1)} 12 dead 5 ships 3 ports", source="one", title="Strike kills 12"))
    assert index.find(item("b", f"{prose(1)} 15 dead 5 ships 3 ports", source="one", title="Strike kills 15")) == "a"


def test_a_statement_that_is_quoted() -> None:
    """Two reports with one long quotation, and the statement, are three texts; the statement printed is a copy."""
    statement = prose(1, 80)
    index = index_of(item("a", statement), item("b", f"{prose(2, 60)} “{statement}”"))

    assert index.find(item("c", f"{prose(3, 60)} «{statement}»")) is None
    assert index.find(item("c", f"{prose(3, 60)} {statement}")) == "a"


@pytest.mark.parametrize("change", ["title", "text", "address"])
def test_thousands_that_share_one_thing(change: str) -> None:
    """One title, one text, one address of one source: each is compared with a few."""
    index = CopyIndex()
    for number in range(2_000):
        one = item(
            f"{number:05}",
            prose(1, 40) if change == "text" else f"Entry {number}",
            source="ticker" if change != "text" else "",
            title="Live: all that happens today" if change == "title" else f"Entry number {number} of all",
            url="https://one.example/live" if change == "address" else f"https://one.example/{number}",
        )
        index.add(one, index.find(one))

    assert index.find(item("x", prose(1, 40), url="https://other.example/1")) == ("00000" if change == "text" else None)


def test_one_title_over_other_words() -> None:
    """Short pieces of one source under one title, without addresses, are copies only where they share words."""
    title = "Daily defence briefing for leaders"
    first = item("a", prose(1, 12), source="s", title=title)
    assert index_of(first).find(item("b", prose(2, 12), source="s", title=title)) is None
    assert index_of(first).find(item("c", prose(1, 12) + " more follows", source="s", title=title)) == "a"


def test_one_title_over_other_words_of_two_houses() -> None:
    """A short title is that of many things where both texts say something; a long one, or the title again, is not."""
    short, long = "Minutes of the plenary meeting", "Ministers of nine countries signed a letter on tanks in Vilnius"
    for title, expected in ((short, None), (long, "a")):
        index = index_of(item("a", prose(1, 12), title=title))
        assert index.find(item("b", prose(2, 12), title=title)) == expected
        assert index.find(item("c", prose(1, 12) + " more follows", title=title)) == "a"
        assert index.find(item("d", f"{title} Example Times", title=title)) == "a"
        assert index.find(item("e", "", title=title)) == "a"
    assert index_of(item("a", "Minutes of 3 June.", title=short)).find(item("b", "Agenda.", title=short)) is None


def sale(country: str, goods: str, cost: int, maker: str) -> str:
    """A form as offices fill it in."""
    return (
        f"WASHINGTON - The department has approved a possible sale to the government of {country} of {goods} and of "
        f"what belongs to them, for an estimated {cost} million dollars. The office told the committees of it today. "
        f"The government of {country} asked to buy {goods}. The proposed sale serves the foreign policy and the "
        "security of both sides by making an ally safer that is a force for stability and growth on its continent. "
        f"It makes {country} better able to meet threats of today and of tomorrow. {country} will have no difficulty "
        "in taking these goods into its armed forces. The balance of forces in the region stays as it is. The main "
        f"contractor will be {maker}. Nobody knows of any offset agreement that goes with this sale. No more officials "
        f"or contractors need to be sent to {country}. The readiness of our own forces does not suffer from it."
    )


def wishes(country: str) -> str:
    return (
        f"On behalf of the government I send the best wishes to the people of {country} as they celebrate this day. "
        "Our two countries have been friends for a long time, with common values, mutual respect and the will to keep "
        "the peace. We look forward to working together on defence and trade in the year ahead. On this occasion I "
        f"wish all who live in {country} a joyous celebration and a year of good fortune."
    )


def call(minister: str, thanks: str) -> str:
    return (
        f"Secretary Miller spoke today with {minister}. The secretary and the minister discussed the close ties of "
        "their countries, the work that goes on in defence and security, and the efforts to end the war. The secretary "
        f"thanked the minister for {thanks}. Both will meet again before the summit of the alliance in the summer."
    )


FORMS = [
    ("Denmark – PATRIOT Air Defence System", sale("Denmark", "PATRIOT radar sets", 8500, "Example Corporation")),
    ("Poland – Integrated Command System", sale("Poland", "Integrated Command System parts", 780, "Sample Works")),
    ("Finland – AIM-120D Missiles", sale("Finland", "AIM-120D rounds", 1070, "Example Corporation")),
    ("Poland – Javelin Rounds", sale("Poland", "Javelin rounds", 100, "Third House")),
    ("Latvia National Day", wishes("Latvia")),
    ("Finland Independence Day", wishes("Finland")),
    ("Slovakia's day", wishes("Slovakia")),
    ("Slovenia's day", wishes("Slovenia")),
    ("Call with Polish Minister Nowak", call("Polish Minister Nowak", "what Poland spends")),
    ("Call with Finnish Minister Virtanen", call("Finnish Minister Virtanen", "what Finland builds")),
]


@pytest.mark.parametrize("source", ["one", "two"])
def test_one_form_filled_in_for_others(source: str) -> None:
    """Each title names what the other text lacks; under a headline that names nothing a cut of each is its copy."""
    for number, (title, text) in enumerate(FORMS):
        others = [other for other in FORMS if other[0] != title]
        index = index_of(*[item(f"i{n}", words, source="one", title=name) for n, (name, words) in enumerate(others)])
        assert len([one for one in index._known.values() if one.original == one.id]) == len(others)
        assert index.find(item("x", text, source=source, title=title)) is None, title
        index = index_of(item(f"f{number}", text, source="one", title=title))
        cut = " ".join(text.split()[:70])
        assert index.find(item("x", cut, source="two", title="Arms: Washington sells more to Europe")) == f"f{number}"


def test_names_that_are_spelled_in_two_ways() -> None:
    """An updated article whose title and text spell a name anew is the same article; so is the teaser of a search."""
    text = f"{prose(1, 60)} by President {{}} of the country {prose(2, 60)}"
    index = index_of(item("a", text.format("Zelensky"), title="Zelensky calls for changes"))
    assert index.find(item("b", text.format("Zelenskiy"), title="Zelenskiy wants changes")) == "a"

    texts = [f"{prose(3, 80)} reported to {name} by the office {prose(4, 40)}" for name in ("Example", "Sample")]
    index = index_of(replace(item("a", texts[0], title="Tanks for all - Example"), publisher="Example"))
    assert index.find(replace(item("b", texts[1], title="Tanks for all - Sample"), publisher="Sample")) == "a"
