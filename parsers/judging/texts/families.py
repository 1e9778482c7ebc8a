"""Which publisher stands behind an item: two items of one publisher family never corroborate each other.

Reads names and addresses only; does not compare what the items say.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from parsers.configured import Source
from parsers.judging.texts.reuse import Account
from parsers.model import Item, JudgedItem

_SPEAK_FOR_THEMSELVES = frozenset({"institution", "parliament", "government", "alliance"})
_LONGEST = 200
_BEHIND_THE_NAME = re.compile(r"[,(/:|]| through ")
"""`Le Monde, Europe section`, `NATO through Google News`: the publisher is named before it."""
_ABBREVIATION = re.compile(r"\b([a-z])\.(?=[a-z]\b)")
_TOP_LEVEL = re.compile(r"(?:\.(?:co|com|org|gov|gob|gouv|ac|edu))?\.[a-z]{2,6}$", re.ASCII)
_SMALL = frozenset({"the", "of", "and", "for"})


class Published(Protocol):
    """What tells of an item who published it."""

    @property
    def publisher(self) -> str | None: ...

    @property
    def url(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Families:
    """The configured families, to be found by the names (see `_keys`) and hosts of their sources."""

    by_name: Mapping[str, str] = field(default_factory=dict)
    by_host: Mapping[str, str] = field(default_factory=dict)


def families_of(sources: Iterable[Source]) -> Families:
    """The families behind these sources. Searches are nobody's name; what two families claim belongs to neither."""
    known = list(sources)
    shared = {host for source in known if _is_search(source) for host in _hosts(source)}
    names: dict[str, set[str]] = defaultdict(set)
    hosts: dict[str, set[str]] = defaultdict(set)
    for source in known:
        if _is_search(source):
            continue
        own = next((host for host in _hosts(source) if host not in shared), "")
        for name in (source.name, source.id, source.family, own, own.partition(".")[0]):
            for key in _keys(name):
                names[key].add(source.family)
        if own:
            hosts[own].add(source.family)
    return Families(*({key: min(of) for key, of in found.items() if len(of) == 1} for found in (names, hosts)))


def family_of(item: Published, source: Source, known: Families) -> str:
    """The family of an item's publisher.

    It is that of the source, but behind a search (publisher type `query`) that of the outlet that wrote the item: by
    the name that the search gave, else by the host of its address, unless that is the host of the search itself. An
    outlet is found among the configured sources (`Reuters`, `apnews.com` and `U.S. Department of State` are), else it
    is a family of its own. Other sources speak for one publisher even where an item names another one: `NATO through
    Google News` asks for one site only.
    """
    if not _is_search(source):
        return source.family
    if item.publisher and (keys := list(_keys(item.publisher))):
        return next((known.by_name[key] for key in keys if key in known.by_name), keys[0])
    host = _host(item.url)
    if not host or host in _hosts(source):
        return source.family
    labels = host.split(".")
    above = (".".join(labels[number:]) for number in range(len(labels)))
    return next((known.by_host[name] for name in above if name in known.by_host), next(_keys(host), source.family))


def account_of(judged: JudgedItem, source: Source, known: Families) -> Account:
    """How an item counts among those who tell a story.

    News of an institution is a press release to all others: it speaks for itself, and papers print it.
    """
    item, kind = judged.item, judged.judgement.kind
    if kind == "news" and source.publisher_type in _SPEAK_FOR_THEMSELVES:
        kind = "press-release"
    return Account(item.id, family_of(item, source, known), outlet_of(item, source), kind, item.published)


def outlet_of(item: Item, source: Source) -> str:
    """The name under which readers know who published an item: of the outlet behind a search, else of the source."""
    return item.publisher if _is_search(source) and item.publisher else source.name


def forgotten(item: Item) -> Source:
    """Stands in for a source that has left the configuration since the item came; it counts least."""
    return Source(
        id=item.source_id,
        name=item.source_id,
        url=item.url or "",
        form="feed",
        language=item.language,
        country="",
        publisher_type="query",
        family=item.source_id,
        weight=1,
        status="forgotten",
    )


def _is_search(source: Source) -> bool:
    return source.publisher_type == "query"


def _keys(name: str) -> Iterator[str]:
    """What two ways to write one name have in common: its letters in a row, and its words in no order.

    `The New York Times`, `nytimes`: no. `AP News`, `apnews.com`: yes. `US State Department`, `U.S. Department of
    State`: yes, by the second.
    """
    plain = unicodedata.normalize("NFKD", name[:_LONGEST]).casefold()
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    plain = _ABBREVIATION.sub(r"\1", _TOP_LEVEL.sub("", _BEHIND_THE_NAME.split(plain.strip())[0].strip()))
    words = [word for word in re.findall(r"[^\W_]+", plain) if word not in _SMALL]
    if words:
        row = "".join(words)
        yield row.removeprefix("the") if len(row) > len("theatre") else row
        if len(words) > 1:
            yield " ".join(sorted(words))


def _hosts(source: Source) -> list[str]:
    return [host for host in (_host(source.homepage), _host(source.url)) if host]


def _host(url: str | None) -> str:
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        return ""
