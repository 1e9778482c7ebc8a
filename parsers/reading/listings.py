"""Reads a page of links that has no feed, by the CSS selectors of its source. Guesses no selector and opens no link."""

from bs4.element import Tag
from soupsieve import SelectorSyntaxError

from parsers.configured import Listing
from parsers.errors import Unreadable
from parsers.model import Feed
from parsers.reading.dates import date_from_url, parse_date
from parsers.reading.entries import Said, clean_entries
from parsers.reading.feeds import looks_like
from parsers.reading.links import absolute, same_address
from parsers.reading.plain import decode, one_line, plain, tree


def parse_listing(body: bytes, url: str, rules: Listing) -> Feed:
    """One entry for every block of the page that has a link, in the order of the page.

    An article that is linked twice (teaser at the top, again in the list) is one entry: the fuller of the two, at the
    first place. Links to the page itself are navigation.

    Raises:
        Unreadable: `not-a-feed`, with the selector that found nothing or that is no CSS.
    """
    text, fault = decode(body)
    soup = tree(text) if "<" in text else None
    if soup is None or body.startswith(b"%PDF"):
        raise Unreadable(url, "not-a-feed", f"no page but {looks_like(body, text)}")
    try:
        blocks = soup.select(rules.block)
        said = [one for block in blocks if (one := _said(block, url, rules))]
    except SelectorSyntaxError as error:
        raise Unreadable(url, "not-a-feed", f"a selector is not CSS: {one_line(str(error), 120)}") from error
    if not blocks:
        raise Unreadable(url, "not-a-feed", f"nothing matches block {rules.block!r} in {looks_like(body, text)}")
    if not said:
        raise Unreadable(url, "not-a-feed", f"none of {len(blocks)} blocks {rules.block!r} has a link {rules.link!r}")
    language = str(soup.html.get("lang") or "") if soup.html else ""
    title = one_line(soup.title.get_text(), is_html=False) if soup.title else ""
    entries, problems = clean_entries(_without_doubles(said), url, language)
    return Feed("listing", title, entries, url, language or None, problems=(fault, *problems) if fault else problems)


def _said(block: Tag, url: str, rules: Listing) -> Said | None:
    """What a block says; None if it has no link that leads away from the page."""
    anchors = block.select(rules.link) or ([block] if block.name == "a" and block.get("href") else [])
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
    )


def _address(anchor: Tag, url: str) -> str | None:
    address = absolute(str(anchor.get("href") or ""), url)
    return address if address and same_address(address) != same_address(url) else None


def _title(block: Tag, anchors: list[Tag], rules: Listing) -> str:
    """The selected title, else the longest text of the anchors to the article (a picture has none), else a label."""
    chosen = _part(block, rules.title)
    texts = [_text(anchor) for anchor in anchors]
    labels = [str(anchor.get("aria-label") or anchor.get("title") or "") for anchor in anchors]
    return chosen or max(texts, key=len) or max(labels, key=len)


def _date(block: Tag, rules: Listing) -> str:
    element = block.select_one(rules.date) if rules.date else None
    if element is None:
        return ""
    stamp = str(element.get("datetime") or element.get("content") or "")
    return stamp if parse_date(stamp) else _text(element)


def _part(block: Tag, selector: str | None) -> str:
    element = block.select_one(selector) if selector else None
    return _text(element) if element is not None else ""


def _text(element: Tag) -> str:
    return plain(element.decode(), is_html=True)


def _without_doubles(said: list[Said]) -> list[Said]:
    kept: dict[str, Said] = {}
    for one in said:
        key = same_address(one.links[0])
        if key not in kept or _fullness(one) > _fullness(kept[key]):
            kept[key] = one  # a key that is there already keeps its place
    return list(kept.values())


def _fullness(said: Said) -> tuple[bool, int]:
    return bool(said.published), len(said.title[0]) + len(said.summary[0])
