"""What an edition knows of one article, and how many independent texts several of them are.

Ranks nothing and shows nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from parsers.configured import Source
from parsers.judging.texts.families import Families, account_of, forgotten
from parsers.judging.texts.reuse import Account, Reuse, Standing, standing
from parsers.model import Item, JudgedItem

_TIERS = {"core": 2, "related": 1, "off": 0}
_REPORTS = frozenset({"news", "primary", "press-release"})
"""Kinds that tell what happened. What argues, looks back or announces does not lead, and corroborates nothing."""


@dataclass(frozen=True, slots=True)
class Article:
    """A judged item beside the source it came from, and how it counts among those who tell a story."""

    judged: JudgedItem
    source: Source
    account: Account

    @property
    def item(self) -> Item:
        return self.judged.item

    @property
    def family(self) -> str:
        return self.account.family

    @property
    def outlet(self) -> str:
        return self.account.name

    @property
    def moment(self) -> float:
        return self.item.published.timestamp() if self.item.published else 0.0

    @property
    def tier(self) -> int:
        return _TIERS[self.judged.judgement.relevance]

    @property
    def is_core(self) -> bool:
        return self.judged.judgement.relevance == "core"

    @property
    def unnamed(self) -> bool:
        """Whether it came from a search that told nothing of who published it."""
        return self.source.publisher_type == "query" and self.family == self.source.family

    @property
    def reports(self) -> bool:
        return self.judged.judgement.kind in _REPORTS


def article_of(judged: JudgedItem, sources: Mapping[str, Source], families: Families) -> Article:
    """`sources` by id; one that has left the configuration since the item came counts least."""
    source = sources.get(judged.item.source_id) or forgotten(judged.item)
    return Article(judged, source, account_of(judged, source, families))


def standing_of(
    articles: Sequence[Article], reuses: Mapping[str, Sequence[Reuse]], held: Mapping[str, Article]
) -> Standing:
    """How many outlets report here, and how many independent texts these are; one where none of the articles reports.

    A copy took over its whole text, whether or not anybody compared the two. The origin may be of an earlier week.

    Args:
        reuses: by the item that took over. held: articles of elsewhere, by the id of the item.
    """
    reporting = {article.item.id: article for article in articles if article.reports}
    if not reporting:
        return Standing(1, 1, None)
    taken = [reuse for item in reporting for reuse in reuses.get(item, ())]
    compared = {reuse.item_id for reuse in taken if reuse.origin_id}
    taken += [
        Reuse(item, article.judged.copy_of, None, 1.0, "time")
        for item, article in reporting.items()
        if article.judged.copy_of in reporting and item not in compared
    ]
    accounts = [article.account for article in reporting.values()]
    stands = standing(accounts, taken)
    elsewhere = held.keys() & {reuse.origin_id for reuse in taken} - reporting.keys()
    if stands.origin or not elsewhere:
        return stands
    accounts += [held[item].account for item in sorted(elsewhere)]
    return replace(stands, origin=standing(accounts, taken).origin)
