"""Redirects: what of a request follows one, and where it may lead."""

import pytest

from parsers.errors import Refused
from parsers.model import Request
from parsers.reading.web.redirects import checked, redirected, target_of


@pytest.mark.parametrize(
    ("old", "new", "stays"),
    [
        ("https://a.example/1", "https://a.example/2", True),
        ("https://a.example/1", "https://a.example:443/2", True),
        ("http://a.example/1", "https://a.example/2", True),
        ("http://a.example:8080/1", "https://a.example/2", False),
        ("https://a.example/1", "https://a.example:8443/2", False),
        ("https://a.example/1", "https://www.a.example/2", False),
        ("https://www.a.example/1", "https://a.example/2", False),
        ("https://a.example/1", "https://b.example/1", False),
    ],
)
def test_headers_and_exceptions_belong_to_a_site_and_validators_to_an_address(old: str, new: str, stays: bool) -> None:
    """N-17: only inside one host and port, or from http to https of one host, does a secret go along."""
    request = Request(old, etag='"1"', last_modified="x", user_agent="Desk", headers={"x": "1"}, verify_tls=False)
    following = redirected(request, new)
    assert (following.url, following.etag, following.last_modified, following.user_agent) == (new, None, None, "Desk")
    assert (following.headers, following.verify_tls) == (({"x": "1"}, False) if stays else ({}, True))


def test_addresses_are_made_absolute_and_lose_their_fragments() -> None:
    """What is asked for is an address that leads somewhere; the rest is refused in the name of the first address."""
    assert checked(" HTTP://A.example/x y#part ") == "http://a.example/x%20y"
    assert target_of("../b?c#d", "https://a.example/x/y", "first") == "https://a.example/b?c"
    with pytest.raises(Refused, match=r"^first: redirects from https"):
        target_of("http://a.example/", "https://a.example/", "first")
    with pytest.raises(Refused, match=r"^first: redirects to nowhere"):
        target_of(None, "https://a.example/", "first")
