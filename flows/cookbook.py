"""Reads the cookbook: questions to the snapshot, each a file of its own with its SQL. Runs none of them.

The files are `queries/NN-words.sql` in the folder of the configuration: one or more lines `-- question?`, then one
SELECT. What came with Seabridge is there too; a file of the same name in a configuration of one's own takes its place.
"""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.environment import shipped_config
from parsers.errors import Misconfigured, Problem

FOLDER = "queries"


@dataclass(frozen=True, slots=True)
class Example:
    """One question. `number`: the digits that its name begins with; None without. `sql`: the whole file."""

    number: int | None
    name: str
    question: str
    sql: str


def read_cookbook(config: Path) -> tuple[Example, ...]:
    """All examples, by number.

    Raises:
        Misconfigured: there is none, a file cannot be read, or it does not begin with its question.
    """
    paths = {
        path.name: path for folder in (shipped_config(), config) for path in sorted((folder / FOLDER).glob("*.sql"))
    }
    problems: list[Problem] = []
    found = [example for path in paths.values() for example in _read(path, problems)]
    if not paths:
        problems.append(Problem(str(config / FOLDER), "", "holds no examples: files NN-words.sql"))
    if problems:
        raise Misconfigured(problems)
    return tuple(sorted(found, key=lambda one: (one.number is None, one.number, one.name)))


def matching(examples: Sequence[Example], wanted: str) -> tuple[Example, ...]:
    """The one with this number or name; else all that have every word in name or question."""
    exact = [one for one in examples if wanted in (one.name, str(one.number)) or wanted == _words_of(one)]
    if exact or wanted.isdigit():
        return tuple(exact)
    words = wanted.casefold().split()
    return tuple(one for one in examples if all(word in f"{one.name} {one.question}".casefold() for word in words))


def the_one(examples: Sequence[Example], wanted: str) -> Example:
    """The only one that matches.

    Raises:
        Misconfigured: there is none, with the nearest names, or more than one, with theirs.
    """
    found = matching(examples, wanted)
    if len(found) == 1:
        return found[0]
    names = [one.name for one in found or examples]
    if found:
        reason = f"fits {len(found)} examples: {', '.join(names[:5])}{' ...' if len(names) > 5 else ''}"
    else:
        near = difflib.get_close_matches(wanted, list(map(_words_of, examples)), n=3, cutoff=0.4)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        reason = f"there is no such example{hint}; `seabridge sql --examples` lists them"
    raise Misconfigured([Problem("command line", repr(wanted), reason)])


def _words_of(one: Example) -> str:
    """The name without its number: `topic-trend` of `03-topic-trend`."""
    return one.name.lstrip("0123456789").lstrip("-")


def _read(path: Path, problems: list[Problem]) -> Iterator[Example]:
    try:
        sql = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        problems.append(Problem(str(path), "", f"cannot be read: {error.strerror}"))
        return
    except UnicodeDecodeError as error:
        problems.append(Problem(str(path), "", f"is not UTF-8 (byte {error.start})"))
        return
    question = []
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        question.append(line.lstrip("- ").strip())
    if not any(question):
        problems.append(Problem(str(path), "", "must begin with its question in a line `-- question?`"))
        return
    digits = path.stem[: len(path.stem) - len(path.stem.lstrip("0123456789"))]
    yield Example(int(digits) if digits else None, path.stem, " ".join(question), sql)
