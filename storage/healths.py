"""A source's health as JSON text and back. Judges nothing."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from parsers.judging.findings import Finding, Memory
from parsers.judging.health import Health
from parsers.judging.volume import Habit
from parsers.model import Rhythm


def health_text(health: Health) -> str:
    """JSON: times as ISO 8601, lengths of time in seconds."""
    return json.dumps(asdict(health), default=_plain, ensure_ascii=False)


def health_from(text: str) -> Health:
    """What `health_text` wrote."""
    values = json.loads(text)
    memory = values["memory"]
    return Health(
        state=values["state"],
        state_since=datetime.fromisoformat(values["state_since"]),
        trouble=values["trouble"],
        next_visit_at=datetime.fromisoformat(values["next_visit_at"]),
        quiet_until=_time(values["quiet_until"]),
        detail=values["detail"],
        failures=values["failures"],
        failing_since=_time(values["failing_since"]),
        memory=Memory(
            findings=tuple(
                Finding(one["name"], datetime.fromisoformat(one["since"]), one["detail"]) for one in memory["findings"]
            ),
            answered_at=_time(memory["answered_at"]),
            news_at=_time(memory["news_at"]),
            news_today=memory["news_today"],
            habit=_habit(memory["habit"]),
            entries=memory["entries"],
            newest=_time(memory["newest"]),
            language=memory["language"],
            rhythm=_rhythm(memory["rhythm"]),
            restless=memory["restless"],
            moved_to=memory["moved_to"],
        ),
    )


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"cannot be stored: {type(value).__name__}")


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _habit(values: Mapping[str, Any] | None) -> Habit | None:
    return Habit(tuple(values["watched"]), tuple(values["with_news"])) if values else None


def _rhythm(values: Mapping[str, Any] | None) -> Rhythm | None:
    if values is None:
        return None
    every = None if values["every"] is None else timedelta(seconds=values["every"])
    return Rhythm(every, tuple(values["not_hours"]), tuple(values["not_days"]))
