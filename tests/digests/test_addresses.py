"""One mailbox has one id; what is not one address is refused; logs see a mask."""

import pytest

from digests.addresses import mailbox, masked, recipient_id


def test_id_ignores_case_but_not_a_tag() -> None:
    """The same mailbox written differently has the same id; plus-tags are mailboxes of their own."""
    assert recipient_id("Reader@Example.ORG") == recipient_id("reader@example.org")
    assert recipient_id("reader+a@example.org") != recipient_id("reader@example.org")
    assert len(recipient_id("reader@example.org")) == 12


def test_domain_goes_out_in_ascii() -> None:
    """A domain with an umlaut is sent in punycode, the local part as written."""
    assert mailbox("Reader@Bücher.example") == "Reader@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "address",
    [
        "nobody",
        "a@b@example.org",
        "a@example.org, b@example.org",
        "a@example.org\r\nBcc: b@example.org",
        "-oQ@example.org",
        "josé@example.org",
        "a" * 65 + "@example.org",
        "",
    ],
)
def test_what_is_not_one_address_is_refused(address: str) -> None:
    """With a reason that a person can read."""
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        mailbox(address)


def test_mask_hides_the_name() -> None:
    """First letter and domain remain; a broken address does not raise."""
    assert masked("reader@example.org") == "r***@example.org"
    assert "secret" not in masked("secret")[1:] or masked("secret") == "***@secret"
