"""Reads items back with what was decided about them, as known at a moment. Writes nothing: collected.py does."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import duckdb

from parsers.model import Evidence, Item, JudgedItem, Judgement, Label, SeedParagraph
from storage.moments import FOREVER
from storage.writing import as_json_list

_ITEM_COLUMNS = (
    "i.item_id, i.entry_key, i.source_id, i.url, i.title, i.summary, i.text, i.text_origin, i.language,"
    " i.published_at, i.updated_at, i.first_seen_at, i.authors, i.content_sha256, i.problems, i.tags,"
    " i.publisher"
)
_FROM = "FROM item_rows($moment) AS i JOIN judgement_rows($moment) AS j USING (item_id)"
_WITH_IDS = "i.item_id IN (SELECT unnest(CAST(CAST($ids AS JSON) AS VARCHAR[])))"
_RELEVANT = "j.relevance <> 'off' AND i.copy_of IS NULL"
_HAD_ITS_DATE = "i.published_at <= i.first_seen_at + INTERVAL 1 HOUR"
"""What was dated in the future when it came is a mistake or an embargo: it is in no edition and no count."""
_IN_PERIOD = "i.published_at >= $start AND i.published_at < $end"
_DATED = f"{_IN_PERIOD} AND {_HAD_ITS_DATE}"
_AHEAD = f"{_IN_PERIOD} AND NOT ({_HAD_ITS_DATE})"
_FIRST_SEEN = f"{_RELEVANT} AND i.first_seen_at >= $start AND i.first_seen_at < $end"
_UNDATED = f"{_FIRST_SEEN} AND i.published_at IS NULL"
_LATE = f"""
{_FIRST_SEEN} AND i.published_at < $start
AND NOT EXISTS (
    FROM editions AS e
    WHERE e.edition_id <> $edition AND e.edition_id[strpos(e.edition_id, '/'):] = $edition[strpos($edition, '/'):]
    AND e.issued_at <= $moment
    AND (
        (
            i.published_at >= e.period_start AND i.published_at < e.period_end AND (
                i.valid_from <= e.known_at
                OR i.item_id IN (SELECT v.item_id FROM item_versions AS v WHERE v.valid_from <= e.known_at)
            )
        )
        OR i.item_id IN (
            SELECT c.item_id FROM edition_items AS c WHERE c.edition_id = e.edition_id AND c.revision = e.revision
        )
    )
)
"""  # noqa: S608
_COUNTS = f"""
SELECT topic, count(*) FROM (SELECT unnest(j.topics) AS topic {_FROM} WHERE {_RELEVANT} AND {_DATED})
GROUP BY topic ORDER BY topic
"""  # noqa: S608


def items_since(con: duckdb.DuckDBPyConnection, since: datetime, *, relevant_only: bool = False) -> list[JudgedItem]:
    """Items first seen at or after `since`, copies included, with current labels and evidence, oldest first.

    relevant_only: without those judged `off`.
    """
    which = "i.first_seen_at >= $since AND (j.relevance <> 'off' OR NOT $relevant_only)"
    return _judged_items(con, which, {"since": since, "relevant_only": relevant_only})


def items_published_between(
    con: duckdb.DuckDBPyConnection, start: datetime, end: datetime, moment: datetime = FOREVER
) -> list[JudgedItem]:
    """Items published from `start` up to, not including, `end`, whatever their relevance, copies included.

    Without those that were dated in the future when they were first seen.

    Args:
        moment: as all was known then.
    """
    return _judged_items(con, _DATED, {"start": start, "end": end}, moment)


def items_dated_ahead(
    con: duckdb.DuckDBPyConnection, start: datetime, end: datetime, moment: datetime = FOREVER
) -> list[JudgedItem]:
    """Items of that period that were dated in the future when they were first seen, as known at `moment`."""
    return _judged_items(con, _AHEAD, {"start": start, "end": end}, moment)


def get_item(con: duckdb.DuckDBPyConnection, item_id: str) -> JudgedItem | None:
    """The item of that id, None if there is none."""
    found = items_by_id(con, [item_id])
    return found[0] if found else None


def items_by_id(con: duckdb.DuckDBPyConnection, ids: Sequence[str], moment: datetime = FOREVER) -> list[JudgedItem]:
    """Those of the items that are there, oldest first, as known at `moment`."""
    return _judged_items(con, _WITH_IDS, {"ids": as_json_list(list(ids))}, moment) if ids else []


def item_ids(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The ids of all items, oldest first."""
    rows = con.execute("SELECT item_id FROM items ORDER BY first_seen_at, item_id").fetchall()
    return [item_id for (item_id,) in rows]


def item_ids_not_judged_by(con: duckdb.DuckDBPyConnection, rules_version: str) -> list[str]:
    """The ids of all items whose current judgement comes from other rules, oldest first."""
    rows = con.execute(
        "SELECT item_id FROM items JOIN judgements AS j USING (item_id)"
        " WHERE j.valid_to IS NULL AND j.rules_version <> ? ORDER BY first_seen_at, item_id",
        [rules_version],
    ).fetchall()
    return [item_id for (item_id,) in rows]


def find_item_ids(con: duckdb.DuckDBPyConnection, beginning: str) -> list[str]:
    """The ids that begin like this."""
    rows = con.execute("SELECT item_id FROM items WHERE starts_with(item_id, ?) ORDER BY item_id", [beginning])
    return [item_id for (item_id,) in rows.fetchall()]


def recent_items(
    con: duckdb.DuckDBPyConnection, since: datetime, until: datetime | None = None
) -> list[tuple[Item, str | None]]:
    """What a new item may repeat: relevant items first seen from `since` to `until`, each with what it is a copy of.

    Older copies of these items come too: an original must be known as one.
    """
    recent = "SELECT item_id FROM items WHERE first_seen_at >= $1 AND ($2 IS NULL OR first_seen_at <= $2)"
    rows = con.execute(
        f"SELECT {_ITEM_COLUMNS}, i.copy_of FROM items AS i JOIN judgements AS j USING (item_id)"  # noqa: S608
        f" WHERE j.valid_to IS NULL AND j.relevance <> 'off' AND (i.item_id IN ({recent}) OR i.copy_of IN ({recent}))"
        " ORDER BY i.first_seen_at, i.item_id",
        [since, until],
    ).fetchall()
    return [(_item_from_row(row[:-1]), row[-1]) for row in rows]


def counts_by_topic(
    con: duckdb.DuckDBPyConnection, start: datetime, end: datetime, moment: datetime = FOREVER
) -> Mapping[str, int]:
    """Topic -> relevant items as of `items_published_between`; copies are not counted."""
    rows = con.execute(
        _COUNTS,
        {"start": start, "end": end, "moment": moment},
    ).fetchall()
    return dict(rows)


def late_items(
    con: duckdb.DuckDBPyConnection, edition_id: str, start: datetime, end: datetime, moment: datetime = FOREVER
) -> list[JudgedItem]:
    """Relevant items first seen in the period of the edition and published before it, without copies.

    Only those that no other issued edition of the series carried, and that were unknown when that of the week of their
    date was made.
    """
    return _judged_items(con, _LATE, {"edition": edition_id, "start": start, "end": end}, moment)


def undated_items(
    con: duckdb.DuckDBPyConnection, start: datetime, end: datetime, moment: datetime = FOREVER
) -> list[JudgedItem]:
    """Relevant items first seen in the period, without a date and no copies."""
    return _judged_items(con, _UNDATED, {"start": start, "end": end}, moment)


def count_eligible(
    con: duckdb.DuckDBPyConnection, edition_id: str, start: datetime, end: datetime, moment: datetime
) -> int:
    """How many items an edition has to account for: all that the four lists of its period hold, counted apart."""
    values = {"edition": edition_id, "start": start, "end": end, "moment": moment}
    which = f"({_IN_PERIOD}) OR ({_LATE}) OR ({_UNDATED})"
    return int(con.execute(f"SELECT count(*) {_FROM} WHERE {which}", values).fetchall()[0][0])


def current_judgements(con: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> Mapping[str, Judgement]:
    """Item id -> the judgement in force, of those items that have one."""
    return {one.item.id: one.judgement for one in items_by_id(con, ids)} if ids else {}


def _judged_items(
    con: duckdb.DuckDBPyConnection, which: str, values: Mapping[str, object], moment: datetime = FOREVER
) -> list[JudgedItem]:
    """The items of which a condition holds; it is asked each time, for where it names a date few blocks are read."""
    values = {**values, "moment": moment}
    acts = f"(SELECT i.item_id, j.valid_from AS judged_at {_FROM} WHERE {which})"
    evidence: dict[tuple[str, str], list[Evidence]] = defaultdict(list)
    for item_id, topic, *row in con.execute(
        "SELECT e.item_id, e.topic, e.matched, e.start_char, e.end_char, e.place, e.weight, e.seed_file,"  # noqa: S608
        f" e.seed_paragraph, e.learned FROM evidence AS e JOIN {acts} USING (item_id, judged_at)"
        " ORDER BY e.item_id, e.topic, e.position",
        values,
    ).fetchall():
        evidence[item_id, topic].append(_evidence_from_row(row))
    labels: dict[str, list[Label]] = defaultdict(list)
    for item_id, topic, score, origin in con.execute(
        f"SELECT l.item_id, l.topic, l.score, l.origin FROM labels AS l JOIN {acts} USING (item_id, judged_at)"  # noqa: S608
        " ORDER BY l.item_id, l.position",
        values,
    ).fetchall():
        labels[item_id].append(Label(topic, score, tuple(evidence[item_id, topic]), origin))
    rows = con.execute(
        f"SELECT {_ITEM_COLUMNS}, i.copy_of, j.rules_version, j.relevance, j.relevance_score, j.kind, j.problems"
        f" {_FROM} WHERE {which} ORDER BY coalesce(i.published_at, i.first_seen_at), i.item_id",
        values,
    ).fetchall()
    return [_judged_from_row(row, labels[row[0]]) for row in rows]


def _judged_from_row(row: tuple[Any, ...], labels: Iterable[Label]) -> JudgedItem:
    copy_of, rules_version, relevance, relevance_score, kind, problems = row[-6:]
    return JudgedItem(
        item=_item_from_row(row[:-6]),
        judgement=Judgement(relevance, relevance_score, tuple(labels), rules_version, kind, tuple(problems)),
        copy_of=copy_of,
    )


def _item_from_row(row: tuple[Any, ...]) -> Item:
    *plain, authors, content_sha256, problems, tags, publisher = row
    return Item(*[*plain, tuple(authors), content_sha256, tuple(problems), tuple(tags), publisher])


def _evidence_from_row(row: Sequence[Any]) -> Evidence:
    *plain, seed_file, seed_paragraph, learned = row
    return Evidence(*[*plain, None if seed_file is None else SeedParagraph(seed_file, seed_paragraph), learned])
