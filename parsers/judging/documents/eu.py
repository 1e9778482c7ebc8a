"""Finds documents of Commission, Council and Parliament by their numbers. Acts have their own module."""

import re
from collections.abc import Iterator

from parsers.judging.documents.acts import commission_document
from parsers.judging.documents.found import Finder, Found, Prose

_SERIES = {"KOM": "COM"}
"""How German, Polish and Swedish texts wrote it."""
_COMMISSION = re.compile(
    r"(?<!\w)(?P<series>COM|JOIN|SWD|SEC|KOM)(?:"
    r" ?[(\[] ?(?P<year>(?:19|20)?\d\d) ?[)\]],? ?(?P<number>\d{1,5})"
    r"|(?:[/:]|%3[Aa])(?P<year2>20\d\d) ?(?:[/:]|%3[Aa]) ?(?P<number2>\d{1,5})"
    r"|(?<!SEC) (?P<year3>20\d\d)/(?P<number3>\d{3,4})"
    r"|[ -](?P<year4>20\d\d)[ -](?P<number4>\d{1,4})(?= final)"
    r")(?![\d%])(?:[ -]?(?:final|endg(?:\.|ültig)|slutlig|FIN(?:AL)?)(?:/\d)?\b)?"
)
_PART = r"(?: ?[-,+/ ] ?(?:INIT|EXT|(?:REV|ADD|COR|AMD|DCL)[ -]?\d{1,2}))"
_COUNCIL = re.compile(
    r"(?<!\w)ST[ -]?(?P<number>\d{4,5})(?:/(?P<rev>\d{1,2}))?[/-](?P<year>20\d\d|\d\d)(?!\d)"
    rf"(?P<parts>{_PART}{{0,3}})"
    rf"|(?<!\w)ST (?P<number2>\d{{4,5}}) (?P<year2>20\d\d)(?P<parts2>{_PART}{{1,3}})"
)
_COUNCIL_BARE = re.compile(
    rf"(?<![\w/.,-])(?P<number>\d{{4,5}})(?:/(?P<rev>\d{{1,2}}))?/(?P<year>\d\d)(?![\d/])(?P<parts>{_PART}{{0,3}})"
)
_COUNCIL_BEFORE = re.compile(
    r"(?i)(?:council (?:of the european union )?doc(?:ument)?\.?|document du conseil|ratsdok(?:ument)?\.?"
    r"|dok(?:ument)?\.? des rates|documento del (?:consejo|consiglio)|dokument rady|rådets dokument)"
    r"(?: (?:no|nr|n°|st)\.?)?:? ?$"
)
_COUNCIL_AFTER = re.compile(
    r",? (?:\w+ \d{1,4} )?(?:CSDP|PSDC|COPS|CFSP|PESC|POLMIL|POLGEN|POLARM|INDEF|RELEX|EUMC|CIVCOM|COTRA|COEST|CONOP"
    r"|CYBER|LIMITE|CODEC)\b"
)
_SIGN = re.compile(r"(REV|ADD|COR|AMD|DCL)[ -]?(\d{1,2})")
_STUDY = re.compile(
    r"(?<![A-Za-z])(?:[A-Z]{4})_(?:[A-Z]{3,4})(?:\(|%28)(?P<year>20\d\d)(?:\)|%29)(?P<a>\d{3})(?P<b>\d{3})(?!\d)"
)
_PE = re.compile(
    r"(?<![\w-])PE(?:[ -]| ?n[°o]\.? )?(?P<a>\d{3})(?P<dot>\.)?(?P<b>\d{3})(?P<version>v\d\d-\d\d)?(?![\d.]\d|\d|,\d)"
)
_PARLIAMENT = re.compile(r"Parl[ai]|EPRS|Think Tank|europarl")
_TEXT_ADOPTED = re.compile(
    r"(?<!\w)P(?P<term>\d{1,2})_TA(?:-PROV)?\((?P<year>\d{4})\)(?P<number>\d{4})(?:\(\d+\))?"
    r"|(?<!\w)TA-(?P<term2>\d{1,2})-(?P<year2>20\d\d)-(?P<number2>\d{4})(?!\d)"
    r"|(?<!\w)T(?P<term3>\d{1,2})-(?P<number3>\d{4})/(?P<year3>20\d\d)(?!\d)"
)
_TABLED = re.compile(
    r"(?<![\w-])(?P<kind>RC-?|[ABC])-?(?P<b>B)?(?P<term>\d{1,2})-(?P<number>\d{4})/(?P<year>(?:19|20)\d\d)(?!\d)"
    r"|(?<=document/)(?P<kind2>RC|A|B)-(?P<term2>\d{1,2})-(?P<year2>20\d\d)-(?P<number2>\d{4})(?!\d)"
)
_QUESTION = re.compile(r"(?<![\w-])(?P<kind>[EPO])-(?P<number>\d{6})/(?P<year>(?:19|20)\d\d)(?!\d)")
_PROCEDURE = re.compile(
    r"(?<![\d/])(?P<year>(?:19|20)\d\d)/(?P<number>\d{4}[A-E]?) ?(?:\(|%28|/)"
    r"(?P<kind>COD|CNS|NLE|APP|AVC|INI|RSP|ACI|BUD|INL|DEC|DEA|RPS|SYN)(?:\)|%29|\b)"
)
_DOCEO = "https://www.europarl.europa.eu/doceo/document/"


def commission(prose: Prose) -> Iterator[Found]:
    """`COM(2025) 565 final`, `COM/2025/565`, `COM:2025:565:FIN`, `JOIN(2025) 120`."""
    for match in prose.each(_COMMISSION):
        year = match["year"] or match["year2"] or match["year3"] or match["year4"]
        number = int(match["number"] or match["number2"] or match["number3"] or match["number4"])
        whole = int(year) if len(year) == 4 else 1900 + int(year) if year > "60" else 2000 + int(year)
        if number:
            series = _SERIES.get(match["series"], match["series"])
            yield commission_document(series, whole, number, *match.span())


def council(prose: Prose) -> Iterator[Found]:
    """`ST 9012/25 ADD 1`, `ST-9012-2025-INIT`, `Council document 9012/25`; each addition is a document of its own."""
    for match in prose.each(_COUNCIL):
        number, year = match["number"] or match["number2"], match["year"] or match["year2"]
        yield _council_document(number, year, match["rev"], match["parts"] or match["parts2"] or "", *match.span())
    for count, match in enumerate(prose.each(_COUNCIL_BARE)):
        if count < 2_000 and (
            _COUNCIL_BEFORE.search(prose.before(match.start(), 60))
            or _COUNCIL_AFTER.match(prose.after(match.end(), 24))
        ):
            yield _council_document(match["number"], match["year"], match["rev"], match["parts"], *match.span())


def _council_document(number: str, year: str, revision: str | None, parts: str, start: int, end: int) -> Found:
    """`9012/1/25` is the first revision of 9012/25, and says so once more behind: `REV 1`."""
    whole = year if len(year) == 4 else f"{'20' if year < '60' else '19'}{year}"
    signs = [(sign, str(int(count))) for sign, count in _SIGN.findall(parts)]
    if revision and not any(sign == "REV" for sign, _ in signs):
        signs.insert(0, ("REV", str(int(revision))))
    suffix = "-".join(f"{sign}-{count}" for sign, count in signs)
    code = f"ST-{int(number)}-{whole}"
    url = f"https://data.consilium.europa.eu/doc/document/{code}-{suffix or 'INIT'}/en/pdf"
    name = " ".join([f"ST {int(number)}/{whole[2:]}", *(f"{sign} {count}" for sign, count in signs)])
    return Found(f"council:{f'{code}-{suffix}' if suffix else code}".lower(), "council", name, url, start, end)


def parliament(prose: Prose) -> Iterator[Found]:
    """Studies and briefings (`PE 739.294` = `EPRS_BRI(2025)739294`), adopted texts, reports, motions, questions."""
    for match in prose.each(_STUDY):
        code = match[0].replace("%28", "(").replace("%29", ")")
        number = f"{match['a']}.{match['b']}"
        url = f"https://www.europarl.europa.eu/thinktank/en/document/{code}"
        yield Found(f"eprs:PE-{number}", "ep", f"PE {number}", url, *match.span())
    for match in prose.each(_PE):
        near = prose.before(match.start(), 80) + prose.after(match.end(), 80)
        if match["dot"] or match["version"] or _PARLIAMENT.search(near):
            number = f"{match['a']}.{match['b']}"
            yield Found(f"eprs:PE-{number}", "ep", f"PE {number}", None, *match.span())
    for match in prose.each(_TEXT_ADOPTED):
        term, year, number = (match[key] or match[f"{key}2"] or match[f"{key}3"] for key in ("term", "year", "number"))
        code = f"TA-{int(term)}-{year}-{number}"
        name = f"P{int(term)}_TA({year}){number}"
        yield Found(f"ep:{code.lower()}", "ep", name, f"{_DOCEO}{code}_EN.html", *match.span())
    for match in prose.each(_TABLED):
        kind, term, year, number = (match[key] or match[f"{key}2"] for key in ("kind", "term", "year", "number"))
        kind = kind.rstrip("-")
        code = f"{kind}-{int(term)}-{year}-{number}"
        name = f"{'RC-B' if kind == 'RC' else kind}{int(term)}-{number}/{year}"
        address = f"{_DOCEO}{code}_EN.html" if kind != "C" and int(term) >= 8 else None
        yield Found(f"ep:{code.lower()}", "ep", name, address, *match.span())
    for match in prose.each(_QUESTION):
        yield Found(f"ep:{match[0].lower()}", "ep", match[0], None, *match.span())


def procedures(prose: Prose) -> Iterator[Found]:
    """`2025/0176(COD)`: the file of a proposal in Parliament and Council."""
    for match in prose.each(_PROCEDURE):
        number = f"{match['year']}/{match['number']}({match['kind']})"
        url = f"https://oeil.europarl.europa.eu/oeil/en/procedure-file?reference={number}"
        yield Found(f"procedure:{number}", "procedure", number, url, *match.span())


_DIGITS = "123456789"
FINDERS = (
    Finder(commission, ("com", "kom", "join", "swd", "sec")),
    Finder(council, ("/", "st-", *(f"st {digit}" for digit in _DIGITS))),
    Finder(parliament, ("_", "/19", "/20", "ta-", "document/", "pe ", "pe-", *(f"pe{digit}" for digit in _DIGITS))),
    Finder(procedures, ("/",)),
)
