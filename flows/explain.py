"""Why an item has its labels and its story, in words and as JSON. Decides nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flows.explain_story import StoryExplanation, explain_story
from flows.filters import judgement_line
from flows.rules import accepted_rules
from flows.settings import Settings
from parsers.errors import SeabridgeError
from parsers.judging.kinds import Clue, kind_of
from parsers.judging.topics import Vetoed, vetoed
from parsers.model import Evidence, JudgedItem, Override
from storage.database import GLANCE, Connection, open_live, refuse_no_database
from storage.items import find_item_ids, get_item
from storage.overrides import overrides_in_force
from storage.stories import story_named, story_of

AROUND = 40


@dataclass(frozen=True, slots=True)
class Explanation:
    """An item, what was decided about it, and what did not count.

    Attributes:
        overrides: people's decisions in force.
        clues: what gave the kind; vetoes: phrases that a condition kept from counting. Both by the rules in force,
            so empty where other rules judged the item: `outdated`.
    """

    judged: JudgedItem
    overrides: Sequence[Override]
    clues: Sequence[Clue] = ()
    vetoes: Sequence[Vetoed] = ()
    outdated: bool = False

    def as_json(self) -> Mapping[str, Any]:
        item = self.judged.item
        return {
            "id": item.id,
            "title": item.title,
            "url": item.url,
            "source": item.source_id,
            "published": item.published.isoformat() if item.published else None,
            "copy_of": self.judged.copy_of,
            **judgement_line(self.judged.judgement),
            "overrides": [
                {"topic": one.topic, "action": one.action, "reason": one.reason, "made_at": one.made_at.isoformat()}
                for one in self.overrides
            ],
            "kind_clues": [asdict(clue) for clue in self.clues],
            "vetoes": [asdict(veto) for veto in self.vetoes],
            "outdated": self.outdated,
        }

    def as_text(self) -> str:
        item, judgement = self.judged.item, self.judged.judgement
        lines = [
            item.title,
            f"{item.id}  {item.source_id}  {item.published or 'undated'}  {item.url or ''}".rstrip(),
            f"{judgement.relevance}, core {judgement.relevance_score:.2f}  text from the {item.text_origin}",
            f"judged by rules {judgement.rules_version}",
        ]
        lines += [f"note: {problem}" for problem in judgement.problems]
        if self.judged.copy_of:
            lines.append(f"a copy of {self.judged.copy_of}")
        lines += [f"{one.action} {one.topic}, {one.made_at:%Y-%m-%d}: {one.reason}" for one in self.overrides]
        if judgement.kind != "news":
            clues = ", ".join(f"{clue.text.strip()!r} in the {clue.place}" for clue in self.clues)
            lines.append(f"kind: {judgement.kind}{f' ({clues})' if clues else ''}")
        for label in judgement.labels:
            origin = "" if label.origin == "machine" else f"  {label.origin} by a person"
            lines += ["", f"{label.topic}  {label.score:.2f}{origin}"]
            lines += [f"  {self._line(evidence)}" for evidence in label.evidence]
        if self.vetoes:
            lines += ["", "did not count:"]
            lines += [
                f"  {veto.topic}: [{veto.text}] {veto.place} {veto.start}-{veto.end}: {veto.why}"
                for veto in self.vetoes
            ]
        if self.outdated:
            lines += ["", "Judged by rules that are not in force any more: seabridge reclassify"]
        return "\n".join(lines) + "\n"

    def _line(self, evidence: Evidence) -> str:
        item = self.judged.item
        whole = item.title if evidence.place == "title" else (item.text or item.summary)
        left = whole[max(0, evidence.start - AROUND) : evidence.start]
        right = whole[evidence.end : evidence.end + AROUND]
        seed = f"  like {evidence.seed.file} paragraph {evidence.seed.paragraph}" if evidence.seed else ""
        shown = f"{left}[{evidence.text}]{right}".replace("\n", " ")
        learned = "learned, " if evidence.learned else ""
        return f"{evidence.weight:.2f}  {learned}{evidence.place} {evidence.start}-{evidence.end}: {shown}{seed}"


@dataclass(frozen=True, slots=True)
class Explained:
    """An item with its story, or a story alone.

    Most stories have the id of an item: then both are told, the story first. That item may be in another story by now.
    """

    item: Explanation | None
    stories: Sequence[StoryExplanation]
    is_story: bool

    def as_json(self) -> Mapping[str, Any]:
        item = self.item.as_json() if self.item else {}
        return {**item, "stories": [story.as_json() for story in self.stories]}

    def as_text(self) -> str:
        stories = [story.as_text() for story in self.stories]
        if self.item is None:
            return "\n".join(stories)
        if not self.is_story:
            return "\n".join([self.item.as_text(), *stories])
        return "\n".join([stories[0], f"The item of the same id:\n{self.item.as_text()}", *stories[1:]])


def explain(settings: Settings, now: datetime, name: str) -> Explained:
    """The item with this id, or the only one whose id begins so, with its story; and the story of this id.

    Raises:
        SeabridgeError: none, or several.
        Busy: another process holds the database for longer than a few seconds.
    """
    refuse_no_database(settings.home)
    with open_live(settings.home, wait=GLANCE) as con:
        named = story_named(con, name)
        if not find_item_ids(con, name):
            if named is None:
                raise SeabridgeError(f"no item or story begins with {name!r}; v_items and v_stories have their ids")
            return Explained(None, (explain_story(con, named),), is_story=True)
        judged = stored_item(con, name)
        overrides = overrides_in_force(con, [judged.item.id]).get(judged.item.id, ())
        found = {story.id: story for story in (named, story_of(con, judged.item.id)) if story}
        stories = [explain_story(con, story) for story in found.values()]
    return Explained(_explained(settings, now, judged, overrides), stories, is_story=named is not None)


def _explained(settings: Settings, now: datetime, judged: JudgedItem, overrides: Sequence[Override]) -> Explanation:
    rules = accepted_rules(settings, now).rules
    if rules.version != judged.judgement.rules_version:
        return Explanation(judged, overrides, outdated=True)
    one = judged.item
    text = one.text or one.summary
    clues = kind_of(rules.kinds, one.title, text, one.url, one.tags, one.published).clues
    given = {label.topic for label in judged.judgement.labels}
    vetoes = [veto for veto in vetoed(rules, one.title, text) if veto.topic not in given]
    return Explanation(judged, overrides, clues, vetoes)


def stored_item(con: Connection, beginning: str) -> JudgedItem:
    """The item with this id, or the only one whose id begins so.

    Raises:
        SeabridgeError: none, or several, or it has no judgement.
    """
    found = find_item_ids(con, beginning)
    if len(found) != 1:
        several = f": {', '.join(found[:5])} ..." if found else ""
        raise SeabridgeError(f"{'several items begin' if found else 'no item begins'} with {beginning!r}{several}")
    judged = get_item(con, found[0])
    if judged is None:
        raise SeabridgeError(f"item {found[0]} has no judgement under its rules; run seabridge reclassify")
    return judged
