"""The topics files say what they mean, and what they cannot mean is refused with file, path and reason."""

from dataclasses import replace
from pathlib import Path

import pytest
from drivers import REPOSITORY
from pydantic import TypeAdapter, ValidationError

from flows.settings import load
from parsers.judging.topic_file import Phrases, TopicFile, TopicPart, Words, joined, problems_of

IDS = {
    "dialogue",
    "eda-arrangement",
    "pesco",
    "defence-industry",
    "military-mobility",
    "nato-eu",
    "strategic-autonomy",
    "burden-sharing",
    "us-politics",
    "indo-pacific",
    "ukraine-war",
    "force-posture",
    "research-technology",
    "crisis-management",
    "counter-terrorism",
    "hybrid-cyber",
    "nonproliferation",
    "regional-security",
    "enlargement",
    "climate-energy",
    "capabilities",
}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> TopicFile:
    return load(config=REPOSITORY / "config", home=tmp_path_factory.mktemp("home")).topics


def test_shipped_files_are_whole(file: TopicFile) -> None:
    """21 topics, each with a seed, a floor, and phrases in seven languages."""
    assert {topic.id for topic in file.topics} == IDS
    assert len(file.topics) == len(IDS)
    for topic in file.topics:
        assert topic.seeds, topic.id
        assert topic.floor > 0, topic.id
        for language in ("en", "fr", "de", "es", "it", "pl", "nl"):
            assert any(getattr(entry, language) for entry in topic.phrases), (topic.id, language)


def test_no_ending_matches_everyday_words(file: TopicFile) -> None:
    """A beginning of two letters with any ending is nearly every word: `a*` is refused, and none is shipped."""
    assert problems_of(file) == []


def test_problems_are_all_named(file: TopicFile) -> None:
    """Duplicate ids, unknown groups, empty and all-matching phrases are told together, with file and path."""
    bad = Phrases(en="nato,, a*", near=("nowhere",))
    broken = replace(
        file, topics=(replace(file.topics[0], phrases=(bad,)), file.topics[0]), groups={**file.groups, "x": Words()}
    )
    part = TopicPart(
        groups={"x": Words(en="x ray")}, topics=(replace(file.topics[1], around=("nobody",)), file.topics[0])
    )
    found = problems_of(broken, {"topics/more.toml": part})
    assert [(name, path) for name, path, _ in found] == [
        ("topics.toml", "topics[0].phrases[0].near"),
        ("topics.toml", "topics[0].phrases[0].en"),
        ("topics.toml", "topics[0].phrases[0].en"),
        ("topics.toml", "topics[1].id"),
        ("topics.toml", "groups.x"),
        ("topics/more.toml", "topics[0].around"),
        ("topics/more.toml", "topics[1].id"),
        ("topics/more.toml", "groups.x"),
    ]
    assert "empty" in found[1][2]
    assert "nearly everything" in found[2][2]


def test_a_file_without_any_topic_is_refused(file: TopicFile) -> None:
    """Neither in topics.toml nor beside it: nothing could ever be on topic."""
    assert [path for _, path, _ in problems_of(replace(file, topics=()))] == ["topics"]


def test_parts_are_joined_in_order(file: TopicFile) -> None:
    """Groups and topics of the parts come behind those of topics.toml."""
    first, second = file.topics[:2]
    whole = joined(replace(file, topics=(first,)), [TopicPart(groups={"x": Words(en="y")}, topics=(second,))])
    assert whole.topics == (first, second)
    assert list(whole.groups)[-1] == "x"


@pytest.mark.parametrize(
    "entry", [{"en": "nato", "wieght": 1}, {"en": "nato", "weight": 0}, {"en": "nato", "weight": 9}]
)
def test_a_wrong_key_or_weight_is_refused(entry: dict[str, object]) -> None:
    """A misspelt key is an error, not a rule that silently never fires."""
    with pytest.raises(ValidationError):
        TypeAdapter(Phrases).validate_python(entry)


def test_a_bad_phrase_in_a_part_names_its_file(tmp_path: Path, file: TopicFile) -> None:
    """An operator who breaks one of the files is told which, where and why; all files at once."""
    import shutil

    from parsers.errors import Misconfigured

    shutil.copytree(REPOSITORY / "config", tmp_path / "config")
    for name, text in (
        ("03-pesco.toml", '[[topics.phrases]]\nen = "x*"\n'),
        ("20-climate-energy.toml", "[[topics.phrases]\n"),
    ):
        path = tmp_path / "config" / "topics" / name
        path.write_text(path.read_text() + text)
    with pytest.raises(Misconfigured) as told:
        load(config=tmp_path / "config", home=tmp_path)
    assert "20-climate-energy.toml" in str(told.value)
    path.write_text((REPOSITORY / "config" / "topics" / path.name).read_text())
    with pytest.raises(Misconfigured) as told:
        load(config=tmp_path / "config", home=tmp_path)
    assert "topics/03-pesco.toml" in str(told.value)
    assert "nearly everything" in str(told.value)
