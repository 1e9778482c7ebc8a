"""How every item that an edition could have shown ended in it: one end for each, with its reason.

Chooses nothing and stores nothing; reads the finished edition beside what it was made from.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from digests.articles import Article
from digests.edition import Edition, EditionStory
from digests.ranking import ARRIVALS, Candidate, Choice, Material, chosen, is_unshown
from digests.settings import DigestSettings
from parsers.errors import Permanent
from parsers.model import JudgedItem

Ending = Literal[
    "lead",
    "shown",
    "source",
    "same-text",
    "late-shown",
    "counted",
    "no-room",
    "late-no-room",
    "cut",
    "copy-of",
    "carried",
    "off-topic",
    "job-notice",
    "undated",
    "future-dated",
]
"""The first five stand in the edition, the others do not.

lead: headline of the top story. shown: headline of a story in a section. source: listed with a story that is told.
same-text: listed so, as a copy. late-shown: headline of a late arrival. counted: one of the further sources of a story
that is told, given as a number. no-room: its story is a number only. late-no-room: better late items came before it.
cut: its story was taken out to keep the mail small. copy-of: says what an item says that is elsewhere or was carried.
carried: an earlier edition had it.
"""
IN_EDITION: frozenset[Ending] = frozenset({"lead", "shown", "source", "same-text", "late-shown"})
_NAMED = 5
_REMEDY = "it is not kept; report this with a copy of the database"


@dataclass(frozen=True, slots=True)
class End:
    """How one item ended, and why in one sentence for people."""

    item_id: str
    outcome: Ending
    reason: str


def ends_of(edition: Edition, material: Material, settings: DigestSettings) -> tuple[End, ...]:
    """One end for each item of the material, by item id.

    Args:
        edition: composed from this material by these settings, and then fitted.

    Raises:
        Permanent: an item has no end or several, or the edition does not show and count just what the ends say.
    """
    zone = ZoneInfo(edition.period.zone)
    choice = chosen(material, settings)
    size = f"else the mail would be larger than {settings.max_html_bytes} bytes"
    ends = [*_ends_of_stories(edition, choice, size), *_ends_of_late(edition, choice, size, zone)]
    told = {end.item_id for end in ends}
    ends += [_left_out(one, material) for one in (*material.items, *material.late) if one.item.id not in told]
    ends += [
        End(one.item.id, "undated", f"no date that can be read; first seen {_moment(one.item.first_seen, zone)}")
        for one in material.undated
    ]
    ends += [End(one.item.id, "future-dated", _ahead(one, zone)) for one in material.early]
    _check_items(edition, material, ends)
    _check_numbers(edition, choice, material, ends)
    return tuple(sorted(ends, key=lambda end: end.item_id))


def _ends_of_stories(edition: Edition, choice: Choice, size: str) -> Iterator[End]:
    told = {story.id: story for story in edition.stories}
    for candidate in choice.found:
        if story := told.get(candidate.id):
            yield from _ends_of_told(candidate, story, edition)
        elif why := choice.refused.get(candidate.id):
            yield from _alike(candidate, "no-room", f"no room for story {candidate.id}: {why}")
        else:
            yield from _alike(candidate, "cut", f"story {candidate.id} was taken out, {size}")


def _ends_of_told(candidate: Candidate, story: EditionStory, edition: Edition) -> Iterator[End]:
    listed = {voice.item for voice in story.voices}
    for article in (*candidate.articles, *candidate.copies):
        item = article.item.id
        if item not in listed:
            yield End(item, "counted", f"one of {story.more_voices} further articles of story {story.id}")
        elif item != story.voices[0].item:
            yield _listed(article, story, copy=article in candidate.copies)
        elif story is edition.lead:
            yield End(item, "lead", f"headline of the top story {story.id}, on {candidate.section}")
        else:
            yield End(item, "shown", f"headline of story {story.id} in section {candidate.section}")


def _listed(article: Article, story: EditionStory, *, copy: bool) -> End:
    if copy:
        return End(article.item.id, "same-text", f"listed with story {story.id}, as a copy of {article.judged.copy_of}")
    return End(article.item.id, "source", f"listed with story {story.id}, from {article.source.id}")


def _ends_of_late(edition: Edition, choice: Choice, size: str, zone: ZoneInfo) -> Iterator[End]:
    told = {story.id for story in edition.arrivals}
    for number, candidate in enumerate(choice.late, 1):
        when = f"came late, published {_moment(candidate.articles[0].item.published, zone)}"
        if candidate.id in told:
            yield from _alike(candidate, "late-shown", f"{when}: number {number} of the late arrivals")
        elif number > ARRIVALS:
            yield from _alike(candidate, "late-no-room", f"{when}: {ARRIVALS} better late arrivals filled the block")
        else:
            yield from _alike(candidate, "cut", f"{when}: taken out, {size}")


def _alike(candidate: Candidate, outcome: Ending, reason: str) -> Iterable[End]:
    return (End(article.item.id, outcome, reason) for article in (*candidate.articles, *candidate.copies))


def _left_out(judged: JudgedItem, material: Material) -> End:
    """The end of an item that is in no story of the choice, by the tests of `ranking` in their order."""
    item, judgement = judged.item.id, judged.judgement
    if judgement.relevance == "off":
        problems = f" ({', '.join(judgement.problems)})" if judgement.problems else ""
        return End(item, "off-topic", f"off topic: relevance {judgement.relevance_score:.2f}{problems}")
    if is_unshown(judged):
        return End(item, "job-notice", "a job notice to which no person gave a topic")
    if edition := material.earlier.get(item):
        named = any(story.id == item and len(story.items) > 1 for story in material.stories)
        return End(item, "carried", f"carried by {edition}{', or the story named after it was' if named else ''}")
    if judged.copy_of:
        edition = material.earlier.get(judged.copy_of)
        return End(item, "copy-of", f"copy of {judged.copy_of}{f', carried by {edition}' if edition else ''}")
    raise Permanent(f"item {item} is in no story of the edition, and nothing says why: {_REMEDY}")


def _check_numbers(edition: Edition, choice: Choice, material: Material, ends: Sequence[End]) -> None:
    """Whether the numbers that readers see are those of the ends. A lead that was cut is counted in no section."""
    lead_cut = choice.lead is not None and edition.lead is None
    unshown = len(choice.found) - len(edition.stories) - lead_cut
    numbers = {
        "stories without room": (edition.more, unshown),
        "further articles": (
            sum(story.more_voices for story in edition.stories),
            sum(end.outcome == "counted" for end in ends),
        ),
        "late items": (edition.late, len(choice.late)),
        "undated items": (edition.undated, len(material.undated)),
    }
    for what, (said, counted) in numbers.items():
        if said != counted:
            raise Permanent(f"edition {edition.id} speaks of {said} {what}, and there are {counted}: {_REMEDY}")


def _check_items(edition: Edition, material: Material, ends: Sequence[End]) -> None:
    """Whether both sides agree: what came in with what ended, what ended in the edition with what stands in it."""
    given = Counter(
        one.item.id for items in (material.items, material.late, material.undated, material.early) for one in items
    )
    ended = Counter(end.item_id for end in ends)
    shown = Counter(end.item_id for end in ends if end.outcome in IN_EDITION)
    told = Counter(voice.item for story in (*edition.stories, *edition.arrivals) for voice in story.voices)
    wrong = {item for item in given | ended if not given[item] == ended[item] == 1}
    wrong |= {item for item in shown | told if shown[item] != told[item]}
    if wrong:
        some = ", ".join(sorted(wrong)[:_NAMED])
        raise Permanent(f"edition {edition.id} does not account for {len(wrong)} of its items ({some}): {_REMEDY}")


def _ahead(judged: JudgedItem, zone: ZoneInfo) -> str:
    item = judged.item
    return f"dated {_moment(item.published, zone)}, but seen already {_moment(item.first_seen, zone)}"


def _moment(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else "at no known time"
