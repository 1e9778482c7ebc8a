"""Says which name before or behind a reporting verb is the speaker's. Knows no quotation marks."""

from collections.abc import Sequence
from dataclasses import dataclass

from parsers.judging.quotes.speaker_names import BODY, OWNER, PERSON, Name, Names, first_from
from parsers.judging.quotes.speakers import Token, match, title_at, title_before

_REACH = 12
"""Words between a verb and the name behind it, with all titles: `said the US secretary of state for defence, ...`."""
_PLAIN = 3
"""Words before a name that no list has: `said planetary geologist Rosaly Lopes`."""
_APPOSITION = 24
_LONGEST_NAME = 5


@dataclass(slots=True)
class _Way:
    """What was passed on the way from a verb to the name behind it.

    Attributes:
        place: number of the next token. just: that behind a title. plain: words that no list has.
        linked: `of` came last. over: no name can follow any more.
    """

    place: int
    just: int = -1
    plain: int = 0
    article: bool = False
    titled: bool = False
    linked: bool = False
    over: bool = False


def name_behind(here: Names, tokens: Sequence[Token], at: int) -> tuple[Name, int] | None:
    """The name that begins at a token, but for its titles, and the number of the token behind it."""
    way = _Way(at)
    while way.place < min(len(tokens), at + _REACH) and not way.over:
        token = tokens[way.place]
        found = None
        if token.start in here.starts:
            found = _listed(here, tokens, way)
        elif not _passed(here, tokens, way):
            if token.capital:
                found = _named(here, tokens, way)
            else:
                way.plain += 1
                way.over = way.plain > _PLAIN or not token.word[0].isalpha()
                way.place += 1
        if found:
            return found
    return None


def _listed(here: Names, tokens: Sequence[Token], way: _Way) -> tuple[Name, int] | None:
    """A mention: the speaker, or part of a title, as in `said NATO's chief`, `said Commission President ...`."""
    start = tokens[way.place].start
    end, entity, kind = here.starts[start]
    after = first_from(tokens, way.place, end)
    owned = here.owned(tokens, after)
    title = bool(title_at(here.lexicon, tokens, after))
    if kind == OWNER:
        way.over = True
        return None
    if kind == PERSON and not title:
        way.over = True
        if way.linked or owned or _possesses(here, tokens, after):
            return None
        return here.name(start, end, entity), after
    upper = after < len(tokens) and tokens[after].capital
    if kind == BODY and not (way.titled or title or upper or owned):
        return here.name(start, end, entity), after
    way.titled = way.titled or kind == "office" or (owned and title)
    way.linked, way.place = False, after
    return None


def _possesses(here: Names, tokens: Sequence[Token], after: int) -> bool:
    """Whether the name stands before what is another's: `Trump ally Lindsey Graham`, `Trump officials`."""
    if here.language != "en" or after >= len(tokens) or tokens[after].capital or not tokens[after].word[0].isalpha():
        return False
    words = here.lexicon
    known = (words.stops, words.between, words.links, words.verbs, words.articles, words.pronouns)
    return not any(match(group, tokens, after) for group in known)


def _passed(here: Names, tokens: Sequence[Token], way: _Way) -> bool:
    """Whether a token belongs before a name; then the way goes on behind it, or is over."""
    words, token = here.lexicon, tokens[way.place]
    if length := title_at(here.lexicon, tokens, way.place):
        way.titled, way.linked = True, False
        way.place = way.just = way.place + length
        return True
    if length := match(words.between, tokens, way.place) if not way.titled else 0:
        way.place += length
        return True
    if not token.capital and match(words.stops, tokens, way.place):
        way.over = True
        return True
    if length := match(words.links, tokens, way.place):
        way.linked = True
    elif length := match(words.articles, tokens, way.place):
        way.article = True
    elif token.word == "," and way.titled and way.place + 1 < len(tokens) and tokens[way.place + 1].capital:
        way.article, way.linked, length, way.just = True, False, 1, way.place + 1  # the group's spokesman, Al Example
    way.place += length
    return bool(length)


def _named(here: Names, tokens: Sequence[Token], way: _Way) -> tuple[Name, int] | None:
    """A name that the gazetteer does not have, or what a title is of: `of Defence`, `Commerzbank analyst`."""
    after = here.run(tokens, way.place)
    if way.linked or title_at(here.lexicon, tokens, after):
        way.linked, way.place = False, max(after, way.place + 1)
        return None
    way.over = True
    if way.plain and not way.titled and (after - way.place < 2 or here.genitive):
        return None
    if _possesses(here, tokens, after):
        return None
    name = here.unlisted(tokens, way.place, after, way.just == way.place)
    return (name, after) if name and (way.titled or not way.article) else None


def name_before(here: Names, tokens: Sequence[Token], at: int) -> Name | None:
    """The name that is the subject of a verb: right before the token, or before what stands between two commas."""
    for _ in range(3):
        at -= at > 0 and match(here.lexicon.between, tokens, at - 1) == 1 and not tokens[at - 1].capital
    if not at:
        return None
    if tokens[at - 1].word != ",":
        return _ending(here, tokens, at)
    commas = [
        number
        for number in range(at - 2, max(0, at - _APPOSITION), -1)
        if tokens[number].word == "," and not tokens[number + 1].capital
    ]
    found = (_ending(here, tokens, number) for number in (at - 1, *commas))
    return next((name for name in found if name), None)


def _ending(here: Names, tokens: Sequence[Token], after: int) -> Name | None:
    """The name that ends before a token, if nothing before makes it another's: `a spokesman for Biden`."""
    if not after:
        return None
    last = tokens[after - 1]
    found = here.ends.get(last.end)
    if found and found[2] == OWNER:
        return None
    if found and found[2] in (PERSON, BODY):
        begin = _at(tokens, found[0], after)
        leads = begin is not None and _leads(here, tokens, begin, found[2])
        return here.name(found[0], last.end, found[1]) if leads else None
    begin = after
    while begin > max(0, after - _LONGEST_NAME) and _part(here, tokens, begin - 1, begin < after):
        begin -= 1
    while begin < after and (tokens[begin].low,) in here.lexicon.particles and not tokens[begin].capital:
        begin += 1
    if begin == after:
        return None
    name = here.unlisted(tokens, begin, after, title_before(here.lexicon, tokens, begin) > 0)
    return name if name and _leads(here, tokens, begin, PERSON) else None


def _part(here: Names, tokens: Sequence[Token], place: int, more: bool) -> bool:
    """Whether a token is part of a name that is read backwards; `more`: something of it was read already."""
    token = tokens[place]
    if title_at(here.lexicon, tokens, place) == 1 or (token.capital and (token.low,) in here.lexicon.articles):
        return False
    if token.capital:
        return token.end not in here.ends and not (more and token.word.isupper() and 1 < len(token.word) < 6)
    return more and (token.low,) in here.lexicon.particles


def opens(here: Names, name: Name, start: int) -> bool:
    """Whether the name stands at the beginning of the sentence that starts there, with nothing but titles before it."""
    tokens = here.tokens(start, name.end)
    begin = _at(tokens, name.start, len(tokens))
    return begin is not None and _leads(here, tokens, begin, PERSON, 1)


def _leads(here: Names, tokens: Sequence[Token], begin: int, kind: str, plain: int = _PLAIN) -> bool:
    """Whether the words before a name leave it the subject of what follows; `plain`: how many may be on no list."""
    words = here.lexicon
    blocking = words.stops | words.links
    for _ in range(8):
        if not begin or tokens[begin - 1].word in ",;:–—-|":
            return True
        token = tokens[begin - 1]
        if length := title_before(here.lexicon, tokens, begin):
            begin -= length
        elif kind == PERSON and token.end in here.ends and here.ends[token.end][2] != PERSON:
            begin = _at(tokens, here.ends[token.end][0], begin) or 0
        elif (token.low,) in words.articles:
            return begin < 2 or not (tokens[begin - 2].capital or (tokens[begin - 2].low,) in blocking)
        elif (token.low,) in blocking or not token.word[0].isalpha() or kind == BODY:
            return False
        else:
            begin, plain = begin - 1, plain - (not token.capital)
        if plain < 0:
            return False
    return False


def _at(tokens: Sequence[Token], start: int, below: int) -> int | None:
    """The number of the token that begins at a position."""
    return next((number for number in range(below - 1, -1, -1) if tokens[number].start == start), None)
