"""Days and spans of days in words, no more exact than they are known. Reads no text and no clock."""

from datetime import date, datetime, timedelta

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_ORDINALS = ("first", "second", "third", "fourth")
_SEASONS = {2: "winter", 5: "spring", 8: "summer", 11: "autumn"}
"""By their last month."""
_LENGTHS = {"month": 1, "season": 3, "quarter": 3, "half": 6, "year": 12}
"""In months."""
_LATE = 20
"""Whoever says `at the end of April` says more than `in April`."""


def day_words(day: date, without_year: int | None = None) -> str:
    """Like `3 June 2026`; the year is left out where it is `without_year`."""
    return days_words(day, day, without_year)


def days_words(first: date, last: date, without_year: int | None = None) -> str:
    """Like `9–15 November 2026` or `28 December 2026 – 3 January 2027`."""
    end = f"{last.day} {_MONTHS[last.month - 1]}"
    if last.year != without_year or first.year != last.year:
        end += f" {last.year}"
    if first == last:
        return end
    parts = [str(first.day)]
    if (first.year, first.month) != (last.year, last.month):
        parts.append(_MONTHS[first.month - 1])
    if first.year != last.year:
        parts.append(str(first.year))
    return f"{' '.join(parts)}{'–' if len(parts) == 1 else ' – '}{end}"


def span_words(starts: date, ends: date, precision: str, without_year: int | None = None) -> str:
    """When an event is, of which the first and the last possible day are known: `3–4 June`, `in April`.

    Args:
        precision: day, days (all of them), week, month, season, quarter, half or year (some time in it). Its beginning
            may be over by the first possible day; where the days end before it does they are told instead.
    """
    if precision in {"day", "days"} or starts == ends:
        return days_words(starts, ends, without_year)
    monday = ends - timedelta(days=6)
    if precision == "week" and monday.weekday() == 0 and starts >= monday:
        return f"in the week of {day_words(monday, without_year)}"
    name = _name(starts, ends, precision, "" if ends.year == without_year else f" {ends.year}")
    first = str(starts.day) if (starts.year, starts.month) == (ends.year, ends.month) else day_words(starts, ends.year)
    return name or f"between {first} and {day_words(ends, without_year)}"


def _name(starts: date, ends: date, precision: str, year: str) -> str | None:
    """What people call the months of which `ends` is the last day, where `starts` is in them."""
    length = _LENGTHS.get(precision)
    if length is None:
        return None
    before = ends.month <= length - 1  # of the seasons winter alone begins in the year before
    begins = date(ends.year - before, (ends.month - length) % 12 + 1, 1)
    if (ends + timedelta(days=1)).day != 1 or starts < begins or (length == 1 and starts.day > _LATE):
        return None
    season = f"{ends.year - 1}/{ends.year % 100:02}" if before else ends.year
    names = {
        "month": f"in {_MONTHS[ends.month - 1]}{year}",
        "season": f"in {_SEASONS.get(ends.month)} {season}",
        "quarter": f"in the {_ORDINALS[(ends.month - 1) // 3]} quarter of {ends.year}",
        "half": f"in the {_ORDINALS[(ends.month - 1) // 6]} half of {ends.year}",
        "year": f"in {ends.year}",
    }
    fits = ends.month in _SEASONS if precision == "season" else ends.month % length == 0
    return names[precision] if fits else None


def time_words(at: datetime | date, beside: date | None) -> str:
    """The hour, and the day where it is another one than `beside`: `14:02`, `8 November, 14:02`; `` for that day."""
    day = at.date() if isinstance(at, datetime) else at
    words = [] if day == beside else [day_words(day, beside.year if beside else None)]
    return ", ".join([*words, f"{at:%H:%M}"] if isinstance(at, datetime) else words)
