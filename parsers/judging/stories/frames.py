"""Parts a title from its numbers and days: what a series of titles has in common, and what not. Judges no series."""

import re

from parsers.judging.stories.sounds import plain, words

_DAYS = frozenset(
    re.findall(
        r"\w+",
        "january february march april may june july august september october november december"
        " jan feb mar apr jun jul aug sep sept oct nov dec"
        " monday tuesday wednesday thursday friday saturday sunday"
        " januar februar marz mai juni juli oktober dezember"
        " montag dienstag mittwoch donnerstag freitag samstag sonntag"
        " janvier fevrier mars avril juin juillet aout septembre octobre novembre decembre"
        " lundi mardi mercredi jeudi vendredi samedi dimanche"
        " enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
        " lunes martes miercoles jueves viernes sabado domingo"
        " gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre"
        " lunedi martedi mercoledi giovedi venerdi sabato domenica"
        " stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia"
        " poniedzialek wtorek sroda czwartek piatek sobota niedziela"
        " januari februari maj augusti mandag tisdag onsdag torsdag fredag lordag sondag",
    )
)
"""Months and days of the week, without accents, in the languages that are read."""


def frame(title: str) -> tuple[str, str]:
    """The title without its numbers and days, and those."""
    low = [word.lower() for word in words(plain(title))]
    numbers = [word for word in low if word[0].isdigit() or word in _DAYS]
    return (" ".join(word for word in low if not (word[0].isdigit() or word in _DAYS)), " ".join(numbers))


def names_a_day(numbers: str) -> bool:
    """Whether the second half of a frame holds a month or a day of the week."""
    return not _DAYS.isdisjoint(numbers.split())
