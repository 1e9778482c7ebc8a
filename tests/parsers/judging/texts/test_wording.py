"""Words in common: in order, outside quotation marks, and the numbers."""

import time
from zlib import crc32

import pytest

from parsers.judging.texts.wording import anchors, folded, overlap, without, wording

NINE = "Ministers of nine countries signed a letter in Vilnius"


def test_shingles_are_the_same_in_every_process() -> None:
    """The hash is fixed: what is stored today can be compared tomorrow."""
    assert list(wording("The EU and the Ünion").shingles) == [crc32(b"the eu and the union")]
    assert not wording("too few words").shingles


def test_words_count_and_not_shingles() -> None:
    """One word changed in twelve costs the words between it and the next shingle, not five shingles of eight."""
    one, other = wording(f"{NINE} on Monday morning"), wording(f"{NINE} on Tuesday morning")

    assert overlap(one, other).one == pytest.approx(10 / 12)
    assert overlap(one, wording("Nothing of this stands in there at all")).one == 0


@pytest.mark.parametrize("quoted", ['"{}"', "“{}”", "„{}“", "„{}”", "«{}»", "»{}«", "”{}”", "“{}", '"{}'])
def test_what_stands_in_quotation_marks_is_told_apart(quoted: str) -> None:
    """In the marks of six languages, and where a teaser breaks off inside the quotation."""
    report = wording("He said on the way out: " + quoted.format(NINE))
    common = overlap(report, wording(NINE))

    assert common.one == pytest.approx(9 / 15)
    assert (common.plain_one, common.plain_other) == (0, 0)
    assert overlap(report, report).plain_one == 1


def test_numbers_that_the_other_one_lacks() -> None:
    """`1,000` and `1.000` are one number; those of a quotation do not count."""
    common = overlap(wording(f"{NINE}: 1,000 tanks, 42 ships"), wording(f"{NINE}: 1.000 tanks, 43 ships “of 99”"))

    assert (common.numbers, common.lacking) == (2, 1)


def test_what_is_printed_under_every_item_is_taken_out() -> None:
    """Words that stand in no other shingle than those of the footer are gone."""
    footer = "All rights reserved by the publisher of this paper"
    common = set(wording(footer).shingles)
    text = without(wording(f"{NINE}. {footer}"), common)

    assert len(text.quoted) == 9 + 4  # the shingles across the full stop stay
    assert overlap(text, wording(footer)).one == 0


def test_names_are_told_by_their_consonants() -> None:
    """Words with a capital, whichever way they are spelled; not those of another country."""
    zelensky, zelenskiy, slovakia, slovenia = (
        set(wording(f"He met {name}").names) for name in ("Zelensky", "Zelenskiy", "Slovakia", "Slovenia")
    )
    assert zelensky == zelenskiy
    assert slovakia
    assert not slovakia & slovenia
    assert not wording("nobody of note").names


def test_folded() -> None:
    """Case, accents and marks do not count."""
    assert folded("  Élan, for\na «Common» tank! ") == "elan for a common tank"


def test_anchors_of_a_cut_text_are_among_those_of_the_whole() -> None:
    """What is left of a text finds it."""
    words = [f"word{number}" for number in range(400)]
    whole, half = wording(" ".join(words)), wording(" ".join(words[:200]))

    assert len(anchors(whole, 64)) == 64
    assert len(set(anchors(whole, 64)) & set(anchors(half, 256))) > 15


@pytest.mark.parametrize("unit", ['"', "“", "«a ", "„“", "1.", "”\n", '"a\n', "»«"])
def test_hostile_marks_cost_little(unit: str) -> None:
    """A hundred thousand of them are read in no time."""
    start = time.perf_counter()
    wording(unit * (100_000 // len(unit)))

    assert time.perf_counter() - start < 2
