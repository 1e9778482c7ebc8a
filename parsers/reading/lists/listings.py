"""Reads a page of links that has no feed, by the CSS selectors of its source. Guesses no selector and opens no link."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from bs4 import BeautifulSoup
from bs4.element import Tag
from soupsieve import SelectorSyntaxError

from parsers.configured import Listing
from parsers.errors import Unreadable
from parsers.model import Entry, Feed
from parsers.reading.dates import date_from_url, parse_date
from parsers.reading.links import absolute, host_of, same_address
from parsers.reading.lists.entries import MOST_ENTRIES, Said, clean_entries
from parsers.reading.lists.strangers import looks_like
from parsers.reading.plain import decode, one_line, plain, tree

_HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
_AROUND_MANY = frozenset(("ul", "ol", "table", "tbody", "main", "body"))
"""What holds a whole list, also on the day when only one article is in it."""
_LEVELS = 6
"""From an anchor up to its card: `div > article > div > header > h3 > a` is as deep as it gets."""
_FURNITURE_ROLES = frozenset(("navigation", "contentinfo", "dialog", "alertdialog"))
_NO_TITLE = re.compile(
    r"((read|learn|find out|see|show|view|know) )?more|(continue|keep) reading|(read|view|full) (it|text|article)|\W*"
    r"|(en savoir|lire la suite|lire)( plus)?|mehr( erfahren| lesen)?|weiterlesen|leer más|leggi tutto|więcej",
    re.IGNORECASE,
)
_WORDS_OF_A_MENU = 2


def parse_listing(body: bytes, url: str, rules: Listing) -> Feed:
    """One entry for every block of the page that has a link, in the order of the page.

    A block that is itself an anchor stands for the widest element around it that links to no other article: addresses
    outlive the names of classes, so `a[href*='/news/20']` is the block to prefer, and its date stands beside it.

    An article that is linked twice (teaser at the top, again in the list) is one entry: the fuller of the two, at the
    first place. Links to the page itself, and blocks inside the navigation or the foot of the page, are no entries.
    `older` is what the page itself names as the next one (HTML `rel=next`).

    Raises:
        Unreadable: `not-a-feed`, with the selector that found nothing or that is no CSS.
    """
    text, fault = decode(body)
    problems = [fault] if fault else []
    soup = tree(text) if "<" in text else None
    if soup is None or body.startswith(b"%PDF"):
        raise Unreadable(url, "not-a-feed", f"no page but {looks_like(body, text)}")
    try:
        selected = [block for block in soup.select(rules.block) if not _is_furniture(block)]
        blocks = _linked(selected[:MOST_ENTRIES], url, rules)
        said = [one for block, anchors in blocks if (one := _said(block, anchors, url, rules))]
    except SelectorSyntaxError as error:
        raise Unreadable(url, "not-a-feed", f"a selector is not CSS: {one_line(str(error), 120)}") from error
    if not selected:
        raise Unreadable(url, "no-match", f"nothing matches block {rules.block!r} in {looks_like(body, text)}")
    if not said:
        raise Unreadable(url, "no-match", f"none of {len(selected)} blocks {rules.block!r} has a link {rules.link!r}")
    if len(selected) > MOST_ENTRIES:
        problems.append(f"{len(selected)} blocks, of which only the first {MOST_ENTRIES} were read")
    language = str(soup.html.get("lang") or "") if soup.html else ""
    title = one_line(soup.title.get_text(), is_html=False) if soup.title else ""
    entries, faults = clean_entries(_without_doubles(said), url, language)
    problems += [*faults, *_doubts(entries, rules)]
    return Feed("listing", title, entries, url, language or None, older=_older(soup, url), problems=tuple(problems))


def _is_furniture(block: Tag) -> bool:
    """Whether a block stands in the navigation, the foot of the page or a dialogue (cookies, newsletter)."""
    return any(
        parent.name == "nav"
        or str(parent.get("role")) in _FURNITURE_ROLES
        or (parent.name == "footer" and parent.parent is not None and parent.parent.name == "body")
        for parent in block.parents
    )


def _linked(blocks: Sequence[Tag], url: str, rules: Listing) -> Iterable[tuple[Tag, list[Tag]]]:
    """Each block with the anchors in it that may lead to the article; blocks that are anchors with what is around."""
    anchors = [(block, same_address(_address(block, url) or "")) for block in blocks if block.name == "a"]
    held: dict[int, set[str]] = {}
    for anchor, address in anchors:
        for parent in islice(anchor.parents, _LEVELS):
            held.setdefault(id(parent), set()).add(address)
    linked: dict[int, tuple[Tag, list[Tag]]] = {}
    for block in blocks:
        around = block
        for parent in islice(block.parents, _LEVELS) if block.name == "a" else ():
            if parent.name in _AROUND_MANY or len(held[id(parent)]) > 1:
                break
            around = parent
        found = [block] if block.name == "a" else block.select(rules.link)
        linked.setdefault(id(around), (around, []))[1].extend(found)
    return linked.values()


def _said(block: Tag, anchors: Sequence[Tag], url: str, rules: Listing) -> Said | None:
    """What a block says; None if it has no link that leads away from the page."""
    found = [(address, anchor) for anchor in anchors if (address := _address(anchor, url))]
    if not found:
        return None
    link, here = found[0][0], same_address(found[0][0])
    date = _date(block, rules)
    if parse_date(date) is None and rules.date_in_url:
        in_url = date_from_url(link, rules.date_in_url)
        date = in_url.isoformat() if in_url else date
    return Said(
        links=[link],
        title=(_title(block, [anchor for address, anchor in found if same_address(address) == here], rules), False),
        summary=(_part(block, rules.summary), False),
        published=date,
        day_first=rules.day_first,
    )


def _address(anchor: Tag, url: str) -> str | None:
    address = absolute(str(anchor.get("href") or ""), url)
    return address if address and same_address(address) != same_address(url) else None


def _title(block: Tag, anchors: Sequence[Tag], rules: Listing) -> str:
    """The selected title, else the heading that links to the article or is linked, else the longest text of a link.

    A link that says only "Read more" has its title in the heading of the block; one around a picture in a label.
    """
    if chosen := _part(block, rules.title):
        return chosen
    linked = [found for anchor in anchors if (found := anchor.find(_HEADINGS) or anchor.find_parent(_HEADINGS))]
    texts = [
        *(_text(heading) for heading in linked[:1]),
        max((_text(anchor) for anchor in anchors), key=len),
        *(_text(heading) for heading in block.find_all(_HEADINGS, limit=1)),
        max((str(anchor.get("aria-label") or anchor.get("title") or "") for anchor in anchors), key=len),
    ]
    return next((text for text in texts if not _NO_TITLE.fullmatch(text)), "")


def _date(block: Tag, rules: Listing) -> str:
    """The first text that `date` selects and that is a date, else the first that it selects, for the report."""
    selected = block.select(rules.date) if rules.date else []
    texts = [
        text
        for element in selected
        for text in (str(element.get("datetime") or element.get("content") or ""), _text(element))
        if text
    ]
    return next((text for text in texts if parse_date(text)), texts[0] if texts else "")


def _part(block: Tag, selector: str | None) -> str:
    element = block.select_one(selector) if selector else None
    return _text(element) if element is not None else ""


def _text(element: Tag) -> str:
    return plain(element.decode(), is_html=True)


def _without_doubles(said: Sequence[Said]) -> list[Said]:
    kept: dict[str, Said] = {}
    for one in said:
        key = same_address(one.links[0])
        if key not in kept or _fullness(one) > _fullness(kept[key]):
            kept[key] = one  # a key that is there already keeps its place
    return list(kept.values())


def _fullness(said: Said) -> tuple[bool, int]:
    return bool(parse_date(said.published)), len(said.title[0]) + len(said.summary[0])


def _doubts(entries: Sequence[Entry], rules: Listing) -> Iterator[str]:
    """Signs that the selectors found something else than articles: menus are undated, and of few words."""
    if (rules.date or rules.date_in_url) and not any(entry.published for entry in entries):
        yield f"none of {len(entries)} entries has a date: its rule fits nothing, or these are no articles"
    brief = sum(len(entry.title.split()) <= _WORDS_OF_A_MENU for entry in entries)
    if len(entries) > 1 and brief > len(entries) / 2:
        yield f"{brief} of {len(entries)} titles have at most {_WORDS_OF_A_MENU} words, as in a menu"


def _older(soup: BeautifulSoup, url: str) -> str | None:
    following = soup.select_one("link[rel~=next][href], a[rel~=next][href]")
    address = _address(following, url) if following else None
    return address if address and host_of(address) == host_of(url) else None
