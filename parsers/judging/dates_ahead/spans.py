"""Says which days the words of a date mean, seen from the day of publication. Finds no words.

Weeks begin on Monday. A day or month without a year is the next one, if that is less than nine months away: what is
farther was more likely meant to be past.
"""

import calendar
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Literal

Precision = Literal["day", "days", "week", "month", "season", "quarter", "half", "year"]
Span = tuple[date, date, Precision]

HORIZON = timedelta(days=275)
FARTHEST_YEARS = 15
_DAY = timedelta(days=1)
_SEASON_MONTHS = (3, 6, 9, 12)
_PARTS = ((1, 10), (11, 20), (21, 31))
_LONGEST_RANGE = timedelta(days=62)

Numbers = Mapping[str, int]
"""Place in the form -> number: day, month from 1, weekday from 1 for Monday; without what was not said."""


def span(meaning: str, said: Numbers, published: date | None) -> Span | None:
    """The days that are meant, from the first to the last; None if there is no such day or it is not ahead.

    Args:
        meaning: name of a field of `calendar_file.Forms`, but `past`.
        published: None: unknown, and only days with their year have a meaning.
    """
    try:
        if published is None:
            found = _day(said, date(said["year"], 1, 1)) if meaning == "day" and "year" in said else None
            return found or (_days(said, date(said["year"], 1, 1)) if meaning == "days" and "year" in said else None)
        found = _MEANINGS[meaning](said, published)
    except (ValueError, KeyError, OverflowError):
        return None
    if found is None or found[1] < published or found[0].year > published.year + FARTHEST_YEARS:
        return None
    return found


def _day(said: Numbers, published: date) -> Span | None:
    day = _next(said, published, said["month"], said["day"])
    return (day, day, "day") if day else None


def _days(said: Numbers, published: date) -> Span | None:
    month2 = said.get("month2", said["month"])
    end = _next(said, published, month2, said["day2"])
    if end is None:
        return None
    start = date(end.year - (said["month"] > month2), said["month"], said["day"])
    return (start, end, "days") if timedelta() < end - start <= _LONGEST_RANGE else None


def _next(said: Numbers, published: date, month: int, day: int) -> date | None:
    if "year" in said:
        return date(said["year"], month, day)
    for year in (published.year, published.year + 1):
        if month == 2 and day == 29 and not calendar.isleap(year):
            continue
        found = date(year, month, day)
        if found >= published:
            return found if found - published <= HORIZON else None
    return None


def _month(said: Numbers, published: date) -> Span | None:
    month = said["month"]
    year = said.get("year") or published.year + (month < published.month)
    first, last = _PARTS[said["part"] - 1] if "part" in said else (1, 31)
    length = calendar.monthrange(year, month)[1]
    start, end = date(year, month, first), date(year, month, min(last, length))
    return _ahead(start, end, "month", published, "year" in said)


def _ahead(start: date, end: date, precision: Precision, published: date, dated: bool) -> Span | None:
    """What of a span is not over; one without a year must not be too far away."""
    if not dated and start - published > HORIZON:
        return None
    return (max(start, published), end, precision) if end >= published else None


def _weekday(said: Numbers, published: date) -> Span:
    day = published + _DAY * ((said["weekday"] - 1 - published.weekday()) % 7)
    return day, day, "day"


def _weekdays(said: Numbers, published: date) -> Span:
    start = _weekday(said, published)[0]
    return start, start + _DAY * ((said["weekday2"] - said["weekday"]) % 7), "days"


def _coming_weekday(said: Numbers, published: date) -> Span:
    return _weekday(said, published + _DAY)


def _next_week_weekday(said: Numbers, published: date) -> Span:
    day = _monday(published) + _DAY * (6 + said["weekday"])
    return day, day, "day"


def _monday(day: date) -> date:
    return day - _DAY * day.weekday()


def _this_week(_: Numbers, published: date) -> Span:
    sunday = _monday(published) + _DAY * 6
    return published, sunday if sunday > published else sunday + _DAY * 7, "week"


def _next_week(_: Numbers, published: date) -> Span:
    monday = _monday(published) + _DAY * 7
    return monday, monday + _DAY * 6, "week"


def _weekend(_: Numbers, published: date) -> Span:
    saturday = _monday(published) + _DAY * 5
    return max(saturday, published), saturday + _DAY, "days"


def _in_days(said: Numbers, published: date) -> Span:
    day = published + _DAY * said["number"]
    return day, day, "day"


def _in_weeks(said: Numbers, published: date) -> Span:
    day = published + _DAY * 7 * said["number"]
    return day - _DAY * 3, day + _DAY * 3, "week"


def _month_of(published: date, number: int) -> tuple[date, date]:
    years, month = divmod(published.month - 1 + number, 12)
    year = published.year + years
    return date(year, month + 1, 1), date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def _in_months(said: Numbers, published: date) -> Span:
    return *_month_of(published, said["number"]), "month"


def _this_month(_: Numbers, published: date) -> Span:
    return published, _month_of(published, 0)[1], "month"


def _season(said: Numbers, published: date) -> Span | None:
    month = _SEASON_MONTHS[said["season"] - 1]
    year = said.get("year")
    for one in (year,) if year else (published.year - (month == 12), published.year, published.year + 1):
        start, end = date(one, month, 1), _month_of(date(one, month, 1), 2)[1]
        if end >= published:
            return _ahead(start, end, "season", published, year is not None)
    return None


def _next_season(said: Numbers, published: date) -> Span | None:
    """The first one that has not begun; `next spring`, said in a spring, is that of the next year."""
    month = _SEASON_MONTHS[said["season"] - 1]
    year = published.year + (date(published.year, month, 1) <= published)
    start = date(year, month, 1)
    return start, _month_of(start, 2)[1], "season"


def _quarter(said: Numbers, published: date) -> Span | None:
    start = date(said["year"], 3 * said["ordinal"] - 2, 1)
    return _ahead(start, _month_of(start, 2)[1], "quarter", published, True)


def _half(said: Numbers, published: date) -> Span | None:
    if said["ordinal"] > 2:
        return None
    start = date(said.get("year", published.year), 6 * said["ordinal"] - 5, 1)
    return _ahead(start, _month_of(start, 5)[1], "half", published, True)


def _this_year(said: Numbers, published: date) -> Span | None:
    year = said.get("year", published.year)
    return (max(published, date(year, 1, 1)), date(year, 12, 31), "year") if year >= published.year else None


def _early(said: Numbers, published: date) -> Span | None:
    start = date(said["year"], 1, 1)
    return _ahead(start, _month_of(start, 2)[1], "quarter", published, True)


_MEANINGS: Mapping[str, Callable[[Numbers, date], Span | None]] = {
    "day": _day,
    "days": _days,
    "month": _month,
    "later_in_month": _month,
    "weekday": _weekday,
    "weekdays": _weekdays,
    "this_weekday": _weekday,
    "coming_weekday": _coming_weekday,
    "next_week_weekday": _next_week_weekday,
    "tomorrow": lambda _, published: _in_days({"number": 1}, published),
    "after_tomorrow": lambda _, published: _in_days({"number": 2}, published),
    "this_week": _this_week,
    "next_week": _next_week,
    "weekend": _weekend,
    "in_days": _in_days,
    "in_weeks": _in_weeks,
    "in_months": _in_months,
    "this_month": _this_month,
    "end_of_month": _this_month,
    "next_month": lambda _, published: _in_months({"number": 1}, published),
    "season": _season,
    "next_season": _next_season,
    "quarter": _quarter,
    "half": _half,
    "this_year": _this_year,
    "end_of_year": _this_year,
    "early_in_year": _early,
    "early_next_year": lambda _, published: _early({"year": published.year + 1}, published),
    "next_year": lambda _, published: _this_year({"year": published.year + 1}, published),
}
