"""config/quotes.toml is whole, and what is wrong in it is told with its place."""

import tomllib
from dataclasses import fields, replace
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from parsers.judging.quotes.quote_file import QuoteFile, problems_of, rows
from parsers.judging.topic_file import Words

CONFIG = Path(__file__).parents[4] / "config" / "quotes.toml"
SHAPE = TypeAdapter(QuoteFile)


@pytest.fixture(scope="module")
def shipped() -> QuoteFile:
    return SHAPE.validate_python(tomllib.loads(CONFIG.read_text("utf-8")))


def test_shipped_words_are_whole(shipped: QuoteFile) -> None:
    """The file has no problem, and verbs and titles in all languages that topics have."""
    assert problems_of(shipped) == []
    for language in (one.name for one in fields(Words) if one.name != "every"):
        assert len(rows(getattr(shipped.verbs, language))) >= 15, language
        assert len(rows(getattr(shipped.titles, language))) >= 20, language
        assert getattr(shipped.sources, language), language


def test_all_problems_at_once(shipped: QuoteFile) -> None:
    """Empty lists, signs of the phrase language, commas too many and words of two lists are told with their place."""
    broken = replace(
        shipped,
        verbs=Words(en="said, told*"),
        sources=Words(),
        titles=Words(en="president,, minister"),
        stops=Words(en="to, said"),
    )
    assert {path for path, _ in problems_of(broken)} == {"verbs.en", "sources", "titles.en", "stops.en"}
    assert any("'told*'" in reason for _, reason in problems_of(broken))


def test_a_comma_at_the_end_is_no_problem(shipped: QuoteFile) -> None:
    """Rows that were cut from a longer list may end with a comma."""
    assert problems_of(replace(shipped, verbs=Words(en="said, told,"))) == []
    assert rows("a  déclaré, dit ,") == ["a déclaré", "dit"]


@pytest.mark.parametrize("change", [{"verb": {}}, {"verbs": {"en": 3}}, {"verbs": {"xx": "a"}}])
def test_unknown_keys_are_refused(change: dict[str, object]) -> None:
    """A misspelt list or language is an error, not a silence."""
    with pytest.raises(ValidationError):
        SHAPE.validate_python({**tomllib.loads(CONFIG.read_text("utf-8")), **change})
