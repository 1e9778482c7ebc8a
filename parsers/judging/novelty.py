"""Which entries of a feed are news to us: the pure decider between reading and storing. Fetches and stores nothing."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from parsers.model import Entry
from parsers.reading.links import same_address
from parsers.reading.lists.entries import is_empty
from parsers.reading.normalise import entry_key, entry_sha256

HORIZON = timedelta(days=90)
"""An entry published longer ago is not taken as an item: a new source would bring its whole archive as news."""
_WAITING = " waiting since "

Verdict = Literal["new", "changed", "same", "repeat", "too-old", "empty", "unjudged"]
"""`unjudged` is never decided here: it is what becomes of an entry that nobody could judge."""


@dataclass(frozen=True, slots=True)
class Known:
    """What storage remembers of an entry.

    Attributes:
        item_id: of the item made of it; None: too old.
        entry_sha256: of what the source said, with the mark of `waiting` while the page behind it is still to be read.
        has_page: whether the item has its text from a page or PDF.
        title: of the entry; empty where it is not remembered.
    """

    item_id: str | None
    entry_sha256: str
    has_page: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """One entry of a feed and what to do with it.

    Attributes:
        position: counts from 0 in the feed.
        entry: as read; one that is known under another guid has that guid again, so that `key` is its key.
        renamed: it came with a guid that it did not have before.
    """

    position: int
    key: str
    sha256: str
    entry: Entry
    verdict: Verdict
    item_id: str | None
    renamed: bool = False


def waiting(sha256: str, since: datetime) -> str:
    """The hash of an entry whose page could not be read, to be remembered in its stead.

    It differs from the plain hash, so that the entry is `changed` when it is seen again and its page is tried again.
    """
    return f"{sha256}{_WAITING}{since.isoformat()}"


def waiting_since(known: Known | None, sha256: str) -> datetime | None:
    """When the page behind these very words failed first; None if it is not waited for."""
    before, mark, since = known.entry_sha256.partition(_WAITING) if known else ("", "", "")
    return datetime.fromisoformat(since) if mark and before == sha256 else None


def decide(
    entries: Sequence[Entry], known: Mapping[str, Known], now: datetime, horizon: timedelta = HORIZON
) -> tuple[Decision, ...]:
    """One decision for every entry, in the order of the feed.

    An entry without title, link and text is `empty`. A key that came earlier in the same feed is a `repeat`; known with
    the same hash is `same`, with another hash `changed`; unknown and older than `horizon` is `too-old`, by its date of
    publication or else of its last change; all others `new`. A known entry under a new guid is recognised by the rules
    that `entry_key` states.
    """
    decisions: list[Decision] = []
    seen: set[str] = set()
    keys = [entry_key(entry) for entry in entries]
    former = _former_guids(entries, keys, known)
    for position, said in enumerate(entries):
        key, entry = former.get(position, (keys[position], said))
        sha256 = entry_sha256(entry)
        before = known.get(key)
        dated = entry.published or entry.updated
        verdict: Verdict
        if is_empty(entry):
            verdict = "empty"
        elif key in seen:
            verdict = "repeat"
        elif before is not None and before.entry_sha256 == sha256:
            verdict = "same"
        elif dated is not None and dated < now - horizon:
            verdict = "too-old"
        else:
            verdict = "new" if before is None or before.item_id is None else "changed"
        seen.add(key)
        item_id = before.item_id if before else None
        decisions.append(Decision(position, key, sha256, entry, verdict, item_id, renamed=position in former))
    return tuple(decisions)


def _former_guids(
    entries: Sequence[Entry], keys: Sequence[str], known: Mapping[str, Known]
) -> dict[int, tuple[str, Entry]]:
    """Position -> key and entry under the guid that it had before, for those that came under another one."""
    unknown: dict[str, list[int]] = {}
    for position, (entry, key) in enumerate(zip(entries, keys, strict=True)):
        address = same_address(entry.url) if entry.url else ""
        if key not in known and "/" in address:
            unknown.setdefault(address, []).append(position)
    found: dict[int, tuple[str, Entry]] = {}
    for key in sorted(known.keys() - set(keys)) if unknown else ():
        guid, _, address = key.rpartition(" ")
        for position in unknown.get(address, ()):
            entry = dataclasses.replace(entries[position], guid=guid or None)
            if position not in found and entry_key(entry) == key and _is_alike(entry, known[key]):
                found[position] = key, entry
                break
    return found


def _is_alike(entry: Entry, before: Known) -> bool:
    words, _, _ = before.entry_sha256.partition(_WAITING)
    return words == entry_sha256(entry) or (entry.title != "" and entry.title == before.title)
