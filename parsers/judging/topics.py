"""Judges what a text is about by the rules of config/. Reads no file and knows no source, date or edition.

One pass finds all phrases (phrases.py); each topic adds up what speaks for it (strength.py); what was learned from
labelled items turns that, and the other words of the text, into how likely each topic is (learned.py).
"""

import hashlib
import json
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from math import log
from typing import Any, Literal, TypeVar

from parsers.judging import learned
from parsers.judging.kind_file import KindFile
from parsers.judging.kinds import KindRules, compile_kinds
from parsers.judging.learned import Learned, Presence, Profile, Weights, compile_weights
from parsers.judging.phrases import Phrasebook, compile_phrases
from parsers.judging.strength import (
    PASSAGE,
    WINDOW,
    Conditions,
    Reading,
    Strength,
    Use,
    hits_of,
    read,
    strengths_of,
    vetoes_of,
)
from parsers.judging.topic_file import TopicFile, phrases_of
from parsers.model import Evidence, Judgement, Label, Relevance, Seed, SeedParagraph

CODE_VERSION = 2
"""Raised when the same rules would judge a text differently: it is part of `rules_version`."""
MAX_CHARACTERS = 200_000
"""Longer texts are judged by their beginning, and the judgement says so."""
MIN_CHARACTERS = 12
"""Of title and text together, blanks apart: a shorter one is not judged, and the judgement says so."""
LIKELY = 0.4
"""How likely a topic must be: for the best F1 half of the F1 that can be reached (Lipton et al. 2014)."""
ON_TOPIC, CORE = 0.5, 0.5
_ENOUGH = 1.0
"""What a topic of a document on many matters needs in one passage; see strength.py for the unit."""
_T = TypeVar("_T")
TOO_SHORT = "too short to be judged"
_MOST_EVIDENCE, _MOST_WORDS = 12, 3
_VETO = {"near": "lacks near it", "around": "lacks around it or in the title", "unless": "stands with"}


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All that decides how a text is judged, beside the code: what people wrote, and what was learned."""

    topics: TopicFile
    kinds: KindFile
    weights: Weights


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """The seed paragraphs of a topic. `by_word`: as of learned.by_word; without words while no document is at hand."""

    where: Sequence[SeedParagraph]
    by_word: Mapping[int, Sequence[tuple[int, float]]]


@dataclass(frozen=True, slots=True)
class Rules:
    """Compiled rules. `uses` and `groups` are indexed by the number of the phrase in `phrases`.

    Attributes:
        anchors: (topic, phrase) -> the first of the topic's seed paragraphs that contains the phrase.
        paragraphs: for each topic.
    """

    version: str
    book: RuleBook
    phrases: Phrasebook
    uses: tuple[tuple[Use, ...], ...]
    groups: tuple[tuple[str, ...], ...]
    kinds: KindRules
    learned: Learned
    anchors: Mapping[tuple[int, int], SeedParagraph]
    paragraphs: tuple[Paragraphs, ...]

    @property
    def file(self) -> TopicFile:
        return self.book.topics


@dataclass(frozen=True, slots=True)
class Vetoed:
    """A phrase that a condition of its topic kept from counting. `start`, `end` as in Evidence; `why`: in words."""

    topic: str
    text: str
    start: int
    end: int
    place: Literal["title", "text"]
    why: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found in one text on the way to its judgement; topics by their number."""

    reading: Reading
    strengths: Mapping[int, Strength]
    presence: Presence
    profile: Profile
    leanings: Sequence[float]
    chances: Sequence[float]


def compile_rules(book: RuleBook, seeds: Sequence[Seed] = ()) -> Rules:
    """Rules ready for `judge`. With the seeds at hand, evidence names the very paragraph that carries the phrase."""
    file = book.topics
    groups: dict[str, tuple[str, ...]] = {}
    uses: dict[str, tuple[Use, ...]] = {}
    for name, group in file.groups.items():
        _add(groups, phrases_of(group), name)
    for index, topic in enumerate(file.topics):
        for entry, rule in enumerate(topic.phrases):
            around = _conditions(rule.around or topic.around)
            unless = _conditions((*rule.unless, *topic.unless))
            use = Use(index, entry, rule.weight, _conditions(rule.near), around, unless)
            _add(uses, dict.fromkeys(phrases_of(rule)), use)
    phrases = compile_phrases(list({**groups, **uses}))
    weights = compile_weights(book.weights, [topic.id for topic in file.topics])
    uses_of = tuple(uses.get(phrase, ()) for phrase in phrases.phrases)
    groups_of = tuple(groups.get(phrase, ()) for phrase in phrases.phrases)
    readings = _seed_readings(file, phrases, groups_of, seeds)
    return Rules(
        version=_version(book),
        book=book,
        phrases=phrases,
        uses=uses_of,
        groups=groups_of,
        kinds=compile_kinds(book.kinds),
        learned=weights,
        anchors=_carriers(readings, uses_of),
        paragraphs=tuple(
            Paragraphs(
                tuple(where for where, _ in paragraphs),
                learned.by_word([learned.profile(weights, reading, {}) for _, reading in paragraphs]),
            )
            for paragraphs in readings
        ),
    )


def untaught(file: TopicFile) -> Rules:
    """Rules of the phrases alone, to find in texts what is to be learned from."""
    return compile_rules(RuleBook(file, KindFile(()), Weights()))


def _add(table: dict[str, tuple[_T, ...]], phrases: Iterable[str], one: _T) -> None:
    """To what each phrase is for; phrases that are for the same alone share it, for there are many thousands."""
    alone = (one,)
    for phrase in phrases:
        table[phrase] = (*table[phrase], one) if phrase in table else alone


def _version(book: RuleBook) -> str:
    text = json.dumps([CODE_VERSION, book], sort_keys=True, ensure_ascii=False, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _plain(value: Any) -> dict[str, object]:
    return {f.name: getattr(value, f.name) for f in fields(value)} if is_dataclass(value) else dict(value)


def _conditions(named: Sequence[str]) -> Conditions:
    return tuple(tuple(condition.split("|")) for condition in named)


def _seed_readings(
    file: TopicFile, phrases: Phrasebook, groups: Sequence[Sequence[str]], seeds: Sequence[Seed]
) -> list[list[tuple[SeedParagraph, Reading]]]:
    """For each topic its seed paragraphs, read; empty ones where a document is not at hand."""
    texts = {(seed.record.file, p.number): p.text for seed in seeds for p in seed.paragraphs}
    return [
        [
            (SeedParagraph(anchor.file, number), read(phrases, groups, "", texts.get((anchor.file, number), "")))
            for anchor in topic.seeds
            for number in anchor.paragraphs
        ]
        for topic in file.topics
    ]


def _carriers(
    readings: Sequence[Sequence[tuple[SeedParagraph, Reading]]], uses: Sequence[Sequence[Use]]
) -> dict[tuple[int, int], SeedParagraph]:
    found: dict[tuple[int, int], SeedParagraph] = {}
    for topic, paragraphs in enumerate(readings):
        for where, reading in paragraphs:
            for phrase, _, _ in reading.matches:
                if any(use.topic == topic for use in uses[phrase]):
                    found.setdefault((topic, phrase), where)
    return found


# ---------------------------------------------------------------- judging


def judge(rules: Rules, title: str, text: str) -> Judgement:
    """Labels and relevance of one item. Deterministic; linear in the text, of which MAX_CHARACTERS are read.

    The language need not be known: phrases of all languages are looked for, and mixed texts are common.
    """
    problems = _problems(title, text)
    if problems and problems[0] == TOO_SHORT:
        return Judgement("off", 0.0, (), rules.version, problems=problems)
    title, text = title[:MAX_CHARACTERS], text[:MAX_CHARACTERS]
    found = findings(rules, title, text)
    relevance, core = _relevance(rules, found)
    ranked = sorted(range(len(found.chances)), key=found.chances.__getitem__, reverse=True)
    kept = [number for number in ranked if found.chances[number] >= LIKELY] or ranked[:1]
    labels = _labels(rules, found, title, text, kept) if relevance != "off" else ()
    return Judgement(relevance, core, labels, rules.version, problems=problems)


def judge_document(rules: Rules, text: str, topics: Collection[str] = ()) -> Judgement:
    """As `judge` for a long document, which treats many topics at once: a topic needs one passage that is about it.

    Args:
        topics: those that a person found in it, if one read it: they are given, and no others.
    """
    problems = _problems("", text)
    text = text[:MAX_CHARACTERS]
    found = findings(rules, "", text, PASSAGE)
    relevance, core = _relevance(rules, found)
    totals = {number: strength.total for number, strength in found.strengths.items()}
    if topics:
        kept = [number for number, topic in enumerate(rules.file.topics) if topic.id in topics]
    else:
        kept = [number for number, total in totals.items() if total >= _ENOUGH and relevance != "off"]
    kept.sort(key=lambda number: (-totals.get(number, 0.0), number))
    labels = _labels(rules, found, "", text, kept)
    if topics:
        labels = tuple(replace(label, score=1.0, origin="added") for label in labels)
    return Judgement(relevance, core, labels, rules.version, problems=problems)


def findings(rules: Rules, title: str, text: str, width: int = WINDOW) -> Findings:
    """All that the judgement of a text rests on. `width`: words of the passages that strengths are summed over."""
    reading = read(rules.phrases, rules.groups, title, text)
    strengths = strengths_of(rules.file.topics, hits_of(rules.uses, reading), reading, width)
    presence = _presence(rules.file, reading)
    profile = learned.profile(rules.learned, reading, strengths)
    leanings = learned.leans(rules.learned, profile)
    chances = learned.topic_chances(rules.learned, strengths, leanings, presence)
    return Findings(reading, strengths, presence, profile, leanings, chances)


def _problems(title: str, text: str) -> tuple[str, ...]:
    if len("".join((title.lstrip()[:99] + text.lstrip()[:99]).split())) < MIN_CHARACTERS:
        return (TOO_SHORT,)
    if len(text) > MAX_CHARACTERS:
        return (f"judged by its first {MAX_CHARACTERS:,} of {len(text):,} characters",)
    return ()


def _relevance(rules: Rules, found: Findings) -> tuple[Relevance, float]:
    """Relevance, and how likely the item is core."""
    closeness = [topic.core for topic in rules.file.topics]
    signs = learned.item_signs(found.chances, closeness, found.leanings, found.presence)
    weights = rules.book.weights
    core = round(learned.item_chance(weights.core, signs), 4)
    if learned.item_chance(weights.on_topic, signs) < ON_TOPIC:
        return "off", core
    return ("core" if core >= CORE else "related"), core


def _presence(file: TopicFile, reading: Reading) -> Presence:
    scope = file.scope
    return Presence(
        length=log(max(reading.words, 20) / 150),
        america=_share(reading, scope.america),
        europe=_share(reading, scope.europe),
        subject=_share(reading, scope.subject),
        traps=_share(reading, scope.traps),
    )


def _share(reading: Reading, groups: Sequence[str]) -> float:
    """How present the words are, 0..1: in the title, in the opening, and how often for the length."""
    spots = sorted(set().union(*(reading.places.get(group, ()) for group in groups)))
    if not spots:
        return 0.0
    title = spots[0] < reading.title
    lead = bisect_left(spots, reading.title) < bisect_left(spots, reading.title + 60)
    often = min(1.0, len(spots) / max(40, min(reading.words, 2_000)) * 25)
    return 0.35 * title + 0.2 * lead + 0.45 * often


# ---------------------------------------------------------------- evidence


def vetoed(rules: Rules, title: str, text: str) -> list[Vetoed]:
    """What would have spoken for a topic but for a condition, each phrase once for each topic and condition."""
    title, text = title[:MAX_CHARACTERS], text[:MAX_CHARACTERS]
    reading = read(rules.phrases, rules.groups, title, text)
    once = {(veto.topic, veto.phrase, veto.condition): veto for veto in reversed(vetoes_of(rules.uses, reading))}
    vetoes = sorted(once.values(), key=lambda veto: (veto.topic, veto.start))
    return [
        Vetoed(
            rules.file.topics[veto.topic].id,
            (title if place == "title" else text)[start:end],
            start,
            end,
            place,
            f"{_VETO[veto.condition]} {' or '.join(veto.groups)}",
        )
        for veto, (place, start, end) in zip(vetoes, reading.spans(vetoes), strict=True)
    ]


def _labels(rules: Rules, found: Findings, title: str, text: str, kept: Sequence[int]) -> tuple[Label, ...]:
    texts = {"title": title, "text": text}
    hits = {number: found.strengths[number].hits[:_MOST_EVIDENCE] for number in kept if number in found.strengths}
    spans = iter(found.reading.spans([hit for row in hits.values() for hit in row]))
    words = learned.telling_words(rules.learned, found.reading, found.profile, kept, _MOST_WORDS)
    labels = []
    for number in kept:
        nearest = _nearest_paragraph(rules, found, number)
        evidence = [
            (span, hit.weight, rules.anchors.get((number, hit.phrase), nearest), False)
            for hit, span in zip(hits.get(number, ()), spans, strict=False)
        ]
        evidence += [(span, weight, nearest, True) for span, weight in words[number]]
        shown = tuple(
            Evidence(texts[place][start:end], start, end, place, round(weight, 4), seed, is_learned)
            for (place, start, end), weight, seed, is_learned in evidence
        )
        labels.append(Label(rules.file.topics[number].id, round(found.chances[number], 4), shown))
    return tuple(labels)


def _nearest_paragraph(rules: Rules, found: Findings, number: int) -> SeedParagraph | None:
    """Of the paragraphs that give the topic its meaning the one with the most words of the text, rare ones first."""
    paragraphs = rules.paragraphs[number]
    if not paragraphs.where:
        return None
    alike = learned.likeness(found.profile, paragraphs.by_word, len(paragraphs.where))
    return paragraphs.where[alike.index(max(alike))]
