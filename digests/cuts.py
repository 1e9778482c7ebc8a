"""An edition cut to a reader's topics or to a number of stories. Adds nothing and reorders nothing."""

from collections.abc import Callable, Collection
from dataclasses import replace

from digests.edition import Edition, EditionStory
from digests.wording import finished


def selected(edition: Edition, topics: Collection[str]) -> Edition | None:
    """The stories, counts and events of `topics` alone: the whole edition for no topics, None where nothing is new.

    Events ahead are no news by themselves: a reader whose topics have nothing else would get them week after week.
    """
    if not topics:
        return edition
    counts = tuple(count for count in edition.counts if count.topic in topics)
    cut = _cut(edition, lambda story: any(tag.topic in topics for tag in story.topics), count_dropped=False)
    if not cut.stories and not cut.arrivals:
        return None
    ahead = tuple(event for event in edition.ahead if not set(topics).isdisjoint(event.topics))
    selection = tuple(count.name for count in counts)
    return finished(replace(cut, counts=counts, selection=selection, ahead=ahead, more_ahead=0))


def kept(edition: Edition, number: int) -> Edition:
    """The `number` stories of highest rank; the others are counted in `more` of their section."""
    best = {story.id for story in sorted(edition.stories, key=lambda story: story.rank)[:number]}
    return finished(_cut(edition, lambda story: story.id in best, count_dropped=True))


def _cut(edition: Edition, wanted: Callable[[EditionStory], bool], *, count_dropped: bool) -> Edition:
    sections = []
    for section in edition.sections:
        stories = tuple(story for story in section.stories if wanted(story))
        dropped = len(section.stories) - len(stories)
        if stories or count_dropped:
            more = section.more + dropped if count_dropped else section.more
            sections.append(replace(section, stories=stories, more=more))
    arrivals = edition.arrivals if count_dropped else tuple(story for story in edition.arrivals if wanted(story))
    lead = edition.lead if edition.lead and wanted(edition.lead) else None
    return replace(edition, lead=lead, sections=tuple(sections), arrivals=arrivals)
