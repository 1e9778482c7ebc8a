"""What was found in texts: kept for today's text, asked for by SQL."""

from datetime import date, timedelta

from parsers.judging.dates_ahead.calendar_dates import CalendarDate
from parsers.judging.dates_ahead.calendar_events import CalendarEvent
from parsers.judging.documents.citations import Citation
from parsers.judging.names.entities import Mention
from parsers.judging.quotes.quotes import Quote
from storage.database import Connection
from storage.documents import cited_documents
from storage.extraction import (
    EntityRow,
    Extracted,
    dates_ahead,
    items_naming,
    items_to_extract,
    store_calendar,
    store_entities,
    store_extracted,
    stored_calendar,
)

PAPER = Citation(
    "join:2025/120", "join", "JOIN(2025) 120", "https://eur-lex.europa.eu/", "JOIN(2025) 120", "text", 0, 4
)
LAW = Citation("us-law:119-60", "law", "Public Law 119-60", None, "P.L. 119-60", "title", 0, 4)
MEETING = CalendarDate(
    date(2026, 12, 1),
    date(2026, 12, 2),
    "days",
    "Ministers meet",
    "council:eu",
    "on 1-2 December",
    "They meet.",
    "text",
    0,
    4,
)


def _extracted(item_id: str, **found) -> Extracted:
    none = {"mentions": (), "quotes": (), "citations": (), "documents": (), "dates": ()}
    return Extracted(item_id, 1, **(none | found))


def test_items_wait_until_they_are_looked_through(con: Connection, make, now):
    """Relevant items only; with other words all of them wait again, and what was found before is replaced."""
    relevant, off = make.judged(1), make.judged(2, by=make.judgement(relevance="off"))
    make.store(con, relevant, off)
    item = relevant.item.id
    assert items_to_extract(con, "words 1") == [(item, 1)]
    store_extracted(con, [_extracted(item, mentions=[Mention("nato", "Text", "text", 0, 4)])], "words 1")
    assert items_to_extract(con, "words 1") == []
    assert items_to_extract(con, "words 2") == [(item, 1)]
    store_extracted(con, [_extracted(item)], "words 2")
    assert con.execute("SELECT count(*) FROM mentions").fetchall() == [(0,)]


def test_quotes_by_sql(con: Connection, make, now):
    """v_quotes has the words, the speaker as named and as listed, and the item."""
    make.store(con, make.judged(1))
    store_entities(con, [EntityRow("kaja-kallas", "person", "Kaja Kallas", ())], [])
    said = Quote("We stand by it", "Kallas", "kaja-kallas", "said", "text", 0, 14)
    store_extracted(con, [_extracted(make.item(1).id, quotes=[said])], "words 1")
    asked = "SELECT words, speaker, name, verb, title FROM v_quotes"
    assert con.execute(asked).fetchall() == [("We stand by it", "Kallas", "Kaja Kallas", "said", "Title 1")]


def test_unread_documents(con: Connection, make, now):
    """Cited and held by nobody, the most cited first; what an item of ours is, is read."""
    make.store(con, *(make.judged(number) for number in range(3)))
    ids = [make.item(number).id for number in range(3)]
    store_extracted(
        con,
        [
            _extracted(ids[0], citations=[PAPER, LAW]),
            _extracted(ids[1], citations=[PAPER]),
            _extracted(ids[2], documents=["us-law:119-60"]),
        ],
        "words 1",
    )
    (unread,) = cited_documents(con)
    assert (unread.id, unread.items, unread.held_item_id, unread.cited_in) == (PAPER.document_id, 2, None, "Title 0")
    assert [one.id for one in cited_documents(con, held=True)] == [PAPER.document_id, LAW.document_id]
    assert cited_documents(con, since=now) == []
    assert con.execute("SELECT document_id, is_held FROM v_documents ORDER BY ALL").fetchall() == [
        (PAPER.document_id, False),
        (LAW.document_id, True),
    ]


def test_dates_ahead(con: Connection, make, now):
    """Of relevant items that have a date and repeat no other; by the publisher that counts."""
    first, copy = make.judged(1, publisher="Le Monde"), make.judged(2, copy_of=make.item(1).id)
    undated = make.judged(3, published=None)
    make.store(con, first, copy, undated)
    rows = [_extracted(one.item.id, dates=[MEETING]) for one in (first, copy, undated)]
    store_extracted(con, rows, "words 1")
    (cited,) = dates_ahead(con, date(2026, 11, 1))
    assert (cited.item_id, cited.date) == (first.item.id, MEETING)
    assert dates_ahead(con, date(2026, 12, 3)) == []


def test_calendar_comes_back(con: Connection, make, now):
    """Events of the days asked for, by date; the calendar before is replaced."""
    event = CalendarEvent(
        "e1", "Ministers meet", date(2026, 12, 1), date(2026, 12, 2), "days", "They meet.", ("a", "b"), "ahead",
        "council:eu", (date(2026, 11, 1), date(2026, 11, 2)),
    )  # fmt: skip
    store_calendar(con, [event])
    assert stored_calendar(con, date(2026, 12, 2), date(2026, 12, 31)) == [event]
    assert stored_calendar(con, date(2026, 12, 3), date(2026, 12, 31)) == []
    assert con.execute("SELECT event_id, items, moved_from_starts_on FROM v_calendar").fetchall() == [
        ("e1", 2, date(2026, 11, 1))
    ]
    store_calendar(con, [])
    assert stored_calendar(con, date(2026, 1, 1), date(2027, 1, 1)) == []


def test_who_held_the_office(con: Connection):
    """holder_of names the one of that day; nobody where two may have held it, or nobody knows."""
    people = [EntityRow(one, "person", one.title(), ()) for one in ("ada", "bo")]
    terms = [
        ("minister", "ada", date(2020, 1, 1), date(2022, 6, 30)),
        ("minister", "bo", date(2022, 6, 30), None),
        ("envoy", "bo", None, date(2022, 1, 1)),
    ]
    store_entities(con, [*people, EntityRow("minister", "office", "Minister", ())], terms)
    asked = "SELECT holder_of('minister', DATE '2021-05-05'), holder_of('minister', DATE '2022-06-30'), holder_of('minister', DATE '2030-01-01'), holder_of('envoy', DATE '2021-01-01')"  # noqa: E501
    assert con.execute(asked).fetchall() == [("Ada", None, "Bo", None)]


def test_items_naming(con: Connection, make, now):
    """Published since then, with the entities that they name, each once."""
    make.store(con, make.judged(1), make.judged(2, published=now - timedelta(days=40)))
    found = [Mention("nato", "Text", "text", 0, 4), Mention("nato", "Text", "text", 5, 9)]
    store_extracted(con, [_extracted(make.item(number).id, mentions=found) for number in (1, 2)], "words 1")
    (named,) = items_naming(con, (now - timedelta(days=30)).date())
    assert (named.item_id, named.entities, named.title) == (make.item(1).id, frozenset({"nato"}), "Title 1")
