"""What a step did, in one shape for the terminal, for scripts, for Prefect and for the exit code. Does not print."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

State = Literal["done", "partial", "nothing", "failed", "decision"]
EXIT_CODES: Mapping[State, int] = {"done": 0, "failed": 1, "nothing": 3, "partial": 4, "decision": 6}


@dataclass(frozen=True, slots=True)
class Report:
    """The end of one step.

    Attributes:
        state: done, partial (something failed and was recorded), nothing (there was nothing to do), failed, or decision
            (a person has to choose before it goes on).
        figures: what was counted, in the order of showing.
        lines: sentences for a person: what failed and the remedy, where to look.
        files: what was written.
        tables: title -> rows, each with the same columns: what Prefect shows as tables of its own.
    """

    flow: str
    state: State
    figures: Mapping[str, int | str] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    tables: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.state]

    def as_json(self) -> str:
        """One JSON object; the keys are stable."""
        return json.dumps(
            {
                "flow": self.flow,
                "state": self.state,
                "figures": dict(self.figures),
                "lines": list(self.lines),
                "files": list(self.files),
                "tables": dict(self.tables),
            },
            ensure_ascii=False,
        )
