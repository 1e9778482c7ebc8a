"""What people configure about the digest, its recipients and its mail server.

Does not read files and does not look at the environment.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal
from zoneinfo import ZoneInfo

from annotated_types import Ge, Le

from digests.addresses import mailbox, recipient_id
from digests.plain import web_address
from parsers.configured import STRICT, NonEmpty, Positive
from parsers.errors import Problem

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
OTHER = "other"
"""Section of stories that are relevant but carry no topic."""


@dataclass(frozen=True, slots=True)
class SectionSettings:
    """One section of the digest, in the order of the file. `budget`: most stories shown."""

    __pydantic_config__: ClassVar = STRICT

    topic: NonEmpty
    budget: Positive = 3


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The mail server that takes our messages.

    Attributes:
        security: starttls (port 587), tls from the first byte (465), or none (a relay on this machine).
        user, password_env: for a server that asks for a login; the name of the variable that holds the password.
        deadline: seconds for one message, all commands together.
    """

    __pydantic_config__: ClassVar = STRICT

    host: NonEmpty
    port: Annotated[int, Ge(1), Le(65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password_env: str | None = None
    deadline: Positive = 60


@dataclass(frozen=True, slots=True)
class DigestSettings:
    """config/digest.toml.

    Attributes:
        id: stays the same for ever; part of every edition's id and of its messages' ids.
        language: of the digest's own words; the templates speak no other.
        weekday, hour: when it is sent, in `zone`; an edition covers the ISO week that ended before.
        story_budget: most stories in an edition, the top story included.
        publisher_cap: most stories in an edition that are led by one publisher family.
        empty: what to do in a week without stories: send a short note, or nothing.
        approval: an edition goes out only after a person has approved it.
        max_html_bytes: size of the HTML part before transfer coding; mail programs cut at about 102,000.
        unsubscribe: address that a reader writes to in order to leave.
        list_id: stable name of the list, in the form of a domain name (RFC 2919).
        archive_url: where the static archive is published, if it is.
    """

    __pydantic_config__: ClassVar = STRICT

    id: NonEmpty
    name: NonEmpty
    zone: NonEmpty
    weekday: Weekday
    hour: Annotated[int, Ge(0), Le(23)]
    sender_name: NonEmpty
    sender_address: NonEmpty
    reply_to: NonEmpty
    unsubscribe: NonEmpty
    list_id: NonEmpty
    sections: tuple[SectionSettings, ...]
    language: Literal["en"] = "en"
    story_budget: Positive = 12
    publisher_cap: Positive = 3
    empty: Literal["note", "skip"] = "note"
    approval: bool = False
    max_html_bytes: Annotated[int, Ge(20_000), Le(100_000)] = 80_000
    archive_url: str | None = None
    smtp: SmtpSettings | None = None

    @property
    def cron(self) -> str:
        """The time of sending for a scheduler that knows `zone`."""
        return f"0 {self.hour} * * {self.weekday[:3]}"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One reader. `topics`: only these (empty: all). `format`: both HTML and text, or text alone."""

    __pydantic_config__: ClassVar = STRICT

    address: NonEmpty
    name: str = ""
    topics: tuple[str, ...] = ()
    format: Literal["both", "text"] = "both"


@dataclass(frozen=True, slots=True)
class Recipients:
    """config/recipients.toml."""

    __pydantic_config__: ClassVar = STRICT

    recipients: tuple[Recipient, ...] = field(default_factory=tuple)


def problems_of(settings: DigestSettings, file: str, topics: Collection[str]) -> list[Problem]:
    """What the types cannot say about config/digest.toml. `topics`: the known topic ids."""
    found = [
        *_bad_addresses(
            file, {name: getattr(settings, name) for name in ("sender_address", "reply_to", "unsubscribe")}
        ),
        *_bad_sections(settings, file, topics),
    ]
    if not _is_zone(settings.zone):
        found.append(Problem(file, "zone", f"{settings.zone!r} is not a time zone; write one like Europe/Brussels"))
    if not re.fullmatch(r"[a-z0-9-]{1,40}", settings.id):
        found.append(
            Problem(file, "id", "only a-z, 0-9 and dashes, at most 40: it is part of file names and message ids")
        )
    if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", settings.list_id):
        found.append(Problem(file, "list_id", f"{settings.list_id!r} has not the form of a domain name"))
    if settings.archive_url is not None and not _is_address(settings.archive_url):
        found.append(Problem(file, "archive_url", f"{settings.archive_url!r} is not a web address"))
    return found + (_smtp_problems(settings.smtp, file) if settings.smtp else [])


def problems_of_recipients(recipients: Recipients, file: str, topics: Collection[str]) -> list[Problem]:
    """What the types cannot say about config/recipients.toml: bad or repeated addresses, unknown topics."""
    found: list[Problem] = []
    first: dict[str, int] = {}
    for number, recipient in enumerate(recipients.recipients):
        path = f"recipients[{number}]"
        bad = _bad_addresses(file, {f"{path}.address": recipient.address})
        found += bad
        if not bad:
            before = first.setdefault(recipient_id(recipient.address), number)
            if before != number:
                found.append(Problem(file, f"{path}.address", f"the same mailbox as recipients[{before}]"))
        found += [
            Problem(file, f"{path}.topics", f"unknown topic {topic!r}")
            for topic in recipient.topics
            if topic not in topics
        ]
    return found


def _bad_addresses(file: str, addresses: dict[str, str]) -> list[Problem]:
    found = []
    for path, address in addresses.items():
        try:
            mailbox(address)
        except ValueError as problem:
            found.append(Problem(file, path, str(problem)))
    return found


def _bad_sections(settings: DigestSettings, file: str, topics: Collection[str]) -> list[Problem]:
    named = [section.topic for section in settings.sections]
    found = [
        Problem(file, f"sections[{number}].topic", f"unknown topic {topic!r}")
        for number, topic in enumerate(named)
        if topic not in topics and topic != OTHER
    ]
    found += [
        Problem(file, f"sections[{number}].topic", f"{topic!r} has a section already")
        for number, topic in enumerate(named)
        if topic in named[:number]
    ]
    missing = [topic for topic in (*topics, OTHER) if topic not in named]
    if missing:
        found.append(
            Problem(file, "sections", f"no section for {', '.join(missing)}: such stories would have no place")
        )
    return found


def _smtp_problems(smtp: SmtpSettings, file: str) -> list[Problem]:
    found = []
    if (smtp.user is None) != (smtp.password_env is None):
        found.append(Problem(file, "smtp", "user and password_env belong together: give both or neither"))
    if smtp.user and smtp.security == "none" and smtp.host not in {"localhost", "127.0.0.1", "::1"}:
        found.append(Problem(file, "smtp.security", "a password is not sent over an open line; use starttls or tls"))
    return found


def _is_address(url: str) -> bool:
    """One that stands in a header as it is, or after its other letters were encoded."""
    return web_address(url) is not None and not any(c.isspace() or not c.isprintable() for c in url)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        return False
    return True
