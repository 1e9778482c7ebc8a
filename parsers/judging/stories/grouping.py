"""Groups items about one event into stories, and new items into the stories that there are. Judges no importance.

The rules of what may change:

- A new item joins the story that it is most like, or others that are in none, or opens one of its own.
- Stories that no edition carried may merge and split when a new item comes near them; others are left as they are.
- A story that an edition carried (it is settled) never loses an item, and two of them never become one; a settled
  story may gain items. How settled stories relate is told by threads.
- A copy shares the story of what it repeats, unless both are settled in different ones.
- A story that goes on keeps its id: a settled one always, of others the one that most of the items come from. A new
  story has the id of its earliest item, or of the next one whose id no other story has.
- A story of MOST_ITEMS takes no more; what comes then opens the next one. Copies count, but are never kept out.
- An item that is known already stays where it is, whatever its text says now.

Where items have a title and no text, two events of one affair cannot be told apart: stories that hold no text at all
are joined by affair (see communities), and long titles that are the same on one day are one story from the start.

Items are compared with those that share their rarest words, at most COMPARED of them, so that the work grows with the
number of items alone. Items that look alike beyond number make several stories, none larger than MOST_ITEMS.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain, count

from parsers.judging.stories.communities import communities
from parsers.judging.stories.likeness import WINDOW
from parsers.judging.stories.linkage import by_company, link
from parsers.judging.stories.neighbours import Neighbours, day_of
from parsers.model import Item, Story

MOST_ITEMS = 1_000
TITLE_WORDS = 4
"""Shorter titles say too little to be enough without a text: breaking news, press review."""
NEAR = -1.0
"""Log odds above which a new item has its neighbour's story looked at again."""
_LAST = datetime.max.replace(tzinfo=UTC)
_Age = tuple[bool, datetime, str]


def group(
    items: Sequence[Item],
    copies: Mapping[str, str] = {},
    *,
    stories: Sequence[Story] = (),
    settled: Collection[str] = (),
) -> tuple[Story, ...]:
    """Every item in exactly one story; stories by the time of their earliest item, undated last.

    The result does not depend on the order of `items`. Items of `stories` that are not among `items` stay in theirs.

    Args:
        copies: id of an item -> id of the one that it repeats.
        stories: as they were; those with none of the items are not given back.
        settled: ids of stories that an edition carried.
    """
    told = {item_id for story in stories for item_id in story.items}
    new = [item for item in items if item.id not in told]
    known = [item for item in items if item.id in told]
    index = StoryIndex(_near(known, new, copies), stories, settled)
    index.add(new, copies)
    return index.holding(items)


class StoryIndex:
    """Items and their stories, to be added to. Memory: about 10 KB an item while they are grouped."""

    def __init__(
        self, items: Iterable[Item] = (), stories: Iterable[Story] = (), settled: Collection[str] = ()
    ) -> None:
        """`items`: those of `stories` that new ones are to be compared with."""
        self._neighbours = Neighbours()
        self._ids: list[str] = []
        self._ages: list[_Age] = []
        self._numbers: dict[str, int] = {}
        self._stories: dict[str, list[str]] = {story.id: list(story.items) for story in stories}
        self._story_of = {item_id: story_id for story_id, members in self._stories.items() for item_id in members}
        self._settled = set(settled) & self._stories.keys()
        for number in self._take(items):
            self._neighbours.hold(number)

    def add(self, items: Iterable[Item], copies: Mapping[str, str] = {}) -> tuple[Story, ...]:
        """Gives every new item its story; returns the stories that are new or may have changed. See `group`."""
        new = self._take(item for item in items if item.id not in self._numbers and item.id not in self._story_of)
        for number in new:
            self._neighbours.ask(number)
            self._neighbours.hold(number)
        pairs = self._pairs(copies)
        touched = self._touched(new, pairs)
        points = new + self._pool(new, touched)
        groups, fixed = self._groups(points, touched, pairs)
        settled_points = {groups[number][0] for number in fixed}
        inside = {point for group in groups for point in group}
        likely = by_company({point: self._neighbours.odds[point] for point in sorted(inside)})
        clusters = link(likely, groups, fixed, MOST_ITEMS)
        return self._settle(self._widened(clusters, settled_points), touched)

    def holding(self, items: Iterable[Item]) -> tuple[Story, ...]:
        """The stories of those items that are in one, by the time of their earliest item."""
        age = {item.id: _age(item) for item in items}
        found = {self._story_of[item_id] for item_id in age if item_id in self._story_of}
        rows = []
        for story_id in found:
            members = self._stories[story_id]
            here = sorted((item_id for item_id in members if item_id in age), key=age.__getitem__)
            away = [item_id for item_id in members if item_id not in age]
            rows.append((age[here[0]], Story(story_id, (*away, *here))))
        return tuple(story for _, story in sorted(rows, key=lambda row: (row[0], row[1].id)))

    def _take(self, items: Iterable[Item]) -> list[int]:
        """Numbers of the items, by age."""
        ordered = sorted({item.id: item for item in items}.values(), key=_age)
        self._neighbours.take(ordered)
        first = len(self._ids)
        for item in ordered:
            self._numbers[item.id] = len(self._ids)
            self._ids.append(item.id)
            self._ages.append(_age(item))
        return list(range(first, len(self._ids)))

    def _pairs(self, copies: Mapping[str, str]) -> list[tuple[int, int]]:
        numbers = self._numbers
        return sorted(
            (numbers[copy], numbers[original])
            for copy, original in copies.items()
            if copy in numbers and original in numbers
        )

    def _touched(self, new: Sequence[int], pairs: Iterable[tuple[int, int]]) -> set[str]:
        """Stories that new items or new copies come near to."""
        near = {other for number in new for other, value in self._neighbours.odds[number].items() if value > NEAR}
        for pair in pairs:
            if len({self._story_of.get(self._ids[number], number) for number in pair}) > 1:
                near.update(pair)
        return {self._story_of[self._ids[number]] for number in near if self._ids[number] in self._story_of}

    def _pool(self, new: Sequence[int], touched: Collection[str]) -> list[int]:
        """The items of the stories that are looked at again, with their neighbours found."""
        near = {other for number in new for other in self._neighbours.odds[number]}
        pool = []
        for story_id in sorted(touched):
            for item_id in self._stories[story_id]:
                number = self._numbers.get(item_id)
                if number is not None:
                    pool.append(number)
                    if story_id not in self._settled or number in near:
                        self._neighbours.ask(number)
        return pool

    def _groups(
        self, points: Iterable[int], touched: Collection[str], pairs: Iterable[tuple[int, int]]
    ) -> tuple[list[list[int]], list[int]]:
        """What stays together: settled stories, and copies with what they repeat. And the numbers of the settled."""
        group_of: dict[int, list[int]] = {point: [point] for point in points}
        settled_in: dict[int, str] = {}
        for story_id in sorted(self._settled & set(touched)):
            numbers = [self._numbers[each] for each in self._stories[story_id] if each in self._numbers]
            for number in numbers:
                group_of[number] = numbers
                settled_in[number] = story_id
        for copy, original in [*pairs, *self._repeated(group_of)]:
            if copy not in group_of or original not in group_of:
                continue
            one, other = group_of[copy], group_of[original]
            if one is other or (one[0] in settled_in and other[0] in settled_in):
                continue
            if other[0] in settled_in:
                one, other = other, one
            one.extend(other)
            for number in other:
                group_of[number] = one
                if one[0] in settled_in:
                    settled_in[number] = settled_in[one[0]]
        groups = list({id(group): sorted(group) for group in group_of.values()}.values())
        groups.sort()
        return groups, [place for place, group in enumerate(groups) if any(point in settled_in for point in group)]

    def _repeated(self, points: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Items without text that share a long title and a day, and the first of them, MOST_ITEMS at a time."""
        first: dict[tuple[object, ...], list[int]] = {}
        for point in sorted(points):
            known = self._neighbours.known[point]
            if known.bare and len(known.frame[0].split()) >= TITLE_WORDS:
                group = first.setdefault((known.frame, day_of(known)), [])
                if len(group) % MOST_ITEMS:
                    yield point, group[len(group) // MOST_ITEMS * MOST_ITEMS]
                group.append(point)

    def _widened(self, clusters: Sequence[Sequence[int]], settled_points: set[int]) -> list[Sequence[int]]:
        """A title alone does not tell events of one affair apart: clusters without any text are joined by affair."""
        bare = [cluster for cluster in clusters if all(self._neighbours.known[point].bare for point in cluster)]
        rest = [cluster for cluster in clusters if not all(self._neighbours.known[point].bare for point in cluster)]
        inside = {point for cluster in bare for point in cluster}
        ties = {
            (point, other): tie
            for point in sorted(inside)
            for other, tie in self._neighbours.ties.get(point, {}).items()
            if other in inside
        }
        fixed = [number for number, cluster in enumerate(bare) if not settled_points.isdisjoint(cluster)]
        return [*rest, *communities(ties, bare, fixed, MOST_ITEMS)]

    def _settle(self, clusters: Sequence[Sequence[int]], touched: Collection[str]) -> tuple[Story, ...]:
        """Gives the clusters their ids and takes them for the stories from now on."""
        before = [Counter(self._story_of.get(self._ids[point]) for point in cluster) for cluster in clusters]
        claims = sorted(
            (story_id not in self._settled, -number, story_id, place)
            for place, counted in enumerate(before)
            for story_id, number in counted.items()
            if story_id is not None
        )
        ids: dict[int, str] = {}
        heir: dict[str, int] = {}
        for _, _, story_id, place in claims:
            if heir.setdefault(story_id, place) == place and place not in ids:
                ids[place] = story_id
        away = {
            story_id: [item_id for item_id in self._stories[story_id] if item_id not in self._numbers]
            for story_id in touched
        }
        for story_id in touched:
            del self._stories[story_id]
        taken = self._stories.keys() | touched
        told = []
        for place, cluster in sorted(enumerate(clusters), key=lambda pair: pair[0] not in ids):
            members = [self._ids[point] for point in sorted(cluster, key=self._ages.__getitem__)]
            if place not in ids:
                names = chain(members, (f"{members[0]}-{again}" for again in count(2)))
                ids[place] = next(name for name in names if name not in taken)
                taken.add(ids[place])
            from_away = [
                item_id for story_id in sorted(away) if heir.get(story_id) == place for item_id in away[story_id]
            ]
            self._stories[ids[place]] = [*from_away, *members]
            self._story_of.update(dict.fromkeys(self._stories[ids[place]], ids[place]))
            told.append((self._ages[min(cluster, key=self._ages.__getitem__)], ids[place]))
        return tuple(Story(story_id, tuple(self._stories[story_id])) for _, story_id in sorted(told))


def _near(known: Sequence[Item], new: Sequence[Item], copies: Mapping[str, str]) -> list[Item]:
    """Those of the known items that a new one can be compared with, or is a copy of."""
    dated = [item.published.toordinal() for item in new if item.published]
    if len(dated) < len(new):
        return list(known)
    days = {day + away for day in dated for away in range(-WINDOW.days, WINDOW.days + 1)}
    kin = copies.keys() | set(copies.values())
    return [item for item in known if item.id in kin or item.published is None or item.published.toordinal() in days]


def _age(item: Item) -> _Age:
    return (item.published is None, item.published or _LAST, item.id)
