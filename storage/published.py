"""Tells whether the snapshot shows what is stored. Publishes nothing.

Rows of runs and fetches do not count: every run has them, also one that brought nothing.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from storage.migrations import latest_version
from storage.quoting import literal
from storage.snapshot import snapshot_path

_TOLD_BY: Mapping[str, str] = {
    "items": "item_id, content_sha256, problems, published_at, updated_at, copy_of",
    "judgements": "item_id, valid_from, valid_to",
    "extracted_items": "item_id, version, words_version",
    "calendar_events": "event_id, starts_on, ends_on, sentence, state, item_ids",
    "threads": "thread_id, state, stories",
    "text_reuse": "item_id, valid_to",
    "story_standings": "story_id, outlets, texts, origin_item_id",
    "continuations": "story_id, earlier_id",
    "item_families": "item_id, family",
    "entities": "entity_id, name, aliases",
    "overrides": "item_id, topic, made_at",
    "entries": "source_id, entry_key, entry_sha256",
    "story_items": "item_id, story_id, valid_to",
    "sources": "*COLUMNS(* EXCLUDE (listed_at))",
    "feed_states": "source_id, url, consecutive_failures > 0, last_kind, moved_to, state",
    "source_events": "run_id, source_id, position",
    "quarantine": "source_id, sha256",
    "seeds": "seed_id, text_sha256, text_origin, rules_version",
}
"""Table -> columns in which analysts see a difference: news, a change, a source that failed or came back."""


def is_published(con: duckdb.DuckDBPyConnection, home: Path, zone: str) -> bool:
    """Whether there is a snapshot, of this program and zone, that shows what is stored."""
    path = snapshot_path(home)
    if not path.is_file():
        return False
    try:
        with _attached(con, path):
            made_by = con.execute("SELECT schema_version, zone FROM published.snapshot_info").fetchall()
            return made_by == [(latest_version(), zone)] and _state(con, "published.") == _state(con, "")
    except duckdb.Error:  # damaged, or of an older program: a new one is due
        return False


@contextmanager
def _attached(con: duckdb.DuckDBPyConnection, path: Path) -> Iterator[None]:
    con.execute(f"ATTACH {literal(str(path))} AS published (READ_ONLY)")
    try:
        yield
    finally:
        con.execute("DETACH published")


def _state(con: duckdb.DuckDBPyConnection, where: str) -> list[tuple[object, ...]]:
    return [
        con.execute(f"SELECT count(*), bit_xor(hash({columns})) FROM {where}{table}").fetchall()[0]  # noqa: S608
        for table, columns in _TOLD_BY.items()
    ]
