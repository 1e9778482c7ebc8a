"""The sentences of an edition that are ours: subject, preheader, notes, coverage.

Chooses no stories and knows no format.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from digests.background import Continued, StoryOrigin
from digests.date_words import day_words, time_words
from digests.edition import Coverage, Edition, EditionStory, Period
from digests.plain import one_line

WORDS_PER_MINUTE = 230
_SUBJECT = 120
_PREHEADER = 90
_NAMES_SHOWN = 20
_RELEASES = {"press-release": "press release", "primary": "document"}
_CHANNEL = re.compile(r" (?:through .*|press (?:material|releases?|corner|room)|news(?:room)?)$", re.IGNORECASE)


def finished(edition: Edition) -> Edition:
    """`edition` with everything that follows from its stories: subject, preheader, words, minutes."""
    shown = edition.stories + edition.arrivals
    told = [*((s.title, s.summary, *s.why) for s in shown), *((event.what,) for event in edition.ahead)]
    words = sum(len(re.findall(r"\S+", " ".join(texts))) for texts in told)
    return replace(
        edition,
        subject=_subject(edition),
        preheader=_preheader(edition),
        words=words,
        minutes=max(1, round(words / WORDS_PER_MINUTE)),
    )


def number_of(number: int, noun: str, plural: str | None = None) -> str:
    """`1 story`, `2 stories`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def headline(story: EditionStory) -> str:
    """The title with `Update:` before it where an earlier edition had the story."""
    return f"Update: {story.title}" if story.update_of else story.title


def counted(story: EditionStory) -> str:
    """`12 outlets, 3 independent texts`; nothing of a story that one outlet tells."""
    if story.outlets < 2:
        return ""
    return f"{number_of(story.outlets, 'outlet')}, {number_of(story.texts, 'independent text')}"


def origin_name(origin: StoryOrigin) -> str:
    """`EEAS press release`: of an institution the name without that of the page on which it publishes."""
    what = _RELEASES.get(origin.kind)
    return f"{_CHANNEL.sub('', origin.name)} {what}" if what else origin.name


def origin_told(story: EditionStory) -> str:
    """What stands behind the name of the origin: `14:02`, `8 November, 14:02, taken over by 9`.

    The day is that of the story where none is given; how many took it over goes without saying where all are one text.
    """
    if story.origin is None:
        return ""
    time = time_words(story.origin.at, story.published.date() if story.published else None) if story.origin.at else ""
    by = f"taken over by {story.origin.outlets}" if story.texts > 1 and story.origin.outlets else ""
    return ", ".join(part for part in (time, by) if part)


def since(continued: Continued) -> str:
    """`Continues since 3 March 2026`, with the number of stories where these are more than this and the one before."""
    if not continued.title:
        return ""
    many = f", {continued.stories} stories so far, the one before" if continued.stories > 2 else ""
    return f"Continues since {day_words(continued.since)}{many}"


def open_since(continued: Continued) -> str:
    """`open since the 2021 seed, paragraph 12`."""
    if not continued.seed:
        return ""
    place = f", paragraph {continued.seed_paragraph}" if continued.seed_paragraph else ""
    return f"open since {continued.seed}{place}"


def notes_of(edition: Edition) -> tuple[str, ...]:
    """What must be said before the first story."""
    coverage = edition.coverage
    if coverage.failed and not coverage.read:
        return ("No source could be read this week. That is a fault on the way to the news, not a week without news.",)
    if not edition.stories:
        return (f"No qualifying news this week. {number_of(len(coverage.read), 'source was', 'sources were')} read.",)
    if edition.lead is None:
        return ("Nothing this week was squarely about EU-US defence cooperation; what follows bears on it.",)
    return ()


def basis_of(coverage: Coverage, period: Period, late: int, undated: int) -> tuple[str, ...]:
    """What the edition rests on, one sentence for each thing that is so."""
    asked = len(coverage.read) + len(coverage.failed)
    off = f" {number_of(coverage.disabled, 'source is', 'sources are')} switched off." if coverage.disabled else ""
    said = [f"{len(coverage.read)} of {number_of(asked, 'source')} read for {period.words} ({period.zone}).{off}"]
    if coverage.failed:
        said.append(f"Not read: {_named(coverage.failed)}.")
    if coverage.doubtful:
        said.append(f"Read, but perhaps not all there is: {_named(coverage.doubtful)}.")
    if late:
        said.append(f"{number_of(late, 'item')} first seen this week had an older date and {_is(late)} not counted.")
    if undated:
        said.append(f"{number_of(undated, 'item')} had no date that can be read and {_is(undated)} not counted.")
    return tuple(said)


def _named(sources: Sequence[tuple[str, str]]) -> str:
    shown = [f"{name} ({reason})" for name, reason in sources[:_NAMES_SHOWN]]
    rest = len(sources) - len(shown)
    return f"{'; '.join(shown)}{f'; and {rest} more' if rest else ''}"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _subject(edition: Edition) -> str:
    start = f"{'Correction: ' if edition.revision > 1 else ''}{edition.name} {edition.period.iso}: "
    stories = edition.stories or edition.arrivals
    if stories:
        return one_line(start + headline(stories[0]), _SUBJECT)
    failed = edition.coverage.failed and not edition.coverage.read
    return start + ("no source could be read" if failed else "no qualifying news")


def _preheader(edition: Edition) -> str:
    stories = edition.stories
    size = f"{number_of(len(stories), 'story', 'stories')} from {edition.period.words}"
    if len(stories) > 1:
        return one_line(f"{size}. Also: {headline(stories[1])}", _PREHEADER)
    return f"{size}, {len(edition.coverage.read)} of our sources read"
