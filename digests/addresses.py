"""Names of recipients: the one form of an address, its short id and its masked form for logs.

Does not ask the network whether it exists.
"""

import hashlib

from email_validator import EmailNotValidError, validate_email


def mailbox(address: str) -> str:
    """`address` as it goes on the wire: domain in lower-case ASCII, local part as written.

    Raises:
        ValueError: in words, where it is not one address that a plain SMTP server takes.
    """
    try:
        checked = validate_email(address, check_deliverability=False, strict=True)
    except EmailNotValidError as problem:
        raise ValueError(str(problem)) from problem
    if checked.ascii_email is None:
        raise ValueError("The part before the @-sign needs SMTPUTF8, which not every mail server on the way can take.")
    if checked.ascii_email.startswith("-"):
        raise ValueError("An address that begins with a dash is read as an option by some mail programs.")
    return checked.ascii_email


def recipient_id(address: str) -> str:
    """12 hexadecimal digits for a recipient. Case does not count, a plus-tag does. Raises ValueError like `mailbox`."""
    return hashlib.sha256(mailbox(address).casefold().encode()).hexdigest()[:12]


def masked(address: str) -> str:
    """`a***@example.eu` for logs and reports; never raises."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}"
