"""Reads the JSON-LD of a page: its objects, the article among them, names behind references. Interprets no date.

Format: https://schema.org/NewsArticle as newspapers write it, which is not always JSON.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lxml import etree

# fmt: off
ARTICLE_TYPES = (
    "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "BackgroundNewsArticle", "OpinionNewsArticle",
    "ReviewNewsArticle", "AskPublicNewsArticle", "Article", "ScholarlyArticle", "TechArticle", "BlogPosting",
    "LiveBlogPosting", "SocialMediaPosting", "Report", "PressRelease", "WebPage",
)
"""From the best to the last resort."""
# fmt: on
LD_JSON = re.compile(r"\s*application/ld\+json", re.IGNORECASE)
WRAPPED = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/)\s*$")
MAX_JSON_CHARACTERS = 1_000_000
MAX_NODES = 2_000
MAX_NAMES = 20


def read_graph(tree: etree._Element) -> list[Mapping[str, Any]]:
    """The objects of all scripts of a page, at most 2,000; a script that cannot be read has none."""
    nodes: list[Mapping[str, Any]] = []
    for script in tree.iter("script"):
        text = script.text or ""
        if not LD_JSON.match(script.get("type") or "") or len(text) > MAX_JSON_CHARACTERS:
            continue
        nodes += _nodes(_json(WRAPPED.sub("", text)))
    return nodes[:MAX_NODES]


def _json(text: str) -> object:
    """JSON as it is found: with line ends inside strings, a comma or semicolon too many; None if it is beyond help."""
    for attempt in (text, re.sub(r",(\s*[\]}])", r"\1", text.strip().rstrip(";"))):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _nodes(value: object) -> Iterator[Mapping[str, Any]]:
    """Objects at the top, in lists and in @graph; and the main entity of a page."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value[:MAX_NODES][::-1]
        elif isinstance(value, dict):
            yield value
            waiting += [
                value[key]
                for key in ("mainEntityOfPage", "mainEntity", "@graph")
                if isinstance(value.get(key), dict | list)
            ]


def article_in(graph: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The object that is likeliest the article of the page; empty if none can be one."""

    def rank(node: Mapping[str, Any]) -> int:
        kinds = (kind.rpartition("/")[2].rpartition(":")[2] for kind in strings(node.get("@type")))
        return min((ARTICLE_TYPES.index(kind) for kind in kinds if kind in ARTICLE_TYPES), default=len(ARTICLE_TYPES))

    best = min(graph, key=rank, default={})
    return best if rank(best) < len(ARTICLE_TYPES) else {}


def names_behind(value: object, graph: Iterable[Mapping[str, Any]]) -> list[str]:
    """Names of the persons or organisations behind `value`: text, object, reference into the graph, or a list."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [name for part in value[:MAX_NAMES] if not isinstance(part, list) for name in names_behind(part, graph)]
    if not isinstance(value, dict):
        return []
    if "name" not in value and "@id" in value:
        value = next((node for node in graph if node.get("@id") == value["@id"] and "name" in node), {})
    return strings(value.get("name"))


def strings(value: object) -> list[str]:
    """The texts in what may be one or a list of some."""
    return [part for part in (value if isinstance(value, list) else [value]) if isinstance(part, str)]
