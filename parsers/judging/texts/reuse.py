"""Says whose text an item took over, and how many independent texts stand behind a story. Groups no stories.

What all of one source's items end with is no text that anybody took over; nor is a statement that two reports quote.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest
from typing import Literal

from parsers.judging.texts.agency_file import Agencies
from parsers.judging.texts.boilerplate import without_boilerplate
from parsers.judging.texts.credits import agency_of, names_statement, own_agency
from parsers.judging.texts.direction import RELEASES, Because, Text, age, reason
from parsers.judging.texts.templates import of_one_form, title_names
from parsers.judging.texts.wording import anchors, overlap
from parsers.model import Item, Kind

SHARE = 0.3
"""Of the words of an item that stand in another one: from here on it took over text. Two independent reports of one
event have less than a tenth in common."""
SHARE_QUOTED = 0.5
"""The same where most of it stands in quotation marks, of a press release: who quotes it at length reports still."""
MIN_WORDS = 25
MAX_LOOKUPS = 128
MAX_POSTINGS = 50
"""Of the items that share one anchor the likeliest origins are looked at: press releases, then the oldest."""
MOST_BY_CHANCE = 40
"""One anchor in so many two texts of one subject have in common anyway."""
MAX_COMPARED = 12


@dataclass(frozen=True, slots=True)
class Reuse:
    """`item_id` took over text: of `origin_id` where we hold that item, else of an agency that it names.

    Attributes:
        agency: name of the agency, else None.
        share: of the item's own words that stand in the origin, 0..1; None for a credit alone; 1 without an origin for
            an item of the agency itself.
        because: what gave the direction, or the credit.
    """

    item_id: str
    origin_id: str | None
    agency: str | None
    share: float | None
    because: Because


@dataclass(frozen=True, slots=True)
class Account:
    """One item of a story as it counts. `name`: of the outlet."""

    item_id: str
    family: str
    name: str
    kind: Kind
    published: datetime | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where most of a story's text comes from.

    Attributes:
        item_id, at: None where we do not hold it.
        outlets: families whose text comes from it, itself not counted.
    """

    name: str
    kind: Literal["press-release", "agency", "report"]
    item_id: str | None
    at: datetime | None
    outlets: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Publisher families that carry a story, and the independent texts among them."""

    outlets: int
    texts: int
    origin: Origin | None


# ---------------------------------------------------------------- who took over whose text


def reuses(
    items: Sequence[Item], kinds: Mapping[str, Kind], families: Mapping[str, str], agencies: Agencies
) -> tuple[Reuse, ...]:
    """At most two for each item, in the order of `items`: the item whose text it took over, the agency that it names.

    One publisher does not take over its own text. The result does not depend on the order of `items`; the work grows
    with their number.

    Args:
        kinds, families: item id -> kind (news if missing), publisher family.
    """
    texts = _texts(items, kinds, families, agencies)
    found: dict[str, list[Reuse]] = defaultdict(list)
    for text, others in _candidates(texts):
        taken = _taken(text, others)
        if taken:
            found[text.item.id].append(taken)
    for text in texts:
        agency = text.own_agency or text.agency
        if agency and not any(one.agency == agency for one in found[text.item.id]):
            share = 1.0 if text.own_agency else None
            found[text.item.id].append(Reuse(text.item.id, None, agency, share, "named"))
    return tuple(one for item in items for one in found[item.id])


def _texts(
    items: Iterable[Item], kinds: Mapping[str, Kind], families: Mapping[str, str], agencies: Agencies
) -> list[Text]:
    """The likeliest origins first."""
    wordings = without_boilerplate(items)
    texts = []
    for item in items:
        family = families.get(item.id, item.source_id)
        texts.append(
            Text(
                item=item,
                family=family,
                is_release=kinds.get(item.id) in RELEASES,
                agency=agency_of(item, agencies),
                own_agency=own_agency(item, family, agencies),
                names_statement=names_statement(item, agencies),
                names=title_names(item.title, item.publisher, item.text),
                wording=wordings[item.id],
            )
        )
    return sorted(texts, key=lambda text: (not text.is_release, not text.own_agency, age(text.item)))


def _candidates(texts: Sequence[Text]) -> Iterable[tuple[Text, list[Text]]]:
    postings: dict[int, list[int]] = {}
    looked_up = [anchors(text.wording, MAX_LOOKUPS) for text in texts]
    for number, found in enumerate(looked_up):
        for anchor in found:
            holders = postings.setdefault(anchor, [])
            if len(holders) < MAX_POSTINGS:
                holders.append(number)
    for number, found in enumerate(looked_up):
        shared = Counter(other for anchor in found for other in postings[anchor])
        one = texts[number]
        fitting = [
            other
            for other in shared
            if other != number and texts[other].family != one.family and texts[other].item.language == one.item.language
        ]
        likely = nsmallest(MAX_COMPARED, fitting, key=lambda other: (-shared[other], other))
        if likely:
            yield one, [texts[other] for other in sorted(likely)]


def _taken(text: Text, others: Iterable[Text]) -> Reuse | None:
    best: tuple[tuple[bool, float], Reuse] | None = None
    for other in others:
        because = reason(text, other)
        if because is None:
            continue
        share = _share(text, other)
        # A press release is the origin even where another report has a word more of it.
        rank = (other.is_release, round(share, 2))
        if share and (best is None or rank > best[0]):
            best = (rank, Reuse(text.item.id, other.item.id, other.own_agency, round(share, 3), because))
    return best[1] if best else None


def _share(text: Text, other: Text) -> float:
    """Of the words of `text` that stand in `other`; 0 where that is too little to be taken over."""
    if min(len(text.wording.quoted), len(other.wording.quoted)) < MIN_WORDS:
        return 0.0
    common = overlap(text.wording, other.wording)
    if common.one and of_one_form(text.names, text.wording, other.names, other.wording):
        return 0.0
    enough = common.one >= SHARE and common.plain_one >= SHARE
    return common.one if enough or (other.is_release and common.one >= SHARE_QUOTED) else 0.0


# ---------------------------------------------------------------- what that makes of a story

_Node = tuple[Literal["item", "agency", "family"], str]


def standing(accounts: Sequence[Account], reuses: Sequence[Reuse]) -> Standing:
    """How many stand behind a story, and how many of them independently.

    One text are all accounts that are joined by text taken over, by the agency that they name, or by their publisher.

    Args:
        reuses: of these accounts; others are passed over.
    """
    known = {account.item_id: account for account in accounts}
    mine = [one for one in reuses if one.item_id in known]
    return Standing(
        outlets=len({account.family for account in accounts}),
        texts=_groups(accounts, mine),
        origin=_origin(known, mine),
    )


def _groups(accounts: Sequence[Account], mine: Sequence[Reuse]) -> int:
    up: dict[_Node, _Node] = {}

    def root(node: _Node) -> _Node:
        while up.setdefault(node, node) != node:
            up[node] = node = up[up[node]]
        return node

    for account in accounts:
        up[root(("item", account.item_id))] = root(("family", account.family))
    for one in mine:
        for node in _leads_to(one):
            up[root(("item", one.item_id))] = root(node)
    return len({root(("item", account.item_id)) for account in accounts})


def _leads_to(one: Reuse) -> list[_Node]:
    nodes: list[_Node] = [("item", one.origin_id)] if one.origin_id else []
    return [*nodes, ("agency", one.agency)] if one.agency else nodes


def _origin(known: Mapping[str, Account], mine: Sequence[Reuse]) -> Origin | None:
    """The origin of the text of half the outlets or more; where several are, that of most."""
    taken = {one.item_id: one for one in mine if one.origin_id in known}
    named = {one.item_id: one.agency for one in mine if one.agency}
    own = {one.item_id for one in mine if one.agency and not one.origin_id and one.share}
    followers: dict[_Node, set[str]] = defaultdict(set)
    sources = _sources(known, taken, named)
    for account in known.values():
        source = sources[account.item_id]
        if source != ("item", account.item_id) and account.item_id not in own:
            followers[source].add(account.family)
    found = [_described(node, families, known, own, named) for node, families in followers.items()]
    outlets = {account.family for account in known.values()}
    most = [one for one in found if one.outlets and 2 * (one.outlets + (one.item_id is not None)) >= len(outlets)]
    order = ("press-release", "agency", "report")
    return min(most, key=lambda one: (-one.outlets, order.index(one.kind), one.name, one.item_id or ""), default=None)


def _sources(items: Iterable[str], taken: Mapping[str, Reuse], named: Mapping[str, str]) -> dict[str, _Node]:
    """Where the text of each item comes from in the end: a press release, else the agency named first on the way.

    Each step is gone once, whatever the length of a chain; a cycle ends where it was entered.
    """
    ends: dict[str, tuple[bool, _Node]] = {}
    for start in sorted(items):
        way: dict[str, None] = {}
        at, end = start, None
        while at not in ends and at not in way:
            way[at] = None
            one = taken.get(at)
            if one is None or one.origin_id is None:
                break
            if one.because == "press-release":
                end = (True, _item(one.origin_id))
                break
            at = one.origin_id
        end = end or ends.get(at) or (False, _item(next(reversed(way))))
        for item_id in reversed(way):
            if not end[0] and item_id in named:
                end = (False, ("agency", named[item_id]))
            ends[item_id] = end
    return {item_id: node for item_id, (_, node) in ends.items()}


def _item(item_id: str) -> _Node:
    return ("item", item_id)


def _described(
    node: _Node, families: set[str], known: Mapping[str, Account], own: set[str], named: Mapping[str, str]
) -> Origin:
    what, name = node
    if what == "item":
        account = known[name]
        kind: Literal["press-release", "report"] = "press-release" if account.kind in RELEASES else "report"
        return Origin(account.name, kind, name, account.published, len(families - {account.family}))
    texts = [known[item_id] for item_id in own if named[item_id] == name]
    first = min(texts, key=lambda one: (one.published is None, one.published, one.item_id), default=None)
    outlets = len(families - {one.family for one in texts})
    return Origin(name, "agency", first.item_id if first else None, first.published if first else None, outlets)
