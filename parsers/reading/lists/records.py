"""Reads a list of records that is no feed, JSON or XML, by the names that its source gives. Opens no link.

Public interfaces answer so: the Federal Register, GDELT, the schedule of hearings of the US Senate.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from lxml import etree

from parsers.configured import Records
from parsers.errors import Unreadable
from parsers.model import Feed
from parsers.reading.lists.entries import Said, clean_entries
from parsers.reading.lists.strangers import looks_like
from parsers.reading.plain import decode

_COUNTS = ("count", "total", "total_count", "totalResults", "totalHits")
"""Where an answer says that it found nothing; the Federal Register then leaves its `results` out."""


def parse_records(body: bytes, url: str, rules: Records) -> Feed:
    """One entry for every record, in the order of the answer.

    On a path a list stands for all its members; `.` alone is the answer itself. A name is that of a member (JSON), of a
    child element or else of an attribute (XML, without namespaces). Of several values of a field the first counts that
    is a text or a number.

    Raises:
        Unreadable: `not-a-feed`: neither JSON nor XML (GDELT says what is wrong as plain text, with status 200), broken
            JSON, or nothing at `entries` though it does not say that nothing was found.
    """
    text, fault = decode(body)
    text = text.lstrip("\ufeff \t\r\n")
    problems = [fault] if fault else []
    root = _json(text, body, url) if text.startswith(("{", "[")) else _xml(text, body, url)
    found = [one for one in _at(root, rules.entries) if one is not None]
    records = [record for record in found if isinstance(record, (dict, etree._Element))]
    if not found and not _says_none(root, rules.entries):
        raise Unreadable(url, "no-match", f"nothing at {rules.entries!r} in {looks_like(body, text)}")
    if len(records) < len(found):
        problems.append(f"{len(found) - len(records)} of {len(found)} records are single values, not records")
    if records and _is_cut(root, text):
        problems.append(f"cut off in the middle of entry {len(records)}, which was dropped")
        records = records[:-1]
    entries, faults = clean_entries([_said(record, rules) for record in records], url)
    return Feed("api", "", entries, problems=(*problems, *faults))


def _said(record: object, rules: Records) -> Said:
    url, document = _value(record, rules.url), _value(record, rules.document)
    return Said(
        guid=_value(record, rules.id),
        links=[url],
        title=(_joined(record, rules.title), None),
        summary=(_joined(record, rules.summary), None),
        published=_value(record, rules.published),
        files=[(document, "application/pdf", True)] if document else [],
    )


def _json(text: str, body: bytes, url: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(url, "not-a-feed", f"broken {looks_like(body, text)}") from error


def _xml(text: str, body: bytes, url: str) -> object:
    """The root element under its name, so that the first name of a path is the root's."""
    # No entities, no DTD, no network: no list of records needs them. A broken one is read as far as it goes.
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, load_dtd=False, no_network=True, recover=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        raise Unreadable(url, "not-a-feed", f"neither JSON nor XML but {looks_like(body, text)}")
    return {_name(root): root}


def _at(root: object, path: str | None) -> list[object]:
    """All that a path leads to, from `root`."""
    nodes = [root]
    for name in filter(None, (path or "").split(".")):
        nodes = [value for node in _members(nodes) for value in _named(node, name)]
    return list(_members(nodes))


def _members(nodes: Iterable[object]) -> Iterator[object]:
    for node in nodes:
        if isinstance(node, list):
            yield from node
        else:
            yield node


def _named(node: object, name: str) -> Sequence[object]:
    if isinstance(node, dict):
        return [node[name]] if name in node else []
    if isinstance(node, etree._Element):
        children = [child for child in node if _name(child) == name]
        return children or ([node.get(name)] if node.get(name) is not None else [])
    return []


def _joined(record: object, paths: str | tuple[str, ...] | None) -> str:
    """What a record has at the paths, in their order."""
    names = (paths,) if isinstance(paths, str) else paths or ()
    return " · ".join(filter(None, (_value(record, name) for name in names)))


def _value(record: object, path: str | None) -> str:
    """The first text or number at a path of a record; empty where there is none."""
    for value in _at(record, path) if path else []:
        said = "".join(value.itertext()) if isinstance(value, etree._Element) else value
        if isinstance(said, (str, int, float)) and not isinstance(said, bool) and (text := str(said).strip()):
            return text
    return ""


def _says_none(root: object, path: str) -> bool:
    """Whether an answer without records says that it has none: empty, empty where they belong, or with a count of 0."""
    if _xml_root(root) is not None:
        return isinstance(root, dict) and path.partition(".")[0] in root
    front, _, last = path.rpartition(".")
    ends = [value for node in _at(root, front) for value in _named(node, last)]
    return not root or any(value in ([], None) for value in ends) or any(_at(root, name) == [0] for name in _COUNTS)


def _is_cut(root: object, text: str) -> bool:
    """Whether XML ends before its root element does."""
    element = _xml_root(root)
    return element is not None and not re.search(rf"{re.escape(_name(element))}\s*>\s*(?:<!--[^<]*)?\Z", text)


def _xml_root(root: object) -> etree._Element | None:
    element = next(iter(root.values()), None) if isinstance(root, dict) else None
    return element if isinstance(element, etree._Element) else None


def _name(element: etree._Element) -> str:
    """The name without its namespace; empty for comments and processing instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
