"""Bylines taken apart, and titles freed of the site's name."""

import pytest

from parsers.reading.articles.names import folded, is_byline, people, persons_for_certain, without_site


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Ana Kowalska", ("Ana Kowalska",)),
        ("Von Eva Muster und Max Beispiel, Brüssel", ("Eva Muster", "Max Beispiel")),
        ("Par Jean Dupont et Luc Petit", ("Jean Dupont", "Luc Petit")),
        ("Autor: Jan Nowak", ("Jan Nowak",)),
        ("Автор: Олена Коваль", ("Олена Коваль",)),
        ("Written by Ana Ruiz, Luis Gil and Eva Sol", ("Ana Ruiz", "Luis Gil", "Eva Sol")),
        ("Ana Ruiz y Luis Gil", ("Ana Ruiz", "Luis Gil")),
        ("Ortega y Gasset", ("Ortega y Gasset",)),
        ("Ana Kowalska, Defence Correspondent, Brussels", ("Ana Kowalska",)),
        ("Ana Kowalska (Reuters)", ("Ana Kowalska",)),
        ("Ana Kowalska | Reuters", ("Ana Kowalska",)),
        ("Reuters", ("Reuters",)),
        ("Ana Kowalska @anak ana@x.example", ("Ana Kowalska",)),
        ("Ana Kowalska; ANA KOWALSKA", ("Ana Kowalska",)),
        ("Troy L. Smith. The Daily Desk", ("Troy L. Smith",)),
        ("By Ana Ruiz in Madrid", ("Ana Ruiz",)),
        ("Doe, John", ("Doe, John",)),
        ("admin", ()),
        ("Editorial staff", ()),
        ("https://x.example/authors/1", ()),
        ("", ()),
    ],
)
def test_people_in_a_byline(byline: str, names: tuple[str, ...]) -> None:
    """Names only: no roles, places, handles or doubles; an agency where nobody else is named."""
    assert people(byline) == names


def test_a_line_is_a_byline_only_if_it_names_persons() -> None:
    """`By Tuesday morning` begins like one."""
    assert is_byline("By Ana Ruiz and Luis van der Gil")
    assert not is_byline("By tuesday morning the talks were over")
    assert not is_byline("By Ana Ruiz" + " and more" * 30)
    assert persons_for_certain("The Russian and Syrian ministries") == ()


def test_titles_compare_without_what_is_not_seen() -> None:
    """Soft hyphens and zero-width characters stand inside words of ministries' headlines."""
    assert folded("Mes\u00adsenger\u200bdienste –  KEIN Raum") == "messengerdienste kein raum"


@pytest.mark.parametrize(
    ("title", "site", "host", "expected"),
    [
        ("Tanks | The Daily", "The Daily", "", "Tanks"),
        ("Tanks - The Daily", None, "thedaily.example", "Tanks"),
        ("Tanks » Daily-News", None, "www.daily-news.example", "Tanks"),
        ("Ukraine: ministers meet", None, "daily.example", "Ukraine: ministers meet"),
    ],
)
def test_the_site_is_taken_off(title: str, site: str | None, host: str, expected: str) -> None:
    """Known by its stated name or by that in the address."""
    assert without_site(title, site, (), host) == expected
