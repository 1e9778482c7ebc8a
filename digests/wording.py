"""The sentences of an edition that are ours: subject, preheader, notes, coverage.

Chooses no stories and knows no format.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from digests.edition import Coverage, Edition, EditionStory, Period
from digests.plain import one_line

WORDS_PER_MINUTE = 230
_SUBJECT = 120
_PREHEADER = 90
_NAMES_SHOWN = 20


def finished(edition: Edition) -> Edition:
    """`edition` with everything that follows from its stories: subject, preheader, words, minutes."""
    shown = edition.stories + edition.arrivals
    words = sum(len(re.findall(r"\S+", " ".join((s.title, s.summary, *s.why)))) for s in shown)
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
