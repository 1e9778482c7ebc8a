"""Which entries of a feed are news to us: the pure decider between reading and storing. Fetches and stores nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from parsers.model import Entry
from parsers.reading.entries import is_empty
from parsers.reading.normalise import entry_key, entry_sha256

HORIZON = timedelta(days=90)
"""An entry published longer ago is not taken as an item: a new source would bring its whole archive as news."""
_WAITING = " waiting since "

Verdict = Literal["new", "changed", "same", "repeat", "too-old", "empty"]


@dataclass(frozen=True, slots=True)
class Known:
    """What storage remembers of an entry.

    Attributes:
        item_id: of the item made of it; None: too old.
        entry_sha256: of what the source said, with the mark of `waiting` while the page behind it is still to be read.
        has_page: whether the item has its text from a page or PDF.
    """

    item_id: str | None
    entry_sha256: str
    has_page: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """One entry of a feed and what to do with it. `position` counts from 0 in the feed."""

    position: int
    key: str
    sha256: str
    entry: Entry
    verdict: Verdict
    item_id: str | None


def waiting(sha256: str, since: datetime) -> str:
    """The hash of an entry whose page could not be read, to be remembered in its stead.

    It differs from the plain hash, so that the entry is `changed` when it is seen again and its page is tried again.
    """
    return f"{sha256}{_WAITING}{since.isoformat()}"


def waiting_since(known: Known | None, sha256: str) -> datetime | None:
    """When the page behind these very words failed first; None if it is not waited for."""
    before, mark, since = known.entry_sha256.partition(_WAITING) if known else ("", "", "")
    return datetime.fromisoformat(since) if mark and before == sha256 else None


def decide(entries: Sequence[Entry], known: Mapping[str, Known], now: datetime) -> tuple[Decision, ...]:
    """One decision for every entry, in the order of the feed.

    An entry without title, link and text is `empty`. A key that came earlier in the same feed is a `repeat`; known with
    the same hash is `same`, with another hash `changed`; unknown and older than HORIZON is `too-old`, by its date of
    publication or else of its last change; all others `new`.
    """
    decisions: list[Decision] = []
    seen: set[str] = set()
    for position, entry in enumerate(entries):
        key, sha256 = entry_key(entry), entry_sha256(entry)
        before = known.get(key)
        dated = entry.published or entry.updated
        verdict: Verdict
        if is_empty(entry):
            verdict = "empty"
        elif key in seen:
            verdict = "repeat"
        elif before is not None and before.entry_sha256 == sha256:
            verdict = "same"
        elif dated is not None and dated < now - HORIZON:
            verdict = "too-old"
        else:
            verdict = "new" if before is None or before.item_id is None else "changed"
        seen.add(key)
        decisions.append(Decision(position, key, sha256, entry, verdict, before.item_id if before else None))
    return tuple(decisions)
