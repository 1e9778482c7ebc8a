"""What stands behind a story: whose text it is, which primary documents it cites and what it continues.

Counts and cleans; compares no texts and knows no format.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from digests.background import Continued, StoryDocument, StoryOrigin
from digests.plain import one_line, web_address
from parsers.judging.documents.citations import Citation
from parsers.judging.texts.reuse import Origin
from parsers.model import JudgedItem

MOST_DOCUMENTS = 4
_NAME, _TITLE, _EDITION, _SEED = 80, 140, 60, 60


def origin_of(origin: Origin | None, items: Mapping[str, JudgedItem], zone: ZoneInfo) -> StoryOrigin | None:
    """The origin as it is shown. `items`: those that are held, by id."""
    if origin is None:
        return None
    held = items.get(origin.item_id or "")
    return StoryOrigin(
        name=one_line(origin.name, _NAME),
        kind="primary" if held and held.judgement.kind == "primary" else origin.kind,
        at=as_told(origin.at, zone),
        outlets=origin.outlets,
        item=origin.item_id,
        url=web_address(held.item.url) if held else None,
    )


def documents_of(
    item_ids: Sequence[str], citations: Mapping[str, Sequence[Citation]]
) -> tuple[tuple[StoryDocument, ...], int]:
    """The documents that these items cite, at most MOST_DOCUMENTS, and how many more there are.

    First those that most of the items cite, then those that a headline names, then in the order of the items.
    """
    found: dict[str, Citation] = {}
    citing: dict[str, set[str]] = {}
    for item in item_ids:
        for citation in citations.get(item, ()):
            found.setdefault(citation.document_id, citation)
            citing.setdefault(citation.document_id, set()).add(item)
    ordered = sorted(found.values(), key=lambda one: (-len(citing[one.document_id]), one.place != "title"))
    documents = tuple(
        StoryDocument(
            one_line(one.document_id, _NAME), one.kind, one_line(one.name, _NAME) or "(no name)", web_address(one.url)
        )
        for one in ordered[:MOST_DOCUMENTS]
    )
    return documents, len(ordered) - len(documents)


def continued_of(continued: Continued | None) -> Continued | None:
    """With its words cleaned; None where there is nothing earlier."""
    if continued is None or not (continued.title or continued.seed):
        return None
    return replace(
        continued,
        title=one_line(continued.title, _TITLE),
        edition=one_line(continued.edition, _EDITION) if continued.edition else None,
        seed=one_line(continued.seed, _SEED) if continued.seed else None,
    )


def as_told(at: datetime | None, zone: ZoneInfo) -> datetime | date | None:
    """The moment in the digest's zone; the day alone where that is all that was told (midnight in UTC)."""
    if at is None:
        return None
    return at.astimezone(UTC).date() if at.astimezone(UTC).time() == time() else at.astimezone(zone)
