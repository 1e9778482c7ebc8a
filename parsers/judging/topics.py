"""Judges what a text is about by the rules of config/topics.toml. Reads no file and knows no source, date or edition.

One pass finds all phrases; each topic then adds up what speaks for it, window by window, and takes its best window.
The unit of the sum is "enough": a phrase of weight 1 in the body is just enough for the label by itself.
"""

import hashlib
import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from parsers.judging.phrases import Phrasebook, Words, compile_phrases, find, spans, tokenise
from parsers.judging.relevance import ENOUGH, Presence, relevance
from parsers.judging.topic_file import Topic, TopicFile, phrases_of
from parsers.model import Evidence, Judgement, Label, Seed, SeedParagraph

CODE_VERSION = 1
"""Raised when the same rules would judge a text differently: it is part of `rules_version`."""
MAX_CHARACTERS = 200_000
"""Longer texts are judged by their beginning."""

_NEAR = 18
"""Words within which a `near` group must stand."""
_WINDOW, _STEP = 320, 160
"""Words of a window and how far the next one starts: about 2,000 characters, as long as the usual news item."""
_PASSAGE = 256
_LEAD = 70
_TITLE_FACTOR, _LEAD_FACTOR, _BODY_FACTOR = 1.6, 1.15, 1.0
_REPEAT = 0.25
_REPEATS = 2
_ENTRY_CAP = 1.8
_LATER = 1.3
"""What a later window needs: there a label rests on a passage, not on the opening of the item."""
_MOST_EVIDENCE = 12


Conditions = tuple[tuple[str, ...], ...]
"""All must hold; each is a choice of groups."""


@dataclass(frozen=True, slots=True)
class Use:
    """One phrase at work for one topic: which entry of the topic it belongs to and on what conditions it counts."""

    topic: int
    entry: int
    weight: float
    near: Conditions
    around: Conditions
    unless: Conditions


@dataclass(frozen=True, slots=True)
class Rules:
    """Compiled topics file. `uses` and `groups` are indexed by the number of the phrase in `book`."""

    version: str
    file: TopicFile
    book: Phrasebook
    uses: tuple[tuple[Use, ...], ...]
    groups: tuple[tuple[str, ...], ...]
    anchors: Mapping[tuple[int, int], SeedParagraph]


def compile_rules(file: TopicFile, seeds: Sequence[Seed] = ()) -> Rules:
    """Rules ready for `judge`. With the seeds at hand, evidence names the very paragraph that carries the phrase."""
    numbers: dict[str, int] = {}
    uses: dict[int, list[Use]] = defaultdict(list)
    groups: dict[int, list[str]] = defaultdict(list)
    for name, group in file.groups.items():
        for phrase in phrases_of(group):
            groups[numbers.setdefault(phrase, len(numbers))].append(name)
    for index, topic in enumerate(file.topics):
        for entry, rule in enumerate(topic.phrases):
            around = _conditions(rule.around or topic.around)
            unless = _conditions((*rule.unless, *topic.unless))
            for phrase in dict.fromkeys(phrases_of(rule)):
                use = Use(index, entry, rule.weight, _conditions(rule.near), around, unless)
                uses[numbers.setdefault(phrase, len(numbers))].append(use)
    book = compile_phrases(list(numbers))
    text = json.dumps([CODE_VERSION, asdict(file)], sort_keys=True, ensure_ascii=False, default=dict)
    everything = range(len(numbers))
    return Rules(
        version=hashlib.sha256(text.encode()).hexdigest()[:12],
        file=file,
        book=book,
        uses=tuple(tuple(uses[i]) for i in everything),
        groups=tuple(tuple(groups[i]) for i in everything),
        anchors=_carriers(file, book, uses, seeds),
    )


def _conditions(named: Sequence[str]) -> Conditions:
    return tuple(tuple(condition.split("|")) for condition in named)


def _carriers(
    file: TopicFile, book: Phrasebook, uses: Mapping[int, Sequence[Use]], seeds: Sequence[Seed]
) -> dict[tuple[int, int], SeedParagraph]:
    """(topic, phrase) -> the first of the topic's seed paragraphs that contains the phrase."""
    texts = {(seed.record.file, p.number): p.text for seed in seeds for p in seed.paragraphs}
    found: dict[tuple[int, int], SeedParagraph] = {}
    for index, topic in enumerate(file.topics):
        for anchor in topic.seeds:
            for number in anchor.paragraphs:
                for phrase, _, _ in find(book, tokenise(book, texts.get((anchor.file, number), ""))):
                    if any(use.topic == index for use in uses.get(phrase, ())):
                        found.setdefault((index, phrase), SeedParagraph(anchor.file, number))
    return found


# ---------------------------------------------------------------- judging


@dataclass(frozen=True, slots=True)
class _Read:
    """Title and text as one row of words, the title first; `title` is its number of words."""

    words: Words
    title: int
    matches: list[tuple[int, int, int]]
    places: Mapping[str, list[int]]


@dataclass(frozen=True, slots=True)
class _Hit:
    """One phrase that counted: words `start` to `stop`, and its weight with the place taken into account."""

    phrase: int
    entry: int
    start: int
    stop: int
    weight: float


def judge(rules: Rules, title: str, text: str) -> Judgement:
    """Labels and relevance of one item. Deterministic; linear in the text, of which MAX_CHARACTERS are read.

    The language need not be known: phrases of all languages are looked for, and mixed texts are common.
    """
    title, text = title[:MAX_CHARACTERS], text[:MAX_CHARACTERS]
    read = _read(rules, title, text)
    best = _best_windows(rules, read, _WINDOW, _LATER)
    strengths = {index: strength for index, (strength, _) in best.items()}
    kept, kind, score = relevance(_presence(rules, read), strengths, [topic.core for topic in rules.file.topics])
    return Judgement(kind, score, _labels(rules, read, title, text, {i: best[i] for i in kept}), rules.version)


def judge_document(rules: Rules, text: str) -> Judgement:
    """As `judge` for a long document, which treats many topics at once: each paragraph-sized passage counts in full."""
    text = text[:MAX_CHARACTERS]
    read = _read(rules, "", text)
    best = _best_windows(rules, read, _PASSAGE, 1.0)
    strengths = {index: strength for index, (strength, _) in best.items() if strength >= ENOUGH}
    _, kind, score = relevance(_presence(rules, read), strengths, [topic.core for topic in rules.file.topics])
    kept = sorted(strengths, key=lambda index: (-strengths[index], index)) if kind != "off" else []
    return Judgement(kind, score, _labels(rules, read, "", text, {i: best[i] for i in kept}), rules.version)


def _presence(rules: Rules, read: _Read) -> Presence:
    scope = rules.file.scope
    return Presence(
        words=len(read.words),
        title=read.title,
        america=_spots(read, scope.america),
        europe=_spots(read, scope.europe),
        subject=_spots(read, scope.subject),
        traps=_spots(read, scope.traps),
    )


def _read(rules: Rules, title: str, text: str) -> _Read:
    head, body = tokenise(rules.book, title), tokenise(rules.book, text)
    words = [*head, (-1,), *body]
    matches = find(rules.book, words)
    places: dict[str, list[int]] = defaultdict(list)
    for phrase, start, _ in matches:
        for group in rules.groups[phrase]:
            if not places[group] or places[group][-1] != start:
                places[group].append(start)
    return _Read(words, len(head) + 1, matches, places)


def _spots(read: _Read, groups: Sequence[str]) -> list[int]:
    return sorted({place for group in groups for place in read.places.get(group, ())})


def _best_windows(rules: Rules, read: _Read, width: int, later: float) -> dict[int, tuple[float, list[_Hit]]]:
    """Topic -> (sum, hits) of the window that speaks loudest for it."""
    best: dict[int, tuple[float, list[_Hit]]] = {}
    step = width // 2
    for begin in range(0, max(1, len(read.words) - width + step), step):
        for topic, hits in _hits(rules, read, begin, begin + width).items():
            total = _total(rules.file.topics[topic], hits) / (later if begin else 1)
            if total > best.get(topic, (0.0,))[0]:
                best[topic] = (total, hits)
    return best


def _hits(rules: Rules, read: _Read, begin: int, end: int) -> dict[int, list[_Hit]]:
    """Topic -> what counts for it in the words from `begin` to `end`; of hits that overlap the heaviest."""

    def stands(group: str, first: int, last: int) -> bool:
        spots = read.places.get(group)
        if not spots:
            return False
        at = bisect_left(spots, first)
        return at < len(spots) and spots[at] <= last

    def around(choice: Sequence[str]) -> bool:
        return any(stands(group, begin, end - 1) or stands(group, 0, read.title - 1) for group in choice)

    found: dict[int, list[_Hit]] = defaultdict(list)
    first = bisect_left(read.matches, begin, key=lambda match: match[1])
    for phrase, start, stop in read.matches[first:]:
        if start >= end:
            break
        for use in rules.uses[phrase]:
            near = all(any(stands(g, start - _NEAR, stop - 1 + _NEAR) for g in choice) for choice in use.near)
            if near and all(map(around, use.around)) and not any(map(around, use.unless)):
                found[use.topic].append(_Hit(phrase, use.entry, start, stop, use.weight * _factor(read, start)))
    return {topic: _apart(hits) for topic, hits in found.items()}


def _apart(hits: list[_Hit]) -> list[_Hit]:
    kept: list[_Hit] = []
    taken: set[int] = set()
    for hit in sorted(hits, key=lambda hit: (-hit.weight, hit.start - hit.stop, hit.start)):
        if taken.isdisjoint(range(hit.start, hit.stop)):
            kept.append(hit)
            taken.update(range(hit.start, hit.stop))
    return kept


def _total(topic: Topic, hits: Sequence[_Hit]) -> float:
    """A phrase counts once in full, its repeats little; one entry of the file has a ceiling."""
    phrases: dict[tuple[int, int], list[float]] = defaultdict(list)
    for hit in hits:
        phrases[hit.entry, hit.phrase].append(hit.weight)
    entries: dict[int, float] = defaultdict(float)
    for (entry, _), weights in phrases.items():
        weights.sort(reverse=True)
        entries[entry] += weights[0] + _REPEAT * sum(weights[1 : 1 + _REPEATS])
    return sum(min(total, _ENTRY_CAP * topic.phrases[entry].weight) for entry, total in entries.items())


def _factor(read: _Read, start: int) -> float:
    if start < read.title:
        return _TITLE_FACTOR
    return _LEAD_FACTOR if start < read.title + _LEAD else _BODY_FACTOR


def _labels(
    rules: Rules, read: _Read, title: str, text: str, kept: Mapping[int, tuple[float, list[_Hit]]]
) -> tuple[Label, ...]:
    if not kept:
        return ()
    head, body = spans(title), spans(text)
    places = [*head[0], len(title), *body[0]], [*head[1], len(title), *body[1]]
    return tuple(_label(rules, read, (title, text), places, index, found) for index, found in kept.items())


def _label(
    rules: Rules,
    read: _Read,
    texts: tuple[str, str],
    places: tuple[list[int], list[int]],
    index: int,
    found: tuple[float, list[_Hit]],
) -> Label:
    strength, hits = found
    topic = rules.file.topics[index]
    usual = SeedParagraph(topic.seeds[0].file, topic.seeds[0].paragraphs[0]) if topic.seeds else None
    evidence = []
    for hit in hits[:_MOST_EVIDENCE]:
        start, end = places[0][hit.start], places[1][hit.stop - 1]
        in_title = hit.start < read.title
        evidence.append(
            Evidence(
                text=texts[0 if in_title else 1][start:end],
                start=start,
                end=end,
                place="title" if in_title else "text",
                weight=round(hit.weight, 4),
                seed=rules.anchors.get((index, hit.phrase), usual),
            )
        )
    return Label(topic.id, round(1 - 0.5**strength, 4), tuple(evidence))
