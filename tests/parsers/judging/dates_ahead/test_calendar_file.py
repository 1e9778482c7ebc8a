import tomllib

import pytest
from conftest import REPOSITORY
from pydantic import TypeAdapter, ValidationError

from parsers.judging.dates_ahead.calendar_file import CalendarFile, problems_of

CONTENT = (REPOSITORY / "config" / "calendar.toml").read_text(encoding="utf-8")
READ = TypeAdapter(CalendarFile).validate_python


def test_our_own_words_are_sound() -> None:
    """config/calendar.toml has no problem and holds the seven languages."""
    file = READ(tomllib.loads(CONTENT))
    assert problems_of(file) == []
    assert set(file.languages) == {"en", "fr", "de", "es", "it", "pl", "sv"}


@pytest.mark.parametrize(
    ("change", "path", "reason"),
    [
        (('December|Dec"', '"'), "languages.en.months", "not 12"),
        (('tomorrow = "tomorrow"', 'tomorrow = "tomorrow {hour}"'), "languages.en.dates.tomorrow", "{hour}"),
        (('tomorrow = "tomorrow"', 'tomorrow = "tomorrow?"'), "languages.en.dates.tomorrow", "needs a word"),
        (('aside = "before,', 'aside = "*,'), "languages.en.aside", "match any word"),
        (('acts = "attack,', 'acts = "attack|,'), "languages.en.acts", "match any word"),
        (('"January|Jan,', '"January|,'), "languages.en.months", "nothing on one side"),
        (('range = "to|', 'range = "|to|'), "languages.en.range", "nothing on one side"),
        (('tomorrow = "tomorrow"', 'tomorrow = "tomorrow|"'), "languages.en.dates.tomorrow", "nothing on one side"),
        (
            ('in_days = "in {number} days,', 'in_days = "in some days,'),
            "languages.en.dates.in_days",
            "without {number}",
        ),
        (
            ('weekdays = "on? {weekday} {range} {weekday2}"', 'weekdays = "{weekday} {range} {weekday}"'),
            "languages.en.dates.weekdays",
            "{weekday} twice",
        ),
        (
            ('weekdays = "on? {weekday} {range} {weekday2}"', 'weekdays = "{weekday} {range} {weekday2"'),
            "languages.en.dates.weekdays",
            "{weekday2",
        ),
    ],
)
def test_faults_are_told_with_their_place(change: tuple[str, str], path: str, reason: str) -> None:
    """A list of the wrong length, unknown braces, forms of nothing, words of any kind."""
    found = problems_of(READ(tomllib.loads(CONTENT.replace(*change))))
    assert [(place, reason in why) for place, why in found] == [(path, True)]


@pytest.mark.parametrize(
    ("meaning", "form"),
    [
        ("days", "{month} {day} {range} {month} {day2}"),
        ("day", "on {day}"),
        ("quarter", "the {ordinal} quarter"),
        ("in_weeks", "in {number}? weeks"),
        ("month", "{month}x"),
        ("season", "?"),
        ("weekend", "the ||weekend"),
    ],
)
def test_forms_that_would_crash_or_be_dead_are_told(meaning: str, form: str) -> None:
    """Each has one problem that names its place, so that what has none can be compiled and means days."""
    content = tomllib.loads(CONTENT)
    content["languages"]["pl"]["dates"][meaning] = form
    assert [path for path, _ in problems_of(READ(content))] == [f"languages.pl.dates.{meaning}"]


def test_an_unknown_key_is_refused() -> None:
    """A misspelt meaning is no silent loss."""
    with pytest.raises(ValidationError, match="tomorow"):
        READ(tomllib.loads(CONTENT.replace("tomorrow = ", "tomorow = ", 1)))
