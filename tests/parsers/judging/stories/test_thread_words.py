"""Names of one matter meet, in one language by their spelling, across languages by their consonants."""

import pytest

from parsers.judging.stories.thread_words import same_spelling, skeleton, words_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Macron", "Micron"),
        ("Meloni", "Milan"),
        ("Costa", "Coast"),
        ("Rutte", "Ruto"),
        ("Stubb", "Stab"),
        ("Fico", "Foca"),
        ("Sudan", "Sedan"),
        ("Marne", "Marine"),
        ("Lyon", "Leon"),
        ("Tusk", "Task"),
        ("Putin", "Potin"),
        ("Berlin", "Burlin"),
    ],
)
def test_other_vowels_are_another_name(one: str, other: str) -> None:
    """Their consonants meet, which is enough between two languages, and in one language no evidence."""
    assert skeleton(one) == skeleton(other)
    assert not same_spelling(one, other)
    assert not same_spelling(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ankara", "Ankarze"),
        ("Iran", "Iranu"),
        ("Trump", "Trumpa"),
        ("Merz", "Merza"),
        ("Rutte", "Ruttego"),
        ("Polska", "Polsce"),
        ("Kijow", "Kijowie"),
        ("Polen", "Polens"),
        ("Mohammed", "Mohamed"),
        ("Kallas", "Kalas"),
        ("Tokyo", "Tokio"),
        ("Zelensky", "Zelenskyy"),
        ("Nato", "Nato"),
    ],
)
def test_endings_and_doubled_letters_make_no_other_name(one: str, other: str) -> None:
    """Inflection changes the end of a name, and hurry doubles a letter or not."""
    assert same_spelling(one, other)
    assert same_spelling(other, one)


def test_the_language_of_a_word() -> None:
    """Two letters, however the language is given."""
    assert [word.language for word in words_of("Kiel-based", "de-AT")] == ["de", "de"]
