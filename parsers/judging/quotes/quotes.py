"""Finds who said what in an item: words in quotation marks whose speaker is unmistakable. Stores nothing.

Precision first: a quote whose form leaves the speaker open is none. The forms are those of lexical patterns around
reporting verbs, as news monitors use them; words and titles come from config/quotes.toml.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from parsers.judging.names.entities import Mention, Place
from parsers.judging.quotes.attribution import opens
from parsers.judging.quotes.forms import NOBODY, Said, ahead, behind
from parsers.judging.quotes.marks import Span, dashed, spans
from parsers.judging.quotes.speaker_names import Name, Names, names
from parsers.judging.quotes.speakers import QuoteWords, Token, match

MAX_QUOTES = 100
MAX_TRIED = 500
"""Passages of one item that are looked at, the first ones."""
LEAST_WORDS = 4
"""Shorter passages are catchwords: a “historic day”."""
_AROUND = 260
"""Characters before and behind a passage in which its speaker may stand."""
_GOES_ON = 200
_DASHES = {"pl", "sv"}
_UNCLEAR_CAPITALS = {"de"}
"""Where every noun has a capital only listed people are antecedents."""
_MARKS = "\"'”“’‘»«"
_OTHERS = {
    "he": frozenset({"she", "her", "hers"}),
    "she": frozenset({"he", "his", "him"}),
    "il": frozenset({"elle"}),
    "elle": frozenset({"il", "lui"}),
}
"""Words that speak of another person than the pronoun: `He laughed with his mother. “...,” she said.`"""
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_SENTENCE = re.compile(r"[.!?…][\"”“»’]? +(?=[\"“„«‘»–—-]? ?[^\W\d_a-zà-ÿ])")


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody said, in quotation marks, with who said it. `text[start:end] == words` in the text or title.

    Attributes:
        speaker: as the item names them, titles left out: `Kaja Kallas`, `Hegseth`. entity_id: if they are an entity.
        verb: as it stands there, in small letters; empty in `Rutte: “...”`.
    """

    words: str
    speaker: str
    entity_id: str | None
    verb: str
    place: Place
    start: int
    end: int


def quotes(words: QuoteWords, title: str, text: str, language: str, mentions: Sequence[Mention]) -> tuple[Quote, ...]:
    """The quotes of an item, those of the title first, in the order of the text: at most MAX_QUOTES. Linear.

    Args:
        language: like `de` or `de-AT`; empty or another than those of config/quotes.toml: all words count.
        mentions: what `entities.mentions` found in this title and text.
    """
    parts: tuple[tuple[Place, str], ...] = (("title", title), ("text", text))
    rows: list[Quote] = []
    for place, part in parts:
        own = [one for one in mentions if one.place == place]
        here = names(words, language[:2].lower(), part, f"{title}\n{text}", own, mentions)
        found = _quotes(here)
        rows += [
            Quote(part[span.start : span.end], name.words, name.entity_id, verb, place, span.start, span.end)
            for span, (name, verb, _) in islice(found, MAX_QUOTES - len(rows))
        ]
    return tuple(rows)


def _quotes(here: Names) -> Iterator[tuple[Span, Said]]:
    verbs = here.lexicon.first
    marked = [(span, False) for span in islice(spans(here.text), MAX_TRIED)]
    if here.language in _DASHES:
        marked += [(span, True) for span in islice(dashed(here.text, verbs), MAX_TRIED)]
        marked = _apart(marked)
    last: tuple[Span, Said | None] | None = None
    chained: list[Span] = []
    for number, (span, dash) in enumerate(marked):
        floor = marked[number - 1][0].closed if number else 0
        roof = marked[number + 1][0].opened if number + 1 < len(marked) else len(here.text)
        follows = number + 1 < len(marked) and marked[number + 1][0].on
        said = _said(here, span, floor, roof, last, dash)
        if span.on and last and last[1]:
            said = said or (last[1][0], last[1][1], span.closed)
        if follows and not said:
            chained.append(span)
        elif said:
            for one in (*(chained if span.on else ()), span):
                if _statement(here, one) and not _is_doubted(here, one):
                    yield one, said
        if not follows:
            chained = []
        last = (span, said)


def _apart(marked: list[tuple[Span, bool]]) -> list[tuple[Span, bool]]:
    """In order, without those that overlap an earlier one."""
    kept: list[tuple[Span, bool]] = []
    for span, dash in sorted(marked, key=lambda one: one[0].opened):
        if not kept or span.opened >= kept[-1][0].closed:
            kept.append((span, dash))
    return kept


def _is_doubted(here: Names, span: Span) -> bool:
    """Whether the sentence before the passage says that nobody said it: denied, never, in a deepfake."""
    tokens = here.tokens(max(0, span.opened - _AROUND), span.opened)
    lead = next((n + 1 for n in range(len(tokens) - 1, -1, -1) if tokens[n].word in ".!?…"), 0)
    return any(match(here.lexicon.doubt, tokens, place) for place in range(lead, len(tokens)))


def _statement(here: Names, span: Span) -> bool:
    """Whether the words say something, other than a catchword or the name of a thing."""
    passage = here.text[span.start : span.end]
    row = _WORD.findall(passage)
    if len(row) < LEAST_WORDS:
        return False
    if here.text[span.opened] in "-–—" or any((word.lower().replace("’", "'"),) in here.lexicon.finite for word in row):
        return True
    return len(row) > LEAST_WORDS and passage[0].isupper() and sum(word[0].isupper() for word in row) * 2 < len(row)


def _said(
    here: Names, span: Span, floor: int, roof: int, last: tuple[Span, Said | None] | None, dash: bool
) -> Said | None:
    """Who spoke the words of a span, if that is unmistakable.

    Args:
        floor, roof: where the span before ends and the next one begins. last: the span before and its speaker.
    """
    text = here.text
    paragraph = text.rfind("\n", 0, span.opened) + 1
    begin = max(floor, span.opened - _AROUND, paragraph)
    lead = here.tokens(begin, span.opened)
    ends = [number for number in range(len(lead)) if _ended(lead, number)]
    whole = begin == paragraph and not ends
    lead = lead[ends[-1] + 1 :] if ends else lead
    line = text.find("\n", span.closed)
    tail = here.tokens(span.closed, min(roof, span.closed + _AROUND, len(text) if line < 0 else line))
    closed = "," if dash else text[span.opened : span.closed].rstrip(_MARKS)[-1:]
    after, before = behind(here, closed, lead, tail), ahead(here, lead, whole)
    if isinstance(after, tuple) and isinstance(before, tuple):
        return after if after[0].key == before[0].key else None
    found = after or before
    if isinstance(found, tuple) or found is None:
        goes_on = not found and last and last[1] and _goes_on(here, last[0], last[1], span)
        return (last[1][0], last[1][1], span.closed) if goes_on and last and last[1] else found
    who = _antecedent(here, span, lead[0].start if lead else span.opened, last, found.word) if found != NOBODY else None
    return (who, found.verb, found.end) if who else None


def _ended(tokens: Sequence[Token], number: int) -> bool:
    """Whether a sentence ends with the token."""
    if tokens[number].word not in ".!?…":
        return False
    return number + 1 == len(tokens) or tokens[number + 1].capital


def _antecedent(here: Names, span: Span, lead: int, last: tuple[Span, Said | None] | None, pronoun: str) -> Name | None:
    """Who `he` is: the one person named in the sentence before, in the same paragraph, or who spoke there."""
    paragraph = max(here.text.rfind("\n", 0, span.opened) + 1, lead - 2 * _AROUND)
    ends = [paragraph, *(one.end() for one in _SENTENCE.finditer(here.text, paragraph, lead))]
    while len(ends) > 1 and ends[-1] >= lead - 1:
        ends.pop()
    unlisted = here.language not in _UNCLEAR_CAPITALS
    people = here.people(ends[-1], span.opened, unlisted)
    if last and last[1] and last[0].opened >= paragraph and last[1][2] >= ends[-1]:
        who = last[1][0]
        return who if _alone(here, who, last[0].closed, span.opened) else None
    if last and paragraph <= last[0].opened and last[0].closed > ends[-1] and _statement(here, last[0]):
        return None
    others = _OTHERS.get(pronoun, frozenset())
    if len(people) != 1 or any(token.low in others for token in here.tokens(ends[-1], lead)):
        return None
    ((key, who),) = people.items()
    return who if key[0] != "?" and opens(here, who, ends[-1]) else None


def _goes_on(here: Names, before: Span, said: Said, span: Span) -> bool:
    """Whether the words are the second part of a quote: `“...,” he said on Monday. “...”`."""
    between = here.text[before.closed : span.opened]
    if len(between) > _GOES_ON or "\n" in between or said[2] <= before.closed:
        return False
    text = between.rstrip()
    if text[-1:] not in {".", ",", ":", ";", "–", "—"} or _SENTENCE.search(text):
        return False
    if text[-1] == "." and not here.text[span.start].isupper():
        return False
    return _alone(here, said[0], before.closed, span.opened)


def _alone(here: Names, who: Name, start: int, end: int) -> bool:
    """Whether nobody else is named there."""
    return all(
        key in (who.key, who.words.split()[-1].lower()) or key[0] == "?" for key in here.people(start, end, True)
    )
