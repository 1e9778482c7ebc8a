"""What the finders of documents read and what they hand over. Finds nothing itself."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

NUMBER_SIGN = r"(?:(?:[Nn][or]|NR|[Nn]\.? ?[°º]|[Nn]\.|[Nn][úu]m\.)\.? ?)"
"""What stands before a number: No, Nr., n°, n.º, núm."""


@dataclass(frozen=True, slots=True)
class Prose:
    """A text with single spaces, plain hyphens and no invisible signs, and what decides how its numbers are read.

    Attributes:
        language: two letters, or "" where unknown.
        published: None where unknown.
        nato, union: whether the item names the alliance and the European Union.
        spans: where to look, ascending and apart; None for all of it.
    """

    text: str
    language: str = ""
    published: date | None = None
    nato: bool = False
    union: bool = False
    spans: tuple[tuple[int, int], ...] | None = None

    def each(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        for start, end in self.spans if self.spans is not None else [(0, len(self.text))]:
            yield from pattern.finditer(self.text, start, end)

    def before(self, at: int, length: int) -> str:
        return self.text[max(0, at - length) : at]

    def after(self, at: int, length: int) -> str:
        return self.text[at : at + length]


_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_YEAR_BEFORE = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:'s|er)? $")
_YEAR_AFTER = re.compile(
    r",? ?\(?(?:(?:of|from|in|on|de|du|del|dell'|von|vom|aus|z|från|av|signed|adopted|agreed|issued|dated|Warsaw"
    r"|Brussels|le|el|il) ){0,5}"
    r"(?:\d{1,2}\.? (?:de )?[^\W\d_]{3,10},? (?:de )?|(?:[JFMASOND][a-z]{2,8} )(?:\d{1,2}, )?)?"
    r"((?:19|20)\d\d)(?!\d)"
)


def years_told(prose: Prose, match: re.Match[str]) -> set[int]:
    """Years in a name or right beside it: `the 2018 declaration`, `of 10 January 2023`; none that stands farther."""
    years = set(map(int, _YEAR.findall(match[0])))
    beside = (
        _YEAR_BEFORE.search(prose.before(match.start(), 8)),
        _YEAR_AFTER.match(prose.after(match.end(), 60)),
    )
    return years | {int(year[1]) for year in beside if year}


class Found(NamedTuple):
    """A document cited at `start` to `end` of a prose; the other fields are those of a `Citation`."""

    document_id: str
    kind: str
    name: str
    url: str | None
    start: int
    end: int


class Finder(NamedTuple):
    """What it finds holds one of `signs`, in small letters, so that `find` need look beside them only."""

    find: Callable[[Prose], Iterator[Found]]
    signs: tuple[str, ...]
