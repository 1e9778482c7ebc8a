"""A cut edition is the same edition with less in it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from digests.cuts import kept, selected
from digests.edition import Edition
from parsers.judging.dates_ahead.calendar_events import CalendarEvent
from parsers.model import JudgedItem

Judge = Callable[..., JudgedItem]
Edit = Callable[..., Edition]


def week(judged: Judge, edit: Edit) -> Edition:
    return edit(
        judged("lead", "dialogue", score=0.95, name="a"),
        judged("p", "pesco", "defence-industry", source="nato", name="b"),
        judged("q", "nato-eu", source="bruegel", name="c"),
        counts_this={"pesco": 1},
    )


def test_reader_gets_the_chosen_topics(judged: Judge, edit: Edit) -> None:
    """A story counts under each of its topics; subject, counts and the line of topics follow."""
    edition = selected(week(judged, edit), ["defence-industry", "nato-eu"])
    assert edition is not None
    assert [story.id for story in edition.stories] == ["b", "c"]
    assert edition.lead is None
    assert [count.topic for count in edition.counts] == ["defence-industry", "nato-eu"]
    assert edition.selection == ("Defence industry, procurement and market access", "NATO-EU cooperation")
    assert edition.subject.endswith(": p")
    assert edition.id == week(judged, edit).id


def test_late_items_are_cut_to_the_topics_too(judged: Judge, edit: Edit) -> None:
    """Whoever chose a topic gets what came late on it, even where there is nothing else."""
    late = [judged("late", "enlargement", day=-8, name="l"), judged("other", "pesco", day=-8, name="m")]
    edition = selected(edit(judged("lead", "dialogue", name="a"), late=late), ["enlargement"])
    assert edition is not None
    assert ([story.id for story in edition.arrivals], edition.stories) == (["l"], ())


def test_events_are_cut_to_the_topics_and_are_no_news(judged: Judge, edit: Edit) -> None:
    """Those of articles on a chosen topic stay; by themselves they are no reason for a mail."""
    days = date(2026, 11, 20), date(2026, 11, 20), "day"
    calendar = [
        CalendarEvent(name, f"event of {name}", *days, "", (name,), "ahead")  # type: ignore[arg-type]
        for name in ("b", "c", "unknown")
    ]
    whole = edit(
        judged("p", "pesco", name="b"),
        judged("q", "nato-eu", source="nato", name="c", relevance="related"),
        calendar=calendar,
    )
    edition = selected(replace(whole, more_ahead=7), ["nato-eu"])
    assert edition is not None
    assert ([event.id for event in edition.ahead], edition.more_ahead) == (["c"], 0)
    assert len(kept(whole, 0).ahead) == 3
    assert selected(kept(whole, 0), ["nato-eu"]) is None


def test_no_choice_is_everything_and_no_match_is_none(judged: Judge, edit: Edit) -> None:
    """Without topics the edition is unchanged; where nothing is left there is no edition to send."""
    whole = week(judged, edit)
    assert selected(whole, ()) is whole
    assert selected(whole, ["climate-energy"]) is None


def test_kept_leaves_the_best_and_counts_the_rest(judged: Judge, edit: Edit) -> None:
    """Shown and counted stories stay the same in sum, whatever the cut."""
    whole = week(judged, edit)
    for number in range(4):
        cut = kept(whole, number)
        assert [story.rank for story in sorted(cut.stories, key=lambda story: story.rank)] == [1, 2, 3][:number]
        assert len(cut.sections) == len(whole.sections)
    assert kept(whole, 1).more == 2
    assert kept(whole, 1).words < whole.words
