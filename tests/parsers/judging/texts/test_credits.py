"""Whom a text names as its source, in eight languages, and whom it only mentions."""

import time
import tomllib
from functools import cache

import pytest
from builders import CONFIG
from pydantic import TypeAdapter

from parsers.judging.texts.agency_file import Agencies, AgencyFile, compile_agencies
from parsers.judging.texts.credits import agency_of, names_statement
from parsers.model import Item

BODY = " The ministers agreed on the plan after a long night, and nobody left before the morning." * 12


@cache
def agencies() -> Agencies:
    file = TypeAdapter(AgencyFile).validate_python(tomllib.loads((CONFIG / "agencies.toml").read_text()))
    return compile_agencies(file)


def item(text: str, *authors: str) -> Item:
    return Item("a", "a", "s", None, "Title", "", text, "page", "en", None, None, None, authors, "")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("opening", "agency"),
    [
        ("BRUSSELS, Nov 3 (Reuters) -", "Reuters"),
        ("WASHINGTON (AP) —", "Associated Press"),
        ("PARIS, 3 nov. (AFP) –", "AFP"),
        ("Berlin (dpa/lnw) -", "dpa"),
        ("Berlin/Brüssel (dpa) –", "dpa"),
        ("(ANSA) - ROMA, 03 NOV -", "ANSA"),
        ("Madrid, 3 nov (EFE).-", "EFE"),
        ("KYIV. (Interfax-Ukraine) –", "Interfax-Ukraine"),
        ("MOSCOW (Interfax) -", "Interfax"),
        ("BRUSSELS (Reuters/AFP) -", "Reuters"),
        ("Reuters reports that the plan stands.", "Reuters"),
        ("According to Reuters, the plan stands.", "Reuters"),
        ("Das Gesetz kommt, wie die Deutsche Presse-Agentur berichtet.", "dpa"),
        ("Das Gesetz kommt, meldet die Nachrichtenagentur Reuters.", "Reuters"),
        ("Selon l’AFP, le projet avance.", "AFP"),
        ("El plan avanza, según informó EFE.", "EFE"),
        ("Il piano avanza, riferisce l'ANSA.", "ANSA"),
        ("Plan jest gotowy, podała PAP.", "PAP"),
        ("Planen är klar, rapporterar nyhetsbyrån Reuters.", "Reuters"),
        ("The agency AP reports that the plan stands.", None),
        ("The minister told Reuters that he stays.", None),
        ("The Political and Security Committee (PSC) -", None),
        ("Auswärtiges Amt (AA) teilte mit, dass der Plan steht.", None),
        ("A photo (FRANCK ROBICHON/POOL/AFP via Getty Images) shows it.", None),
        ("The AP1000 reactor (AP1000) -", None),
        ("Nova Scotia is far.", None),
    ],
)
def test_beginnings(opening: str, agency: str | None) -> None:
    """Datelines and sentences count; short names in a sentence, interviews and photographs do not."""
    assert agency_of(item(opening + BODY), agencies()) == agency


@pytest.mark.parametrize(
    ("ending", "agency"),
    [
        ("(dpa)", "dpa"),
        ("\n\n(PAP)\n\nmce/ mal/", "PAP"),
        ("\n/TT-Reuters", "TT"),
        ("\nTT", "TT"),
        ("\nAFP, dpa", "AFP"),
        ("\nQuelle: APA", "APA"),
        ("\nŹródło: PAP", "PAP"),
        ("\nKälla: TT", "TT"),
        (" (Reuters, AFP)", "Reuters"),
        ("\nFuente: Europa Press", "Europa Press"),
        (" He works for AP.", None),
        (" The TT races begin.", None),
    ],
)
def test_endings(ending: str, agency: str | None) -> None:
    """Credits in brackets, behind a colon, or alone in the last line."""
    assert agency_of(item(BODY + ending), agencies()) == agency


@pytest.mark.parametrize(
    ("author", "agency"),
    [
        ("Reuters", "Reuters"),
        ("By Reuters Staff", "Reuters"),
        ("AP", "Associated Press"),
        ("von dpa", "dpa"),
        ("AFP / Jane Doe", "AFP"),
        ("oprac. PAP", "PAP"),
        ("Anna AP Smith", None),
        ("Jane Doe", None),
    ],
)
def test_bylines(author: str, agency: str | None) -> None:
    """A byline that is the agency, or has a name of it that can mean nothing else."""
    assert agency_of(item(BODY, author), agencies()) == agency


def test_an_agency_in_the_middle_told_a_detail() -> None:
    """What is neither near the beginning nor the end is not read."""
    assert agency_of(item(f"{BODY} According to Reuters, it rained. {BODY}"), agencies()) is None


@pytest.mark.parametrize(
    ("opening", "named"),
    [
        ("The plan stands, the ministry said in a statement.", True),
        ("Le plan est prêt, selon un communiqué du ministère.", True),
        ("Der Plan steht, hieß es in einer Pressemitteilung.", True),
        ("Il piano è pronto, si legge in una nota.", True),
        ("Plan jest gotowy – napisano w komunikacie.", True),
        ("Her statement came late.", False),
    ],
)
def test_statements(opening: str, named: bool) -> None:
    """A press release named as the source, in the opening."""
    assert names_statement(item(opening + BODY), agencies()) is named


@pytest.mark.parametrize("unit", ["(AFP", "(AFP)", "AFP ", "/", "(", ": AFP. ", "a. "])
def test_hostile_texts_cost_little(unit: str) -> None:
    """A hundred thousand characters of beginnings of credits."""
    text = unit * (100_000 // len(unit))
    start = time.perf_counter()
    agency_of(item(text, *[text] * 50), agencies())
    names_statement(item(text), agencies())

    assert time.perf_counter() - start < 1
