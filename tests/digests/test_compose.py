"""An edition says each thing once, counts honestly and says what it rests on."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from digests.edition import Coverage, Edition
from digests.settings import DigestSettings
from parsers.configured import Source
from parsers.judging.texts.reuse import Reuse
from parsers.model import Evidence, JudgedItem, Kind, Label, Story

Judge = Callable[..., JudgedItem]
Edit = Callable[..., Edition]


def test_story_appears_once_with_its_other_topics(judged: Judge, edit: Edit) -> None:
    """Best section, the others as tags; the lead is in no section."""
    edition = edit(
        judged("lead", "dialogue", score=0.95, name="a"),
        judged("two topics", "pesco", "defence-industry", score=0.7, name="b", source="nato"),
    )
    assert edition.lead is not None
    assert edition.lead.id == "a"
    assert [(section.topic, [s.id for s in section.stories]) for section in edition.sections] == [("pesco", ["b"])]
    assert [tag.topic for tag in edition.sections[0].stories[0].topics] == ["pesco", "defence-industry"]
    assert [story.rank for story in edition.stories] == [1, 2]


def test_sections_keep_the_order_of_the_settings(judged: Judge, edit: Edit, settings: DigestSettings) -> None:
    """Whatever the rank of the stories, sections come as configured."""
    order = [section.topic for section in settings.sections][:-1]
    items = [judged(f"on {topic}", topic, source="nato", day=n % 7) for n, topic in enumerate(reversed(order))]
    edition = edit(*items, settings=replace(settings, story_budget=30, publisher_cap=30))
    shown = [section.topic for section in edition.sections]
    assert shown == [topic for topic in order if topic in shown]
    assert len(edition.stories) == len(order)


def test_nothing_is_dropped_without_a_count(judged: Judge, edit: Edit, settings: DigestSettings) -> None:
    """Stories shown and stories counted as more make all stories of the week, at 500 too."""
    topics = [section.topic for section in settings.sections]
    items = [judged(f"s{n}", topics[n % len(topics)], source=["nato", "bruegel"][n % 2]) for n in range(500)]
    edition = edit(*items)
    assert len(edition.stories) <= settings.story_budget
    assert len(edition.stories) + edition.more == 500


def test_related_stories_do_not_lead(judged: Judge, edit: Edit) -> None:
    """Where nothing is squarely on the subject there is no top story, and the edition says so."""
    edition = edit(judged("bears on it", "pesco", relevance="related"))
    assert edition.lead is None
    assert len(edition.stories) == 1
    assert "squarely" in edition.notes[0]


def test_empty_week_says_so(edit: Edit) -> None:
    """A week without stories names how much was read, in subject and note."""
    edition = edit()
    assert edition.subject == "EU-US Defence Weekly 2026-W46: no qualifying news"
    assert edition.notes == ("No qualifying news this week. 2 sources were read.",)


def test_fault_is_not_called_a_quiet_week(edit: Edit) -> None:
    """All sources failing is said as what it is."""
    edition = edit(coverage=Coverage((), (("NATO newsroom", "timeout"),)))
    assert "no source could be read" in edition.subject
    assert "fault" in edition.notes[0]
    assert any("NATO newsroom (timeout)" in sentence for sentence in edition.basis)


def test_counts_and_changes(edit: Edit) -> None:
    """All topics are counted, zeros too; no change is claimed in a first edition."""
    edition = edit(counts_this={"pesco": 4, "dialogue": 2}, counts_last={"pesco": 6, "dialogue": 2})
    by_topic = {count.topic: count for count in edition.counts}
    assert (by_topic["pesco"].change, by_topic["dialogue"].change, by_topic["nato-eu"].change) == (-2, 0, 0)
    assert len(edition.counts) == 21
    assert {count.change for count in edit(counts_this={"pesco": 4}).counts} == {None}


def test_basis_names_what_is_missing(judged: Judge, edit: Edit) -> None:
    """Sources not read, late and undated items are said with numbers; zeros are not mentioned."""
    failed = tuple((f"Source {number}", "timeout") for number in range(25))
    late = [judged(f"late {number}", "pesco", day=-8) for number in range(150)]
    said = " ".join(edit(coverage=Coverage(("A",) * 40, failed, 3), late=late, undated=[judged("no date")]).basis)
    assert "40 of 65 sources read for 9–15 November 2026 (Europe/Brussels). 3 sources are switched off." in said
    assert "Source 19 (timeout); and 5 more." in said
    assert "150 items first seen this week had an older date and are not counted." in said
    assert "1 item had no date that can be read and is not counted." in said
    assert "older date" not in " ".join(edit().basis)


def test_basis_names_sources_that_lack_something(edit: Edit) -> None:
    """Read sources that fell silent are counted as read and named apart, in clean words; names are bounded."""
    silent = tuple((f"Source\n{number}", "has brought nothing for unusually long") for number in range(21))
    said = edit(coverage=Coverage(("A",) * 21, (), 0, silent)).basis
    assert said[0].startswith("21 of 21 sources read")
    assert said[1].startswith("Read, but perhaps not all there is: Source 0 (has brought nothing for unusually long);")
    assert said[1].endswith("; and 1 more.")
    assert len(edit(coverage=Coverage(("A",))).basis) == 1


def test_best_late_items_are_shown_apart(judged: Judge, edit: Edit) -> None:
    """Five at most, by rank and each by itself; they neither lead nor count nor stand in a section."""
    late = [judged(f"late {n}", "pesco", day=-8, score=n / 10, source="nato", name=f"l{n}") for n in range(7)]
    edition = edit(judged("new", "dialogue", name="a", score=0.1), late=late)
    assert [story.id for story in edition.arrivals] == ["l6", "l5", "l4", "l3", "l2"]
    assert ([story.id for story in edition.stories], edition.more, edition.late) == (["a"], 0, 7)


def test_week_of_late_items_alone(judged: Judge, edit: Edit) -> None:
    """The subject names what there is to read."""
    edition = edit(late=[judged("late", "pesco", day=-8)])
    assert edition.subject.endswith(": late")
    assert edition.words > 0


def test_addresses_of_the_settings_are_ascii(edit: Edit, settings: DigestSettings) -> None:
    """An archive under an international name, and mailboxes with letters that mean something in an address."""
    made = replace(
        settings,
        archive_url="https://bücher.example/über",
        unsubscribe="o&x@bücher.example",
        reply_to="e@bücher.example",
    )
    imprint = edit(settings=made).imprint
    assert imprint.archive_url == "https://xn--bcher-kva.example/%C3%BCber/2026-W46-weekly-en.html"
    assert imprint.unsubscribe == "mailto:o%26x@xn--bcher-kva.example?subject=unsubscribe%20weekly"
    assert imprint.reply_to == "e@xn--bcher-kva.example"


def test_voices_lead_publishers_copies(judged: Judge, edit: Edit) -> None:
    """The best source leads, other publishers come before a second title of one house, copies come last and marked."""
    items = [
        judged("k", "pesco", source="gazette-2", name="b"),
        judged("m", "pesco", source="gazette", name="c"),
        judged("c", "pesco", source="commission", name="a"),
        judged("n", "pesco", source="nato", name="d", copy_of="a"),
    ]
    edition = edit(*items, stories=[Story("a", ("a", "b", "c", "d"))])
    (story,) = edition.stories
    assert [(voice.source, voice.copy) for voice in story.voices] == [
        ("European Commission", False),
        ("Die Gazette", False),
        ("Die Gazette am Sonntag", False),
        ("NATO newsroom", True),
    ]
    assert (story.outlets, story.texts) == (3, 2)


def test_text_that_others_took_over_is_always_listed(judged: Judge, edit: Edit) -> None:
    """However many better sources there are: what is named as the origin can be opened."""
    items = [judged(f"v{n}", "pesco", name=f"i{n}", source="nato") for n in range(8)]
    items += [
        judged("small", "pesco", name="small", source="gazette"),
        judged("b", "pesco", name="b", source="bruegel"),
    ]
    reuses = [Reuse(item.item.id, "small", None, 0.9, "time") for item in items if item.item.id != "small"]
    story = Story("i0", tuple(item.item.id for item in items))
    (told,) = edit(*items, stories=[story], reuses=reuses).stories
    assert (told.outlets, told.texts, told.more_voices) == (3, 1, 4)
    assert told.origin is not None
    assert told.origin.item == told.voices[1].item == "small"


def test_many_voices_are_counted(judged: Judge, edit: Edit) -> None:
    """Beyond six articles the rest is a number."""
    items = [judged(f"v{n}", "pesco", name=f"i{n}") for n in range(10)]
    (story,) = edit(*items, stories=[Story("i0", tuple(f"i{n}" for n in range(10)))]).stories
    assert (len(story.voices), story.more_voices) == (6, 4)


def test_reasons_are_words_of_the_article(judged: Judge, edit: Edit) -> None:
    """Matched words, each once, in the article's spelling."""
    edition = edit(judged("x", "pesco", "dialogue", words=("PESCO", "pesco", "third State")))
    assert edition.stories[0].why == ("PESCO", "third State")


def test_reasons_for_the_section_come_first(judged: Judge, edit: Edit) -> None:
    """What put the story into its section is named before what gave it other topics, however heavy that weighs."""
    story = judged("x", "pesco", "dialogue", words=("EDIP",))
    first, second = story.judgement.labels
    heavy = Evidence("summit", 0, 6, "text", 9.0)
    labels = (replace(second, evidence=(heavy,)), replace(first, evidence=(replace(heavy, text="PESCO", weight=1.0),)))
    edition = edit(replace(story, judgement=replace(story.judgement, labels=labels)))
    assert edition.stories[0].topics[0].topic == "pesco"
    assert edition.stories[0].why == ("PESCO", "summit")


def of_kind(story: JudgedItem, kind: Kind) -> JudgedItem:
    return replace(story, judgement=replace(story.judgement, kind=kind))


def pinned(story: JudgedItem, *topics: str) -> JudgedItem:
    labels = [Label(topic, 1.0, (), "pinned") for topic in topics]
    rest = [label for label in story.judgement.labels if label.topic not in topics]
    return replace(story, judgement=replace(story.judgement, labels=(*labels, *rest)))


def test_a_person_who_pinned_a_topic_chose_the_section(judged: Judge, edit: Edit) -> None:
    """The first pin counts, whatever the order of the sections and the scores of the rules; the reader is told."""
    first = edit(pinned(judged("x", "pesco", "dialogue"), "nato-eu", "dialogue")).stories[0]
    assert [tag.topic for tag in first.topics][:2] == ["nato-eu", "dialogue"]
    assert first.why[0] == "an editor put it here"
    assert edit(pinned(judged("x", "pesco"), "dialogue", "nato-eu")).stories[0].topics[0].topic == "dialogue"


def test_opinion_leads_nothing(judged: Judge, edit: Edit) -> None:
    """What argues is marked and stands behind what reports; alone it is shown, and is not the top story."""
    edition = edit(of_kind(judged("a", "pesco"), "opinion"), judged("b", "pesco"))
    assert edition.lead is not None
    assert edition.lead.voices[0].item == judged("b", "pesco").item.id
    alone = edit(of_kind(judged("a", "pesco"), "opinion"))
    assert alone.lead is None
    assert "opinion" in alone.stories[0].marks


def test_job_notices_are_left_out_and_counted(judged: Judge, edit: Edit) -> None:
    """Nobody reads the digest for vacancies; how many there were is said, and one that a person chose is shown."""
    edition = edit(of_kind(judged("a", "pesco"), "job"), judged("b", "pesco"))
    assert len(edition.stories) == 1
    assert "1 job notice is left out." in edition.basis
    assert len(edit(pinned(of_kind(judged("a", "pesco"), "job"), "pesco")).stories) == 1


def test_marks(judged: Judge, edit: Edit, sources: dict[str, Source]) -> None:
    """A reader sees which text is a sample and which only an abstract or a headline."""
    local = {**sources, "nato": replace(sources["nato"], local=True)}
    edition = edit(
        judged("a", "pesco", source="nato", origin="abstract"),
        judged("b", "dialogue", origin="title"),
        sources=local,
    )
    assert {story.title: story.marks for story in edition.stories} == {
        "a": ("sample", "abstract only"),
        "b": ("headline only",),
    }


def test_seed_notes_are_shown(edit: Edit, judged: Judge) -> None:
    """What is known of the seed documents stands with what the edition rests on, not before the news."""
    edition = edit(judged("x", "pesco"), seed_notes=["One document is present only as an abstract."])
    assert edition.basis[-1] == "One document is present only as an abstract."
    assert edition.notes == ()


def test_a_correction_comes_first(edit: Edit, judged: Judge) -> None:
    """What was wrong is the first thing that a reader sees."""
    edition = edit(judged("x", "pesco"), correction="The date was wrong.", revision=2)
    assert edition.notes[0] == "Correction: The date was wrong."


def test_same_input_same_edition(judged: Judge, edit: Edit) -> None:
    """The order in which items come does not matter."""
    items = [judged(f"t{n}", "pesco", source=["nato", "gazette", "bruegel"][n % 3]) for n in range(20)]
    assert edit(*items) == edit(*reversed(items))


def test_correction(judged: Judge, edit: Edit) -> None:
    """A second revision has the same id, another file name, and says what it is."""
    first, second = edit(judged("x", "pesco")), edit(judged("x", "pesco"), revision=2)
    assert first.id == second.id == "2026-W46/weekly/en"
    assert first.slug != second.slug
    assert second.subject.startswith("Correction: EU-US Defence Weekly 2026-W46: x")


@pytest.mark.parametrize("title", ["", "\u200b", "\r\n"])
def test_item_without_title(judged: Judge, edit: Edit, title: str) -> None:
    """Something stands where the headline should be."""
    assert edit(judged(title, "pesco")).stories[0].title == "(no title)"
