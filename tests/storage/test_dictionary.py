"""The dictionary: every relation, column and macro has its meaning, in both files, and the document agrees."""

from pathlib import Path

import duckdb
import pytest

from parsers.errors import Misconfigured
from storage.comments import describe, unused
from storage.database import Connection
from storage.dictionary import dictionary_markdown
from storage.snapshot import publish

DOCUMENT = Path(__file__).parents[2] / "storage" / "DICTIONARY.md"
GAPS = """
SELECT table_name FROM duckdb_tables() WHERE NOT internal AND comment IS NULL
UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal AND comment IS NULL
UNION ALL SELECT table_name || '.' || column_name FROM duckdb_columns() WHERE NOT internal AND comment IS NULL
UNION ALL SELECT function_name FROM duckdb_functions() WHERE NOT internal AND comment IS NULL
"""


@pytest.fixture
def snapshot(con: Connection, tmp_path, now):
    with duckdb.connect(str(publish(con, tmp_path, now)), read_only=True) as opened:
        yield opened


def test_everything_has_a_comment(con: Connection, snapshot):
    """No relation, column or macro without one, neither for operators nor for analysts."""
    describe(con)
    assert con.execute(GAPS).fetchall() == []
    assert snapshot.execute(GAPS).fetchall() == []


def test_no_word_describes_nothing(con: Connection, snapshot):
    """What is gone from the schema is gone from the dictionary."""
    assert unused(con, snapshot) == set()


def test_described_once(con: Connection):
    """The second time there is nothing to do; a changed comment is put right."""
    describe(con)
    assert describe(con) == 0
    con.execute("COMMENT ON TABLE items IS 'something else'")
    assert describe(con) == 1


def test_missing_meaning_is_named(con: Connection):
    """Whoever adds a column learns where its meaning is missing."""
    con.execute("CREATE TABLE orphans (child VARCHAR, title VARCHAR)")
    with pytest.raises(Misconfigured) as refused:
        describe(con)
    assert {problem.path for problem in refused.value.problems} == {"orphans", "orphans.child"}


def test_document_agrees(snapshot):
    """storage/DICTIONARY.md is made by `python -m storage.dictionary` and is not behind."""
    assert DOCUMENT.read_text(encoding="utf-8") == dictionary_markdown(snapshot)


def test_document_has_all(snapshot):
    """Views before macros before tables, each column in its row."""
    text = dictionary_markdown(snapshot)
    assert text.index("## Views") < text.index("### v_items") < text.index("## Macros") < text.index("## Tables")
    assert "- `FROM search_items(words)`: " in text
    ((columns,),) = snapshot.execute("SELECT count(*) FROM duckdb_columns() WHERE NOT internal").fetchall()
    rows = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| column |")]
    assert len(rows) == columns
