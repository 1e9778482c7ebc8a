"""What was made and sent: list it, show it, approve it, correct it."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from digests.edition import week
from digests.render import render_json
from flows.digest import MODEL, keep, rendered, write_site
from flows.making import circumstances_of, made_again, make, with_weeks_of
from flows.settings import Settings
from parsers.errors import SeabridgeError
from storage.database import GLANCE, open_live
from storage.deliveries import balance
from storage.editions import EditionRow, get_edition, list_editions, set_edition_state
from storage.lake_lock import alone
from storage.moments import known_at
from storage.snapshot import publish


def listed(home: Path) -> list[Mapping[str, Any]]:
    """Every revision of every edition with how many have it."""
    with open_live(home, wait=GLANCE) as con:
        rows = [(row, balance(con, row.id, row.revision)) for row in list_editions(con)]
    return [
        {
            "id": row.id,
            "revision": row.revision,
            "state": row.state,
            "subject": row.subject,
            "created_at": row.created_at.isoformat(),
            "accepted": sent.accepted,
            "candidates": sent.candidates,
        }
        for row, sent in rows
    ]


def shown(settings: Settings, name: str, revision: int | None, format: Literal["text", "html", "json"]) -> str:  # noqa: A002
    """One revision in one rendering, as stored."""
    row = _stored(settings, name, revision)
    if format == "json":
        return render_json(MODEL.validate_json(row.model_json))
    return row.html if format == "html" else row.text


def approve(settings: Settings, name: str, now: datetime) -> str:
    """Approve the newest revision, which puts it into archive and snapshot; says what it is now."""
    row = _stored(settings, name, None)
    if row.state != "draft":
        return f"{row.id} revision {row.revision} is {row.state} already."
    with open_live(settings.home, wait=GLANCE) as con:
        set_edition_state(con, row.id, row.revision, "approved", now)
        rows = list_editions(con)
        publish(con, settings.home, now, zone=settings.digest.zone, keep=settings.keep.snapshots)
    write_site(settings, rows)
    return f"{row.id} revision {row.revision} is approved: seabridge send --week {row.id.partition('/')[0]}"


def correct(settings: Settings, name: str, note: str, now: datetime) -> str:
    """Make the next revision of an issued edition; says how to send it.

    Raises:
        SeabridgeError: the edition never went out, so `seabridge digest` can still change it.
    """
    row = _stored(settings, name, None)
    correcting = row.revision + 1
    if row.state == "draft" and row.revision > 1:  # a correction that has not gone out is made anew
        correcting = row.revision
    elif row.state == "draft":
        raise SeabridgeError(f"{row.id} has not gone out; seabridge digest makes it again")
    period = week(row.id.partition("/")[0], settings.digest.zone)
    with open_live(settings.home, wait=GLANCE) as con, alone(con):
        given = with_weeks_of(circumstances_of(con, settings, period, correction=note), row)
        made = make(con, given, period, correcting, known_at(con, now))
        keep(con, settings, rendered(made, now), made, now)
    return f"{row.id} revision {correcting} is made: seabridge send --week {period.iso}"


def rebuilt(settings: Settings, name: str, revision: int | None) -> str:
    """Make a revision again from what was known when it was made, and compare it with the stored one; says so.

    Raises:
        SeabridgeError: it cannot be made again, or differs.
    """
    row = _stored(settings, name, revision)
    with open_live(settings.home, wait=GLANCE) as con:
        made = made_again(con, row)
    which = f"{row.id} revision {row.revision}"
    if made is None:
        raise SeabridgeError(
            f"{which} cannot be made again: what it was made from was not noted, or by another program"
        )
    again = rendered(made, row.created_at)
    if again.sha256 == row.sha256:
        return f"{which} comes out the same, byte for byte, from what was known at {row.known_at.isoformat()}."
    parts = {"subject": row.subject != again.subject, "HTML": row.html != again.html, "text": row.text != again.text}
    differs = " and ".join(part for part, other in parts.items() if other)
    cause = "this program chooses or counts otherwise, or the database was changed by hand"
    if again.model_json == row.model_json:
        cause = "its templates have changed since, what they show has not"
    raise SeabridgeError(f"{which} comes out otherwise ({differs}): {cause}")


def _stored(settings: Settings, name: str, revision: int | None) -> EditionRow:
    wanted = name if "/" in name else f"{name}/{settings.digest.id}/{settings.digest.language}"
    with open_live(settings.home, wait=GLANCE) as con:
        row = get_edition(con, wanted, revision)
    if row is None:
        which = f" revision {revision}" if revision else ""
        raise SeabridgeError(f"there is no edition {wanted}{which}; see seabridge editions list")
    return row
