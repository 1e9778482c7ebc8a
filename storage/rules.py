"""Keeps the rules that were accepted, each version in full, so that what judged the archive can be made again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

from storage.writing import insert_rows, transaction

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class KeptRules:
    """One accepted version. `content`: JSON text, made and read by flows."""

    version: str
    accepted_at: datetime
    content: str


def accept_rules(con: duckdb.DuckDBPyConnection, version: str, content: str, now: datetime) -> None:
    """These rules are in force from now on, also where the clock stands still or was set back."""
    with transaction(con):
        before = rules_in_force(con)
        at = max(now, before.accepted_at + _TICK) if before else now
        insert_rows(con, "rules", "rules_version accepted_at content", [(version, at, content)], key="rules_version")


def rules_in_force(con: duckdb.DuckDBPyConnection) -> KeptRules | None:
    """The rules accepted last; None in a home that never judged anything."""
    found = con.execute("SELECT * FROM rules ORDER BY accepted_at DESC, rules_version LIMIT 1").fetchone()
    return KeptRules(*found) if found else None


def kept_rules(con: duckdb.DuckDBPyConnection, beginning: str) -> list[KeptRules]:
    """Every accepted version whose name begins like this, the newest first."""
    found = con.execute(
        "SELECT * FROM rules WHERE starts_with(rules_version, ?) ORDER BY accepted_at DESC", [beginning]
    ).fetchall()
    return [KeptRules(*row) for row in found]
