"""Makes of config/calendar.toml what sentences are searched with. Reads no text and resolves no date."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Literal

from parsers.judging.dates_ahead.calendar_file import CalendarFile, CalendarLanguage, EventKind, Forms, phrases
from parsers.judging.names.entity_file import Entity

CueKind = Literal[
    "future",
    "promised",
    "past",
    "reported",
    "maybe",
    "headline",
    "break",
    "neutral",
    "aside",
    "after",
    "denies",
    "denies_behind",
]

_SPACE = "[ \u00a0\u202f]"
_BETWEEN = rf"(?:,?{_SPACE}{{1,2}}\(?|(?<=['’]))"
"""Between two words of a form; nothing behind an apostrophe: `l'11 maggio`."""
_ORDINAL = r"(?:st|nd|rd|th|er|re|[º°ª]|\.(?= ?[^\W\d_])|:[ea]|-?go)?"
_YEAR = r"(?:19|20)\d\d(?!\d)"
_ABBREVIATED = 4
"""Names of months and days up to this length may have a full stop."""
_NUMERIC = (
    ("day", re.compile(r"(?<![\w./-])(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?![\w/-])")),
    ("day", re.compile(r"(?<![\w./-])(?P<day>\d{1,2})\.[ ]?(?P<month>\d{1,2})\.[ ]?(?P<year>20\d\d)(?![\w/-])")),
    ("day", re.compile(r"(?<![\w./-])(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>20\d\d)(?![\w/-])")),
)
_FIXED = {"number": r"\d{1,2}", "ordinal": "[1-4]"}
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class CompiledLanguage:
    """The words of one language, ready to be looked for.

    Attributes:
        forms: for all forms of dates (meaning, expression, words of which one must stand in the sentence); the groups
            have the names of `calendar_file.PLACES`.
        names: place in a form -> name in small letters -> its number from 1.
        triggers: a sentence without any of these words, in small letters, holds no date but one in numbers.
        cues: what tells of times, by kind. kinds: what events are, by kind, the most telling first.
        never, moved, acts: expressions, or None for none. origin, target, of, articles, dated: in small letters.
        abbreviations: in small letters, without the last full stop.
        day_first: whether 3/6/2026 is the third of June; None: it can be either.
    """

    forms: tuple[tuple[str, re.Pattern[str], frozenset[str]], ...]
    names: Mapping[str, Mapping[str, int]]
    triggers: frozenset[str]
    cues: tuple[tuple[CueKind, re.Pattern[str]], ...]
    kinds: tuple[tuple[EventKind, re.Pattern[str]], ...]
    never: re.Pattern[str] | None
    moved: re.Pattern[str] | None
    acts: re.Pattern[str] | None
    origin: frozenset[str]
    target: frozenset[str]
    of: frozenset[str]
    articles: frozenset[str]
    dated: frozenset[str]
    abbreviations: frozenset[str]
    day_first: bool | None


@dataclass(frozen=True, slots=True)
class CalendarWords:
    """Compiled words; hand them to `calendar_dates`. Can be pickled.

    Attributes:
        kinds: entity -> its kind, for those that make two dates one event.
    """

    languages: Mapping[str, CompiledLanguage] = field(repr=False)
    kinds: Mapping[str, str] = field(repr=False)


_KINDS: tuple[EventKind, ...] = (
    "summit",
    "exercise",
    "council",
    "hearing",
    "vote",
    "deadline",
    "entry",
    "visit",
    "meeting",
    "signing",
    "opening",
)


def compile_calendar(file: CalendarFile, entities: Iterable[Entity] = ()) -> CalendarWords:
    """The words as they are looked for.

    Args:
        file: without problems.
        entities: those whose mentions will come with the items.
    """
    return CalendarWords(
        {code: _compiled(code, language) for code, language in file.languages.items()},
        {entity.id: entity.kind for entity in entities},
    )


def _compiled(code: str, language: CalendarLanguage) -> CompiledLanguage:
    lists = {
        "month": language.months,
        "weekday": language.weekdays,
        "number": language.numbers,
        "season": language.seasons,
        "ordinal": language.ordinals,
        "part": language.parts,
    }
    names = {
        place: {name.strip().lower(): number for number, row in enumerate(phrases(all_), 1) for name in row.split("|")}
        for place, all_ in lists.items()
    }
    written = {place: [name for row in phrases(all_) for name in row.split("|")] for place, all_ in lists.items()}
    forms: list[tuple[str, re.Pattern[str], frozenset[str]]] = []
    for meaning in fields(Forms):
        for form in phrases(getattr(language.dates, meaning.name)):
            row = form.split()
            expression = re.compile(_form(row, written, language.range))
            forms.append((meaning.name, expression, frozenset(_triggers(row, names))))
    cues: tuple[tuple[CueKind, str], ...] = (
        ("neutral", language.neutral),
        ("future", language.future),
        ("promised", language.promised),
        ("past", language.past),
        ("maybe", language.maybe),
        ("reported", language.reported),
        ("headline", language.headline),
        ("break", language.breaks),
        ("aside", language.aside),
        ("after", language.after),
        ("denies", language.denies),
        ("denies_behind", language.denies_behind),
    )
    return CompiledLanguage(
        (*forms, *((meaning, form, frozenset()) for meaning, form in _NUMERIC)),
        names,
        frozenset().union(*(triggers for _, _, triggers in forms)),
        tuple((kind, found) for kind, row in cues if (found := _any_of(row))),
        tuple((kind, found) for kind in _KINDS if (found := _any_of(language.events.get(kind, "")))),
        _any_of(language.never),
        _any_of(language.moved),
        _any_of(language.acts),
        frozenset(phrases(language.origin)),
        frozenset(phrases(language.target)),
        frozenset(phrases(language.of)),
        frozenset(phrases(language.articles)),
        frozenset(phrases(language.dated)),
        frozenset(word.lower().removesuffix(".") for word in phrases(language.abbreviations)),
        None if code == "en" else True,
    )


def _form(words: Sequence[str], written: Mapping[str, Sequence[str]], between_days: str) -> str:
    pieces = [r"(?<![\w.,:/–-])" if words[0].startswith("{day") else r"(?<!\w)"]
    separated = True
    for word in words:
        bare = word.removesuffix("?")
        if bare == "{range}":
            either = "|".join(map(_literal, between_days.split("|")))
            pieces.append(rf"(?:{_SPACE}?[-–—/]{_SPACE}?|{_BETWEEN}(?:{either}){_BETWEEN})")
            separated = True
            continue
        one = _piece(bare, written)
        behind = rf"(?:{_BETWEEN}|-)" if bare == "{part}" else _BETWEEN
        if bare != word:
            pieces.append(f"(?:{one}{behind})?" if separated else f"(?:{_BETWEEN}{one})?")
        else:
            pieces.append(one if separated else _BETWEEN + one)
            separated = False
        if bare == "{part}" and bare == word:
            pieces.append(behind)
            separated = True
    return "".join([*pieces, r"(?!\w)"])


def _piece(word: str, written: Mapping[str, Sequence[str]]) -> str:
    if not word.endswith("}"):
        return "(?:" + "|".join(map(_literal, word.split("|"))) + ")"
    name = word.strip("{}")
    return f"(?P<{name}>{_place(name.rstrip('2'), written)})" + _behind(name)


def _place(kind: str, written: Mapping[str, Sequence[str]]) -> str:
    if kind == "day":
        return r"\d{1,2}"
    if kind == "year":
        return _YEAR
    names = sorted(written[kind], key=len, reverse=True)
    rows = [_name(name) if kind in ("month", "weekday") else _literal(name) for name in names]
    return "|".join([*([_FIXED[kind]] if kind in _FIXED else []), *rows])


def _behind(name: str) -> str:
    return rf"{_ORDINAL}(?!\d)" if name.startswith("day") else ""


def _name(name: str) -> str:
    """A month or a day; with a capital only as written or all in capitals, so that English `may` is none."""
    stop = r"(?:\.(?= [\d(]|,))?" if len(name) <= _ABBREVIATED else ""
    either = f"{re.escape(name)}|{re.escape(name.upper())}" if name[0].isupper() else _literal(name)
    return f"(?:{either}){stop}"


def _literal(word: str) -> str:
    return f"(?i:{re.escape(word).replace(chr(39), '[' + chr(39) + '’]')})"


def _triggers(words: Sequence[str], names: Mapping[str, Mapping[str, int]]) -> set[str]:
    """Words of which one must stand in a sentence that holds the form, in small letters."""
    for place in ("month", "weekday", "season"):
        if f"{{{place}}}" in words:
            return {part for name in names[place] for part in _WORD.findall(name)[:1]}
    required = [word for word in words if not word.endswith(("?", "}"))]
    longest = max(required, key=lambda word: min(map(len, word.split("|"))))
    return {part for one in longest.lower().split("|") for part in _WORD.findall(one)[-1:]}


def _any_of(row: str) -> re.Pattern[str] | None:
    """An expression for any of the phrases, the longest first; each word is bounded, so that it is linear."""
    found = [_phrase(phrase) for phrase in sorted(phrases(row), key=lambda phrase: (-len(phrase.split()), phrase))]
    return re.compile(rf"(?<!\w)(?:{'|'.join(found)})(?!\w)") if found else None


def _phrase(phrase: str) -> str:
    return f"{_SPACE}{{1,2}}".join(
        "(?:" + "|".join(map(_starred, word.split("|"))) + ")" if "|" in word else _starred(word)
        for word in phrase.split()
    )


def _starred(word: str) -> str:
    if word.startswith("*"):
        return rf"(?![A-ZÀ-ÖØ-ÞĄĆĘŁŃÓŚŹŻ])\w{{1,24}}{_literal(word[1:])}"
    if word.endswith("*"):
        return _literal(word[:-1]) + r"\w{0,24}"
    return _literal(word)
