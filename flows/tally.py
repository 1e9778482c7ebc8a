"""Counts what a collection does and says it at its end. Decides nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flows.gather import Gathered
from flows.judging import Judged
from flows.report import Report
from flows.status import Trouble
from flows.turn import Turn
from parsers.judging.health import Event
from storage.runs import RunState


@dataclass(slots=True)
class Tally:
    """What the report will say, and how the run stands.

    Attributes:
        held: bytes that are read and not yet stored.
        heard: whether any source has answered, in whatever way.
    """

    sources: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    trouble: list[Trouble] = field(default_factory=list)
    items: int = 0
    stories: int = 0
    held: int = 0
    heard: bool = False

    def count(self, gathered: Gathered, judged: Judged, events: Sequence[Event]) -> None:
        fetch = gathered.fetch
        self.events += [f"{one.kind}: {gathered.source.name} ({gathered.source.id}): {one.detail}" for one in events]
        self.sources[fetch.outcome] += 1
        self.outcomes.update(one.outcome for one in judged.dispositions)
        self.items += len(judged.items)
        named = f"{gathered.source.name} ({gathered.source.id})"
        if fetch.outcome == "failed":
            self.failures.append(f"{named}: {fetch.kind}: {fetch.detail}")
        if unjudged := sum(one.verdict == "unjudged" for one in gathered.decisions):
            self.failures.append(f"{named}: {unjudged} entries could not be judged; the next visit tries them again")


def state_of(tally: Tally, already: int) -> RunState:
    """A run of which nothing came has failed; not so if sources were done before an interruption."""
    if not tally.failures:
        return "completed"
    return "failed" if set(tally.sources) == {"failed"} and not already else "partial"


def report_of(tally: Tally, turn: Turn, already: int) -> Report:
    figures: dict[str, int | str] = {
        "sources read": tally.sources["read"],
        "sources unchanged": tally.sources["unchanged"],
        "sources failed": tally.sources["failed"],
    }
    if turn.not_due:
        figures["sources not due"] = turn.not_due
    if turn.left_alone:
        figures["sources left alone"] = len(turn.left_alone)
    if already:
        figures["sources done before the interruption"] = already
    figures["entries"] = tally.outcomes.total()
    figures |= {f"  {outcome}": count for outcome, count in tally.outcomes.most_common()}
    figures["stories"] = tally.stories
    lines = (*(f"failed: {failure}" for failure in tally.failures), *tally.events, *turn.left_alone)
    tables = {"sources in trouble": [_row(one) for one in tally.trouble]} if tally.trouble else {}
    if state_of(tally, already) == "failed":
        lines = (*lines, "No source could be read: is the network there?")
        return Report("collect", "failed", figures, lines, tables=tables)
    if turn.not_due and not turn.visited:
        return Report("collect", "nothing", figures, (*lines, "No source is due."))
    return Report("collect", "partial" if tally.failures else "done", figures, lines, tables=tables)


def _row(one: Trouble) -> Mapping[str, str]:
    since = f"{one.since:%Y-%m-%d}" if one.since else ""
    success = f"{one.last_success:%Y-%m-%d}" if one.last_success else "never"
    return {
        "source": one.source,
        "state": one.state,
        "since": since,
        "last success": success,
        "detail": one.detail,
        "what to do": one.remedy,
    }
