"""Splits the sources among several hosts that collect into one lake. Starts nothing."""

import re
import zlib
from dataclasses import dataclass

from parsers.configured import Source
from parsers.errors import Misconfigured, Problem

_PART = re.compile(r"([1-9]\d?)/([1-9]\d?)")


@dataclass(frozen=True, slots=True)
class Part:
    """One of `of` parts, by a hash of each source's id: a new source moves no other. `number`: from 1."""

    number: int = 1
    of: int = 1

    @property
    def flow(self) -> str:
        """Name of its runs; those of one part exclude each other."""
        return "collect" if self.of == 1 else f"collect-{self.number}of{self.of}"

    @property
    def is_first(self) -> bool:
        """Whether it also does what is to be done once: the seeds, the upkeep of the archive."""
        return self.number == 1

    def has(self, source: Source) -> bool:
        """Whether the source belongs to it."""
        return zlib.crc32(source.id.encode()) % self.of == self.number - 1


def part_named(name: str) -> Part:
    """Of a name like `2/3`; the empty one is the whole.

    Raises:
        Misconfigured: it is none.
    """
    if not name:
        return Part()
    found = _PART.fullmatch(name)
    if not found or int(found[1]) > int(found[2]):
        raise Misconfigured([Problem("command line", "--part", f"{name!r} is no part like 2/3, the second of three")])
    return Part(int(found[1]), int(found[2]))
