"""What speaks for a topic is added up as topics.toml says, and in bounded time and memory whatever the text."""

import time
import tracemalloc

import pytest

from parsers.judging.kind_file import KindEntry, KindFile, Sign
from parsers.judging.learned import Weights
from parsers.judging.strength import Hit, hits_of, read, strengths_of, vetoes_of
from parsers.judging.topic_file import Phrases, Scope, Topic, TopicFile, Words
from parsers.judging.topics import MAX_CHARACTERS, RuleBook, compile_rules, judge, judge_document, vetoed

NUMBERED = [f"word{number}" for number in range(3_000)]
KINDS = KindFile((KindEntry("opinion", (Sign(every="opinion", place="title"),)),))


def topic(name: str, *phrases: Phrases, around: tuple[str, ...] = (), unless: tuple[str, ...] = ()) -> Topic:
    return Topic(name, name, name, 0.5, (), phrases, around, unless)


FILE = TopicFile(
    Scope(("us",), ("eu",), ("defence",), ("sport",)),
    {
        "us": Words(every="us, trump*"),
        "eu": Words(every="eu"),
        "defence": Words(every="troops, defen*"),
        "sport": Words(every="football"),
        "many": Words(every=",".join(NUMBERED)),
    },
    (
        topic("posture", Phrases(en="troops, us troops, leave _ eu", weight=0.8), around=("us|eu",), unless=("sport",)),
        topic("trade", Phrases(en="tariffs", near=("us", "eu"))),
        topic("many", Phrases(every=",".join(NUMBERED), weight=0.1), Phrases(every="word1, word2", around=("many",))),
    ),
)
LEARNED = {"[us]": 1.0, "[eu]": 1.0, "troop": 2.0, "tarif": 2.0, "word1": 1.5}
WEIGHTS = Weights(
    idf=LEARNED,
    lean={name: dict.fromkeys(LEARNED, 2.0) for name in ("posture", "trade", "on-topic", "core")},
    topic={"strength": 1.0, "lean": 1.0},
    on_topic={"": 5.0},
    core={"lean core": 1.0},
)
RULES = compile_rules(RuleBook(FILE, KINDS, WEIGHTS))
PIECES = [
    *("troops ", "US troops ", "EU tariffs US ", "leave a b EU ", "troops US tariffs EU football ", "us", ". ", "\n\n"),
    *("troops US " + "word " * 150, " ".join(NUMBERED) + " ", "word1 " * 9 + "word2 ", "U.S.troops,EU;tariffs"),
]


def hits(title: str, text: str) -> dict[str, list[str]]:
    """Topic -> the phrases that count for it, in the order of the text."""
    reading = read(RULES.phrases, RULES.groups, title, text)
    found = hits_of(RULES.uses, reading)
    return {FILE.topics[number].id: [RULES.phrases.phrases[hit.phrase] for hit in row] for number, row in found.items()}


def total(*rows: tuple[int, int, int, float], words: int = 200) -> float:
    """Of the topic posture, whose entry has the weight 0.8; rows: phrase, start, stop, weight."""
    reading = read(RULES.phrases, RULES.groups, "", "x " * words)
    found = [Hit(phrase, 0, start, stop, weight) for phrase, start, stop, weight in rows]
    return strengths_of(FILE.topics, {0: found}, reading, 320)[0].total


@pytest.mark.parametrize(
    ("title", "text", "found"),
    [
        ("", "troops", {}),
        ("", "troops of the EU", {"posture": ["troops"]}),
        ("EU", "x " * 500 + "troops", {"posture": ["troops"]}),
        ("", "EU " + "x " * 160 + "troops", {}),
        ("", "EU " + "x " * 159 + "troops", {"posture": ["troops"]}),
        ("", "troops " + "x " * 159 + "EU", {"posture": ["troops"]}),
        ("", "troops " + "x " * 160 + "EU", {}),
        ("Football", "US troops", {}),
        ("", "US troops" + " x" * 159 + " football", {}),
        ("", "US troops" + " x" * 160 + " football", {"posture": ["us troops", "troops"]}),
        ("", "US tariffs", {}),
        ("", "US EU " + "x " * 16 + "tariffs", {"trade": ["tariffs"]}),
        ("", "US EU " + "x " * 17 + "tariffs", {}),
        ("US", "EU tariffs", {"trade": ["tariffs"]}),
    ],
)
def test_conditions_hold_within_their_distance(title: str, text: str, found: dict[str, list[str]]) -> None:
    """`near` counts 18 words, `around` and `unless` 160 or the title; of a choice of groups one must stand."""
    assert hits(title, text) == found


def test_what_does_not_count_says_why() -> None:
    """Each use of a phrase either counts or is a veto with the condition that broke first."""
    reading = read(RULES.phrases, RULES.groups, "", "troops tariffs")
    vetoes = [(FILE.topics[veto.topic].id, veto.condition, veto.groups) for veto in vetoes_of(RULES.uses, reading)]
    assert vetoes == [("posture", "around", ("us", "eu")), ("trade", "near", ("us",))]


def test_the_sum_of_a_window() -> None:
    """The heaviest of what overlaps, two repeats at a quarter, an entry's ceiling, and the loudest window alone."""
    assert total((0, 5, 6, 0.5), (1, 4, 6, 0.8)) == 0.8
    assert total(*((0, 5 * n, 5 * n + 1, 0.4) for n in range(9))) == pytest.approx(0.6)
    assert total(*((n, 5 * n, 5 * n + 1, 0.5) for n in range(9))) == pytest.approx(1.8 * 0.8)
    assert total((0, 5, 6, 0.5), (1, 300, 301, 0.6), (2, 600, 601, 0.3), words=900) == pytest.approx(1.1)


@pytest.mark.slow
@pytest.mark.parametrize("piece", PIECES)
def test_memory_is_bounded(piece: str) -> None:
    """Of five megabytes only the first 200,000 characters cost anything, and nothing is kept of them."""
    text = piece * (5_000_000 // len(piece))
    judge(RULES, "US", text)
    tracemalloc.start()
    try:
        judge(RULES, "US", text)
        assert tracemalloc.get_traced_memory()[1] < 400 * MAX_CHARACTERS
        assert tracemalloc.get_traced_memory()[0] < 8 * MAX_CHARACTERS
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("piece", PIECES)
def test_any_text_is_judged_in_time(piece: str) -> None:
    """One keyword a million times, thousands of different ones, matches within matches: a judgement, in seconds."""
    text = piece * (1 + 5_000_000 // len(piece))
    began = time.process_time()
    judgement = judge(RULES, text, text)
    judge_document(RULES, text)
    vetoed(RULES, "", text)
    assert time.process_time() - began < 60
    assert judgement.problems
    assert all(0 <= label.score <= 1 for label in judgement.labels)
    assert all(
        text[evidence.start : evidence.end] == evidence.text
        for label in judgement.labels
        for evidence in label.evidence
    )
