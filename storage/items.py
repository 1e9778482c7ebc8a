"""Reads items back with what was decided about them. Writes nothing: collected.py does."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import duckdb

from parsers.model import Evidence, Item, JudgedItem, Judgement, Label, SeedParagraph
from storage.writing import as_json_list

_IDS = "(SELECT unnest(CAST(CAST(? AS JSON) AS VARCHAR[])))"
_ITEM_COLUMNS = (
    "i.item_id, i.entry_key, i.source_id, i.url, i.title, i.summary, i.text, i.text_origin, i.language,"
    " i.published_at, i.updated_at, i.first_seen_at, i.authors, i.content_sha256, i.problems, i.tags"
)
_JUDGED = f"""
SELECT {_ITEM_COLUMNS}, i.copy_of, i.rules_version, j.relevance, j.relevance_score, j.kind, j.problems
FROM items AS i JOIN judgements AS j USING (item_id, rules_version)
WHERE i.item_id IN {_IDS}
ORDER BY coalesce(i.published_at, i.first_seen_at), i.item_id
"""  # noqa: S608 - constants of this module
_LABELS = f"""
SELECT l.item_id, l.topic, l.score, l.origin FROM labels AS l JOIN items AS i USING (item_id, rules_version)
WHERE i.item_id IN {_IDS} ORDER BY l.item_id, l.position
"""  # noqa: S608
_EVIDENCE = f"""
SELECT e.item_id, e.topic, e.matched, e.start_char, e.end_char, e.place, e.weight, e.seed_file, e.seed_paragraph,
    e.learned
FROM evidence AS e JOIN items AS i USING (item_id, rules_version)
WHERE i.item_id IN {_IDS} ORDER BY e.item_id, e.topic, e.position
"""  # noqa: S608
_RELEVANT = """
SELECT i.item_id FROM items AS i JOIN judgements AS j USING (item_id, rules_version)
WHERE j.relevance <> 'off' AND i.copy_of IS NULL
"""
_HAD_ITS_DATE = "i.published_at <= i.first_seen_at + INTERVAL 1 HOUR"
"""What was dated in the future when it came is a mistake or an embargo: it is in no edition and no count."""
_LATE = f"""
{_RELEVANT} AND i.first_seen_at >= $start AND i.first_seen_at < $end AND i.published_at < $start
AND NOT EXISTS (
    FROM editions AS e
    WHERE e.edition_id <> $edition AND e.edition_id[strpos(e.edition_id, '/'):] = $edition[strpos($edition, '/'):]
    AND (
        (i.published_at >= e.period_start AND i.published_at < e.period_end AND i.first_seen_at <= e.created_at)
        OR i.item_id IN (SELECT c.item_id FROM edition_items AS c WHERE c.edition_id = e.edition_id)
    )
)
"""  # noqa: S608
_UNDATED = f"""
SELECT count(*) FROM ({_RELEVANT} AND i.first_seen_at >= ? AND i.first_seen_at < ? AND i.published_at IS NULL)
"""  # noqa: S608


def items_since(con: duckdb.DuckDBPyConnection, since: datetime, *, relevant_only: bool = False) -> list[JudgedItem]:
    """Items first seen at or after `since`, copies included, with current labels and evidence, oldest first.

    relevant_only: without those judged `off`.
    """
    found = con.execute(
        "SELECT item_id FROM items JOIN judgements USING (item_id, rules_version)"
        " WHERE first_seen_at >= ? AND (relevance <> 'off' OR NOT ?)",
        [since, relevant_only],
    ).fetchall()
    return _judged_items(con, found)


def items_published_between(con: duckdb.DuckDBPyConnection, start: datetime, end: datetime) -> list[JudgedItem]:
    """Items published from `start` up to, not including, `end`, whatever their relevance, copies included.

    Without those that were dated in the future when they were first seen.
    """
    found = con.execute(
        f"SELECT i.item_id FROM items AS i WHERE i.published_at >= ? AND i.published_at < ? AND {_HAD_ITS_DATE}",  # noqa: S608
        [start, end],
    ).fetchall()
    return _judged_items(con, found)


def get_item(con: duckdb.DuckDBPyConnection, item_id: str) -> JudgedItem | None:
    """The item of that id, None if there is none."""
    found = _judged_items(con, [(item_id,)])
    return found[0] if found else None


def items_by_id(con: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> list[JudgedItem]:
    """Those of the items that are there, oldest first."""
    return _judged_items(con, [(item_id,) for item_id in ids])


def item_ids(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The ids of all items, oldest first."""
    rows = con.execute("SELECT item_id FROM items ORDER BY first_seen_at, item_id").fetchall()
    return [item_id for (item_id,) in rows]


def item_ids_not_judged_by(con: duckdb.DuckDBPyConnection, rules_version: str) -> list[str]:
    """The ids of all items whose current judgement comes from other rules, oldest first."""
    rows = con.execute(
        "SELECT item_id FROM items WHERE rules_version <> ? ORDER BY first_seen_at, item_id", [rules_version]
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
        f"SELECT {_ITEM_COLUMNS}, i.copy_of FROM items AS i JOIN judgements AS j USING (item_id, rules_version)"  # noqa: S608
        f" WHERE j.relevance <> 'off' AND (i.item_id IN ({recent}) OR i.copy_of IN ({recent}))"
        " ORDER BY i.first_seen_at, i.item_id",
        [since, until],
    ).fetchall()
    return [(_item_from_row(row[:-1]), row[-1]) for row in rows]


def counts_by_topic(con: duckdb.DuckDBPyConnection, start: datetime, end: datetime) -> Mapping[str, int]:
    """Topic -> relevant items as of `items_published_between`; copies are not counted."""
    rows = con.execute(
        f"SELECT l.topic, count(*) FROM ({_RELEVANT} AND i.published_at >= ? AND i.published_at < ?"  # noqa: S608
        f" AND {_HAD_ITS_DATE}) AS r JOIN items AS i USING (item_id) JOIN labels AS l USING (item_id, rules_version)"
        " GROUP BY l.topic ORDER BY l.topic",
        [start, end],
    ).fetchall()
    return dict(rows)


def late_and_undated(
    con: duckdb.DuckDBPyConnection, edition_id: str, start: datetime, end: datetime
) -> tuple[list[JudgedItem], int]:
    """Relevant items first seen in the period of the edition, without copies: those that came late, how many undated.

    Late: published before the period, carried by no other edition of the series, and unknown when the edition of the
    week of its date was made.
    """
    late = con.execute(_LATE, {"edition": edition_id, "start": start, "end": end}).fetchall()
    (undated,) = con.execute(_UNDATED, [start, end]).fetchall()[0]
    return _judged_items(con, late), undated


def _judged_items(con: duckdb.DuckDBPyConnection, ids: Sequence[tuple[str]]) -> list[JudgedItem]:
    wanted = [as_json_list([item_id for (item_id,) in ids])]
    evidence: dict[tuple[str, str], list[Evidence]] = defaultdict(list)
    for row in con.execute(_EVIDENCE, wanted).fetchall():
        evidence[row[0], row[1]].append(_evidence_from_row(row[2:]))
    labels: dict[str, list[Label]] = defaultdict(list)
    for item_id, topic, score, origin in con.execute(_LABELS, wanted).fetchall():
        labels[item_id].append(Label(topic, score, tuple(evidence[item_id, topic]), origin))
    return [_judged_from_row(row, labels[row[0]]) for row in con.execute(_JUDGED, wanted).fetchall()]


def _judged_from_row(row: tuple[Any, ...], labels: Iterable[Label]) -> JudgedItem:
    copy_of, rules_version, relevance, relevance_score, kind, problems = row[-6:]
    return JudgedItem(
        item=_item_from_row(row[:-6]),
        judgement=Judgement(relevance, relevance_score, tuple(labels), rules_version, kind, tuple(problems)),
        copy_of=copy_of,
    )


def _item_from_row(row: tuple[Any, ...]) -> Item:
    *plain, authors, content_sha256, problems, tags = row
    return Item(*[*plain, tuple(authors), content_sha256, tuple(problems), tuple(tags)])


def _evidence_from_row(row: tuple[Any, ...]) -> Evidence:
    *plain, seed_file, seed_paragraph, learned = row
    return Evidence(*[*plain, None if seed_file is None else SeedParagraph(seed_file, seed_paragraph), learned])
