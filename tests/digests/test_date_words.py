"""A date is told as exactly as it is known, and no more."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from digests.date_words import day_words, days_words, span_words, time_words


@pytest.mark.parametrize(
    ("first", "last", "precision", "words"),
    [
        ("2026-06-03", "2026-06-03", "day", "3 June"),
        ("2026-06-03", "2026-06-04", "days", "3–4 June"),
        ("2026-05-30", "2026-06-02", "days", "30 May – 2 June"),
        ("2026-12-30", "2027-01-02", "days", "30 December 2026 – 2 January 2027"),
        ("2027-01-04", "2027-01-04", "day", "4 January 2027"),
        ("2026-06-08", "2026-06-14", "week", "in the week of 8 June"),
        ("2026-06-11", "2026-06-14", "week", "in the week of 8 June"),
        ("2026-06-05", "2026-06-11", "week", "between 5 and 11 June"),
        ("2026-04-01", "2026-04-30", "month", "in April"),
        ("2026-04-09", "2026-04-30", "month", "in April"),
        ("2026-04-21", "2026-04-30", "month", "between 21 and 30 April"),
        ("2026-04-01", "2026-04-10", "month", "between 1 and 10 April"),
        ("2027-02-01", "2027-02-28", "month", "in February 2027"),
        ("2026-06-01", "2026-08-31", "season", "in summer 2026"),
        ("2026-12-01", "2027-02-28", "season", "in winter 2026/27"),
        ("2027-01-11", "2027-02-28", "season", "in winter 2026/27"),
        ("2026-04-17", "2026-06-30", "quarter", "in the second quarter of 2026"),
        ("2026-07-01", "2026-12-31", "half", "in the second half of 2026"),
        ("2026-05-01", "2026-12-31", "year", "in 2026"),
        ("2025-05-01", "2026-12-31", "year", "between 1 May 2025 and 31 December"),
        ("2026-05-03", "2027-05-30", "month", "between 3 May 2026 and 30 May 2027"),
        ("2026-05-03", "2026-06-04", "some day", "between 3 May and 4 June"),
    ],
)
def test_span(first: str, last: str, precision: str, words: str) -> None:
    """Whole days, or the name of the span that people use, else its two ends; the year where it is another one."""
    assert span_words(date.fromisoformat(first), date.fromisoformat(last), precision, 2026) == words


def test_every_span_has_words_that_name_its_end() -> None:
    """Whatever the days: the year is there if it is not left out, and no name is given to months it does not end."""
    begin = date(2026, 11, 1)
    precisions = ("day", "days", "week", "month", "season", "quarter", "half", "year")
    for shift, length, precision in product(range(0, 120, 7), (0, 1, 6, 27, 60, 91, 364), precisions):
        first = begin + timedelta(days=shift)
        last = first + timedelta(days=length)
        assert str(last.year)[2:] in span_words(first, last, precision)


def test_days() -> None:
    """The year stands at the end, and twice where it changes."""
    assert day_words(date(2026, 3, 3)) == "3 March 2026"
    assert days_words(date(2026, 11, 9), date(2026, 11, 15)) == "9–15 November 2026"
    assert days_words(date(2026, 12, 28), date(2027, 1, 3), 2027) == "28 December 2026 – 3 January 2027"


def test_time_beside_a_day() -> None:
    """The hour alone on that day; the day too on another one; no hour that nobody told."""
    at = datetime(2026, 11, 9, 14, 2, tzinfo=UTC)
    assert time_words(at, date(2026, 11, 9)) == "14:02"
    assert time_words(at, date(2026, 11, 10)) == "9 November, 14:02"
    assert time_words(at, None) == "9 November 2026, 14:02"
    assert time_words(date(2026, 11, 9), date(2026, 11, 9)) == ""
    assert time_words(date(2025, 11, 9), date(2026, 11, 9)) == "9 November 2025"
