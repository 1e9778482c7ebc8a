"""Examines whether a database holds together: what no key guards, what points nowhere, what does not add up.

Changes nothing.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import duckdb

from storage.archive import answers_in
from storage.copies import facts_of

ONCE: Mapping[str, str] = {
    "items": "item_id",
    "item_versions": "item_id, version",
    "entries": "source_id, entry_key",
    "judgements": "item_id, valid_from",
    "labels": "item_id, judged_at, topic",
    "evidence": "item_id, judged_at, topic, position",
    "mentions": "item_id, position",
    "extracted_items": "item_id",
    "quotes": "item_id, position",
    "citations": "item_id, position",
    "item_documents": "item_id, document_id",
    "item_families": "item_id",
    "calendar_dates": "item_id, position",
    "calendar_events": "event_id",
    "office_holders": "office_id, entity_id, since",
    "text_reuse": "item_id, origin_id, agency, valid_from",
    "story_standings": "story_id",
    "continuations": "story_id",
    "threads": "thread_id",
    "dispositions": "run_id, source_id, position",
    "story_items": "item_id, valid_from",
    "edition_dispositions": "edition_id, revision, item_id",
    "fetches": "run_id, source_id",
    "rules": "rules_version",
    "overrides": "item_id, topic, made_at",
    "editions": "edition_id, revision",
    "deliveries": "edition_id, revision, recipient_id",
}
"""Table -> columns that no two of its rows share; a lake has no primary keys at all."""
ONE_CURRENT = ("judgements", "story_items")
"""Tables in which an item has one row that still holds at most."""
REFERENCES = (
    ("item_versions", "item_id", "items", "item_id"),
    ("judgements", "item_id", "items", "item_id"),
    ("labels", "item_id, judged_at", "judgements", "item_id, valid_from"),
    ("evidence", "item_id, judged_at", "judgements", "item_id, valid_from"),
    ("mentions", "item_id", "items", "item_id"),
    ("mentions", "entity_id", "entities", "entity_id"),
    ("extracted_items", "item_id", "items", "item_id"),
    ("quotes", "item_id", "items", "item_id"),
    ("citations", "item_id", "items", "item_id"),
    ("item_documents", "item_id", "items", "item_id"),
    ("item_families", "item_id", "items", "item_id"),
    ("calendar_dates", "item_id", "items", "item_id"),
    ("text_reuse", "item_id", "items", "item_id"),
    ("text_reuse", "origin_id", "items", "item_id"),
    ("story_standings", "story_id", "story_items", "story_id"),
    ("continuations", "story_id", "story_items", "story_id"),
    ("continuations", "earlier_id", "story_items", "story_id"),
    ("story_items", "item_id", "items", "item_id"),
    ("entries", "item_id", "items", "item_id"),
    ("dispositions", "item_id", "items", "item_id"),
    ("dispositions", "run_id, source_id", "fetches", "run_id, source_id"),
    ("fetches", "run_id", "runs", "run_id"),
    ("edition_items", "edition_id, revision", "editions", "edition_id, revision"),
    ("edition_dispositions", "edition_id, revision", "editions", "edition_id, revision"),
    ("deliveries", "edition_id, revision", "delivery_plans", "edition_id, revision"),
    ("delivery_plans", "edition_id, revision", "editions", "edition_id, revision"),
    ("messages", "edition_id, revision, recipient_id", "deliveries", "edition_id, revision, recipient_id"),
)
"""(table, columns, table, columns): each of the one, where it is not NULL, is there in the other."""


def faults(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """One sentence for everything that is wrong; one scan of the key columns for each rule, no text is read."""
    for table, columns in ONCE.items():
        # Of hashes, eight bytes each: the values themselves would not fit into memory for millions of rows.
        if number := _number(con, f"SELECT count(*) - count(DISTINCT hash({columns})) FROM {table}"):  # noqa: S608
            yield f"{table} has {number} rows twice ({columns})"
    for table in ONE_CURRENT:
        sql = f"SELECT count(*) - count(DISTINCT hash(item_id)) FROM {table} WHERE valid_to IS NULL"  # noqa: S608
        if number := _number(con, sql):
            yield f"{table} has {number} items with several current rows"
        if number := _number(con, f"SELECT count(*) FROM {table} WHERE valid_to <= valid_from"):  # noqa: S608
            yield f"{table} has {number} rows that end before they begin"
    for table, columns, other, others in REFERENCES:
        keys = zip(columns.split(", "), others.split(", "), strict=True)
        same = " AND ".join(f"a.{one} = b.{its}" for one, its in keys)
        last = columns.split(", ")[-1]
        sql = f"SELECT count(*) FROM {table} AS a ANTI JOIN {other} AS b ON {same} WHERE a.{last} IS NOT NULL"  # noqa: S608
        if number := _number(con, sql):
            yield f"{number} rows of {table} have nothing in {other} ({columns})"
    unjudged = "SELECT count(*) FROM items ANTI JOIN (FROM judgements WHERE valid_to IS NULL) USING (item_id)"
    if number := _number(con, unjudged):
        yield f"{number} items have no current judgement"
    for kind, number in con.execute(
        "SELECT kind, count(*) FROM v_balance WHERE difference <> 0 GROUP BY kind ORDER BY kind"
    ).fetchall():
        yield f"{number} sheets of kind {kind} do not balance: FROM v_balance WHERE difference <> 0"


def rows_read(con: duckdb.DuckDBPyConnection) -> int:
    """Read every value of every row, so that every checksum of the file is tried; gives the number of rows."""
    (name,) = con.execute("SELECT current_database()").fetchall()[0]
    return sum(rows for table, (rows, _) in facts_of(con, name).items() if table)


def published_at(snapshot: Path) -> datetime:
    """When a snapshot was made, by its own words.

    Raises:
        ValueError: it cannot be opened or does not say.
    """
    try:
        with duckdb.connect(str(snapshot), read_only=True) as con:
            con.execute("SET TimeZone='UTC'")
            found = con.execute("SELECT published_at FROM v_snapshot").fetchall()
    except duckdb.Error as problem:
        raise ValueError(str(problem).strip().partition("\n")[0]) from problem
    if not found or not isinstance(found[0][0], datetime):
        raise ValueError("does not say when it was published")
    return found[0][0]


def damaged_archives(folder: Path) -> Iterator[tuple[str, str]]:
    """(file, reason) for every closed file of answers that cannot be read to its end; decompresses them all."""
    for path in sorted(folder.glob("*.warc.gz")):
        try:
            for _ in answers_in(folder, path.name):
                pass
        except (OSError, ValueError) as problem:
            yield path.name, str(problem)


def _number(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(con.execute(sql).fetchall()[0][0])
