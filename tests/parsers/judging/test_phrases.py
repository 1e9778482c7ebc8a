"""Phrases are found where they stand and nowhere else, in whatever form the text has, in time that grows with it."""

import pickle
import re
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.judging import phrases
from parsers.judging.phrases import Phrasebook, compile_phrases, places, scan

BOOK = compile_phrases(
    ["NATO", "nato allies", "europ*", "eu", "us|american troops", "leave|quit _ nato", "5 % of gdp", "U.S.", "EE.UU."]
)


def found(book: Phrasebook, text: str) -> list[tuple[str, str]]:
    """Phrases, each with the piece of the text that it matched."""
    result = scan(book, text)
    spots = places(result, result.matches)
    return [
        (book.phrases[match[0]], text[start:end]) for match, (start, end) in zip(result.matches, spots, strict=True)
    ]


@pytest.mark.parametrize(
    ("phrase", "text", "pieces"),
    [
        ("SAFE", "safe Safe SAFE", ["SAFE"]),
        ("Trump", "trump Trump TRUMP tRump", ["Trump", "TRUMP"]),
        ("Biden*", "bidens Bidens BIDENS", ["Bidens", "BIDENS"]),
        ("nato", "Nato NATO nato", ["Nato", "NATO", "nato"]),
        ("up*", "up upper u group", ["up", "upper"]),
        ("obron*", "obronnych, przeobronny", ["obronnych"]),
        ("nato", "NATOs natal anato", []),
        ("nato", "“NATO”, (NATO) NATO’s nato! #nato —nato— l'nato", ["NATO", "NATO", "NATO", *["nato"] * 4]),
        ("nato", "N\u0410TO ＮＡＴＯ na\u00adto na\u200bto", ["N\u0410TO", "ＮＡＴＯ", "na\u00adto", "na\u200bto"]),
        ("straße", "STRASSE strasse Straße", ["STRASSE", "strasse", "Straße"]),
        ("łódź", "Lodz Łódź Ło\u0301dz\u0301", ["Lodz", "Łódź", "Ło\u0301dz\u0301"]),
        ("us|american troops", "US troops, American  troops", ["US troops", "American  troops"]),
        ("us to", "US to US\nto US\u00a0to US-to US/to", ["US to", "US\nto", "US\u00a0to", "US-to", "US/to"]),
        ("us troops", "US, troops US. troops US\n\ntroops US:\ntroops US\r\n \r\ntroops", []),
        ("leave _ nato", "leave NATO; leave a b c NATO", ["leave NATO", "leave a b c NATO"]),
        ("leave _ nato", "leave a b c d NATO; leave a, NATO", []),
        ("leave _ nato", "leave NATO NATO", ["leave NATO"]),
        ("one _ two _ three", "one two x two x x three", ["one two x two x x three"]),
        ("nato|nato-allies", "NATO allies", ["NATO"]),
        ("us defence", "the US’ defence, US's defence", ["US’ defence", "US's defence"]),
        ("u.s. army", "U.S. Army, US Army, U.S Army", ["U.S. Army", "US Army", "U.S Army"]),
        ("EE.UU. y", "EE.UU. y EE. UU. y EEUU y EE UU y", ["EE.UU. y", "EE. UU. y", "EEUU y", "EE UU y"]),
        ("2.5 % bip", "2.5% BIP 2,5 percent BIP 2.5 Prozent BIP", ["2.5% BIP", "2,5 percent BIP", "2.5 Prozent BIP"]),
        ("5 % pkb", "5 proc. PKB, 5 pct. PKB 5 Proc. PKB 5 proc., PKB", ["5 proc. PKB", "5 pct. PKB", "5 Proc. PKB"]),
        ("2 percent bip", "2% BIP 2 per cent BIP 2 por ciento BIP", ["2% BIP", "2 per cent BIP", "2 por ciento BIP"]),
        ("f 35", "F-35 F35 F 35", ["F-35", "F 35"]),
        ("", "anything", []),
    ],
)
def test_a_phrase_matches_what_it_says(phrase: str, text: str, pieces: list[str]) -> None:
    """Case, disguises, borders of words, endings, gaps, ends of clauses, abbreviations and per cent."""
    assert [piece for _, piece in found(compile_phrases([phrase]), text)] == pieces


def test_words_are_numbered_through() -> None:
    """Ends of clauses count as words, and a text that stands behind another one goes on where that ended."""
    assert scan(BOOK, "NATO, the EU-US").words == 5
    part = scan(BOOK, "the (NATO)  allies", first=10)
    assert part.matches == [(0, 11, 12), (1, 11, 13)]
    assert places(part, part.matches) == [(5, 9), (5, 18)]


def test_a_book_travels_as_its_phrases() -> None:
    """What a book has learned is no part of it: it does not grow in a pickle, and the copy finds the same."""
    text = "NATO allies leave the old NATO; U.S. troops"
    fresh = compile_phrases(BOOK.phrases)
    before = pickle.dumps(fresh)
    assert found(fresh, text) == found(BOOK, text) == found(pickle.loads(before), text)
    assert pickle.dumps(fresh) == before
    assert fresh == BOOK


_LATIN = (
    "NATO nato allies Europe's européen EU us troops leave quit a U.S. EE. UU. 5 proc. per cent % of GDP s"
    " ’s ' . , … ( ”"
)
_WORDS = st.sampled_from([*re.split(" ", _LATIN), "\u00ad", "\u200b", "\u0301", "ß"])
_GAPS = st.sampled_from([*("    \n\t\u00a0\u3000-–/\0"), "  ", "\n\n", "\r\n\r\n", ""])
_TEXTS = st.lists(st.tuples(_WORDS, _GAPS), max_size=30).map(lambda rows: "".join(word + gap for word, gap in rows))


@given(st.one_of(_TEXTS, st.text(max_size=200)))
def test_any_text_is_scanned_the_same_way(text: str) -> None:
    """Whatever the text: matches go by their first word, lie within it, and do not depend on what was read before."""
    result = scan(BOOK, text)
    assert result.matches == scan(compile_phrases(BOOK.phrases), text).matches
    assert [first for _, first, _ in result.matches] == sorted(first for _, first, _ in result.matches)
    assert all(0 <= first < after <= result.words for _, first, after in result.matches)
    assert all(0 <= start < end <= len(text) for start, end in places(result, result.matches))


@given(_TEXTS)
def test_a_plain_word_is_cut_like_any_other(text: str) -> None:
    """The short cut for plain words finds what the full pattern finds, which a mark in front of each word asks for."""
    assert scan(BOOK, text).matches == scan(BOOK, " ".join(f"¤{chunk}" for chunk in text.split(" "))).matches


@given(_TEXTS, _TEXTS)
def test_a_clause_end_parts_two_texts(first: str, second: str) -> None:
    """What is found in two texts is what is found in both together with a clause end between."""
    assert found(BOOK, f"{first} ; {second}") == found(BOOK, first + " ") + found(BOOK, second)


_PIECES = [
    *("NATO ", ". ", ".", "\0", "NATO\0", "שלום ", "\u200b", "na\u200b", "a", "\n", "\n ", " ", "A.", "'s", "a's's"),
    *(
        "1,1.",
        "1",
        "EU-US ",
        "leave ",
        "leave a ",
        "% ",
        "e\u0301",
        "“",
        "EE.",
        "europ",
        "\ufdfa",
        "\u0301",
        "(a",
        "5 per ",
    ),
]


@pytest.mark.parametrize("piece", _PIECES)
def test_memory_grows_with_the_text(piece: str) -> None:
    """A text made to upset a matcher takes some hundred bytes a character at most, and nothing is kept of it."""
    book = compile_phrases(BOOK.phrases)
    text = piece * (100_000 // len(piece))
    tracemalloc.start()
    try:
        result = scan(book, text)
        places(result, result.matches[-5:])
        assert tracemalloc.get_traced_memory()[1] < 150 * len(text)
        del result
        assert tracemalloc.get_traced_memory()[0] < 4 * len(text)  # freed tuples that Python keeps to use them again
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["NATO ", ".", "\0", "NATO\0", "שלום ", "\u200b", "a", "\n", "'s", "leave a "])
def test_five_megabytes_end(piece: str) -> None:
    """Five megabytes of the same are read in seconds, evidence included: what is not linear would take hours."""
    text = piece * (5_000_000 // len(piece))
    began = time.process_time()
    result = scan(BOOK, text)
    places(result, result.matches[-5:])
    assert time.process_time() - began < 60


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ever new words do not make a book grow, long ones are not remembered at all, and results stay the same."""
    monkeypatch.setattr(phrases, "_MEMO_LIMIT", 100)
    book = compile_phrases(BOOK.phrases)
    text = " ".join(f"word{number} NATO" for number in range(1_000))
    assert found(book, text) == [("NATO", "NATO")] * 1_000
    assert 0 < len(book.known) <= 100
    before = set(book.known)
    scan(book, "x" * 100_000)
    assert set(book.known) == before
