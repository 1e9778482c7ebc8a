"""Why an item has its labels, in words and as JSON. Decides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.filters import judgement_line
from parsers.errors import SeabridgeError
from parsers.model import Evidence, JudgedItem
from storage.database import GLANCE, open_live
from storage.items import find_item_ids, get_item

AROUND = 40


@dataclass(frozen=True, slots=True)
class Explanation:
    """An item and what was decided about it."""

    judged: JudgedItem

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
        }

    def as_text(self) -> str:
        item, judgement = self.judged.item, self.judged.judgement
        lines = [
            item.title,
            f"{item.id}  {item.source_id}  {item.published or 'undated'}  {item.url or ''}".rstrip(),
            f"{judgement.relevance} ({judgement.relevance_score:.2f})  text from the {item.text_origin}",
        ]
        if self.judged.copy_of:
            lines.append(f"a copy of {self.judged.copy_of}")
        for label in judgement.labels:
            lines += ["", f"{label.topic}  {label.score:.2f}"]
            lines += [f"  {self._line(evidence)}" for evidence in label.evidence]
        return "\n".join(lines) + "\n"

    def _line(self, evidence: Evidence) -> str:
        item = self.judged.item
        whole = item.title if evidence.place == "title" else (item.text or item.summary)
        left = whole[max(0, evidence.start - AROUND) : evidence.start]
        right = whole[evidence.end : evidence.end + AROUND]
        seed = f"  like {evidence.seed.file} paragraph {evidence.seed.paragraph}" if evidence.seed else ""
        shown = f"{left}[{evidence.text}]{right}".replace("\n", " ")
        return f"{evidence.weight:.2f}  {evidence.place} {evidence.start}-{evidence.end}: {shown}{seed}"


def explain(home: Path, item: str) -> Explanation:
    """The item with this id, or the only one whose id begins so.

    Raises:
        SeabridgeError: none, or several.
        Busy: another process holds the database for longer than a few seconds.
    """
    with open_live(home, wait=GLANCE) as con:
        found = find_item_ids(con, item)
        if len(found) != 1:
            several = f": {', '.join(found[:5])} ..." if found else ""
            raise SeabridgeError(f"{'several items begin' if found else 'no item begins'} with {item!r}{several}")
        judged = get_item(con, found[0])
    if judged is None:
        raise SeabridgeError(f"item {found[0]} has no judgement under its rules; run seabridge reclassify")
    return Explanation(judged)
