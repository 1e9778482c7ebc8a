"""The forms in which texts say who spoke, before quoted words or behind them. Finds no quoted words itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from parsers.judging.quotes.attribution import name_before, name_behind
from parsers.judging.quotes.speaker_names import Name, Names
from parsers.judging.quotes.speakers import Phrase, Token, match

_TAIL = 14
"""Words between a verb and the colon: `said in a letter to the Commission on Monday:`."""
_CLOSE = 6
"""The same without a colon: `said on Monday that`."""
_APPOSITION = 24
"""Words between a name and its verb: `Mr Doe, who oversaw the launch, said`."""
Said = tuple[Name, str, int]
"""Speaker, verb, and where the words that tell so end."""


@dataclass(frozen=True, slots=True)
class Pronoun:
    """Somebody who was named before: `he said`. `end`: behind these words. `word`: the pronoun, if there is one."""

    verb: str
    end: int
    word: str = ""


NOBODY = Pronoun("", -1)
"""Somebody who is not named: `“...,” said a diplomat`."""


def behind(here: Names, closed: str, lead: Sequence[Token], tail: Sequence[Token]) -> Said | Pronoun | None:
    """The speaker that follows quoted words.

    Args:
        closed: the last character of the words, a comma if they end with the dash of speech.
        lead: what stands before the words in their sentence. tail: what stands behind them.
    """
    words = here.lexicon
    at = 0
    while at < min(2, len(tail)) and tail[at].word in ",–—-":
        at += 1
    if at >= len(tail) or tail[at].word in ".;:":
        return None
    if length := match(words.sources, tail, at):
        found = name_behind(here, tail, at + length)
        return (found[0], _verb(tail, at, length), tail[found[1] - 1].end) if found else NOBODY
    if not tail[at].capital and (length := match(words.verbs, tail, at)):
        return _verb_first(here, tail, at, length)
    comma = "," in (closed, tail[0].word) or (at and tail[0].word in "–—-")
    if not (comma or closed in "?!…") or (lead and lead[-1].word not in ",:;–—-"):
        return None
    return _name_first(here, tail, at)


def _verb_first(here: Names, tail: Sequence[Token], at: int, length: int) -> Said | Pronoun:
    """`“...,” said Name`, `« ... », a-t-il ajouté`, `„...” – dodał.`"""
    words = here.lexicon
    after = at + length
    verb = _verb(tail, at, length)
    if after == len(tail) or tail[after].word in ".,;" or "-t-" in verb or verb.endswith(("-il", "-elle")):
        return Pronoun(verb, tail[after - 1].end)
    if match(words.pronouns, tail, after):
        return Pronoun(verb, tail[after].end, tail[after].low)
    found = name_behind(here, tail, after)
    if not found or match(words.verbs, tail, found[1]):
        return NOBODY
    return found[0], verb, tail[found[1] - 1].end


def _name_first(here: Names, tail: Sequence[Token], at: int) -> Said | Pronoun | None:
    """`“...,” Name said`, `“...,” Name, a member of the party, said`."""
    words = here.lexicon
    if not tail[at].capital and match(words.pronouns, tail, at) and (length := match(words.verbs, tail, at + 1)):
        return Pronoun(_verb(tail, at + 1, length), tail[at + length].end, tail[at].low)
    found = name_behind(here, tail, at)
    if not found:
        return None
    name, after = found
    if after < len(tail) and tail[after].word == ",":
        rest = range(after + 1, min(len(tail), after + _APPOSITION))
        after = next((number + 1 for number in rest if tail[number].word == ","), len(tail))
    after += match(words.between, tail, after) == 1 and not match(words.verbs, tail, after)
    length = match(words.verbs, tail, after)
    stop = next((token.word for token in tail[after:] if token.word in ".:"), "")
    if not length or stop == ":":  # `“Why?” Rutte asked: “...”` belongs to what follows
        return None
    return name, _verb(tail, after, length), tail[after + length - 1].end


def ahead(here: Names, lead: Sequence[Token], first: bool) -> Said | Pronoun | None:
    """The speaker that stands before quoted words.

    Args:
        lead: what stands before the words in their sentence. first: it begins a paragraph, or is the whole title.
    """
    if not lead:
        return None
    words = here.lexicon
    colon = lead[-1].word == ":"
    body = lead[:-1] if lead[-1].word in ":," else lead
    for length in range(min(5, len(body) - 1), 0, -1):
        if (
            match(words.sources, body, 0) == length
            and (found := name_behind(here, body, length))
            and found[1] == len(body)
        ):
            return found[0], _verb(body, 0, length), lead[-1].end
    if colon and first and (name := _alone(here, body)):
        return name, "", lead[-1].end
    at, length = _last_verb(words.verbs, body, _TAIL if colon else _CLOSE)
    rest = body[at + length :]
    if not length or not (colon or _straight(here, rest)):
        return None
    verb, end = _verb(body, at, length), lead[-1].end
    if at and match(words.pronouns, body, at - 1):
        return Pronoun(verb, end, body[at - 1].low)
    name = name_before(here, body, at)
    return (name, verb, end) if name else _inverted(here, body, at, rest, verb, end) if colon else None


def _straight(here: Names, rest: Sequence[Token]) -> bool:
    """Whether nothing keeps the words from the verb: `said`, `said on Monday that`."""
    place = 0
    while place < len(rest):
        step = match(here.lexicon.that | here.lexicon.between, rest, place) or int(rest[place].word == ",")
        if not step:
            return False
        place += step
    return True


def _alone(here: Names, body: Sequence[Token]) -> Name | None:
    """The name that is all there is before a colon, but for titles: `Commissioner Kubilius: “...”`."""
    name = name_before(here, body, len(body))
    if not name or name.end != body[-1].end:
        return None
    return name if name.start == body[0].start or name_behind(here, body, 0) == (name, len(body)) else None


def _last_verb(verbs: frozenset[Phrase], body: Sequence[Token], reach: int) -> tuple[int, int]:
    """The number of the token where the last reporting verb begins, and how many tokens it has; 0: there is none."""
    for at in range(len(body) - 1, max(0, len(body) - reach) - 1, -1):
        length = match(verbs, body, at)
        if length and not body[at].capital:
            longer = match(verbs, body, at - 1) if at else 0
            return (at - 1, longer) if longer > length else (at, length)
    return 0, 0


def _inverted(
    here: Names, body: Sequence[Token], at: int, rest: Sequence[Token], verb: str, end: int
) -> Said | Pronoun | None:
    """`In Brüssel sagte Name: „...“`, `Wörtlich sagte er: „...“`, `Dodał: „...”`."""
    words = here.lexicon
    if rest and match(words.pronouns, rest, 0):
        return Pronoun(verb, end, rest[0].low)
    free = not at or match(words.stops | words.between, body, 0)
    if rest and free and (found := name_behind(here, rest, 0)):
        return found[0], verb, end
    return Pronoun(verb, end) if not at and not any(token.capital for token in rest) else None


def _verb(tokens: Sequence[Token], at: int, length: int) -> str:
    return " ".join(token.low for token in tokens[at : at + length])
