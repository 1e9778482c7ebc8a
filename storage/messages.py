"""Freezes the bytes of a message before its first attempt, so that every retry sends the same. Never published."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from storage.writing import as_json_list, insert_rows, transaction


@dataclass(frozen=True, slots=True)
class Message:
    """What goes over the wire to one recipient."""

    recipient_id: str
    message_id: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def freeze_messages(
    con: duckdb.DuckDBPyConnection, edition_id: str, revision: int, messages: Sequence[Message], now: datetime
) -> Mapping[str, Message]:
    """Store those whose recipient has none yet; returns recipient id -> message to send, perhaps an earlier one."""
    with transaction(con):
        there = frozen_messages(con, edition_id, revision, [one.recipient_id for one in messages])
        new = {one.recipient_id: one for one in messages if one.recipient_id not in there}
        insert_rows(
            con,
            "messages",
            "edition_id revision recipient_id message_id sha256 content frozen_at",
            [
                (edition_id, revision, one.recipient_id, one.message_id, one.sha256, one.content, now)
                for one in new.values()
            ],
        )
    return {**there, **new}


def frozen_messages(
    con: duckdb.DuckDBPyConnection, edition_id: str, revision: int, recipient_ids: Sequence[str]
) -> dict[str, Message]:
    """Recipient id -> frozen message, for those of the recipients that have one."""
    rows = con.execute(
        "SELECT recipient_id, message_id, content FROM messages WHERE edition_id = ? AND revision = ?"
        " AND recipient_id IN (SELECT unnest(CAST(CAST(? AS JSON) AS VARCHAR[])))",
        [edition_id, revision, as_json_list(recipient_ids)],
    ).fetchall()
    return {row[0]: Message(*row) for row in rows}
