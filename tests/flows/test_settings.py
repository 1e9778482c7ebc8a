"""Configuration: everything that is wrong in any file is told at once, with file, place and reason."""

from pathlib import Path

import pytest
from builders import config_folder, source_table
from drivers import REPOSITORY, Seabridge

from flows.settings import load
from parsers.errors import Misconfigured


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sources = [source_table("one", "https://one.example/feed"), source_table("two", "https://two.example/feed")]
    return config_folder(tmp_path / "config", sources, recipients=["ada@one.example"])


def problems(folder: Path) -> dict[str, str]:
    """`file: path` -> reason."""
    with pytest.raises(Misconfigured) as caught:
        load(config=folder, home=folder)
    return {f"{problem.file}: {problem.path}": problem.reason for problem in caught.value.problems}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_what_is_shipped_is_sound() -> None:
    """The repository's own configuration has a hundred sources or so, the 21 topics, the five seeds."""
    settings = load(config=REPOSITORY / "config", home=Path("home"))
    assert len(settings.sources) >= 80
    assert (len(settings.topics.topics), len(settings.seeds)) == (21, 5)


def test_all_problems_at_once(seabridge: Seabridge) -> None:
    """Faults in five files are one message on stderr, a line each, with exit code 2 and no traceback."""
    sources = [source_table("one", "ftp://one.example/feed"), source_table("one", "https://two.example/", weight=9)]
    folder = config_folder(seabridge.config, sources, recipients=["nobody"])
    edit(folder / "digest.toml", "hour = 7", 'hour = "seven"')
    edit(folder / "topics.toml", "america =", "america")
    edit(folder / "seeds.toml", "published =", "pubished =")
    told = seabridge("digest")
    assert told.code == 2
    assert "Traceback" not in told.err
    lines = told.err.splitlines()
    assert any(".url: must be an http" in line for line in lines), "the other faults of a file with a wrong type"
    for file in ("recipients.toml", "sources.toml", "digest.toml", "topics.toml", "seeds.toml"):
        assert any(line.startswith(f"{file}: ") for line in lines), file
    assert f"{len(lines) - 1} problems" in lines[0]


def test_places_and_reasons(folder: Path) -> None:
    """A problem is named by table, number and id; the same id or address twice is found."""
    path = folder / "sources.toml"
    edit(path, 'id = "two"', 'id = "one"')
    edit(path, '"https://two.example/feed"', '"https://one.example/feed"')
    found = problems(folder)
    assert found == {
        "sources.toml: sources[1] (one).id": "is also the id of sources[0]",
        "sources.toml: sources[1] (one).url": "is also the address of one",
    }


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "near"),
    [
        ("sources.toml", "weight =", "wieght =", "sources[0] (one).wieght", "weight"),
        ("sources.toml", "[[sources]]", "[[source]]", "source", "sources"),
        ("digest.toml", "story_budget", "story_buget", "story_buget", "story_budget"),
        ("digest.toml", "# [smtp]", "[smtp]\nhost = 'h'\nsecurty = 'none'", "smtp.securty", "security"),
        ("digest.toml", "[[sections]]", "[[sections]]\nbugdet = 2", "sections[0].bugdet", "budget"),
        ("recipients.toml", "address =", "adress =", "recipients[0].adress", "address"),
        ("seeds.toml", "abstract =", "abstrat =", "seeds[0]", "abstract"),
        ("topics.toml", "america =", "amercia =", "scope", "america"),
    ],
)
def test_unknown_key(folder: Path, file: str, old: str, new: str, place: str, near: str) -> None:
    """An unknown key is a problem, and the key that was probably meant is named."""
    edit(folder / file, old, new)
    found = problems(folder)
    unknown = {where: reason for where, reason in found.items() if reason.startswith("unknown key")}
    assert len(unknown) == 1, found
    ((where, reason),) = unknown.items()
    assert where.startswith(f"{file}: {place}")
    assert f"did you mean `{near}`" in reason


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('url = "https://one.example/feed"', 'url = "https://u:p@one.example/feed"', "user name"),
        ('url = "https://one.example/feed"', 'url = "https://[one.example/feed"', "http or https"),
        ('id = "one"', 'id = "One Two"', "small letters"),
        ('form = "feed"', 'form = "listing"', "selectors"),
        ('form = "feed"', 'form = "listing"\nlisting = {block = "li["}', "CSS"),
        ('form = "feed"', 'form = "listing"\nlisting = {block = "li", date_in_url = "("}', "regular expression"),
        ('form = "feed"', 'form = "listing"\nlisting = {block = "li", date_in_url = "(?P<year>x)"}', "day, month"),
        ('form = "feed"', 'form = "feed"\nenabled = false', "why"),
        ("weight = 3", "weight = 3.5", "integer"),
        ("weight = 3", "", "is missing"),
    ],
)
def test_source_that_cannot_be(folder: Path, old: str, new: str, reason: str) -> None:
    """What would only fail in the middle of a run is found before it."""
    edit(folder / "sources.toml", old, new)
    found = problems(folder)
    assert any(reason in said for said in found.values()), found


def test_files_that_cannot_be_read(folder: Path) -> None:
    """Missing, not TOML, not UTF-8: each is named."""
    (folder / "seeds.toml").unlink()
    (folder / "digest.toml").write_bytes(b"name = \xff")
    (folder / "sources.toml").write_text("[[sources")
    found = problems(folder)
    assert {place.partition(":")[0] for place in found} == {"seeds.toml", "digest.toml", "sources.toml"}


def test_byte_order_mark(folder: Path) -> None:
    """A file saved by an editor that marks UTF-8 is read all the same."""
    path = folder / "sources.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(load(config=folder, home=folder).sources) == 2


def test_hash_tells_configurations_apart(folder: Path) -> None:
    """The hash that runs record is the same for the same files, and another after any change."""
    first, again = load(config=folder, home=folder).hash, load(config=folder, home=folder).hash
    edit(folder / "digest.toml", "hour = 7", "hour = 8")
    assert first == again != load(config=folder, home=folder).hash


OWN = """
[groups.bread]
every = "bread, baker*"

[[topics]]
id = "bakery"
name = "Bakeries"
definition = "Who bakes."
core = 0.1
unless = ["bread"]
seeds = []
[[topics.phrases]]
weight = 1.0
every = "rye loaf, bagel*"
"""


@pytest.fixture
def own(folder: Path) -> Path:
    """A file of one's own in the folder of topics, and a section for its topic."""
    edit(folder / "digest.toml", "[[sections]]", '[[sections]]\ntopic = "bakery"\n\n[[sections]]')
    path = folder / "topics" / "99-own.toml"
    path.write_text(OWN)
    return path


def test_the_folder_of_topics(folder: Path, own: Path) -> None:
    """Its files are read as one with topics.toml, in the order of their names; each fault is told with its file."""
    topics = load(config=folder, home=folder).topics
    assert (topics.topics[-1].id, "bread" in topics.groups) == ("bakery", True)
    edit(own, "definition =", "defintion =")
    (folder / "topics" / "98.toml").write_text("[[topics")
    (folder / "topics" / "97.toml").write_bytes(b"\xff")
    found = problems(folder)
    assert "did you mean `definition`" in found["topics/99-own.toml: topics[0] (bakery).defintion"]
    assert "is not valid TOML" in found["topics/98.toml: "]
    assert "is not UTF-8" in found["topics/97.toml: "]


@pytest.mark.parametrize(
    ("old", "new", "place", "reason"),
    [
        ('id = "bakery"', 'id = "pesco"', "topics[0].id", "already the id of topics[0] of topics/"),
        ('unless = ["bread"]', 'unless = ["nowhere"]', "topics[0].unless", "no group 'nowhere'"),
        ("[groups.bread]", "[groups.us]", "groups.us", "already a group of topics.toml"),
        ('every = "rye loaf', 'every = "a*, rye', "topics[0].phrases[0].every", "match nearly everything"),
        ('every = "rye loaf', 'every = ", rye', "topics[0].phrases[0].every", "is empty"),
        ("core = 0.1", "core = 45", "topics[0] (bakery).core", "less than or equal to 1"),
        ("core = 0.1", "core = 0.1\nfloor = -1", "topics[0] (bakery).floor", "greater than or equal to 0"),
        ("weight = 1.0", "weight = -1", "topics[0] (bakery).phrases[0].weight", "greater than 0"),
    ],
)
def test_rules_that_cannot_be(folder: Path, own: Path, old: str, new: str, place: str, reason: str) -> None:
    """A phrase, a condition, a number that would judge nonsense is refused at load, with file and path."""
    edit(own, old, new)
    found = problems(folder)
    assert reason in found.get(f"topics/99-own.toml: {place}", ""), found


def test_what_was_learned_and_the_kinds(folder: Path) -> None:
    """Without a file of one's own those that came with Seabridge count; one that cannot be used is told."""
    ours = load(config=REPOSITORY / "config", home=folder)
    plain = load(config=folder, home=folder)
    assert (plain.weights, plain.kinds) == (ours.weights, ours.kinds)
    (folder / "topics.model.json").write_text('{"bias": {"pesco": 1.0}}')
    assert load(config=folder, home=folder).weights.bias == {"pesco": 1.0}
    (folder / "topics.model.json").write_text("{")
    (folder / "kinds.toml").write_text("kidns = 1")
    found = problems(folder)
    assert "is not valid JSON" in found["topics.model.json: "]
    assert any(place.startswith("kinds.toml: ") for place in found)
    (folder / "topics.model.json").write_text('{"bias": {"pesco": "much"}}')
    assert "topics.model.json: bias.pesco" in problems(folder)


def test_hash_knows_the_rules(folder: Path, own: Path) -> None:
    """A change in the folder of topics or in what was learned is another configuration."""
    hashes = {load(config=folder, home=folder).hash}
    edit(own, "core = 0.1", "core = 0.2")
    hashes.add(load(config=folder, home=folder).hash)
    (folder / "topics.model.json").write_text("{}")
    hashes.add(load(config=folder, home=folder).hash)
    assert len(hashes) == 3
