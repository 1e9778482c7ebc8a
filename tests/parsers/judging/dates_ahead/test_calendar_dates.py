import time
import tomllib
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
from conftest import REPOSITORY
from pydantic import TypeAdapter

from parsers.judging.dates_ahead.calendar_dates import MAX_DATES, CalendarDate, calendar_dates
from parsers.judging.dates_ahead.calendar_file import CalendarFile
from parsers.judging.dates_ahead.calendar_words import CalendarWords, compile_calendar
from parsers.judging.names.entities import Mention
from parsers.judging.names.entity_file import Entity

SENTENCES = Path(__file__).parents[3] / "data" / "calendar" / "sentences.tsv"
NATO = Entity(id="nato", kind="organisation", name="NATO")
SUMMIT = Entity(id="nato-summit-ankara-2026", kind="event", name="NATO Ankara Summit")
WEDNESDAY = datetime(2026, 6, 10, 14, 30, tzinfo=UTC)


@cache
def words() -> CalendarWords:
    content = tomllib.loads((REPOSITORY / "config" / "calendar.toml").read_text(encoding="utf-8"))
    return compile_calendar(TypeAdapter(CalendarFile).validate_python(content), (NATO, SUMMIT))


def dates(text: str, language: str = "en", published: datetime | None = WEDNESDAY) -> tuple[CalendarDate, ...]:
    return calendar_dates(words(), "", text, language, published)


def sentences() -> list[tuple[str, str, str, str]]:
    """Language, day of publication, sentence, and the days it names or a dash; a sentence without an end is a title."""
    rows = [line.split("\t") for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    return [(language, day, sentence, wanted) for language, day, sentence, wanted in rows]


@pytest.mark.parametrize("language", ["en", "fr", "de", "es", "it", "pl", "sv"])
def test_days_ahead_are_found_and_others_are_not(language: str) -> None:
    """Every sentence of the list gives its days with their precision, or none."""
    wrong = []
    for spoken, day, sentence, wanted in sentences():
        if spoken != language:
            continue
        published = datetime.fromisoformat(day).replace(tzinfo=UTC)
        title, text = ("", sentence) if sentence.endswith((".", "?")) else (sentence, "")
        found = [
            f"{one.starts} {one.ends} {one.precision}"
            for one in calendar_dates(words(), title, text, language, published)
        ]
        if found != ([] if wanted == "-" else [wanted]):
            wrong.append((sentence, wanted, found))
    assert wrong == []


@pytest.mark.parametrize(
    ("published", "sentence", "starts"),
    [
        ("2026-06-08", "The two will meet on Monday.", "2026-06-08"),
        ("2026-06-08", "The two will meet next Monday.", "2026-06-15"),
        ("2026-06-14", "The two will meet next Monday.", "2026-06-15"),
        ("2026-06-14", "The two will meet on Monday.", "2026-06-15"),
        ("2026-12-30", "The two will meet next week.", "2027-01-04"),
        ("2026-12-31", "The two will meet tomorrow.", "2027-01-01"),
        ("2026-12-30", "The ministers will meet in January.", "2027-01-01"),
        ("2026-12-15", "The ministers will meet next month.", "2027-01-01"),
        ("2028-02-28", "The two will meet tomorrow.", "2028-02-29"),
        ("2027-06-01", "The two will meet on 29 February.", "2028-02-29"),
        ("2026-11-30", "The two will meet in three months.", "2027-02-01"),
    ],
)
def test_ends_of_weeks_months_and_years(published: str, sentence: str, starts: str) -> None:
    """Words are resolved across the ends of weeks, months and years, and in leap years."""
    (found,) = dates(sentence, published=datetime.fromisoformat(published).replace(tzinfo=UTC))
    assert found.starts == date.fromisoformat(starts)


def test_the_sentence_stands_where_it_is_said_to_stand() -> None:
    """`text[start:end]` is the sentence, and the words of the date are in it."""
    text = "Gen. Smith spoke.\n\nThe hearing is set for Sept. 3 in Brussels.  Nobody objected. Talks resume tomorrow."
    found = dates(text)
    assert [one.words for one in found] == ["for Sept. 3", "tomorrow"]
    assert [one.sentence for one in found] == ["The hearing is set for Sept. 3 in Brussels.", "Talks resume tomorrow."]
    assert all(text[one.start : one.end] == one.sentence and one.place == "text" for one in found)


def test_what_is_the_clause_without_the_date() -> None:
    """The name of an event is its clause: no date, no neighbour clause, at most 120 characters."""
    (found,) = dates("He said that NATO ministers will meet on 18 June in Brussels, where it rains.")
    assert found.what == "NATO ministers will meet in Brussels"
    (found,) = dates("The ministers will meet on 18 June " + "and talk of many things " * 20 + ".")
    assert len(found.what) <= 120
    assert found.what.endswith("…")


def test_the_key_names_kind_and_body() -> None:
    """An event of the gazetteer comes before the body; what stands behind `before` is another event."""
    text = "NATO ministers will meet on 18 June in Brussels before the Ankara summit."
    mentions = [
        Mention("nato", "NATO", "text", 0, 4),
        Mention("nato-summit-ankara-2026", "Ankara summit", "text", 58, 71),
    ]
    (found,) = calendar_dates(words(), "", text, "en", WEDNESDAY, mentions)
    assert found.key == "summit:nato"
    text = "The Ankara summit of NATO will be held on 7 July."
    mentions = [
        Mention("nato-summit-ankara-2026", "Ankara summit", "text", 4, 17),
        Mention("nato", "NATO", "text", 21, 25),
    ]
    (found,) = calendar_dates(words(), "", text, "en", WEDNESDAY, mentions)
    assert found.key == "summit:nato-summit-ankara-2026"


def test_an_undated_item_gives_only_days_with_a_year() -> None:
    """Without a day of publication `on Thursday` means nothing."""
    text = "The two will meet on Thursday. They will meet on 3 July. They will meet on Friday, 3 July 2026."
    assert [one.words for one in dates(text, published=None)] == ["on Friday, 3 July 2026"]


def test_lines_of_an_agenda_need_no_verb() -> None:
    """One date a line, where the line names an event and the day with its year."""
    lines = (
        "22 June 2026: Foreign Affairs Council (Defence)",
        "26-27 June 2026 European Council",
        "Budget 2027",
        "22 May 2026: Eurogroup",
    )
    assert [(one.starts.isoformat(), one.precision) for one in dates("\n".join(lines))] == [
        ("2026-06-22", "day"),
        ("2026-06-26", "days"),
    ]


def test_an_event_that_was_put_off_says_so() -> None:
    """The new day counts, the old one does not."""
    (found,) = dates("The meeting planned for 12 June has been postponed to 19 June.")
    assert (found.starts.isoformat(), found.moved) == ("2026-06-19", True)
    (found,) = dates("The meeting was moved from 12 to 19 June.")
    assert (found.starts.isoformat(), found.moved) == ("2026-06-19", True)
    (found,) = dates("Die für den 12. Juni geplante Sitzung wird auf den 19. Juni verschoben.", "de")
    assert (found.starts.isoformat(), found.moved) == ("2026-06-19", True)
    (found,) = dates("Mötet flyttas från den 12 juni till den 19 juni.", "sv")
    assert (found.starts.isoformat(), found.moved) == ("2026-06-19", True)


def test_a_verb_of_moving_alone_moves_no_event() -> None:
    """It needs a new date: troops move too, and what is delayed by a war is not put off to its day."""
    (found,) = dates("Troops who moved to Poland will hold an exercise on 3 July.")
    assert not found.moved
    (found,) = dates("The postponed summit will take place on 3 July.")
    assert not found.moved
    assert dates("The summit on 3 July was postponed.") == ()


def test_languages_that_nobody_configured_give_nothing() -> None:
    """No English words are looked for in Estonian."""
    assert dates("The two will meet on 3 July.", language="et") == ()
    assert len(dates("The two will meet on 3 July.", language="en-GB")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "will meet on 3 June " * 5_000,
        "1" * 100_000,
        "June " * 20_000,
        "on Monday, " * 9_000,
        "will " * 20_000,
        "3-4-5-6-" * 12_500,
        "a" * 100_000 + "ed on Monday",
        "…" * 100_000,
        "will not " * 11_000 + "meet on Monday",
        "the 3 July deal of 4 July, " * 3_700,
        "moved to 3 July, " * 6_000,
        "attack " * 14_000 + "on 3 July",
        "nicht " * 16_000 + "am 3. Juli",
        "“" * 100_000 + " will meet tomorrow",
        " " * 100_000 + "tomorrow",
        "from 1 June to " * 7_000,
        "The two will meet tomorrow. " * 4_000,
        "\n" * 100_000,
        "May. " * 20_000,
        "\x00\r\u202e will meet on 3 June 2027\x07 " * 3_000,
    ],
    ids=lambda text: repr(text[:14]),
)
def test_hostile_texts_take_no_time_and_give_few_dates(text: str) -> None:
    """100,000 characters in any language: bounded work, at most 50 dates."""
    for language in words().languages:
        began = time.process_time()
        assert len(dates(text, language)) <= MAX_DATES
        assert time.process_time() - began < 5


def test_a_weekday_belongs_to_the_day_beside_it() -> None:
    """Both are the words of one date; a weekday of another year makes the date doubtful."""
    (found,) = dates("The committee will meet on Wednesday (17 June) in Brussels.")
    assert (found.words, found.what) == ("on Wednesday (17 June)", "The committee will meet in Brussels")
    assert dates("The committee will meet on Monday, 17 June, in Brussels.") == ()


@pytest.mark.shared
def test_the_dialogue_of_the_seeds_is_dated(shared: Path) -> None:
    """The report of 19 April 2022 says when the first dialogue is: `later in April`, day not known."""
    published = datetime(2022, 4, 19, tzinfo=UTC)
    texts = [path.read_text(encoding="utf-8") for path in sorted((shared / "seeds").glob("*.txt"))]
    found = [one for text in texts for one in dates(text, published=published) if one.words == "later in April"]
    assert [(one.starts, one.ends, one.precision) for one in found] == [(date(2022, 4, 19), date(2022, 4, 30), "month")]
