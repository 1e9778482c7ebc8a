"""Finds bills and resolutions of the Congress of the United States by their numbers. Knows no laws."""

import re
from collections.abc import Iterator

from parsers.judging.documents.found import Finder, Found, Prose

_CHAMBERS = {
    "hr": ("H.R.", "house-bill"),
    "s": ("S.", "senate-bill"),
    "hres": ("H.Res.", "house-resolution"),
    "sres": ("S.Res.", "senate-resolution"),
    "hconres": ("H.Con.Res.", "house-concurrent-resolution"),
    "sconres": ("S.Con.Res.", "senate-concurrent-resolution"),
    "hjres": ("H.J.Res.", "house-joint-resolution"),
    "sjres": ("S.J.Res.", "senate-joint-resolution"),
}
_PATHS = {path: kind for kind, (_, path) in _CHAMBERS.items()}
_BILL = re.compile(
    r"(?<![\w.&-])(?P<kind>H\. ?R\.|HR|S\.|[HS]\. ?(?:Con\. ?|J\. ?)?Res\.|[HS] ?(?:Con ?|J ?)?Res(?= \d)"
    r"|[HS] ?(?:CON|J)?RES(?= ?\d))"
    r" ?(?:[Nn]o\. ?)?(?P<number>[1-9]\d{0,4})(?![\w%]|[.,:/-]\d|°)"
)
_BILL_URL = re.compile(
    r"congress\.gov/bill/(?P<congress>\d{2,3})(?:st|nd|rd|th)-congress/(?P<path>[a-z]+(?:-[a-z]+){1,2})/(?P<number>\d{1,5})(?!\d)"
)
_CONGRESS = re.compile(
    r"(?<!\d)(\d{2,3})(?:st|nd|rd|th)(?: (?:Congress|Cong\.|Kongress|Congrès|Congreso|Congresso)|(?=\)))"
)
_THIS_CONGRESS = re.compile(r"[ ,(]{0,2}(?:in |of )?(?:this|the (?:current|present|new)) Congress\b")
_AGAIN = re.compile(r"(?i)\b(?:re-?introduc\w+|back|again|re-?filed|revived|resubmitted|now)\b")
_LIST = re.compile(r"(?:[ ,;&/]|and|or|und|et|y|e|i|och){1,6}")
_FIRST_CONGRESS = 60
"""Older bills nobody cites; parliaments elsewhere count theirs as well, and have come to the twentieth."""
_OTHER_SENATE = re.compile(
    r"(?<!New )(?:Philippines?|Filipino|Manila|Nigerian?|Kenyan?|Liberian?|Pakistani?|Australian?|Canadian?|Mexican?"
    r"|Brazil(?:ian)?|Argentin[ae]|Chilean?|Colombian?)(?:'s?)? (?:Senat|House|Congress|[Ll]egislat)"
    r"|(?:Senate|Congress|House of Representatives) of (?:the )?(?:Philippines|Nigeria|Kenya|Liberia|Pakistan|Australia"
    r"|Canada|Mexico|Brazil|Argentina|Chile|Colombia)"
)
_AMERICAN = re.compile(
    r"(?:\bU\.?S\.?|American|United States) (?:Senat|House|Congress|lawmakers|bill)|Capitol Hill|\([RD]-[A-Z]"
)
_ACT_OF = re.compile(r"\b(?:Act of |[Ii]n )((?:19|20)\d\d),? ?[(\[]?$")
_FISCAL = re.compile(r"(?:FY ?'?|[Ff]iscal [Yy]ear )((?:20)?\d\d)\D{0,12}$")
_OTHER_YEAR = re.compile(r"(?<!FY)(?<!FY )(?<![Yy]ear )(?<![\d.,/-])((?:19|20)\d\d)(?![\d/-])")
_BILL_WORDS = re.compile(
    r"\b(?:[Bb]ills?|Acts?|Senate|Senators?|House|Congress\w*|[Ll]egislation|introduced|co-?sponsors?|H\. ?R\.|NDAA"
    r"|lawmakers|companion|Gesetzentwurf|Kongress|Repräsentantenhaus|projet de loi|Sénat|Congrès|proyecto de ley|Senado"
    r"|Congreso|disegno di legge|Senato|Congresso|ustaw\w+|Senat\w*|Kongres\w*|lagförslag\w*|kongressen)\b|Sen\."
)
_SENATE_BILL = re.compile(r"(?:[Ss]enate [Bb]ill|US-Senat|Act) ?[,(\[]? ?$")
_PAGES = re.compile(r" ?(?:f\.|ff\.|-|–|bis\b|und\b|u\.|, ?\d|; ?S\.)")
_PAGES_BEFORE = re.compile(r"\b(?:pp?|[Nn]r|[Vv]ol|[Vv]gl|[Bb]d)\. ?\d*,? ?$")
_PAGE_LANGUAGES = {"de", "es", "it", "pl", "sv", "nl", "fr", ""}
_AT_MOST = 2_000


def bills(prose: Prose) -> Iterator[Found]:
    """`H.R. 3838 (119th Congress)`: the Congress that is named, or that of the year named, or that of the day.

    In an item that names the Senate of another country, where `S. 100` is a bill as well, the first alone counts.
    """
    foreign = None
    for match in prose.each(_BILL_URL):
        if match["path"] in _PATHS:
            yield _bill(_PATHS[match["path"]], int(match["congress"]), int(match["number"]), *match.span())
    for count, match in enumerate(prose.each(_BILL)):
        kind = re.sub(r"[. ]", "", match["kind"]).lower()
        if count >= _AT_MOST or (kind == "s" and not _is_senate_bill(prose, match)):
            continue
        if match["kind"] == "HR" and not _BILL_WORDS.search(
            prose.before(match.start(), 80) + prose.after(match.end(), 80)
        ):
            continue
        congress, end = _congress(prose, match)
        if foreign is None:
            foreign = _OTHER_SENATE.search(prose.text) is not None
        if congress >= _FIRST_CONGRESS and (not foreign or end > match.end() or _is_american(prose, match)):
            yield _bill(kind, congress, int(match["number"]), match.start(), end)


def _bill(kind: str, congress: int, number: int, start: int, end: int) -> Found:
    sign, path = _CHAMBERS[kind]
    url = f"https://www.congress.gov/bill/{_ordinal(congress)}-congress/{path}/{number}"
    name = f"{sign} {number} ({_ordinal(congress)} Congress)"
    return Found(f"us-bill:{congress}/{kind}/{number}", "bill", name, url, start, end)


def _is_senate_bill(prose: Prose, match: re.Match[str]) -> bool:
    """`S. 12` is a page in half of Europe."""
    before, after = prose.before(match.start(), 80), prose.after(match.end(), 60)
    if _CONGRESS.match(after.lstrip(" ,(")) or _SENATE_BILL.search(before):
        return True
    if prose.language in _PAGE_LANGUAGES or _PAGES.match(after) or _PAGES_BEFORE.search(before):
        return False
    return bool(_BILL_WORDS.search(before) or _BILL_WORDS.search(after))


def _is_american(prose: Prose, match: re.Match[str]) -> bool:
    return bool(_AMERICAN.search(prose.before(match.start(), 80) + prose.after(match.end(), 60)))


def _congress(prose: Prose, match: re.Match[str]) -> tuple[int, int]:
    """Its number, 0 where nobody can tell, and where the citation ends: `(119th Congress)` belongs to it."""
    before, after = prose.before(match.start(), 70), prose.after(match.end(), 70)
    if (other := _BILL.search(after)) and not _LIST.fullmatch(after[: other.start()]):
        after = after[: other.start()]
    if named := re.match(r"[ ,]{0,2}[(\[]?(?:in the |of the )?(?=\d)", after):
        at = match.end() + named.end()
        if behind := _CONGRESS.match(prose.text, at, at + 40):
            return int(behind[1]), behind.end() + (
                prose.text[behind.end() : behind.end() + 1] == ")" and "(" in named[0]
            )
    today = prose.published and _congress_of(
        prose.published.year - ((prose.published.month, prose.published.day) < (1, 3))
    )
    if today and _THIS_CONGRESS.match(after):
        return today, match.end()
    earlier = list(_CONGRESS.finditer(before))
    if earlier and _AGAIN.search(before, earlier[-1].end()):
        return 0, match.end()
    if named := earlier[-1] if earlier else _CONGRESS.search(after):
        return int(named[1]), match.end()
    if fiscal := _FISCAL.search(before):
        congress = _congress_of(int(fiscal[1]) % 100 + 1999)
    elif stated := _ACT_OF.search(before):
        congress = _congress_of(int(stated[1]))
    else:
        others = {_congress_of(int(year)) for year in _OTHER_YEAR.findall(before + " " + after[:40])}
        congress = 0 if not today or any(other < today for other in others) else today
    return congress, match.end()


def _congress_of(year: int) -> int:
    return (year - 1789) // 2 + 1


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


FINDERS = (Finder(bills, ("h.", "s.", "hr", "res", "congress.gov")),)
