"""Accepted rules: every version once, in full, the one accepted last in force."""

from datetime import datetime, timedelta

import pytest

from storage.database import Connection
from storage.rules import KeptRules, accept_rules, kept_rules, rules_in_force


def test_the_rules_accepted_last_are_in_force(con: Connection, now: datetime):
    """With their content and moment; before that there are none."""
    assert rules_in_force(con) is None
    accept_rules(con, "aaa", '{"a": 1}', now)
    assert rules_in_force(con) == KeptRules("aaa", now, '{"a": 1}')
    accept_rules(con, "bbb", "{}", now + timedelta(days=1))
    assert rules_in_force(con) == KeptRules("bbb", now + timedelta(days=1), "{}")


@pytest.mark.parametrize("later", [0, -3600], ids=["clock stands still", "clock was set back"])
def test_whatever_the_clock_says(con: Connection, now: datetime, later: int):
    """The last acceptance counts, also by a clock that stands still or was set back; earlier rules can come back."""
    for version in ("bbb", "aaa", "ccc", "bbb"):
        accept_rules(con, version, "{}", now)
        newest = rules_in_force(con)
        assert newest is not None
        assert newest.version == version
        now += timedelta(seconds=later)
    assert [one.version for one in kept_rules(con, "")] == ["bbb", "ccc", "aaa"]


def test_versions_by_their_beginning(con: Connection, now: datetime):
    """All that begin so; a percent sign is a character like any other."""
    for number, version in enumerate(("24df", "24aa", "31ce")):
        accept_rules(con, version, "{}", now + timedelta(seconds=number))
    assert [one.version for one in kept_rules(con, "24")] == ["24aa", "24df"]
    assert [one.version for one in kept_rules(con, "31ce")] == ["31ce"]
    assert kept_rules(con, "%") == kept_rules(con, "25") == []
