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
    ],
)
def test_faults_are_told_with_their_place(change: tuple[str, str], path: str, reason: str) -> None:
    """A list of the wrong length, unknown braces, forms of nothing, words of any kind."""
    found = problems_of(READ(tomllib.loads(CONTENT.replace(*change))))
    assert [(place, reason in why) for place, why in found] == [(path, True)]


def test_an_unknown_key_is_refused() -> None:
    """A misspelt meaning is no silent loss."""
    with pytest.raises(ValidationError, match="tomorow"):
        READ(tomllib.loads(CONTENT.replace("tomorrow = ", "tomorow = ", 1)))
