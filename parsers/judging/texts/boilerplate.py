"""Takes out of texts what their site prints under every item: nobody took that over. Compares no two sites."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable

from parsers.judging.texts.wording import Wording, without, wording
from parsers.model import Item

COMMON_ITEMS = 5
COMMON_SHARE = 0.2
"""A shingle in more than a fifth of one source's items, and in five at least, is what the site prints under all."""
COMMON_MOST = 0.5
"""An item of which more is common is no item with a footer, but one of many versions of its text."""


def without_boilerplate(items: Iterable[Item]) -> dict[str, Wording]:
    """Item id -> its text without what many items of its source have in common."""
    by_source: dict[str, dict[str, Wording]] = defaultdict(dict)
    for item in items:
        by_source[item.source_id][item.id] = wording(item.text)
    clean: dict[str, Wording] = {}
    for texts in by_source.values():
        holders = Counter(shingle for text in texts.values() for shingle in set(text.shingles))
        least = max(COMMON_ITEMS, COMMON_SHARE * len(texts))
        common = {shingle for shingle, number in holders.items() if number >= least}
        clean |= {name: _cleaned(text, common) for name, text in texts.items()}
    return clean


def _cleaned(text: Wording, common: Collection[int]) -> Wording:
    left = without(text, common) if common else text
    return left if len(left.quoted) >= (1 - COMMON_MOST) * len(text.quoted) else text
