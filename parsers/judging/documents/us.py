"""Finds documents of the United States by their numbers, from bills to notices of arms sales. Knows no names."""

import re
from collections.abc import Iterator
from datetime import date

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
_LAW = re.compile(
    r"(?<![\w.])(?:Public Laws?|PUBLIC LAW|Pub\. ?L\.|P\. ?L\.|PL(?= ?1[01]\d-))(?: ?[Nn](?:o\.?|umber|o:))?:? ?"
    r"(?P<congress>\d{2,3}) ?- ?(?P<number>\d{1,3})(?![\d-])"
)
_LAW_URL = re.compile(
    r"(?:PLAW-(?P<congress>\d{2,3})publ(?P<number>\d{1,3})|congress\.gov/(?P<congress2>\d{2,3})/plaws/publ(?P<number2>\d{1,3})"
    r"|govinfo\.gov/link/plaw/(?P<congress3>\d{2,3})/public/(?P<number3>\d{1,3}))(?!\d)"
)
_FY = r"(?:FY[ -]?[’']?|[Ff]iscal [Yy]ear |fiscal )"
_ACT_NAME = (
    r"(?:NDAA|National Defen[cs]e Authori[sz]ation Act|Defen[cs]e Authori[sz]ation Act"
    r"|(?:national )?defen[cs]e authori[sz]ation (?:act|bill))"
)
_NDAA = re.compile(
    rf"(?<![\w-])(?:{_FY}(?P<y1>20\d\d|\d\d)(?:'s)? {_ACT_NAME}|(?P<y2>20[0-4]\d)(?:'s)? {_ACT_NAME}"
    rf"|{_ACT_NAME}(?: ?\(NDAA\))?,? ?\(?(?:for |of |pour |für |para |per |na |för )?(?:the |l'exercice |el )?"
    rf"(?:{_FY}(?P<y3>20\d\d|\d\d)|(?P<y4>20[0-4]\d)))(?![\d/-])"
)
_SECTION_BEFORE = re.compile(
    r"(?:\b[Ss]ections?|\bSECTION|\b[Ss]ec\.|\bSEC\.|§§?) ?(?P<number>\d{2,4}[A-Z]?)(?:\(\w{1,4}\)){0,4},? "
    r"(?:(?:of|in|from|under) )?(?:the )?(?:[A-Z][a-z]+(?:'s)? ){0,2}$"
)
_SECTION_AFTER = re.compile(r"(?:'s)?,? ?\(?(?:[Ss]ection|[Ss]ec\.|SEC\.|§§?) ?(?P<number>\d{2,4}[A-Z]?)(?!\d)")
_SIGNED = {
    2012: (112, 81, date(2011, 12, 31)),
    2013: (112, 239, date(2013, 1, 2)),
    2014: (113, 66, date(2013, 12, 26)),
    2015: (113, 291, date(2014, 12, 19)),
    2016: (114, 92, date(2015, 11, 25)),
    2017: (114, 328, date(2016, 12, 23)),
    2018: (115, 91, date(2017, 12, 12)),
    2019: (115, 232, date(2018, 8, 13)),
    2020: (116, 92, date(2019, 12, 20)),
    2021: (116, 283, date(2021, 1, 1)),
    2022: (117, 81, date(2021, 12, 27)),
    2023: (117, 263, date(2022, 12, 23)),
    2024: (118, 31, date(2023, 12, 22)),
    2025: (118, 159, date(2024, 12, 23)),
    2026: (119, 60, date(2025, 12, 18)),
}
"""Fiscal year of a defence authorisation act -> Congress and number of the law, day it became one."""
_TRANSMITTAL = re.compile(
    r"(?:[Tt]ransmittal|TRANSMITTAL) ?(?:[Nn]o[.:]*|NO\.?|[Nn]umber|#)? ?:? ?"
    r"(?P<number>\d\d-(?:\d{2,3}|\d[A-Z])|\d[A-Z]-\d\d)(?![\w-])"
    r"|\bDSCA (?:(?:notification|notice|case|release|transmittal|[Nn]o\.?) ){0,2}(?P<number2>\d\d-\d\d)(?![\w-])"
)
_ORDER = re.compile(
    r"\b(?:[Ee]xecutive [Oo]rders?|EXECUTIVE ORDERS?)(?: \(E\.?O\.?s?\))? ?(?:(?:[Nn][or]\.|[Nn]umber|n\.|#) ?)?"
    r"(?P<number>\d{4,5})(?![\d-])|(?<![\w.])E\.?O\.? ?(?P<number2>1[1-9]\d{3})(?![\w-]|[.,]\d)"
    r"|federalregister\.gov/executive-order/(?P<number3>\d{4,5})"
)
_REGISTER = re.compile(
    r"(?<![\w.,-])(?P<volume>[4-9]\d) (?:FR|F\.R\.|Fed\. ?Reg\.) ?(?P<page>\d{3,6}|\d{1,3},\d{3})(?![\w,])"
    r"|(?:FR [Dd]oc\.? ?(?:[Nn]o\.? ?)?|federalregister\.gov/(?:d|documents/\d{4}/\d\d/\d\d)/)"
    r"(?P<doc>(?:E\d|\d{2,4})-\d{4,5})(?!\d)"
)
_CODE = re.compile(
    r"(?<![\w.,-])(?P<title>[1-9]|[1-5]\d) (?:(?P<code>U\. ?S\. ?C\.|USC)|(?:C\. ?F\. ?R\.|CFR))(?:A\.)? ?"
    r"(?:§§? ?|[Ss]ec(?:tion|\.) |[Pp]arts? )?"
    r"(?P<number>[1-9]\d{0,4}(?P<point>\.\d{1,4})?[a-z]{0,2}(?:-\d{1,2}[a-z]?)?)(?![\w])"
)
_CRS = re.compile(
    r"(?:\bCRS(?: [Rr]eports?| In Focus| Insights?| [Ll]egal [Ss]idebar)?(?: for Congress)?(?: [Nn]o\.?)?[,:]? ?"
    r"|\bIn Focus |crs-product/|/product/pdf/[A-Z]{1,3}/)"
    r"(?P<number>(?:R[LS]?|I[FNG]|LSB)\d{5})(?!\d)"
)
_GAO = re.compile(r"(?<![\w-])(?:GAO|gao)-(?P<number>\d{2}-\d{2,6}[A-Z]{0,3})(?!\w)")
_AT_MOST = 2_000


def bills(prose: Prose) -> Iterator[Found]:
    """`H.R. 3838 (119th Congress)`: the Congress that is named, or that of the year named, or that of the day."""
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
        if congress:
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


def _congress(prose: Prose, match: re.Match[str]) -> tuple[int, int]:
    """Its number, 0 where nobody can tell, and where the citation ends: `(119th Congress)` belongs to it."""
    before, after = prose.before(match.start(), 70), prose.after(match.end(), 70)
    if named := re.match(r"[ ,]{0,2}[(\[]?(?:in the |of the )?(?=\d)", after):
        at = match.end() + named.end()
        if behind := _CONGRESS.match(prose.text, at, at + 40):
            return int(behind[1]), behind.end() + (
                prose.text[behind.end() : behind.end() + 1] == ")" and "(" in named[0]
            )
    if named := _CONGRESS.search(before) or _CONGRESS.search(after):
        return int(named[1]), match.end()
    if fiscal := _FISCAL.search(before):
        return _congress_of(int(fiscal[1]) % 100 + 1999), match.end()
    if stated := _ACT_OF.search(before):
        return _congress_of(int(stated[1])), match.end()
    if prose.published is None:
        return 0, match.end()
    congress = _congress_of(prose.published.year - ((prose.published.month, prose.published.day) < (1, 3)))
    others = {_congress_of(int(year)) for year in _OTHER_YEAR.findall(before + " " + after[:40])}
    return (0 if any(other < congress for other in others) else congress), match.end()


def _congress_of(year: int) -> int:
    return (year - 1789) // 2 + 1


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def laws(prose: Prose) -> Iterator[Found]:
    """`Public Law 119-60`, `Pub. L. No. 118-31`."""
    for match in prose.each(_LAW):
        yield _law(int(match["congress"]), int(match["number"]), *match.span())
    for match in prose.each(_LAW_URL):
        congress, number = (match[key] or match[f"{key}2"] or match[f"{key}3"] for key in ("congress", "number"))
        yield _law(int(congress), int(number), *match.span())


def _law(congress: int, number: int, start: int, end: int) -> Found:
    return Found(
        f"us-law:{congress}-{number}", "law", f"Public Law {congress}-{number}", _law_url(congress, number), start, end
    )


def _law_url(congress: int, number: int) -> str | None:
    return f"https://www.govinfo.gov/link/plaw/{congress}/public/{number}" if congress >= 104 else None


def defence_acts(prose: Prose) -> Iterator[Found]:
    """`Section 1243 of the FY2026 NDAA`. The whole act is the law of that year once it is one, `ndaa:2026` before."""
    for count, match in enumerate(prose.each(_NDAA)):
        year = 2000 + int(match["y1"] or match["y2"] or match["y3"] or match["y4"]) % 100
        if count >= _AT_MOST or not 2000 <= year <= 2050:
            continue
        start, end = match.span()
        law = _SIGNED.get(year)
        if law and prose.published and prose.published < law[2]:
            law = None
        url = _law_url(*law[:2]) if law else None
        before = prose.before(start, 70)
        if section := _SECTION_BEFORE.search(before):
            start -= len(before) - section.start()
        elif section := _SECTION_AFTER.match(prose.after(end, 24)):
            end += section.end()
        if section:
            number = section["number"]
            yield Found(
                f"ndaa:{year}/sec-{number.lower()}", "ndaa", f"FY{year} NDAA, Section {number}", url, start, end
            )
        elif law:
            yield Found(
                f"us-law:{law[0]}-{law[1]}", "law", f"FY{year} NDAA (Public Law {law[0]}-{law[1]})", url, start, end
            )
        else:
            yield Found(f"ndaa:{year}", "ndaa", f"FY{year} NDAA", None, start, end)


def orders(prose: Prose) -> Iterator[Found]:
    """Executive orders and what stands in the Federal Register."""
    for match in prose.each(_ORDER):
        number = match["number"] or match["number2"] or match["number3"]
        url = f"https://www.federalregister.gov/executive-order/{number}" if int(number) >= 12890 else None
        if not match["number"] or not 1900 <= int(number) <= 2099:
            yield Found(f"us-eo:{number}", "order", f"Executive Order {number}", url, *match.span())
    for match in prose.each(_REGISTER):
        if match["doc"]:
            doc = match["doc"]
            url = f"https://www.federalregister.gov/d/{doc}"
            yield Found(f"fr-doc:{doc}", "register", f"FR Doc. {doc}", url, *match.span())
        else:
            volume, page = match["volume"], match["page"].replace(",", "")
            url = f"https://www.federalregister.gov/citation/{volume}-FR-{page}" if int(volume) >= 59 else None
            yield Found(f"fr:{volume}/{page}", "register", f"{volume} FR {page}", url, *match.span())


def codes(prose: Prose) -> Iterator[Found]:
    """`22 U.S.C. 2776`, `22 CFR 126.6`."""
    for match in prose.each(_CODE):
        title, number = match["title"], match["number"].rstrip("-")
        if match["code"]:
            url = f"https://uscode.house.gov/view.xhtml?req=granuleid:USC-prelim-title{title}-section{number}"
            yield Found(f"usc:{title}/{number}", "code", f"{title} U.S.C. {number}", url, *match.span())
        else:
            url = f"https://www.ecfr.gov/current/title-{title}/{'section' if match['point'] else 'part'}-{number}"
            yield Found(f"cfr:{title}/{number}", "code", f"{title} CFR {number}", url, *match.span())


def notices(prose: Prose) -> Iterator[Found]:
    """Arms sales notified to Congress, reports of its Research Service and of the Accountability Office."""
    for match in prose.each(_TRANSMITTAL):
        number = match["number"] or match["number2"]
        yield Found(f"dsca:{number}", "dsca", f"DSCA Transmittal No. {number}", None, *match.span())
    for match in prose.each(_CRS):
        number = match["number"]
        yield Found(
            f"crs:{number}", "report", f"CRS {number}", f"https://www.congress.gov/crs-product/{number}", *match.span()
        )
    for match in prose.each(_GAO):
        number = match["number"]
        url = f"https://www.gao.gov/products/gao-{number.lower()}"
        yield Found(f"gao:{number}", "report", f"GAO-{number}", url, *match.span())


FINDERS = (
    Finder(bills, ("h.", "s.", "hr", "res", "congress.gov")),
    Finder(laws, ("public law", "p.l", "p. l", "pub", "pl 1", "plaw")),
    Finder(
        defence_acts, ("ndaa", "authorization act", "authorisation act", "authorization bill", "authorisation bill")
    ),
    Finder(
        orders,
        (
            "executive order",
            "executive-order",
            "eo 1",
            "eo1",
            "e.o",
            " fr ",
            "f.r.",
            "fed. reg",
            "fed.reg",
            "fr doc",
            "federalregister",
        ),
    ),
    Finder(codes, ("u.s.c", "u. s. c", "usc", "cfr", "c.f.r", "c. f. r")),
    Finder(notices, ("transmittal", "dsca", "crs", "in focus", "/product/", "gao-")),
)
