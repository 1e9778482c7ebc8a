"""config/agencies.toml: ours has no fault, and what is wrong with another one is said with its place."""

import tomllib

import pytest
from builders import CONFIG
from pydantic import TypeAdapter

from parsers.judging.texts.agency_file import Agency, AgencyFile, compile_agencies, problems_of
from parsers.judging.topic_file import Words


def ours() -> AgencyFile:
    return TypeAdapter(AgencyFile).validate_python(tomllib.loads((CONFIG / "agencies.toml").read_text()))


def test_ours_has_no_fault() -> None:
    """The file that comes with Seabridge can be used, and has wordings in every language that is read."""
    file = ours()

    assert problems_of(file) == []
    for words in (file.reports, file.statements):
        assert all(getattr(words, language) for language in ("en", "fr", "de", "es", "it", "pl", "nl", "sv"))
    assert compile_agencies(file).owner["Agence France-Presse"] == "AFP"


def file(
    *agencies: Agency, reports: str = "NAME reports", sources: str = "source", statements: str = "in a note"
) -> AgencyFile:
    return AgencyFile(agencies, Words(en=reports), Words(en=sources), Words(en=statements))


REUTERS = Agency("Reuters", ("Reuters",), families=("reuters",))


@pytest.mark.parametrize(
    ("wrong", "path", "reason"),
    [
        (file(REUTERS, Agency("Other", ("Reuters",))), "agencies[1].names", "'Reuters' already stands for agencies[0]"),
        (file(REUTERS, Agency("Reuters", ("R",))), "agencies[1].name", "'Reuters' already stands for agencies[0]"),
        (
            file(REUTERS, Agency("Other", ("O",), families=("reuters",))),
            "agencies[1].families",
            "'reuters' already stands for agencies[0]",
        ),
        (file(Agency("Dash", ("--",))), "agencies[0].names", "'--' has no letter"),
        (file(REUTERS, reports="it reports"), "reports", "'it reports' must name the agency, as NAME, once"),
        (file(REUTERS, sources="source NAME"), "sources", "'source NAME' must name the agency, as NAME, nowhere"),
        (file(REUTERS, statements=""), "statements", "has no wording in any language"),
    ],
)
def test_what_is_wrong_is_named(wrong: AgencyFile, path: str, reason: str) -> None:
    """Two owners of one name, names of nothing, wordings without their place."""
    assert problems_of(wrong) == [(path, reason)]
