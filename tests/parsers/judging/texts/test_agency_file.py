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
    for words in (file.material, file.statements):
        assert all(getattr(words, language) for language in ("en", "fr", "de", "es", "it", "pl", "nl", "sv"))
    assert compile_agencies(file).owner["Agence France-Presse"] == "AFP"


def file(
    *agencies: Agency, sources: str = "source", material: str = "with", statements: str = "in a note"
) -> AgencyFile:
    return AgencyFile(agencies, Words(en=sources), Words(en=material), Words(en=statements))


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
        (
            file(Agency("One", ("O",), ("one.eu",)), Agency("Two", ("T",), ("one.eu",))),
            "agencies[1].hosts",
            "'one.eu' already stands for agencies[0]",
        ),
        (file(REUTERS, sources=""), "sources", "has no wording in any language"),
        (file(REUTERS, statements=""), "statements", "has no wording in any language"),
    ],
)
def test_what_is_wrong_is_named(wrong: AgencyFile, path: str, reason: str) -> None:
    """Two owners of one name, names of nothing, no wordings."""
    assert problems_of(wrong) == [(path, reason)]


@pytest.mark.parametrize("host", ["https://one.eu", "www.one.eu", "One.eu", "one", "one.eu/news"])
def test_hosts_are_hosts(host: str) -> None:
    """Anything else would never be found."""
    ((path, reason),) = problems_of(file(Agency("One", ("O",), (host,))))

    assert path == "agencies[0].hosts"
    assert repr(host) in reason


def test_families_are_those_of_sources() -> None:
    """Each family that ours names is that of a configured source."""
    families = {source["family"] for source in tomllib.loads((CONFIG / "sources.toml").read_text())["sources"]}
    assert {family for agency in ours().agencies for family in agency.families} <= families
