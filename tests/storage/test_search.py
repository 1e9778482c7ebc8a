"""search_items: finds what was published, with the extension fts and without, whoever opens the file."""

import duckdb
import pytest

from storage import search
from storage.analyst import run_query
from storage.database import Connection
from storage.snapshot import publish

TEXTS = {
    1: ("en", "Cyber exercises in Łódź", "Allies met. PESCO was discussed."),
    2: ("en", "Procurement", "A cyber exercise; and PESCO, PESCO, PESCO."),
    3: ("de", "Rüstung in Straßburg", "Die Verteidigungen Europas"),
    4: ("fr", "Défenses européennes", "Le cœur de l'Europe"),
    5: ("pl", "Żołnierze", "żołnierza nie ma"),
    6: ("sv", "Övningar", "100 % of_it 'quoted' \"twice\""),
}


@pytest.fixture(params=["fts", "basic"])
def snapshot(request, con: Connection, make, tmp_path, now, monkeypatch):
    """A snapshot made with the extension, and one made without."""
    if request.param == "basic":
        monkeypatch.setattr(search, "fts_file", lambda: None)
    items = [
        make.judged(number, language=language, title=title, summary="", text=text)
        for number, (language, title, text) in TEXTS.items()
    ]
    make.store(con, *items)
    path = publish(con, tmp_path, now)
    assert _ask(path, "SELECT search FROM v_snapshot") == [(request.param,)]
    return path


def _ask(path, sql, values=()):
    with duckdb.connect(str(path), read_only=True, config={"autoload_known_extensions": False}) as con:
        return con.execute(sql, values).fetchall()


def _found(path, words):
    return [int(item, 16) for (item,) in _ask(path, "SELECT item_id FROM search_items(?)", [words])]


ASKED = {
    "pesco": [1, 2],
    "PESCO procurement": [2],
    "procurement pesco": [2],
    "pesco unheard": [],
    "lodz": [1],
    "ŁÓDŹ": [1],
    "rustung strassburg": [3],
    "defenses": [4],
    "coeur": [4],
    "zolnierz*": [5],
    "żołnierza": [5],
    "ovningar": [6],
    "100": [6],
    "o\u0308vningar": [6],
}


def test_all_words_in_any_case_and_accent(snapshot):
    """Every word must occur, in title or text; how it is written makes no difference."""
    assert {words: sorted(_found(snapshot, words)) for words in ASKED} == ASKED


def test_title_counts_more(snapshot):
    """The item that has the word in its title comes first, with a greater score; and the row tells what it is."""
    rows = _ask(snapshot, "FROM search_items('cyber')")
    assert [row[0] for row in rows] == [f"{1:016x}", f"{2:016x}"]
    assert rows[0][1] > rows[1][1] > 0
    assert rows[0][2] == "Cyber exercises in Łódź"
    columns = _ask(snapshot, "SELECT column_name FROM (DESCRIBE FROM search_items(''))")
    assert [name for (name,) in columns] == ["item_id", "score", "title", "published_at", "source_id"]


def test_forms_of_a_word(snapshot):
    """With the stemmers of the extension one form finds the others, each language by its own rules; else none does."""
    stems = _ask(snapshot, "SELECT search FROM v_snapshot") == [("fts",)]
    assert sorted(_found(snapshot, "exercise")) == ([1, 2] if stems else [2])
    assert search.load_fts(duckdb.connect()) == stems


HOSTILE = [
    "",
    " ",
    "'",
    '"',
    "%",
    "_",
    "*",
    "* *",
    "\\",
    "a'; DROP TABLE items; --",
    "\0",
    "\x01\u202e",
    "[",
    "(" * 99,
    "😀",
]


LONG = ["x" * 100_000, "cyber* " * 15_000, "' \" " * 33_000]


def test_hostile_words(snapshot):
    """Whatever is asked for is words and nothing else; that without any word finds nothing."""
    for words in [*HOSTILE, *LONG]:
        assert _found(snapshot, words) == ([1, 2] if words.startswith("cyber") else [])
    assert _ask(snapshot, "FROM search_items(NULL)") == []
    assert _ask(snapshot, "SELECT count(*) FROM items") == [(len(TEXTS),)]


def test_where_analysts_are(snapshot):
    """Without any extension, with external access off and the configuration locked, as `seabridge sql` opens it."""
    assert run_query(snapshot, "SELECT item_id FROM search_items('lodz')").rows == ((f"{1:016x}",),)


def test_index_is_never_stale(snapshot, con: Connection, make, tmp_path, now):
    """What is published is indexed: all of it, with the newest and the changed, without what was replaced."""
    make.store(con, make.judged(7, title="Brandnew"), make.judged(1, title="Renamed", content_sha256="other"))
    path = publish(con, tmp_path, now)
    assert _found(path, "brandnew") == [7]
    assert _found(path, "renamed") == [1]
    assert _found(path, "lodz") == []
    indexed = "SELECT count(DISTINCT item) FROM (SELECT unnest(in_title) AS item FROM search.hits)"
    claimed = "SELECT search_items FROM v_snapshot"
    assert _ask(path, indexed) == _ask(path, claimed) == _ask(path, "SELECT count(*) FROM items") == [(7,)]


def test_long_text_is_indexed_as_far_as_told(con: Connection, make, tmp_path, now):
    """What lies behind is found by ILIKE only, and v_snapshot says where that begins."""
    filling = "word " * 990
    make.store(con, make.judged(1, summary="", text=f"{filling} inside {filling} behind"))
    path = publish(con, tmp_path, now)
    assert _ask(path, "SELECT search_characters FROM v_snapshot") == [(5_000,)]
    assert _found(path, "inside") == [1]
    assert _found(path, "behind") == []
    assert _ask(path, "SELECT count(*) FROM items WHERE text ILIKE '%behind%'") == [(1,)]


def test_many_items_in_several_portions(con: Connection, make, tmp_path, now, monkeypatch):
    """The index does not depend on how many items are gathered at a time."""
    monkeypatch.setattr(search, "_AT_ONCE", 5_000 * 7)
    make.store(con, *(make.judged(number, text=f"common w{number}") for number in range(20)))
    path = publish(con, tmp_path, now)
    assert sorted(_found(path, "common")) == [*range(20)]
    assert [_found(path, f"w{number}") for number in (0, 6, 7, 19)] == [[0], [6], [7], [19]]


def test_extension_of_another_machine(tmp_path, monkeypatch):
    """A file that cannot be loaded is as good as none."""
    wrong = tmp_path / "it's.duckdb_extension"
    wrong.write_bytes(b"no library")
    monkeypatch.setattr(search, "fts_file", lambda: wrong)
    assert not search.load_fts(duckdb.connect())
