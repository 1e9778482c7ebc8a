"""Links: absolute, canonical, comparable."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.reading.links import absolute, canonical, host_of, same_address

BASE = "https://gazette.example/news/today/index.html"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("HTTPS://A.Example", "https://a.example/"),
        ("//evil.example/a", "https://evil.example/a"),
        ("../../a", "https://gazette.example/a"),
        ("b.html?x=1#top", "https://gazette.example/news/today/b.html?x=1#top"),
        ("?page=2", "https://gazette.example/news/today/index.html?page=2"),
        (" https://a.example/\n\tx\x00y ", "https://a.example/xy"),
        ("https://a.example/white paper.pdf", "https://a.example/white%20paper.pdf"),
        ("https://user:secret@a.example:8443/x", "https://a.example:8443/x"),
        ("https://user@evil.example@a.example/x", "https://a.example/x"),
        ("https://a.example\\@b.example/", "https://a.example/@b.example/"),
        ("https://München.example/Straße", "https://xn--mnchen-3ya.example/Stra%C3%9Fe"),
        ("https://аррӏе.example/", "https://xn--80ak6aa92e.example/"),
        ("https://a.example/\u202egpj.exe", "https://a.example/gpj.exe"),
        ("https://a.example./x", "https://a.example/x"),
        ("https://a.example/a/./b/../c/..", "https://a.example/a/"),
        ("https://a.example/%7euser/%c3%a9?q=100%", "https://a.example/~user/%C3%A9?q=100%25"),
        ("https://a.example/%2e%2e/%2e%2e/x", "https://a.example/x"),
        ("http://[2606:4700:4700:0::1111]:80/", "http://[2606:4700:4700::1111]:80/"),
        ("http://127。0。0。1/", "http://127.0.0.1/"),
        ("http://a.example:8080", "http://a.example:8080/"),
        ("https://a.example/\ud800", "https://a.example/%3F"),
    ],
)
def test_absolute_gives_the_address_that_a_browser_would_open(url: str, expected: str) -> None:
    """Relative, dirty and international spellings end as one clean ASCII address without user name."""
    assert absolute(url, BASE) == expected


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVa\tScRiPt:alert(1)",
        "\x01javascript:alert(1)",
        "\u200bjavascript:alert(1)",
        "vbscript:x",
        "data:text/html,<script>",
        "file:///etc/passwd",
        "mailto:desk@gazette.example",
        "ftp://a.example/x",
        "gopher://a.example/",
        "tel:+32",
        "",
        "   ",
        "https://",
        "https:///x",
        "https://a..example/",
        "https://.example/",
        "https://exa mple.com/",
        "https://a.example:99999/",
        "https://a.example:x/",
        "https://[::1/",
        "https://[::1%25eth0]/",
        "https://a%2eexample/",
        "https://127.1/",
        "https://0/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://" + "a" * 64 + ".example/",
        "https://xn--\ufffd.example/",
        "https://a\u2100b.example/",
    ],
)
def test_absolute_refuses_what_is_no_web_address(url: str) -> None:
    """Other schemes, missing or malformed hosts and odd spellings of numbers are None, whatever hides them."""
    assert absolute(url, BASE) is None


@pytest.mark.parametrize("base", [None, "", "file:///etc/", "not a url"])
def test_relative_addresses_need_a_web_base(base: str | None) -> None:
    """Without a base that is itself a web address a relative link leads nowhere."""
    assert absolute("x.html", base) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://WWW.Gazette.Example:80", "http://www.gazette.example/"),
        ("https://gazette.example:443/a#part", "https://gazette.example/a"),
        ("https://gazette.example:8443/a", "https://gazette.example:8443/a"),
        ("https://gazette.example/a?utm_source=x&id=7&UTM_Medium=y&b=2&a=1", "https://gazette.example/a?id=7&b=2&a=1"),
        ("https://gazette.example/a?fbclid=1&gclid=2&mc_cid=3&mc_eid=4&at_medium=RSS", "https://gazette.example/a"),
        ("https://gazette.example/a?cid=9&utm=1&fbclidx=3", "https://gazette.example/a?cid=9&utm=1&fbclidx=3"),
        ("https://gazette.example/a;jsessionid=AB12?x=1", "https://gazette.example/a?x=1"),
        ("https://gazette.example/a?&&b=&c", "https://gazette.example/a?b=&c"),
        ("mailto:desk@gazette.example", "mailto:desk@gazette.example"),
    ],
)
def test_canonical_keeps_what_tells_articles_apart(url: str, expected: str) -> None:
    """Trackers, fragment, default port and session id go; scheme, path and the rest of the query stay in order."""
    assert canonical(url) == expected


def test_one_article_has_one_key() -> None:
    """http, www., amp, trackers and a last slash do not make another article; path, query and port do."""
    same = [
        "https://www.gazette.example/story/",
        "http://gazette.example/story",
        "https://amp.gazette.example/story",
        "https://gazette.example/story/amp/",
        "https://gazette.example/story?outputType=amp",
        "http://GAZETTE.example:80/story?utm_campaign=x#a",
    ]
    others = [
        "https://gazette.example/story2",
        "https://gazette.example/story?id=1",
        "https://gazette.example:81/story",
    ]
    assert {same_address(url) for url in same} == {"gazette.example/story"}
    assert len({same_address(url) for url in [*others, same[0]]}) == 4
    assert same_address("https://www.example/") != same_address("https://example/")


def test_host_of_names_the_host_alone() -> None:
    """No port, no brackets, lower case; nothing for what is no web address."""
    assert host_of("https://User@WWW.Gazette.example:8443/x") == "www.gazette.example"
    assert host_of("http://[::1]:8000/") == "::1"
    assert host_of("mailto:desk@gazette.example") == ""


WORDS = (
    r"http https: // / \ ? # & = % %2 %2e %37E .. . @ : 80 443 :443 a.example WWW. amp. /amp utm_a=1 x=1 é 0x7 [::1]"
)
PIECES = st.lists(
    st.sampled_from([*WORDS.split(), ";jsessionid=1", "127.0.0.1", " ", "\t"]) | st.text(max_size=4), max_size=14
).map("".join)


@given(st.one_of(PIECES, PIECES.map("https://a.example/".__add__), PIECES.map("https://".__add__)))
def test_addresses_settle_at_once(url: str) -> None:
    """Whatever comes in, a second pass changes nothing, the result is printable ASCII and has no user name."""
    clean = absolute(url, BASE)
    if clean is not None:
        assert absolute(clean) == clean
        assert clean.isascii()
        assert clean.isprintable()
        assert " " not in clean
        assert urlsplit(clean).username is None
        assert canonical(canonical(clean)) == canonical(clean)
        assert absolute(canonical(clean)) == canonical(clean)
        assert same_address(canonical(clean)) == same_address(clean)
    assert canonical(canonical(url)) == canonical(url)


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_raises(url: str, base: str) -> None:
    """Any text at all is answered, never an exception."""
    absolute(url, base)
    canonical(url)
    same_address(url)
    host_of(url)
