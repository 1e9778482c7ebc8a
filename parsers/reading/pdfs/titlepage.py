"""Title, authors and date of a document from its first pages and from what the file says of itself. Opens no file."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from statistics import median

from parsers.reading.dates import parse_date
from parsers.reading.pdfs.layout import Line
from parsers.reading.plain import one_line


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLE_LINES = 6
LARGER = 1.1
"""A title's letters are larger than most."""
CONFIRMED = 0.5
"""Share of the words of a stated title that the first pages must print, if they print another one."""
BELOW_TITLE = 8
"""Lines under a title where its authors may stand."""
NAME_LENGTH = 50
DATE_CHARACTERS = 80
DATE_WORDS = 6

NO_TITLE = re.compile(
    r"untitled|(?:microsoft|ms) \w+ ?-|(?:powerpoint )?presentation|(?:document|dokument|layout|slide|title|titel)"
    r" ?\d*$|.*\btemplate\b|[\d\W]+$|.*\.(?:docx?|pdf|indd|pptx?|odt|qxd|dvi|tex|rtf|p65|fm)$|\S*_\S*$",
    re.IGNORECASE,
)
SERIES = frozenset(
    [
        "analysis", "at a glance", "background note", "briefing", "commentary", "communication", "discussion paper",
        "explainer", "fact sheet", "factsheet", "ideas paper", "in brief", "in depth analysis", "in-depth analysis",
        "issue brief", "legislative train", "policy brief", "policy insights", "policy paper", "press release",
        "question time", "report", "research paper", "special report", "study", "topical digest", "working paper",
    ]
)  # fmt: skip
"""What stands in large letters on every first page of a series."""
NO_AUTHOR = re.compile(r"(?:unknown|admin\w*|user\d*|author|owner|default|.*@.*|\S{1,12}\d+)$", re.IGNORECASE)
LABEL = re.compile(
    r"(?:authors?|written by|prepared by|by|auteurs?|par|autor(?:en|in|es|i|zy)?|von|door|autore)\b\s*:?\s*(.*)$",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"\s*[;,&|·•]\s*|\s+(?:and|und|et|y|e|i|en|with)\s+")
NAME_WORD = re.compile(r"[^\W\d_]+(?:['’.-]+[^\W\d_]*)*")
PARTICLES = _words("al bin da de del della den der di dos du el la le ten ter van von y")
HONOURS = re.compile(r"(?:(?:dr|prof|mr|mrs|ms|amb|gen|col)\b\.?\s*)+", re.IGNORECASE)
NO_NAME = _words("""
    abstract affairs agency analysis annex april assembly association atlantic august authors briefing brussels bureau
    center centre college commentary commission committee contents council december defence defense department
    directorate division document economic edition europe european executive february findings foreign forum foundation
    fund general group house in independent insights institute international introduction issue january july june key
    law library march may members ministry military national nato network north note november number october office
    page paper parliament policy president press programme project publications question region relations release
    report republic research review school security senate september series service society staff states strategic
    strategy study summary table team the think topics transatlantic union unit united university volume washington
    working world
""")
MONTH = re.compile(r"(?<![\w.])([^\W\d_]{3,12})\.?,?\s+(?:de\s+|del\s+)?((?:19|20)\d\d)(?!\d)")
DATE_LABELS = _words(
    "completed date datum fecha data issued manuscript published publication updated stand in on of from"
)


def title(stated: str, pages: Sequence[Sequence[Line]]) -> str | None:
    """The stated title, unless a program wrote it or the first pages print another; else their largest letters."""
    printed = " ".join(line.text for line in _headline(pages))
    if not stated or NO_TITLE.match(stated) or stated.casefold() in SERIES:
        return one_line(printed) or None
    if printed and _share(stated, [line.text for page in pages for line in page]) < CONFIRMED:
        return one_line(printed)
    return stated


def authors(stated: str, pages: Sequence[Sequence[Line]]) -> tuple[str, ...]:
    """Those that the first pages name after a label; else the stated ones; else names that stand under the title.

    The stated ones give way to names under the title if the first pages do not print them: they are then often the
    person who made the file.
    """
    lines = [line for page in pages for line in page]
    if labelled := _labelled([line.text for line in lines]):
        return tuple(dict.fromkeys(labelled))
    own = () if NO_AUTHOR.match(stated) else _stated(stated)
    if own and _share(" ".join(own), [line.text for line in lines]) >= CONFIRMED:
        return own
    return tuple(dict.fromkeys(_under_title(pages))) or own


def published(pages: Sequence[Sequence[Line]], created: datetime | None) -> datetime | None:
    """The date on the first page that has the fewest other words on its line; else that of the file's creation.

    A month means its first day, or the day of creation if that lies in it.
    """
    found: list[tuple[int, datetime]] = []
    heading = {id(line) for line in _headline(pages)}
    for line in pages[0] if pages else []:
        if len(line.text) <= DATE_CHARACTERS and id(line) not in heading and (date := _printed(line.text, created)):
            words = [word for word in re.findall(r"[^\W\d_]{2,}", line.text.casefold()) if word not in DATE_LABELS]
            if len(words) <= DATE_WORDS:
                found.append((len(words), date))
    return min(found, key=lambda one: one[0])[1] if found else created


def _printed(text: str, created: datetime | None) -> datetime | None:
    if date := parse_date(text):
        return date
    if (month := MONTH.search(text)) is None or (date := parse_date(f"1 {month[1]} {month[2]}")) is None:
        return None
    return created if created and (created.year, created.month) == (date.year, date.month) else date


def _headline(pages: Sequence[Sequence[Line]]) -> list[Line]:
    """The largest letters of the first page that has a title."""
    for lines in pages:
        usual = median(line.size for line in lines) if lines else 0.0
        left = [line for line in lines if line.size > LARGER * usual and _letters(line.text) >= 2]
        while left:
            size = max(line.size for line in left)
            group = [line for line in left if line.size > 0.95 * size]
            text = one_line(" ".join(line.text for line in group))
            if text.casefold() not in SERIES and _letters(text) >= 8:
                return group[:TITLE_LINES]
            left = [line for line in left if line.size <= 0.95 * size]
    return []


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _share(text: str, lines: Sequence[str]) -> float:
    """Share of the words of a text that the lines have."""
    wanted = re.findall(r"\w+", text.casefold())
    there = set(re.findall(r"\w+", " ".join(lines).casefold()))
    return sum(word in there for word in wanted) / max(1, len(wanted))


# ---------------------------------------------------------------- authors


def _labelled(lines: Sequence[str]) -> list[str]:
    """Names after a label, and on the following lines where the line of the label, or a comma, asks for more."""
    for number, line in enumerate(lines):
        if match := LABEL.match(line):
            text = match[1]
            for following in lines[number + 1 : number + 4]:
                if not re.search(r"(?:^|[,&]|\band)\s*$", text):
                    break
                text = f"{text} {following}"
            if names := _names(text):
                return names
    return []


def _names(text: str) -> list[str]:
    """The names in a list of names and offices; none where it begins with something else."""
    found = []
    for part in BETWEEN.split(re.sub(r"\([^)]*\)|[*†‡\d]", "", text).strip(" .")):
        if not _is_name(name := HONOURS.sub("", part).strip()):
            break
        found.append(name)
    return found


def _is_name(text: str) -> bool:
    words = text.split()
    return (
        2 <= len(words) <= 5
        and len(text) <= NAME_LENGTH
        and all(NAME_WORD.fullmatch(word) and (word[0].isupper() or word in PARTICLES) for word in words)
        and sum(word[0].isupper() and len(word) > 2 for word in words) >= 1
        and words[0] not in PARTICLES
        and words[-1] not in PARTICLES
        and not NO_NAME.intersection(re.findall(r"[^\W\d_]+", text.casefold()))
    )


def _stated(text: str) -> tuple[str, ...]:
    parts = [part for part in BETWEEN.split(text) if part]
    if len(parts) == 2 and ";" not in text and all(" " not in part for part in parts):
        return (f"{parts[1]} {parts[0]}",)  # Kowalska, Ana
    return tuple(parts)


def _under_title(pages: Sequence[Sequence[Line]]) -> Iterator[str]:
    heading = {id(line) for line in _headline(pages)}
    for lines in pages:
        ends = [number for number, line in enumerate(lines) if id(line) in heading]
        for line in lines[ends[-1] + 1 :][:BELOW_TITLE] if ends else []:
            if len(_names(line.text)) == len([part for part in BETWEEN.split(line.text) if part]):
                yield from _names(line.text)
