from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.reading.dates import date_from_url, parse_date

DAY = datetime(2026, 7, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-07-03",
        "20260703",
        "2026/7/3",
        "3. Juli 2026",
        "Freitag, 3. Juli 2026",
        "3 lipca 2026",
        "3 lipca 2026 r.",
        "le 3 juillet 2026",
        "3 de julio de 2026",
        "3 luglio 2026",
        "vrijdag 3 juli 2026",
        "vendredi 3 juillet 2026",
        "viernes, 3 de julio de 2026",
        "venerdì 3 luglio 2026",
        "piątek, 3 lipca 2026",
        "3 липня 2026 р.",
        "п’ятниця, 3 липня 2026 року",
        "03 лип. 2026",
        "3rd of July 2026",
        "July 3rd, 2026",
        "Jul. 3, 2026",
        "03-Jul-26",
        "03.07.2026",
        "3/7/2026",
        "3.7.26",
        "Published: July 3, 2026 | Updated: July 5, 2026",
    ],
)
def test_days_in_eight_languages(text: str) -> None:
    """A day without a time is midnight UTC; of several dates the first counts."""
    assert parse_date(text) == DAY


@pytest.mark.parametrize(
    ("text", "hour", "minute", "second"),
    [
        ("Fri, 03 Jul 2026 19:04:05 +0200", 17, 4, 5),
        ("Fri, 03 Jul 26 17:04:05 GMT", 17, 4, 5),
        ("Friday, 03-Jul-26 17:04:05 GMT", 17, 4, 5),
        ("Fri Jul  3 17:04:05 2026", 17, 4, 5),
        ("Fri Jul  3 12:04:05 EST 2026", 17, 4, 5),
        ("2026-07-03T17:04:05Z", 17, 4, 5),
        ("2026-07-03T12:04:05.250-05:00", 17, 4, 5),
        ("2026-07-03 17:04", 17, 4, 0),
        ("20260703T170405Z", 17, 4, 5),
        ("1783098245", 17, 4, 5),
        ("1783098245123", 17, 4, 5),
        (" 1783098245.5 ", 17, 4, 5),
        ("Fri, 3 Jul 2026 10:04:05 PDT", 17, 4, 5),
        ("Sat, 04 Jul 2026 02:04:05 JST", 17, 4, 5),
        ("3 juillet 2026 à 17 h 04", 17, 4, 0),
        ("3 липня 2026, 17:04", 17, 4, 0),
        ("July 3, 2026 at 5:04 PM EST", 22, 4, 0),
        ("July 3, 2026, 12:30 a.m. UTC", 0, 30, 0),
        ("July 3, 2026 5 p.m. ET", 21, 0, 0),
        ("3 juillet 2026 à 17h04", 17, 4, 0),
        ("3. Juli 2026, 17.04 Uhr", 17, 4, 0),
        ("3 juli 2026 17.04 uur", 17, 4, 0),
        ("3 lipca 2026, godz. 17:04", 17, 4, 0),
        ("17:04, 3 July 2026", 17, 4, 0),
        ("3 July 2026 17:04 XYZ", 17, 4, 0),
        ("2026-07-03T23:59:60Z", 23, 59, 59),
    ],
)
def test_times_and_zones(text: str, hour: int, minute: int, second: int) -> None:
    """The time of day with its zone, in UTC; an unknown abbreviation counts as none."""
    assert parse_date(text) == DAY + timedelta(hours=hour, minutes=minute, seconds=second)


def test_numbers_are_read_day_first_unless_that_is_impossible() -> None:
    """12/11 is November in Europe, where most sources are; 07/13 can only be July."""
    assert parse_date("12/11/2026") == datetime(2026, 11, 12, tzinfo=UTC)
    assert parse_date("07/13/2026") == datetime(2026, 7, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "month", "day"),
    [
        ("11/06/26", 11, 6),
        ("11.06.26", 11, 6),
        ("Posted 11-06-2026, 5:04 PM", 11, 6),
        ("07/13/2026", 7, 13),
        ("13/07/2026", 7, 13),
        ("2026/11/06", 11, 6),
        ("6 November 2026", 11, 6),
        ("Fri, 06 Nov 2026 10:00:00 GMT", 11, 6),
    ],
)
def test_where_the_month_comes_first(text: str, month: int, day: int) -> None:
    """Only numbers that fit both are read in another order; 13 is a day wherever it stands."""
    date = parse_date(text, day_first=False)

    assert date is not None
    assert (date.year, date.month, date.day) == (2026, month, day)


@settings(deadline=None)
@given(st.integers(0, 40), st.integers(0, 40), st.sampled_from(["2026", "26", "0026"]), st.sampled_from("/.-"))
def test_the_order_does_not_decide_what_is_a_date(first: int, second: int, year: str, mark: str) -> None:
    """Two numbers are a date in both orders or in none; the other order reads them as if they were swapped."""
    text, swapped = f"{first}{mark}{second}{mark}{year}", f"{second}{mark}{first}{mark}{year}"

    assert parse_date(text, day_first=False) == parse_date(swapped)
    assert (parse_date(text) is None) == (parse_date(text, day_first=False) is None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0000-00-00",
        "0001-01-01T00:00:00Z",
        "2026-02-30",
        "30 February 2026",
        "13/13/2026",
        "Fri, 03 Jul 2026 17:04:05 +9999",
        "Fri, 03 Jul 2026 25:04:05 GMT",
        "July 3, 2026 13:00 PM",
        "9999-12-31T23:59:59-14:00",
        "today",
        "yesterday at 17:04",
        "Monday",
        "3 hours ago",
        "3 July",
        "July 2026",
        "2026-07",
        "2026",
        "version 10.10.10.10",
        "3 July 25 ministers met",
        "5 apples 2026",
        "Room 12345678",
        "12345678901",
        "999999999",
        "30 лютого 2026",
        "-0001-11-30T00:00:00Z",
        "Wed, 30 Nov -0001 00:00:00 +0000",
        "Mon, 30 Feb 2026 10:00:00 GMT",
        "Fri, 03 Foo 2026 10:00:00 GMT",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    """Impossible and incomplete dates are not repaired and nothing is taken from today."""
    assert parse_date(text) is None


def test_default_zone_holds_where_none_is_given() -> None:
    """Midnight in Brussels is 22:00 UTC of the day before, and a given zone wins."""
    brussels = ZoneInfo("Europe/Brussels")

    assert parse_date("3 July 2026", default_zone=brussels) == DAY - timedelta(hours=2)
    assert parse_date("3 July 2026 00:00 UTC", default_zone=brussels) == DAY


@pytest.mark.parametrize(
    ("url", "pattern", "date"),
    [
        ("https://a.example/2026/07/03/x", r"/(?P<year>\d{4})/(?P<month>\d\d)/(?P<day>\d\d)/", DAY),
        ("https://a.example/3-jul-26/x", r"/(?P<day>\d+)-(?P<month>\w+)-(?P<year>\d+)", DAY),
        ("https://a.example/2026/02/30/x", r"/(?P<year>\d{4})/(?P<month>\d\d)/(?P<day>\d\d)/", None),
        ("https://a.example/x", r"/(?P<year>\d{4})/(?P<month>\d\d)/(?P<day>\d\d)/", None),
        ("https://a.example/2026/07", r"/(?P<year>\d{4})/(?P<month>\d\d)", None),
    ],
)
def test_dates_in_addresses(url: str, pattern: str, date: datetime | None) -> None:
    """The groups make a day, or nothing."""
    assert date_from_url(url, pattern) == date


@settings(deadline=None)
@given(
    st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(min_value=-14 * 60, max_value=14 * 60),
)
def test_rfc_3339_round_trip(moment: datetime, offset: int) -> None:
    """Whatever Python writes, in any zone, is read as the same moment."""
    moment = moment.replace(microsecond=0)

    written = moment.astimezone(timezone(timedelta(minutes=offset)))
    assert parse_date(written.isoformat()) == (moment if written.year >= 1900 else None)


@settings(deadline=None)
@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(9999, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_rfc_822_round_trip(moment: datetime) -> None:
    """The commonest form in feeds, for every day of eight thousand years."""
    moment = moment.replace(microsecond=0)

    assert parse_date(moment.strftime("%a, %d %b %Y %H:%M:%S +0000")) == moment


MONTHS = (
    "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "January February March April May June July August September October November December",
)


@pytest.mark.parametrize("names", MONTHS, ids=lambda names: str(names.split()[0]))
def test_all_months_of_all_languages(names: str) -> None:
    """Each of the twelve, in either case."""
    for number, name in enumerate(names.split(), 1):
        assert parse_date(f"5 {name} 2026") == datetime(2026, number, 5, tzinfo=UTC)
        assert parse_date(f"5 {name.upper()} 2026") == datetime(2026, number, 5, tzinfo=UTC)


@settings(deadline=None)
@given(
    st.integers(0, 33),
    st.sampled_from(["Jan", "Feb", "Jul", "Dec", "Foo"]),
    st.sampled_from([0, 1899, 1900, 2026]),
    st.tuples(st.integers(0, 25), st.integers(0, 61), st.integers(0, 61)),
    st.sampled_from(["GMT", "+0000", "-0530", "+1400", "+1430", "+1500", "-9999"]),
)
def test_short_way_and_search_agree(day: int, month: str, year: int, clock: tuple[int, int, int], zone: str) -> None:
    """A date in a usual form is the same when there is a word around it that keeps it from being read at once."""
    rfc_822 = f"{day:02} {month} {year:04} {{:02}}:{{:02}}:{{:02}} {zone}".format(*clock)
    offset = "Z" if zone == "GMT" else f"{zone[:3]}:{zone[3:]}"
    rfc_3339 = f"{year:04}-{(day % 13):02}-{day:02}T{{:02}}:{{:02}}:{{:02}}{offset}".format(*clock)

    assert parse_date(rfc_822) == parse_date(f"on {rfc_822}")
    assert parse_date(rfc_3339) == parse_date(f"on {rfc_3339}")


@settings(deadline=None)
@given(st.text(alphabet="0123456789-/:.,TZ+ apmJulyMärz", max_size=40))
def test_parse_date_never_raises(text: str) -> None:
    """An aware moment in UTC, or None; reading it again changes nothing."""
    date = parse_date(text)

    assert date is None or parse_date(date.isoformat()) == date
