"""Terms of office are rows: who held what from which day to which."""

from datetime import date

from parsers.judging.names.entity_file import Entity, EntityPart, Term
from parsers.judging.names.gazetteer import compile_entities, holder, terms_of

PEOPLE = (
    Entity(id="chair", kind="office", name="Chair of the Board"),
    Entity(
        id="ann", kind="person", name="Ann Example", offices=(Term("chair", "2019", "2021-04"), Term("chair", None))
    ),
    Entity(id="ben", kind="person", name="Ben Example", offices=(Term("chair", "2021-06-01"),)),
)


def test_all_terms_are_rows() -> None:
    """Each term is a row with the days that are certain; what is not known or goes on is None."""
    assert list(terms_of(PEOPLE)) == [
        ("chair", "ann", date(2019, 12, 31), date(2021, 4, 1)),
        ("chair", "ann", None, None),
        ("chair", "ben", date(2021, 6, 1), None),
    ]


def test_rows_say_what_holder_says() -> None:
    """On any day the rows that include it name the person that `holder` gives."""
    gazetteer = compile_entities(EntityPart(PEOPLE))
    for day in (date(2019, 6, 1), date(2020, 1, 1), date(2021, 4, 2), date(2021, 6, 1), date(2030, 1, 1)):
        rows = {
            who for _, who, since, until in terms_of(PEOPLE) if since and since <= day and (not until or day <= until)
        }
        assert rows == ({who} if (who := holder(gazetteer, "chair", day)) else set())
