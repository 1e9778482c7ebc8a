"""Reads whom a text names as its source: a news agency in dateline, byline or credit line, or a press release.

Does not look at other texts. A sentence that names an agency (`Reuters reported`, `laut dpa`) tells where one detail
is from, or what somebody denies: two reports with such a sentence are two reports still, so it is not read.
"""

import re
from collections.abc import Iterator

from parsers.judging.texts.agency_file import Agencies
from parsers.model import Item
from parsers.reading.links import host_of

DATELINE = 120
"""Characters within which a dateline ends: `BRUSSELS, 3 November (Reuters) -`."""
OPENING = 600
ENDING = 200
_LINE = 60
_LONGEST_HOST = 253

_BRACKETS = re.compile(r"[(\[]([^()\[\]\n]{2,60})[)\]]|(?<![\w/])/([^/()\n]{2,40})/(?![\w/])")
"""`(dpa/lnw)`, `[Reuters]`, `/TT-AFP/`."""
_HYPHEN = re.compile(r"(?<=[A-Za-z])-(?=[A-Z])")
_DASH = re.compile(r"\s?\.?,? ?(?:[–—:]|-(?!\w))")
_BEGINS = re.compile(r"\s+[\"“„«‘]?(?:[^\W\d_a-z]|\d)")
_END_OF_PARAGRAPH = re.compile(r"[.\s]{0,3}(?:\n|\Z)")
_BY = re.compile(r"\A(?:by|von|par|di|da|por|oprac|av|door|red)\b[\s.:/]*", re.IGNORECASE)
_STAFF = re.compile(
    r" (?:staff|newsroom|desk|editors?|reporters?|writers?|contributors?|correspondents?|redaktion|agency|agencja)\Z",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…”“\"»)\]]\s|\n")
_SHORT = re.compile(r"[^\W\d_]{0,2}[a-ząćęłńóśźżåäö]?\.?|red\.?", re.IGNORECASE)
"""Initials of editors and letters of regions: `mce`, `lnw`."""
_PHOTO_WORDS = (
    r"\b(?:photo|foto|fot\.|picture|image|immagine|imagen|zdjęci|afbeelding|beeld|video|graphic|grafik|caption|pool|getty"
    r"|archiv|bild(?=(?:er)?:))"
)
_PHOTO = re.compile(_PHOTO_WORDS, re.IGNORECASE)
_CAPTION = re.compile(_PHOTO_WORDS + r"\w{0,6} ?(?::|(?:by|von|par|di|de|av|door)\b)", re.IGNORECASE)
_PHOTO_IN_FRONT = re.compile(r"\bfot\.\s*\Z", re.IGNORECASE)
"""The full stop of `fot. PAP` ends no sentence."""
_WORD = re.compile(r"[^\W\d_]+")
_SMALL = frozenset(
    {"of", "the", "and", "for", "de", "du", "des", "la", "le", "del", "di", "der", "und", "et", "y", "e"}
)


def agency_of(item: Item, agencies: Agencies) -> str | None:
    """The name of the agency whose text an item says it is or rests on, or None.

    Of several the first that is named, in the order dateline, byline, credit at the end: a text "with material from
    Reuters and AFP" is no bridge between the two.
    """
    text = item.text.strip()
    found = _in_dateline(text[: DATELINE + _LINE], agencies) or _in_authors(item.authors, agencies)
    return found or _at_end(text[-ENDING:], agencies)


def own_agency(item: Item, family: str, agencies: Agencies) -> str | None:
    """The agency that published an item itself: by the family of its source, the name of its outlet, or its host."""
    named = (item.publisher or "").strip()
    found = agencies.families.get(family) or agencies.owner.get(named) or _of_host(named.lower(), agencies)
    return found or _of_host(host_of(item.url or ""), agencies)


def names_statement(item: Item, agencies: Agencies) -> bool:
    """Whether the opening says that the news comes from a press release: `said in a statement`."""
    return agencies.statements.search(item.text[:OPENING]) is not None


def _of_host(host: str, agencies: Agencies) -> str | None:
    labels = host[:_LONGEST_HOST].removeprefix("www.").split(".")
    above = (".".join(labels[number:]) for number in range(len(labels) - 1))
    return next((agencies.hosts[name] for name in above if name in agencies.hosts), None)


def _in_dateline(opening: str, agencies: Agencies) -> str | None:
    for match in _BRACKETS.finditer(opening):
        if match.start() > DATELINE:
            break
        before = opening[: match.start()].strip(" \n–—-")
        is_dateline = not before or _DASH.match(opening, match.end()) or _is_place(before, opening[match.end() :])
        if is_dateline and (name := _in_brackets(match, opening, agencies)):
            return name
    first = agencies.name.match(opening)
    if first and _DASH.match(opening, first.end()):
        return agencies.owner[first[0]]
    return _alone(opening.partition("\n")[0], agencies) if "\n" in opening else None


def _is_place(before: str, after: str) -> bool:
    """Whether `PARIS` or `Buenos Aires, 3 nov` stands in front, which is no sentence, and one begins behind it."""
    if not _BEGINS.match(after):
        return False
    words = _WORD.findall(before)
    return (
        before[-1:] not in ".!?" and len(before) <= _LINE and all(len(word) <= 4 or word[0].isupper() for word in words)
    )


def _in_authors(authors: tuple[str, ...], agencies: Agencies) -> str | None:
    for author in authors[:5]:
        byline = _BY.sub("", author[:200].strip())
        if not _PHOTO.search(byline):
            pieces = (_STAFF.sub("", piece) for piece in _pieces(byline, agencies))
            if name := next((agencies.owner[piece] for piece in pieces if piece in agencies.owner), None):
                return name
    return None


def _at_end(ending: str, agencies: Agencies) -> str | None:
    for match in _BRACKETS.finditer(ending):
        if _END_OF_PARAGRAPH.match(ending, match.end()) and (name := _in_brackets(match, ending, agencies)):
            return name
    for match in agencies.name.finditer(ending):
        before = ending[: match.start()].rstrip()
        is_source = before.endswith(":") and before[:-1].rstrip().lower().endswith(agencies.sources)
        # Not `Source: Reuters Institute`.
        if is_source and not re.match(r" [^\W\d_a-z]", ending[match.end() : match.end() + 2]):
            return agencies.owner[match[0]]
    line = ending[-_LINE:]
    ends = [match.end() for match in _SENTENCE_END.finditer(line)]
    names = (_alone(line[end:], agencies) for end in ends if not _PHOTO_IN_FRONT.search(line[:end]))
    return next(filter(None, names), None)


def _in_brackets(match: re.Match[str], text: str, agencies: Agencies) -> str | None:
    """The agency of a credit in brackets; None of a photograph, a remark, or letters that the words before explain."""
    credit = match[1] or match[2]
    line = text.rfind("\n", 0, match.start()) + 1
    before = text[line : match.start()]
    if _PHOTO.search(credit) or _CAPTION.match(before.lstrip()) or _explains(before, credit.strip()):
        return None
    if "/" in credit and any(_is_person(piece, agencies) for piece in credit.split("/")):
        return None  # (Jane Doe/AFP) stands under photographs
    pieces = list(_pieces(credit, agencies))
    if any(piece.count(" ") > 1 and piece not in agencies.owner and not piece[:1].isdigit() for piece in pieces):
        return None
    return next((agencies.owner[piece] for piece in pieces if piece in agencies.owner), None)


def _explains(before: str, letters: str) -> bool:
    """Whether the letters are the initials of the words in front: `Australian Federal Police (AFP)`."""
    words = [word for word in _WORD.findall(before[-2 * _LINE :].lower()) if word not in _SMALL]
    return len(letters) > 1 and "".join(word[0] for word in words[-len(letters) :]) == letters.lower()


def _is_person(piece: str, agencies: Agencies) -> bool:
    words = piece.split()
    return len(words) > 1 and piece.strip() not in agencies.owner and all(word[0].isupper() for word in words)


def _alone(line: str, agencies: Agencies) -> str | None:
    """The first agency of a line of agencies alone, with initials of editors: `/TT-Reuters`, `AFP, dpa`."""
    if len(line) > _LINE or _PHOTO.search(line):
        return None
    pieces = list(_pieces(line.strip(" ./–—-"), agencies))
    names = [agencies.owner[piece] for piece in pieces if piece in agencies.owner]
    is_alone = all(piece in agencies.owner or all(map(_SHORT.fullmatch, piece.split())) for piece in pieces)
    return names[0] if names and is_alone else None


def _pieces(credit: str, agencies: Agencies) -> Iterator[str]:
    """`TT`, `AFP` of `TT-AFP`; `Interfax-Ukraine` and `Jane Doe` are one piece each."""
    for piece in map(str.strip, agencies.apart.split(credit)):
        yield from [piece] if piece in agencies.owner else _HYPHEN.split(piece)
