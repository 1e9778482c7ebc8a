"""A source's health as JSON text and back, also from another version of the program. Judges nothing."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, TypeVar

from parsers.judging.findings import Finding, Memory
from parsers.judging.health import Health
from parsers.judging.states import ANSWERS, STATES
from parsers.judging.volume import Habit
from parsers.model import Rhythm

Made = TypeVar("Made")
Readers = Mapping[str, Callable[[Any], object]]


def health_text(health: Health) -> str:
    """JSON: times as ISO 8601, lengths of time in seconds."""
    return json.dumps(asdict(health), default=_plain, ensure_ascii=False)


def health_from(text: str) -> Health | None:
    """What `health_text` wrote, in this version or another one: nothing in it raises.

    Keys that are missing or hold something else take their default, unknown ones are passed over, and an unknown state
    is "failed". None where nothing can be read, or no time of the next visit: the source starts without a past.
    """
    try:
        values = json.loads(text)
        return _made(Health, _HEALTH, values, {"state": "failed", "trouble": 0.0})
    except (TypeError, ValueError, RecursionError):
        return None


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"cannot be stored: {type(value).__name__}")


def _made(kind: type[Made], readers: Readers, values: object, defaults: Mapping[str, object] | None = None) -> Made:
    """A dataclass of those values that can be read.

    Raises:
        TypeError: no JSON object, or one without what has no default.
    """
    if not isinstance(values, Mapping):
        raise TypeError("no JSON object")
    given: dict[str, Any] = dict(defaults or {})
    for name, read in readers.items():
        with suppress(KeyError, TypeError, ValueError, OverflowError):
            given[name] = read(values[name])
    return kind(**given)


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("a time without zone")
    return time


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _state(value: object) -> str:
    return value if isinstance(value, str) and value in STATES else "failed"


def _numbers(values: object) -> tuple[int, ...]:
    if not isinstance(values, list):
        raise TypeError("no list")
    return tuple(int(value) for value in values)


def _pair(values: object) -> tuple[int, int]:
    first, second = _numbers(values)
    return first, second


def _findings(values: object) -> tuple[Finding, ...]:
    """Those with a name that means something here: of the others nobody could say what is the matter."""
    found = []
    for value in values if isinstance(values, list) else []:
        with suppress(TypeError):
            finding = _made(Finding, _FINDING, value, {"detail": ""})
            found += [finding] if finding.name in ANSWERS else []
    return tuple(found)


_FINDING: Readers = {"name": _text, "since": _time, "detail": _text}
_HABIT: Readers = {"watched": _pair, "with_news": _pair}
_RHYTHM: Readers = {
    "every": lambda seconds: timedelta(seconds=seconds),
    "not_hours": _numbers,
    "not_days": _numbers,
}
_MEMORY: Readers = {
    "findings": _findings,
    "answered_at": _time,
    "news_at": _time,
    "news_today": int,
    "habit": lambda values: _made(Habit, _HABIT, values),
    "entries": int,
    "newest": _time,
    "language": _text,
    "rhythm": lambda values: _made(Rhythm, _RHYTHM, values),
    "restless": int,
    "moved_to": _text,
}
_HEALTH: Readers = {
    "state": _state,
    "state_since": _time,
    "trouble": float,
    "next_visit_at": _time,
    "quiet_until": _time,
    "detail": _text,
    "failures": int,
    "failing_since": _time,
    "memory": lambda values: _made(Memory, _MEMORY, values),
}
