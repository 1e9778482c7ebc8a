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
_NEEDED = {
    "day": ("day", "month"),
    "days": ("day", "day2", "month"),
    "month": ("month",),
    "later_in_month": ("month",),
    "weekday": ("weekday",),
    "weekdays": ("weekday", "weekday2"),
    "this_weekday": ("weekday",),
    "coming_weekday": ("weekday",),
    "next_week_weekday": ("weekday",),
    "in_days": ("number",),
    "in_weeks": ("number",),
    "in_months": ("number",),
    "season": ("season",),
    "next_season": ("season",),
    "quarter": ("ordinal", "year"),
    "half": ("ordinal",),
    "early_in_year": ("year",),
}
"""Without these `spans` can make no days of a form, and it would be silently dead."""


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
        moved: words that say that an event was put off or brought forward; they count with a date behind a word of
            `target`.
        origin, target: words before the old date of what was moved, `from`, and before the new one, `to`.
        aside: words behind which another event is named than the one with the date: `before the summit`.
        after: of those, words behind which a date is of something done: `after talks on Monday, both will sign`.
        denies: words that make what follows not happen: `no summit will`. denies_behind: such words that stand behind
            the verb: `findet nicht statt`.
        of: words between a noun and the date of what it names: `the agreement of 14 November`. articles: words before
            a date that belongs to the noun behind it: `the July 27 deal`.
        dated: words before `of` that belong to the date itself: `as of 1 July`, `the week of 6 July`.
        acts: nouns of what has happened: a date directly behind one of them is past.
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
    target: str = ""
    aside: str = ""
    after: str = ""
    denies: str = ""
    denies_behind: str = ""
    of: str = ""
    articles: str = ""
    dated: str = ""
    acts: str = ""
    abbreviations: str = ""
    dates: Forms = field(default_factory=Forms)
    events: Mapping[EventKind, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """config/calendar.toml: language, as two letters -> its words."""

    __pydantic_config__: ClassVar = STRICT

    languages: Annotated[Mapping[str, CalendarLanguage], MinLen(1)]


_CUES = (
    *("future", "promised", "past", "maybe", "reported", "headline", "breaks", "never", "neutral", "moved"),
    *("aside", "after", "denies", "denies_behind", "acts"),
)


def phrases(row: str) -> list[str]:
    """The phrases between commas."""
    return [" ".join(piece.split()) for piece in row.split(",") if piece.strip()]


def problems_of(file: CalendarFile) -> list[tuple[str, str]]:
    """What types cannot say, as (path, reason): lists of the wrong length, forms without sense, words that match all.

    What has none can be compiled.
    """
    return [fault for code, language in file.languages.items() for fault in _problems(f"languages.{code}", language)]


def _problems(path: str, language: CalendarLanguage) -> Iterator[tuple[str, str]]:
    for name, length in _LISTS.items():
        found = len(phrases(getattr(language, name)))
        if found != length:
            yield f"{path}.{name}", f"has {found} entries between commas, not {length}"
    for name in (*_LISTS, "range"):
        for row in phrases(getattr(language, name)):
            if not all(one.strip() for one in row.split("|")):
                yield f"{path}.{name}", f"{row!r} has nothing on one side of a |"
    for meaning in fields(Forms):
        for form in phrases(getattr(language.dates, meaning.name)):
            if reason := _fault(meaning.name, form):
                yield f"{path}.dates.{meaning.name}", reason
    rows = {name: getattr(language, name) for name in _CUES}
    rows |= {f"events.{kind}": words for kind, words in language.events.items()}
    for name, row in rows.items():
        for word in (one for phrase in phrases(row) for part in phrase.split() for one in part.split("|")):
            if not word.replace("*", ""):
                yield f"{path}.{name}", f"{word!r} would match any word"


def _fault(meaning: str, form: str) -> str | None:
    """Why a form cannot be looked for, or would never mean a day."""
    words = form.split()
    unknown = {
        word for word in words if {"{", "}"} & set(word) and word.removesuffix("?") not in {f"{{{p}}}" for p in PLACES}
    }
    if unknown:
        return f"{form!r} holds {', '.join(sorted(unknown))}; in braces may stand {', '.join(sorted(PLACES))}"
    if not all(one for word in words for one in word.removesuffix("?").split("|")):
        return f"{form!r} has nothing on one side of a |, or before a ?"
    places = [word.strip("{}?") for word in words if "{" in word]
    twice = {place for place in places if places.count(place) > 1}
    if twice:
        return f"{form!r} holds {{{sorted(twice)[0]}}} twice; the second of two is written {{{sorted(twice)[0]}2}}"
    missing = [f"{{{place}}}" for place in _NEEDED.get(meaning, ()) if f"{{{place}}}" not in words]
    if missing:
        return f"{form!r} says no days without {' and '.join(missing)}"
    if _TELLING.isdisjoint(words) and all(word.endswith(("?", "}")) for word in words):
        return f"{form!r} needs a word of its own, a month, a weekday or a season, none of which may be missing"
    return None
