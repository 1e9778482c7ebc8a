"""What is remembered and told of a source, visit after visit."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from parsers.judging.health import Event, Health, Visit, after, state_of
from parsers.judging.states import ANSWERS, HARD, NONE, SOFT, STATES, TEMPORARY
from parsers.model import Rhythm

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEKDAYS = (3, 1, 2, 4, 2, 0, 0) * 4
"""Four weeks of news before a Monday."""


def read(at: datetime, **changes: Any) -> Visit:
    """A feed of thirty dated entries with some news, unless told otherwise."""
    known: dict[str, Any] = {
        "status": 200,
        "entries": 30,
        "fresh": 2,
        "dated": 30,
        "newest": at - HOUR,
        "language": "en",
    }
    return Visit(at, "read", **(known | changes))


def failed(at: datetime, kind: str, status: int | None = None, **changes: Any) -> Visit:
    return Visit(at, "failed", kind=kind, status=status, detail=f"detail of {kind}", **changes)


def follow(*visits: Visit, arrivals: Sequence[int] = WEEKDAYS) -> tuple[Health, list[tuple[str, ...]]]:
    """The health after the last visit, and the kinds of events that each visit set off."""
    health: Health | None = None
    told = []
    for visit in visits:
        health, events = after("alpha", visit, health, arrivals)
        told.append(tuple(event.kind for event in events))
    assert health is not None
    return health, told


# ---------------------------------------------------------------- names and weights


@pytest.mark.parametrize(
    ("kind", "status", "state", "weight"),
    [
        pytest.param("dns", None, "dns", TEMPORARY, id="N-1-dns"),
        pytest.param("refused", None, "refused", TEMPORARY, id="N-1-refused"),
        pytest.param("connection", None, "connection", TEMPORARY, id="N-1-no-route"),
        ("timeout", None, "timeout", TEMPORARY),
        ("truncated", 200, "truncated", TEMPORARY),
        ("tls", None, "tls", HARD),
        pytest.param("status", 401, "blocked", HARD, id="N-30-401"),
        pytest.param("status", 403, "blocked", HARD, id="N-30-403"),
        pytest.param("challenge", 403, "challenge", HARD, id="N-30-challenge"),
        ("status", 451, "blocked", HARD),
        pytest.param("status", 404, "missing", SOFT, id="N-29-404"),
        pytest.param("gone", 410, "gone", HARD, id="N-29-410"),
        pytest.param("status", 429, "rate-limited", SOFT, id="N-31-429"),
        pytest.param("status", 503, "server-error", SOFT, id="N-31-503"),
        ("status", 418, "status", HARD),
        pytest.param("empty", 200, "empty", HARD, id="N-25"),
        ("empty", 202, "waf", HARD),
        ("html", 200, "html", HARD),
        ("login", 200, "login", HARD),
        ("not-a-feed", 200, "not-a-feed", HARD),
        ("something new", 200, "failed", HARD),
        ("silent", 200, "failed", HARD),
        (None, None, "failed", HARD),
    ],
)
def test_failures_have_names_and_weights(
    now: datetime, kind: str | None, status: int | None, state: str, weight: float
) -> None:
    """Each failure is one named state: N-1 tells three kinds apart, N-25 an empty body, N-30 a refusal."""
    visit = Visit(now, "failed", kind=kind, status=status)
    health, _ = follow(visit)
    assert state_of(visit) == health.state == state
    assert health.trouble == weight
    assert health.detail == STATES[state].words


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "ok"),
        ({"entries": 0, "fresh": 0, "dated": 0, "newest": None}, "no-entries"),
        ({"dated": 0, "newest": None}, "undated"),
        ({"newest": datetime.fromisoformat("2016-05-01T00:00:00Z")}, "stale"),
        ({"newest": datetime.fromisoformat("2026-09-18T00:00:00Z")}, "ok"),
    ],
)
def test_what_one_answer_shows(now: datetime, changes: dict[str, Any], state: str) -> None:
    """A feed without entries, without dates, or of 2016 is each a state of its own, seen at the first visit."""
    assert state_of(read(now, **changes)) == state
    assert follow(read(now, **changes))[0].state == state


def test_every_state_says_what_to_do() -> None:
    """Words for readers, a remedy for operators, on one line; only failures weigh."""
    for name, state in STATES.items():
        assert state.words
        assert bool(state.remedy) == (name != "ok")
        assert "\n" not in state.words + state.remedy
        assert (state.weight == NONE) == (name in (*ANSWERS, "ok"))


# ---------------------------------------------------------------- failures


def test_n_1_failures_slow_down_and_never_stop(now: datetime) -> None:
    """N-1: hard failures double the wait, up to a day; after fifty of them the source is still visited daily."""
    health: Health | None = None
    at, waits = now, []
    for _ in range(50):
        health, _ = after("alpha", failed(at, "status", 403), health, WEEKDAYS)
        waits.append(health.next_visit_at - at)
        at = health.next_visit_at
    assert waits[1] > 1.3 * waits[0]
    assert waits == sorted(waits)
    assert waits[-1] == DAY
    assert health is not None
    assert health.failures == 50


def test_n_1_temporary_failures_are_no_trouble_at_once(now: datetime) -> None:
    """N-1: the fourth timeout in a row is trouble, the first is not; one answer clears the account."""
    visits = [failed(now + number * HOUR, "timeout") for number in range(4)]
    health, told = follow(*visits)
    assert (health.trouble, health.failures, health.since) == (1.0, 4, now)
    assert told == [(), (), (), ("trouble",)]
    health, told = follow(*visits[:3], read(now + 3 * HOUR))
    assert (health.state, health.trouble, health.failures, health.quiet_until) == ("ok", 0.0, 0, None)
    assert told[-1] == ()


def test_trouble_is_told_at_each_doubling(now: datetime) -> None:
    """At 1, 2, 4, 8, 16 and 32 points, so that forty days of failures are six lines and not forty."""
    _, told = follow(*(failed(now + number * DAY, "html") for number in range(40)))
    assert [number for number, kinds in enumerate(told, start=1) if kinds] == [1, 2, 4, 8, 16, 32]


def test_recovery_is_told_with_its_length(now: datetime) -> None:
    """After trouble that was told, how long it lasted and how many visits failed."""
    health: Health | None = None
    for visit in (failed(now, "status", 403), failed(now + DAY, "status", 403), failed(now + 2 * DAY, "dns")):
        health, _ = after("alpha", visit, health, WEEKDAYS)
    health, events = after("alpha", read(now + 3 * DAY), health, WEEKDAYS)
    assert [event.kind for event in events] == ["recovered"]
    assert "3 days and 3 failed visits" in events[0].detail
    assert after("alpha", read(now + 4 * DAY), health, WEEKDAYS)[1] == ()


def test_a_state_of_another_version_is_told_as_a_failure(now: datetime) -> None:
    """What was remembered under a name that is unknown here stops no visit."""
    _, events = after("alpha", read(now), Health("renamed", now - DAY, 2.0, now, failures=2), WEEKDAYS)
    assert [event.kind for event in events] == ["recovered"]
    assert STATES["failed"].words in events[0].detail


def test_n_29_gone_is_told_once_and_may_come_back(now: datetime) -> None:
    """N-29: 410 retires a source with a notice that says what to do; if it answers one day after all, it is back."""
    health, events = after("alpha", failed(now, "gone", 410), None, ())
    assert (health.state, [event.kind for event in events]) == ("gone", ["gone"])
    assert STATES["gone"].remedy in events[0].detail
    health, events = after("alpha", failed(now + DAY, "gone", 410), health, ())
    assert (health.state, health.state_since, events) == ("gone", now, ())
    health, events = after("alpha", read(now + 2 * DAY), health, ())
    assert (health.state, [event.kind for event in events]) == ("ok", ["recovered"])


@pytest.mark.parametrize(
    ("retry_after", "quiet"),
    [
        pytest.param(5.0, timedelta(seconds=5), id="N-31"),
        pytest.param(7200.0, 2 * HOUR, id="N-31-date"),
        pytest.param(99_999_999_999.0, DAY, id="N-31-huge"),
        pytest.param(None, None, id="N-31-garbage"),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_n_31_retry_after(now: datetime, status: int, retry_after: float | None, quiet: timedelta | None) -> None:
    """N-31: quiet for as long as the server wishes, a day at most; without a wish the default back-off, no quiet."""
    health, _ = follow(failed(now, "status", status, retry_after=retry_after))
    default, _ = follow(failed(now, "status", status))
    assert health.quiet_until == (now + quiet if quiet is not None else None)
    assert health.next_visit_at == max(default.next_visit_at, health.quiet_until or now)
    assert now < default.next_visit_at <= now + DAY


def test_state_and_failure_have_times_of_their_own(now: datetime) -> None:
    """A source that fails now so, now so: since when it fails, and since when in this way."""
    health, _ = follow(failed(now, "timeout"), failed(now + HOUR, "dns"), failed(now + 2 * HOUR, "dns"))
    assert (health.state, health.state_since, health.since) == ("dns", now + HOUR, now)


def test_rhythm_is_remembered_over_failures(now: datetime) -> None:
    """A feed that may not be read on any day but this one is not visited tomorrow because it failed today."""
    rhythm = Rhythm(not_days=tuple(day for day in range(7) if day != now.weekday()))
    health, _ = follow(read(now, rhythm=rhythm), failed(now + HOUR, "status", 403), arrivals=(0,) * 28)
    assert health.next_visit_at.weekday() == now.weekday()
    assert health.next_visit_at > now + DAY


def test_permanent_redirect_is_told_once(now: datetime) -> None:
    """With the line for the configuration; again only when it leads elsewhere."""
    moves = [None, "https://b.test", "https://b.test", "https://c.test"]
    health, told = follow(*(read(now + number * HOUR, moved_to=to) for number, to in enumerate(moves)))
    assert told == [(), ("moved",), (), ("moved",)]
    assert health.state == "ok"


# ---------------------------------------------------------------- answers


@pytest.mark.parametrize("left", [pytest.param(5, id="F-25-ninety-percent"), pytest.param(0, id="F-25-to-nothing")])
def test_f_25_feed_that_shrinks(now: datetime, left: int) -> None:
    """F-25: 50 entries that become few or none are told once, also while unchanged, and told as fixed when back."""
    small = {"entries": left, "dated": left, "fresh": 0, "newest": now if left else None}
    unchanged = Visit(now + 2 * HOUR, "unchanged", status=304)
    visits = [read(now, entries=50), read(now + HOUR, **small), unchanged, read(now + 3 * HOUR, **small)]
    health, told = follow(*visits)
    assert (health.state, health.state_since) == ("shrunk", now + HOUR)
    assert told == [(), ("shrunk",), (), ()]
    health, told = follow(*visits, read(now + 4 * HOUR, entries=48))
    assert (health.state, told[-1]) == ("ok", ("fixed",))


def test_f_25_small_feed_or_a_new_usual(now: datetime) -> None:
    """F-25: nine entries may become none without alarm; a feed that stays small is measured by that after two weeks."""
    none = {"entries": 0, "dated": 0, "fresh": 0, "newest": None}
    assert follow(read(now, entries=9), read(now + HOUR, **none))[1] == [(), ()]
    small = [read(now + number * DAY, entries=3, dated=3) for number in range(1, 20)]
    health, told = follow(read(now, entries=50), *small)
    assert (health.state, health.memory.entries) == ("ok", 3)
    assert told == [(), ("shrunk",), *[()] * 18]


def test_f_18_identifiers_that_change_at_every_visit(now: datetime) -> None:
    """F-18: nearly all of ten or more entries new at three visits in a row is told once; the first visit is no sign."""
    visits = [read(now + number * HOUR, entries=20, fresh=19) for number in range(6)]
    health, told = follow(*visits, arrivals=(300,) * 28)
    assert told == [(), (), (), ("restless",), (), ()]
    assert health.state == "restless"
    health, told = follow(*visits, read(now + 6 * HOUR, entries=20, fresh=1), arrivals=(300,) * 28)
    assert (health.state, told[-1]) == ("ok", ("fixed",))


def test_f_18_busy_feed_is_not_restless(now: datetime) -> None:
    """F-18: a feed of five, or one with four fifths of news, may be as new as it likes."""
    for changes in ({"entries": 9, "fresh": 9}, {"entries": 20, "fresh": 16}):
        _, told = follow(*(read(now + number * HOUR, **changes) for number in range(6)), arrivals=(300,) * 28)
        assert told == [()] * 6


def test_f_26_domain_that_was_sold(now: datetime) -> None:
    """F-26: another language and no known entry is told once and stays shown, until it is the usual after two weeks."""
    sold = [read(now + number * DAY, language="id-ID", fresh=30 if number == 1 else 1) for number in range(1, 20)]
    health, told = follow(read(now), *sold[:3])
    assert (health.state, told) == ("altered", [(), ("altered",), (), ()])
    health, told = follow(read(now), *sold)
    assert (health.state, [kinds for kinds in told if kinds]) == ("ok", [("altered",)])


@pytest.mark.parametrize(
    ("before", "after_that", "fresh"), [("en", "en-GB", 30), ("en", "fr", 20), (None, "fr", 30), ("en", None, 30)]
)
def test_f_26_another_tag_is_no_other_owner(
    now: datetime, before: str | None, after_that: str | None, fresh: int
) -> None:
    """F-26: en-GB after en, a feed of two languages that still holds known entries, or an unknown one, is no alarm."""
    visits = [read(now, language=before), read(now + HOUR, language=after_that, fresh=fresh)]
    assert follow(*visits, arrivals=())[1] == [(), ()]


def test_silence_is_told_once_and_its_end_too(now: datetime) -> None:
    """A source with news on every weekday that brings none is silent on the fourth; a failure changes nothing."""
    quiet = [Visit(now + number * DAY, "unchanged", status=304) for number in range(1, 6)]
    health, told = follow(read(now), *quiet[:4], failed(now + 4 * DAY + HOUR, "timeout"), quiet[4])
    assert (health.state, told) == ("silent", [(), (), (), (), ("silent",), (), ()])
    assert "20 of 28 days" in health.detail
    health, events = after("alpha", read(now + 6 * DAY), health, WEEKDAYS)
    assert (health.state, [event.kind for event in events]) == ("ok", ["fixed"])
    assert "silent" in events[0].detail


def test_silent_source_is_not_called_stale_as_well(now: datetime) -> None:
    """When its newest entry is older than sixty days, nothing new is told."""
    quiet = [read(now + number * DAY, fresh=0, newest=now) for number in range(1, 80)]
    health, told = follow(read(now), *quiet)
    assert health.state == "silent"
    assert [kinds for kinds in told if kinds] == [("silent",)]


def test_slow_source_becomes_stale(now: datetime) -> None:
    """One piece of news in four weeks is too little to tell silence by; after sixty days the source is stale."""
    rare = (0,) * 27 + (1,)
    quiet = [Visit(now + number * DAY, "unchanged", status=304) for number in range(1, 70)]
    health, told = follow(read(now, newest=now), *quiet, arrivals=rare)
    assert health.state == "stale"
    assert [number for number, kinds in enumerate(told) if kinds] == [61]


def test_failures_do_not_tell_old_news_again(now: datetime) -> None:
    """A feed without dates that fails now and then is told to have none once."""
    undated = {"dated": 0, "newest": None}
    visits = [read(now, **undated), failed(now + HOUR, "timeout"), read(now + 2 * HOUR, **undated)]
    assert follow(*visits)[1] == [("undated",), (), ()]


def test_burst_is_told_once_a_day(now: datetime) -> None:
    """Many times the usual within one day is told once, and is over the next day without a word."""
    visits = [read(now), read(now + HOUR, fresh=25), read(now + 2 * HOUR, fresh=9)]
    assert follow(*visits)[1] == [(), ("burst",), ()]
    for next_day in (read(now + DAY, fresh=2), Visit(now + DAY, "unchanged", status=304)):
        health, told = follow(*visits, next_day)
        assert (health.state, told[-1]) == ("ok", ())


def test_first_visit_and_catching_up_are_no_burst(now: datetime) -> None:
    """A first visit brings a whole feed, and a visit after a pause the news of several days."""
    health, told = follow(read(now, fresh=30), read(now + 3 * DAY, fresh=30), read(now + 3 * DAY + HOUR, fresh=1))
    assert (health.state, told) == ("ok", [(), (), ()])


def test_gravest_is_shown_and_each_is_told(now: datetime) -> None:
    """Undated and shrunk at once: shrunk is the state, both are told; what ends alone is told alone."""
    both = read(now + HOUR, entries=3, dated=0, newest=None, fresh=0)
    health, told = follow(read(now, entries=50), both)
    assert (health.state, told[-1]) == ("shrunk", ("shrunk", "undated"))
    health, told = follow(read(now, entries=50), both, read(now + 2 * HOUR, dated=0, newest=None, fresh=0))
    assert (health.state, told[-1]) == ("undated", ("fixed",))


def test_same_facts_same_health(now: datetime) -> None:
    """Whatever is visited, a repetition gives the same; and no visit is planned for before the one that is over."""
    rng = random.Random(3)
    health: Health | None = None
    at = now
    for _ in range(400):
        at += timedelta(minutes=rng.randrange(5, 3000))
        visit = rng.choice(
            [
                read(at, entries=rng.randrange(60), fresh=rng.randrange(5), dated=rng.randrange(2)),
                Visit(at, "unchanged", max_age=rng.choice([None, 1e12, -1.0])),
                failed(at, rng.choice(list(STATES)), rng.choice([None, 202, 404, 500]), retry_after=rng.random() * 1e6),
            ]
        )
        arrivals = tuple(rng.randrange(4) for _ in range(rng.randrange(29)))
        before, (health, events) = health, after("alpha", visit, health, arrivals)
        assert after("alpha", visit, before, arrivals) == (health, events)
        assert at < health.next_visit_at <= at + DAY
        assert health.state in STATES
        assert all(isinstance(event, Event) and event.detail for event in events)
