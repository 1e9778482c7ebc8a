"""Entities are found where they are named, in eight languages, and not where a word means something else."""

import json
import pickle
import tomllib
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from parsers.judging.names.entities import MAX_MENTIONS, MAX_OF_ONE, mentions
from parsers.judging.names.entity_file import (
    Also,
    Entity,
    EntityPart,
    Term,
    aliases_of,
    first_day,
    joined,
    last_day,
    problems_of,
)
from parsers.judging.names.gazetteer import Gazetteer, compile_entities, holder
from parsers.judging.topic_file import Words

REPOSITORY = Path(__file__).parents[4]
SHAPE = TypeAdapter(EntityPart)
LANGUAGES = ("en", "fr", "de", "es", "it", "pl")
ITEMS = [json.loads(line) for line in (REPOSITORY / "tests/data/entities.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def parts() -> Mapping[str, EntityPart]:
    paths = sorted((REPOSITORY / "config" / "entities").glob("*.toml"))
    return {f"entities/{path.name}": SHAPE.validate_python(tomllib.loads(path.read_text("utf-8"))) for path in paths}


@pytest.fixture(scope="module")
def gazetteer(parts: Mapping[str, EntityPart]) -> Gazetteer:
    return compile_entities(joined(parts.values()))


def small(*entities: Entity, **groups: str) -> Gazetteer:
    """A gazetteer of few entities."""
    return compile_entities(EntityPart(entities, {name: Words(words) for name, words in groups.items()}, "Jill, Bob"))


def named(gazetteer: Gazetteer, text: str, language: str = "en", day: date | None = None) -> list[tuple[str, str]]:
    return [(one.entity_id, one.matched) for one in mentions(gazetteer, "", text, language, day)]


# ---------------------------------------------------------------- the shipped files


def test_shipped_files_are_whole(parts: Mapping[str, EntityPart]) -> None:
    """config/entities/ has no problem, all kinds, and for what is no person or exercise names in other languages."""
    assert problems_of(parts) == []
    entities = joined(parts.values()).entities
    kinds = Counter(entity.kind for entity in entities)
    assert len(kinds) == 11
    assert kinds["person"] >= 95
    assert kinds["organisation"] >= 60
    assert kinds["exercise"] >= 25
    for language in LANGUAGES[1:]:
        assert sum(bool(getattr(entity, language)) for entity in entities) >= 60, language


def test_every_entity_is_found_by_its_name(parts: Mapping[str, EntityPart]) -> None:
    """In a sentence of its own every name that people read is a mention of that very entity, or of nothing."""
    gazetteer = compile_entities(joined(parts.values()))
    wrong = {}
    for entity in gazetteer.entities:
        found = {one.entity_id for one in mentions(gazetteer, "", f"This is about {entity.name}.", "en")}
        if entity.id not in found:
            wrong[entity.id] = found
    assert not [one for one in wrong if "," not in next(e.name for e in gazetteer.entities if e.id == one)]
    assert len(wrong) <= 2  # names with a comma, of which a text is read as two


@pytest.mark.parametrize("item", [pytest.param(one, id=one["id"]) for one in ITEMS])
def test_mentions_of_own_sentences(gazetteer: Gazetteer, item: dict[str, Any]) -> None:
    """Each sentence names these and no others, at positions that hold these very words."""
    day = item["published"] and datetime.fromisoformat(f"{item['published']}T12:00:00+00:00")
    found = mentions(gazetteer, item["title"], item["text"], item["language"], day)
    assert [[one.entity_id, one.matched] for one in found] == item["named"]
    for one in found:
        assert item[one.place][one.start : one.end] == one.matched
    spans = [(one.place == "text", one.start, one.end) for one in found]
    assert spans == sorted(spans)
    assert all(before[0] != after[0] or before[2] <= after[1] for before, after in pairwise(spans))


def test_sentences_are_wide() -> None:
    """Every collision has a sentence in which it is one, and six languages have three sentences at least."""
    ids = {item["id"] for item in ITEMS}
    assert len(ids) == len(ITEMS) >= 110
    for collision in ("asap", "safe", "diana", "ear", "pesco-csp", "pesco-ssz", "pesco-cep", "edf-fed", "edi", "state"):
        assert {f"{collision}-yes", f"{collision}-no"} <= ids
    languages = Counter(item["language"] for item in ITEMS if item["named"])
    assert all(languages[language] >= 3 for language in LANGUAGES)


# ---------------------------------------------------------------- offices


@pytest.mark.parametrize(
    ("office", "day", "who"),
    [
        ("us-secretary-of-defense", "2016-05-01", "ash-carter"),
        ("us-secretary-of-defense", "2019-03-01", "patrick-shanahan"),
        ("us-secretary-of-defense", "2019-07-01", None),  # between two
        ("us-secretary-of-defense", "2021-06-01", "lloyd-austin"),
        ("us-secretary-of-defense", "2026-01-10", "pete-hegseth"),
        ("nato-secretary-general", "2024-09-30", "jens-stoltenberg"),
        ("nato-secretary-general", "2024-10-01", None),  # both on that day
        ("nato-secretary-general", "2024-10-02", "mark-rutte"),
        ("us-president", "2018-01-01", "donald-trump"),
        ("us-president", "2022-01-01", "joe-biden"),
        ("us-president", "2025-06-01", "donald-trump"),
        ("high-representative", "2024-11-30", "josep-borrell"),
        ("high-representative", "2024-12-01", "kaja-kallas"),
        ("saceur", "2022-07-15", None),  # nobody told the day in that month
        ("eums-director-general", "2026-05-01", None),  # nobody knows when in that year it ended
        ("us-president", "1990-01-01", None),
        ("no-such-office", "2020-01-01", None),
    ],
)
def test_holder_of_an_office(gazetteer: Gazetteer, office: str, day: str, who: str | None) -> None:
    """Who held it on that day, and nobody where two may have or the day is not known."""
    assert holder(gazetteer, office, date.fromisoformat(day)) == who


def test_partial_days() -> None:
    """A year or month stands for any of its days; what is no day is refused."""
    assert (first_day("2024-02"), last_day("2024-02")) == (date(2024, 2, 1), date(2024, 2, 29))
    assert (first_day("2023"), last_day("2023")) == (date(2023, 1, 1), date(2023, 12, 31))
    assert first_day("2023-04-05") == last_day("2023-04-05") == date(2023, 4, 5)
    assert first_day(None) is None
    for wrong in ("2023-13", "2023-00", "2023-02-30", "23-01-01", "2023-1", "soon", "0000"):
        with pytest.raises(ValueError, match=r".*"):
            first_day(wrong)


# ---------------------------------------------------------------- rules of the game


def test_longest_name_wins_and_other_things_are_nothing() -> None:
    """Of overlapping names the one of most words counts, also where it means something else."""
    gazetteer = small(
        Entity("Union", id="union", kind="organisation", name="The Union"),
        Entity("Union Army", id="army", kind="organisation", name="Army of the Union", other="Union Army Museum"),
    )
    assert named(gazetteer, "Union, Union Army, Union Army Museum") == [("union", "Union"), ("army", "Union Army")]


def test_what_two_entities_may_mean_is_nothing() -> None:
    """Where the conditions of two entities hold, nobody says which; a sure name beats one with conditions."""
    two = [
        Entity(id=one, kind="event", name=f"Summit of {one}", also=(Also("the summit", around=("talks",)),))
        for one in ("first", "second")
    ]
    gazetteer = small(*two, talks="talks")
    assert named(gazetteer, "Talks at the summit.") == []
    assert named(gazetteer, "Summit of first: the summit began.") == [
        ("first", "Summit of first"),
        ("first", "the summit"),
    ]
    sure = small(*two, Entity("the summit", id="sure", kind="event", name="A summit"), talks="talks")
    assert named(sure, "Talks at the summit.") == [("sure", "the summit")]


def test_conditions_near_around_unless_and_language() -> None:
    """Near and unless look 15 words far in the same part, around everywhere; a language's names count in its texts."""
    one = Entity(
        id="one",
        kind="programme",
        name="Some Long Name",
        also=(Also("ABC", near=("good",), around=("ship",), unless=("bad",)), Also(de="XYZ", around=("ship",))),
    )
    gazetteer = small(one, good="good", ship="ship", bad="bad")
    far = " word" * 20
    assert named(gazetteer, f"ABC is good.{far} A ship.") == [("one", "ABC")]
    assert named(gazetteer, "ABC is good.") == []
    assert named(gazetteer, f"ABC{far} good ship") == []
    assert named(gazetteer, "A bad good ship ABC") == []
    assert named(gazetteer, f"A bad thing.{far} A good ship ABC") == [("one", "ABC")]
    assert [m.matched for m in mentions(gazetteer, "A ship", "a good ABC")] == ["ABC"]
    assert [m.matched for m in mentions(gazetteer, "A good ship", "an ABC")] == []
    assert named(gazetteer, "Ein ship XYZ", "de-AT") == [("one", "XYZ")]
    assert named(gazetteer, "Ein ship XYZ", "en") == named(gazetteer, "Ein ship XYZ", "") == []
    assert named(gazetteer, "Some Long Name (XYZ)", "en") == [("one", "Some Long Name"), ("one", "XYZ")]


def test_surnames() -> None:
    """A surname counts with the full name in the item, not behind another first name; genitives are found."""
    gazetteer = small(
        Entity(id="ann-reed", kind="person", name="Ann Reed", short="Reed"),
        Entity("Kowalczyk", id="kowalczyk", kind="person", name="Bob Kowalczyk"),
    )
    assert named(gazetteer, "Reed spoke.") == []
    assert named(gazetteer, "Reed spoke; Jill Reed did not. Ann Reeds Rede.") == [
        ("ann-reed", "Reed"),
        ("ann-reed", "Ann Reeds"),
    ]
    assert named(gazetteer, "Jill Kowalczyk, Kowalczyks Rede, Bob Kowalczyk") == [
        ("kowalczyk", "Kowalczyks"),
        ("kowalczyk", "Bob Kowalczyk"),
    ]


def test_number_of_mentions_is_bounded(gazetteer: Gazetteer) -> None:
    """The first of each entity in title and text, and no more than a known number altogether."""
    found = mentions(gazetteer, "NATO " * 100, "NATO and EU. " * 10_000, "en")
    counts = Counter((one.entity_id, one.place) for one in found)
    assert counts == {("nato", "title"): MAX_OF_ONE, ("nato", "text"): MAX_OF_ONE, ("eu", "text"): MAX_OF_ONE}
    assert found[-1].start < 13 * (MAX_OF_ONE + 1)
    many = small(*(Entity(id=f"e{n}", kind="event", name=f"Event {n}") for n in range(MAX_MENTIONS + 50)))
    assert len(mentions(many, "", ", ".join(f"Event {n}" for n in range(MAX_MENTIONS + 50)))) == MAX_MENTIONS


def test_same_answer_always(gazetteer: Gazetteer) -> None:
    """Twice the same, also after a trip to another process, and whatever was read in between."""
    item = ITEMS[0]
    before = [mentions(gazetteer, one["title"], one["text"], one["language"]) for one in ITEMS]
    again = pickle.loads(pickle.dumps(gazetteer))
    assert [mentions(again, one["title"], one["text"], one["language"]) for one in ITEMS] == before
    assert mentions(gazetteer, item["title"], item["text"], item["language"]) == before[0]
    assert mentions(gazetteer, "", "") == ()


def test_a_moment_and_a_day_are_alike(gazetteer: Gazetteer) -> None:
    """`published` may be either."""
    text = "The NATO summit ended."
    assert mentions(gazetteer, "", text, "en", datetime(2025, 6, 27, 23, tzinfo=UTC)) == mentions(
        gazetteer, "", text, "en", date(2025, 6, 27)
    )
    assert mentions(gazetteer, "", text, "en", date(1, 1, 1)) == mentions(gazetteer, "", text, "en", date.max)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a" * 1_000_000, id="one-letter"),
        pytest.param("NATO" * 250_000, id="one-word"),
        pytest.param("U." * 500_000, id="full-stops"),
        pytest.param("A. " * 300_000, id="initials"),
        pytest.param("US " * 300_000, id="loud-names"),
        pytest.param("of the " * 150_000, id="beginnings"),
        pytest.param("European " * 100_000, id="half-names"),
        pytest.param("SAFE EU loans " * 60_000, id="conditions"),
        pytest.param("N\u0301" * 300_000 + " NATO", id="combining"),
        pytest.param("\u202eNATO\u202c שלום " * 30_000, id="right-to-left"),
        pytest.param("\ud800 NATO \udfff " * 50_000, id="lone-surrogates"),
        pytest.param("\u0000\ufffd\u200b NATO \u00ad" * 50_000, id="controls"),
        pytest.param("ﷺ NATO İstanbul ß " * 30_000, id="letters-that-grow"),
        pytest.param("\n\n \n" * 300_000, id="blank-lines"),
    ],
)
def test_hostile_texts(gazetteer: Gazetteer, text: str) -> None:
    """Long and odd texts are read to the end, with positions that hold what they say."""
    for one in mentions(gazetteer, text[:2_000], text, "en", date(2025, 6, 27)):
        whole = text[:2_000] if one.place == "title" else text
        assert whole[one.start : one.end] == one.matched


def test_hidden_and_disguised_letters(gazetteer: Gazetteer) -> None:
    """Zero-width letters inside a name and look-alikes of other alphabets do not hide it; positions are those there."""
    text = "xx N\u200bATO and NА\u0422O, \u202eEU\u202c and ＮＡＴＯ."
    found = mentions(gazetteer, "", text, "en")
    assert [(one.entity_id, text[one.start : one.end]) for one in found] == [
        ("nato", "N\u200bATO"),
        ("nato", "NА\u0422O"),
        ("eu", "EU\u202c"),
        ("nato", "ＮＡＴＯ"),
    ]


# ---------------------------------------------------------------- what can be wrong with the files


def test_all_problems_at_once() -> None:
    """Every problem of every file comes back, each with file, entry and reason."""
    good = Entity("Alpha Group", id="alpha", kind="organisation", name="Alpha")
    office = Entity("Chief", id="chief", kind="office", name="Chief of Staff")
    first = EntityPart((good, office), {"words": Words("word")})
    second = EntityPart(
        (
            Entity("Alpha Group", id="beta", kind="organisation", name="Beta"),
            Entity("x, Gamma Ray", id="Gamma ray", kind="programme", name="?!"),
            Entity("Delta,, Air", id="alpha", kind="event", name="Delta", since="2021-13", until="2020"),
            Entity(id="eps", kind="event", name="Epsilon", since="2021-05", until="2021-04-30"),
            Entity(id="zeta", kind="event", name="Zeta", also=(Also("Zt", near=("word|words",), days=3), Also())),
            Entity(id="eta", kind="event", name="Eta", offices=(Term("chief"),), short=" , "),
            Entity(id="p1", kind="person", name="Per One", offices=(Term("chief", "2020-01-01", "2021-06-01"),)),
            Entity(id="p2", kind="person", name="Per Two", offices=(Term("chief", "2021-01-01"), Term("boss", "x"))),
        ),
        {"words": Words("other")},
    )
    found = problems_of({"a.toml": first, "b.toml": second})
    assert {name for name, _, _ in found} == {"b.toml"}
    told = {path: reason for _, path, reason in found}
    expected = {
        "entities[0] (beta)": "'alpha group' is a name of entities[0] (alpha) of a.toml as well",
        "entities[1] (Gamma ray)": None,
        "entities[1] (Gamma ray).id": "may hold small letters",
        "entities[1] (Gamma ray).name": "empty",
        "entities[1] (Gamma ray).every": "phrase 1, 'x', would match nearly everything",
        "entities[2] (alpha).id": "is already the id of entities[0] (alpha) of a.toml",
        "entities[2] (alpha).every": "phrase 2 is empty",
        "entities[2] (alpha).since": "'2021-13' is no day",
        "entities[3] (eps).until": "2021-04-30 is before 2021-05",
        "entities[4] (zeta).also[0].near": "there is no group 'word'",
        "entities[4] (zeta).also[0].days": "as long as the entity has no `since`",
        "entities[4] (zeta).also[1]": "has no phrase in any language",
        "entities[5] (eta).offices": "a person can hold an office",
        "entities[5] (eta).short": "empty",
        "entities[7] (p2).offices[0]": "p1 holds chief until 2021-06-01",
        "entities[7] (p2).offices[1].office": "there is no entity 'boss' of kind office",
        "entities[7] (p2).offices[1].since": "'x' is no day",
        "groups.words": "is already a group of a.toml",
    }
    for path, reason in expected.items():
        assert reason is None or reason in told.get(path, ""), (path, told.get(path))
    assert set(told) <= set(expected)
    assert problems_of({}) == [("entities", "entities", "there is no entity in any of the files")]


def test_shared_names_need_conditions() -> None:
    """A name may be shared where every entity that has it gives conditions for it."""
    also = (Also("Delta"),)
    one = Entity(id="one", kind="event", name="First Delta", also=also)
    two = Entity(id="two", kind="event", name="Second Delta", also=also)
    assert problems_of({"a.toml": EntityPart((one, two))}) == []
    sure = Entity("delta", id="three", kind="event", name="Third Delta")
    assert [path for _, path, _ in problems_of({"a.toml": EntityPart((one, sure))})] == ["entities[0] (one)"]


@pytest.mark.parametrize(
    ("toml", "place"),
    [
        ('[[entities]]\nid = "a"\nkind = "person"\nname = "A B"\nalias = "C"', ("entities", 0, "alias")),
        ('[[entities]]\nid = "a"\nkind = "planet"\nname = "A B"', ("entities", 0, "kind")),
        ('[[entities]]\nid = "a"\nkind = "event"', ("entities", 0, "name")),
        (
            '[[entities]]\nid = "a"\nkind = "event"\nname = "A B"\n[[entities.also]]\nfar = ["x"]',
            ("entities", 0, "also"),
        ),
        ('titel = "x"', ("titel",)),
    ],
)
def test_unknown_keys_and_kinds_are_refused(toml: str, place: tuple[str | int, ...]) -> None:
    """What the shape does not know is an error that names the entry."""
    with pytest.raises(ValidationError) as caught:
        SHAPE.validate_python(tomllib.loads(toml))
    assert [error["loc"][: len(place)] for error in caught.value.errors()] == [place]


def test_aliases_for_analysts() -> None:
    """Every name of the file once, those with conditions too, without the one that people read."""
    entity = Entity("Bee, A B", id="a", kind="event", name="A B", short="B", also=(Also("Cee"), Also(de="Bee")))
    assert aliases_of(entity) == ("Bee", "B", "Cee")


# ---------------------------------------------------------------- against the reference material


def test_people_of_the_seed_documents(gazetteer: Gazetteer, shared: Path) -> None:
    """At least 85 in 100 paragraphs said to be about somebody name them; the rest say `he`, or write a name wrong."""
    facts = json.loads((shared / "data" / "seed_facts.json").read_text("utf-8"))["seeds"]
    ids = {entity.name: entity.id for entity in gazetteer.entities if entity.kind == "person"}
    said = found = 0
    for seed in facts:
        text = (shared / "seeds" / seed["file"]).read_bytes().decode("utf-8")
        places = [(one.entity_id, one.start) for one in mentions(gazetteer, "", text, "en")]
        for person in seed["people"]:
            for number in person["paragraphs"] if person["name"] in ids else ():
                start, end = seed["paragraph_offsets"][number - 1]
                said += 1
                found += any(who == ids[person["name"]] and start <= at < end for who, at in places)
    assert said >= 45
    assert found / said >= 0.85


def test_positions_in_real_items(gazetteer: Gazetteer, shared: Path) -> None:
    """In hundreds of real items every mention stands where it says, and many items name somebody or something."""
    rows = [
        json.loads(line)
        for name in ("topics_dev.jsonl", "stories_dev.jsonl")
        for line in (shared / "eval" / name).read_text("utf-8").splitlines()
    ]
    with_any = 0
    for row in rows:
        found = mentions(gazetteer, row["title"], row["text"], row["language"])
        assert all(row[one.place][one.start : one.end] == one.matched for one in found)
        with_any += bool(found)
    assert with_any / len(rows) >= 0.55
