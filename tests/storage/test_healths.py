"""Health that another version of the program stored never stops a collection."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from parsers.judging.findings import Finding, Memory
from parsers.judging.health import Health
from parsers.judging.volume import Habit
from parsers.model import Rhythm
from storage.healths import health_from, health_text

NOW = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
MEMORY = Memory(
    (Finding("stale", NOW, "of 2016"),),
    *(
        NOW,
        NOW,
        3,
        Habit((20, 8), (12, 1)),
        30,
        NOW,
        "en",
        Rhythm(timedelta(hours=1), (0,), (6,)),
        2,
        "https://b.test/",
    ),
)
FULL = Health("blocked", NOW, 2.75, NOW, NOW, "403", 4, NOW, MEMORY)


def stored() -> dict[str, Any]:
    values: dict[str, Any] = json.loads(health_text(FULL))
    return values


def test_what_was_stored_comes_back() -> None:
    """Nothing of it is lost."""
    assert health_from(health_text(FULL)) == FULL


@pytest.mark.parametrize("wrong", ["missing", None, "x", -1e400, [], {}, [[]]], ids=str)
def test_a_key_that_is_missing_or_means_something_else(wrong: object) -> None:
    """Any one of the keys, at any depth: its neighbours stay; only without the two times nothing is known."""
    for path in ((), ("memory",), ("memory", "habit"), ("memory", "rhythm"), ("memory", "findings", 0)):
        for key in stored_at(stored(), path):
            values = stored()
            inner = stored_at(values, path)
            if wrong == "missing":
                del inner[key]
            else:
                inner[key] = wrong
            health = health_from(json.dumps(values))

            if not path and key in ("state_since", "next_visit_at"):
                assert health is None
            else:
                assert health is not None
                assert (health.failures == 4) or key == "failures"
                assert (health.memory.entries == 30) or key in ("entries", "memory")


def stored_at(values: Any, path: tuple[str | int, ...]) -> dict[str, Any]:
    for step in path:
        values = values[step]
    found: dict[str, Any] = values
    return found


def test_a_missing_key_takes_its_default() -> None:
    """Of a version that did not count restless reads."""
    values = stored()
    del values["memory"]["restless"], values["memory"]["rhythm"]["not_days"], values["trouble"]
    health = health_from(json.dumps(values))

    assert health is not None
    assert (health.trouble, health.memory.restless) == (0.0, 0)
    assert health.memory.rhythm == Rhythm(timedelta(hours=1), (0,), ())


def test_unknown_keys_and_states() -> None:
    """Of a later version: a state without a name here is a failure, a finding without one is let go."""
    values = stored() | {"state": "renamed", "mood": 1}
    values["memory"]["findings"].append({"name": "renamed", "since": NOW.isoformat(), "detail": ""})
    values["memory"]["mood"] = 1
    health = health_from(json.dumps(values))

    assert health is not None
    assert (health.state, health.trouble, health.memory) == ("failed", 2.75, MEMORY)


@pytest.mark.parametrize("text", ["", "{", "null", "[]", "7", '"x"', "{}", "[" * 100_000])
def test_what_cannot_be_read_is_no_health(text: str) -> None:
    """The source starts without a past."""
    assert health_from(text) is None
