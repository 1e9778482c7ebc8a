"""Finds documents of the United States by their numbers, from laws to notices of arms sales. Knows no bills."""

import re
from collections.abc import Iterator
from datetime import date
from string import ascii_lowercase

from parsers.judging.documents.found import Finder, Found, Prose

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
    r"(?P<number>[1-9]\d{0,4}(?P<point>\.\d{1,4})?[a-z]{0,2})(?:(?P<further>-\d{1,4}[a-z]?)|-\d{1,4}\.\d{1,4})?"
    r"(?![\w-]|\.\d|(?:\(\w{1,4}\)){1,4}-\d)"
)
_CRS = re.compile(
    r"(?:\bCRS(?: [Rr]eports?| In Focus| Insights?| [Ll]egal [Ss]idebar)?(?: for Congress)?(?: [Nn]o\.?)?[,:]? ?"
    r"|\bIn Focus |crs-product/|/product/pdf/[A-Z]{1,3}/)"
    r"(?P<number>(?:R[LS]?|I[FNG]|LSB)\d{5})(?!\d)"
)
_GAO = re.compile(r"(?<![\w-])(?:GAO|gao)-(?P<number>\d{2}-\d{2,6}[A-Z]{0,3})(?!\w)")
_AT_MOST = 2_000


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
    """`22 U.S.C. 2776`, `48 CFR 252.225-7001`; `22 U.S.C. 2751-99` is many, of which the first is told."""
    for match in prose.each(_CODE):
        title, number, further = match["title"], match["number"], match["further"] or ""
        last = further[1:].rstrip(ascii_lowercase)
        if not (number.isdecimal() and len(last) > 1 and _is_range(number, last)):
            number += further
        if match["code"]:
            url = f"https://uscode.house.gov/view.xhtml?req=granuleid:USC-prelim-title{title}-section{number}"
            yield Found(f"usc:{title}/{number}", "code", f"{title} U.S.C. {number}", url, *match.span())
        else:
            url = f"https://www.ecfr.gov/current/title-{title}/{'section' if match['point'] else 'part'}-{number}"
            yield Found(f"cfr:{title}/{number}", "code", f"{title} CFR {number}", url, *match.span())


def _is_range(first: str, last: str) -> bool:
    """Of the last number the leading digits may be left out; `2151-1` and `1087-51` are one section each."""
    return int(first[: -len(last)] + last) > int(first)


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
