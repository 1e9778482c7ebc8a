"""Which stories of a week an edition has room for, and in which order.

Pure; says nothing of how a story is shown.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from digests.settings import OTHER, DigestSettings
from parsers.configured import Source
from parsers.model import Item, JudgedItem, Story

_TIERS = {"core": 2, "related": 1, "off": 0}
_EXTRA_FAMILIES = 3
_REPORTS = frozenset({"news", "primary", "press-release"})
"""Kinds that tell what happened. What argues, looks back or announces does not lead, and corroborates nothing."""
UNSHOWN = frozenset({"job"})
"""Kinds that no reader of the digest looks for."""
ARRIVALS = 5
"""Most late items that are shown."""


@dataclass(frozen=True, slots=True)
class Material:
    """What an edition is made from. No item stands in two of the four lists.

    Attributes:
        items: published in the week; those judged off and copies too.
        stories: may name items outside the week; an item without a story is a story of its own.
        sources: source id -> source.
        late: first seen in the week and published before it; the best are shown in a block of their own.
        undated: first seen in the week, without a date; counted, never shown.
        early: dated in the week, but after they were first seen; neither counted nor shown.
        earlier: item or story id -> id of the edition that carried it. For a correction leave out the edition itself.
    """

    items: Sequence[JudgedItem]
    stories: Sequence[Story]
    sources: Mapping[str, Source]
    late: Sequence[JudgedItem] = ()
    undated: Sequence[JudgedItem] = ()
    early: Sequence[JudgedItem] = ()
    earlier: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Article:
    """A judged item beside the source it came from."""

    judged: JudgedItem
    source: Source

    @property
    def item(self) -> Item:
        return self.judged.item

    @property
    def moment(self) -> float:
        return self.item.published.timestamp() if self.item.published else 0.0

    @property
    def tier(self) -> int:
        return _TIERS[self.judged.judgement.relevance]

    @property
    def reports(self) -> bool:
        return self.judged.judgement.kind in _REPORTS


@dataclass(frozen=True, slots=True)
class Candidate:
    """A story that may be shown.

    Attributes:
        articles: new in this edition and no copies; the one that leads comes first.
        copies: new, but word for word what another article says.
        families: number of independent publishers behind `articles` that report it; 1 where none does.
        topics: ids, the best first.
        leads: whether it may lead the edition: squarely on the subject, and told by a report.
        rank: compared as a whole, greater is better.
        update_of: id of the latest earlier edition that had the story.
    """

    id: str
    articles: tuple[Article, ...]
    copies: tuple[Article, ...]
    families: int
    topics: tuple[str, ...]
    leads: bool
    rank: tuple[float, ...]
    update_of: str | None

    @property
    def section(self) -> str:
        return self.topics[0] if self.topics else OTHER


@dataclass(frozen=True, slots=True)
class Choice:
    """What an edition shows of its material, before it is cut to size.

    Attributes:
        found: all stories, the best first.
        lead: the one that leads, None where none may.
        refused: story id -> why it found no room; the others are shown.
        late: late items, each a story of its own, the best first; ARRIVALS of them are shown.
    """

    found: Sequence[Candidate]
    lead: Candidate | None
    refused: Mapping[str, str]
    late: Sequence[Candidate]


def chosen(material: Material, settings: DigestSettings) -> Choice:
    """The lead is the best story that is squarely on the subject and told by a report."""
    order = [section.topic for section in settings.sections]
    found = candidates(material.items, material.stories, material.sources, material.earlier, order)
    lead = next((candidate for candidate in found if candidate.leads), None)
    late = candidates(material.late, (), material.sources, material.earlier, order)
    return Choice(found, lead, refused(found, lead, settings), late)


def is_unshown(judged: JudgedItem) -> bool:
    """Whether its kind keeps it out; where a person gave it a topic, that person saw it and wants it shown."""
    judgement = judged.judgement
    by_machine = all(label.origin == "machine" for label in judgement.labels)
    return judgement.relevance != "off" and judgement.kind in UNSHOWN and by_machine


def candidates(
    items: Sequence[JudgedItem],
    stories: Sequence[Story],
    sources: Mapping[str, Source],
    earlier: Mapping[str, str],
    order: Sequence[str],
) -> list[Candidate]:
    """Stories with something that no earlier edition had, the best first. `order`: topic ids, for ties."""
    found = _grouped(items, stories, sources, earlier, order)
    return sorted(found, key=lambda candidate: (candidate.rank, candidate.id), reverse=True)


def refused(found: Sequence[Candidate], lead: Candidate | None, settings: DigestSettings) -> Mapping[str, str]:
    """Story id -> why it found no room, of those that found none.

    The lead always does; the others by rank, within the budgets of edition and section and the cap on one publisher. A
    source that is a search has no cap: many publishers stand behind it.
    """
    budgets = {section.topic: section.budget for section in settings.sections}
    by_section: Counter[str] = Counter()
    by_family: Counter[str] = Counter()
    without_room: dict[str, str] = {}
    shown = 1 if lead else 0
    if lead:
        by_family[lead.articles[0].source.family] += 1
    for candidate in found:
        source, section = candidate.articles[0].source, candidate.section
        there, budget, led = by_section[section], budgets.get(section, 0), by_family[source.family]
        if candidate is lead:
            continue
        if shown >= settings.story_budget:
            why = f"the edition was full ({shown} of {settings.story_budget})"
        elif there >= budget:
            why = f"section {section} was full ({there} of {budget})"
        elif source.publisher_type != "query" and led >= settings.publisher_cap:
            why = f"publisher family {source.family} leads {led} of at most {settings.publisher_cap} stories already"
        else:
            shown += 1
            by_family[source.family] += 1
            by_section[section] += 1
            continue
        without_room[candidate.id] = why
    return without_room


def _grouped(
    items: Sequence[JudgedItem],
    stories: Sequence[Story],
    sources: Mapping[str, Source],
    earlier: Mapping[str, str],
    order: Sequence[str],
) -> Iterable[Candidate]:
    by_id = {
        judged.item.id: Article(judged, sources.get(judged.item.source_id) or _forgotten(judged.item))
        for judged in items
        if judged.judgement.relevance != "off" and not is_unshown(judged)
    }
    in_story = {item for story in stories for item in story.items}
    alone = [Story(item, (item,)) for item in by_id if item not in in_story]
    known = by_id.keys() | earlier.keys()
    for story in (*stories, *alone):
        new = [by_id[item] for item in story.items if item in by_id and item not in earlier]
        articles = [article for article in new if article.judged.copy_of not in known]
        if articles:
            copies = tuple(article for article in new if article.judged.copy_of in known)
            had_it = max((earlier[item] for item in story.items if item in earlier), default=None)
            yield _candidate(story.id, articles, copies, had_it, order)


def _candidate(
    story: str, articles: Sequence[Article], copies: tuple[Article, ...], update_of: str | None, order: Sequence[str]
) -> Candidate:
    led = tuple(sorted(articles, key=_authority))
    scores = _topic_scores(led, order)
    topics = sorted(scores, key=lambda topic: (-scores[topic], order.index(topic)))
    families = len({article.source.family for article in articles if article.reports}) or 1
    tier = max(article.tier for article in articles)
    rank = (
        tier,
        led[0].reports,
        max(article.source.weight for article in articles) + min(families - 1, _EXTRA_FAMILIES),
        max(article.judged.judgement.relevance_score for article in articles),
        max(scores.values(), default=0.0),
        max(article.moment for article in articles),
    )
    leads = any(article.reports and article.tier == _TIERS["core"] for article in articles)
    return Candidate(story, led, copies, families, tuple(topics), leads, rank, update_of)


def _topic_scores(articles: Sequence[Article], order: Sequence[str]) -> dict[str, float]:
    """Half the score in the first article, whose headline stands in the section, half the mean over all articles.

    A topic that a person pinned to any of them comes before those that nobody pinned.
    """
    scores = dict.fromkeys(order, 0.0)
    for number, article in enumerate(articles):
        share = 0.5 / len(articles) + (0.5 if number == 0 else 0.0)
        for place, label in enumerate(article.judged.judgement.labels):
            if label.topic in scores:
                pinned = 2 - place / 100 if label.origin == "pinned" else 0  # more than all scores, the first pin most
                scores[label.topic] += share * label.score + pinned
    return {topic: score for topic, score in scores.items() if score > 0}


def _authority(article: Article) -> tuple[bool, float, float, float, float, str]:
    """Sorts the article first that tells the story: a report, on the subject, from the best source, the earliest."""
    score = article.judged.judgement.relevance_score
    return not article.reports, -article.tier, -article.source.weight, -score, article.moment, article.item.id


def _forgotten(item: Item) -> Source:
    """Stands in for a source that has left the configuration since the item came."""
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
