"""Keeps what was found in the texts of items: who and what they name, quote, cite and announce. Looks for nothing.

All of it follows from a text and from words that people edit. So it has no history: it is that of today's text.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from parsers.judging.dates_ahead.calendar_dates import CalendarDate
from parsers.judging.dates_ahead.calendar_events import CalendarEvent, Cited, Named
from parsers.judging.documents.citations import Citation
from parsers.judging.names.entities import Mention
from parsers.judging.quotes.quotes import Quote
from parsers.judging.stories.threads import SeedPlace
from storage.writing import as_json_list, insert_rows, transaction

_WAITING = """
SELECT i.item_id, i.version
FROM items AS i
JOIN judgements AS j ON j.item_id = i.item_id AND j.valid_to IS NULL AND j.relevance <> 'off'
LEFT JOIN extracted_items AS x ON x.item_id = i.item_id
WHERE x.version IS DISTINCT FROM i.version OR x.words_version <> $1
ORDER BY i.first_seen_at, i.item_id
"""
_COLUMNS: Mapping[str, str] = {
    "extracted_items": "item_id version words_version",
    "mentions": "item_id position entity_id matched place start_char end_char",
    "quotes": "item_id position words speaker entity_id verb place start_char end_char",
    "citations": "item_id position document_id kind name url matched place start_char end_char",
    "item_documents": "item_id document_id",
    "calendar_dates": (
        "item_id position starts_on ends_on precision what event_key words sentence place start_char end_char is_moved"
    ),
}
_DATES = """
SELECT i.item_id, coalesce(f.family, s.family, i.source_id), i.published_at,
    d.starts_on, d.ends_on, d.precision, d.what, d.event_key, d.words, d.sentence, d.place, d.start_char, d.end_char,
    d.is_moved
FROM calendar_dates AS d
JOIN items AS i USING (item_id)
JOIN judgements AS j ON j.item_id = i.item_id AND j.valid_to IS NULL AND j.relevance <> 'off'
LEFT JOIN sources AS s USING (source_id)
LEFT JOIN item_families AS f USING (item_id)
WHERE i.copy_of IS NULL AND d.ends_on >= $since
    -- Also none without a date, nor one from the future: a mistake or an embargo, which is in no edition either.
    AND i.published_at <= i.first_seen_at + INTERVAL 1 HOUR
ORDER BY i.published_at, i.item_id, d.position
"""

_NAMING = """
SELECT i.item_id, i.published_at, list(DISTINCT m.entity_id ORDER BY m.entity_id), i.title
FROM items AS i
JOIN judgements AS j ON j.item_id = i.item_id AND j.valid_to IS NULL AND j.relevance <> 'off'
JOIN mentions AS m ON m.item_id = i.item_id
WHERE i.published_at >= $since
GROUP BY ALL ORDER BY i.published_at, i.item_id
"""
_EVENT = (
    "event_id what starts_on ends_on precision sentence item_ids state event_key"
    " moved_from_starts_on moved_from_ends_on"
)


@dataclass(frozen=True, slots=True)
class Extracted:
    """One version of an item with all that was found in it. `documents`: ids of those that it is itself."""

    item_id: str
    version: int
    mentions: Sequence[Mention]
    quotes: Sequence[Quote]
    citations: Sequence[Citation]
    documents: Collection[str]
    dates: Sequence[CalendarDate]

    def rows(self, words_version: str) -> Iterator[tuple[str, tuple[object, ...]]]:
        """(table, row)."""
        yield "extracted_items", (self.item_id, self.version, words_version)
        for position, mention in enumerate(self.mentions):
            found = (mention.entity_id, mention.matched, mention.place, mention.start, mention.end)
            yield "mentions", (self.item_id, position, *found)
        for position, quote in enumerate(self.quotes):
            said = (quote.words, quote.speaker, quote.entity_id, quote.verb, quote.place, quote.start, quote.end)
            yield "quotes", (self.item_id, position, *said)
        for position, cited in enumerate(self.citations):
            document = (cited.document_id, cited.kind, cited.name, cited.url)
            yield "citations", (self.item_id, position, *document, cited.matched, cited.place, cited.start, cited.end)
        for document_id in sorted(self.documents):
            yield "item_documents", (self.item_id, document_id)
        for position, one in enumerate(self.dates):
            dated = (one.starts, one.ends, one.precision, one.what, one.key, one.words, one.sentence)
            yield "calendar_dates", (self.item_id, position, *dated, one.place, one.start, one.end, one.moved)


@dataclass(frozen=True, slots=True)
class EntityRow:
    """Somebody or something that items name. `seed`: the seed paragraph that tells of it."""

    id: str
    kind: str
    name: str
    aliases: Sequence[str]
    seed: SeedPlace | None = None


def items_to_extract(con: duckdb.DuckDBPyConnection, words_version: str) -> list[tuple[str, int]]:
    """(id, version) of the relevant items that were not looked through with these words, oldest first."""
    return con.execute(_WAITING, [words_version]).fetchall()


def store_extracted(con: duckdb.DuckDBPyConnection, extracted: Sequence[Extracted], words_version: str) -> None:
    """In the place of what was found in these items before."""
    rows: dict[str, list[tuple[object, ...]]] = {table: [] for table in _COLUMNS}
    for one in extracted:
        for table, row in one.rows(words_version):
            rows[table].append(row)
    ids = [as_json_list([one.item_id for one in extracted])]
    with transaction(con):
        for table, columns in _COLUMNS.items():
            con.execute(
                f"DELETE FROM {table} WHERE item_id IN (SELECT unnest(CAST(CAST(? AS JSON) AS VARCHAR[])))",  # noqa: S608
                ids,
            )
            insert_rows(con, table, columns, rows[table])


def store_entities(
    con: duckdb.DuckDBPyConnection,
    entities: Sequence[EntityRow],
    terms: Sequence[tuple[str, str, date | None, date | None]],
) -> None:
    """Make the tables mirror the configuration. `terms`: (office, person, first day, last day), None: not known."""
    with transaction(con):
        con.execute("DELETE FROM entities")
        con.execute("DELETE FROM office_holders")
        rows = [(one.id, one.kind, one.name, one.aliases, *(one.seed or (None, None))) for one in entities]
        insert_rows(con, "entities", "entity_id kind name aliases seed_file seed_paragraph", rows)
        insert_rows(con, "office_holders", "office_id entity_id since until", terms)


def matters(con: duckdb.DuckDBPyConnection, kinds: Collection[str]) -> dict[str, SeedPlace | None]:
    """Entity of one of these kinds -> the seed paragraph that tells of it."""
    rows = con.execute(
        "SELECT entity_id, seed_file, seed_paragraph FROM entities"
        " WHERE kind IN (SELECT unnest(CAST(CAST($1 AS JSON) AS VARCHAR[])))",
        [as_json_list(sorted(kinds))],
    ).fetchall()
    return {entity: (file, paragraph) if file else None for entity, file, paragraph in rows}


def dates_ahead(con: duckdb.DuckDBPyConnection, since: date) -> list[Cited]:
    """The dates that relevant items announce and that end on that day or later, in order of publication."""
    rows = con.execute(_DATES, {"since": since}).fetchall()
    return [Cited(item_id, family, at, CalendarDate(*dated)) for item_id, family, at, *dated in rows]


def items_naming(con: duckdb.DuckDBPyConnection, since: date) -> list[Named]:
    """Relevant items published on that day or later, with the entities that they name."""
    rows = con.execute(_NAMING, {"since": since}).fetchall()
    return [Named(item_id, published, frozenset(entities), title) for item_id, published, entities, title in rows]


def store_calendar(con: duckdb.DuckDBPyConnection, events: Sequence[CalendarEvent]) -> None:
    """In the place of the calendar as it was."""
    rows = [
        (
            *(one.id, one.what, one.starts, one.ends, one.precision, one.sentence, list(one.items), one.state, one.key),
            *(one.moved_from or (None, None)),
        )
        for one in events
    ]
    with transaction(con):
        con.execute("DELETE FROM calendar_events")
        insert_rows(con, "calendar_events", _EVENT, rows)


def stored_calendar(con: duckdb.DuckDBPyConnection, first: date, last: date) -> list[CalendarEvent]:
    """Events that may be on a day from `first` to `last`, by date."""
    rows = con.execute(
        f"SELECT {', '.join(_EVENT.split())} FROM calendar_events"  # noqa: S608 - own names
        " WHERE ends_on >= $1 AND starts_on <= $2 ORDER BY starts_on, ends_on, event_id",
        [first, last],
    ).fetchall()
    return [
        CalendarEvent(*[*plain, tuple(items), state, key, (moved_from, moved_to) if moved_from else None])
        for *plain, items, state, key, moved_from, moved_to in rows
    ]
