"""Says which of two items with words in common is the origin of the other one. Does not look at the words.

That follows from what the two are (a press release is the origin of press), from whom they name, and else from time.
"""

from array import array
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from parsers.judging.texts.wording import Wording
from parsers.model import Item, Kind

RELEASES: frozenset[Kind] = frozenset({"press-release", "primary"})
RELEASED_LATE = timedelta(hours=12)
"""Offices put a release on the page hours after it was sent; what comes later was somebody else's before: an article
by the minister, posted again."""
_MIDNIGHT = time(0)

Because = Literal["press-release", "named", "time"]


@dataclass(frozen=True, slots=True)
class Text:
    """One item as it is compared. `agency`: that it names; `own_agency`: that it is of; `names`: in its title."""

    item: Item
    family: str
    is_release: bool
    agency: str | None
    own_agency: str | None
    names_statement: bool
    names: "array[int]"
    wording: Wording


def reason(text: Text, other: Text) -> Because | None:
    """Why `other` is the origin of `text`; None if it is not."""
    if text.is_release != other.is_release and not _posted_again(text, other):
        return "press-release" if other.is_release else None
    if bool(text.own_agency) != bool(other.own_agency):
        return "named" if other.own_agency else None
    earlier = _earlier(other.item, text.item)
    if earlier is not None:
        return "time" if earlier else None
    if text.names_statement != other.names_statement:
        return "named" if text.names_statement else None
    return "time" if _rank(other.item) < _rank(text.item) else None


def _posted_again(text: Text, other: Text) -> bool:
    release, report = (text.item, other.item) if text.is_release else (other.item, text.item)
    if release.published is None or report.published is None:
        return False
    late, early = release.published.astimezone(UTC), report.published.astimezone(UTC)
    if _MIDNIGHT in (late.time(), early.time()):
        return late.date() > early.date()
    return late - early > RELEASED_LATE


def _earlier(one: Item, other: Item) -> bool | None:
    """Whether `one` was there first; None where times do not tell: two days without an hour, or none."""
    if one.published is None or other.published is None:
        return None if one.published is other.published else one.published is not None
    first, second = one.published.astimezone(UTC), other.published.astimezone(UTC)
    if first.date() != second.date():
        return first < second
    day_only, other_day_only = first.time() == _MIDNIGHT, second.time() == _MIDNIGHT
    if day_only != other_day_only:
        return other_day_only
    return None if first == second else first < second


def _rank(item: Item) -> tuple[int, str, str]:
    """Of two that nothing else tells apart the longer one is the likelier origin: what is taken over is cut."""
    return (-len(item.text), item.source_id, item.id)


def age(item: Item) -> tuple[datetime, int, str, str]:
    """Orders items, the likelier origins first; a day alone stands at its end."""
    when = item.published.astimezone(UTC) if item.published else datetime.max.replace(tzinfo=UTC)
    if item.published and when.time() == _MIDNIGHT:
        when = when.replace(hour=23, minute=59, second=59)
    return (when, *_rank(item))
