"""Whom a text names as its source, in eight languages, and whom it only mentions."""

import time
import tomllib
from dataclasses import replace
from functools import cache

import pytest
from builders import CONFIG
from pydantic import TypeAdapter

from parsers.judging.texts.agency_file import Agencies, AgencyFile, compile_agencies
from parsers.judging.texts.credits import agency_of, names_statement, own_agency
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
        ("PARIS (AFP) The plan stands.", "AFP"),
        ("/TT-AFP/ The plan stands.", "TT"),
        ("WARSZAWA /PAP/ Plan jest gotowy.", "PAP"),
        ("WASHINGTON, Nov. 3 (UPI) --", "UPI"),
        ("AFP, dpa\n", "AFP"),
        ("Reuters - The plan stands.", "Reuters"),
        ("Reuters reports that the plan stands.", None),
        ("According to Reuters, the plan stands.", None),
        ("Officials denied what Reuters reported.", None),
        ("Japan’s Kyodo news agency reported on Tuesday that one of them left.", None),
        ("According to Bloomberg Economics, trade falls.", None),
        ("Das Gesetz kommt, wie die Deutsche Presse-Agentur berichtet.", None),
        ("Selon l’AFP, le projet avance.", None),
        ("Plan jest gotowy, podała PAP.", None),
        ("An AFP-backed survey", None),
        ("The Australian Federal Police (AFP) said", None),
        ("Officers of the Australian Federal Police (AFP) -", None),
        ("The Palestinian Authority (PA) - once more -", None),
        ("Air Traffic Service (ATS) - a company -", None),
        ("Artificial general intelligence (AGI): a new race.", None),
        ("Die Allgemeine Presse Agenda (APA) – ein Blatt –", None),
        ("The minister told Reuters that he stays.", None),
        ("The Political and Security Committee (PSC) -", None),
        ("Auswärtiges Amt (AA) teilte mit, dass der Plan steht.", None),
        ("A photo (FRANCK ROBICHON/POOL/AFP via Getty Images) shows it.", None),
        ("The AP1000 reactor (AP1000) -", None),
        ("Nova Scotia is far.", None),
        ("Nato (AP) said that the plan stands.", None),
    ],
)
def test_beginnings(opening: str, agency: str | None) -> None:
    """Datelines and leading credits count; sentences, interviews, photographs and abbreviations do not."""
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
        ("\nAvec AFP", "AFP"),
        ("\nMit Material von dpa", "dpa"),
        ("\n(With reporting by Reuters)", "Reuters"),
        (" (red, APA, 3.11.2026)", "APA"),
        ("\nSource: UPI", "UPI"),
        ("\n(askanews)", "askanews"),
        ("\nRoma (AGI)", "AGI"),
        (" He works for AP.", None),
        ("\nBildungsminister Doe kam später (dpa)", "dpa"),
        (" He was seen in a video.\nAFP", "AFP"),
        ("\nBild: dpa", None),
        ("\nSource: Reuters Institute", None),
        ("\nFuente: Bloomberg Línea", None),
        ("\nPICTURE: floral tributes at the gate (PA)", None),
        ("\nPhoto by AFP", None),
        ("\nfot. PAP", None),
        ("\nFoto: a ship (dpa)", None),
        (" A ship leaves the port (Jane Doe/AFP)", None),
        (" He rang the Australian Federal Police (AFP).", None),
        (" They asked the Palestinian Authority (PA)", None),
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
        ("Jane Doe with Reuters", "Reuters"),
        ("Le Monde avec AFP", "AFP"),
        ("ZEIT ONLINE, dpa, AFP", "dpa"),
        ("BILD, dpa", "dpa"),
        ("Agence France-Presse (AFP)", "AFP"),
        ("Anna AP Smith", None),
        ("Mike Bloomberg", None),
        ("Jane Doe, formerly of Reuters", None),
        ("Photo by AFP", None),
        ("Foto: Jane Doe/AFP", None),
        ("Reuters Institute", None),
        ("Anadolu University", None),
        ("Jane Doe", None),
    ],
)
def test_bylines(author: str, agency: str | None) -> None:
    """A byline that is the agency, or names it beside a person; neither persons nor institutes of that name."""
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


@pytest.mark.parametrize(
    ("publisher", "url", "family", "agency"),
    [
        ("Reuters", None, "x", "Reuters"),
        ("AP News", None, "x", "Associated Press"),
        ("ANSA.it", None, "x", "ANSA"),
        (None, "https://www.ansa.it/europa/1", "ansa-europa", "ANSA"),
        (None, "https://factcheck.afp.com/1", "x", "AFP"),
        (None, "https://news.google.com/rss/articles/1", "pap", "PAP"),
        ("La Presse", "https://www.lapresse.ca/1", "lapresse", None),
        (None, "https://www.tt.com/artikel/1", "tt", None),
        ("Apa.az", "https://apa.az/en/1", "apa", None),
        ("AFP.gov.au", "https://www.afp.gov.au/news", "afp", None),
        ("Bloomberg Law", "https://notbloomberg.com/1", "x", None),
        ("", "https://[broken", "x", None),
    ],
)
def test_items_of_the_agency_itself(publisher: str | None, url: str | None, family: str, agency: str | None) -> None:
    """By name, host or family, exactly: a paper of nearly that name is another house."""
    assert own_agency(replace(item(BODY), publisher=publisher, url=url), family, agencies()) == agency


@pytest.mark.parametrize("unit", ["(AFP", "(AFP)", "AFP ", "/", "(", ": AFP. ", "a. ", "/AFP/ ", "mit ", "A "])
def test_hostile_texts_cost_little(unit: str) -> None:
    """A hundred thousand characters of beginnings of credits."""
    text = unit * (100_000 // len(unit))
    start = time.perf_counter()
    agency_of(item(text, *[text] * 50), agencies())
    names_statement(item(text), agencies())

    assert time.perf_counter() - start < 1
