"""How long work tells where it stands. Shows nothing itself."""

from collections.abc import Callable

Tell = Callable[[str, int, int], None]
"""Called with (what, done, total) while long work goes on."""


def silent(what: str, done: int, total: int) -> None:
    """Say nothing."""
