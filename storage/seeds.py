"""Stores the seed documents with their paragraphs and labels. Does not read the corpus."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from parsers.model import Judgement, Seed, TextOrigin
from storage.writing import as_json_list, insert_rows, transaction


@dataclass(frozen=True, slots=True)
class StoredSeed:
    """What is stored of a seed. `text_origin` `abstract`: only the catalogue's own words stand in for the text."""

    id: str
    title: str
    text_origin: TextOrigin
    text_sha256: str
    paragraphs: int
    rules_version: str | None


def store_seeds(
    con: duckdb.DuckDBPyConnection, seeds: Sequence[Seed], judgements: Mapping[str, Judgement], now: datetime
) -> None:
    """Store or replace these seeds, whole; `judgements` by seed id. Labels of other rules versions stay."""
    with transaction(con):
        insert_rows(
            con,
            "seeds",
            "seed_id file title publisher published language kind url abstract text text_origin text_sha256 authors"
            " identifiers series translated_from note problems relevance relevance_score rules_version stored_at",
            [_seed_row(seed, judgements.get(seed.record.id), now) for seed in seeds],
            key="seed_id",
        )
        con.execute(
            "DELETE FROM seed_paragraphs WHERE seed_id IN (SELECT unnest(CAST(CAST(? AS JSON) AS VARCHAR[])))",
            [as_json_list([seed.record.id for seed in seeds])],
        )
        insert_rows(
            con,
            "seed_paragraphs",
            "seed_id paragraph text start_char end_char is_text topics",
            [row for seed in seeds for row in _paragraph_rows(seed)],
        )
        _write_labels(con, judgements)


def stored_seeds(con: duckdb.DuckDBPyConnection) -> Mapping[str, StoredSeed]:
    """Seed id -> what is stored of it."""
    rows = con.execute(
        "SELECT seed_id, title, text_origin, text_sha256, count(p.paragraph), rules_version"
        " FROM seeds LEFT JOIN seed_paragraphs AS p USING (seed_id) GROUP BY ALL ORDER BY seed_id"
    ).fetchall()
    return {row[0]: StoredSeed(*row) for row in rows}


def seed_texts(con: duckdb.DuckDBPyConnection) -> Mapping[str, tuple[str, str]]:
    """Seed id -> (title, text as stored)."""
    rows = con.execute("SELECT seed_id, title, text FROM seeds ORDER BY seed_id").fetchall()
    return {seed_id: (title, text) for seed_id, title, text in rows}


def seed_paragraphs(con: duckdb.DuckDBPyConnection) -> list[tuple[str, int, str, str]]:
    """(file, number, text, language) of every paragraph that is text, the oldest seed first."""
    return con.execute(
        "SELECT s.file, p.paragraph, p.text, s.language FROM seed_paragraphs AS p JOIN seeds AS s USING (seed_id)"
        " WHERE p.is_text ORDER BY s.published NULLS LAST, s.file, p.paragraph"
    ).fetchall()


def store_seed_judgements(con: duckdb.DuckDBPyConnection, judgements: Mapping[str, Judgement]) -> None:
    """Store new judgements of seeds that are there already; labels of other rules versions stay."""
    with transaction(con):
        _write_labels(con, judgements)
        for seed_id, judgement in judgements.items():
            con.execute(
                "UPDATE seeds SET relevance = ?, relevance_score = ?, rules_version = ? WHERE seed_id = ?",
                [judgement.relevance, judgement.relevance_score, judgement.rules_version, seed_id],
            )


def _seed_row(seed: Seed, judgement: Judgement | None, now: datetime) -> tuple[object, ...]:
    record = seed.record
    return (
        record.id,
        record.file,
        record.title,
        record.publisher,
        record.published,
        record.language,
        record.kind,
        record.url,
        record.abstract,
        seed.text,
        seed.text_origin,
        hashlib.sha256(seed.text.encode("utf-8")).hexdigest(),
        record.authors,
        record.identifiers,
        record.series,
        record.translated_from,
        record.note,
        seed.problems,
        judgement.relevance if judgement else None,
        judgement.relevance_score if judgement else None,
        judgement.rules_version if judgement else None,
        now,
    )


def _paragraph_rows(seed: Seed) -> list[tuple[object, ...]]:
    return [
        (
            seed.record.id,
            one.number,
            one.text,
            one.start,
            one.end,
            one.is_text,
            sorted(topic for topic, numbers in seed.record.topics.items() if one.number in numbers),
        )
        for one in seed.paragraphs
    ]


def _write_labels(con: duckdb.DuckDBPyConnection, judgements: Mapping[str, Judgement]) -> None:
    for seed_id, judgement in judgements.items():
        con.execute(
            "DELETE FROM seed_labels WHERE seed_id = ? AND rules_version = ?", [seed_id, judgement.rules_version]
        )
    insert_rows(
        con,
        "seed_labels",
        "seed_id rules_version topic score matches",
        [
            (seed_id, judgement.rules_version, label.topic, label.score, len(label.evidence))
            for seed_id, judgement in judgements.items()
            for label in judgement.labels
        ],
    )
