"""Says what kind of item a text is (news, opinion, live page ...) by the signs of config/kinds.toml. Opens no file.

Each kind adds up the weights of its signs; the kind with the highest sum is given if that sum is enough, else `news`.
A wrong kind hides news from readers, so news needs no sign.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from parsers.judging.kind_file import KindFile, Place, Shape, Sign, Whole
from parsers.judging.phrases import Phrasebook, Scan, compile_phrases, places, scan, split_words
from parsers.judging.topic_file import phrases_of
from parsers.judging.words import fold
from parsers.model import Kind

ENOUGH = 1.0
HEAD, TAIL = 700, 250
"""Characters read at the beginning of a text, and at the end of one that is longer than both."""
OPENING = 180
"""Characters of a text that are its opening."""
MAX_TITLE, MAX_URL, MAX_TAGS = 300, 500, 20
LONG_QUOTE = 25
"""Characters of a passage that is quoted rather than a word held at arm's length."""
LONG_AGO = 7
"""Years between a year that is looked back upon and the item, or the latest year it names."""

_BETWEEN = re.compile(r"\s*(?:[:|\[\]()•·»«“”„\"]|\s[-–—]\s|[.!](?=\s)|\+{2,})\s*")
_WORD = re.compile(r"\w+")
_PIECE = 40
_SECTION = re.compile(
    r"(?<=//)[\w-]+(?=\.[\w-]+\.)(?!\.(?:com?|org|net|gov|edu|ac)\.[a-z]{2}(?![\w.-]))|(?<=[^/:]/)[^/]+"
)
_IN_TITLE: frozenset[Place] = frozenset({"start", "title"})
_IN_OPENING: frozenset[Place] = frozenset({"opening", "text"})
_IN_TEXT: frozenset[Place] = frozenset({"text"})
_QUOTED = re.compile(
    r"(?m)^[–—-] ?[^\n]{1,400}|“[^“”]{1,400}”|„[^„“”]{1,400}[“”]|«[^«»]{1,400}»|»[^«»]{1,400}«|\"[^\"\n]{1,400}\""
)
_YEAR = re.compile(r"(?:1[6-9]|20)\d\d(?<![\d.,-]\d{4})(?!\d|[.,-]\d)")
_CAPITAL = "[A-ZÀ-ÖØ-ÞŁŚŻŹŠŽČŃĆ]"
_AGENCY = r"(?: ?\([\w /.]{2,30}\))?"
_SHAPES: Mapping[Shape, re.Pattern[str]] = {
    "question": re.compile(r"\?(?=\W*$|\s)"),
    "pluses": re.compile(r"\+{3}"),
    "dateline": re.compile(
        rf"\A\W{{0,3}}{_CAPITAL}(?:(?:{_CAPITAL}|['’./ -]){{2,40}}(?:, ?[\w. ]{{2,30}})?{_AGENCY}"
        rf"(?: ?[–—-]{{1,2}} |[.:] )"
        rf"|[\w'’ -]{{2,30}}, (?=[^–—\n]{{0,20}}\d)[\w. ]{{2,30}}{_AGENCY} ?[–—-]{{1,2}} )"
    ),
    "dated": re.compile(
        rf"\A\W{{0,3}}{_CAPITAL}[\w'’., /-]{{1,40}}?,? (?:le |den |dnia |on )?"
        r"(?:\d{1,2}(?:er|st|nd|rd|th|º|\.)?(?: de)? [^\W\d]{3,12}(?: de)?|[^\W\d]{3,12} \d{1,2}),? 20\d\d\b"
    ),
    "times": re.compile(r"(?m)^\W{0,3}(?:\d{1,2}[.:h]\d\d|\d{1,2} ?[ap]\.?m\b)"),
    "numbered": re.compile(
        r"(?m)^(?:\(?\d{1,2}[.)]|[IVX]{1,4}\.|(?:Article|Artikel|Artículo|Articolo|Art\.) \d{1,3})\s"
    ),
    "past-years": _YEAR,
    "past-year-in-title": _YEAR,
    "speaker": re.compile(
        rf"(?m)^(?:[QA]|{_CAPITAL}{{4,}}|{_CAPITAL}[\w.'’-]+(?: {_CAPITAL}[\w.'’-]+){{1,3}}): (?=\S)"
    ),
    "signed": re.compile(rf"(?:\||[–—] )\s*{_CAPITAL}[\w'’-]+(?: {_CAPITAL}[\w'’.-]*){{1,2}}\s*$"),
}
_OF_TITLE: frozenset[Shape] = frozenset({"question", "pluses", "signed", "past-year-in-title"})


@dataclass(frozen=True, slots=True)
class Clue:
    """One find. `start`, `end` count in `place` (the title, text, url or tag as it was handed in)."""

    text: str
    start: int
    end: int
    place: Literal["title", "text", "url", "tag"]
    weight: float


@dataclass(frozen=True, slots=True)
class KindFound:
    """The kind, the sum that gave it (0 for news) and what made up that sum, the weightiest first."""

    kind: Kind
    score: float = 0.0
    clues: tuple[Clue, ...] = ()


@dataclass(frozen=True, slots=True)
class KindRules:
    """Compiled kinds file. Signs are numbered through all kinds.

    Attributes:
        whole: (place, words in small letters) -> signs.
        uses: for each phrase of `book` the signs that have it.
        shapes: shape -> signs.
    """

    kinds: tuple[Kind, ...]
    signs: tuple[Sign, ...]
    whole: Mapping[tuple[Whole, str], tuple[int, ...]]
    book: Phrasebook
    uses: tuple[tuple[int, ...], ...]
    shapes: Mapping[Shape, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read: of `whole` the characters from `begin`. `scanned`: finds in it count words, not characters."""

    place: Literal["title", "text", "url", "tag"]
    whole: str
    begin: int = 0
    scanned: Scan | None = None


Find = tuple[int, _Read, int, int]
"""(sign, where, start, end); most finds are never shown, so characters are counted at the end only."""


def compile_kinds(file: KindFile) -> KindRules:
    """Rules ready for `kind_of`."""
    signs = [(entry.kind, sign) for entry in file.kinds for sign in entry.signs]
    whole: dict[tuple[Whole, str], list[int]] = defaultdict(list)
    uses: dict[str, list[int]] = defaultdict(list)
    shapes: dict[Shape, list[int]] = defaultdict(list)
    for number, (_, sign) in enumerate(signs):
        if sign.shape:
            shapes[sign.shape].append(number)
        for phrase in dict.fromkeys(phrases_of(sign)):
            if sign.place in get_args(Whole):
                for words in split_words(phrase):
                    whole[sign.place, " ".join(words).lower()].append(number)  # type: ignore[index]
            else:
                uses[phrase].append(number)
    return KindRules(
        kinds=tuple(kind for kind, _ in signs),
        signs=tuple(sign for _, sign in signs),
        whole={key: tuple(numbers) for key, numbers in whole.items()},
        book=compile_phrases(list(uses)),
        uses=tuple(tuple(numbers) for numbers in uses.values()),
        shapes={shape: tuple(numbers) for shape, numbers in shapes.items()},
    )


def kind_of(
    rules: KindRules,
    title: str,
    text: str,
    url: str | None = None,
    tags: Sequence[str] = (),
    published: datetime | None = None,
) -> KindFound:
    """The kind of an item; linear in what is read of it, see `HEAD`, `TAIL`. What stands in quotation marks is no sign.

    Args:
        tags: categories that the feed gave.
        published: tells how long ago the years in the text are.
    """
    head = text[:HEAD] if len(text) > HEAD + TAIL else text
    tail = text[len(head) :][-TAIL:]
    quoted = list(_QUOTED.finditer(head))
    bare = _blanked(head, quoted)
    cut = bare.find(" ", OPENING) if len(bare) > OPENING else -1
    opening, rest = (bare[:cut], bare[cut:]) if cut >= 0 else (bare, "")
    short = title[:MAX_TITLE]
    blank = _blanked(short, list(_QUOTED.finditer(short)))
    finds = list(_wholes(rules, short, (url or "")[:MAX_URL], tags))
    for start, stop in _pieces(short):
        finds += _phrases(rules, "title", title, start, blank[start:stop], _IN_TITLE)
    for begin, part, places_ in (
        (0, opening, _IN_OPENING),
        (cut, rest, _IN_TEXT),
        (len(text) - len(tail), _blanked(tail, list(_QUOTED.finditer(tail))), _IN_TEXT),
    ):
        finds += _phrases(rules, "text", text, begin, part, places_)
    finds += _shapes(rules, short, head, quoted, published)
    return _decided(rules, finds)


def _decided(rules: KindRules, finds: Sequence[Find]) -> KindFound:
    """The kind with a sign that is enough by itself goes before one that only adds up, then the higher sum."""
    counts = [0] * len(rules.signs)
    for number, *_ in finds:
        counts[number] += 1
    sums: dict[Kind, float] = {}
    named: set[Kind] = set()
    for number, count in enumerate(counts):
        if count:
            sign, kind = rules.signs[number], rules.kinds[number]
            sums[kind] = sums.get(kind, 0.0) + sign.weight * min(count, sign.most)
            if sign.weight >= ENOUGH:
                named.add(kind)
    ranks = [(kind in named, total, kind) for kind, total in sums.items() if round(total, 6) >= ENOUGH]
    if not ranks:
        return KindFound("news")
    _, total, best = max(ranks, key=lambda rank: rank[:2])
    return KindFound(best, round(total, 6), _clues(rules, [one for one in finds if rules.kinds[one[0]] == best]))


def _clues(rules: KindRules, finds: Sequence[Find]) -> tuple[Clue, ...]:
    left = {number: rules.signs[number].most for number, *_ in finds}
    clues = []
    for number, read, start, end in finds:
        left[number] -= 1
        if left[number] < 0:
            continue
        if read.scanned:
            ((start, end),) = places(read.scanned, [(0, start, end)])  # noqa: PLW2901
        start, end = read.begin + start, read.begin + end  # noqa: PLW2901
        clues.append(Clue(read.whole[start:end], start, end, read.place, rules.signs[number].weight))
    return tuple(sorted(clues, key=lambda clue: -clue.weight))


def _pieces(title: str) -> list[tuple[int, int]]:
    """Where the parts of a title start and end, between the marks."""
    marks = [match.span() for match in _BETWEEN.finditer(title)]
    return list(zip([0, *(end for _, end in marks)], [*(start for start, _ in marks), len(title)], strict=True))


def _wholes(rules: KindRules, title: str, url: str, tags: Sequence[str]) -> Iterator[Find]:
    """Labels of the title, sections of the address, tags: what counts only if nothing else stands in it."""
    for start, stop in _pieces(title):
        for number in rules.whole.get(("label", _words(title[start:stop])), ()):
            yield number, _Read("title", title), start, stop
    path = re.split("[?#]", url, maxsplit=1)[0]
    for section in _SECTION.finditer(path):
        for number in rules.whole.get(("url", _words(section[0])), ()):
            yield number, _Read("url", url), *section.span()
    for tag in tags[:MAX_TAGS]:
        for number in rules.whole.get(("tag", _words(tag)), ()):
            yield number, _Read("tag", tag), 0, len(tag)


def _words(piece: str) -> str:
    return " ".join(_WORD.findall(fold(piece).lower())) if 0 < len(piece) <= _PIECE else ""


def _phrases(
    rules: KindRules, of: Literal["title", "text"], whole: str, begin: int, part: str, places_: frozenset[Place]
) -> Iterator[Find]:
    """Finds in a part that begins at `begin` of the whole. The only place that asks the phrase book."""
    if not part:
        return
    scanned = scan(rules.book, part)
    read = _Read(of, whole, begin, scanned)
    ends = [0] * len(rules.signs)
    for phrase, first, stop in scanned.matches:
        for number in rules.uses[phrase]:
            place = rules.signs[number].place
            if place in places_ and ends[number] <= first and (place != "start" or first == 0):
                ends[number] = stop
                yield number, read, first, stop


def _shapes(
    rules: KindRules, title: str, head: str, quoted: Sequence[re.Match[str]], published: datetime | None
) -> Iterator[Find]:
    title_read, text_read = _Read("title", title), _Read("text", head)
    for shape, numbers in rules.shapes.items():
        read = title_read if shape in _OF_TITLE else text_read
        if shape == "quotes":
            matches = [match for match in quoted if match.end() - match.start() >= LONG_QUOTE]
        else:
            matches = list(_SHAPES[shape].finditer(read.whole))
        if matches and shape in ("past-years", "past-year-in-title"):
            latest = published.year if published else max(int(match[0]) for match in _YEAR.finditer(title + " " + head))
            matches = [match for match in matches if int(match[0]) <= latest - LONG_AGO]
        for match in matches:
            for number in numbers:
                yield number, read, *match.span()


def _blanked(text: str, matches: Sequence[re.Match[str]]) -> str:
    """The text with blanks instead of the matches, every other character in its place."""
    for match in matches:
        text = text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]
    return text
