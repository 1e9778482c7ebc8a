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
MOST_ENTRIES_OF_AN_ADDRESS = 5
MOST_KNOWN_OF_AN_ADDRESS = 20
"""An address that more entries of one feed share, or more that are known, tells nothing about any of them: it is the
page of a live ticker. Two thousand of its entries, each compared with all that were known, once took 75 seconds."""
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
    that `entry_key` states, unless its address is that of too many. The work grows with the sum of entries and known.
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
    sharing: dict[str, list[int]] = {}
    for position, entry in enumerate(entries):
        address = same_address(entry.url) if entry.url else ""
        if "/" in address:
            sharing.setdefault(address, []).append(position)
    known_there: dict[str, list[str]] = {
        address: []
        for address, positions in sharing.items()
        if len(positions) <= MOST_ENTRIES_OF_AN_ADDRESS and any(keys[position] not in known for position in positions)
    }
    for key in known if known_there else ():
        _, _, address = key.rpartition(" ")
        if address in known_there:
            known_there[address].append(key)
    present = set(keys)
    found: dict[int, tuple[str, Entry]] = {}
    for address, candidates in known_there.items():
        gone = sorted(set(candidates) - present)
        if gone and len(candidates) <= MOST_KNOWN_OF_AN_ADDRESS:
            unknown = {position: entries[position] for position in sharing[address] if keys[position] not in known}
            found |= _pairs(unknown, {key: known[key] for key in gone})
    return found


def _pairs(unknown: Mapping[int, Entry], gone: Mapping[str, Known]) -> dict[int, tuple[str, Entry]]:
    """What `_former_guids` gives, for the few of one address; the hash of an entry is the same under every guid."""
    hashes = {position: entry_sha256(entry) for position, entry in unknown.items()}
    found: dict[int, tuple[str, Entry]] = {}
    for key, before in gone.items():
        guid, _, _ = key.rpartition(" ")
        words, _, _ = before.entry_sha256.partition(_WAITING)
        for position, said in unknown.items():
            if position in found or not (words == hashes[position] or (said.title and said.title == before.title)):
                continue
            entry = dataclasses.replace(said, guid=guid or None)
            if entry_key(entry) == key:
                found[position] = key, entry
                break
    return found
