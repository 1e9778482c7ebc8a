"""Finds acts of the European Union by their number, by CELEX and by the Official Journal. Knows no act by its name.

An act has the CELEX number `3`, year, letter of its type, number in four digits. Since 2015 acts are numbered
year/number; before, regulations and decisions of Parliament and Council were `No number/year`, all others year/number.
"""

import re
from collections.abc import Iterator
from itertools import islice

from parsers.judging.documents.found import NUMBER_SIGN, Finder, Found, Prose

_EURLEX = "https://eur-lex.europa.eu/legal-content/EN/TXT/?uri="
_BACK = 110
"""Characters in which the word for the type stands before the number: the institutions may stand between."""
_BODIES = "EU|UE|EC|CE|EG|WE|EEC|CEE|EWG|Euratom|CFSP|PESC|GASP|WPZiB|GUSP|Gusp|GBVB|JHA|JAI|JI|GAI|WSiSW|RIF"
_POLICY = {"CFSP", "PESC", "GASP", "WPZIB", "GUSP", "GBVB"}
_JUSTICE = {"JHA", "JAI", "JI", "GAI", "WSISW", "RIF"}
_TYPES = {
    "R": r"regulation|règlement|verordnung|reglamento|regolament|rozporządzeni|förordning|verordening",
    "L": r"directiv|richtlinie|direttiv|dyrektyw|direktiv|richtlijn",
    "E": r"joint action|common position|action commune|position commune|gemeinsamen? aktion|gemeinsame[nr]? standpunkt"
    r"|acción común|posición común|azione comune|posizione comune|wspólne działani|wspólne stanowisk|gemensam åtgärd"
    r"|gemensam ståndpunkt",
    "D": r"decision|décision|beschlu[sß]|entscheidung|decisión|decisione|decyzj|beslut|besluit",
    "H": r"recommendation|recommandation|empfehlung|recomendación|raccomandazion|zaleceni|rekommendation",
}
_WORD = re.compile("|".join(f"(?P<{letter}>{words})" for letter, words in _TYPES.items()), re.IGNORECASE)
_NAMES = {"R": "Regulation", "L": "Directive", "D": "Decision", "H": "Recommendation", "F": "Framework Decision"}
_UNION_BEFORE = re.compile(
    r"\b(?:EU-\w{0,20}|(?:(?:EU|UE)(?:'s|:s)?|European Union(?:'s)?|European|[Ee]uropäische[nrs]?|[Ee]uropeisk\w*"
    r"|unijn\w+|europejski\w*|(?:Council|Commission) (?:[Ii]mplementing|[Dd]elegated)) "
    r"(?:(?:Council|Commission|Parliament|and|[Ii]mplementing|[Dd]elegated|[Ss]anctions|[Dd]ual-[Uu]se|[Pp]rocurement"
    r"|[Bb]locking|[Ff]irearms|[Bb]asic) ){0,4}\w{0,16})$"
)
_UNION_ACT = re.compile(r"\b(?:EU|European Union)(?:'s)? (?:[A-Z][a-z-]{1,15} ){1,4}$")
_UNION_AFTER = re.compile(r" of (?:the )?(?:EU|European (?:Parliament|Union|Commission))\b")
_BRACKETED = re.compile(
    rf"\((?P<body>{_BODIES})(?:, ?(?:Euratom|EURATOM|{_BODIES}))?\) ?(?P<no>{NUMBER_SIGN})?"
    r"(?P<a>\d{1,4}) ?/ ?(?P<b>\d{1,4})(?![\d/]|[.,]\d)"
)
_NUMBERED = re.compile(rf"{NUMBER_SIGN}$")
_FRAMEWORK = re.compile(r"(?i)framework|cadre|rahmen|marco|quadro|ramow|rambeslut")
_NEW_SENTENCE = re.compile(r"[.!?] (?!\d)[A-ZÀ-Ý][a-z]")
_ENDING = re.compile(rf"\w{{0,4}} ?(?:{NUMBER_SIGN})?")
_SUFFIXED = re.compile(rf"(?<![\d/(.])(?P<a>\d{{1,4}})/ ?(?P<b>\d{{1,4}}) ?/ ?(?P<body>{_BODIES})\b")
_BARE = re.compile(
    r"(?P<word>[Rr]egulation|[Dd]irective|[Dd]ecision|[Rr]èglement|[Dd]écision|[Vv]erordnung|[Rr]ichtlinie|[Bb]eschluss"
    r"|[Rr]eglamento|[Dd]irectiva|[Dd]ecisión|[Rr]egolamento|[Dd]irettiva|[Dd]ecisione|[Rr]ozporządzeni[aeu]"
    r"|[Dd]yrektyw[aęyą]|[Dd]ecyzj[aiię]|[Ff]örordning|[Dd]irektiv|[Bb]eslut)(?:en|et|s)? (?P<eu>(?:EU|UE) )?"
    rf"(?P<no>{NUMBER_SIGN})?(?P<a>\d{{1,4}})/(?P<b>\d{{2,4}})(?![\d/]|[.,]\d)"
)
_CELEX = re.compile(
    r"(?:(?<![A-Za-z0-9])|(?<=%3A)|(?<=%3a))(?P<sector>[0235])(?P<year>19[5-9]\d|20\d\d)"
    r"(?P<type>[RLDHEFQA]|PC|DC|JC|SC|IP|AP|AG|XC|XG)(?P<number>\d{4})(?P<part>\(\d\d\))?(?:-\d{8})?(?![A-Za-z0-9])"
)
_ELI = re.compile(
    r"\beli/(?P<type>reg|dir|dec|reco|dec_framw|joint_action|compos)(?:_impl|_del)?/(?P<year>\d{4})/(?P<number>\d{1,4})"
    r"(?:/oj)?(?!\w)|\beli/C/(?P<c_year>20[2-9]\d)/(?P<c_number>\d{1,5})(?:/oj)?(?!\w)"
)
_ELI_TYPES = {"reg": "R", "dir": "L", "dec": "D", "reco": "H", "dec_framw": "F", "joint_action": "E", "compos": "E"}
_JOURNAL = (
    r"(?<!\w)(?:OJ|JO|ABl\.?|DO|GU|EUT|EGT|PB|Dz\. ?U\.|Dz\. ?Urz\.)"
    r"(?:,? (?:EU|UE|EG|WE|der EU|de l'UE|de la UE|dell'UE))?"
)
_JOURNAL_ACT = re.compile(
    rf"{_JOURNAL},? (?:(?P<series>L),? ?|(?:C, ?)?(?P<c>C)/)(?P<year>20[2-9]\d)/(?P<number>\d{{1,5}})(?!\d)"
    r"|(?<![A-Za-z])(?:OJ|oj):(?P<key>[LC])_(?P<key_year>20[2-9]\d)(?P<key_number>\d{5})(?!\d)"
)
_JOURNAL_ISSUE = re.compile(rf"{_JOURNAL},? (?P<series>[LC]) ?(?P<number>\d{{1,3}})(?: ?[A-Z])?(?![\d.])")
_ISSUE_YEAR = re.compile(r"[^;)\n]{0,30}?\b((?:19[5-9]|20[0-4])\d)\b")


def _plausible(year: str) -> bool:
    return len(year) == 4 and 1952 <= int(year) <= 2059


def _year_and_number(first: str, second: str, numbered: bool) -> tuple[int, int] | None:
    """`2025/2643`, `428/2009`, `91/477`, `No 1313/2013`; of two that could be years the first, unless `numbered`."""
    if _plausible(first) and not (numbered and _plausible(second) and int(first) < 2015):
        return int(first), int(second)
    if _plausible(second):
        return int(second), int(first)
    if len(first) == 2 and "58" <= first <= "99" and len(second) <= 4 and not numbered:
        return 1900 + int(first), int(second)
    if len(second) == 2 and "58" <= second <= "99":
        return 1900 + int(second), int(first)
    return None


def act(letter: str, year: int, number: int, start: int, end: int, body: str = "") -> Found:
    """`letter`: of the CELEX number; `body`: as written in brackets, to tell a decision on foreign policy."""
    celex = f"3{year}{letter}{number:04d}"
    policy = body.upper() in _POLICY
    if letter == "E":
        name = f"{year}/{number}/CFSP"
    elif policy:
        name = f"{_NAMES[letter]} (CFSP) {year}/{number}" if year >= 2015 else f"{_NAMES[letter]} {year}/{number}/CFSP"
    elif letter == "R":
        name = f"Regulation (EU) {year}/{number}" if year >= 2015 else f"Regulation No {number}/{year}"
    elif letter == "L" and year >= 2015:
        name = f"Directive (EU) {year}/{number}"
    else:
        name = f"{_NAMES[letter]} {year}/{number}"
    return Found(f"celex:{celex}", "celex", name, f"{_EURLEX}CELEX:{celex}", start, end)


def numbered_acts(prose: Prose) -> Iterator[Found]:
    """`Regulation (EU) 2025/2643`, `Directive 2009/81/EC`; in a list the word stands once."""
    last: tuple[int, str] = (-_BACK, "")
    anchors = sorted([*prose.each(_BRACKETED), *prose.each(_SUFFIXED)], key=re.Match.start)
    for anchor in anchors[:2_000]:
        before = prose.before(anchor.start(), _BACK)
        words = list(_WORD.finditer(before))
        between = before[words[-1].end() :] if words else ""
        letter = (words[-1].lastgroup or "") if words and not _NEW_SENTENCE.search(between) else ""
        begin = anchor.start()
        if letter and _ENDING.fullmatch(between):
            begin -= len(before) - words[-1].start()
        if not letter and anchor.start() - last[0] < 12:
            letter = last[1]
        body = anchor["body"].upper()
        if body in _POLICY and anchor.re is _BRACKETED and not letter:
            letter = "D"
        if letter == "D" and body in _JUSTICE:
            letter = "F" if _FRAMEWORK.search(before) else "D"
        numbered = bool(anchor["no"] if anchor.re is _BRACKETED else _NUMBERED.search(before))
        read = _year_and_number(anchor["a"], anchor["b"], numbered)
        if letter and read and read[1]:
            yield act(letter, *read, begin, anchor.end(), body)
            last = anchor.end(), letter


def bare_acts(prose: Prose) -> Iterator[Found]:
    """`EU Regulation 833/2014`, `regolamento UE 2025/1106`: without brackets the Union must be named beside it.

    Councils of state and commissions of other powers number their decisions alike.
    """
    for bare in islice(prose.each(_BARE), 2_000):
        read = _year_and_number(bare["a"], bare["b"], bare["no"] is not None)
        word = _WORD.search(bare["word"])
        before = prose.before(bare.start(), 70)
        of_union = (
            bare["eu"]
            or _UNION_BEFORE.search(before)
            or (bare["word"] in ("Regulation", "Directive") and _UNION_ACT.search(before))
            or _UNION_AFTER.match(prose.after(bare.end(), 30))
        )
        if of_union and read and read[1] and word and word.lastgroup:
            yield act(word.lastgroup, *read, bare.start(), bare.end())


def celex_numbers(prose: Prose) -> Iterator[Found]:
    """`CELEX:32025R2643`, ELI too; consolidated versions are the act itself, proposals have their own number."""
    for match in prose.each(_CELEX):
        sector, kind, year, number = match["sector"], match["type"], int(match["year"]), int(match["number"])
        at = match.span()
        if sector in "03" and kind in {*_NAMES, "E"} and not match["part"]:
            yield act(kind, year, number, *at)
        elif sector == "5" and kind in {"PC", "DC", "JC", "SC"}:
            yield commission_document({"JC": "JOIN", "SC": "SWD"}.get(kind, "COM"), year, number, *at)
        elif sector in "25" and len(kind) == (1 if sector == "2" else 2):
            celex = f"{sector}{year}{kind}{match['number']}{match['part'] or ''}"
            yield Found(f"celex:{celex}", "celex", f"CELEX {celex}", f"{_EURLEX}CELEX:{celex}", *at)
    for match in prose.each(_ELI):
        if match["c_year"]:
            yield _journal_act("C", match["c_year"], int(match["c_number"]), *match.span())
        else:
            yield act(_ELI_TYPES[match["type"]], int(match["year"]), int(match["number"]), *match.span())


def commission_document(series: str, year: int, number: int, start: int, end: int) -> Found:
    """`series`: COM, JOIN, SWD, SEC."""
    url = f"{_EURLEX}{series}:{year}:{number}:FIN" if series != "SEC" and year >= 2012 else None
    kind = series.lower()
    return Found(f"{kind}:{year}/{number}", kind, f"{series}({year}) {number}", url, start, end)


def _journal_act(series: str, year: str, number: int, start: int, end: int) -> Found:
    url = f"{_EURLEX}OJ:{series}_{year}{number:05d}"
    return Found(f"oj:{series}/{year}/{number}", "oj", f"OJ {series}, {year}/{number}", url, start, end)


def journals(prose: Prose) -> Iterator[Found]:
    """`OJ L, 2025/2643, 8.12.2025` (act by act since October 2023) and `OJ L 119, 4.5.2016` (issues before)."""
    for match in prose.each(_JOURNAL_ACT):
        series = match["series"] or match["c"] or match["key"]
        year, number = match["year"] or match["key_year"], int(match["number"] or match["key_number"])
        yield _journal_act(series, year, number, *match.span())
    for count, match in enumerate(prose.each(_JOURNAL_ISSUE)):
        when = _ISSUE_YEAR.match(prose.after(match.end(), 40))
        if count < 2_000 and when and int(when[1]) <= 2023:
            series, number = match["series"], int(match["number"])
            url = f"{_EURLEX}OJ:{series}:{when[1]}:{number:03d}:TOC"
            name = f"OJ {series} {number}, {when[1]}"
            yield Found(f"oj:{series}/{when[1]}/{number}", "oj", name, url, match.start(), match.end() + when.end())


FINDERS = (
    Finder(numbered_acts, ("/",)),
    Finder(bare_acts, ("/",)),
    Finder(celex_numbers, ("19", "20")),
    Finder(journals, ("oj", "jo", "abl", "do ", "gu ", "eut", "egt", "pb ", "dz.")),
)
