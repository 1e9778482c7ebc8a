"""Why the items of a story belong together, whose text they are and what the story continues. Decides nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from parsers.judging.stories.ties import Tie, ties
from parsers.judging.texts.reuse import Reuse, Standing
from parsers.model import JudgedItem, Story
from storage.database import Connection
from storage.documents import documents_cited_by
from storage.items import items_by_id
from storage.reuse import reuses_of, standing_of
from storage.stories import carried_stories
from storage.threads import Threaded, threaded

MOST_TIES = 100
"""Of a larger story the first ones are told."""


@dataclass(frozen=True, slots=True)
class StoryExplanation:
    """A story with what holds it together.

    Attributes:
        is_carried: an edition carried it, so that it loses no item any more.
        ties: of each item the strongest one to another.
        standing: None while nobody has counted.
        documents: that its items cite: id, name, address.
    """

    story: Story
    items: Sequence[JudgedItem]
    is_carried: bool
    ties: Sequence[Tie]
    reuses: Sequence[Reuse]
    standing: Standing | None
    thread: Threaded | None
    documents: Sequence[tuple[str, str, str | None]]

    def as_json(self) -> Mapping[str, Any]:
        return {
            "id": self.story.id,
            "is_carried": self.is_carried,
            "standing": _plain(asdict(self.standing)) if self.standing else None,
            "items": [
                {
                    "id": one.item.id,
                    "title": one.item.title,
                    "source": one.item.source_id,
                    "published": one.item.published.isoformat() if one.item.published else None,
                    "language": one.item.language,
                    "copy_of": one.copy_of,
                }
                for one in self.items
            ],
            "ties": [asdict(one) for one in self.ties],
            "reuses": [asdict(one) for one in self.reuses],
            "thread": _plain(asdict(self.thread)) if self.thread else None,
            "documents": [{"id": name, "name": shown, "url": url} for name, shown, url in self.documents],
        }

    def as_text(self) -> str:
        number = len(self.story.items)
        lines = [f"story {self.story.id}: {number} {'item' if number == 1 else 'items'}"]
        if self.is_carried:
            lines.append("an edition carried it: it loses no item any more, and may gain some")
        if (stands := self.standing) and stands.outlets > 1:
            origin = f"; origin: {stands.origin.name} ({stands.origin.kind})" if stands.origin else ""
            texts = f"{stands.texts} independent {'text' if stands.texts == 1 else 'texts'}"
            lines.append(f"{stands.outlets} outlets, {texts}{origin}")
        tie_of = {tie.item: tie for tie in self.ties}
        for one in self.items:
            day = f"{one.item.published:%Y-%m-%d %H:%M}" if one.item.published else "undated"
            lines += ["", f"{one.item.id}  {day}  {one.item.source_id}  [{one.item.language}]", f"  {one.item.title}"]
            lines += [f"  {line}" for line in _tie_lines(tie_of.get(one.item.id))]
            lines += [f"  {_reuse_line(reuse)}" for reuse in self.reuses if reuse.item_id == one.item.id]
        if number > len(self.items):
            lines += ["", f"and {number - len(self.items)} more items"]
        if self.thread:
            lines += ["", *_thread_lines(self.thread)]
        if self.documents:
            lines += ["", "cites: " + ", ".join(shown for _, shown, _ in self.documents)]
        return "\n".join(lines) + "\n"


def explain_story(con: Connection, story: Story) -> StoryExplanation:
    """A story as it is now."""
    ids = story.items[:MOST_TIES]
    items = items_by_id(con, ids)
    carried = story.id in carried_stories(con)
    copies = {one.item.id: one.copy_of for one in items if one.copy_of}
    return StoryExplanation(
        story,
        items,
        carried,
        ties([one.item for one in items], copies, settled=ids if carried else ()),
        reuses_of(con, ids),
        standing_of(con, story.id),
        next(iter(threaded(con, [story.id])), None),
        documents_cited_by(con, story.items),
    )


def _tie_lines(tie: Tie | None) -> list[str]:
    if tie is None or tie.other is None:
        return []
    shared = [
        f"{what}: {', '.join(found)}"
        for what, found in (("names", tie.names), ("numbers", tie.numbers), ("words", tie.words))
        if found
    ]
    return [f"nearest to {tie.other}, {tie.likeness:.2f}: {tie.why}", *(f"  {line}" for line in shared)]


def _reuse_line(reuse: Reuse) -> str:
    share = "" if reuse.share is None else f"{reuse.share:.0%} of its text "
    if reuse.origin_id:
        return f"{share}from {reuse.origin_id} ({reuse.because})"
    return f"{share}by {reuse.agency}, which it names"


def _thread_lines(thread: Threaded) -> list[str]:
    lines = [f"thread {thread.thread_id}: {len(thread.stories)} stories since {thread.first:%Y-%m-%d}, {thread.state}"]
    if thread.earlier_id:
        lines.append(f"continues {thread.earlier_id}: {thread.title}")
        lines.append(f"because of: {', '.join(thread.because)}")
    if thread.seed_file:
        lines.append(f"open since {thread.seed_file} paragraph {thread.seed_paragraph}")
    return lines


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else _plain(value) if isinstance(value, dict) else value
        for name, value in values.items()
    }
