"""Quotes are found with their speakers where the form leaves no doubt, in eight languages, and nowhere else."""

import json
import pickle
import time
import tomllib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from parsers.judging.names.entities import mentions
from parsers.judging.names.entity_file import EntityPart, joined
from parsers.judging.names.gazetteer import Gazetteer, compile_entities
from parsers.judging.quotes.marks import spans
from parsers.judging.quotes.quote_file import QuoteFile
from parsers.judging.quotes.quotes import MAX_QUOTES, Quote, quotes
from parsers.judging.quotes.speakers import QuoteWords, compile_quotes

CONFIG = Path(__file__).parents[4] / "config"
Find = Callable[..., tuple[Quote, ...]]


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    shape = TypeAdapter(EntityPart)
    paths = sorted((CONFIG / "entities").glob("*.toml"))
    return compile_entities(joined(shape.validate_python(tomllib.loads(path.read_text("utf-8"))) for path in paths))


@pytest.fixture(scope="module")
def words(gazetteer: Gazetteer) -> QuoteWords:
    file = TypeAdapter(QuoteFile).validate_python(tomllib.loads((CONFIG / "quotes.toml").read_text("utf-8")))
    return compile_quotes(file, gazetteer.entities)


@pytest.fixture(scope="module")
def find(gazetteer: Gazetteer, words: QuoteWords) -> Find:
    def found(text: str, language: str = "en", title: str = "") -> tuple[Quote, ...]:
        return quotes(words, title, text, language, mentions(gazetteer, title, text, language))

    return found


SAID = {
    "en": "It’s time that we act",
    "de": "Wir müssen jetzt handeln",
    "fr": "Il faut que l’Europe agisse",
    "es": "No podemos esperar más",
    "it": "Dobbiamo fare di più",
    "pl": "Musimy działać szybko i razem",
    "nl": "We moeten nu optreden",
    "sv": "Vi måste agera nu",
    "xx": "We will act together",
}


@pytest.mark.parametrize(
    ("language", "text", "speaker", "entity", "verb"),
    [
        ("en", "“{},” said Mark Rutte.", "Mark Rutte", "mark-rutte", "said"),
        ("en", "“{}”, Mark Rutte said.", "Mark Rutte", "mark-rutte", "said"),
        ("en", 'Mark Rutte said: "{}."', "Mark Rutte", "mark-rutte", "said"),
        ("en", "According to Mark Rutte, “{}”.", "Mark Rutte", "mark-rutte", "according to"),
        ("en", "“{}”, according to Mark Rutte.", "Mark Rutte", "mark-rutte", "according to"),
        ("en", "Mark Rutte, who came from The Hague, said: “{}.”", "Mark Rutte", "mark-rutte", "said"),
        ("en", "“{},” Mark Rutte, the secretary general, said.", "Mark Rutte", "mark-rutte", "said"),
        ("en", "“{},” Foreign Ministry spokeswoman Anna Example said.", "Anna Example", None, "said"),
        ("en", "“{},” said a spokesman for the group, Al Example, on X.", "Al Example", None, "said"),
        ("en", "“{},” the European Commission said.", "European Commission", "european-commission", "said"),
        ("en", "‘{},’ said Mark Rutte.", "Mark Rutte", "mark-rutte", "said"),
        ("en", "In a letter to Donald Trump, Mark Rutte wrote: “{}.”", "Mark Rutte", "mark-rutte", "wrote"),
        ("de", "„{}“, sagte am Montag Minister Max Beispiel in Berlin.", "Max Beispiel", None, "sagte"),
        ("de", "„{}“, sagte CDU-Politikerin Eva Beispiel.", "Eva Beispiel", None, "sagte"),
        ("pl", "Donald Tusk powiedział w piątek, że „{}”.", "Donald Tusk", "donald-tusk", "powiedział"),
        ("de", "»{}«, so Ursula von der Leyen.", "Ursula von der Leyen", "ursula-von-der-leyen", "so"),
        ("de", "In Brüssel sagte Kallas: „{}.“", "Kallas", "kaja-kallas", "sagte"),
        (
            "fr",
            "« {} », a déclaré lundi le président Emmanuel Macron.",
            "Emmanuel Macron",
            "emmanuel-macron",
            "a déclaré",
        ),
        ("fr", "Selon Emmanuel Macron, « {} ».", "Emmanuel Macron", "emmanuel-macron", "selon"),
        ("es", "«{}», afirmó el ministro de Exteriores Juan Ejemplo.", "Juan Ejemplo", None, "afirmó"),
        ("it", "«{}», ha detto il ministro della Difesa Anna Esempio.", "Anna Esempio", None, "ha detto"),
        ("pl", "„{}” – powiedział premier Donald Tusk.", "Donald Tusk", "donald-tusk", "powiedział"),
        ("pl", "- {} - powiedział w piątek premier Donald Tusk.", "Donald Tusk", "donald-tusk", "powiedział"),
        ("nl", "“{}”, zei premier Jan Voorbeeld.", "Jan Voorbeeld", None, "zei"),
        ("sv", "”{}”, sade minister Anna Exempel.", "Anna Exempel", None, "sade"),
        ("sv", "– {}, säger minister Anna Exempel.", "Anna Exempel", None, "säger"),
        ("xx", "“{},” said Mark Rutte.", "Mark Rutte", "mark-rutte", "said"),
    ],
)
def test_forms(find: Find, language: str, text: str, speaker: str, entity: str | None, verb: str) -> None:
    """Each form gives the one quote with its speaker, wherever the name and the verb stand."""
    (one,) = find(text.format(SAID[language]), language)
    assert (one.speaker, one.entity_id, one.verb) == (speaker, entity, verb)
    assert one.words.rstrip(".") == SAID[language]


@pytest.mark.parametrize(
    ("title", "text", "speaker", "entity"),
    [
        ("Hegseth: ‘Europe must pay for its defence’", "Pete Hegseth spoke.", "Hegseth", "pete-hegseth"),
        ('EU\'s Kallas says: "We will not wait for long"', "", "Kallas", "kaja-kallas"),
        ("“We will not wait for long,” says Rutte", "NATO chief Mark Rutte spoke.", "Rutte", "mark-rutte"),
    ],
)
def test_headlines(find: Find, title: str, text: str, speaker: str, entity: str) -> None:
    """In a title a name and a colon are enough; a surname that the text names in full is that person."""
    assert [(one.place, one.speaker, one.entity_id) for one in find(text, title=title)] == [("title", speaker, entity)]


@pytest.mark.parametrize(
    "text",
    [
        "A spokesman for Mark Rutte said: “We will not comment on that.”",
        "Mark Rutte’s spokesman said: “We will not comment on that.”",
        "“We will not comment on that,” said a spokesman for Mark Rutte.",
        "“We will not comment on that,” Mark Rutte’s spokesman said.",
        "“We will not comment on that,” Mark Rutte and Kaja Kallas said.",
        "“We will not comment on that,” a diplomat said in Brussels.",
        "“We will not comment on that,” Example Watch International said.",
        "“We will not comment on that,” Gazprom said.",
        "Asked whether Mark Rutte agreed, a diplomat said: “That is not what we were told.”",
        "“That was not agreed.” Mark Rutte said the ministers would meet again.",
        "Mark Rutte called the plan a “dangerous and very expensive idea” on Monday.",
        "Mark Rutte said in “a long piece that was never printed” nothing new.",
        "Mark Rutte said it was a “historic day”.",
        "Mark Rutte said the “Readiness Action Plan Two” was ready.",
        'It was" a plan that is good" said Mark Rutte, "and it is',
        "He said: “We will not comment on that.”",
        "“It is not enough.”\n\nMark Rutte said that.",
    ],
)
def test_what_leaves_the_speaker_open_is_nothing(find: Find, text: str) -> None:
    """Somebody else's spokesman, two speakers, unnamed ones, catchwords, a new sentence: no quote."""
    assert find(text) == ()


def test_quotes_go_on(find: Find) -> None:
    """The second part after the attribution has the same speaker, and so has every paragraph of one long quote."""
    text = "“We are here,” Mark Rutte said on Monday, “and we will stay here.” Nothing else."
    assert [one.words for one in find("“We are all here,” Mark Rutte said on Monday. “We will stay here.”")] == [
        "We are all here",
        "We will stay here.",
    ]
    assert [one.words for one in find(text)] == ["and we will stay here."]  # the first part has three words
    long = "“We are not paying for this.\n\n“We never have been and will not,” said Mark Rutte."
    assert [(one.words, one.speaker) for one in find(long)] == [
        ("We are not paying for this.", "Mark Rutte"),
        ("We never have been and will not", "Mark Rutte"),
    ]
    other = "“We are all here,” said Mark Rutte. “We will stay here,” said Kaja Kallas."
    assert [one.entity_id for one in find(other)] == ["mark-rutte", "kaja-kallas"]


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("Pete Hegseth arrived on Tuesday. “We will not pay for others,” he said.", ["pete-hegseth"]),
        ("Pete Hegseth met Mark Rutte on Tuesday. “We will not pay for others,” he said.", []),
        ("Pete Hegseth arrived on Tuesday.\n“We will not pay for others,” he said.", []),
        ("The minister spoke with Pete Hegseth. “We will not pay for others,” he said.", []),
        ("Meanwhile no soldier will leave Germany. “We will not pay for others,” he said.", []),
        ("The leader told MPs. All MPs and New MPs listened. “We will not pay for others,” he said.", []),
        ("Pete Hegseth thanked her. “We will not pay for others,” he said.", []),
        ("Pete Hegseth thanked Xander. “We will not pay for others,” he said.", []),
        ("“We will not pay for others,” said Pete Hegseth. He added: “That is over and done.”", ["pete-hegseth"] * 2),
    ],
)
def test_pronouns(find: Find, text: str, entities: list[str]) -> None:
    """`He` is somebody only if one person, and nobody else, is the subject right before in the same paragraph."""
    assert [one.entity_id for one in find(text)] == entities


@pytest.mark.parametrize(
    ("text", "passages"),
    [
        ('„eins zwei“ »drei« «vier» ‚fünf‘ “six” ”sju” "acht" « neuf »', "eins zwei|drei|vier|fünf|six|sju|acht|neuf"),
        ("“a ‘b’ c” „d 'e' f”", "a ‘b’ c|d 'e' f"),
        ("“never closed\nnext “closed” one", "closed"),
        ("„über zwei\nAbsätze“ und „drei“", "über zwei\nAbsätze|drei"),
        ("It's the allies' best, isn't it?", ""),
        ("in the '90s we said 'yes' to it", "yes"),
        ('5" wide and 7" high', ""),
        ("“called “No Place”. “It was", "No Place"),
    ],
)
def test_marks_of_all_styles(text: str, passages: str) -> None:
    """Marks are paired in all styles, apostrophes and inches are none, and an unclosed mark spoils little."""
    assert "|".join(text[one.start : one.end] for one in spans(text)) == passages


@pytest.mark.parametrize("language", ["pl", ""])
@pytest.mark.parametrize(
    "piece",
    [
        "“", '"', "“‘", "„“”«»\"'‘’‚", '"a ', "'a ", "“\n", "“a\n", "- A ", "- Aaa, ", "said ", "Abc ", "A, ",
        "“we are here now,” said ", "“we are here now,” he said. ", "“we are here now,” said Xan Yon. ",
        "“we are here now,” Abc said. Xx Abc ", "Abc said: “we are ", "– A b, säger ", "- A b - mówi ",
    ],
)  # fmt: skip
def test_hostile_texts(words: QuoteWords, piece: str, language: str) -> None:
    """100,000 characters of marks that never close, or close all the time: an answer soon, and not too many quotes."""
    text = piece * (100_000 // len(piece))
    start = time.monotonic()
    assert len(quotes(words, "", text, language, ())) <= MAX_QUOTES
    assert time.monotonic() - start < 10


def test_number_of_quotes_is_bounded(find: Find) -> None:
    """An item gives at most MAX_QUOTES, the first ones."""
    found = find("“We are all here,” said Mark Rutte.\n" * 300)
    assert len(found) == MAX_QUOTES
    assert found[-1].start < len("“We are all here,” said Mark Rutte.\n") * MAX_QUOTES


def test_words_can_be_pickled(words: QuoteWords) -> None:
    """Compiled words go to other processes."""
    text = "“We will act together,” said Anna Example."
    assert quotes(pickle.loads(pickle.dumps(words)), "", text, "en", ()) == quotes(words, "", text, "en", ())


def test_positions_in_real_items(find: Find, shared: Path) -> None:
    """In real news of six languages positions hold, quotes do not overlap, and speakers stand in the item."""
    found = 0
    for name in ("stories_dev.jsonl", "topics_dev.jsonl"):
        for line in (shared / "eval" / name).read_text("utf-8").splitlines():
            item = json.loads(line)
            rows = find(item["text"], item["language"], item["title"])
            for one in rows:
                assert item[one.place][one.start : one.end] == one.words
                assert one.speaker in item["title"] + item["text"]
            assert all(a.place != b.place or a.end <= b.start for a, b in pairwise(rows))
            found += len(rows)
    assert found >= 60


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "“We will never give up Greenland,” said a friend of Donald Trump."),
        ("en", "“We will never give up Greenland,” opponents of Viktor Orban said."),
        ("en", "“We will never give up Greenland,” said Trump administration officials. Donald Trump was away."),
        ("fr", "« Nous ne céderons jamais sur ce point », a indiqué l’entourage d’Emmanuel Macron."),
        ("fr", "« Nous ne céderons jamais sur ce point », selon un proche de Donald Trump."),
        ("es", "«Nunca vamos a ceder en este punto», dijo el abogado de Donald Trump."),
        ("it", "«Non cederemo mai su questo punto», ha detto il legale di Donald Trump."),
        ("nl", "“Wij geven nooit toe op dit punt”, zei een vriend van Mark Rutte."),
        ("pl", "- Nigdy się w tej sprawie nie poddamy - powiedział rzecznik Donalda Tuska."),
        ("pl", "- Nigdy się w tej sprawie nie poddamy - powiedział adwokat Donalda Trumpa."),
        ("sv", "”Vi kommer aldrig att ge upp i den här frågan”, säger Donald Trumps advokat."),
    ],
)
def test_who_belongs_to_somebody_is_somebody_else(find: Find, language: str, text: str) -> None:
    """A friend, a lawyer or the staff of a person speaks: the person is not told to have said it."""
    assert [one.speaker for one in find(text, language)] == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Donald Trump denied that he said “we will take Greenland by force”."),
        ("en", "In a fake video, Mark Rutte says: “We are going to surrender to them.”"),
        ("de", "In einem gefälschten Video sagt Mark Rutte: „Wir werden uns ihnen ergeben.“"),
        ("fr", "Emmanuel Macron n’a jamais dit : « Nous allons nous rendre sans condition »."),
        ("pl", "Donald Tusk nigdy nie powiedział: „Poddamy się im bez żadnych warunków”."),
    ],
)
def test_what_nobody_said(find: Find, language: str, text: str) -> None:
    """A denial, a forgery and a `never` before the passage make it nobody's words."""
    assert find(text, language) == ()
