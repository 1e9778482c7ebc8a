"""Finds the items that an item may share a story with, and how alike they are. Groups nothing.

Items are compared with those that share their rarest words, at most COMPARED of them, so that the work grows with the
number of items alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import nlargest

from parsers.judging.stories.likeness import UNLIKELY, WINDOW, Known, Rarity, log_odds, titles_alike, traits
from parsers.judging.stories.linkage import NEVER
from parsers.model import Item

PROBED_WORDS, PROBED_IN_LEAD, PROBED_NAMES = 16, 16, 16
"""The rarest of each kind are what an item is looked up by."""
HELD = 32
"""Under one word and day the newest items are held."""
TOUCHED = 1_500
"""Items that a look-up counts before it stops, the rarest words first."""
COMPARED = 32
"""Items compared in full: those that share most."""
LEAST_SHARED = 200
"""Weight of the words shared, of about 2,000 for two reports of one event, below which items are not compared."""
TIED = 0.18
"""Likeness of two titles without text above which they are tied."""
UNDATED_LOOKS_BACK = 60
"""An item without a date is looked up under so many days, the latest."""


class Neighbours:
    """Items by number, in the order in which they were taken, each with the others that are near to it.

    Attributes:
        known: each item as it is compared.
        odds: number -> log odds of those that it was compared with; both ways.
        ties: number of an item without text -> how far the titles of others without text are above TIED.
    """

    def __init__(self) -> None:
        self.known: list[Known] = []
        self.odds: dict[int, dict[int, float]] = defaultdict(dict)
        self.ties: dict[int, dict[int, float]] = {}
        self._rarity = Rarity()
        self._held: dict[int | None, dict[str, list[int]]] = {}
        self._asked: set[int] = set()

    def take(self, items: Sequence[Item]) -> None:
        """Numbers the items on; all are counted before any is compared."""
        for item in items:
            self._rarity.see(traits(item))
        for item in items:  # counted twice, for the counts of all at once would be most of the memory
            self.known.append(self._rarity.known(traits(item)))

    def hold(self, number: int) -> None:
        """Lets others find the item."""
        known = self.known[number]
        under = self._held.setdefault(day_of(known), {})
        for word in _probes(known):
            held = under.setdefault(word, [])
            held.append(number)
            if len(held) > HELD:
                del held[0]

    def ask(self, number: int) -> None:
        """Finds the neighbours of an item among those that are held, once."""
        if number in self._asked:
            return
        known = self.known[number]
        found: dict[int, int] = {}
        days = list(self._days(known))
        touched = 0
        for word, weight in _probes(known).items():
            for under in days:
                held = under.get(word, ())
                touched += len(held)
                for other in held:
                    found[other] = found.get(other, 0) + weight
            if touched > TOUCHED:
                break
        found.pop(number, None)
        shared = [(weight, other) for other, weight in found.items() if weight >= LEAST_SHARED]
        nearest = [other for _, other in nlargest(COMPARED, shared)]
        if known.bare:
            tied = {other: titles_alike(known, self.known[other]) - TIED for other in nearest}
            self.ties[number] = {other: tie for other, tie in tied.items() if tie > 0}
        for other in nearest:
            if other not in self.odds[number]:
                value = log_odds(known, self.known[other])
                if value > UNLIKELY or value <= NEVER:
                    self.odds[number][other] = self.odds[other][number] = value
        self._asked.add(number)

    def _days(self, known: Known) -> Iterator[Mapping[str, Sequence[int]]]:
        day = day_of(known)
        if day is None:
            latest = sorted((each for each in self._held if each is not None), reverse=True)
            days: Iterable[int | None] = [None, *latest[:UNDATED_LOOKS_BACK]]
        else:
            days = [None, *range(day - WINDOW.days, day + WINDOW.days + 1)]
        return (self._held[each] for each in days if each in self._held)


def _probes(known: Known) -> dict[str, int]:
    """What an item is looked up by, the rarest first."""
    found: dict[str, int] = {}
    for vector, most in ((known.lead, PROBED_IN_LEAD), (known.words, PROBED_WORDS), (known.names, PROBED_NAMES)):
        for word, weight in list(vector.items())[:most]:
            found[word] = found.get(word, 0) + weight
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def day_of(known: Known) -> int | None:
    """Number of the day, None without a date."""
    return known.published.toordinal() if known.published else None
