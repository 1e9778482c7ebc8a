"""Which stories of a week an edition has room for, and in which order.

Pure; says nothing of how a story is shown.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from digests.articles import Article, article_of, standing_of
from digests.background import Continued
from digests.settings import OTHER, DigestSettings
from parsers.configured import Source
from parsers.judging.dates_ahead.calendar_events import CalendarEvent
from parsers.judging.documents.citations import Citation
from parsers.judging.texts.families import families_of
from parsers.judging.texts.reuse import Reuse, Standing
from parsers.model import JudgedItem, Story

_EXTRA_TEXTS = 3
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
        reuses: who took over whose text, at least of these items.
        documents: item id -> the primary documents that it cites.
        continued: story id -> what it continues; stories that continue nothing may be missing.
        calendar: events, also those that are over or far ahead.
        held: item id -> item, of those in none of the lists that a reuse or an event names.
    """

    items: Sequence[JudgedItem]
    stories: Sequence[Story]
    sources: Mapping[str, Source]
    late: Sequence[JudgedItem] = ()
    undated: Sequence[JudgedItem] = ()
    early: Sequence[JudgedItem] = ()
    earlier: Mapping[str, str] = field(default_factory=dict)
    reuses: Sequence[Reuse] = ()
    documents: Mapping[str, Sequence[Citation]] = field(default_factory=dict)
    continued: Mapping[str, Continued] = field(default_factory=dict)
    calendar: Sequence[CalendarEvent] = ()
    held: Mapping[str, JudgedItem] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A story that may be shown.

    Attributes:
        articles: new in this edition and no copies; the one that leads comes first.
        copies: new, but word for word what another article says.
        standing: the outlets and independent texts among `articles` and `copies` that report it; 1 where none does.
        topics: ids, the best first.
        leads: whether it may lead the edition: squarely on the subject, and told by a report.
        rank: compared as a whole, greater is better.
        update_of: id of the latest earlier edition that had the story.
    """

    id: str
    articles: tuple[Article, ...]
    copies: tuple[Article, ...]
    standing: Standing
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
    found = candidates(material, order)
    lead = next((candidate for candidate in found if candidate.leads), None)
    late = candidates(replace(material, items=material.late, stories=()), order)
    return Choice(found, lead, refused(found, lead, settings), late)


def is_unshown(judged: JudgedItem) -> bool:
    """Whether its kind keeps it out; where a person gave it a topic, that person saw it and wants it shown."""
    judgement = judged.judgement
    by_machine = all(label.origin == "machine" for label in judgement.labels)
    return judgement.relevance != "off" and judgement.kind in UNSHOWN and by_machine


def candidates(material: Material, order: Sequence[str]) -> list[Candidate]:
    """Stories with an item that no earlier edition had, the best first. `order`: topic ids, for ties."""
    return sorted(_grouped(material, order), key=lambda candidate: (candidate.rank, candidate.id), reverse=True)


def refused(found: Sequence[Candidate], lead: Candidate | None, settings: DigestSettings) -> Mapping[str, str]:
    """Story id -> why it found no room, of those that found none.

    The lead always does; the others by rank, within the budgets of edition and section and the cap on one publisher. A
    search that does not name its outlets has no cap: many publishers stand behind it.
    """
    budgets = {section.topic: section.budget for section in settings.sections}
    by_section: Counter[str] = Counter()
    by_family: Counter[str] = Counter()
    without_room: dict[str, str] = {}
    shown = 1 if lead else 0
    if lead:
        by_family[lead.articles[0].family] += 1
    for candidate in found:
        first, section = candidate.articles[0], candidate.section
        there, budget, led = by_section[section], budgets.get(section, 0), by_family[first.family]
        if candidate is lead:
            continue
        if shown >= settings.story_budget:
            why = f"the edition was full ({shown} of {settings.story_budget})"
        elif there >= budget:
            why = f"section {section} was full ({there} of {budget})"
        elif led >= settings.publisher_cap and not first.unnamed:
            why = f"publisher family {first.family} leads {led} of at most {settings.publisher_cap} stories already"
        else:
            shown += 1
            by_family[first.family] += 1
            by_section[section] += 1
            continue
        without_room[candidate.id] = why
    return without_room


def _grouped(material: Material, order: Sequence[str]) -> Iterable[Candidate]:
    sources, earlier, families = material.sources, material.earlier, families_of(material.sources.values())
    by_id = {
        judged.item.id: article_of(judged, sources, families)
        for judged in material.items
        if judged.judgement.relevance != "off" and not is_unshown(judged)
    }
    held = {item: article_of(judged, sources, families) for item, judged in material.held.items()}
    reuses: dict[str, list[Reuse]] = defaultdict(list)
    for reuse in material.reuses:
        reuses[reuse.item_id].append(reuse)
    in_story = {item for story in material.stories for item in story.items}
    alone = [Story(item, (item,)) for item in by_id if item not in in_story]
    known = by_id.keys() | earlier.keys()
    for story in (*material.stories, *alone):
        new = [by_id[item] for item in story.items if item in by_id and item not in earlier]
        articles = [article for article in new if article.judged.copy_of not in known]
        if articles:
            copies = tuple(article for article in new if article.judged.copy_of in known)
            had_it = max((earlier[item] for item in story.items if item in earlier), default=None)
            stands = standing_of((*articles, *copies), reuses, held)
            yield _candidate(story.id, articles, copies, stands, had_it, order)


def _candidate(
    story: str,
    articles: Sequence[Article],
    copies: tuple[Article, ...],
    stands: Standing,
    update_of: str | None,
    order: Sequence[str],
) -> Candidate:
    led = tuple(sorted(articles, key=_authority))
    scores = _topic_scores(led, order)
    topics = sorted(scores, key=lambda topic: (-scores[topic], order.index(topic)))
    tier = max(article.tier for article in articles)
    rank = (
        tier,
        led[0].reports,
        max(article.source.weight for article in articles) + min(stands.texts - 1, _EXTRA_TEXTS),
        max(article.judged.judgement.relevance_score for article in articles),
        max(scores.values(), default=0.0),
        max(article.moment for article in articles),
    )
    leads = any(article.reports and article.is_core for article in articles)
    return Candidate(story, led, copies, stands, tuple(topics), leads, rank, update_of)


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
