"""Reads the date that a text gives, in the forms of feeds and of pages in eight languages. Never guesses.

Formats: RFC 822/2822, RFC 850 and asctime; RFC 3339 and ISO 8601 with a day; day, name of a month and year (English,
French, German, Spanish, Italian, Polish, Dutch, Ukrainian) in either order; numbers, in the order that the source uses
unless that is impossible; seconds or milliseconds since 1970 where nothing else is said.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

_MONTH_NAMES = (
    "january jan janvier janv januar janner jan. enero ene gennaio gen stycznia styczen sty januari січня січень січ",
    "february feb fevrier fevr fev februar feber febrero febbraio lutego luty lut februari febr лютого лютий лют",
    "march mar mars marz mrz marzo marca marzec maart mrt maerz березня березень бер",
    "april apr avril avr abril abr aprile kwietnia kwiecien kwi квітня квітень квіт кві",
    "may mai mayo maggio mag maja maj mei травня травень трав тра",
    "june jun juin juni junio giugno giu czerwca czerwiec cze червня червень черв чер",
    "july jul juillet juil juli julio luglio lug lipca lipiec lip липня липень лип",
    "august aug aout agosto ago sierpnia sierpien sie augustus серпня серпень серп сер",
    "september sep sept septembre septiembre setiembre settembre set sett wrzesnia wrzesien wrz вересня вересень вер",
    "october oct octobre oktober okt octubre ottobre ott pazdziernika pazdziernik paz жовтня жовтень жовт жов",
    "november nov novembre noviembre listopada listopad lis листопада листопад лист лис",
    "december dec decembre dezember dez diciembre dic dicembre grudnia grudzien gru грудня грудень груд гру",
)


def _folded(text: str) -> str:
    """Lower case, without accents, one space between words: `1er Août` as `1er aout`."""
    decomposed = unicodedata.normalize("NFKD", text).lower().replace("−", "-")
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


_MONTHS = {_folded(name): number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}

_HOURS = {
    **dict.fromkeys(("z", "ut", "utc", "gmt", "wet"), 0),
    **dict.fromkeys(("cet", "mez", "bst", "west"), 1),
    **dict.fromkeys(("cest", "mesz", "eet"), 2),
    **dict.fromkeys(("eest", "msk"), 3),
    **dict.fromkeys(("edt",), -4),
    **dict.fromkeys(("est", "cdt"), -5),
    **dict.fromkeys(("cst", "mdt"), -6),
    **dict.fromkeys(("mst", "pdt"), -7),
    **dict.fromkeys(("pst", "akdt"), -8),
    **dict.fromkeys(("hkt", "sgt"), 8),
    **dict.fromkeys(("jst", "kst"), 9),
    "trt": 3,
    "aest": 10,
    "aedt": 11,
    "akst": -9,
    "hst": -10,
}
_PLACES = {"et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles"}

_ZONE = r"(?P<zone>z\b|(?:utc|gmt)?[+-]\d{1,4}(?::\d{2})?(?!\d)|[a-z]{2,4}\b)"
_CLOCK = re.compile(
    r"(?<![\d:.])(?:(?P<hour>\d{1,2})(?:(?P<mark>[:.]|\s?h\s?)(?P<minute>\d{2}))(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"|(?P<alone>\d{1,2})(?=\s*(?:[ap]\.?m\b|h\b|uhr\b)))(?![\d:])"
    rf"(?:\s*(?P<half>[ap])\.?m\b\.?)?(?:\s*(?P<clock>uhr|uur|h)\b)?(?:\s*\(?{_ZONE})?",
    re.ASCII,
)
_YEAR = r"(?P<year>\d{4})(?!\d)"
# Two digits are a year only at the end or before a time: "3 July 25 ministers met" has none.
_ANY_YEAR = r"(?P<year>\d{4}(?![\d:]|\.\d)|\d{2}(?=\s*$|,?\s+\d{1,2}:\d{2}))"
_DAY = r"(?<![\d.,:/])(?P<day>\d{1,2})"
_NAME = r"(?P<name>[a-zа-яєі]{3,12})"
_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d{2}):(?P<second>\d{2})"

# 2026-07-03T17:04:05Z, 2026/07/03
_ISO = rf"(?<![\d-]){_YEAR}\s?([-/.])(?P<month>\d{{1,2}})\2(?P<day>\d{{1,2}})(?!\d)"
# 20260703, 20260703T170405Z
_COMPACT = (
    r"(?<!\d)(?P<year>[12]\d{3})(?P<month>\d{2})(?P<day>\d{2})"
    r"(?:t(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?)?(?!\d)"
)
# Fri, 03 Jul 2026; 03-Jul-26; 3. Juli 2026; 1er juillet 2026; 3 de julio de 2026; 3rd of July 2026
_DAY_MONTH = rf"{_DAY}(?:st|nd|rd|th|er|o)?\.?[\s-]*(?:(?:of|de|di)\s+)?{_NAME}\.?,?[\s-]*(?:(?:de|del)\s+)?{_ANY_YEAR}"
# July 3, 2026; Jul 3rd 2026; Jul  3 17:04:05 2026; Jul 3 17:04:05 EST 2026
_MONTH_DAY = (
    rf"(?<![a-zа-яєі]){_NAME}\.?\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?:{_TIME}\s+(?:{_ZONE}\s+)?)?{_YEAR}"
)
# 12/11/2026, 3.7.26
_NUMBERS = rf"(?<![\d.,:/-])(?P<day>\d{{1,2}})\s?([./-])\s?(?P<month>\d{{1,2}})\2\s?{_ANY_YEAR}"
_FORMS = tuple(re.compile(form, re.ASCII) for form in (_ISO, _COMPACT, _DAY_MONTH, _MONTH_DAY, _NUMBERS))

# The two forms that nearly all feeds use: Fri, 03 Jul 2026 17:04:05 +0200; 2026-07-03T17:04:05+02:00
_RFC_822 = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) (GMT|[+-]\d{4})", re.ASCII
)
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_EPOCH = re.compile(r"\s*([12]\d{9})(?:\d{3}|\.\d{1,9})?\s*", re.ASCII)

_EARLIEST = 1900
_FARTHEST = timedelta(hours=14)
_LONGEST = 300


def parse_date(text: str, *, default_zone: tzinfo = UTC, day_first: bool = True) -> datetime | None:
    """The first date in a text, in UTC; None if there is none, or if it cannot be (30 February, hour 25, zone +9999).

    A text with words around the date is fine ("Published on 3 July 2026 at 17:04"), one that needs to know the day of
    reading is not ("yesterday", "Monday", "3 July"). Without a time of day it is midnight; without a zone, or with one
    whose abbreviation is unknown, `default_zone` holds. Years before 1900 mean "no date" (0001-01-01, 0000-00-00).

    Args:
        day_first: 11/06/26 is the eleventh of June; False: the sixth of November. Whether a text is a date does not
            depend on it, nor does what other dates mean.
    """
    common = _common(text)
    if common is not None:
        return common
    plain = _folded(text[:_LONGEST])
    found = [match for form in _FORMS for match in form.finditer(plain) if _is_date(match)]
    if not found:
        return None
    first = min(found, key=lambda match: match.start())
    rest = plain[: first.start()] + "\n" + plain[first.end() :].removeprefix("t")
    try:
        return _moment(first, rest, default_zone, day_first)
    except (ValueError, OverflowError):
        return None


def date_from_url(url: str, pattern: str) -> datetime | None:
    """Midnight UTC of the day that `pattern` (groups `year`, `month`, `day`) finds; the month may be a name."""
    found = re.search(pattern, url)
    if found is None:
        return None
    groups = found.groupdict()
    try:
        month = _MONTHS.get(_folded(groups["month"])) or int(groups["month"])
        return datetime(_full_year(groups["year"]), month, int(groups["day"]), tzinfo=UTC)
    except (KeyError, TypeError, ValueError):
        return None


def _common(text: str) -> datetime | None:
    """The date of a text that is nothing but one in a usual form: what the search below finds, found sooner."""
    try:
        if _RFC_3339.fullmatch(text):
            moment = datetime.fromisoformat(text)
        elif found := _RFC_822.fullmatch(text):
            day, name, year, hour, minute, second, zone = found.groups()
            offset = timedelta() if zone == "GMT" else timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[3:]))
            midnight = datetime(int(year), _MONTHS[name.lower()], int(day), tzinfo=timezone(offset))
            moment = midnight.replace(hour=int(hour), minute=int(minute), second=int(second))
        elif found := _EPOCH.fullmatch(text):
            return datetime.fromtimestamp(int(found[1]), UTC)
        else:
            return None
        offset = moment.utcoffset() or timedelta()
        return moment.astimezone(UTC) if moment.year >= _EARLIEST and abs(offset) <= _FARTHEST else None
    except (KeyError, ValueError, OverflowError):
        return None


def _is_date(match: re.Match[str]) -> bool:
    name = match.groupdict().get("name")
    return name is None or name in _MONTHS


def _moment(match: re.Match[str], rest: str, default_zone: tzinfo, day_first: bool) -> datetime:
    groups = match.groupdict()
    day, year = int(groups["day"]), _full_year(groups["year"])
    month = _MONTHS[groups["name"]] if groups.get("name") else int(groups["month"])
    if match.re.pattern == _NUMBERS and day <= 12 and (month > 12 or not day_first):
        day, month = month, day  # 07/13/2026 can only be American, 13/07/2026 cannot
    if groups.get("hour"):
        clock: dict[str, str | None] = {**groups, "half": None}
        zone = groups.get("zone") or _zone_at(rest)
    else:
        found = _clock(rest)
        clock = found.groupdict() if found else {}
        zone = clock.get("zone")
    midnight = datetime(year, month, day, tzinfo=_zone(zone, default_zone))
    return (midnight + _time_of_day(clock)).astimezone(UTC)


def _full_year(digits: str) -> int:
    """RFC 2822, section 4.3, for years of two digits. A year before 1900 raises ValueError."""
    year = int(digits)
    if len(digits) == 2:
        year += 2000 if year < 50 else 1900
    if year < _EARLIEST:
        raise ValueError(digits)
    return year


def _clock(rest: str) -> re.Match[str] | None:
    """The first time of day after the date, else before it. `17.04` is a time only before `Uhr` or `uur`."""
    before, _, after = rest.partition("\n")
    for part in (after, before):
        for match in _CLOCK.finditer(part):
            if match["mark"] != "." or match["clock"] or match["half"]:
                return match
    return None


def _zone_at(rest: str) -> str | None:
    found = re.match(rf"\s*{_ZONE}", rest.partition("\n")[2], re.ASCII)
    return found["zone"] if found else None


def _time_of_day(clock: dict[str, str | None]) -> timedelta:
    hour = int(clock.get("hour") or clock.get("alone") or 0)
    minute, second = int(clock.get("minute") or 0), int(clock.get("second") or 0)
    if clock.get("half"):
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if clock["half"] == "p" else 0)
    # 24:00 is the end of the day and :60 a leap second (ISO 8601); both are seen in feeds.
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        raise ValueError(clock)
    return timedelta(hours=hour, minutes=minute, seconds=min(second, 59))


def _zone(name: str | None, default: tzinfo) -> tzinfo:
    if name is None:
        return default
    digits = name.removeprefix("utc").removeprefix("gmt")
    if digits[:1] in ("+", "-"):
        hours, minutes = _hours_and_minutes(digits[1:])
        if hours > 14 or minutes > 59:
            raise ValueError(name)
        offset = timedelta(hours=hours, minutes=minutes)
        return timezone(-offset if digits[0] == "-" else offset)
    if name in _PLACES:
        return ZoneInfo(_PLACES[name])
    return timezone(timedelta(hours=_HOURS[name])) if name in _HOURS else default


def _hours_and_minutes(digits: str) -> tuple[int, int]:
    hours, colon, minutes = digits.partition(":")
    if colon or len(digits) <= 2:
        return int(hours), int(minutes or 0)
    return int(digits[:-2]), int(digits[-2:])
