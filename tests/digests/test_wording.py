"""Subject, preheader and length follow from the stories."""

from collections.abc import Callable

import pytest

from digests.edition import Edition
from digests.wording import WORDS_PER_MINUTE, headline, number_of
from parsers.model import JudgedItem, Story

Judge = Callable[..., JudgedItem]
Edit = Callable[..., Edition]


@pytest.mark.parametrize("stories", [0, 1, 2, 12])
def test_preheader_fills_the_line_in_the_inbox(judged: Judge, edit: Edit, stories: int) -> None:
    """40 to 90 characters, and not what the subject says."""
    items = [judged(f"Ministers discuss matter number {n} in Brussels", "pesco", source="nato") for n in range(stories)]
    edition = edit(*items)
    assert 40 <= len(edition.preheader) <= 90
    assert edition.preheader not in edition.subject


def test_subject_is_bounded_and_names_the_week(judged: Judge, edit: Edit) -> None:
    """A headline of 4,000 characters makes no longer subject than another."""
    subject = edit(judged("word " * 800, "pesco")).subject
    assert len(subject) <= 120
    assert "2026-W46" in subject


def test_words_are_those_that_are_shown(judged: Judge, edit: Edit) -> None:
    """Titles, extracts and reasons are counted; minutes follow at 230 words each."""
    edition = edit(judged("one two three", "pesco", text="four five.", words=("six",)))
    assert (edition.words, edition.minutes) == (6, 1)
    long = edit(
        *(
            judged(f"w{n}", topic, source="nato", text="word " * 60)
            for n, topic in enumerate(["pesco", "dialogue", "nato-eu", "us-politics", "enlargement"])
        )
    )
    assert long.minutes == max(1, round(long.words / WORDS_PER_MINUTE))


def test_update_is_said_in_the_headline(judged: Judge, edit: Edit) -> None:
    """A story that was carried before says so."""
    edition = edit(
        judged("new", "pesco", name="b"), stories=[Story("a", ("a", "b"))], earlier={"a": "2026-W45/weekly/en"}
    )
    assert headline(edition.stories[0]) == "Update: new"
    assert "Update: new" in edition.subject


def test_number_of() -> None:
    """Singular, plural and thousands."""
    assert [number_of(n, "story", "stories") for n in (1, 0, 1200)] == ["1 story", "0 stories", "1,200 stories"]
