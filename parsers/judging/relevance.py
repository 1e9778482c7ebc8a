"""Decides how relevant an item is and which of the topics found in it it keeps. Knows no phrase, no topic and no text.

An item is off when nothing speaks clearly for a topic, or when it speaks louder of sport, courts or customs duties.
It is core when its topics, and the weight of America and of Europe in it, put it close to relations between the two.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

from parsers.model import Relevance

ENOUGH = 1.0
"""What a topic needs; see parsers/judging/topics.py for the unit."""
_NEARLY = 0.7
"""Enough for the best topic of an item that is plainly in scope and has no other."""
_BESIDE = 0.26
"""Share of the strongest topic below which another one is only mentioned in passing."""
_MOST, _MORE = 3, 320
"""Labels of a short item, and how many more words earn it another: people rarely give a news item more than three."""
_CLOSEST = 3
"""Topics that decide closeness: a long paper on ten matters is as core as its three most transatlantic ones."""
_CORE = 0.5


@dataclass(frozen=True, slots=True)
class Presence:
    """Where in an item the words stand that decide scope: numbers of words; the first `title` are the title."""

    words: int
    title: int
    america: Sequence[int]
    europe: Sequence[int]
    subject: Sequence[int]
    traps: Sequence[int]


def relevance(
    presence: Presence, strengths: Mapping[int, float], closeness: Sequence[float]
) -> tuple[tuple[int, ...], Relevance, float]:
    """Topics kept (strongest first), relevance and a score 0..1: below 1/3 off, from 2/3 core.

    Args:
        presence: where the scope words stand.
        strengths: topic number -> strength, in units of ENOUGH.
        closeness: for each topic number, how close it is by itself to the core of the scope (0..1).
    """
    america, europe = _share(presence, presence.america), _share(presence, presence.europe)
    subject, traps = _share(presence, presence.subject), _share(presence, presence.traps)
    order = sorted(strengths, key=lambda index: (-strengths[index], index))
    top = strengths[order[0]] if order else 0.0
    in_scope = min(1.0, max(america, europe) * 0.5 + subject * 0.5)
    need = ENOUGH if min(america, europe) < 0.3 or subject < 0.3 else _NEARLY
    if top < need + 1.5 * traps * (1.3 - subject):
        return (), "off", round(0.33 * min(1.0, 0.5 * top / ENOUGH + 0.5 * in_scope) * (1 - 0.5 * traps), 4)
    most = _MOST + presence.words // _MORE
    kept = tuple(i for i in order if strengths[i] >= max(ENOUGH, _BESIDE * top))[:most] or (order[0],)
    closest = sorted(kept, key=lambda i: (-closeness[i], i))[:_CLOSEST]
    weights = [min(strengths[i], 3.0) for i in closest]
    close = sum(closeness[i] * w for i, w in zip(closest, weights, strict=True)) / sum(weights)
    both = min(america, europe)
    core = 1 / (1 + exp(4.0 - 2.1 * close - 0.9 * america - 1.2 * europe - 2.4 * both - 2.7 * close * america))
    if core >= _CORE:
        return kept, "core", round(0.67 + 0.33 * (core - _CORE) / (1 - _CORE), 4)
    return kept, "related", round(0.34 + 0.32 * core / _CORE, 4)


def _share(presence: Presence, spots: Sequence[int]) -> float:
    """How present the words are, 0..1: in the title, in the opening, and how often for the length."""
    if not spots:
        return 0.0
    title = any(spot < presence.title for spot in spots)
    lead = any(presence.title <= spot < presence.title + 60 for spot in spots)
    often = min(1.0, len(spots) / max(40, min(presence.words, 2_000)) * 25)
    return 0.35 * title + 0.2 * lead + 0.45 * often
