"""Chooses the paragraphs of the article among the blocks of a page. Knows nothing of markup, dates or charsets.

Sentences vote for the boxes around them; the article is the deepest box that holds nearly all votes. The rules are
general ones that measured well on the development pages (tests/benchmarks/extraction.py); what they replaced,
trafilatura, takes three times as long.
"""

import re
from collections.abc import Iterable, Sequence

from parsers.reading.articles.blocks import HEADINGS, Block, Box
from parsers.reading.articles.names import folded, is_byline

WITHIN_TEXT = frozenset(
    [
        *HEADINGS,
        "p",
        "li",
        "ul",
        "ol",
        "dl",
        "dd",
        "dt",
        "table",
        "thead",
        "tbody",
        "tr",
        "td",
        "th",
        "blockquote",
        "pre",
    ]
)
"""The article is never one of these alone."""
MENUS = frozenset(["ul", "ol", "dl", "table", "div", "section", "header"])
SENTENCE_END = re.compile(r"""[.!?…。:;"”»'’)]\s*$""")
STANDFIRST = re.compile(
    r"teaser|lead|intro|abstract|excerpt|standfirst|summary|\bdek\b|sub-?title|sub-?head|preface|description",
    re.IGNORECASE,
)
SHORTEST_VOTE = 40
NEARLY_ALL = 0.8
MOST = 0.5
MAX_TURNS = 5
STANDFIRST_CHARACTERS = 60
STANDFIRST_BLOCKS = 12
MENU_VOTES = 200.0
MENU_LINKED = 0.6
LINK_LINKED = 0.8
FURNITURE_CHARACTERS = 220
HEAD_PARAGRAPHS = 4

FURNITURE = re.compile(
    r"\W*(?:"
    # where else to go
    r"read (?:more|also|next|the full)|see also|also on "
    r"|related(?: post| article| stor|:|$)|recommended(?: for you|:|$)"
    r"|more(?: on this| from | stories|:)|you (?:may|might) also|continue reading|click here"
    r"|view comments|comments?$|leave a (?:comment|reply)"
    # what to join
    r"|like this story|sign up |subscribe\b|get the latest|get .{0,30}newsletter|join (?:our|us)"
    r"|download (?:our|the) app|have a tip|tell us what"
    r"|follow (?:us|me|him|her|them|the|.{1,40} on (?:twitter|facebook|instagram|x\b))|share (?:this|on)"
    # who and what it belongs to
    r"|filed under|posted in|tags?:|topics?:|copyright\b|©|all rights reserved|source:"
    r"|photos?:|image:|picture:|advertisement"
    r"|\(?(?:additional )?reporting by|\(?(?:editing|writing) by"
    # the same in other languages of Europe
    r"|lesen sie (?:auch|mehr)|mehr zum thema|weiterlesen|anzeige$|lire aussi|à lire|lire la suite|abonnez|inscrivez"
    r"|lee (?:también|más)|leer más|suscr[ií]b|te puede interesar"
    r"|leggi anche|iscriviti|czytaj|zobacz (?:też|także|również)|przeczytaj"
    r"|lees (?:ook|meer)|läs (?:också|mer|även)|leia (?:também|mais)|l[æe]s også)",
    re.IGNORECASE,
)
"""Openings of short paragraphs that lead away from the article."""
DATE_LINE = re.compile(
    r"\W*(?:(?:published|posted|updated|last updated|modified)\W+)?(?:on )?(?:\w+,? )?"
    r"(?:\d{1,2}\.?(?: de)? \w+(?: de)? \d{4}|\w+ \d{1,2},? \d{4}"
    r"|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d\d-\d\d).{0,25}$",
    re.IGNORECASE,
)


def article(
    boxes: Sequence[Box], blocks: Sequence[Block], titles: Iterable[str] = (), summary: str | None = None
) -> tuple[str, ...]:
    """Paragraphs of the article, in order; empty if there is none.

    Args:
        titles: headings known to belong to the page; where one opens the text it is left out.
        summary: what the page states as such; a standfirst that says the same is left out.
    """
    votes = [_votes(block, boxes[block.box].tag) for block in blocks]
    aside, held = _asides(boxes, blocks, votes)
    root = _root(boxes, held)
    kept = _kept(boxes, blocks, aside, held, root)
    first = next((number for number, block in enumerate(blocks) if block.box >= root), len(blocks))
    lead = _standfirst(boxes, blocks, votes, aside, first, summary) if kept else []
    return _written(boxes, blocks, lead + kept, titles)


def paragraphs(boxes: Sequence[Box], blocks: Sequence[Block], titles: Iterable[str] = ()) -> tuple[str, ...]:
    """Paragraphs of a piece of a page that is known to be the article; menus and captions are left out all the same."""
    votes = [_votes(block, boxes[block.box].tag) for block in blocks]
    aside, held = _asides(boxes, blocks, votes)
    return _written(boxes, blocks, _kept(boxes, blocks, aside, held, 0), titles)


def _kept(
    boxes: Sequence[Box], blocks: Sequence[Block], aside: Sequence[bool], held: Sequence[float], root: int
) -> list[int]:
    menus = _menus(boxes, blocks, held, root)
    return [
        number
        for number, block in enumerate(blocks)
        if root <= block.box <= boxes[root].last
        and not aside[block.box]
        and not menus[block.box]
        and not _is_link(block)
    ]


def _written(
    boxes: Sequence[Box], blocks: Sequence[Block], kept: Sequence[int], titles: Iterable[str]
) -> tuple[str, ...]:
    lines = [(blocks[number].text, boxes[blocks[number].box].tag) for number in kept]
    return _without_furniture(_without_empty_headings(lines), frozenset(map(folded, titles)))


def _votes(block: Block, tag: str) -> float:
    """A sentence votes with its characters; what is short, linked or no sentence hardly counts."""
    length = len(block.text)
    linked = block.linked / length
    if tag in HEADINGS or length < SHORTEST_VOTE or linked > MOST:
        return 0.0
    vote = length * (1 - linked) ** 2
    if not SENTENCE_END.search(block.text[-5:]):
        vote *= 0.2 if length < 150 else 0.5
    return vote


def _asides(boxes: Sequence[Box], blocks: Sequence[Block], votes: Sequence[float]) -> tuple[list[bool], list[float]]:
    """For each box whether it stands aside, and the votes in it that do not.

    Names mislead: where what stands aside holds most, the largest such box is the article after all (`<form>` around
    a whole page, `<div class="promo">` around a press release).
    """
    named = [box.aside for box in boxes]
    other = _inside(boxes, _without_headline(boxes))
    possible = [0.0 if other[block.box] else vote for block, vote in zip(blocks, votes, strict=True)]
    in_all = _summed(boxes, blocks, possible if any(possible) else votes)
    for _ in range(MAX_TURNS):
        outermost = _inside(boxes, named)
        held = _summed(
            boxes, blocks, [0.0 if outermost[block.box] else vote for block, vote in zip(blocks, votes, strict=True)]
        )
        largest = max(set(outermost) - {0}, key=in_all.__getitem__, default=0)
        if held[0] >= in_all[0] / 3 or in_all[largest] <= held[0]:
            break
        named[largest] = False
    return [number > 0 for number in outermost], held


def _without_headline(boxes: Sequence[Box]) -> list[bool]:
    """Which boxes are something else for certain: those named so, unless the headline stands in them."""
    other = [box.other for box in boxes]
    number = next((number for number, box in enumerate(boxes) if box.tag == "h1"), 0)
    while number:
        other[number] = False
        number = boxes[number].parent
    return other


def _inside(boxes: Sequence[Box], marked: Sequence[bool]) -> list[int]:
    """For each box the outermost marked one around it, itself included; 0 if there is none."""
    outermost = [0] * len(boxes)
    for number, box in enumerate(boxes[1:], 1):
        outermost[number] = outermost[box.parent] or (number if marked[number] else 0)
    return outermost


def _summed(boxes: Sequence[Box], blocks: Sequence[Block], values: Iterable[float]) -> list[float]:
    """For each box the sum of the values of all blocks in it."""
    sums = [0.0] * len(boxes)
    for block, value in zip(blocks, values, strict=True):
        sums[block.box] += value
    for number in range(len(boxes) - 1, 0, -1):
        sums[boxes[number].parent] += sums[number]
    return sums


def _root(boxes: Sequence[Box], held: Sequence[float]) -> int:
    """The deepest box with nearly all votes; or inside it one that is named like an article and has most of them."""
    heaviest: dict[int, int] = {}
    for number, box in enumerate(boxes[1:], 1):
        if box.tag not in WITHIN_TEXT and held[number] > held[heaviest.get(box.parent, 0)] * (box.parent in heaviest):
            heaviest[box.parent] = number
    root = turns = 0
    while root in heaviest:
        child = heaviest[root]
        if held[child] < NEARLY_ALL * held[root]:
            turns += 1
            child = _named_like_an_article(boxes, held, root) if turns <= MAX_TURNS else 0
            if not child:
                break
        root = child
    return root


def _named_like_an_article(boxes: Sequence[Box], held: Sequence[float], root: int) -> int:
    """0 if there is none, or if the article is spread over several boxes of one name, advertisements between them."""
    inside = range(root + 1, boxes[root].last + 1)
    found = next((number for number in inside if boxes[number].main and held[number] >= MOST * held[root]), 0)
    for number in inside if found else ():
        apart = boxes[number].last < found or number > boxes[found].last
        alike = boxes[number].tag == boxes[found].tag and boxes[number].name == boxes[found].name
        if apart and alike and held[number] > held[root] / 20:
            return 0
    return found


def _menus(boxes: Sequence[Box], blocks: Sequence[Block], held: Sequence[float], root: int) -> list[bool]:
    """For each box inside the article whether it is a list of links, or stands in one."""
    characters = _summed(boxes, blocks, (float(len(block.text)) for block in blocks))
    linked = _summed(boxes, blocks, (float(block.linked) for block in blocks))
    menus = [False] * len(boxes)
    for number in range(root + 1, boxes[root].last + 1):
        menu = boxes[number].tag in MENUS and held[number] < MENU_VOTES
        menus[number] = menus[boxes[number].parent] or (menu and linked[number] > MENU_LINKED * characters[number])
    return menus


def _is_link(block: Block) -> bool:
    return block.linked > LINK_LINKED * len(block.text) and len(block.text) < MENU_VOTES


def _standfirst(
    boxes: Sequence[Box],
    blocks: Sequence[Block],
    votes: Sequence[float],
    aside: Sequence[bool],
    first: int,
    summary: str | None,
) -> list[int]:
    """Sentences between the headline and the article: a lead in a box of its own, unless it is the summary."""
    near = range(max(0, first - STANDFIRST_BLOCKS), first)
    headline = max((number for number in near if boxes[blocks[number].box].tag == "h1"), default=first)
    known = folded(summary or "")
    return [
        number
        for number in range(headline + 1, first)
        if votes[number] > SHORTEST_VOTE
        and len(blocks[number].text) >= STANDFIRST_CHARACTERS
        and SENTENCE_END.search(blocks[number].text)
        and (not aside[blocks[number].box] or STANDFIRST.search(boxes[blocks[number].box].name))
        and not (known and (folded(blocks[number].text)[:100] in known or known[:100] in folded(blocks[number].text)))
    ]


def _without_empty_headings(lines: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """A heading with nothing below it announced something that was left out."""
    kept = []
    below = "h0"
    for text, tag in reversed(lines):
        if tag in HEADINGS and (below == "h0" or (below in HEADINGS and below <= tag)):
            continue
        kept.append((text, tag))
        below = tag
    return kept[::-1]


def _without_furniture(lines: Sequence[tuple[str, str]], titles: frozenset[str]) -> tuple[str, ...]:
    def furniture(number: int, text: str, tag: str) -> bool:
        if number < HEAD_PARAGRAPHS and (
            tag == "h1" or folded(text) in titles or DATE_LINE.match(text) or is_byline(text)
        ):
            return True
        return len(text) < FURNITURE_CHARACTERS and FURNITURE.match(text) is not None

    return tuple(text for number, (text, tag) in enumerate(lines) if not furniture(number, text, tag))
