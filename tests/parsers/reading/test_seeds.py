"""The seed documents: what is read from them, and what the catalogue says of them."""

import dataclasses
import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from parsers.configured import SeedRecord
from parsers.errors import Unreadable
from parsers.model import Page, Seed
from parsers.reading.seeds import abstract_seed, furniture, locate, read_seed, seed_from_page

CATALOGUE = Path(__file__).parents[3] / "config" / "seeds.toml"
RECORDS = TypeAdapter(tuple[SeedRecord, ...])
TOPICS = {
    *("dialogue", "eda-arrangement", "pesco", "defence-industry", "military-mobility", "nato-eu", "strategic-autonomy"),
    *("burden-sharing", "us-politics", "indo-pacific", "ukraine-war", "force-posture", "research-technology"),
    *("crisis-management", "counter-terrorism", "hybrid-cyber", "nonproliferation", "regional-security"),
    *("enlargement", "climate-energy", "capabilities"),
}
GLUED = "glued"
"""How the reference names a paragraph of real text with links before it: it stays text."""


@pytest.fixture(scope="session")
def tables() -> list[dict[str, Any]]:
    """The tables of config/seeds.toml as written."""
    seeds: list[dict[str, Any]] = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))["seeds"]
    return seeds


@pytest.fixture(scope="session")
def records(tables: list[dict[str, Any]]) -> tuple[SeedRecord, ...]:
    """The catalogue as the settings load it."""
    return RECORDS.validate_python(tables)


@pytest.fixture(scope="session")
def facts(shared: Path) -> Mapping[str, Mapping[str, Any]]:
    """File name -> what a person found in the document."""
    seeds = json.loads((shared / "data" / "seed_facts.json").read_text(encoding="utf-8"))["seeds"]
    return {seed["file"]: seed for seed in seeds}


@pytest.fixture(scope="session")
def seeds(shared: Path, records: tuple[SeedRecord, ...]) -> tuple[Seed, ...]:
    """The five documents as read."""
    return tuple(read_seed((shared / "seeds" / record.file).read_bytes(), record) for record in records)


def furniture_of(fact: Mapping[str, Any]) -> set[int]:
    return {int(number) for number, what in fact["boilerplate_paragraphs"].items() if GLUED not in what}


def record_of(raw: bytes = b"", **changes: Any) -> SeedRecord:
    record = SeedRecord(
        id="sample",
        file="sample.txt",
        bytes=max(1, len(raw)),
        sha256=hashlib.sha256(raw).hexdigest(),
        title="A sample of a document",
        publisher="Nobody",
        published="2024",
        language="en",
        kind="sample",
        abstract="In our own words. " * 20,
    )
    return dataclasses.replace(record, **changes)


def seed_of(text: str, **changes: Any) -> Seed:
    return read_seed(text.encode(), record_of(text.encode(), **changes))


FIRST = "The ministers of both sides met in the old town hall and talked about ships until late in the evening."
SECOND = "A second meeting is to follow in the spring, and then the lawyers will have had their say about the paper."
THIRD = "Nobody expects a quick result, because each of the two sides has a parliament that wants to be asked first."


# ---------------------------------------------------------------- the catalogue


def test_catalogue_loads_as_records(records: tuple[SeedRecord, ...]) -> None:
    """Five seeds with different ids, files and hashes, in frozen records."""
    assert len(records) == 5
    for field in ("id", "file", "sha256", "title"):
        assert len({getattr(record, field) for record in records}) == 5
    assert all(re.fullmatch(r"[0-9a-f]{64}", record.sha256) for record in records)
    assert all(isinstance(record.not_text, tuple) for record in records)


def test_unknown_key_in_the_catalogue_is_refused(tables: list[dict[str, Any]]) -> None:
    """A misspelt key is a problem that names its place."""
    with pytest.raises(ValidationError) as caught:
        RECORDS.validate_python([tables[0], tables[1] | {"absract": "typo"}])
    assert caught.value.errors()[0]["loc"] == (1, "absract")


def test_catalogue_names_only_known_topics(records: tuple[SeedRecord, ...]) -> None:
    """Topics are among the 21, each of the 21 but none else has a place in a seed, and no list is empty or unsorted."""
    assert {topic for record in records for topic in record.topics} == TOPICS
    for record in records:
        for paragraphs in record.topics.values():
            assert paragraphs
            assert list(paragraphs) == sorted(set(paragraphs))


def test_topic_list_is_that_of_the_reference(shared: Path) -> None:
    """The 21 ids above are those of the seed topics."""
    lines = (shared / "topics.md").read_text(encoding="utf-8").splitlines()
    assert {line.split(" | ")[0] for line in lines if line.count(" | ") == 2} - {"id"} == TOPICS


def test_abstracts_are_of_a_size_to_be_read(records: tuple[SeedRecord, ...]) -> None:
    """90 to 160 words on one line, so that no line break of the file reaches a reader."""
    for record in records:
        assert 90 <= len(record.abstract.split()) <= 160, record.id
        assert "\n" not in record.abstract


def test_only_known_addresses(records: tuple[SeedRecord, ...], facts: Mapping[str, Any]) -> None:
    """An address is the reference's canonical one, or there is none."""
    assert {record.file: record.url for record in records} == {
        file: fact["bibliography"]["canonical_url"] for file, fact in facts.items()
    }


def test_catalogue_agrees_with_the_reference(records: tuple[SeedRecord, ...], facts: Mapping[str, Any]) -> None:
    """Hash, title, date, authors, topic evidence and furniture are what a careful reader found."""
    for record in records:
        fact = facts[record.file]
        bibliography = fact["bibliography"]
        assert record.sha256 == fact["sha256"]
        assert record.title == bibliography["title"]
        assert record.published == bibliography["published"]
        assert list(record.authors) == bibliography["authors"]
        assert record.translated_from == bibliography.get("translated_from")
        assert set(record.not_text) == furniture_of(fact)
        clear = {topic: tuple(found["paragraphs"]) for topic, found in fact["topics"].items() if found["paragraphs"]}
        assert record.topics == clear


def test_abstracts_are_in_our_own_words(shared: Path, records: tuple[SeedRecord, ...]) -> None:
    """No eight words in a row of abstract or note stand in any of the seeds."""
    taken = set()
    for record in records:
        words = re.findall(r"\w+", (shared / "seeds" / record.file).read_text(encoding="utf-8").casefold())
        taken |= set(zip(*(words[shift:] for shift in range(8)), strict=False))
    for record in records:
        for ours in (record.abstract, record.note or ""):
            words = re.findall(r"\w+", ours.casefold())
            assert not taken & set(zip(*(words[shift:] for shift in range(8)), strict=False)), record.id


# ---------------------------------------------------------------- the five documents


def test_paragraphs_stand_where_the_reference_has_them(seeds: tuple[Seed, ...], facts: Mapping[str, Any]) -> None:
    """Numbers from 1, and start and end as counted by somebody else."""
    for seed in seeds:
        fact = facts[seed.record.file]
        assert [[each.start, each.end] for each in seed.paragraphs] == fact["paragraph_offsets"]
        assert [each.number for each in seed.paragraphs] == list(range(1, fact["paragraph_count"] + 1))


def test_the_files_are_the_expected_ones(shared: Path, seeds: tuple[Seed, ...]) -> None:
    """Size and hash match, so nothing is reported and the catalogue's list decides."""
    for seed in seeds:
        assert (shared / "seeds" / seed.record.file).stat().st_size == seed.record.bytes
        assert seed.problems == ()
        assert seed.text_origin == "seed"
        assert {each.number for each in seed.paragraphs if not each.is_text} == set(seed.record.not_text)


def test_topic_paragraphs_exist_and_have_words(seeds: tuple[Seed, ...]) -> None:
    """Each paragraph that gives a topic its meaning is there and, but for one headline, is text."""
    not_text = set()
    for seed in seeds:
        for number in sorted({number for numbers in seed.record.topics.values() for number in numbers}):
            assert len(seed.paragraphs[number - 1].text) > 30, (seed.record.id, number)
            if not seed.paragraphs[number - 1].is_text:
                not_text.add((seed.record.id, number))
    assert not_text == {("american-chronicles-2021", 1)}


def test_no_furniture_is_left_in_the_text(seeds: tuple[Seed, ...]) -> None:
    """No address, markup, footnote mark, page line, biography, caption or headline of another article."""
    for seed in seeds:
        for trace in (
            r"https?:|file:|www\.|\]\(|\*\*|[¹²³⁴-⁹]",
            r"Page \d+ of \d+|Figure \d+ -",
            r"associate editor|More In Europe|Senior Political Scientist|\(POOL|LECOQ|With information from",
            r"Belarusian|175,000|Iran remain stalled|©|Commercial use|Place du Congr",
        ):
            assert not re.search(trace, seed.text), (seed.record.id, trace)
        assert not re.search(r"\n(?!\n)(?<!\n\n)", seed.text), "a wrapped line is left"


def test_all_that_is_text_arrives(seeds: tuple[Seed, ...]) -> None:
    """Each cleaned paragraph of text is in the running text, in its order."""
    for seed in seeds:
        running, at = " ".join(seed.text.split()), 0
        for each in seed.paragraphs:
            if each.is_text:
                at = running.index(" ".join(each.text.split()), at)


def test_sentences_are_whole_again(seeds: tuple[Seed, ...], facts: Mapping[str, Any]) -> None:
    """Where a footnote or a page break cut a sentence, its halves stand in one paragraph, one blank apart."""
    joined = 0
    for seed in seeds:
        for before, after in facts[seed.record.file].get("broken_sentences", []):
            left, right = (seed.paragraphs[number - 1].text for number in (before, after))
            assert f"{left[-30:]} {right[:30]}" in seed.text, (seed.record.id, before)
            joined += 1
    assert joined == 6


def test_page_breaks_with_glued_links_are_bridged(seeds: tuple[Seed, ...]) -> None:
    """In the briefing sentences go on behind figures, link lists and running headers, and below a bullet."""
    briefing = next(seed for seed in seeds if seed.record.id == "eprs-2016")
    for before, after in ((19, 22), (26, 27), (35, 36), (46, 47), (47, 48), (55, 59)):
        left, right = (briefing.paragraphs[number - 1].text for number in (before, after))
        assert f"{left[-15:]} {right[:15]}" in briefing.text, before
    blocks = briefing.text.split("\n\n")
    assert {
        "Context and the state of play",
        "Global and regional security",
        "Looking ahead: potential projects",
    } <= set(blocks)
    assert "counterterrorism" not in briefing.text
    assert "crisis management, counter-terrorism and" in briefing.text


def test_general_rules_alone_find_the_furniture(shared: Path, facts: Mapping[str, Any]) -> None:
    """Without the catalogue's list: hardly a paragraph of furniture is missed, hardly one of text is lost."""
    for file, fact in facts.items():
        text = (shared / "seeds" / file).read_text(encoding="utf-8")
        found = set(furniture([text[start:end] for start, end in fact["paragraph_offsets"]]))
        expected = furniture_of(fact)
        assert len(found & expected) >= 0.95 * len(expected), (file, "missed", expected - found)
        assert len(found & expected) >= 0.95 * len(found), (file, "lost", found - expected)


def test_general_rules_spare_articles_of_other_kinds(shared: Path) -> None:
    """On 60 articles that the rules were not made for, at most one paragraph in ten goes (some are link lists)."""
    truth = json.loads((shared / "eval" / "pages" / "truth.json").read_text(encoding="utf-8"))
    articles = [[line for line in page["articleBody"].splitlines() if line.strip()] for page in truth.values()]
    flagged = [furniture(paragraphs) for paragraphs in articles]
    assert sum(map(len, flagged)) <= 0.1 * sum(map(len, articles))
    title_block = sum(reason == "title block" for found in flagged for reason in found.values())
    assert title_block <= len(articles) // 4


# ---------------------------------------------------------------- traps, one by one


def test_paragraph_rule() -> None:
    """Blank lines with blanks, several of them, Windows line ends and blanks at the edges all count as said."""
    text = f"\n \n  {FIRST}\t\r\n \t \r\n\r\n{SECOND}\n{THIRD}\n\n"
    seed = seed_of(text)
    assert [text[each.start : each.end] for each in seed.paragraphs] == [FIRST, f"{SECOND}\n{THIRD}"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("help against counter-\nterrorism units", "help against counter-terrorism units"),
        ("the Asia-\nPacific region", "the Asia-Pacific region"),
        ("short-\nand long-term aims", "short- and long-term aims"),
        ("more cooper-\nation between", "more cooperation between"),
        ("one inter-\nview about the view", "one interview about the view"),
        ("a rules-\nbased order is based on rules", "a rules-based order is based on rules"),
    ],
)
def test_hyphens_at_line_ends(lines: str, expected: str) -> None:
    """A compound keeps its hyphen, a broken word loses it."""
    assert expected in seed_of(f"{FIRST}\n\nThey asked for {lines} and got it in the end.").text


@pytest.mark.parametrize(
    "link",
    [
        "https://example.org/a/report",
        "http://example.org/files/03-11-11 Press note BL.pdf",
        "file://\\\\server\\share\\Draft paper\\a whole sentence in a name",
        "http://example.org/one\nhttps://example.org/two and a title\nhttp://example.org/three",
    ],
)
def test_links_glued_before_a_paragraph(link: str) -> None:
    """The links go, the paragraph stays text; a paragraph of nothing but links is none."""
    seed = seed_of(f"{FIRST}\n\n{link}\n{SECOND}\n\n{link}\n\n{THIRD}")
    assert [each.text for each in seed.paragraphs] == [FIRST, SECOND, "", THIRD]
    assert [each.is_text for each in seed.paragraphs] == [True, True, False, True]
    assert seed.text == f"{FIRST}\n\n{SECOND}\n\n{THIRD}"
    assert seed_of(f"{FIRST}\n\n{link}\n\n{SECOND}\n\n{THIRD}", not_text=(4,)).text == f"{FIRST}\n\n{SECOND}"


def test_an_address_inside_a_sentence_is_no_link_line() -> None:
    """A wrapped line that begins with an address and goes on with words is text."""
    sentence = "All of it can be read at\nhttps://example.org/x since the evening of the day on which it was agreed."
    assert "since the evening" in seed_of(f"{FIRST}\n\n{sentence}").text


def test_markdown_leftovers() -> None:
    """Links without a target become their text, emphasis goes, escapes go."""
    seed = seed_of(f"{FIRST}\n\nThey [signed](#) the [deal \\(ACSA\\)](#), **first** of its kind, *with* 2 * 3 copies.")
    assert seed.paragraphs[1].text == "They signed the deal (ACSA), first of its kind, with 2 * 3 copies."


def test_footnote_marks_go_and_units_stay() -> None:
    """Superscripts and digits glued to a full stop are marks; km², 2.5 and 2015.5 are not."""
    text = f"{FIRST}\n\nThe plan failed². It covers 40 km² and 2.5 seas.3 Then it rested."
    assert seed_of(text).paragraphs[1].text == "The plan failed. It covers 40 km² and 2.5 seas. Then it rested."


def test_a_footnote_inside_a_sentence() -> None:
    """The footnote is no text and the sentence around it is whole, also where it goes on with a capital in brackets."""
    seed = seed_of(
        f"{FIRST}\n\nThe two sides have said often enough that this part of the agreement (and some Member\n\n"
        f"³ See the minutes of the second meeting.\n\nStates') concerns were never theirs.\n\n{THIRD}"
    )
    assert not seed.paragraphs[2].is_text
    assert "(and some Member States') concerns" in seed.text
    assert seed.text.endswith(f"theirs.\n\n{THIRD}")


@pytest.mark.parametrize("bullet", ["•", "\uf0b7"])
def test_bullets_at_line_starts(bullet: str) -> None:
    """Each line that begins with a bullet, also one of a symbol font, is an entry of its own."""
    seed = seed_of(f"{FIRST}\n\nThese were named:\n{bullet} more ships\nfor the harbour\n{bullet} fewer queues")
    assert seed.text.split("\n\n")[1:] == ["These were named:", "• more ships for the harbour", "• fewer queues"]


def test_headings_and_list_entries_stay_apart() -> None:
    """A heading above its text, an entry below another and a heading without full stop do not run into sentences."""
    wrapped = (
        "What comes next\nThe ministers of both sides will meet in the old town hall and talk about\n"
        "ships until late in the evening, and then they will go home to their own\n"
        "parliaments, which want to be asked.\n Another entry begins with a blank and is one of its own, they said at\n"
        "the end of the day."
    )
    seed = seed_of(f"{FIRST}\n\n{wrapped}\n\nThe outlook\n\n{THIRD}")
    blocks = seed.text.split("\n\n")
    assert blocks[1] == "What comes next"
    assert blocks[3].startswith("Another entry")
    assert blocks[4:] == ["The outlook", THIRD]


@pytest.mark.parametrize(
    ("paragraph", "reason"),
    [
        ("EDA Ships and harbours Page 3 of 12", "page number"),
        ("- 14 -", "page number"),
        ("Figure 2 - Ships by year", "figure"),
        ("Source: the harbour office, 2021.", "figure"),
        ("The minister of ships in the harbour (Jane Doe /)", "caption"),
        ("A ship's bow, seen from land\nA ship’s bow, seen from land in the month of May", "caption"),
        ("¹ See the minutes.", "footnote"),
    ],
)
def test_furniture_in_the_middle(paragraph: str, reason: str) -> None:
    """Page lines, figures, captions and footnotes are found wherever they stand."""
    assert furniture([FIRST, SECOND, paragraph, THIRD, *[FIRST + str(n) for n in range(9)]]) == {3: reason}


def test_running_headers_repeat() -> None:
    """A short line that comes back, perhaps with another number, is a header; an answer that comes back is text."""
    pieces = [FIRST, "The harbour review 3", SECOND, "No.", "The harbour review 4", THIRD, "No."]
    assert furniture(pieces) == {2: "running header", 5: "running header"}


def test_related_headlines_after_the_end() -> None:
    """All after an agency credit or 'More in ...' goes; where text follows, only that line goes."""
    headlines = ["Harbour master sentenced for “forming a queue”", "Talks on the lighthouse stall"]
    credit = "(With information from Europa Press)"
    assert set(furniture([FIRST, SECOND, credit, *headlines])) == {3, 4, 5}
    assert set(furniture([FIRST, SECOND, "More In Harbours", *headlines])) == {3, 4, 5}
    assert set(furniture([FIRST, "Read more: the lighthouse", "The outlook", SECOND])) == {2}


def test_biography_only_at_the_edge() -> None:
    """Who wrote it goes; what a person in the news is, stays."""
    biography = "Jane Q. Doe is associate editor for harbours at Ships Today. She is based in Bremen."
    middle = [f"{FIRST} {n}." for n in range(12)]
    assert furniture([*middle, biography]) == {13: "biography"}
    assert furniture([*middle, biography, *middle]) == {}
    assert furniture([*middle, "Jane Doe is the minister of harbours and wants more ships, she said."]) == {}


def test_title_block_and_imprint() -> None:
    """What stands before the first sentence, and the imprint, is no text; a text without sentences is kept."""
    imprint = "© Harbour Institute 2022. All rights reserved."
    assert furniture(["A SAMPLE?", "Jane Doe", "May 2022", FIRST, SECOND, imprint]) == {
        1: "title block",
        2: "title block",
        3: "title block",
        6: "imprint",
    }
    assert furniture(["ships", "harbours", "lighthouses"]) == {}


def test_another_file_is_told_apart() -> None:
    """Where the hash differs the list of the catalogue is not applied, and the seed says so."""
    text = f"A SAMPLE\n\n{FIRST}\n\n{SECOND}"
    known = seed_of(text, not_text=(3,))
    assert known.text == f"A SAMPLE\n\n{FIRST}"
    other = read_seed(text.encode() + b"\n", known.record)
    assert other.text == f"{FIRST}\n\n{SECOND}"
    assert other.problems[0].startswith("sha256 differs: ")


def test_invisible_characters_and_foreign_encodings() -> None:
    """Control and zero-width characters vanish from the text; Windows-1252 is read, and reported."""
    text = f"{FIRST}\n\nSo\x07ft\u00adware \u200band\ufeff ships\x1b go."
    assert seed_of(text).paragraphs[1].text == "Software and ships go."
    seed = read_seed("Türkiye’s ships came into the harbour.".encode("cp1252"), record_of())
    assert seed.paragraphs[0].text == "Türkiye’s ships came into the harbour."
    assert len(seed.problems) == 2


@pytest.mark.parametrize("raw", [b"", b" \n\t\n", b"%PDF-1.7\n\x00\x01\x02 binary", bytes(300)])
def test_files_without_text_are_refused(raw: bytes) -> None:
    """Nothing, blanks and binary data are Unreadable, never an empty seed."""
    with pytest.raises(Unreadable, match=r"sample\.txt"):
        read_seed(raw, record_of(raw))


def test_hostile_text_is_read_in_linear_time() -> None:
    """Long runs of what the patterns look for do not stop the reader (a quadratic one would take minutes)."""
    for run in ("[", "*", "(", "-a", "¹", ". ", "a\n", " \n x.\n", "http://\n", "\\(", "<https://", "a-\n"):
        read_seed((FIRST + "\n\n" + run * 30_000).encode(), record_of())


# ---------------------------------------------------------------- other ways to a text


def test_abstract_stands_in() -> None:
    """Without a file the abstract is the text, and says that it is."""
    seed = abstract_seed(record_of())
    assert (seed.text, seed.text_origin, seed.paragraphs) == (seed.record.abstract, "abstract", ())


def test_seed_from_a_page() -> None:
    """A fetched page or PDF is cleaned by general rules; a wrong page is reported, an empty one refused."""
    text = f"{FIRST}\n\n{SECOND}\n\nMore In Harbours"
    page = Page(
        url="https://example.org/a", title="A sample of a document - Nobody", text=text, problems=("was moved",)
    )
    seed = seed_from_page(page, record_of(not_text=(1,)))
    assert (seed.text, seed.text_origin, seed.problems) == (f"{FIRST}\n\n{SECOND}", "page", ("was moved",))
    wrong = seed_from_page(dataclasses.replace(page, title="Page not found", pages=2), record_of())
    assert wrong.text_origin == "pdf"
    assert wrong.problems[1].startswith("title differs")
    with pytest.raises(Unreadable):
        seed_from_page(dataclasses.replace(page, text=" \n"), record_of())


def test_locate_by_name_and_by_content(tmp_path: Path) -> None:
    """A seed is found under its name, or under any name by size and hash; what is absent is left out."""
    raws = {name: f"{name} {FIRST}".encode() for name in ("one", "two", "three")}
    records = [record_of(raw, id=name, file=f"{name}.txt") for name, raw in raws.items()]
    (tmp_path / "one.txt").write_bytes(raws["one"])
    (tmp_path / "renamed.dat").write_bytes(raws["two"])
    (tmp_path / "same-size.dat").write_bytes(raws["three"].upper())
    (tmp_path / "folder").mkdir()
    assert locate(tmp_path, records) == {"one": tmp_path / "one.txt", "two": tmp_path / "renamed.dat"}
    assert locate(None, records) == {}
    assert locate(tmp_path / "absent", records) == {}


def test_locate_finds_all_five(shared: Path, records: tuple[SeedRecord, ...]) -> None:
    """The corpus folder as delivered holds every seed of the catalogue."""
    assert set(locate(shared / "seeds", records)) == {record.id for record in records}
