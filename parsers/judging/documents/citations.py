"""Finds the primary documents that an item cites, under one id however they are written. Fetches none of them."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Literal
from urllib.parse import unquote

from parsers.judging.documents import acts, bills, eu, named, nato, us
from parsers.judging.documents.found import Found, Prose
from parsers.reading.links import host_of

MOST = 200
"""Citations that are kept of one item: more have only lists of acts, and those are no news."""
_FINDERS = (
    *acts.FINDERS,
    *eu.FINDERS,
    *bills.FINDERS,
    *us.FINDERS,
    *nato.FINDERS,
    *named.FINDERS,
)
_PLAIN = str.maketrans(
    dict.fromkeys("\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u3000\t\n\r\v\f\u2028\u2029", " ")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
    | dict.fromkeys("\u2044\u2215", "/")
    | {"\u2019": "'", "\u2018": "'"}
)
_NOTHING = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]+|(?<= ) +")
_NATO = re.compile(r"\b(?:NATO|Nato|OTAN|Otan|North Atlantic|Alliance)\b")
_UNION = re.compile(r"\b(?:EU|UE|Ue|EUs|European|europ\w+|Union)\b")
_REPOSITORIES = (
    "eur-lex.europa.eu",
    "data.europa.eu",
    "op.europa.eu",
    "data.consilium.europa.eu",
    "oeil.europarl.europa.eu",
    "congress.gov",
    "govinfo.gov",
    "federalregister.gov",
    "dsca.mil",
    "nato.int",
    "undocs.org",
    "docs.un.org",
    "gao.gov",
)
"""Where documents lie: the one that a title names first is the item itself; at NATO's, where news lie too, if the title
says little else."""
_REACH = 150
"""Characters from a sign within which all stands that it may be a sign of."""
_WIDEST = 200_000
"""Characters beside signs of one kind that are looked at: only tables have more, and what is meant to hurt."""


@dataclass(frozen=True, slots=True)
class Citation:
    """One place where a primary document is cited.

    Attributes:
        document_id: one for all forms of citing it: `celex:32025R2643`, `join:2025/120`, `us-bill:119/hr/3838`.
        kind: the family: celex com join swd sec council oj ep procedure bill law ndaa order register code dsca report
            nato eu-nato un agreement.
        name: as a reader writes it: `JOIN(2025) 120`, `H.R. 3838 (119th Congress)`.
        url: its address where one follows from the number; never one that was guessed.
        start, end: of `matched` in the title or in the text, in characters.
    """

    document_id: str
    kind: str
    name: str
    url: str | None
    matched: str
    place: Literal["title", "text"]
    start: int
    end: int


def citations(
    title: str, text: str, language: str, published: datetime | None, url: str | None = None
) -> tuple[Citation, ...]:
    """All places, those of the title first, by where they start; none overlap. At most `MOST`.

    Args:
        language: two letters; `S. 12` is a page in German and a bill in English.
        published: decides the Congress of a bill that does not name it; a bill of unknown Congress is no document.
        url: of the item; what the item is itself, it does not cite.
    """
    nato, union = (bool(word.search(title) or word.search(text)) for word in (_NATO, _UNION))
    day = published.date() if published else None
    own = identity(title, url)
    given: list[Citation] = []
    places: tuple[tuple[Literal["title", "text"], str], ...] = (("title", title), ("text", text))
    for place, raw in places:
        plain, offsets = _plain(raw)
        for found in _found(Prose(plain, language[:2].lower(), day, nato, union)):
            start, end = offsets.raw(found.start), offsets.raw(found.end - 1) + 1
            if found.document_id not in own:
                given.append(Citation(*found[:4], raw[start:end], place, start, end))
    return tuple(given[:MOST])


def identity(title: str, url: str | None) -> frozenset[str]:
    """Ids of the documents that an item with this title at this address is itself, those of its other numbers too."""
    ids: set[str] = set()
    host = host_of(url) if url else ""
    if url and _is_of(host, (*_REPOSITORIES, "europa.eu")):
        ids.update(found.document_id for found in _found(Prose(_plain(unquote(url[:2_000]))[0])))
        if host.endswith("nato.int") and (summit := nato.summit_at(url[:2_000])):
            ids.add(summit)
    if all(known.startswith("oj:") for known in ids) and _is_of(host, _REPOSITORIES):
        head = _plain(title[:1_000])[0]
        of_nato = host.endswith("nato.int")
        first = _found(Prose(head, nato=of_nato))[:1]
        ids.update(found.document_id for found in first if not of_nato or 2 * (found.end - found.start) > len(head))
    for document_id in tuple(ids):
        if act := re.fullmatch(r"celex:3(20[2-9]\d)[A-Z](\d{4})", document_id):
            ids.add(f"oj:L/{act[1]}/{int(act[2])}")
    return frozenset(ids)


def _is_of(host: str, owners: Sequence[str]) -> bool:
    return any(host == owner or host.endswith(f".{owner}") for owner in owners)


@dataclass(frozen=True, slots=True)
class _Offsets:
    """From places in a plain text back to those in the raw one: `kept` characters stand before each piece cut out."""

    kept: Sequence[int]
    cut: Sequence[int]

    def raw(self, at: int) -> int:
        return at + self.cut[bisect_right(self.kept, at)]


def _plain(raw: str) -> tuple[str, _Offsets]:
    """With what is no sign cut out: soft hyphens and runs of spaces stand in numbers where a page broke its lines."""
    plain = raw.translate(_PLAIN)
    pieces: list[str] = []
    kept, cut, last, gone = [], [0], 0, 0
    for match in _NOTHING.finditer(plain):
        pieces.append(plain[last : match.start()])
        kept.append(match.start() - gone)
        gone += len(match[0])
        cut.append(gone)
        last = match.end()
    return "".join([*pieces, plain[last:]]) if kept else plain, _Offsets(kept, cut)


def _found(prose: Prose) -> list[Found]:
    """Of places that overlap the first and longest, in the order of the text."""
    small = prose.text.replace("İ", "I").lower()  # the one letter that gets longer
    every: list[Found] = []
    for find, signs in _FINDERS:
        if spans := _beside(small, signs):
            every += islice(find(replace(prose, spans=spans)), 2_000)
    chosen: list[Found] = []
    for found in sorted(every, key=lambda found: (found.start, -found.end)):
        if not chosen or found.start >= chosen[-1].end:
            chosen.append(found)
    return _joined(chosen)


def _beside(small: str, signs: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Spans of the text, apart from each other; a step of `_REACH` is safe, for each span reaches that much further."""
    begins: set[int] = set()
    for sign in signs:
        at = small.find(sign)
        while at >= 0:
            begins.add(at)
            at = small.find(sign, at + _REACH)
    spans: list[tuple[int, int]] = []
    for at in sorted(begins):
        start, end = max(0, at - _REACH), at + 2 * _REACH
        if spans and start <= spans[-1][1]:
            start = spans.pop()[0]
        spans.append((start, end))
    wide = 0
    for number, (start, end) in enumerate(spans):
        wide += end - start
        if wide > _WIDEST:
            last = small.rfind(" ", start, end - (wide - _WIDEST))  # a number cut in two is another one
            return (*spans[:number], (start, max(start, last)))
    return tuple(spans)


def _joined(places: Sequence[Found]) -> list[Found]:
    """The Official Journal beside an act says where that act stands: it is the same document, or just its page."""
    acts = {found.document_id: found for found in places if found.document_id.startswith("celex:3")}
    numbers = {(int(known[7:11]), int(known[12:16])): found for known, found in acts.items() if known[12:16].isdigit()}
    joined: list[Found] = []
    last_act = -1_000
    for found in places:
        if found.kind == "celex":
            last_act = found.end
        if not found.document_id.startswith("oj:"):
            joined.append(found)
            continue
        series, first, second = found.document_id[3:].split("/")
        same = numbers.get((int(first), int(second))) if series == "L" and int(first) >= 2023 else None
        if same:
            joined.append(same._replace(start=found.start, end=found.end))
        elif int(first) > 2023 or found.start - last_act > 300:
            joined.append(found)
    return joined
