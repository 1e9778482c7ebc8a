"""Tells two notices of one form from a text and its copy, by the names in their titles. Compares no sentences.

Offices fill in one form for many countries: "Denmark – PATRIOT Air and Missile Defense System" shares four fifths of
its words with "Poland – Integrated Battle Command System" and is another sale. A copy has another headline too, but
what that names stands in both texts.
"""

import re
from array import array
from collections.abc import Iterable
from functools import lru_cache

from parsers.judging.texts.wording import MAX_NAMED, Wording, folded, name_hashes

_INSIDE = re.compile(r"(?:(?<=[\w,;(] )|(?<=\w-))[^\W_a-z]\w{2,}")
"""Behind another word: the first word of a sentence has its capital from there."""


@lru_cache(maxsize=1)  # find and add ask for the same item one after the other
def title_names(title: str, publisher: str | None, text: str) -> "array[int]":
    """Hashes of the names in a title that its text has too; not those of `publisher`, which searches put behind it."""
    outlet = set(folded(publisher or "").split())
    titled = set(folded(title).split()) - outlet
    inside = set(folded(" ".join(set(_INSIDE.findall(text, 0, MAX_NAMED)))).split())
    return array("I", sorted(name_hashes(titled & inside)))


def of_one_form(names: Iterable[int], text: Wording, other_names: Iterable[int], other: Wording) -> bool:
    """Whether each title names, beside what both name, at least as much that the other text lacks as that it has."""
    mine, theirs = set(names), set(other_names)
    return _lacks(other, mine - theirs) and _lacks(text, theirs - mine)


def _lacks(text: Wording, names: set[int]) -> bool:
    return bool(names) and 2 * len(names.difference(text.names)) >= len(names)
