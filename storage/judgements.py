"""Writes what was decided about items, one set of labels for each version of the rules. Does not judge."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

import duckdb

from parsers.model import Judgement
from storage.writing import as_json_list, insert_rows, transaction

NO_COPIES: Mapping[str, str] = MappingProxyType({})


def store_judgements(
    con: duckdb.DuckDBPyConnection,
    judged: Sequence[tuple[str, Judgement]],
    now: datetime,
    copies: Mapping[str, str] = NO_COPIES,
) -> None:
    """Store new judgements of items that are there already, and make them the current ones.

    Labels of other rules versions stay and can be queried. Calling it again with the same values changes nothing.

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
    write_judgements(con, judged, now)
    _set(con, "copy_of", copies)
    _set(con, "rules_version", {item_id: judgement.rules_version for item_id, judgement in judged})


def _set(con: duckdb.DuckDBPyConnection, column: str, values: Mapping[str, str]) -> None:
    con.execute(
        f"UPDATE items SET {column} = n.value FROM ("  # noqa: S608 - names from the lines above
        " SELECT unnest(CAST(CAST($1 AS JSON) AS VARCHAR[])) AS item_id,"
        " unnest(CAST(CAST($2 AS JSON) AS VARCHAR[])) AS value"
        ") AS n WHERE items.item_id = n.item_id",
        [as_json_list(list(values)), as_json_list(list(values.values()))],
    )


def write_judgements(con: duckdb.DuckDBPyConnection, judged: Sequence[tuple[str, Judgement]], now: datetime) -> None:
    """The rows of judgements, labels and evidence, inside the caller's transaction; the same version is replaced.

    What is off now leaves its story, however old it is: only the stories of the last weeks are grouped anew.
    """
    latest = {(item_id, judgement.rules_version): judgement for item_id, judgement in judged}
    _forget(con, latest)
    off = [item_id for (item_id, _), judgement in latest.items() if judgement.relevance == "off"]
    con.execute(
        "DELETE FROM story_items WHERE item_id IN (SELECT unnest(CAST(CAST(? AS JSON) AS VARCHAR[])))",
        [as_json_list(off)],
    )
    insert_rows(
        con,
        "judgements",
        "item_id rules_version relevance relevance_score judged_at kind problems",
        [
            (*key, found.relevance, found.relevance_score, now, found.kind, list(found.problems))
            for key, found in latest.items()
        ],
    )
    labels = [
        (key, position, label) for key, judgement in latest.items() for position, label in enumerate(judgement.labels)
    ]
    insert_rows(
        con,
        "labels",
        "item_id rules_version topic score position origin",
        [(*key, label.topic, label.score, position, label.origin) for key, position, label in labels],
    )
    insert_rows(
        con,
        "evidence",
        "item_id rules_version topic position matched start_char end_char place weight"
        " seed_file seed_paragraph learned",
        [
            (
                *key,
                label.topic,
                number,
                found.text,
                found.start,
                found.end,
                found.place,
                found.weight,
                found.seed.file if found.seed else None,
                found.seed.paragraph if found.seed else None,
                found.learned,
            )
            for key, _, label in labels
            for number, found in enumerate(label.evidence)
        ],
    )


def _forget(con: duckdb.DuckDBPyConnection, keys: Collection[tuple[str, str]]) -> None:
    parameters = [as_json_list([item_id for item_id, _ in keys]), as_json_list([version for _, version in keys])]
    for table in ("judgements", "labels", "evidence"):
        con.execute(
            f"DELETE FROM {table} WHERE (item_id, rules_version) IN ("  # noqa: S608 - names from the line above
            " SELECT (unnest(CAST(CAST($1 AS JSON) AS VARCHAR[])), unnest(CAST(CAST($2 AS JSON) AS VARCHAR[]))))",
            parameters,
        )
