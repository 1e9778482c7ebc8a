"""The next thirty days: what may happen in them, in order, from articles on the subject."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from digests.edition import Edition
from digests.render import render_html, render_json, render_text
from parsers.judging.dates_ahead.calendar_events import CalendarEvent
from parsers.model import JudgedItem

Judge = Callable[..., JudgedItem]
Edit = Callable[..., Edition]
END = date(2026, 11, 16)
"""The first day after the week."""


def event(
    name: str, first: int, last: int | None = None, precision: Any = "day", items: tuple[str, ...] = ("a",), **more: Any
) -> CalendarEvent:
    """Days are counted from the end of the week."""
    starts, ends = (END + timedelta(days=day) for day in (first, first if last is None else last))
    values: dict[str, Any] = {"what": f"event {name}", "sentence": "", "state": "ahead", **more}
    return CalendarEvent(id=name, starts=starts, ends=ends, precision=precision, items=items, **values)


@pytest.fixture
def ahead(judged: Judge, edit: Edit) -> Callable[..., list[str]]:
    def build(*events: CalendarEvent) -> list[str]:
        return [one.id for one in edit(judged("x", "pesco", name="a"), calendar=events).ahead]

    return build


def test_thirty_days_from_the_end_of_the_week(ahead: Callable[..., list[str]]) -> None:
    """From the day after it, with what begins or ends in them; of a vague span the end counts."""
    assert ahead(
        event("before", -1),
        event("first day", 0),
        event("last day", 29),
        event("after", 30),
        event("goes on", -40, 80, "days"),
        event("ends", -40, 3, "days"),
        event("begins", 20, 80, "days"),
        event("this month", -15, 14, "month"),
        event("some time in a year", 10, 300, "year"),
        event("what is left of a year", -200, 20, "year"),
        event("over", 2, state="past"),
        event("nothing", 2, what="\u200b \n"),
    ) == ["first day", "ends", "this month", "what is left of a year", "begins", "last day"]


def test_dozen_is_shown_and_the_rest_is_a_number(judged: Judge, edit: Edit) -> None:
    """The nearest ones, whatever the order they come in, each once."""
    events = [event(f"{n:02}", n) for n in range(20)]
    edition = edit(judged("x", "pesco", name="a"), calendar=[*reversed(events), *events])
    assert [one.id for one in edition.ahead] == [f"{n:02}" for n in range(12)]
    assert edition.more_ahead == 8
    for shown in (render_html(edition), render_text(edition)):
        assert "and 8 more" in shown


def test_only_articles_on_the_subject_announce(judged: Judge, edit: Edit) -> None:
    """One of them is enough, an unknown one counts as such; off the subject or a job notice alone is not."""
    job = judged("vacancy", "pesco", name="job")
    items = [
        judged("x", "pesco", name="a"),
        judged("off", relevance="off", name="off"),
        replace(job, judgement=replace(job.judgement, kind="job")),
    ]
    calendar = [
        event("on", 1, items=("off", "a")),
        event("off", 2, items=("off",)),
        event("job", 3, items=("job", "off")),
        event("unknown", 4, items=("off", "unknown")),
    ]
    assert [one.id for one in edit(*items, calendar=calendar).ahead] == ["on", "unknown"]


def test_latest_article_is_cited(judged: Judge, edit: Edit) -> None:
    """With source and day; one of an earlier week where it is handed over, no copy where there is an original."""
    items = [
        judged("old", "pesco", name="a"),
        judged("new", "nato-eu", source="bruegel", name="b", day=2),
        judged("copy", "pesco", source="nato", name="c", day=3, copy_of="b"),
    ]
    held = {"h": judged("held", "enlargement", source="gone", name="h", day=-20, language="de")}
    calendar = [event("week", 1, items=("a", "b", "c")), event("earlier", 2, items=("h",)), event("no", 3, items=())]
    calendar[2] = event("nobody", 3, items=("z",))
    week, earlier, nobody = edit(*items, calendar=calendar, held=held).ahead
    assert (week.item, week.source, week.url, week.topics) == (
        "b",
        "Bruegel",
        "https://bruegel.example/b",
        ("pesco", "nato-eu"),
    )
    assert (earlier.source, earlier.language, earlier.topics) == ("gone", "de", ("enlargement",))
    assert (nobody.item, nobody.source, nobody.url, nobody.topics) == (None, "", None, ())


def test_block_in_mail_text_and_json(judged: Judge, edit: Edit) -> None:
    """Days, what, who said so and when, and the day it had before; no block where there is nothing."""
    moved = event("m", 17, 18, "days", what="ministers meet", moved_from=(date(2026, 11, 20), date(2026, 11, 20)))
    edition = edit(judged("x", "pesco", name="a"), calendar=[moved])
    block = "3–4 December: ministers meet\n  European Commission, 9 Nov 2026, moved from 20 November\n  https://"
    assert f"NEXT 30 DAYS\n{'-' * 78}\n\n{block}" in render_text(edition)
    html = render_html(edition)
    assert html.index("Next 30 days</h2>") < html.index("3–4 December:") < html.index("What this edition rests on")
    assert ">ministers meet</a>" in html
    assert json.loads(render_json(edition))["ahead"][0]["starts"] == "2026-12-03"
    without = edit(judged("x", "pesco", name="a"))
    assert "Next 30" not in render_html(without)
    assert "NEXT 30" not in render_text(without)
    assert edition.words == without.words + 2


def test_events_alone_make_no_stories(edit: Edit) -> None:
    """A week without news says so, and still has its dates."""
    edition = edit(calendar=[event("m", 3, items=("unknown",))])
    assert edition.notes[0].startswith("No qualifying news")
    assert "19 November: event m" in render_text(edition)
