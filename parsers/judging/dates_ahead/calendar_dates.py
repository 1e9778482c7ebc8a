"""Finds the events ahead that an item gives a date, each with the sentence that says so. Merges and stores nothing.

Precision first: a date counts when the words of its clause tell of the future, seen from the day of publication.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from parsers.judging.dates_ahead.calendar_file import EventKind
from parsers.judging.dates_ahead.calendar_words import CalendarWords, CompiledLanguage
from parsers.judging.dates_ahead.clauses import Found, Mark, clause, is_agenda, is_aside, marks_of, tells_ahead
from parsers.judging.dates_ahead.sentences import Place, Sentence, sentences
from parsers.judging.dates_ahead.spans import Precision, span
from parsers.judging.dates_ahead.whose import NEAR, OWNER, is_of_a_noun, is_old_day, kind_of, new_date, new_day
from parsers.judging.names.entities import Mention

MAX_DATES = 50
_MAX_LOOKED_AT = 400
"""Dates of one item that are looked at, whether they tell of an event or not."""
_WHAT = 120
_SHORTEST_WHAT = 15
_KEY_IDS = 6
_NAMED_KINDS = frozenset(("event", "exercise"))
_OF_BODIES = frozenset(("summit", "council"))
_WORD = re.compile(r"[^\W\d_]+")
_NUMBERS = re.compile(r"20\d\d-\d\d-\d\d|\d[./] ?\d{1,2}[./] ?20\d\d")
_BLANKS = re.compile(r"\s+")
_BLANK_BEFORE = re.compile(r" (?=[,.;:])")
_DANGLING = " ,.;:–—-("
_BESIDE = 3
_EXPLICIT = frozenset(("day", "days"))
_MOVED_TO = frozenset(
    ("day", "days", "month", "weekday", "coming_weekday", "next_week_weekday", "next_week", "next_month")
)
"""Meanings whose day is ahead although the verb is past: `was postponed to 12 June`."""
_COARSE = frozenset(("month", "season", "quarter", "half", "year"))
_BIG = frozenset(("summit", "exercise", "vote"))
"""Kinds that are an event even if only the year is known."""


@dataclass(frozen=True, slots=True)
class CalendarDate:
    """An event ahead that an item names with its date; `text[start:end] == sentence` in the title or the text.

    Attributes:
        starts, ends: the days that the words allow, both included, from the day of publication on.
        precision: how close the words are: of `month` nobody said which day of these days it is.
        what: the clause without the date, plain, at most 120 characters.
        key: kind of the event and what it is about, `summit:nato`: tells whether two dates are of one event.
        words: those of the date, as they stand: `later in April`.
        moved: the clause says that the event had another date before.
    """

    starts: date
    ends: date
    precision: Precision
    what: str
    key: str | None
    words: str
    sentence: str
    place: Place
    start: int
    end: int
    moved: bool = False


def calendar_dates(
    words: CalendarWords,
    title: str,
    text: str,
    language: str,
    published: datetime | None,
    mentions: Sequence[Mention] = (),
) -> tuple[CalendarDate, ...]:
    """The events ahead that an item names, in the order of the text, at most MAX_DATES.

    Linear in the text. The same event may come twice, as from the title and the text: `calendar_events` merges.

    Args:
        language: like `de` or `de-AT`; nothing is found in one that the configuration does not hold.
        published: None: only days with their year are found, and the caller must tell which of them are past.
        mentions: of this title and text, for `key`.
    """
    spoken = words.languages.get(language[:2].lower())
    if spoken is None:
        return ()
    day = published.date() if published else None
    found: list[CalendarDate] = []
    looked_at = 0
    for sentence in sentences(spoken, title, text):
        if not _may_hold_a_date(spoken, sentence.text):
            continue
        dates = _dates_in(spoken, sentence.text, day)
        looked_at += len(dates)
        if any(one.span for one in dates) and not _is_out(spoken, sentence.text):
            found += _events(words, spoken, sentence, dates, day, mentions)
        if len(found) >= MAX_DATES or looked_at >= _MAX_LOOKED_AT:
            break
    return tuple(found[:MAX_DATES])


def _may_hold_a_date(spoken: CompiledLanguage, sentence: str) -> bool:
    return not spoken.triggers.isdisjoint(_WORD.findall(sentence.lower())) or bool(_NUMBERS.search(sentence))


def _is_out(spoken: CompiledLanguage, sentence: str) -> bool:
    """A question, or of a matter that is no event."""
    return sentence.rstrip("\"'”’»").endswith("?") or bool(spoken.never and spoken.never.search(sentence))


def _dates_in(spoken: CompiledLanguage, sentence: str, published: date | None) -> list[Found]:
    """The longest dates that do not overlap, in order."""
    every: list[Found] = []
    present = spoken.triggers.intersection(_WORD.findall(sentence.lower()))
    for meaning, form, triggers in spoken.forms:
        if triggers and triggers.isdisjoint(present):
            continue
        for match in form.finditer(sentence):
            said = _said(spoken, match)
            either_way = "/" in match[0] and not spoken.day_first and said.get("day") != said.get("month")
            unclear = meaning == "day" and either_way
            unclear |= meaning == "weekday" and sentence.startswith(OWNER, match.end())
            known = None if unclear or meaning == "past" else span(meaning, said, published)
            every.append(Found(match.start(), match.end(), meaning, known, "year" in said))
    every.sort(key=lambda one: (one.start - one.end, one.start, one.meaning != "past"))
    taken: list[Found] = []
    for one in every:
        if all(one.end <= other.start or one.start >= other.end for other in taken):
            taken.append(one)
    taken.sort(key=lambda one: one.start)
    return _with_weekdays(sentence, taken)


def _with_weekdays(sentence: str, dates: Sequence[Found]) -> list[Found]:
    """A weekday beside a day is part of it, `Wednesday (10 June)`; one that contradicts the day makes it doubtful."""
    joined: list[Found] = []
    for one in dates:
        before = joined[-1] if joined else None
        if (
            before is None
            or one.start - before.end > _BESIDE
            or (before.meaning == "weekday") == (one.meaning == "weekday")
        ):
            joined.append(one)
            continue
        day, weekday = (one, before) if before.meaning == "weekday" else (before, one)
        if day.meaning not in _EXPLICIT:
            joined.append(one)
            continue
        agree = not (day.span and weekday.span) or day.span[0].weekday() == weekday.span[0].weekday()
        end = one.end + sentence.startswith(")", one.end) * ("(" in sentence[before.start : one.end])
        joined[-1] = Found(before.start, end, day.meaning, day.span if agree else None, day.dated)
    return joined


def _said(spoken: CompiledLanguage, match: re.Match[str]) -> dict[str, int]:
    said = {}
    for place, written in match.groupdict().items():
        if written is not None:
            name = written.lower().replace("’", "'").removesuffix(".")
            names = spoken.names.get(place.rstrip("2"), {})
            said[place] = names[name] if name in names else int(name)
    return said


def _events(
    words: CalendarWords,
    spoken: CompiledLanguage,
    sentence: Sentence,
    dates: Sequence[Found],
    published: date | None,
    mentions: Sequence[Mention],
) -> Iterator[CalendarDate]:
    text = sentence.text
    marks = marks_of(spoken, sentence, dates)
    for one in dates:
        if one.span is None or (one.meaning in _EXPLICIT and one.span[1] == published):
            continue
        listed = one.dated and is_agenda(marks, text)
        start, end = (0, len(text)) if listed else clause(marks, one, len(text))
        kind = kind_of(spoken, text, max(start, one.start - NEAR), min(end, one.end + NEAR))
        if kind in (None, "opening"):  # `will be held` says less than the noun farther away
            kind = kind_of(spoken, text, start, end)
        put_off = spoken.moved.search(text, start, end) if spoken.moved else None
        new = new_date(spoken, text, dates, start, end, put_off) if put_off else None
        moved = one is new
        if put_off and not moved and is_old_day(spoken, text, one, new, put_off):
            continue
        if not moved and is_of_a_noun(spoken, text, one, marks):
            continue
        if not (moved and one.meaning in _MOVED_TO) and not _counts(marks, one, kind, listed, published):
            continue
        named = [
            mention.entity_id
            for mention in mentions
            if mention.place == sentence.place
            and start <= mention.start - sentence.start < end
            and not is_aside(marks, mention.start - sentence.start)
        ]
        yield CalendarDate(
            *(new_day(spoken, text, one, one.span) if moved else one.span),
            _what(text, start, end, dates),
            _key(words, kind, named),
            text[one.start : one.end],
            text,
            sentence.place,
            sentence.start,
            sentence.start + len(text),
            moved,
        )


def _counts(marks: Sequence[Mark], one: Found, kind: EventKind | None, listed: bool, published: date | None) -> bool:
    """Whether it is an event ahead: by what the clause tells, and coarse dates beside the word of an event only."""
    if one.span is None:
        return False
    start, _, precision = one.span
    if precision in _COARSE and kind is None:
        return False
    if precision == "year" and one.meaning != "end_of_year" and kind not in _BIG:
        return False
    running = start == published and not one.dated
    if running and (one.meaning == "season" or (one.meaning == "month" and any(mark.kind == "past" for mark in marks))):
        return (
            False  # `scheduled in July, it was tense`, said in July; `in summer`, said in summer, may be the next one
        )
    return (listed and kind is not None) or tells_ahead(marks, one, kind is not None)


def _key(words: CalendarWords, kind: EventKind | None, named: Sequence[str]) -> str | None:
    """A summit is known by who holds it, or by its own name; one of two countries is a meeting like others."""
    ids = list(dict.fromkeys(named))
    own = [one for one in ids if words.kinds.get(one) in _NAMED_KINDS]
    if kind in _OF_BODIES and not own and ids:
        own = [one for one in ids if words.kinds.get(one) == "organisation"]
        kind = kind if own else "meeting"
    return f"{kind or ''}:{','.join(sorted((own or ids)[:_KEY_IDS]))}" if ids or kind else None


def _what(text: str, start: int, end: int, dates: Sequence[Found]) -> str:
    """The clause without its dates; the sentence with them where that leaves too little."""
    pieces, at = [], start
    for one in dates:
        if start <= one.start and one.end <= end:
            pieces.append(text[at : one.start])
            at = one.end
    pieces.append(text[at:end])
    what = _BLANK_BEFORE.sub("", _plain(" ".join(pieces))).strip(_DANGLING)
    if len(what) < _SHORTEST_WHAT:
        what = _plain(text)
    if len(what) <= _WHAT:
        return what
    head = what[: _WHAT - 1]
    between = head.rfind(" ")
    return head[: between if between > _WHAT // 2 else None].rstrip(_DANGLING) + "…"


def _plain(text: str) -> str:
    return "".join(c for c in _BLANKS.sub(" ", text) if c.isprintable()).strip()
