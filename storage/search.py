"""Makes the word index of the snapshot, which the macro search_items reads. Searches nothing itself.

The index is of plain tables. Those that the extension fts makes itself were measured and are none for us: at 1,000,000
items they took 98 s and 1.6 GB of memory for titles and summaries alone (these take a fifth of both), and their
match_bm25 cannot be asked without the extension, which `seabridge sql` and most notebooks do not load. What we take of
it is its knowledge of languages: where it is there, each word is stored with its stem, once, so that `exercise` finds
`exercises`, and whoever opens the file needs the stems only.
"""

import importlib.util
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import duckdb

from storage.migrations import SQL_FOLDER
from storage.quoting import literal

STEMMERS: Mapping[str, str] = {
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "pt": "portuguese",
    "sv": "swedish",
}
"""Language -> name that the extension has for it. It has none for Polish: `żołnierz*` finds all that begins so."""
_CHARACTERS = 30_000_000
_FEWEST, _MOST = 300, 5_000
_AT_ONCE = 15_000_000
"""Characters whose words are gathered in memory at a time: 250 MB."""
_TITLE, _WORD = 1_000, 60
"""Longest title and word that count; behind them is no title and no word of any language of ours."""


def fts_file() -> Path | None:
    """The extension as the package duckdb-extension-fts brings it, for this DuckDB; None where it is not there."""
    spec = importlib.util.find_spec("duckdb_extension_fts")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "extensions" / f"v{duckdb.__version__}" / "fts.duckdb_extension"
    return path if path.is_file() else None


def load_fts(con: duckdb.DuckDBPyConnection) -> bool:
    """Load the extension from its package, never from the network; whether it is there."""
    path = fts_file()
    if path is None:
        return False
    try:
        con.execute(f"LOAD {literal(str(path))}")
    except duckdb.Error:  # made for another machine
        return False
    return True


def build_search(con: duckdb.DuckDBPyConnection, now: datetime) -> None:
    """Make the schema `search` anew from all rows of `items` in the database in use.

    Of each item the title counts and the beginning of summary and text: 5,000 characters while the archive is small,
    then so many that all together are 30 million, but at least 300. search.facts says how many, and `fts` or `basic`.
    """
    stemmed = load_fts(con)
    con.execute(_TABLES)
    (items, last), *_ = con.execute("SELECT count(*), coalesce(max(rowid), -1) FROM items").fetchall()
    characters = min(max(_CHARACTERS // max(items, 1), _FEWEST), _MOST)
    step = _AT_ONCE // characters
    for first in range(0, last + 1, step):
        con.execute(_HITS, {"first": first, "behind": first + step, "characters": characters})
    names = " ".join(f"WHEN '{language}' THEN '{name}'" for language, name in STEMMERS.items())
    stem = f"stem(word, CASE language {names} ELSE 'none' END)" if stemmed else "word"
    con.execute(search_sql())
    con.execute(_WORDS.format(stem=stem))
    con.execute("INSERT INTO search.facts VALUES (?, ?, ?, ?)", ["fts" if stemmed else "basic", now, items, characters])


def search_sql() -> str:
    """The macros."""
    return (SQL_FOLDER / "search.sql").read_text(encoding="utf-8")


_TABLES = """
CREATE SCHEMA search;
CREATE TABLE search.facts (kind VARCHAR, built_at TIMESTAMPTZ, items BIGINT, characters INTEGER);
CREATE TABLE search.hits (language VARCHAR, word VARCHAR, in_title UINTEGER[], in_text UINTEGER[]);
CREATE TABLE search.words (language VARCHAR, word VARCHAR, folded VARCHAR, stem VARCHAR);
"""
_HITS = rf"""
INSERT INTO search.hits
SELECT
    language, word,
    coalesce(list(item) FILTER (in_title), []), coalesce(list(item) FILTER (NOT in_title), [])
FROM (
    SELECT item, language, in_title, unnest(list_distinct(string_split(
        regexp_replace(lower(given), '[^\p{{L}}\p{{N}}]+', ' ', 'g'), ' '
    ))) AS word
    FROM (
        SELECT
            CAST(rowid AS UINTEGER) AS item, left(language, 2) AS language,
            unnest([true, false]) AS in_title,
            unnest([
                left(title, {_TITLE}), left(left(summary, $characters) || ' ' || left(text, $characters), $characters)
            ]) AS given
        FROM items
        WHERE rowid >= $first AND rowid < $behind
    )
)
WHERE length(word) BETWEEN 1 AND {_WORD}
GROUP BY language, word
ORDER BY word, language
"""  # noqa: S608 - own numbers
_WORDS = """
INSERT INTO search.words
SELECT language, word, search.fold(word) AS folded, search.fold({stem}) AS stem
FROM (SELECT DISTINCT language, word FROM search.hits)
ORDER BY folded
"""
