"""Lays a result out as lines of text for people: columns, or one record below the other. Writes nothing."""

import unicodedata
from collections.abc import Sequence

WIDEST = 160
"""Columns of a cell where no terminal sets a limit."""
_NARROWEST = 20
"""Columns that a text keeps in any case: an id or a time that is cut is of no use to the next query."""
_GAP = 2
_UNSEEN = {0x00AD: None, 0x200B: None, 0x200C: None, 0x200D: None, 0x2060: None, 0xFEFF: None}
"""Soft hyphens, joiners and the like, which headlines have: dropped, as a reader does not see them either."""


def harmless(text: str) -> str:
    """One line without anything that steers a terminal: escape sequences, direction marks, half surrogate pairs."""
    line = "".join(" " if one in "\n\r\t\u2028\u2029" else one for one in text.translate(_UNSEEN))
    return "".join("\ufffd" if unicodedata.category(one) in {"Cc", "Cf", "Cs"} else one for one in line)


def laid_out(
    names: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool], width: int | None
) -> list[str]:
    """The lines of a table; of records, one below the other, where `width` columns are too few for a table.

    Args:
        names, rows: harmless texts.
        numeric: which columns are aligned to the right and never cut: half a number is a wrong one.
        width: of the terminal; None where none is.
    """
    lines = [names, *([cut(cell, width or WIDEST) for cell in row] for row in rows)]
    natural = [max(map(columns_of, column)) for column in zip(*lines, strict=True)]
    widths = natural if width is None else _fitted(natural, numeric, width)
    if not widths and names:
        return _records(names, rows, width or WIDEST)
    padded = [
        (" " * _GAP).join(map(_padded, line, widths, numeric)).rstrip()
        for line in ([cut(cell, room) for cell, room in zip(line, widths, strict=True)] for line in lines)
    ]
    padded.insert(1, (" " * _GAP).join("-" * room for room in widths))
    return padded


def cut(text: str, width: int) -> str:
    """The beginning of a text that takes at most `width` columns, with … for what is left out."""
    if len(text) <= width // 2 or columns_of(text) <= width:
        return text
    taken = 0
    for number, one in enumerate(text):
        taken += _columns_of_one(one)
        if taken > width - 1:
            return text[:number] + "…"
    return text


def columns_of(text: str) -> int:
    """How many columns of a terminal a harmless text takes."""
    return len(text) if text.isascii() else sum(map(_columns_of_one, text))


def _columns_of_one(one: str) -> int:
    if unicodedata.category(one) in {"Mn", "Me"}:
        return 0
    return 1 + (unicodedata.east_asian_width(one) in {"W", "F"})


def _fitted(natural: Sequence[int], numeric: Sequence[bool], width: int) -> list[int]:
    """Widths that fit: the widest texts give first, and none below _NARROWEST. Empty when there is no such way."""
    room = width - _GAP * (len(natural) - 1)
    if sum(natural) <= room:
        return list(natural)
    fixed = [wide if number else min(wide, _NARROWEST) for wide, number in zip(natural, numeric, strict=True)]
    if sum(fixed) > room:
        return []
    low, high = _NARROWEST, max(natural)
    while low < high:
        middle = (low + high + 1) // 2
        taken = sum(wide if number else min(wide, middle) for wide, number in zip(natural, numeric, strict=True))
        low, high = (middle, high) if taken <= room else (low, middle - 1)
    return [wide if number else min(wide, low) for wide, number in zip(natural, numeric, strict=True)]


def _records(names: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    label = min(max(map(columns_of, names)), max(width // 3, 8))
    room = max(width - label - _GAP, 8)
    lines = []
    for number, row in enumerate(rows, 1):
        lines.append(f"-- row {number:,} --")
        lines += [
            f"{_padded(cut(name, label), label, False)}{' ' * _GAP}{cut(cell, room)}".rstrip()
            for name, cell in zip(names, row, strict=True)
        ]
    return lines


def _padded(text: str, width: int, right: bool) -> str:
    blanks = " " * (width - columns_of(text))
    return blanks + text if right else text + blanks
