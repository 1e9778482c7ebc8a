"""Cuts an item into sentences for the search of dates, with their places. Knows no date."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from parsers.judging.dates_ahead.calendar_words import CompiledLanguage

MAX_CHARACTERS = 200_000
"""Of a text; what stands behind is not looked at."""
LONGEST_SENTENCE = 700
_SMALL = "a-zà-öø-ÿąćęłńóśźż"
_END = re.compile(
    rf"[.!?…][\"'”’»)\]]{{0,2}}\s{{1,9}}(?=[\"'“„«‘(\[¿¡—–-]{{0,2}}\s?[^\W_{_SMALL}])"
    r"|\n|[!?…]\s|\.(?<=\w{4}\.)\s(?=\w)"
)
_LAST_WORD = re.compile(r"[\w.]{1,20}$")
_WORD = re.compile(r"[^\W\d_]+")

Place = Literal["title", "text"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """`start`: in the title or the text, as `place` says. The title is one sentence."""

    text: str
    start: int
    place: Place


def sentences(spoken: CompiledLanguage, title: str, text: str) -> Iterator[Sentence]:
    """The sentences of an item, none longer than LONGEST_SENTENCE: what is longer is cut between two words."""
    if title:
        yield Sentence(title[:LONGEST_SENTENCE], 0, "title")
    start = 0
    text = text[:MAX_CHARACTERS]
    for match in _END.finditer(text):
        if text[match.start()] == "." and _abbreviated(spoken, text, match.start()):
            continue
        yield from _bounded(text, start, match.start() + (text[match.start()] != "\n"))
        start = match.end()
    yield from _bounded(text, start, len(text))


def _abbreviated(spoken: CompiledLanguage, text: str, stop: int) -> bool:
    """Whether a full stop ends no sentence: behind an initial, `Sept`, or the number of a day as in `11. Oktober`."""
    before = _LAST_WORD.search(text, max(0, stop - 20), stop)
    if before is None:
        return False
    word = before[0].lower()
    if word.isdigit():
        behind = _WORD.match(text, stop + 2)
        return len(word) <= 2 and behind is not None and behind[0].lower() in spoken.names["month"]
    return (len(word) == 1 and before[0].isupper()) or word in spoken.abbreviations


def _bounded(text: str, start: int, end: int) -> Iterator[Sentence]:
    while start < end and text[start].isspace():
        start += 1
    while start < end:
        stop = end
        if end - start > LONGEST_SENTENCE:
            between = text.rfind(" ", start + LONGEST_SENTENCE // 2, start + LONGEST_SENTENCE)
            stop = between if between > 0 else start + LONGEST_SENTENCE
        if sentence := text[start:stop].rstrip():
            yield Sentence(sentence, start, "text")
        start = stop + (stop < end and text[stop] == " ")
