"""Writes what was decided about items: each judgement is an act that holds until the next one. Does not judge."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

import duckdb

from parsers.model import Judgement
from storage.items import current_judgements
from storage.moments import next_moment
from storage.writing import as_json_list, insert_rows, transaction

NO_COPIES: Mapping[str, str] = MappingProxyType({})
_IDS = "(SELECT unnest(CAST(CAST($1 AS JSON) AS VARCHAR[])))"
_CLOSE = f"UPDATE judgements SET valid_to = $2 WHERE valid_to IS NULL AND item_id IN {_IDS}"  # noqa: S608 - own words
_LEAVE_STORY = f"UPDATE story_items SET valid_to = $2 WHERE valid_to IS NULL AND item_id IN {_IDS}"  # noqa: S608
_COPIES = """
(SELECT unnest(CAST(CAST($1 AS JSON) AS VARCHAR[])) AS item_id,
    unnest(CAST(CAST($2 AS JSON) AS VARCHAR[])) AS copy_of) AS n
"""
_KEEP_BEFORE = f"""
INSERT INTO item_versions BY NAME
SELECT i.*, $3 AS valid_to FROM items AS i JOIN {_COPIES} USING (item_id) WHERE i.copy_of IS DISTINCT FROM n.copy_of
"""  # noqa: S608
_SET_COPIES = f"""
UPDATE items SET copy_of = n.copy_of, version = version + 1, valid_from = $3
FROM {_COPIES} WHERE items.item_id = n.item_id AND items.copy_of IS DISTINCT FROM n.copy_of
"""  # noqa: S608


def store_judgements(
    con: duckdb.DuckDBPyConnection,
    judged: Sequence[tuple[str, Judgement]],
    now: datetime,
    copies: Mapping[str, str] = NO_COPIES,
) -> None:
    """Store new judgements of items that are there already, and make them the current ones.

    Earlier ones stay, with the time in which they held. Calling it again with the same values changes nothing.

    Args:
        copies: item id -> original, of items that were found to be copies meanwhile.
    """
    with transaction(con):
        judge_anew(con, judged, now, copies)


def judge_anew(
    con: duckdb.DuckDBPyConnection,
    judged: Sequence[tuple[str, Judgement]],
    now: datetime,
    copies: Mapping[str, str] = NO_COPIES,
) -> None:
    """As `store_judgements`, inside the caller's transaction."""
    at = next_moment(con, now)
    write_judgements(con, judged, at)
    found = [as_json_list(list(copies)), as_json_list(list(copies.values())), at]
    con.execute(_KEEP_BEFORE, found)
    con.execute(_SET_COPIES, found)


def write_judgements(
    con: duckdb.DuckDBPyConnection,
    judged: Sequence[tuple[str, Judgement]],
    at: datetime,
    unknown: Collection[str] = frozenset(),
) -> None:
    """The rows of judgements, labels and evidence, inside the caller's transaction; what says the same is left out.

    What is off now leaves its story, however old it is: only the stories of the last weeks are grouped anew.

    Args:
        at: the moment of the transaction, from `next_moment`.
        unknown: ids of items that this transaction has brought: nobody looks through the archive for what they were.
    """
    said = dict(judged)
    changed = _changed(con, {item_id: found for item_id, found in said.items() if item_id not in unknown})
    if changed:
        con.execute(_CLOSE, [as_json_list(list(changed)), at])
        off = [item_id for item_id, found in changed.items() if found.relevance == "off"]
        con.execute(_LEAVE_STORY, [as_json_list(off), at])
    new = {item_id: found for item_id, found in said.items() if item_id in unknown or item_id in changed}
    insert_rows(
        con,
        "judgements",
        "item_id rules_version relevance relevance_score kind topics problems valid_from",
        [
            (
                item_id,
                found.rules_version,
                found.relevance,
                found.relevance_score,
                found.kind,
                [label.topic for label in found.labels],
                found.problems,
                at,
            )
            for item_id, found in new.items()
        ],
    )
    insert_rows(
        con,
        "labels",
        "item_id judged_at rules_version topic score position origin",
        [
            (item_id, at, found.rules_version, label.topic, label.score, position, label.origin)
            for item_id, found in new.items()
            for position, label in enumerate(found.labels)
        ],
    )
    insert_rows(
        con,
        "evidence",
        "item_id judged_at rules_version topic position matched start_char end_char place weight learned"
        " seed_file seed_paragraph",
        [
            (
                item_id,
                at,
                found.rules_version,
                label.topic,
                number,
                piece.text,
                piece.start,
                piece.end,
                piece.place,
                piece.weight,
                piece.learned,
                piece.seed.file if piece.seed else None,
                piece.seed.paragraph if piece.seed else None,
            )
            for item_id, found in new.items()
            for label in found.labels
            for number, piece in enumerate(label.evidence)
        ],
    )


def _changed(con: duckdb.DuckDBPyConnection, judged: Mapping[str, Judgement]) -> Mapping[str, Judgement]:
    """Those that say something else than the judgement in force."""
    if not judged:
        return {}
    versions = con.execute(
        f"SELECT item_id, rules_version FROM judgements WHERE valid_to IS NULL AND item_id IN {_IDS}",  # noqa: S608
        [as_json_list(list(judged))],
    ).fetchall()
    alike = [item_id for item_id, version in versions if version == judged[item_id].rules_version]
    before = current_judgements(con, alike)
    return {item_id: found for item_id, found in judged.items() if before.get(item_id) != found}
