"""The shape of config/calendar.toml and what can be wrong with it. Opens no file and matches no text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, ClassVar, Literal

from annotated_types import MinLen

from parsers.configured import STRICT, NonEmpty

EventKind = Literal[
    "summit", "council", "meeting", "vote", "hearing", "deadline", "exercise", "visit", "entry", "signing", "opening"
]
PLACES = frozenset(
    ("day", "day2", "month", "month2", "year", "weekday", "weekday2", "number", "season", "ordinal", "part", "range")
)
"""What may stand in braces in the forms of dates."""
_LISTS = {"months": 12, "weekdays": 7, "numbers": 12, "seasons": 4, "ordinals": 4, "parts": 3}
_TELLING = frozenset(("{month}", "{weekday}", "{season}"))


@dataclass(frozen=True, slots=True)
class Forms:
    """How a language writes dates: comma-separated forms for each meaning.

    A form is a row of words; `a|b` either word, `word?` may be missing, `{day}` a number or one of the names of the
    language. A meaning is read from its forms by `spans`.

    Attributes:
        past: forms that tell of the past and hide what stands in them: `last {weekday}`.
    """

    __pydantic_config__: ClassVar = STRICT

    day: str = ""
    days: str = ""
    month: str = ""
    later_in_month: str = ""
    weekday: str = ""
    weekdays: str = ""
    this_weekday: str = ""
    coming_weekday: str = ""
    next_week_weekday: str = ""
    tomorrow: str = ""
    after_tomorrow: str = ""
    this_week: str = ""
    next_week: str = ""
    weekend: str = ""
    in_days: str = ""
    in_weeks: str = ""
    in_months: str = ""
    this_month: str = ""
    end_of_month: str = ""
    next_month: str = ""
    season: str = ""
    next_season: str = ""
    quarter: str = ""
    half: str = ""
    this_year: str = ""
    end_of_year: str = ""
    early_in_year: str = ""
    early_next_year: str = ""
    next_year: str = ""
    past: str = ""


@dataclass(frozen=True, slots=True)
class CalendarLanguage:
    """The words of one language. `word*` any ending, `*ed` any beginning of small letters, `a|b` either word.

    Attributes:
        months, weekdays, numbers, seasons, ordinals: in their order, from January, Monday, one, spring, first.
        parts: words for the beginning, the middle and the end of a month.
        range: words between two days.
        future, past: what tells of times; of those that hold the same words the longer counts.
        reported: what tells of the future behind a word of the past only: `said that ministers would meet`.
        promised: what tells of the future of what follows it: `agreed to meet on Thursday`.
        maybe: what makes a sentence a guess. headline: what tells of the future in titles only.
        breaks: words that begin another clause.
        never: words of sentences that name no event whatever their date: anniversaries, budgets, vacancies.
        neutral: words that tell of no time and hide others: `be signed`, of which `signed` would be past.
        moved: words that say that an event was put off or brought forward.
        origin: words before the old date of what was moved: `from`.
        aside: words behind which another event is named than the one with the date: `before the summit`.
        abbreviations: words whose full stop ends no sentence.
    """

    __pydantic_config__: ClassVar = STRICT

    months: NonEmpty
    weekdays: NonEmpty
    numbers: NonEmpty
    seasons: NonEmpty
    ordinals: NonEmpty
    parts: NonEmpty
    range: NonEmpty
    future: NonEmpty
    past: NonEmpty
    breaks: NonEmpty
    promised: str = ""
    maybe: str = ""
    reported: str = ""
    headline: str = ""
    never: str = ""
    neutral: str = ""
    moved: str = ""
    origin: str = ""
    aside: str = ""
    abbreviations: str = ""
    dates: Forms = field(default_factory=Forms)
    events: Mapping[EventKind, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """config/calendar.toml: language, as two letters -> its words."""

    __pydantic_config__: ClassVar = STRICT

    languages: Annotated[Mapping[str, CalendarLanguage], MinLen(1)]


def phrases(row: str) -> list[str]:
    """The phrases between commas."""
    return [" ".join(piece.split()) for piece in row.split(",") if piece.strip()]


def problems_of(file: CalendarFile) -> list[tuple[str, str]]:
    """What types cannot say, as (path, reason): lists of the wrong length, unknown braces, words that match all."""
    return [fault for code, language in file.languages.items() for fault in _problems(f"languages.{code}", language)]


def _problems(path: str, language: CalendarLanguage) -> Iterator[tuple[str, str]]:
    for name, length in _LISTS.items():
        found = len(phrases(getattr(language, name)))
        if found != length:
            yield f"{path}.{name}", f"has {found} entries between commas, not {length}"
    for meaning in fields(Forms):
        for form in phrases(getattr(language.dates, meaning.name)):
            here = f"{path}.dates.{meaning.name}"
            words = form.split()
            unknown = {word for word in words if "{" in word and word.strip("{}?") not in PLACES}
            if unknown:
                known = ", ".join(sorted(PLACES))
                yield here, f"{form!r} holds {', '.join(sorted(unknown))}; in braces may stand {known}"
            elif _TELLING.isdisjoint(words) and all(word.endswith(("?", "}")) for word in words):
                yield (
                    here,
                    f"{form!r} needs a word of its own, a month, a weekday or a season, none of which may be missing",
                )
    rows = {
        name: getattr(language, name)
        for name in ("future", "promised", "past", "maybe", "reported", "headline", "breaks")
    }
    rows |= {name: getattr(language, name) for name in ("never", "neutral", "moved", "aside")}
    rows |= {f"events.{kind}": words for kind, words in language.events.items()}
    for name, row in rows.items():
        for word in (one for phrase in phrases(row) for part in phrase.split() for one in part.split("|")):
            if not word.replace("*", ""):
                yield f"{path}.{name}", f"{word!r} would match any word"
