"""The shipped configuration is right, and every mistake is named with file and path."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from digests.settings import (
    DigestSettings,
    Recipient,
    Recipients,
    SectionSettings,
    SmtpSettings,
    problems_of,
    problems_of_recipients,
)

CONFIG = Path(__file__).parents[2] / "config"
Topics = list[tuple[str, str]]


def ids(topics: Topics) -> list[str]:
    return [topic for topic, _ in topics]


def test_shipped_files_have_no_problems(settings: DigestSettings, topics: Topics) -> None:
    """Both files as they lie in config/ load and name only known topics."""
    example = tomllib.loads((CONFIG / "recipients.example.toml").read_text())
    recipients = TypeAdapter(Recipients).validate_python(example)
    assert problems_of(settings, "digest.toml", ids(topics)) == []
    assert problems_of_recipients(recipients, "recipients.toml", ids(topics)) == []
    assert len(recipients.recipients) == 2


def test_smtp_lines_of_the_shipped_file_load_when_uncommented(topics: Topics) -> None:
    """What the comments of the file propose is accepted as it stands there."""
    text = (CONFIG / "digest.toml").read_text()
    head, _, smtp = text.partition("# [smtp]")
    raw = tomllib.loads(head + "[smtp]" + smtp.replace("\n# ", "\n"))
    loaded = TypeAdapter(DigestSettings).validate_python(raw)
    assert loaded.smtp is not None
    assert loaded.smtp.security == "starttls"
    assert problems_of(loaded, "digest.toml", ids(topics)) == []


def test_unknown_key_is_a_problem() -> None:
    """A misspelt option is not ignored."""
    with pytest.raises(ValidationError, match="topcs"):
        TypeAdapter(Recipients).validate_python({"recipients": [{"address": "a@example.org", "topcs": []}]})


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"zone": "Europe/Atlantis"}, "zone"),
        ({"zone": "../etc/passwd"}, "zone"),
        ({"id": "Weekly Digest"}, "id"),
        ({"sender_address": "digest"}, "sender_address"),
        ({"unsubscribe": "mailto:a@example.org?x"}, "unsubscribe"),
        ({"list_id": "weekly digest"}, "list_id"),
        ({"archive_url": "ftp://example.org"}, "archive_url"),
        ({"archive_url": "https://example.org/a\r\nBcc: b@example.org"}, "archive_url"),
        ({"archive_url": "https://example.org/a b"}, "archive_url"),
        ({"sections": (SectionSettings("weather"),)}, "sections[0].topic"),
        ({"smtp": SmtpSettings("mail.example.org", user="me")}, "smtp"),
        (
            {"smtp": SmtpSettings("mail.example.org", security="none", user="me", password_env="X")},
            "smtp.security",
        ),
    ],
)
def test_each_mistake_is_named(settings: DigestSettings, topics: Topics, change: dict[str, Any], path: str) -> None:
    """One wrong value gives a problem at its path."""
    found = problems_of(replace(settings, **change), "digest.toml", ids(topics))
    assert path in {problem.path for problem in found}
    assert all(problem.file == "digest.toml" and problem.reason for problem in found)


def test_section_twice_and_section_missing(settings: DigestSettings, topics: Topics) -> None:
    """Every topic has exactly one place."""
    twice = replace(settings, sections=(*settings.sections[1:], settings.sections[1]))
    reasons = [problem.reason for problem in problems_of(twice, "digest.toml", ids(topics))]
    assert any("has a section already" in reason for reason in reasons)
    assert any("no section for dialogue" in reason for reason in reasons)


def test_recipient_mistakes_are_all_named() -> None:
    """A bad address, a repeated mailbox and an unknown topic are reported together."""
    recipients = Recipients(
        (
            Recipient("Reader@example.org"),
            Recipient("reader@EXAMPLE.org"),
            Recipient("broken"),
            Recipient("a@example.org", topics=("pesco", "sport")),
        )
    )
    found = problems_of_recipients(recipients, "recipients.toml", ["pesco"])
    assert [problem.path for problem in found] == [
        "recipients[1].address",
        "recipients[2].address",
        "recipients[3].topics",
    ]


def test_cron(settings: DigestSettings) -> None:
    """Day and hour in the form that schedulers read."""
    assert replace(settings, weekday="friday", hour=16).cron == "0 16 * * fri"
