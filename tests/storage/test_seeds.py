"""store_seeds: documents, paragraphs, labels; where the text came from stays visible."""

from datetime import timedelta

import pytest

from parsers.configured import SeedRecord
from parsers.model import Paragraph, Seed
from storage.database import Connection
from storage.seeds import store_seeds, stored_seeds


@pytest.fixture
def record():
    return SeedRecord(
        "dialogue",
        "dialogue.txt",
        10,
        "0" * 64,
        "A dialogue",
        "A publisher",
        "2022-03",
        "en",
        "statement",
        "x" * 200,
        authors=("A. Writer",),
        topics={"pesco": (2,), "dialogue": (1, 2)},
    )


@pytest.fixture
def seed(record):
    paragraphs = (Paragraph(1, "First", 0, 5), Paragraph(2, "Second", 7, 13), Paragraph(3, "Menu", 15, 19, False))
    return Seed(record, "First\n\nSecond\n\nMenu", "seed", paragraphs)


def test_seed_is_stored_with_paragraphs_and_topics(con: Connection, seed, make, now):
    """Paragraphs keep their places, and the topics that rest on them."""
    store_seeds(con, [seed], {"dialogue": make.judgement()}, now)
    rows = con.execute("SELECT paragraph, text, start_char, end_char, is_text, topics FROM seed_paragraphs ORDER BY 1")
    assert rows.fetchall() == [
        (1, "First", 0, 5, True, ["dialogue"]),
        (2, "Second", 7, 13, True, ["dialogue", "pesco"]),
        (3, "Menu", 15, 19, False, []),
    ]
    assert con.execute("SELECT topics, paragraphs, text_origin, relevance FROM v_seeds").fetchall() == [
        (["pesco", "dialogue"], 2, "seed", "core")
    ]


def test_storing_again_changes_nothing_but_the_time(con: Connection, seed, make, now):
    """Idempotent: same rows, same counts."""
    store_seeds(con, [seed], {"dialogue": make.judgement()}, now)
    first = stored_seeds(con)
    store_seeds(con, [seed], {"dialogue": make.judgement()}, now + timedelta(days=1))
    assert stored_seeds(con) == first
    assert con.execute("SELECT count(*) FROM seed_labels").fetchall() == [(2,)]


def test_abstract_gives_way_to_the_text(con: Connection, record, seed, now):
    """Before the text is at hand only the abstract is stored, and said to be one."""
    store_seeds(con, [Seed(record, record.abstract, "abstract")], {}, now)
    before = stored_seeds(con)["dialogue"]
    assert (before.text_origin, before.paragraphs, before.rules_version) == ("abstract", 0, None)
    store_seeds(con, [seed], {}, now)
    after = stored_seeds(con)["dialogue"]
    assert (after.text_origin, after.paragraphs) == ("seed", 3)
    assert after.text_sha256 != before.text_sha256


def test_labels_of_earlier_rules_stay(con: Connection, seed, make, now):
    """Both versions can be compared; the view shows the newest."""
    store_seeds(con, [seed], {"dialogue": make.judgement()}, now)
    store_seeds(con, [seed], {"dialogue": make.judgement(labels=(), rules_version="rules 2")}, now)
    assert con.execute("SELECT DISTINCT rules_version FROM seed_labels").fetchall() == [("rules 1",)]
    assert con.execute("SELECT topics, rules_version FROM v_seeds").fetchall() == [([], "rules 2")]


def test_evidence_leads_to_the_seed_paragraph(con: Connection, record, seed, make, now):
    """A label can be followed from the match to the words of the seed that give it its meaning."""
    make.store(con, make.judged(1))
    named = Seed(record, seed.text, "seed", seed.paragraphs)
    store_seeds(con, [named], {}, now)
    con.execute("UPDATE seeds SET file = 'seed.txt'")
    rows = con.execute("SELECT matched, seed_file, seed_paragraph, seed_text FROM v_evidence").fetchall()
    assert rows == [("PESCO", "seed.txt", 3, "Menu")]
