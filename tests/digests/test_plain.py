"""Text from outside is one bounded line without characters that act; addresses are web addresses or nothing."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.plain import extract, language_tag, one_line, web_address


@given(st.text(), st.integers(5, 200))
def test_one_line_is_bounded_and_inert(text: str, limit: int) -> None:
    """Whatever comes in, one line within the limit comes out, without control or format characters."""
    line = one_line(text, limit)
    assert len(line) <= limit
    assert line == " ".join(line.split())
    assert not {unicodedata.category(c) for c in line} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@given(st.text(), st.integers(5, 200))
def test_cleaning_twice_changes_nothing(text: str, limit: int) -> None:
    """A cleaned line is clean."""
    assert one_line(one_line(text, limit), limit) == one_line(text, limit)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("two\r\nlines\u2028three", "two lines three"),
        ("\u202eevil\u202c", "evil"),
        ("a\x00b", "ab"),
        ("z" + "\u0301" * 60, "ź\u0301\u0301"),
        ("Việt Nam", "Việt Nam"),
        ("A & B <C> {{ 7*7 }}", "A & B <C> {{ 7*7 }}"),
    ],
)
def test_known_hostile_lines(text: str, line: str) -> None:
    """Line ends, direction overrides, NUL and piles of accents go; letters, markup and braces stay as they are."""
    assert one_line(text, 100) == line


def test_long_line_is_cut_between_words() -> None:
    """The cut falls between words and is marked."""
    assert one_line("alpha beta gamma delta", 13) == "alpha beta…"


def test_extract_ends_with_a_sentence() -> None:
    """Whole sentences where they fit; initials do not end one; else a marked cut."""
    text = "The U.S. Army moved. Two brigades stay. " + "More " * 100
    assert extract(text, 45) == "The U.S. Army moved. Two brigades stay."
    assert extract("word " * 100, 45).endswith("…")


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://example.org/a?b=c&d=e#f", "https://example.org/a?b=c&d=e#f"),
        ("http://bücher.example/ä b", "http://xn--bcher-kva.example/%C3%A4%20b"),
        ("https://example.org:8443/", "https://example.org:8443/"),
        ('https://example.org/"><script>', "https://example.org/%22%3E%3Cscript%3E"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//example.org/x", None),
        ("https://user:secret@example.org/", None),
        ("https:///nowhere", None),
        ("https://example.org/" + "a" * 3000, None),
        ("https://[::1", None),
        (None, None),
    ],
)
def test_only_web_addresses_pass(url: str | None, address: str | None) -> None:
    """http(s) with a host, in ASCII; anything else is no link."""
    assert web_address(url) == address


@given(st.text())
def test_any_text_as_address_is_safe_or_nothing(url: str) -> None:
    """No text raises, and none gives an address with a character that ends an attribute or a line."""
    for candidate in (url, "https://" + url, "https://example.org/" + url):
        address = web_address(candidate)
        assert address is None or (address.isascii() and not set(address) & set('"<> \r\n\t\x00'))


def test_language_tag_is_a_tag_or_nothing() -> None:
    """A language that a feed claims cannot leave the attribute."""
    assert [language_tag(text) for text in ("de", "pt-BR", 'x" onload="', "", "english")] == ["de", "pt-BR", "", "", ""]
