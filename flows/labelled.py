"""Reads items that people labelled. Judges nothing."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from parsers.errors import Misconfigured, Problem
from parsers.judging.scoring import Gold


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text with what a person decided about it. `fresh`: nobody who wrote the rules had seen it."""

    title: str
    text: str
    gold: Gold
    fresh: bool = False


def read_labelled(paths: Sequence[Path], topics: Collection[str] | None = None) -> list[Labelled]:
    """The items of files, or of all `*.jsonl` in folders: JSON lines with title, text, labels, relevance, language.

    Args:
        topics: those that there are; None: any.

    Raises:
        Misconfigured: a file or a line cannot be used, or there is none; all are named.
    """
    problems: list[Problem] = []
    found: list[Labelled] = []
    for name, number, text in (line for path in paths for line in _lines(path)):
        try:
            found.append(_labelled(text, topics))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            reason = f"lacks {error}" if isinstance(error, KeyError) else f"cannot be used: {error}"
            problems.append(Problem(name, f"line {number}", reason))
    if not found and not problems:
        problems.append(Problem(", ".join(map(str, paths)), "", "holds no labelled item"))
    if problems:
        raise Misconfigured(problems)
    return found


def _labelled(text: str, topics: Collection[str] | None) -> Labelled:
    line = json.loads(text)
    title, body, labels, relevance = (line[key] for key in ("title", "text", "labels", "relevance"))
    language = line.get("language") or "und"
    if not all(isinstance(one, str) for one in (title, body, language)):
        raise TypeError("title, text and language must be texts")
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise TypeError("labels must be a list of topics")
    if unknown := [] if topics is None else sorted(set(labels) - set(topics)):
        raise ValueError(f"unknown topics {', '.join(unknown)}")
    if relevance not in ("core", "related", "off"):
        raise ValueError(f"relevance {relevance!r} is not core, related or off")
    return Labelled(title, body, Gold(language, frozenset(labels), relevance), line.get("fresh") is True)


def _lines(path: Path) -> list[tuple[str, int, str]]:
    """(file, number of the line, line)."""
    found = []
    for file in sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]:
        try:
            lines = file.read_text("utf-8").split("\n")  # a text may hold U+2028
        except (OSError, UnicodeDecodeError) as error:
            raise Misconfigured([Problem(file.name, "", f"cannot be read: {error}")]) from error
        found += [(file.name, number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    return found
