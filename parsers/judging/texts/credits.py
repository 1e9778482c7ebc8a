"""Reads whom a text names as its source: a news agency in dateline, credit, byline or sentence, or a press release.

Does not look at other texts. Only beginnings and ends are read: an agency named in between told a detail, not the text.
"""

import re
from collections.abc import Iterator

from parsers.judging.texts.agency_file import Agencies
from parsers.model import Item

DATELINE = 120
"""Characters within which a dateline ends: `BRUSSELS, 3 November (Reuters) -`."""
OPENING = 600
ENDING = 200
_LAST_LINE = 60

_PARENTHESIS = re.compile(r"[(\[]([^()\[\]\n]{2,60})[)\]]")
_AND = re.compile(r"\s*(?:[/,;+&|]|\b(?:and|und|et|y|och|en)\b|(?<=[A-Za-z])-(?=[A-Z]))\s*")
_DASH = re.compile(r"\s?\.?,? ?[-–—:]")
_END_OF_PARAGRAPH = re.compile(r"[.\s]{0,3}(?:\n|\Z)")
_BY = re.compile(r"\A(?:by|von|par|di|da|por|oprac\.|av|door|red)\b[\s.:/]*", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…”“\"»)\]]\s|\n")
_SHORT = re.compile(r"\b(?:[a-ząćęłńóśźżåäö]{1,3}|and|und|red)\b|[\W_]")


def agency_of(item: Item, agencies: Agencies) -> str | None:
    """The name of the agency whose text an item says it is or rests on, or None.

    Of several the first that is named, in the order dateline, byline, credit at the end, sentence of the opening: a
    text "with material from Reuters and AFP" is no bridge between the two.
    """
    text = item.text
    found = _in_dateline(text[:OPENING], agencies) or _in_authors(item.authors, agencies)
    return found or _at_end(text[-ENDING:], agencies) or _in_opening(text[:OPENING], agencies)


def names_statement(item: Item, agencies: Agencies) -> bool:
    """Whether the opening says that the news comes from a press release: `said in a statement`."""
    return agencies.statements.search(item.text[:OPENING]) is not None


def _in_dateline(opening: str, agencies: Agencies) -> str | None:
    for match in _PARENTHESIS.finditer(opening[: DATELINE + _LAST_LINE]):
        if match.start() <= DATELINE and (name := _first(match[1], agencies)):
            starts = not opening[: match.start()].strip(" \n–—-")
            if starts or _DASH.match(opening, match.end()) or _is_spoken(match[1], agencies):
                return name
    match_name = agencies.name.match(opening.lstrip())
    if match_name and _DASH.match(opening.lstrip(), match_name.end()):
        return agencies.owner[match_name[0]]
    return None


def _in_authors(authors: tuple[str, ...], agencies: Agencies) -> str | None:
    for author in authors[:5]:
        byline = _BY.sub("", author[:200].strip())
        if name := _first(byline, agencies):
            return name
        match = agencies.name.search(byline)
        if match and match[0] in agencies.spoken:
            return agencies.owner[match[0]]
    return None


def _at_end(ending: str, agencies: Agencies) -> str | None:
    for match in _PARENTHESIS.finditer(ending):
        name = _first(match[1], agencies)
        if name and (_END_OF_PARAGRAPH.match(ending, match.end()) or _is_spoken(match[1], agencies)):
            return name
    for match in agencies.name.finditer(ending):
        before = ending[: match.start()].rstrip()
        if before.endswith(":") and before[:-1].rstrip().lower().endswith(agencies.sources):
            return agencies.owner[match[0]]
    return _last_line(ending, agencies)


def _last_line(ending: str, agencies: Agencies) -> str | None:
    """`/TT-Reuters`, `AFP, dpa`: what follows the last sentence and is names alone, with initials of editors."""
    line = ending[-_LAST_LINE:].rstrip()
    for match in _SENTENCE_END.finditer(line):
        last = line[match.end() :]
        names = [found[0] for found in agencies.name.finditer(last)]
        # Twice: in `TT-Reuters` the second name stands behind a hyphen, where it would be part of a word elsewhere.
        rest = agencies.name.sub("", agencies.name.sub("", last).replace("-", " "))
        if names and not _SHORT.sub("", rest):
            return agencies.owner[names[0]]
    return None


def _in_opening(opening: str, agencies: Agencies) -> str | None:
    for match in agencies.name.finditer(opening):
        if match[0] not in agencies.spoken:
            continue
        before = _plain(opening[max(0, match.start() - _LAST_LINE) : match.start()])
        after = _plain(opening[match.end() : match.end() + _LAST_LINE])
        if any(_reports(before, after, *wording) for wording in agencies.reports):
            return agencies.owner[match[0]]
    return None


def _reports(before: str, after: str, needed_before: str, needed_after: str) -> bool:
    if needed_before and not f" {before}".endswith(f" {needed_before}"):
        return False
    return not needed_after or f"{after} ".startswith(f"{needed_after} ")


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w'’]+", " ", text).lower().replace("’", "'").split())


def _pieces(credit: str) -> Iterator[str]:
    yield credit.strip()
    yield from (piece.strip() for piece in _AND.split(credit))


def _first(credit: str, agencies: Agencies) -> str | None:
    """The first agency of `Reuters/AFP`, `dpa/lnw` or `AP`; None where a name is but a part of another one."""
    return next((agencies.owner[piece] for piece in _pieces(credit) if piece in agencies.owner), None)


def _is_spoken(credit: str, agencies: Agencies) -> bool:
    return all(piece in agencies.spoken for piece in _AND.split(credit.strip()))
