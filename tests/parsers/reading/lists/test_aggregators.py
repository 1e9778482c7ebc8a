import base64

import pytest

from parsers.model import Entry
from parsers.reading.lists.aggregators import direct_address, resolved, split_title

ARTICLE = "https://paper.example/2026/07/03/yards-sign-a-pact"
NEW_STYLE = "https://news.google.com/rss/articles/CBMi" + "QVVfeXFMTnVtYmVyc09ubHk" * 4 + "?oc=5"


def google(address: bytes, *, tail: bytes = b"\xd2\x01\x00", form: str = "rss/articles/{}?oc=5") -> str:
    """A link of the form that Google News used until 2024."""
    length = bytes([len(address)]) if len(address) < 128 else bytes([len(address) & 0x7F | 0x80, len(address) >> 7])
    message = b"\x08\x13\x22" + length + address + tail
    return "https://news.google.com/" + form.format(base64.urlsafe_b64encode(message).decode().rstrip("="))


def test_the_fixture_has_the_form_that_was_seen() -> None:
    """All ids of that time begin so."""
    assert "/rss/articles/CBMi" in google(ARTICLE.encode())


@pytest.mark.parametrize(
    "url",
    [
        google(ARTICLE.encode()),
        google(ARTICLE.encode(), form="articles/{}"),
        google(ARTICLE.encode(), form="read/{}?hl=en-US&gl=US"),
        google(ARTICLE.encode(), form="__i/rss/rd/articles/{}?oc=5"),
        google(ARTICLE.encode(), tail=b"\xd2\x01\x21https://paper.example/amp/article"),
        "https://www.google.com/url?rct=j&sa=t&url=https://paper.example/2026/07/03/yards-sign-a-pact&ct=ga&usg=x",
        "https://www.google.co.uk/url?q=https%3A%2F%2Fpaper.example%2F2026%2F07%2F03%2Fyards-sign-a-pact&sa=D",
        "http://www.bing.com/news/apiclick.aspx?ref=FexRss&aid=&url=https%3a%2f%2fpaper.example%2f2026%2f07%2f03%2fyards-sign-a-pact&c=1",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fpaper.example%2F2026%2F07%2F03%2Fyards-sign-a-pact&h=AT0",
        "https://eur02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fpaper.example%2F2026%2F07%2F03%2Fyards-sign-a-pact&data=05",
        "https://www.google.com/url?url=" + google(ARTICLE.encode()).replace("?", "%3F"),
    ],
)
def test_links_that_hold_their_target_lead_to_it(url: str) -> None:
    """Without asking anybody; one redirector inside another, too."""
    assert direct_address(url) == ARTICLE


def test_long_addresses_have_two_bytes_of_length() -> None:
    """Seven bits a byte, the lower ones first."""
    long = ARTICLE + "?id=" + "x" * 300

    assert direct_address(google(long.encode())) == long


@pytest.mark.parametrize(
    "url",
    [
        ARTICLE,
        NEW_STYLE,
        "https://news.google.com/topics/CAAqJggKIiBDQkFTRWdvSUwyMHZNRGx1YlY4U0FtVnVHZ0pWVXlnQVAB",
        "https://news.google.com/rss/articles/" + "A" * 5_000,
        "https://news.google.com/rss/articles/CBMi%00%ff",
        google(b"javascript:alert(1)"),
        google(b"file:///etc/passwd"),
        google(b"https://paper.example/\xff\xfe"),
        google(ARTICLE.encode())[:48],
        google(b""),
        "https://www.google.com/url?url=javascript:alert(1)",
        "https://www.google.com/url?url=/search?q=x",
        "https://www.google.com/url?url=https://www.google.com/url?x",
        "https://www.google.com/search?q=https://paper.example/",
        "https://google.com.evil.example/url?url=https://paper.example/",
        "https://www.google.com/url?" + "&".join(f"a{n}=1" for n in range(5_000)),
        "javascript:alert(1)",
        "",
    ],
)
def test_other_links_hold_no_target(url: str) -> None:
    """Since 2024 Google's ids are numbers; and an address made by an attacker leads nowhere but to http(s)."""
    assert direct_address(url) is None


def test_a_chain_of_redirectors_ends() -> None:
    """Three are followed, the rest is left as it stands."""
    url = ARTICLE
    for host in ("www.bing.com/news/apiclick.aspx", "www.google.com/url") * 3:
        url = f"https://{host}?url=" + url.replace("%", "%25").replace("&", "%26").replace("?", "%3F")

    assert (direct_address(url) or "").startswith("https://www.bing.com/news/apiclick.aspx?url=")


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("Yards sign a pact - Example Times", ("Yards sign a pact", "Example Times")),
        ("EU - US talks resume - paper.example", ("EU - US talks resume", "paper.example")),
        ("A title without a publisher", ("A title without a publisher", "")),
        ("Pact signed - " + "x" * 61, ("Pact signed - " + "x" * 61, "")),
        (" - Example Times", (" - Example Times", "")),
        ("", ("", "")),
    ],
)
def test_titles_end_in_their_publisher(title: str, parts: tuple[str, str]) -> None:
    """Only the last part is the publisher; what is longer than a name belongs to the headline."""
    assert split_title(title) == parts


def test_entries_of_google_news_are_resolved() -> None:
    """The direct link where the old one holds it; else the link stays, and that is said."""
    old = resolved(Entry("id", google(ARTICLE.encode()), "Yards sign a pact - Example Times"))
    new = resolved(Entry("id", NEW_STYLE, "Yards sign a pact - Example Times", problems=("date not readable: x",)))

    assert (old.url, old.title, old.problems) == (ARTICLE, "Yards sign a pact", ())
    assert (new.url, new.title, new.publisher) == (NEW_STYLE, "Yards sign a pact", "Example Times")
    assert new.problems == ("date not readable: x", "link leads through news.google.com")


@pytest.mark.parametrize(
    ("title", "named", "publisher"),
    [
        ("Pact - paper.example", "The Example Times", "The Example Times"),
        ("Pact - paper.example", None, "paper.example"),
        ("Pact", "The Example Times", "The Example Times"),
        ("Pact", None, None),
    ],
)
def test_the_publisher_is_kept(title: str, named: str | None, publisher: str | None) -> None:
    """What the entry says by itself counts before what stands behind its title."""
    entry = resolved(Entry("id", NEW_STYLE, title, publisher=named))

    assert (entry.title, entry.publisher) == ("Pact", publisher)


@pytest.mark.parametrize("url", [ARTICLE, None])
def test_other_entries_stay_as_they_are(url: str | None) -> None:
    """A headline of another source may end in ` - x` by itself."""
    entry = Entry("id", url, "Yards sign a pact - again")

    assert resolved(entry) == entry


def test_entries_of_other_redirectors_keep_their_title() -> None:
    """Bing adds no publisher."""
    entry = Entry("id", f"https://www.bing.com/news/apiclick.aspx?url={ARTICLE}", "Pact - signed at last")

    assert (resolved(entry).url, resolved(entry).title) == (ARTICLE, "Pact - signed at last")
    assert resolved(entry).publisher is None
