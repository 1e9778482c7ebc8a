"""JSON lines in, JSON lines out: one line for each, in the same order, `id` echoed. Stores nothing and fetches nothing.

A line that fails carries `error` and the rest goes on.
"""

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from parsers.configured import Source
from parsers.errors import SeabridgeError
from parsers.judging.assess import with_kind
from parsers.judging.stories.grouping import group
from parsers.judging.texts.dedupe import CopyIndex
from parsers.judging.topics import Rules, judge
from parsers.model import Entry, Feed, Item, Judgement, Page
from parsers.reading.articles.pages import parse_page
from parsers.reading.confined import Readers
from parsers.reading.dates import parse_date
from parsers.reading.lists.feeds import parse_feed
from parsers.reading.normalise import make_item
from parsers.reading.pdfs.pdf import parse_pdf

Line = Mapping[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
IN_FLIGHT = 16
"""Documents handed to the children ahead of the one whose answer is written next."""


class BadLine(SeabridgeError):
    """A line of the input that is not what the filter takes."""


def parse_lines(what: str, lines: Iterable[str], readers: Readers) -> Iterator[Line]:
    """`what`: feed, page or pdf. Each line names a file by `path`; children read them in parallel."""
    waiting: deque[tuple[object, Future[Any] | SeabridgeError]] = deque()
    for text in lines:
        if not text.strip():
            continue
        identity: object = None
        try:
            line = _read(text)
            identity = line["id"]
            waiting.append((identity, _submit(what, line, readers)))
        except SeabridgeError as error:
            waiting.append((identity, error))
        if len(waiting) >= IN_FLIGHT:
            yield _answer(*waiting.popleft())
    while waiting:
        yield _answer(*waiting.popleft())


def classify_lines(lines: Iterable[str], rules: Rules) -> Iterator[Line]:
    """Judge each line's `title` and `text`; `url` and `published`, where given, help with the kind."""

    def classify(line: Line) -> Line:
        title, text, published = _text(line, "title"), _text(line, "text"), _text(line, "published")
        moment = parse_date(published) if published else None
        judgement = judge(rules, title, text)
        return judgement_line(with_kind(rules, judgement, title, text, _text(line, "url") or None, published=moment))

    return _each(lines, classify)


def cluster_lines(lines: Iterable[str]) -> Iterator[Line]:
    """Read all lines, then say for each which story it belongs to (the id of its first item) and what it repeats."""
    read: list[tuple[object, Item | SeabridgeError]] = []
    for text in filter(str.strip, lines):
        identity: object = None
        try:
            line = _read(text)
            identity = line["id"]
            read.append((identity, _item_of(line)))
        except SeabridgeError as error:
            read.append((identity, error))
    items = [item for _, item in read if isinstance(item, Item)]
    originals: dict[str, str | None] = {}
    index = CopyIndex()
    for item in sorted(items, key=lambda item: (item.published is None, item.published, item.id)):
        originals[item.id] = index.find(item)
        index.add(item, originals[item.id])
    copies = {item_id: original for item_id, original in originals.items() if original is not None}
    story_of = {member: story.id for story in group(items, copies) for member in story.items}
    names = {item.id: identity for identity, item in read if isinstance(item, Item)}
    for identity, result in read:
        if isinstance(result, SeabridgeError):
            yield {"id": identity, "error": str(result)}
            continue
        answer = {"id": identity, "story": names[story_of[result.id]]}
        if result.id in copies:
            answer["copy_of"] = names[copies[result.id]]
        yield answer


def _each(lines: Iterable[str], function: Callable[[Line], Line]) -> Iterator[Line]:
    for text in filter(str.strip, lines):
        identity: object = None
        try:
            line = _read(text)
            identity = line["id"]
            yield {"id": identity, **function(line)}
        except SeabridgeError as error:
            yield {"id": identity, "error": str(error)}


def _read(text: str) -> Line:
    try:
        line = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadLine(f"not a JSON object: {error}") from error
    if not isinstance(line, dict):
        raise BadLine("not a JSON object")
    if "id" not in line:
        raise BadLine("`id` is missing")
    return line


def _text(line: Line, key: str) -> str:
    value = line.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadLine(f"`{key}` is not a text")
    return value.encode("utf-8", "replace").decode()  # JSON can hold half a surrogate pair, no other text can


def _submit(what: str, line: Line, readers: Readers) -> Future[Any]:
    path = _text(line, "path")
    if not path:
        raise BadLine("`path` is missing")
    try:
        body = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise BadLine(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    url = _text(line, "url") or None
    if what == "feed":
        return readers.read(parse_feed, body, url or "")
    if what == "pdf":
        return readers.read(parse_pdf, body, url)
    return readers.read(parse_page, body, url)


def _answer(identity: object, outcome: Future[Any] | SeabridgeError) -> Line:
    try:
        if isinstance(outcome, SeabridgeError):
            raise outcome
        result = outcome.result()
    except SeabridgeError as error:
        return {"id": identity, "error": str(error)}
    return {"id": identity, **(feed_line(result) if isinstance(result, Feed) else page_line(result))}


def feed_line(feed: Feed) -> Line:
    """A parsed feed as JSON."""
    return {
        "format": feed.format,
        "title": feed.title,
        "entries": [_entry_line(entry) for entry in feed.entries],
        "problems": list(feed.problems),
    }


def _entry_line(entry: Entry) -> Line:
    return {
        "id": entry.guid,
        "url": entry.url,
        "title": entry.title,
        "published": _moment(entry.published),
        "updated": _moment(entry.updated),
        "authors": list(entry.authors),
        "summary": entry.summary,
        "content": entry.content,
        "language": entry.language,
        "tags": list(entry.tags),
    }


def page_line(page: Page) -> Line:
    """A parsed page or PDF as JSON."""
    line = {
        "url": page.url,
        "title": page.title,
        "text": page.text,
        "authors": list(page.authors),
        "published": _moment(page.published),
        "modified": _moment(page.modified),
        "language": page.language,
        "site_name": page.site_name,
        "summary": page.summary,
        "problems": list(page.problems),
    }
    return line if page.pages is None else {**line, "pages": page.pages}


def judgement_line(judgement: Judgement) -> Line:
    """A judgement as JSON."""
    return {
        "relevance": judgement.relevance,
        "relevance_score": round(judgement.relevance_score, 4),
        "topics": [
            {
                "id": label.topic,
                "score": round(label.score, 4),
                **({} if label.origin == "machine" else {"origin": label.origin}),
                "evidence": [
                    {
                        "text": evidence.text,
                        "start": evidence.start,
                        "end": evidence.end,
                        "place": evidence.place,
                        "weight": evidence.weight,
                        **({"learned": True} if evidence.learned else {}),
                        **(
                            {"seed": {"file": seed.file, "paragraph": seed.paragraph}}
                            if (seed := evidence.seed)
                            else {}
                        ),
                    }
                    for evidence in label.evidence
                ],
            }
            for label in judgement.labels
        ],
        "kind": judgement.kind,
        "problems": list(judgement.problems),
        "rules_version": judgement.rules_version,
    }


def _item_of(line: Line) -> Item:
    published = _text(line, "published")
    moment = parse_date(published) if published else None
    text, language = _text(line, "text"), _text(line, "language") or "und"
    identity = line["id"]
    source = Source(
        id=_text(line, "source") or "unknown",
        name=_text(line, "source") or "unknown",
        url="",
        form="feed",
        language=language,
        country="",
        publisher_type="press",
        family=_text(line, "source") or "unknown",
        weight=1,
        status="",
    )
    entry = Entry(
        guid=json.dumps(identity),
        url=None,
        title=_text(line, "title"),
        content=text,
        published=moment,
        language=language,
    )
    return make_item(entry, None, source, moment or EPOCH)


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
