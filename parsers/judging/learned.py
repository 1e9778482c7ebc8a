"""What was learned from labelled items: how likely each topic, and the whole matter, is for a text. Knows no phrase.

Two steps, both sums of weights that can be read in config/topics.model.json. The first leans towards topics by word
stems, groups of words and what the phrases of all topics said (term frequency times inverse document frequency, of unit
length). The second weighs that against the phrases of the topic itself, and gives a probability: trained without any
weighting of classes, on items that neither the phrases nor the first step had seen, so that about 80 in 100 labels of
score 0.8 are right (`seabridge topics eval` shows it). flows/training.py learns.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain
from math import exp, log, log1p, sqrt
from operator import mul
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Gt, Le

from parsers.configured import STRICT, NonEmpty
from parsers.judging.strength import Reading, Strength
from parsers.judging.words import fold

STEM = 5
"""Letters of a word that are looked at: enough to tell words apart, few enough to make inflected forms one."""
ON_TOPIC, CORE = "on-topic", "core"
"""What the first step leans towards beside the topics."""
TOPIC_SIGNS = (
    "strength",
    "any strength",
    "enough strength",
    "share of the strongest",
    "in the title",
    "title",
    "lead",
    "body",
    "phrases",
    "lean",
    "lean above zero",
    "lean behind the first",
    "lean of the second",
    "length",
    "subject",
    "america",
    "europe",
    "traps",
)
ITEM_SIGNS = (
    "first topic",
    "second topic",
    "all topics",
    "closeness",
    "america",
    "europe",
    "both",
    "subject",
    "traps",
    "lean on-topic",
    "lean core",
    "close and american",
    "length",
)
MARKS = "[{"
"""What names of groups and of strengths begin with; no word does."""
_LEAN, _SHARED = TOPIC_SIGNS.index("lean"), TOPIC_SIGNS.index("lean of the second")
_SILENT = (0.0,) * _LEAN
_WORD = re.compile(r"[^\W\d_]\w+")
_MEMO_LIMIT, _MEMO_LENGTH = 65_536, 40
_TITLE_COUNTS = 2
_LOGS = [0.0, *(1 + log(count) for count in range(1, 100))]
_TELLING = 0.2
"""Log odds from which on a learned word is named as evidence."""
_DOUBT = 0.6
"""Of a topic that was not learned yet, after one phrase of weight 1: just likely enough to be given (topics.LIKELY)."""
_AROUND = "\"'“”„«»‘’()[]{}.,;:!?…–—"
_CLOSEST = 3
"""Topics that decide closeness: a long paper on ten matters is as core as its three likeliest ones."""


Rarity = Annotated[float, Gt(0), Le(100)]
Weight = Annotated[float, Ge(-1_000), Le(1_000)]
"""Within bounds, so also a number: NaN is in no bounds."""


@dataclass(frozen=True, slots=True)
class Weights:
    """config/topics.model.json.

    Attributes:
        made_from: what it was learned from, in words.
        idf: stem, group as `[name]`, strength of a topic as `{id}` -> how rare it is.
        lean: topic, on-topic or core -> its weights of these, and of "" whatever the text.
        topic: sign -> weight, the same for all topics; bias: topic -> what is added.
        on_topic, core: sign -> weight; "" -> what is added.
    """

    __pydantic_config__: ClassVar = STRICT

    made_from: str = ""
    idf: Mapping[NonEmpty, Rarity] = field(default_factory=dict)
    lean: Mapping[str, Mapping[str, Weight]] = field(default_factory=dict)
    topic: Mapping[str, Weight] = field(default_factory=dict)
    bias: Mapping[str, Weight] = field(default_factory=dict)
    on_topic: Mapping[str, Weight] = field(default_factory=dict)
    core: Mapping[str, Weight] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Presence:
    """How present the words are that decide scope, each 0..1, and the length of the text."""

    length: float
    america: float
    europe: float
    subject: float
    traps: float


class _Stems(dict[str, tuple[int, ...]]):
    """What stands between two spaces -> the numbers of its known stems. Forgets all when it is full."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self.numbers = numbers

    def __missing__(self, chunk: str) -> tuple[int, ...]:
        found = tuple([self.numbers[stem] for stem in stems(chunk) if stem in self.numbers])
        if len(chunk) <= _MEMO_LENGTH:
            if len(self) >= _MEMO_LIMIT:
                self.clear()
            self[chunk] = found
        return found


@dataclass(frozen=True, slots=True)
class Learned:
    """Compiled `Weights`; numbers of features and of outputs stand for their names.

    Attributes:
        outputs: the topics, and behind them ON_TOPIC and CORE; bias: of each.
        groups, strengths: name or number of the topic -> number; known: chunk of a text -> numbers of its stems.
        idf: of each feature; pulls: of each feature the weights that are not 0, by output.
        telling: for each output the stems that can be evidence for it, with their weights.
        topic: weights of TOPIC_SIGNS; topic_bias: of each topic; untaught: numbers of the topics that nobody learned.
    """

    weights: Weights
    outputs: tuple[str, ...]
    groups: Mapping[str, int]
    strengths: Mapping[int, int]
    idf: Sequence[float]
    pulls: Sequence[Sequence[tuple[int, float]]]
    telling: Sequence[Mapping[int, float]]
    bias: Sequence[float]
    topic: Sequence[float]
    topic_bias: Sequence[float]
    untaught: Sequence[int]
    known: _Stems = field(repr=False, compare=False)

    def __reduce__(self) -> tuple[object, ...]:
        return compile_weights, (self.weights, self.outputs[:-2])


def compile_weights(weights: Weights, topics: Sequence[str]) -> Learned:
    """`topics`: all ids in order; one that was not learned is as likely as its phrases make it."""
    numbers = {name: number for number, name in enumerate(weights.idf)}
    stems = {name: number for name, number in numbers.items() if name[0] not in MARKS}
    outputs = (*topics, ON_TOPIC, CORE)
    pulls: list[list[tuple[int, float]]] = [[] for _ in numbers]
    for output, name in enumerate(outputs):
        for feature, weight in weights.lean.get(name, {}).items():
            if feature in numbers:
                pulls[numbers[feature]].append((output, weight))
    leans = [weights.lean.get(name, {}) for name in outputs]
    return Learned(
        weights=weights,
        outputs=outputs,
        groups={name[1:-1]: number for name, number in numbers.items() if name[0] == "["},
        strengths={n: numbers[f"{{{name}}}"] for n, name in enumerate(topics) if f"{{{name}}}" in numbers},
        idf=list(weights.idf.values()),
        pulls=pulls,
        telling=[{stems[n]: w for n, w in lean.items() if n in stems and w >= _TELLING} for lean in leans],
        bias=[lean.get("", 0.0) for lean in leans],
        topic=[weights.topic.get(sign, 0.0) for sign in TOPIC_SIGNS],
        topic_bias=[weights.bias.get(name, 0.0) for name in topics],
        untaught=[number for number, name in enumerate(topics) if name not in weights.lean],
        known=_Stems(stems),
    )


def stems(chunk: str) -> list[str]:
    """The beginnings of its words, folded and in small letters; words of one letter say nothing."""
    return [word[:STEM] for word in _WORD.findall(fold(chunk[:_MEMO_LENGTH]).lower())]


Profile = Mapping[int, float]
"""The words of a text: number of the feature -> its weight; the squares add up to 1."""


def features(reading: Reading, strengths: Mapping[int, Strength], topics: Sequence[str]) -> Counter[str]:
    """All that the first step could see of a text, by name, with how often it stands there: what is learned from."""
    found = Counter(stem for chunk in _chunks(reading) for stem in stems(chunk))
    found.update({f"[{group}]": len(spots) for group, spots in reading.places.items()})
    found.update({f"{{{topics[number]}}}": _count(one) for number, one in strengths.items() if one.total})
    return found


def profile(learned: Learned, reading: Reading, strengths: Mapping[int, Strength]) -> Profile:
    """What the first step sees of a text: the features that were learned."""
    found = Counter(chain.from_iterable(map(learned.known.__getitem__, _chunks(reading))))
    for group, spots in reading.places.items():
        if group in learned.groups:
            found[learned.groups[group]] = len(spots)
    for number, one in strengths.items():
        if number in learned.strengths and one.total:
            found[learned.strengths[number]] = _count(one)
    idf = learned.idf
    return unit(
        {
            number: _LOGS[count] * idf[number] if count < len(_LOGS) else (1 + log(count)) * idf[number]
            for number, count in found.items()
        }
    )


def unit(values: Mapping[int, float]) -> Profile:
    """The same direction, of length 1."""
    length = sqrt(sum(map(mul, values.values(), values.values()))) or 1.0
    return {number: value / length for number, value in values.items()}


def _chunks(reading: Reading) -> Sequence[str]:
    return [*reading.head.chunks * _TITLE_COUNTS, *reading.body.chunks]


def _count(strength: Strength) -> int:
    return max(1, round(strength.total * 2))


def leans(learned: Learned, words: Profile) -> list[float]:
    """How much the words speak for each output, in its order; 0 says nothing either way."""
    sums = list(learned.bias)
    for number, value in words.items():
        for output, weight in learned.pulls[number]:
            sums[output] += weight * value
    return sums


def by_word(profiles: Sequence[Profile]) -> Mapping[int, Sequence[tuple[int, float]]]:
    """Number of the feature -> the profiles that have it, by their place, with its weight there."""
    found: dict[int, list[tuple[int, float]]] = {}
    for place, words in enumerate(profiles):
        for number, value in words.items():
            found.setdefault(number, []).append((place, value))
    return found


def likeness(words: Profile, others: Mapping[int, Sequence[tuple[int, float]]], number: int) -> list[float]:
    """Cosines of a profile and each of a `number` of profiles that `by_word` sorted, 0..1."""
    sums = [0.0] * number
    for shared in words.keys() & others.keys():
        value = words[shared]
        for place, other in others[shared]:
            sums[place] += value * other
    return sums


Span = tuple[Literal["title", "text"], int, int]
"""Where something stands: title or text, and the characters there."""


def telling_words(
    learned: Learned, reading: Reading, words: Profile, outputs: Collection[int], most: int
) -> Mapping[int, Sequence[tuple[Span, float]]]:
    """Output -> the words that were learned to speak most for it, where they stand first, with their log odds."""
    best: dict[int, list[tuple[float, int]]] = {}
    for output in outputs:
        telling = learned.telling[output]
        found = [(pull, n) for n in words.keys() & telling.keys() if (pull := words[n] * telling[n]) >= _TELLING]
        best[output] = sorted(found, key=lambda one: (-one[0], one[1]))[:most]
    where = _first_places(learned, reading, {number for found in best.values() for _, number in found})
    return {output: [(where[number], pull) for pull, number in found] for output, found in best.items()}


def _first_places(learned: Learned, reading: Reading, wanted: set[int]) -> dict[int, Span]:
    """Stem -> where a word with it stands first."""
    found: dict[int, Span] = {}
    texts: tuple[tuple[Literal["title", "text"], Sequence[str]], ...] = (
        ("title", reading.head.chunks),
        ("text", reading.body.chunks),
    )
    for place, chunks in texts:
        lacking = map(wanted.isdisjoint, map(learned.known.__getitem__, chunks))
        starts = list(accumulate(map(len, chunks), initial=0))
        for at in [at for at, lacks in enumerate(lacking) if not lacks]:
            bare = chunks[at].strip(_AROUND)
            begin = starts[at] + at + chunks[at].index(bare)  # with a space behind each
            for number in wanted.intersection(learned.known[chunks[at]]):
                found.setdefault(number, (place, begin, begin + min(len(bare), _MEMO_LENGTH)))
    return found


def topic_signs(strengths: Mapping[int, Strength], leanings: Sequence[float], presence: Presence) -> list[list[float]]:
    """For each topic its signs in the order of TOPIC_SIGNS: what `topic_chances` adds up, and what is learned from."""
    second, first = _first_two(leanings)
    top = max((strength.total for strength in strengths.values()), default=0.0)
    shared = _shared_signs(second, presence)
    return [
        [
            *(_strength_signs(strengths[number], top) if number in strengths else _SILENT),
            *_lean_signs(lean, first),
            *shared,
        ]
        for number, lean in enumerate(leanings)
    ]


def _strength_signs(strength: Strength, top: float) -> Sequence[float]:
    if not strength.total:
        return _SILENT
    return (
        log1p(strength.total),
        1.0,
        float(strength.total >= 1),
        strength.total / top,
        float(strength.title > 0),
        log1p(strength.title),
        log1p(strength.lead),
        log1p(strength.body),
        log1p(strength.phrases),
    )


def _lean_signs(lean: float, first: float) -> Sequence[float]:
    return lean, max(lean, 0.0), lean - first


def _shared_signs(second: float, presence: Presence) -> list[float]:
    return [second, presence.length, presence.subject, presence.america, presence.europe, presence.traps]


def topic_chances(
    learned: Learned, strengths: Mapping[int, Strength], leanings: Sequence[float], presence: Presence
) -> list[float]:
    """How likely each topic is, in the order of the topics."""
    of_strength, of_lean, of_all = learned.topic[:_LEAN], learned.topic[_LEAN:_SHARED], learned.topic[_SHARED:]
    own = leanings[:-2]
    second, first = _first_two(own)
    top = max((strength.total for strength in strengths.values()), default=0.0)
    usual = sum(map(mul, of_all, _shared_signs(second, presence)))
    odds = [usual + bias for bias in learned.topic_bias]
    for number, strength in strengths.items():
        odds[number] += sum(map(mul, of_strength, _strength_signs(strength, top)))
    for number, lean in enumerate(own):
        odds[number] += sum(map(mul, of_lean, _lean_signs(lean, first)))
    chances = list(map(_chance, odds))
    for number in learned.untaught:
        chances[number] = 1 - _DOUBT ** strengths[number].total if number in strengths else 0.0
    return chances


def _first_two(leanings: Sequence[float]) -> tuple[float, float]:
    """The second and the first of them."""
    *_, second, first = (0.0, *sorted(leanings))
    return second, first


def item_signs(
    chances: Sequence[float], closeness: Sequence[float], leanings: Sequence[float], presence: Presence
) -> list[float]:
    """In the order of ITEM_SIGNS. `closeness`: of each topic by itself to the core of the scope, 0..1."""
    ranked = sorted(range(len(chances)), key=chances.__getitem__, reverse=True)[:_CLOSEST]
    weight = sum(chances[number] for number in ranked)
    close = sum(chances[number] * closeness[number] for number in ranked) / weight if weight else 0.0
    return [
        chances[ranked[0]],
        chances[ranked[1]] if len(ranked) > 1 else 0.0,
        log1p(sum(chances)),
        close,
        presence.america,
        presence.europe,
        min(presence.america, presence.europe),
        presence.subject,
        presence.traps,
        leanings[-2],
        leanings[-1],
        close * presence.america,
        presence.length,
    ]


def item_chance(weights: Mapping[str, float], signs: Sequence[float]) -> float:
    """How likely a text is on topic, or core, by the weights for that."""
    return _chance(
        weights.get("", 0.0)
        + sum(weights.get(sign, 0.0) * value for sign, value in zip(ITEM_SIGNS, signs, strict=True))
    )


def _chance(log_odds: float) -> float:
    return 1 / (1 + exp(-max(-40.0, min(40.0, log_odds))))
